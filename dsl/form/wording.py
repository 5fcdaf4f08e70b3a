"""Words of messages that all faults of form share: quotations, guesses, kinds of values."""

import json
from collections.abc import Iterable
from typing import Any

from ..values.nearest import nearest

KINDS = {
    "object": "a block of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_ALL_IN_EXAMPLES = ("place of a layer",)
"""Kinds of values whose examples are all words that may be written."""


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean ...?`, or the options where none is near and they are few; else nothing."""
    known = list(options)
    near = meant(word, known)
    if near:
        return f"did you mean `{near}`?"
    return f"possible here: {', '.join(known)}" if 0 < len(known) <= 24 else ""


def meant(word: str, options: Iterable[str]) -> str | None:
    """The option that a word may be a misspelling of, or a part of; short words are near to few."""
    folded = {option.casefold(): option for option in options}
    wanted = word.casefold()[:100]
    parts = [option for name, option in folded.items() if len(wanted) >= 3 and wanted in name]
    if len(parts) == 1:
        return parts[0]
    near = nearest(wanted, folded, 1, 0.6 if len(wanted) > 4 else 0.75)
    return folded[near[0]] if near else None


def shown(value: object, limit: int = 40) -> str:
    """A value as a message quotes it, on one line and not too long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def block_name(pointer: str) -> str:
    """A block by its key, from its JSON pointer."""
    name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if not name:
        return "the file"
    return "this item" if name.isdecimal() else f"`{shown(name)}`"


def kinds_named(types: Any) -> list[str]:
    """The types of JSON Schema in words."""
    return [KINDS[name] for name in ([types] if isinstance(types, str) else types)]


def kind_of(value: Any) -> str:
    """The kind of a written value in words."""
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "a number"


def is_pair(value: Any) -> bool:
    """Whether a value is a list of two integers."""
    return isinstance(value, list) and len(value) == 2 and all(type(side) is int for side in value)


def as_in_examples(schema: dict[str, Any]) -> str:
    """A hint from the examples of a schema; empty where it has none."""
    examples = [shown(example) for example in schema.get("examples", ())]
    if schema.get("title") not in _ALL_IN_EXAMPLES:
        examples = examples[:2]
    *others, last = examples or [""]
    return f"write it as {', '.join(others)}{' or ' * bool(others)}{last}" if examples else ""


def plain_number(value: float) -> str:
    """A bound as a message writes it."""
    return f"{value:g}" if abs(value) < 1e6 else str(int(value))
