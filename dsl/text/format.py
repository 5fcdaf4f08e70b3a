"""One way to write a manifest: the same values and comments, indented by two, points of a lane in columns.

Only the space between things changes, and what an author aligns behind a key stays. A text whose meaning
would change to the letter is handed back as it was.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..findings.diagnostics import PieceError, has_errors
from .yaml_reader import parse_source

STEP = 2
"""Columns that a level is indented by, and spaces before a comment at the end of a line."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[^\W\d_][\w .+/'()-]*")
_VALUES = ("hold", "to", "via")


def formatted(text: str, file: str) -> str:
    """The text of a YAML file in canonical form; formatting it again changes nothing.

    Raises PieceError for a text that cannot be read.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    before, findings = parse_source(plain, file)
    if has_errors(findings):
        raise PieceError(findings)
    written = _Layout(plain).text()
    after, _ = parse_source(written, file)
    same = (
        after.complete
        and after.value == before.value
        and after.spellings == before.spellings
        and comments(written) == comments(plain)
    )
    return written if same else text


def comments(text: str) -> tuple[str, ...]:
    """The comments of a YAML text in order, from their # on; the text is well formed."""
    layout = _Layout(text)
    found = (layout.comment_start(number) for number in range(len(layout.lines)))
    return tuple(
        line[start:].rstrip() for line, start in zip(layout.lines, found, strict=True) if start is not None
    )


def scalar_text(text: str) -> str:
    """A text as a YAML key or value: plain where that reads back as the same text, else in double quotes."""
    if _PLAIN.fullmatch(text) and not text.endswith(" "):
        source, findings = parse_source(f"{{a: {text}}}", "")
        if not findings and source.value == {"a": text}:
            return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Columns `start` up to `end` of a line become `text`."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Line:
    """One line: the column of its first item, its changes, and the end of its last item."""

    indent: int | None = None
    edits: list[_Edit] = field(default_factory=list)
    last_end: int = 0
    follows: int | None = None
    """The line that begins the scalar or brackets which this one continues."""
    raw: bool = False
    """It is inside a scalar: its spaces may matter."""


