"""A text with the places of its values as indices, and replacements of its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..dsl.findings.span import Span
from ..dsl.text.yaml_source import Source
from .spelling import EditError

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
Written = Mapping[str, object]
"""A point as it is in the text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A replacement: characters start up to end become text."""

    start: int
    end: int
    text: str


class Body:
    """A text with the places of its values as indices; the byte order mark is not in it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self._lines = [0, *(found.end() for found in BREAK.finditer(self.text))]

    def place(self, pointer: str) -> tuple[int, int]:
        """The range of a value's characters, (first, end). Raises EditError if there is none."""
        if pointer not in self.source.values:
            raise EditError(f"there is nothing at {pointer}")
        return self.range(self.source.values[pointer])

    def range(self, span: Span) -> tuple[int, int]:
        """A span as indices."""
        begin = self._lines[span.line - 1] + span.column - 1
        return begin, self._lines[span.end_line - 1] + span.end_column - 1

    def value(self, pointer: str) -> object:
        """The value at a pointer."""
        try:
            return self.source.at(pointer)
        except LookupError:
            raise EditError(f"there is nothing at {pointer}") from None

    def point(self, pointer: str) -> Written:
        """The point at a pointer. Raises EditError if there is none."""
        found = self.value(pointer)
        if not isinstance(found, dict) or "at" not in found:
            raise EditError(f"there is no point at {pointer}")
        return found

    def key(self, pointer: str) -> tuple[int, int]:
        """The key of a value as indices."""
        return self.range(self.source.keys[pointer])

    def is_json(self, pointer: str) -> bool:
        """Whether the keys of a point are quoted, as in JSON."""
        return self.text[self.key(f"{pointer}/at")[0]] == '"'

    def line_of(self, index: int) -> tuple[int, int]:
        """First character of the line of an index, and that of the next line."""
        number = max(k for k, start in enumerate(self._lines) if start <= index)
        following = self._lines[number + 1] if number + 1 < len(self._lines) else len(self.text)
        return self._lines[number], following

    def neighbours(self, index: int) -> list[str]:
        """The lines before and after that of an index."""
        begin, end = self.line_of(index)
        found = []
        if begin > 0:
            found.append(self.text[self.line_of(begin - 1)[0] : begin])
        if end < len(self.text):
            found.append(self.text[end : self.line_of(end)[1]])
        return found


def line_end(body: Body) -> str:
    found = BREAK.search(body.text)
    return found[0] if found and found[0] in ("\r\n", "\n") else "\n"


def padded(body: Body, start: int, end: int, new: str) -> Piece:
    """A scalar replaced; spaces behind it take up the difference where columns are below each other."""
    text = body.text
    grown = len(new) - (end - start)
    comma = end + 1 if text[end : end + 1] == "," else end
    stop = comma
    while text[stop : stop + 1] == " ":
        stop += 1
    gap = stop - comma
    following = text[stop : stop + 1]
    if not grown or not gap or not following or (comma == end and following != "#"):
        return Piece(start, end, new)
    column = stop - body.line_of(start)[0]
    usual = 2 if following == "#" else 1
    aligned = gap > usual or any(_begins_at(line, column, text[stop:]) for line in body.neighbours(start))
    if not aligned:
        return Piece(start, end, new)
    return Piece(start, stop, new + text[end:comma] + " " * max(1, gap - grown))


def _begins_at(line: str, column: int, text: str) -> bool:
    """Whether a line has the same word, or a comment, in the same column."""
    word = re.match(r"#|[^\s:]+", text)
    return word is not None and line[column - 1 : column] == " " and line[column:].startswith(word[0])


def replaced(text: str, pieces: Sequence[Piece]) -> str:
    ordered = sorted(pieces, key=lambda piece: (piece.start, piece.end))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise EditError("two changes meet in one place")
    for piece in reversed(ordered):
        text = text[: piece.start] + piece.text + text[piece.end :]
    return text
