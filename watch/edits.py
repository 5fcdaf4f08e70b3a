"""One change of one value as the smallest edit of a text: all else stays as its author wrote it.

Pure: a text in, a text out. What came out is read again, and refused unless what was meant has changed and
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log10

from ..dsl.findings.span import Span
from ..dsl.text.format import comments, scalar_text
from ..dsl.text.yaml_source import Source, parse_source
from ..dsl.values.units import Unit
from .wire import Change

TEXT_MOST = 200
DECIMALS_MOST = 6
LEVEL_LEAST = 1e-6
"""A level of 0 has no decibels: it is written as -120 dB."""
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NUMBER = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+(?:\.(?P<decimals>[0-9]*))?|\.(?P<bare>[0-9]+))(?:[eE][-+]?[0-9]+)?)"
)
_QUANTITY = re.compile(_NUMBER.pattern + r"(?P<gap> ?)(?P<unit>%|dB|Hz|kHz|ms|s|/ ?b|)\Z")
_VALUES = ("hold", "to", "via", "from")

UnitOf = Callable[[str], Unit]
"""The unit of the value at a pointer; Unit.ANY where none is known."""


class EditError(ValueError):
    """An edit that cannot be made, and why in words."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A replacement: characters start up to end become text."""

    start: int
    end: int
    text: str


def changed(text: str, changes: Sequence[Change], unit_of: UnitOf) -> str:
    """The text with scalars replaced.

    Raises EditError where there is no such scalar, or the result would say something else besides.
    """
    if not changes:
        raise EditError("nothing is to be changed")
    return _edited(text, lambda body: _set(body, changes, unit_of))


def with_point(text: str, pointer: str, before: int | None, at: str, value: float, unit_of: UnitOf) -> str:
    """The text with another point in a lane.

    pointer   of the list of points
    before    number of the point after which it stands; None for the beginning

    A glide is divided: the point before arrives at the value, and the new one goes on as that one did.
    Raises EditError where no point can stand there.
    """
    return _edited(text, lambda body: _added(body, pointer, before, at, value, unit_of))


def without_point(text: str, pointer: str) -> str:
    """The text without a point; what came before it goes on to where this point went.

    Raises EditError where it is the only one of its lane.
    """
    return _edited(text, lambda body: _removed(body, pointer))


@dataclass(frozen=True, slots=True)
class _Meant:
    """A new text, what must have changed by pointer, and what may: all below one."""

    text: str
    values: Mapping[str, str | float]
    within: str = ""
    comments_may_go: bool = False


def _edited(text: str, edit: Callable[[_Body], _Meant]) -> str:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    source, findings = parse_source(text, "")
    if not source.complete or findings:
        raise EditError("the text cannot be read as it is")
    body = _Body(source)
    meant = edit(body)
    _check(body.source, meant)
    return mark + meant.text