class _Layout:
    """A text, its lines, and where each thing in it should be."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.known = [_Line() for _ in self.lines]
        root: Any = yaml.compose(text, Loader=_LOADER)
        if root is not None:
            self._visit(root, 0)
        self.following = self._following()
        self.open: dict[int, int] = {}
        """The old and the new columns of the blocks around the current line."""

    def text(self) -> str:
        """The whole text, laid out."""
        shifts: dict[int, int] = {}
        written: list[str] = []
        for number in range(len(self.lines)):
            line = self._laid_out(number, shifts)
            is_blank = not line and not self.known[number].raw
            if is_blank and (not written or not written[-1]):
                continue
            written.append(line)
        return "\n".join(written).rstrip("\n") + "\n"

    def comment_start(self, number: int) -> int | None:
        """The column where the comment of a line begins, or None."""
        line, known = self.lines[number], self.known[number]
        if known.last_end >= len(line):
            return None
        rest = line[known.last_end :]
        hashes = (i for i, sign in enumerate(rest) if sign == "#")
        for i in hashes:
            if not line[: known.last_end + i] or line[known.last_end + i - 1] in " \t":
                return known.last_end + i
        return None

    def _laid_out(self, number: int, shifts: dict[int, int]) -> str:
        line, known = self.lines[number], self.known[number]
        shifts[number] = 0
        if not line.strip():
            return line if known.raw else ""
        old = len(line) - len(line.lstrip(" "))
        if known.follows is not None:
            new = max(old + shifts[known.follows], 0)
            shifts[number] = new - old
            if known.raw:
                return " " * new + line[old:]
        else:
            new = self._indent(number, old)
            shifts[number] = new - old
        start = self.comment_start(number)
        code = line if start is None else line[:start]
        for edit in sorted(known.edits, key=lambda edit: -edit.start):
            code = code[: edit.start] + edit.text + code[edit.end :]
        code = (" " * new + code[old:]).rstrip()
        if start is None:
            return code
        comment = line[start:].rstrip()
        return (
            f"{code}{' ' * (max(start, len(code) + STEP) - len(code))}{comment}"
            if code
            else " " * new + comment
        )

    def _indent(self, number: int, old: int) -> int:
        """The indentation of a line; a comment takes that of the next or the last line at its level."""
        known = self.known[number]
        if known.indent is not None:
            self.open = {width: new for width, new in self.open.items() if width < old} | {old: known.indent}
            return known.indent
        if self.comment_start(number) != old:
            return old
        after = self.following[number]
        if after is not None and self._width(after) == old:
            return self.known[after].indent or 0
        return self.open.get(old, old)

    def _following(self) -> list[int | None]:
        """For each line, the next one that begins an item of its own."""
        found: list[int | None] = [None] * len(self.lines)
        after: int | None = None
        for number in range(len(self.lines) - 1, -1, -1):
            found[number] = after
            if self.known[number].indent is not None:
                after = number
        return found

    def _width(self, number: int) -> int:
        return len(self.lines[number]) - len(self.lines[number].lstrip(" "))

    def _visit(self, node: Any, column: int) -> None:
        """A node of the text, whose block or first line goes to a column."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style:
            self._begins(node.start_mark, column)
            self._cover(node)
            if not isinstance(node, yaml.ScalarNode) and node.start_mark.line == node.end_mark.line:
                self._replace(node, self._flow(node))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._visit(key, column)
                self._visit(value, column + STEP)
        else:
            self._sequence(node, column)

    def _sequence(self, node: Any, column: int) -> None:
        old = node.start_mark.column
        for item in node.value:
            line = self.lines[item.start_mark.line]
            gap = line[old + 1 : item.start_mark.column]
            if line[old : old + 1] == "-" and not gap.strip() and item.start_mark.column > old:
                self._first(item.start_mark.line, old, column)
                if item.start_mark.index != item.end_mark.index:
                    edit = _Edit(old + 1, item.start_mark.column, " ")
                    self.known[item.start_mark.line].edits.append(edit)
            self._visit(item, column + STEP)
        last = node.value[-1].start_mark.line
        for number in range(node.start_mark.line, last):
            bare = self.lines[number].strip()
            if bare == "-" or bare.startswith("- #"):
                self._first(number, old, column)
        if all(_is_point(item) for item in node.value):
            self._align(node.value)

    def _begins(self, mark: Any, column: int) -> None:
        self._first(mark.line, mark.column, column)

    def _first(self, number: int, old: int, column: int) -> None:
        if self._width(number) == old and self.known[number].indent is None:
            self.known[number].indent = column

    def _cover(self, node: Any) -> None:
        """Note how far a scalar or brackets reach on each of their lines."""
        first, last, column = node.start_mark.line, node.end_mark.line, node.end_mark.column
        is_scalar = isinstance(node, yaml.ScalarNode)
        if is_scalar and node.style in ("|", ">"):
            # The header may have a comment; the text ends where the next line begins.
            last, column = last - (column == 0), len(self.lines[last - (column == 0)])
            self.known[first].last_end = max(self.known[first].last_end, node.start_mark.column)
        for number in range(first, last + 1):
            known = self.known[number]
            if number > first:
                known.follows = first if known.follows is None else known.follows
                known.raw = known.raw or is_scalar
            is_header = is_scalar and node.style in ("|", ">") and number == first
            if is_scalar and not is_header:
                known.last_end = max(known.last_end, column if number == last else len(self.lines[number]))
        if not is_scalar:
            self.known[last].last_end = max(self.known[last].last_end, column)
            for child in _children(node):
                self._cover(child)

    def _replace(self, node: Any, text: str | None) -> None:
        if text is not None:
            edit = _Edit(node.start_mark.column, node.end_mark.column, text)
            self.known[node.start_mark.line].edits.append(edit)

    def _flow(self, node: Any) -> str | None:
        """A scalar as written, brackets with canonical spaces; None where a value was left out."""
        if isinstance(node, yaml.ScalarNode):
            raw = self.lines[node.start_mark.line][node.start_mark.column : node.end_mark.column]
            return raw or None
        if isinstance(node, yaml.SequenceNode):
            items = [self._flow(item) for item in node.value]
            return None if None in items else f"[{', '.join(map(str, items))}]"
        cells = self._cells(node)
        return None if cells is None else "{" + ", ".join(cells) + "}"

    def _cells(self, node: Any) -> list[str] | None:
        pairs = [(self._flow(key), self._flow(value)) for key, value in node.value]
        if any(key is None or value is None for key, value in pairs):
            return None
        return [f"{key}: {value}" for key, value in pairs]

    def _align(self, items: Sequence[Any]) -> None:
        """Points under one another: the cells of rows that have the same keys so far share a column."""
        rows = [self._cells(item) for item in items]
        forms = [_form(item) for item in items]
        widths: dict[tuple[str, ...], int] = {}
        for cells, form in zip(rows, forms, strict=True):
            for i, cell in enumerate((cells or ())[:-1]):
                widths[form[: i + 1]] = max(widths.get(form[: i + 1], 0), len(cell) + 1)
        for item, cells, form in zip(items, rows, forms, strict=True):
            if cells is None:
                continue
            padded = [f"{cell},".ljust(widths[form[: i + 1]]) for i, cell in enumerate(cells[:-1])]
            known = self.known[item.start_mark.line]
            known.edits = [edit for edit in known.edits if edit.start != item.start_mark.column]
            self._replace(item, "{" + " ".join([*padded, cells[-1]]) + "}")


def _is_point(node: Any) -> bool:
    """Whether a node is a point or an entry on one line: `{at: ..., ...}`."""
    return (
        isinstance(node, yaml.MappingNode)
        and bool(node.flow_style)
        and node.start_mark.line == node.end_mark.line
        and bool(node.value)
        and node.value[0][0].value == "at"
    )


def _form(node: Any) -> tuple[str, ...]:
    """The keys of a point, the three that carry its value as one."""
    return tuple("value" if key.value in _VALUES else str(key.value) for key, _ in node.value)


def _children(node: Any) -> Iterator[Any]:
    for child in node.value:
        if isinstance(node, yaml.MappingNode):
            yield from child
        else:
            yield child
