"""The rules of a schema that a value breaks: jsonschema's errors, with a bound on their cost."""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..text.yaml_source import DROPPED, escaped

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

FLAWLESS_MOST = 50_000
ITEM_LETTERS_MOST = 300
FAULTS_MOST = 400
"""The number of faults from which on a list or a block is only checked to its first one: more help nobody."""

Way = tuple[str | int, ...]
Flawless = set[tuple[int, str]]
"""Entries of lists that break no rule: the identity of their schema, and how they are written."""
Rule = Callable[[Any, Any, Any, Any], Iterator["ValidationError"]]


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
        """Whether the fault is in a key instead of a value."""
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
        if self.way[-2:-1] in (("then",), ("else",)) and not self.companion:
            return next((key for key in ("shape", "effect", "by") if key in self.value), "")
        return self.companion


def broken_rules(schema: dict[str, Any], value: Any) -> list[Broken]:
    """Every rule of `schema` that `value` breaks, those of alternatives inside their choice."""
    return judged(schema, value)[0]


def judged(schema: dict[str, Any], value: Any, flawless: Flawless | None = None) -> tuple[list[Broken], bool]:
    """The rules of `schema` that `value` breaks, and whether a list or a block was left with some unread.

    flawless   entries of lists that need not be judged again, to which those of this value are added: the
               live page judges all points of all lanes at each save. For a schema that is kept for good.
    """
    bound = _Bound(flawless)
    before = _BOUND.set(bound)
    try:
        return [_broken(error) for error in _judge()(schema).iter_errors(value)], bound.is_reached
    finally:
        _BOUND.reset(before)


@cache
def _judge() -> Any:
    """The package's validator with our rules: a class that takes longer to make than a manifest to judge."""
    # Imported here, so that callers that only need positions and quantities start at once.
    from jsonschema.validators import Draft202012Validator, extend

    rules = Draft202012Validator.VALIDATORS
    ours = {
        "items": _items,
        "additionalProperties": _bounded(rules["additionalProperties"]),
        "properties": _bounded(rules["properties"]),
        "propertyNames": _bounded(rules["propertyNames"]),
        "minItems": _without_dropped(rules["minItems"]),
        "maxItems": _without_dropped(rules["maxItems"]),
    }
    return extend(Draft202012Validator, ours)  # type: ignore[no-untyped-call]


class _Bound:
    """Counts the faults of one value, those of alternatives included, and ends lists that bring too many."""

    def __init__(self, flawless: Flawless | None = None) -> None:
        self.flawless = flawless
        self.count = 0
        self.is_reached = False

    def until_enough(self, faults: Iterable[Iterable["ValidationError"]]) -> Iterator["ValidationError"]:
        for together in faults:
            is_faulty = False
            for fault in together:
                is_faulty = True
                self.count += 1
                yield fault
            if is_faulty and self.count > FAULTS_MOST:
                self.is_reached = True
                return


_BOUND: ContextVar[_Bound] = ContextVar("bound")
"""The bound of the value that is being judged."""


def _items(judge: Any, schema: Any, value: Any, _: Any) -> Iterator["ValidationError"]:
    """The rule `items`, without the items that the reader has dropped."""
    if isinstance(value, list):
        items = ((index, item) for index, item in enumerate(value) if item is not DROPPED)
        yield from _BOUND.get().until_enough(_of_item(judge, schema, i, item) for i, item in items)


def _of_item(judge: Any, schema: Any, index: int, item: Any) -> Iterator["ValidationError"]:
    """The faults of one entry of a list."""
    known = _BOUND.get().flawless
    key = None if known is None else _key(schema, item)
    if known is None or key is None:
        yield from judge.descend(item, schema, path=index)
        return
    if key in known:
        return
    is_flawless = True
    for fault in judge.descend(item, schema, path=index):
        is_flawless = False
        yield fault
    if is_flawless:
        if len(known) >= FLAWLESS_MOST:
            known.clear()
        known.add(key)


def _key(schema: Any, item: Any) -> tuple[int, str] | None:
    """The key that identifies an entry; None for a long one."""
    try:
        written = repr(item)
    except ValueError:
        # A number of thousands of digits.
        return None
    return (id(schema), written) if len(written) <= ITEM_LETTERS_MOST else None


def _bounded(rule: Rule) -> Rule:
    """A rule of the package about the entries of a block."""

    def check(judge: Any, schema: Any, value: Any, whole: Any) -> Iterator["ValidationError"]:
        return _BOUND.get().until_enough((error,) for error in rule(judge, schema, value, whole) or ())

    return check


def _without_dropped(rule: Rule) -> Rule:
    def check(judge: Any, least: Any, value: Any, whole: Any) -> Iterator["ValidationError"]:
        kept = [item for item in value if item is not DROPPED] if isinstance(value, list) else value
        return rule(judge, least, kept, whole)

    return check


def _broken(error: "ValidationError") -> Broken:
    rule: Any = error.validator
    first = error.schema_path[0] if error.parent and error.schema_path else 0
    return Broken(
        rule=rule if isinstance(rule, str) else "",
        expected=error.validator_value,
        value=error.instance,
        schema=error.schema if isinstance(error.schema, dict) else {},
        pointer=pointer_of(error.absolute_path),
        way=tuple(error.absolute_schema_path),
        branch=first if isinstance(first, int) else 0,
        inner=tuple(_broken(inner) for inner in error.context or ()),
    )


def pointer_of(path: Iterable[str | int]) -> str:
    """A path through a value as a JSON pointer."""
    return "".join("/" + escaped(str(part)) for part in path)


def resolved(schema: dict[str, Any], part: Any) -> dict[str, Any]:
    """A part of a schema, with its `$ref` resolved."""
    found: Any = part
    while isinstance(found, dict) and "$ref" in found:
        reference: str = found["$ref"]
        found = schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    return found if isinstance(found, dict) else {}
