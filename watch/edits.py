"""One change of one value as the smallest edit of a text: all else stays as its author wrote it.

Pure: a text in, a text out. What came out is read again, and refused unless what was meant has changed and
nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..dsl.text.format import comments
from ..dsl.text.yaml_reader import parse_source
from ..dsl.text.yaml_source import Source
from ..dsl.values.units import Unit
from .body import Body, Piece, Written, padded, replaced
from .growing import Tree, grown, pointers
from .points import Keys, UnitOf, added, removed, rewritten
from .spelling import EditError, read_back, respelled
from .wire.requests import Change

__all__ = ["EditError", "changed", "with_gain", "with_keys", "with_point", "without_point"]


def changed(text: str, changes: Sequence[Change], unit_of: UnitOf) -> str:
    """The text with scalars replaced.

    Raises EditError where there is no such scalar, or the result would say something else besides.
    """
    if not changes:
        raise EditError("there is nothing to change")
    return _edited(text, lambda body: _set(body, changes, unit_of))


def with_point(
    text: str,
    pointer: str,
    before: int | None,
    at: str,
    value: float,
    unit_of: UnitOf,
    halves: Callable[[Written], tuple[Keys, Keys]] | None = None,
) -> str:
    """The text with another point in a lane.

    pointer   of the list of points
    before    number of the point after which it is; None for the beginning
    halves    what becomes of a movement that goes round or comes back, before and after the new point

    A glide is divided: the point before arrives at the value, and the new one goes on as that one did.
    Raises EditError where no point can be there.
    """

    def edit(body: Body) -> _Meant:
        pieces = added(body, pointer, before, at, value, unit_of, halves)
        return _Meant(replaced(body.text, pieces), {}, within=pointer)

    return _edited(text, edit)


def with_keys(text: str, pointer: str, keys: Callable[[Written], Keys], unit_of: UnitOf) -> str:
    """The text with a point that does something else from its place on.

    keys   all that it has then, by what it has now

    Raises EditError where it is there already, or cannot be written.
    """

    def edit(body: Body) -> _Meant:
        pieces: list[Piece] = rewritten(body, pointer, keys(body.point(pointer)), unit_of)
        if not pieces:
            raise EditError("the value is already written there")
        return _Meant(replaced(body.text, pieces), {}, within=pointer)

    return _edited(text, edit)


def without_point(text: str, pointer: str) -> str:
    """The text without a point; the movement before it then leads to the removed point's target.

    Raises EditError where it is the only one of its lane.
    """

    def edit(body: Body) -> _Meant:
        holder = pointer.rpartition("/")[0]
        return _Meant(replaced(body.text, removed(body, pointer)), {}, within=holder, comments_may_go=True)

    return _edited(text, edit)


def with_gain(text: str, bus: str, gain: float, buses: Sequence[str]) -> str:
    """A manifest with the gain of a bus for which none is written.

    gain    linear
    buses   the buses that the parts make, in their order. Where the text names no bus, all of them are
            written, because a manifest that names buses plays no others

    Raises EditError where there is no such bus, its gain is already written, or is 0 dB as before.
    """

    def edit(body: Body) -> _Meant:
        new: Tree = {"gain": respelled("0 dB", gain, Unit.GAIN)}
        if new == {"gain": "0 dB"}:
            raise EditError("the gain is 0 dB already")
        written = buses_written(body.source)
        if bus not in (written or buses):
            raise EditError(f"there is no bus {bus[:80]}")
        below = {bus: new} if written else {name: new if name == bus else {} for name in buses}
        keys = {"audio": {"buses": below}}
        return _Meant(replaced(body.text, [grown(body, keys)]), dict(pointers(keys)))

    return _edited(text, edit)


def buses_written(source: Source) -> tuple[str, ...]:
    """The buses that a manifest names; none where they come from the parts."""
    try:
        written = source.at("/audio/buses")
    except LookupError:
        return ()
    return tuple(written) if isinstance(written, dict) else ()


@dataclass(frozen=True, slots=True)
class _Meant:
    """A new text, the changes that it must contain by pointer, and the pointer below which it may change."""

    text: str
    values: Mapping[str, str | float]
    within: str = ""
    comments_may_go: bool = False


def _edited(text: str, edit: Callable[[Body], _Meant]) -> str:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    source, findings = parse_source(text, "")
    if not source.complete or findings:
        raise EditError("the text cannot be read as it is")
    body = Body(source)
    meant = edit(body)
    _check(body.source, meant)
    return mark + meant.text


def _set(body: Body, changes: Sequence[Change], unit_of: UnitOf) -> _Meant:
    meant: dict[str, str | float] = {}
    pieces = []
    for change in changes:
        if change.pointer in meant:
            raise EditError(f"{change.pointer} is changed twice")
        value = body.value(change.pointer)
        if isinstance(value, dict | list | bool) or value is None:
            raise EditError(f"{change.pointer} is not one value")
        start, end = body.place(change.pointer)
        new = respelled(body.text[start:end], change.value, unit_of(change.pointer))
        meant[change.pointer] = read_back(new)
        pieces.append(padded(body, start, end, new))
    return _Meant(replaced(body.text, pieces), meant)


# Results


def _check(before: Source, meant: _Meant) -> None:
    """Raises EditError unless exactly the intended value has changed."""
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
    """Every scalar as written, by its pointer; for blocks, only that they exist."""
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
