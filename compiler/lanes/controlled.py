"""Lanes that follow a MIDI controller of the score, with the values that were sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.lane import CENTRED, Lane, Played
from ..lazy_numpy import np
from ..notes.band import Band
from ..score.model import BEND, PRESSURE, Channel, Steps
from ..score.part_note import PartNote
from ..time.clock import Clock
from .players import lengths_at
from .playing import Course, smoothed, steps

if TYPE_CHECKING:
    from ...store.values.array_types import F64


RAMP_S = 0.01
"""The duration of a step from one value to the next: long enough that the sound does not click."""
_NAMES = {
    "1": "modulation",
    "2": "breath",
    "7": "volume",
    "8": "balance",
    "10": "pan",
    "11": "expression",
    "64": "sustain pedal",
}
_AT_REST = {"7": 100, "8": 64, "10": 64, "11": 127, BEND: 8192}
"""Initial values of controllers that do not start at 0 (General MIDI; MMA RP-015)."""
_LISTED_MOST = 8


def controller_name(name: str) -> str:
    """The name of a controller for messages."""
    if name in (BEND, PRESSURE):
        return {BEND: "pitch bend", PRESSURE: "channel pressure"}[name]
    return f"controller {name}" + (f" ({_NAMES[name]})" if name in _NAMES else "")


def controlled(
    lane: Lane,
    played: Played,
    notes: Sequence[PartNote],
    band: Band,
    clock: Clock,
    findings: Findings,
) -> tuple[int, Course] | None:
    """The track whose controller moves a lane, and its course; None, and a finding, where no part has it.

    notes   those that the lane means: their parts are asked
    """
    notes = notes if played.where.parts else _of_its_bus(lane, notes, band)
    parts = {entry.note.track: entry.part for entry in notes}
    having = [(track, found) for track in sorted(parts) if (found := _sent(band, track, played.controller))]
    if not having:
        findings.add(_missing(lane, played, parts, band))
        return None
    track, found = having[0]
    others = dict.fromkeys(parts[other] for other, sent in having[1:] if sent != found)
    if others:
        names = ", ".join([parts[track], *list(others)[: _LISTED_MOST - 1]])
        message = f"{controller_name(played.controller)} is in several parts, {names}; the first is taken"
        hint = f"write part: {parts[track]}, or another of them"
        findings.add(Diagnostic("MV681", lane.span, message, hint, Severity.WARNING))
    return track, _course(found, played, clock)


def _of_its_bus(lane: Lane, notes: Sequence[PartNote], band: Band) -> Sequence[PartNote]:
    """The notes of a lane's bus; all notes for a lane without a bus."""
    names = [bus.name for bus in band.buses if f"{lane.name}.".startswith(f"{bus.name}.")]
    if not names:
        return notes
    name = max(names, key=len)
    return [entry for entry in notes if (seat := band.seat_of(entry)) is not None and seat[0].name == name]


def _sent(band: Band, track: int, controller: str) -> Steps | None:
    channel = band.channels.get(track)
    return None if channel is None else dict(channel.controllers).get(controller)


def _course(found: Steps, played: Played, clock: Clock) -> Course:
    times_s = np.array([float(clock.seconds(at_qn)) for at_qn, _ in found])
    values = np.array([value for _, value in found], np.float64)
    before = float(_AT_REST.get(played.controller, 0))
    if found[0][0] > 0:
        times_s, values = np.insert(times_s, 0, 0.0), np.insert(values, 0, before)
    share = _shares(values, played.controller)
    if played.in_decibels and min(played.low, played.high) > 0:
        values = played.low * (played.high / played.low) ** share
    else:
        values = played.low + (played.high - played.low) * share
    # Each value holds until the next event, and the step to that takes as long as there is room for.
    gaps_s = np.diff(times_s, append=np.inf)
    previous = np.concatenate([values[:1], values[:-1]])
    course = Course(
        np.stack([times_s, times_s + np.minimum(RAMP_S, gaps_s)], axis=1).ravel(),
        np.stack([previous, values], axis=1).ravel(),
    )
    if not played.over.value:
        return course
    bars_s = np.array(sorted({0.0, *(float(clock.seconds(measure.start_qn)) for measure in clock.measures)}))
    grid_s = steps(bars_s, max(float(clock.end_s), float(times_s[-1])))
    return Course(grid_s, smoothed(course.value(grid_s), grid_s, lengths_at(played.over, clock, grid_s)))


def _shares(values: F64, controller: str) -> F64:
    """The values as shares 0..1 of the controller's range; the centre, 64 of 127, is exactly a half."""
    if controller not in CENTRED:
        return np.asarray(values / 127.0)
    middle, most = (8192.0, 8191.0) if controller == BEND else (64.0, 63.0)
    return np.asarray(0.5 + 0.5 * ((values - middle) / most).clip(-1.0, 1.0))


def _missing(lane: Lane, played: Played, parts: dict[int, str], band: Band) -> Diagnostic:
    wanted = controller_name(played.controller)
    whose = ", ".join(list(dict.fromkeys(parts.values()))[:_LISTED_MOST])
    message = f"nothing moves {lane.label or lane.name}: the score has no {wanted}" + (
        f" for {whose}" if played.where.parts or len(parts) == 1 else ""
    )
    known = list(dict.fromkeys(_told(band.channels.values())))
    if known:
        hint = f"it has {', '.join(known[:_LISTED_MOST])}: choose one of these, or write points"
    else:
        hint = "use a MIDI file as the score (only MIDI keeps controllers), or write points"
    return Diagnostic("MV680", lane.span, message, hint, Severity.WARNING)


def _told(channels: Iterable[Channel]) -> Iterator[str]:
    for channel in channels:
        yield from (controller_name(name) for name, _ in channel.controllers)
