"""A broken rule of a schema in a composer's words: what is there, expected, and meant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..findings.diagnostics import Diagnostic, Edit
from ..text.yaml_source import Source
from .key_messages import KeyMessages
from .kinds import PARSERS, PATHS
from .suggest import suggestion, within_bounds
from .value_messages import ValueMessages
from .violations import Broken, resolved
from .wording import kinds_named, shown
from .written import Written

_FIXABLE = {"MV002", "MV102", *(f"MV11{i}" for i in range(6)), "MV201", "MV204", "MV205", "MV206"}


class Words:
    """The words for one file."""

    def __init__(
        self, source: Source, schema: dict[str, Any], manifest: dict[str, Any], folder: Path | None = None
    ) -> None:
        self._written = Written(source)
        self._schema = schema
        self._keys = KeyMessages(self._written, schema, manifest, folder)
        self._values = ValueMessages(self._written)

    def explained(self, broken: Broken) -> Iterator[Diagnostic]:
        """The findings of one broken rule: several where several keys are unknown or missing."""
        for finding in self._explained(broken):
            yield self._with_fix(broken, finding)

    def _with_fix(self, broken: Broken, finding: Diagnostic) -> Diagnostic:
        """The finding with a value that fits for a hint, where one can be made from the written one."""
        if finding.edits or broken.is_name or finding.code not in _FIXABLE:
            return finding
        if finding.code == "MV204" and broken.schema.get("title") in PATHS:
            return finding
        is_quantity = finding.code in ("MV113", "MV204")
        if is_quantity and (hint := within_bounds(broken, self._schema)) is not None:
            finding = replace(finding, hint=hint)
        text, span = self._written.text_and_span(broken)
        if finding.span != span:
            return finding
        found = suggestion(broken, text, self._schema)
        if found is None:
            return finding
        edits = (Edit(span, found.text),) if found.sure and span.line else ()
        return replace(finding, hint=f"write {found.text}", edits=edits)

    def _explained(self, broken: Broken) -> Iterator[Diagnostic]:
        rule = broken.rule
        if (parsed := self._values.parsed(broken, str(broken.schema.get("title", "")))) is not None:
            yield parsed
        elif broken.is_name and rule in ("pattern", "anyOf", "type", "minLength"):
            yield self._values.bad_name(broken)
        elif rule in ("anyOf", "oneOf"):
            yield from self._choice(broken)
        elif rule == "additionalProperties":
            yield from self._keys.unknown_keys(broken)
        elif rule in ("required", "dependentRequired"):
            yield from self._keys.missing_keys(broken)
        elif rule == "not":
            yield self._keys.useless_key(broken)
        elif rule == "type":
            yield self._values.wrong_kind(broken, kinds_named(broken.expected))
        elif rule in ("enum", "const"):
            yield self._values.unknown_word(broken, broken.expected if rule == "enum" else [broken.expected])
        else:
            yield self._values.wrong_value(broken)

    def _choice(self, broken: Broken) -> Iterator[Diagnostic]:
        options: Sequence[Any] = broken.expected
        if all(isinstance(option, dict) and set(option) == {"required"} for option in options):
            # `required` passes for a value that is not a block; another rule reports its type.
            if isinstance(broken.value, dict):
                yield self._keys.exactly_one(broken, [option["required"][0] for option in options])
            return
        branches: dict[int, list[Broken]] = {}
        for inner in broken.inner:
            branches.setdefault(inner.branch, []).append(inner)
        named = [number for number in branches if self._is_named(options[number], broken.value)]
        fitting = [
            found
            for number, found in branches.items()
            if (number in named if named else not any(_is_other_kind(i, broken) for i in found))
        ]
        if fitting:
            for inner in min(fitting, key=len):
                yield from self.explained(_with_words_of(broken, inner))
            return
        for option in options:
            title = str(resolved(self._schema, option).get("title", ""))
            parsed = self._values.parsed(broken, title) if isinstance(broken.value, int | float) else None
            if parsed is not None:
                yield parsed
                return
        kinds = [kind for option in options for kind in self._kinds_of(option)]
        yield self._values.wrong_kind(broken, list(dict.fromkeys(kinds)))

    def _is_named(self, option: Any, value: Any) -> bool:
        """Whether a block has the key that only this alternative needs: `{picture: 5}` means a picture."""
        needed = resolved(self._schema, option).get("required", ())
        return bool(needed) and isinstance(value, dict) and all(key in value for key in needed)

    def _kinds_of(self, option: Any) -> list[str]:
        found = resolved(self._schema, option)
        if "const" in found:
            return [shown(found["const"])]
        if found.get("title") in PARSERS:
            return [f"a {found['title']}"]
        if "anyOf" in found:
            return [kind for inner in found["anyOf"] for kind in self._kinds_of(inner)]
        return kinds_named(found.get("type", []))


def _is_other_kind(inner: Broken, outer: Broken) -> bool:
    """Whether an alternative cannot be meant, because the value is of another type."""
    if inner.pointer != outer.pointer:
        return False
    if inner.rule in ("anyOf", "oneOf") and inner.inner:
        alternatives: dict[int, bool] = {}
        for fault in inner.inner:
            alternatives[fault.branch] = alternatives.get(fault.branch, False) or _is_other_kind(fault, inner)
        return all(alternatives.values())
    return inner.rule in ("type", "const")


def _with_words_of(outer: Broken, inner: Broken) -> Broken:
    """Gives an alternative without a title or examples those of the choice."""
    if inner.pointer != outer.pointer:
        return inner
    lent: dict[str, Any] = {key: outer.schema[key] for key in ("title", "examples") if key in outer.schema}
    return replace(inner, schema={**lent, **inner.schema})
