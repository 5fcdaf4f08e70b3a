"""Which rules of a schema a value breaks: the part of JSON Schema 2020-12 that schemas/ is written in.

tests/dsl/test_judge.py holds it against the jsonschema package, fault by fault; that package itself would
take as long to import as a fifth of a check. What many faults cost is bounded here, too.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .source import DROPPED, escaped

FAULTS_MOST = 400
"""From so many faults on, a list or a block is left at its first one: more of them help nobody."""

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a value breaks.

    `way` leads to it through the schema; `inner` are the faults of its alternatives, each with its `branch`.
    """

    rule: str
    """The keyword of JSON Schema; empty for a schema that is `false`."""
    expected: Any
    value: Any
    schema: dict[str, Any]
    pointer: str
    way: Way
    branch: int
    inner: tuple["Broken", ...]

    @property
    def is_name(self) -> bool:
        """Whether the value is a key, not a value."""
        return "propertyNames" in self.way

    @property
    def companion(self) -> str:
        """The key whose presence makes the rule, or nothing."""
        if "dependentSchemas" not in self.way:
            return ""
        place = len(self.way) - 1 - self.way[::-1].index("dependentSchemas")
        return str(self.way[place + 1])

    @property
    def cause(self) -> str:
        """The key that makes another one necessary, or nothing."""
        if self.rule == "dependentRequired":
            return next((key for key in self.expected if key in self.value), "")
        if "then" in self.way and not self.companion:
            return next((key for key in ("shape", "effect") if key in self.value), "")
        return self.companion


def broken_rules(schema: dict[str, Any], value: Any) -> list[Broken]:
    """Every rule of `schema` that `value` breaks, those of alternatives inside their choice."""
    return list(_Judge(schema).faults(schema, _Spot(value)))


def known_keywords() -> frozenset[str]:
    """The keywords that mean something here; a schema with others would not be judged in full."""
    return frozenset(_RULES) | {"then", "else", "$defs"} | _SILENT


_SILENT = frozenset(("$schema", "$id", "title", "description", "default", "examples", "$comment"))


@dataclass(slots=True)
class _Spot:
    """A value and how it was reached."""

    value: Any
    pointer: str = ""
    way: Way = ()
    branch: int = 0
    schema: dict[str, Any] = field(default_factory=dict)
    """The schema whose rules are asked."""

    def by(self, *steps: str | int) -> "_Spot":
        """The same value, further on the way through the schema."""
        return _Spot(self.value, self.pointer, (*self.way, *steps), self.branch)

    def at(self, key: str | int, value: Any, *steps: str | int) -> "_Spot":
        """A value inside this one."""
        return _Spot(value, f"{self.pointer}/{escaped(str(key))}", (*self.way, *steps), self.branch)


