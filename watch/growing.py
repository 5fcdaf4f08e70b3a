"""Keys that a text does not have yet, as edits of it: in the style of what is there, and behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from ..dsl.text.format import STEP, scalar_text
from ..dsl.text.yaml_source import escaped
from .body import BREAK, Body, Piece, line_end
from .spelling import EditError

Tree = Mapping[str, "Tree | str"]
"""New keys: to a block of others, or to the text of a value."""


def grown(body: Body, keys: Tree, pointer: str = "") -> Piece:
    """The piece that puts keys into the map at a pointer, or into the one deeper in it that has their names.

    The map may be in block style or in one line, empty, or without a value. Raises EditError if there is
    something else.
    """
    held = body.value(pointer)
    if isinstance(held, dict) and len(keys) == 1:
        ((key, below),) = keys.items()
        if key in held:
            if isinstance(below, str):
                raise EditError(f"{pointer}/{key} is already written")
            return grown(body, below, f"{pointer}/{escaped(key)}")
    start, end = body.place(pointer)
    if held is None:
        is_in_line = end > start or _is_flow(body, pointer.rpartition("/")[0])
        return _valued(body, pointer, keys) if is_in_line else _below(body, pointer, keys)
    if not isinstance(held, dict):
        raise EditError(f"{pointer} is not a block of keys")
    if body.text[start] != "{":
        return _behind(body, pointer, list(held), keys)
    quoted = _is_quoted(body, pointer if held else "")
    new = _in_line(keys, quoted)[1:-1]
    if not held:
        return Piece(start + 1, start + 1, new)
    last = body.place(f"{pointer}/{escaped(list(held)[-1])}")[1]
    return Piece(last, last, f", {new}")


def pointers(keys: Tree, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The pointer of each new key and its value; `{}` for a block."""
    for key, below in keys.items():
        here = f"{pointer}/{escaped(key)}"
        if isinstance(below, str):
            yield here, below
        else:
            yield here, "{}"
            yield from pointers(below, here)


def _valued(body: Body, pointer: str, keys: Tree) -> Piece:
    """Keys in one line for a value that is empty, or `null`."""
    start, end = body.place(pointer)
    between = body.text[body.key(pointer)[1] : start]
    gap = ": " if ":" not in between else " " if between.endswith(":") else ""
    return Piece(start, end, gap + _in_line(keys, _is_quoted(body, "")))


def _below(body: Body, pointer: str, keys: Tree) -> Piece:
    """Keys in the lines below a key that has no value."""
    start = body.key(pointer)[0]
    begin, following = body.line_of(start)
    step = _step(body)
    return _lines_at(body, following, _lines(keys, start - begin + step, step))


def _behind(body: Body, pointer: str, held: list[str], keys: Tree) -> Piece:
    """Keys behind the last one of a block, and behind the comments that belong to it."""
    start, end = body.place(pointer)
    first, last = (body.key(f"{pointer}/{escaped(held[k])}")[0] for k in (0, -1))
    indent = first - body.line_of(first)[0]
    at = look = body.line_of(max(end - 1, start, last))[1]
    while look < len(body.text):
        line = body.text[look : body.line_of(look)[1]]
        words = line.strip()
        if words and (words[0] != "#" or len(line) - len(line.lstrip(" \t")) < indent):
            break
        look += len(line)
        at = look if words else at
    lines = _lines(keys, indent, _step(body))
    return _lines_at(body, at, ["", *lines] if not pointer and _is_set_apart(body, last) else lines)


def _lines_at(body: Body, at: int, lines: list[str]) -> Piece:
    """Whole lines before the character at an index, which begins a line or is the end."""
    ending = line_end(body)
    is_open = at == len(body.text) and not BREAK.search(body.text[-1:])
    text = ending.join(lines)
    return Piece(at, at, ending + text if is_open else text + ending)


def _lines(keys: Tree, indent: int, step: int) -> list[str]:
    """Keys as lines; a block of plain values, or of none, is written in one."""
    found = []
    for key, below in keys.items():
        lead = f"{' ' * indent}{scalar_text(key)}:"
        if isinstance(below, str):
            found.append(f"{lead} {below}")
        elif all(isinstance(value, str) for value in below.values()):
            found.append(f"{lead} {_in_line(below, quoted=False)}")
        else:
            found += [lead, *_lines(below, indent + step, step)]
    return found


def _in_line(keys: Tree, quoted: bool) -> str:
    """Keys as `{key: value}`; quoted, as in JSON."""
    pairs = []
    for key, below in keys.items():
        name = json.dumps(key, ensure_ascii=False) if quoted else scalar_text(key)
        if isinstance(below, str):
            pairs.append(f"{name}: {json.dumps(below) if quoted else below}")
        else:
            pairs.append(f"{name}: {_in_line(below, quoted)}")
    return "{" + ", ".join(pairs) + "}"


def _is_flow(body: Body, pointer: str) -> bool:
    return body.text[body.place(pointer)[0]] in "{["


def _is_quoted(body: Body, pointer: str) -> bool:
    """Whether the keys of a map are quoted, as in JSON."""
    held = body.value(pointer)
    first = next(iter(held), None) if isinstance(held, dict) else None
    return first is not None and body.text[body.key(f"{pointer}/{escaped(first)}")[0]] == '"'


def _is_set_apart(body: Body, key: int) -> bool:
    """Whether an empty line is above a key and its comments."""
    begin = body.line_of(key)[0]
    while begin > 0:
        above = body.line_of(begin - 1)[0]
        words = body.text[above:begin].strip()
        if not words.startswith("#"):
            return not words
        begin = above
    return False


def _step(body: Body) -> int:
    """The columns by which the keys of the first block are indented."""
    for pointer, span in body.source.keys.items():
        block = pointer.rpartition("/")[0]
        is_below = block in body.source.keys and isinstance(body.value(block), dict)
        if is_below and not _is_flow(body, block):
            return max(1, span.column - body.source.keys[block].column)
    return STEP
