"""Points of a lane as edits of its text: added, removed, and made to do something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..dsl.text.yaml_reader import parse_source
from ..dsl.values.units import Unit
from .body import BREAK, Body, Piece, Written, line_end, padded
from .spelling import EditError, number_text, respelled, text_like

_VALUES = ("hold", "to", "via", "from")
_DOES = ("hold", "to", "via", "turns")
"""The keys for the movement of a point: each has one of them."""

UnitOf = Callable[[str], Unit]
"""The unit of the value at a pointer; Unit.ANY where none is known."""

Keys = Mapping[str, float | str | None]
"""The keys of a point except `at`: a value of the lane, or a text; None keeps the written one."""


def added(
    body: Body,
    pointer: str,
    before: int | None,
    at: str,
    value: float,
    unit_of: UnitOf,
    halves: Callable[[Written], tuple[Keys, Keys]] | None,
) -> list[Piece]:
    """The pieces that put another point into a list; `edits.with_point` says how."""
    points = body.value(pointer)
    if not isinstance(points, list) or not points or not all(isinstance(point, dict) for point in points):
        raise EditError(f"{pointer} is not a list of points")
    model = f"{pointer}/{0 if before is None else before}"
    point = body.point(model)
    place = body.place(f"{model}/at")
    entries: dict[str, str] = {"at": text_like(body.text[place[0] : place[1]], at)}
    pieces = []
    if before is not None and halves is not None:
        first, second = halves(point)
        pieces += rewritten(body, model, first, unit_of)
        entries |= {key: _key_text(body, point, model, key, second[key], unit_of) for key in second}
    elif before is not None and ("via" in point or "turns" in point or "cycles" in point):
        raise EditError("a swing, or what repeats, cannot be divided by its text alone")
    elif before is not None and "to" in point:
        for key in point:
            if key not in ("at", "from"):
                start, end = body.place(f"{model}/{key}")
                entries[key] = body.text[start:end]
        start, end = body.place(f"{model}/to")
        pieces.append(padded(body, start, end, _spelled_like(body, point, model, value, unit_of)))
    else:
        entries["hold"] = _spelled_like(body, point, model, value, unit_of)
    return [*pieces, _inserted(body, pointer, model, before is None, entries)]


def _key_text(
    body: Body, point: Written, model: str, key: str, value: float | str | None, unit_of: UnitOf
) -> str:
    """The text of a key's value; None keeps the one that the point has."""
    if value is None:
        start, end = body.place(f"{model}/{key}")
        return body.text[start:end]
    if isinstance(value, float):
        return _spelled_like(body, point, model, value, unit_of)
    return text_like('"' if body.is_json(model) and not _is_number(value) else "", value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def rewritten(body: Body, pointer: str, keys: Keys, unit_of: UnitOf) -> list[Piece]:
    """The pieces that change the keys of a point: unchanged ones keep their place and spelling."""
    point = body.point(pointer)
    old = [key for key in point if key != "at"]
    left = next((key for key in old if key in _DOES and key not in keys), None)
    came = next((key for key in keys if key in _DOES and key not in point), None)
    renamed = {left: came} if left is not None and came is not None else {}
    gone = [key for key in old if key not in keys and key not in renamed]
    new = [key for key in keys if key not in point and key not in renamed.values()]
    quote = '"' if body.is_json(pointer) else ""
    is_flow = body.text[body.place(pointer)[0]] == "{"
    order = list(point)
    pieces = []
    for k, key in enumerate(order):
        name = renamed.get(key, key)
        start, end = body.place(f"{pointer}/{key}")
        if key in gone:
            pieces.append(_key_removed(body, pointer, order, k, is_flow))
            continue
        if name != key:
            pieces.append(Piece(*body.key(f"{pointer}/{key}"), f"{quote}{name}{quote}"))
        if name is None or name == "at" or keys.get(name) is None:
            continue
        text = _key_text(body, point, pointer, name, keys[name], unit_of)
        is_last = all(other in gone for other in order[k + 1 :]) or order[k + 1] in gone
        if text != body.text[start:end]:
            pieces.append(Piece(start, end, text) if is_last else padded(body, start, end, text))
    goal = next((key for key in order if key in _DOES), None)
    if is_flow and "from" in new and goal is not None:
        # The start is written before the target.
        begin = body.key(f"{pointer}/{goal}")[0]
        text = _key_text(body, point, pointer, "from", keys["from"], unit_of)
        pieces.append(Piece(begin, begin, f"{quote}from{quote}: {text}, "))
        new.remove("from")
    if new:
        values = {key: _key_text(body, point, pointer, key, keys[key], unit_of) for key in new}
        texts = [f"{quote}{key}{quote}: {value}" for key, value in values.items()]
        last = next(key for key in reversed(order) if key not in gone)
        pieces.append(_keys_added(body, pointer, f"{pointer}/{last}", texts, is_flow))
    return [*pieces, *_column_kept(body, pointer, pieces)] if is_flow else pieces


def _key_removed(body: Body, pointer: str, order: Sequence[str], k: int, is_flow: bool) -> Piece:
    """The removal of a key with its value and its separator."""
    start, end = body.key(f"{pointer}/{order[k]}")[0], body.place(f"{pointer}/{order[k]}")[1]
    if is_flow:
        if k:
            return Piece(body.place(f"{pointer}/{order[k - 1]}")[1], end, "")
        return Piece(start, body.key(f"{pointer}/{order[1]}")[0], "")
    begin, following = body.line_of(start)[0], body.line_of(max(start, end - 1))[1]
    if body.text[begin:start].strip():
        raise EditError("the page cannot change a point in this notation: use your editor")
    return Piece(begin, following, "")


def _keys_added(body: Body, pointer: str, last: str, texts: Sequence[str], is_flow: bool) -> Piece:
    """More keys behind the last one that stays."""
    end = body.place(last)[1]
    if is_flow:
        return Piece(end, end, "".join(f", {text}" for text in texts))
    start = body.key(f"{pointer}/at")[0]
    indent = " " * (start - body.line_of(start)[0])
    following = body.line_of(max(end - 1, 0))[1]
    lines = "".join(f"{indent}{text}{line_end(body)}" for text in texts)
    is_open = following == len(body.text) and not BREAK.search(body.text[-1:])
    return Piece(following, following, line_end(body) + lines.rstrip("\r\n") if is_open else lines)


def _column_kept(body: Body, pointer: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The comment behind a point stays where it was, as far as there is room."""
    end = body.place(pointer)[1]
    stop = end + len(body.text[end:]) - len(body.text[end:].lstrip(" "))
    grown = sum(len(piece.text) - (piece.end - piece.start) for piece in pieces)
    if body.text[stop : stop + 1] != "#" or not grown or stop - end < 2:
        return []
    return [Piece(end, stop, " " * max(2, stop - end - grown))]


def _spelled_like(body: Body, point: Written, model: str, value: float, unit_of: UnitOf) -> str:
    """A number, written in the unit of an existing point."""
    for key in _VALUES:
        if key in point:
            start, end = body.place(f"{model}/{key}")
            return respelled(body.text[start:end], value, unit_of(f"{model}/{key}"))
    return number_text(value, 0)


def _inserted(body: Body, pointer: str, model: str, is_first: bool, entries: Mapping[str, str]) -> Piece:
    """A new item of a list in the style of an existing one, before or after it."""
    start, end = body.place(model)
    keys = {key: f'"{key}"' if body.is_json(model) else key for key in entries}
    flow = "{" + ", ".join(f"{keys[key]}: {value}" for key, value in entries.items()) + "}"
    list_start, _ = body.place(pointer)
    if body.text[list_start] == "[":
        return Piece(start, start, f"{flow}, ") if is_first else Piece(end, end, f", {flow}")
    begin, _ = body.line_of(start)
    lead = body.text[begin:start]
    dash = lead.rfind("-")
    if lead[:dash].strip() or dash < 0:
        raise EditError("the page cannot extend a list in this notation: use your editor")
    if body.text[start] == "{":
        item = lead + _columns(body.text[start:end], flow, entries)
    else:
        ending = line_end(body)
        item = lead + f"{ending}{' ' * len(lead)}".join(f"{keys[k]}: {v}" for k, v in entries.items())
    if is_first:
        return Piece(begin, begin, item + line_end(body))
    following = body.line_of(max(start, end - 1))[1]
    if following == len(body.text) and not BREAK.search(body.text[-1:]):
        return Piece(following, following, line_end(body) + item)
    return Piece(following, following, item + line_end(body))


def _columns(model: str, flow: str, entries: Mapping[str, str]) -> str:
    """A point in one line, its values aligned with those of another one that has the same keys."""
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


def removed(body: Body, pointer: str) -> list[Piece]:
    """The pieces that remove a point from its list; the movement before it then leads to its target."""
    holder, _, name = pointer.rpartition("/")
    points = body.value(holder)
    if not isinstance(points, list) or not name.isdecimal() or int(name) >= len(points):
        raise EditError(f"there is no point at {pointer}")
    if len(points) == 1:
        raise EditError("a lane needs at least one point: remove the lane in your editor")
    number = int(name)
    start, end = body.place(pointer)
    pieces = []
    point, before = points[number], points[number - 1] if number else None
    if isinstance(point, dict) and isinstance(before, dict) and "to" in point and "to" in before:
        old = body.place(f"{holder}/{number - 1}/to")
        new = body.place(f"{pointer}/to")
        pieces.append(padded(body, *old, body.text[new[0] : new[1]]))
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
            raise EditError("the page cannot shorten a list in this notation: use your editor")
        start, end = begin, following
    return [*pieces, Piece(start, end, "")]
