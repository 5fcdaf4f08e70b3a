"""Turns an edit of the page into an edit of a text: the point that it means, and its neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..compiler.heard_piece import Heard
from ..compiler.reports.lane_curves import LaneCurves
from ..dsl.findings.collector import Findings
from ..dsl.findings.diagnostics import Diagnostic
from ..dsl.findings.span import Span
from ..dsl.model.lane import Lane, Shape
from ..dsl.read.lanes import lane_units
from ..dsl.text.yaml_source import unescaped
from ..dsl.values.position import parse_place
from ..dsl.values.units import Quarters, Unit
from .curves import own_curve
from .edits import EditError, buses_written, changed, with_gain, with_keys, with_point, without_point
from .reshaping import Stretch, dividing, reshaped
from .session import Version
from .texts import parsed
from .wire import requests

_GAIN_OF_A_BUS = re.compile("/audio/buses/([^/]+)/gain")


def applied(text: str, edit: requests.Edit, version: Version) -> str:
    """The text with an edit. Raises EditError."""
    given = (bool(edit.changes), edit.add is not None, bool(edit.remove), edit.shape is not None)
    if given.count(True) != 1:
        raise EditError("an edit changes values, adds a point, removes one, or gives one another shape")
    unit_of = units(edit.file, version)
    if edit.changes:
        new = _new_gain(text, edit, version)
        if new is not None:
            return with_gain(text, *new, () if buses_written(parsed(text)) else _buses(version))
        return changed(text, edit.changes, unit_of)
    if edit.remove:
        return without_point(text, edit.remove)
    if edit.shape is not None:
        return _with_shape(text, edit.shape, edit.file, version, unit_of)
    assert edit.add is not None
    return _with_point(text, edit.add, edit.file, version, unit_of)


def goes_by_the_version(text: str, edit: requests.Edit, version: Version) -> bool:
    """Whether an edit needs more than its text: the version that was read last, of the same text."""
    is_music = edit.add is not None or edit.shape is not None
    return is_music or (_new_gain(text, edit, version) is not None and not buses_written(parsed(text)))


def _new_gain(text: str, edit: requests.Edit, version: Version) -> tuple[str, float] | None:
    """The bus for which an edit writes the first gain, and the gain; None where it does something else."""
    if len(edit.changes) != 1 or edit.file != version.texts.manifest:
        return None
    (change,) = edit.changes
    found = _GAIN_OF_A_BUS.fullmatch(change.pointer)
    if found is None or isinstance(change.value, str) or change.pointer in parsed(text).values:
        return None
    return unescaped(found[1]), change.value


def _buses(version: Version) -> tuple[str, ...]:
    """The buses that the parts make; while the piece has errors, those of the last good version."""
    rows = version.piece.rows
    if not rows or any(row.line for row in rows):
        raise EditError("the piece has errors: fix them first")
    return tuple(row.bus for row in rows)


def _with_point(
    text: str, add: requests.NewPoint, file: str, version: Version, unit_of: Callable[[str], Unit]
) -> str:
    heard = _heard(version)
    lane = _lane(add.pointer, file, version)
    place = parse_place(add.at, Span(""))
    findings = Findings()
    at = None if isinstance(place, Diagnostic) else heard.clock.locate(place, findings)
    if at is None:
        raise EditError(findings[0].message if findings else f"{add.at[:40]} is not a place")
    places = [heard.clock.at(point.at) for point in lane.points]
    if at in places:
        raise EditError("there is already a point")
    before = max((k for k, known in enumerate(places) if known is not None and known < at), default=None)
    halves = None
    if before is not None:
        halves = dividing(_stretch(lane, before, heard), Quarters(at), add.value)
    return with_point(text, add.pointer, before, add.at, add.value, unit_of, halves)


def _with_shape(
    text: str, asked: requests.NewShape, file: str, version: Version, unit_of: Callable[[str], Unit]
) -> str:
    heard = _heard(version)
    pointer, _, number = asked.pointer.rpartition("/")
    lane = _lane(pointer, file, version)
    if asked.shape not in list(Shape):
        raise EditError(f"there is no shape {asked.shape[:40]}")
    if not number.isdecimal() or int(number) >= len(lane.points):
        raise EditError(f"there is no point at {asked.pointer[:80]}")
    if len(lane.units) > 1:
        raise EditError("this lane has rates in hertz and in cycles per beat: write it in your editor")
    stretch = _stretch(lane, int(number), heard)
    return with_keys(text, asked.pointer, lambda point: reshaped(point, Shape(asked.shape), stretch), unit_of)


def _heard(version: Version) -> Heard:
    if version.heard is None:
        raise EditError("the piece has errors: fix them first")
    return version.heard


def _lane(pointer: str, file: str, version: Version) -> Lane:
    """The lane with the list of points at that pointer."""
    for lane in _heard(version).piece.lanes:
        if lane.pointer == pointer and version.texts.name_of(lane.span.file) == file:
            return lane
    raise EditError("there is no such lane")


def _stretch(lane: Lane, number: int, heard: Heard) -> Stretch:
    """A point of a lane with its surroundings."""
    curves = LaneCurves(heard)
    curve = own_curve(lane, curves.of(lane), curves.lanes)
    if len(curve.segments) != len(lane.points):
        raise EditError("this lane has errors: fix them first")
    segments = curve.segments
    return Stretch(
        point=lane.points[number],
        segment=segments[number],
        standing=segments[number - 1].last_value if number else curve.before,
        next_value=segments[number + 1].first_value if number + 1 < len(segments) else None,
        low=curve.low,
        high=curve.high,
        clock=heard.clock,
    )


def units(file: str, version: Version) -> Callable[[str], Unit]:
    """The unit of each value of a file, by its pointer."""
    heard: Heard | None = version.heard
    owners = {}
    if heard is not None:
        unit_of_lane = lane_units(heard.piece.audio)
        owners = {
            lane.pointer: unit_of_lane(lane.name)
            for lane in heard.piece.lanes
            if lane.pointer and version.texts.name_of(lane.span.file) == file
        }

    def unit_of(pointer: str) -> Unit:
        for owner, unit in owners.items():
            if pointer.startswith(f"{owner}/"):
                return unit
        return Unit.GAIN if pointer.startswith("/audio/") and pointer.endswith("/gain") else Unit.ANY

    return unit_of
