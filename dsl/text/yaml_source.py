"""A YAML or JSON file as plain values, with the place of every key and value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..findings.span import Span

Value = bool | int | float | str | list[Any] | dict[str, Any] | None
"""The values that a file may contain, as plain Python types."""
DROPPED: Any = object()
"""The stand-in for an item of a list that was left out, so that those after it keep their places."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file, read: its value, and by JSON pointer the places of values and keys and the numbers' spelling.

    `value` is None and `complete` False where the text could not be read to its end.
    """

    file: str
    text: str
    value: Value
    values: dict[str, Span]
    keys: dict[str, Span]
    spellings: dict[str, str]
    complete: bool = True

    def at(self, pointer: str) -> Value:
        """The value at a JSON pointer. Raises LookupError if there is none."""
        here = self.value
        for part in pointer.split("/")[1:]:
            key = unescaped(part)
            if isinstance(here, dict) and key in here:
                here = here[key]
            elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
                here = here[int(key)]
            else:
                raise LookupError(pointer)
        return here

    def span(self, pointer: str) -> Span:
        """The place of the value at `pointer`, or of the nearest block around it."""
        while pointer not in self.values and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.values.get(pointer, Span(self.file))

    def key_span(self, pointer: str) -> Span:
        """The place of the key of the value at `pointer`, or of the value where it has none."""
        return self.keys.get(pointer) or self.span(pointer)


@dataclass(frozen=True, slots=True)
class Node:
    """A value within its source, for reading downwards."""

    source: Source
    pointer: str
    value: Any

    @property
    def span(self) -> Span:
        return self.source.span(self.pointer)

    @property
    def key_span(self) -> Span:
        return self.source.key_span(self.pointer)

    @property
    def text(self) -> str:
        """A scalar as it was written: `7.10`, not 7.1."""
        spelling = self.source.spellings.get(self.pointer)
        return str(self.value) if spelling is None else spelling

    def get(self, key: str) -> "Node | None":
        """The value under `key`, or None where the key is not written."""
        if not isinstance(self.value, dict) or key not in self.value:
            return None
        return Node(self.source, self.pointer + "/" + escaped(key), self.value[key])

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and values of a block, in written order; of a list, "0", "1" and so on."""
        pairs = self.value.items() if isinstance(self.value, dict) else enumerate(self.value)
        for key, value in pairs:
            if value is DROPPED:
                continue
            yield str(key), Node(self.source, f"{self.pointer}/{escaped(str(key))}", value)

    def each(self) -> Iterator["Node"]:
        """The items of a list; a single value counts as a list of one."""
        if isinstance(self.value, list):
            yield from (item for _, item in self.items())
        else:
            yield self


def escaped(key: str) -> str:
    """A key as it is in a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """A part of a JSON pointer as the key that it means."""
    return part.replace("~1", "/").replace("~0", "~")


def root_node(source: Source) -> Node:
    """The whole of a file."""
    return Node(source, "", source.value)
