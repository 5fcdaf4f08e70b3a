"""Suggests a right value for a wrong one: made from the value itself, and tried first.

Each kind of value has its own readings of what people write: 80 for 80%, 4k for 3840x2160, 7.3 for 7|3. A
reading is offered only where the schema and the parser of its kind take it, so a fix is right when followed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..findings.diagnostics import Diagnostic
from ..text.yaml_reader import parse_source
from ..values.quantity import Quantity, examples_within, parse_quantity
from .kinds import PARSERS, UNIT_OF
from .readings import DECIMAL_COMMA, NOWHERE, NUMBER, READINGS, number_text, plain_text, unsure, yaml_text
from .synonyms import SHAPES
from .violations import Broken, broken_rules, resolved

MAX_TEXT = 80


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested value, as it is in YAML; `sure` if it means exactly what was written."""

    text: str
    sure: bool


def suggestion(broken: Broken, text: str, schema: dict[str, Any]) -> Suggestion | None:
    """A value near the written one that this key takes; None where none is known.

    text     the value as written
    schema   the whole schema of the file
    """
    if len(text) > MAX_TEXT or isinstance(broken.value, dict | list | None):
        return None
    own = _schema_of(broken, schema)
    title = _title(own, schema)
    bounds: dict[str, Any] = {
        key: broken.schema[key] for key in ("minimum", "maximum") if key in broken.schema
    }
    for candidate, sure in _candidates(text, broken.value, {**bounds, **own}, title):
        if candidate != text and _fits(candidate, own, title, schema):
            return Suggestion(candidate, sure)
    return None


def within_bounds(broken: Broken, schema: dict[str, Any]) -> str | None:
    """A hint with the bounds of this key, where the examples of its unit would break them."""
    own = _schema_of(broken, schema)
    unit, bounds = UNIT_OF.get(_title(own, schema)), _bounds_of(own)
    if unit is None or "minimum" not in bounds or "maximum" not in bounds:
        return None
    return f"write {examples_within(unit, bounds['minimum'], bounds['maximum'])}"


def spelling(title: str, text: str) -> Suggestion | None:
    """The accepted spelling of a text that the parser of a kind of value refused; None if none is known."""
    for candidate, sure in _candidates(text[:MAX_TEXT], text, {}, title):
        if candidate != text and _fits(candidate, {}, title, {}):
            return Suggestion(candidate, sure)
    return None


def _schema_of(broken: Broken, schema: dict[str, Any]) -> dict[str, Any]:
    """The whole schema of this value, its bounds included: not only the broken part."""
    node: Any = schema
    found: Any = schema
    after = ""
    for part in broken.way:
        # The path omits references: they are followed if a step is not found otherwise.
        if isinstance(node, dict) and part not in node:
            node = resolved(schema, node)
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
        if after == "properties" or part in ("items", "additionalProperties", "propertyNames"):
            found, after = node, ""
        else:
            after = str(part)
    return found if isinstance(found, dict) else broken.schema


def _title(own: dict[str, Any], schema: dict[str, Any]) -> str:
    named = own.get("title") or resolved(schema, own).get("title")
    if named:
        return str(named)
    for option in (*own.get("anyOf", ()), *resolved(schema, own).get("anyOf", ())):
        title = resolved(schema, option).get("title")
        if title:
            return str(title)
    return ""


def _fits(candidate: str, own: dict[str, Any], title: str, schema: dict[str, Any]) -> bool:
    """Whether the key would accept the text, written as YAML."""
    source, findings = parse_source(f"value: {candidate}\n", "")
    if findings or not isinstance(source.value, dict) or "value" not in source.value:
        return False
    value = source.value["value"]
    if value is None or isinstance(value, dict | list):
        return False
    if broken_rules({**own, "$defs": schema.get("$defs", {})}, value):
        return False
    plain = source.spellings.get("/value", str(value))
    if title in UNIT_OF:
        quantity = parse_quantity(plain, UNIT_OF[title], NOWHERE)
        return isinstance(quantity, Quantity) and _within(quantity.value, own)
    return title not in PARSERS or not isinstance(PARSERS[title](plain, NOWHERE), Diagnostic)


def _bounds_of(own: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value with the bounds of its alternative that has some."""
    return {**own, **next((o for o in own.get("anyOf", ()) if "minimum" in o or "maximum" in o), {})}


def _within(value: float, own: dict[str, Any]) -> bool:
    bounds = _bounds_of(own)
    return bool(bounds.get("minimum", value) <= value <= bounds.get("maximum", value))


def _candidates(text: str, value: Any, own: dict[str, Any], title: str) -> Iterator[tuple[str, bool]]:
    """Readings of a text, the surest first, each with whether it is sure."""
    plain = plain_text(text)
    texts = dict.fromkeys((text, plain, DECIMAL_COMMA.sub(r"\1.\2", plain)))
    for one in texts:
        if one != text:
            yield yaml_text(one), True
        reader = READINGS.get(title)
        if reader is not None:
            for reading in reader(one):
                yield yaml_text(reading), True
        yield from _of_kind(one, value, own)
    for one in texts:
        yield from ((yaml_text(reading), False) for reading in unsure(one, title))
        yield from _clamped(one, own)


def _of_kind(text: str, value: Any, own: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Readings by the type that the schema wants."""
    kinds = own.get("type")
    lower = text.strip().lower()
    if kinds == "boolean":
        if lower in ("yes", "on", "y", "1", "true"):
            yield "true", True
        if lower in ("no", "off", "n", "0", "false", "none"):
            yield "false", True
    if kinds in ("number", "integer") or "anyOf" in own:
        if found := re.fullmatch(rf"({NUMBER}) ?%", text):
            yield number_text(Fraction(found[1]) / 100), True
        if found := re.fullmatch(
            rf"({NUMBER}) ?(?:degrees?|deg|\N{{DEGREE SIGN}}|px|times|x|cycles?|b|beats?)", text, re.I
        ):
            yield found[1], True
        if kinds == "integer" and re.fullmatch(NUMBER, text) and float(text).is_integer():
            yield str(int(float(text))), True
    options = own.get("enum", ())
    if options:
        folded = {re.sub(r"[^a-z0-9]", "", str(option).lower()): str(option) for option in options}
        if found_option := folded.get(re.sub(r"[^a-z0-9]", "", lower)):
            yield found_option, True
        synonym = SHAPES.get(re.sub(r"[ _]", "-", lower), "")
        if synonym in options:
            yield synonym, synonym == "straight" or lower in ("sin", "exp", "saw", "tri")
    if kinds == "string" and not isinstance(value, str):
        yield json.dumps(text, ensure_ascii=False), True


def _clamped(text: str, own: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """The nearest value that is allowed, in the unit that was written."""
    bounds = _bounds_of(own)
    found = re.fullmatch(rf"({NUMBER})( ?[A-Za-z%/]*)", text.strip())
    if not found:
        return
    number, suffix = float(found[1]), found[2]
    scale = {"%": 100.0, "ms": 1000.0, "kHz": 0.001}.get(suffix.strip(), 1.0)
    for key in ("minimum", "maximum"):
        limit = bounds.get(key)
        if limit is None or (number / scale < limit) is not (key == "minimum"):
            continue
        yield f"{number_text(Fraction(limit).limit_denominator(10**6) * Fraction(scale))}{suffix}", False