class _Body:
    """A text with the places of its values as indices; the byte order mark is not in it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self._lines = [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def place(self, pointer: str) -> tuple[int, int]:
        """First character and the one after the last of a value. Raises EditError where there is none."""
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


def _set(body: _Body, changes: Sequence[Change], unit_of: UnitOf) -> _Meant:
    meant: dict[str, str | float] = {}
    pieces = []
    for change in changes:
        if change.pointer in meant:
            raise EditError(f"{change.pointer} is changed twice")
        value = body.value(change.pointer)
        if isinstance(value, dict | list | bool) or value is None:
            raise EditError(f"{change.pointer} is not one value")
        start, end = body.place(change.pointer)
        new = _respelled(body.text[start:end], change.value, unit_of(change.pointer))
        meant[change.pointer] = _read_back(new)
        pieces.append(_padded(body, start, end, new))
    return _Meant(_replaced(body.text, pieces), meant)


def _added(body: _Body, pointer: str, before: int | None, at: str, value: float, unit_of: UnitOf) -> _Meant:
    points = body.value(pointer)
    if not isinstance(points, list) or not points or not all(isinstance(point, dict) for point in points):
        raise EditError(f"{pointer} is not a list of points")
    model = f"{pointer}/{0 if before is None else before}"
    point = body.value(model)
    assert isinstance(point, dict)
    if before is not None and ("via" in point or "turns" in point or point.get("shape") in _CYCLIC):
        raise EditError("a swing cannot be divided: write it in your editor")
    place = body.place(f"{model}/at")
    number = _spelled_like(body, point, model, value, unit_of)
    entries: dict[str, str] = {"at": _text_like(body.text[place[0] : place[1]], at)}
    pieces = []
    if before is not None and "to" in point:
        for key in point:
            if key not in ("at", "from"):
                start, end = body.place(f"{model}/{key}")
                entries[key] = body.text[start:end]
        start, end = body.place(f"{model}/to")
        pieces.append(_padded(body, start, end, number))
    else:
        entries["hold"] = number
    pieces.append(_inserted(body, pointer, model, before is None, entries))
    return _Meant(_replaced(body.text, pieces), {}, within=pointer)


_CYCLIC = ("sawtooth", "triangle", "sine", "drift", "orbit", "spiral")


def _spelled_like(body: _Body, point: Mapping[str, object], model: str, value: float, unit_of: UnitOf) -> str:
    """A number in the unit of a point that is there."""
    for key in _VALUES:
        if key in point:
            start, end = body.place(f"{model}/{key}")
            return _respelled(body.text[start:end], value, unit_of(f"{model}/{key}"))
    return _number(value, 0)


def _inserted(body: _Body, pointer: str, model: str, is_first: bool, entries: Mapping[str, str]) -> _Piece:
    """A new item of a list, in the style of one that is there, before or after it."""
    start, end = body.place(model)
    is_json = body.text[body.range(body.source.keys[f"{model}/at"])[0]] == '"'
    keys = {key: f'"{key}"' if is_json else key for key in entries}
    flow = "{" + ", ".join(f"{keys[key]}: {value}" for key, value in entries.items()) + "}"
    list_start, _ = body.place(pointer)
    if body.text[list_start] == "[":
        return _Piece(start, start, f"{flow}, ") if is_first else _Piece(end, end, f", {flow}")
    begin, _ = body.line_of(start)
    lead = body.text[begin:start]
    dash = lead.rfind("-")
    if lead[:dash].strip() or dash < 0:
        raise EditError("the list is written in a way that cannot be added to: write it in your editor")
    if body.text[start] == "{":
        item = lead + _columns(body.text[start:end], flow, entries)
    else:
        ending = _line_end(body)
        item = lead + f"{ending}{' ' * len(lead)}".join(f"{keys[k]}: {v}" for k, v in entries.items())
    if is_first:
        return _Piece(begin, begin, item + _line_end(body))
    following = body.line_of(max(start, end - 1))[1]
    if following == len(body.text) and not _BREAK.search(body.text[-1:]):
        return _Piece(following, following, _line_end(body) + item)
    return _Piece(following, following, item + _line_end(body))


def _columns(model: str, flow: str, entries: Mapping[str, str]) -> str:
    """A point in one line with its values below those of another, where it has the same keys."""
    source, _ = parse_source(model, "")
    found = parse_source(flow, "")[0]
    if not isinstance(source.value, dict) or list(source.value) != list(entries) or "\n" in model:
        return flow
    padded = ""
    taken = 0
    for key in entries:
        wanted, own = source.keys[f"/{key}"].column - 1, found.keys[f"/{key}"].column - 1
        padded += flow[taken:own]
        padded += " " * max(0, wanted - len(padded))
        taken = own
    return padded + flow[taken:]


def _line_end(body: _Body) -> str:
    found = _BREAK.search(body.text)
    return found[0] if found and found[0] in ("\r\n", "\n") else "\n"


def _removed(body: _Body, pointer: str) -> _Meant:
    holder, _, name = pointer.rpartition("/")
    points = body.value(holder)
    if not isinstance(points, list) or not name.isdecimal() or int(name) >= len(points):
        raise EditError(f"there is no point at {pointer}")
    if len(points) == 1:
        raise EditError("a lane has one point at least: take the lane out in your editor")
    number = int(name)
    start, end = body.place(pointer)
    pieces = []
    point, before = points[number], points[number - 1] if number else None
    if isinstance(point, dict) and isinstance(before, dict) and "to" in point and "to" in before:
        old = body.place(f"{holder}/{number - 1}/to")
        new = body.place(f"{pointer}/to")
        pieces.append(_padded(body, *old, body.text[new[0] : new[1]]))
    list_start, _ = body.place(holder)
    if body.text[list_start] == "[":
        if number:
            start = body.place(f"{holder}/{number - 1}")[1]
        else:
            end = body.place(f"{holder}/1")[0]
    else:
        begin, following = body.line_of(start)[0], body.line_of(max(start, end - 1))[1]
        lead = body.text[begin:start].strip()
        if lead != "-":
            raise EditError("the list is written in a way that cannot be shortened: do it in your editor")
        start, end = begin, following
    pieces.append(_Piece(start, end, ""))
    return _Meant(_replaced(body.text, pieces), {}, within=holder, comments_may_go=True)


def _padded(body: _Body, start: int, end: int, new: str) -> _Piece:
    """A scalar replaced; spaces behind it take up the difference where columns stand below each other."""
    text = body.text
    grown = len(new) - (end - start)
    comma = end + 1 if text[end : end + 1] == "," else end
    stop = comma
    while text[stop : stop + 1] == " ":
        stop += 1
    gap = stop - comma
    following = text[stop : stop + 1]
    if not grown or not gap or not following or (comma == end and following != "#"):
        return _Piece(start, end, new)
    column = stop - body.line_of(start)[0]
    usual = 2 if following == "#" else 1
    aligned = gap > usual or any(_begins_at(line, column, text[stop:]) for line in body.neighbours(start))
    if not aligned:
        return _Piece(start, end, new)
    return _Piece(start, stop, new + text[end:comma] + " " * max(1, gap - grown))


def _begins_at(line: str, column: int, text: str) -> bool:
    """Whether a line has the same word, or a comment, in the same column."""
    word = re.match(r"#|[^\s:]+", text)
    return word is not None and line[column - 1 : column] == " " and line[column:].startswith(word[0])


def _replaced(text: str, pieces: Sequence[_Piece]) -> str:
    ordered = sorted(pieces, key=lambda piece: (piece.start, piece.end))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise EditError("two changes meet in one place")
    for piece in reversed(ordered):
        text = text[: piece.start] + piece.text + text[piece.end :]
    return text


# Spelling


def _respelled(old: str, value: float | str, unit: Unit) -> str:
    """A value in the way in which the old one was written: quotes, unit, digits."""
    if isinstance(value, str):
        return _text_like(old, value)
    if not isfinite(value):
        raise EditError("the value is not a number")
    quote = old[0] if old[:1] in "'\"" and old[-1:] == old[:1] else ""
    found = _QUANTITY.match(old[len(quote) : len(old) - len(quote)])
    if found is None:
        raise EditError(f"{old[:40]} is not a number")
    decimals = len(found["decimals"] or found["bare"] or "")
    written = found["unit"].replace(" ", "")
    if written == "dB" and unit is Unit.GAIN:
        value, most = 20.0 * log10(max(value, LEVEL_LEAST)), 2
    elif unit is Unit.GAIN:
        # As fine as one hears: two digits are a tenth of a decibel at 0.9, and half of one at 0.1.
        most = 2 if value >= 0.1 else 3 if value >= 0.01 else 4
        value, most = (value * 100.0, most - 2) if written == "%" else (value, most)
    else:
        value, most = value * {"%": 100.0, "ms": 1000.0, "kHz": 0.001}.get(written, 1.0), DECIMALS_MOST
    return f"{quote}{_number(value, decimals, most)}{found['gap']}{found['unit']}{quote}"


def _number(value: float, decimals: int, most: int = DECIMALS_MOST) -> str:
    """A number with as many decimals as it needs, and at least so many."""
    text = f"{value:.{max(most, decimals)}f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    plain = f"{whole}.{part}" if part else whole
    return plain.removeprefix("-") if float(plain) == 0.0 else plain


def _text_like(old: str, new: str) -> str:
    if not new.strip() or len(new) > TEXT_MOST or not new.isprintable():
        raise EditError("the text is empty, too long, or holds what cannot be printed")
    if old[:1] == '"':
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if old[:1] == "'":
        return "'" + new.replace("'", "''") + "'"
    source, findings = parse_source(f"{{a: {new}}}", "")
    if not findings and source.complete and isinstance(source.value, dict) and list(source.value) == ["a"]:
        read = source.value["a"]
        is_number = isinstance(read, int | float) and not isinstance(read, bool)
        if read == new or (is_number and source.spellings.get("/a") == new):
            return new
    return scalar_text(new)


def _read_back(written: str) -> str:
    """A scalar as text, as it will be read."""
    source, findings = parse_source(f"{{a: {written}}}", "")
    if findings or not isinstance(source.value, dict) or list(source.value) != ["a"]:
        raise EditError(f"{written[:40]} cannot stand there")
    return source.spellings.get("/a") or str(source.value["a"])


# What came out


def _check(before: Source, meant: _Meant) -> None:
    """Raises EditError unless exactly what was meant has changed."""
    after, findings = parse_source(meant.text, "")
    if findings or not after.complete:
        raise EditError("the text could not be read any more")
    old, new = _flat(before), _flat(after)
    if meant.within:
        outside = {p: v for p, v in old.items() if not _is_below(p, meant.within)}
        if outside != {p: v for p, v in new.items() if not _is_below(p, meant.within)}:
            raise EditError("something else would change, too")
    else:
        if {p: v for p, v in old.items() if p not in meant.values} != {
            p: v for p, v in new.items() if p not in meant.values
        }:
            raise EditError("something else would change, too")
        if any(new.get(pointer) != value for pointer, value in meant.values.items()):
            raise EditError("the value cannot be written there")
    if not meant.comments_may_go and comments(before.text) != comments(meant.text):
        raise EditError("a comment would change")


def _flat(source: Source) -> dict[str, str]:
    """Every scalar by its pointer, as it is written; of blocks, that they are there."""
    found: dict[str, str] = {}
    waiting: list[tuple[str, object]] = [("", source.value)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            found[pointer] = "{}"
            pairs = [(key.replace("~", "~0").replace("/", "~1"), item) for key, item in value.items()]
            waiting += [(f"{pointer}/{key}", item) for key, item in pairs]
        elif isinstance(value, list):
            found[pointer] = f"[{len(value)}]"
            waiting += [(f"{pointer}/{k}", item) for k, item in enumerate(value)]
        else:
            found[pointer] = source.spellings.get(pointer) or str(value)
    return found


def _is_below(pointer: str, block: str) -> bool:
    return pointer == block or pointer.startswith(f"{block}/")