class _Judge:
    """Holds the root of the schema and how many faults were found."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.count = 0

    def faults(self, schema: Any, spot: _Spot) -> Iterator[Broken]:
        if schema is False:
            yield self.fault("", None, spot)
        elif schema is not True:
            spot.schema = schema
            for rule, expected in schema.items():
                check = _RULES.get(rule)
                if check is not None:
                    yield from check(self, rule, expected, spot)

    def holds(self, schema: Any, value: Any) -> bool:
        before = self.count
        is_met = next(self.faults(schema, _Spot(value)), None) is None
        self.count = before
        return is_met

    def fault(self, rule: str, expected: Any, spot: _Spot, inner: tuple[Broken, ...] = ()) -> Broken:
        self.count += 1
        way = (*spot.way, rule) if rule else spot.way
        return Broken(rule, expected, spot.value, spot.schema, spot.pointer, way, spot.branch, inner)

    def over(self, pairs: Iterable[tuple[Any, _Spot]]) -> Iterator[Broken]:
        """The faults of several values, until there are enough of them."""
        for schema, spot in pairs:
            is_faulty = False
            for broken in self.faults(schema, spot):
                is_faulty = True
                yield broken
            if is_faulty and self.count > FAULTS_MOST:
                return


Rule = Callable[[_Judge, str, Any, _Spot], Iterable[Broken]]


def _simple(is_met: Callable[[Any, Any], bool]) -> Rule:
    def check(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
        return () if is_met(spot.value, expected) else (judge.fault(rule, expected, spot),)

    return check


def _of(kind: str, is_met: Callable[[Any, Any], bool]) -> Rule:
    """A rule for one kind of value, met by all others."""
    is_kind = _KINDS[kind]
    return _simple(lambda value, expected: not is_kind(value) or is_met(value, expected))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _has_kind(value: Any, expected: Any) -> bool:
    kinds = (expected,) if isinstance(expected, str) else expected
    return any(_KINDS[kind](value) for kind in kinds)


def _equal(one: Any, other: Any) -> bool:
    # JSON's true is not 1.
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _size(value: list[Any]) -> int:
    return len(value) - sum(item is DROPPED for item in value)


def _ref(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    found: Any = judge.root
    for part in expected.removeprefix("#/").split("/"):
        found = found[part]
    return judge.faults(found, spot.by())


def _choice(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    before = judge.count
    inner: list[Broken] = []
    for index, option in enumerate(expected):
        inside = spot.by(rule, index)
        inside.branch = index
        faults = list(judge.faults(option, inside))
        if not faults:
            judge.count = before
            others = expected[index + 1 :] if rule == "oneOf" else ()
            is_met = not any(judge.holds(other, spot.value) for other in others)
            return () if is_met else (judge.fault(rule, expected, spot),)
        inner += faults
    return (judge.fault(rule, expected, spot, tuple(inner)),)


def _all_of(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    for index, option in enumerate(expected):
        yield from judge.faults(option, spot.by(rule, index))


def _not(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    return (judge.fault(rule, expected, spot),) if judge.holds(expected, spot.value) else ()


def _if(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    branch = "then" if judge.holds(expected, spot.value) else "else"
    return judge.faults(spot.schema.get(branch, True), spot.by(branch))


def _properties(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    value = spot.value
    if not isinstance(value, dict):
        return ()
    known = ((key, inner) for key, inner in expected.items() if key in value)
    return judge.over((inner, spot.at(key, value[key], rule, key)) for key, inner in known)


def _additional(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    value = spot.value
    if not isinstance(value, dict):
        return ()
    known = spot.schema.get("properties", ())
    extra = [key for key in value if key not in known]
    if expected is False:
        return (judge.fault(rule, expected, spot),) if extra else ()
    return judge.over((expected, spot.at(key, value[key], rule)) for key in extra)


def _items(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    value = spot.value
    if not isinstance(value, list):
        return ()
    items = ((index, item) for index, item in enumerate(value) if item is not DROPPED)
    return judge.over((expected, spot.at(index, item, rule)) for index, item in items)


def _names(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    if not isinstance(spot.value, dict):
        return ()
    way = (*spot.way, rule)
    return judge.over((expected, _Spot(key, spot.pointer, way, spot.branch)) for key in spot.value)


def _dependent_schemas(judge: _Judge, rule: str, expected: Any, spot: _Spot) -> Iterable[Broken]:
    if isinstance(spot.value, dict):
        for key, inner in expected.items():
            if key in spot.value:
                yield from judge.faults(inner, spot.by(rule, key))


def _dependencies_met(value: Any, expected: Any) -> bool:
    return all(other in value for key, others in expected.items() if key in value for other in others)


_RULES: dict[str, Rule] = {
    "$ref": _ref,
    "type": _simple(_has_kind),
    "enum": _simple(lambda value, expected: any(_equal(value, option) for option in expected)),
    "const": _simple(_equal),
    "minimum": _of("number", lambda value, expected: bool(value >= expected)),
    "maximum": _of("number", lambda value, expected: bool(value <= expected)),
    "exclusiveMinimum": _of("number", lambda value, expected: bool(value > expected)),
    "exclusiveMaximum": _of("number", lambda value, expected: bool(value < expected)),
    "minLength": _of("string", lambda value, expected: len(value) >= expected),
    "maxLength": _of("string", lambda value, expected: len(value) <= expected),
    "pattern": _of("string", lambda value, expected: _compiled(expected).search(value) is not None),
    "minItems": _of("array", lambda value, expected: _size(value) >= expected),
    "maxItems": _of("array", lambda value, expected: _size(value) <= expected),
    "minProperties": _of("object", lambda value, expected: len(value) >= expected),
    "maxProperties": _of("object", lambda value, expected: len(value) <= expected),
    "required": _of("object", lambda value, expected: all(key in value for key in expected)),
    "dependentRequired": _of("object", _dependencies_met),
    "dependentSchemas": _dependent_schemas,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "anyOf": _choice,
    "oneOf": _choice,
    "allOf": _all_of,
    "not": _not,
    "if": _if,
}
