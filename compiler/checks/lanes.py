"""Warnings about lanes that are allowed but hardly intended: jumps, silent glides, haste, early ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import exp, log

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.lane import Domain, Lane, Shape
from ...dsl.model.shapes import PERIODIC, SHAPES
from ..lanes.curve import Curve, Jump
from ..lanes.segment_values import Segment
from ..recent import recent
from ..time.clock import Clock

JUMP_HEARD = 0.02
"""A smaller jump is not worth a word."""
RING_S = Fraction(2)
"""The time for which a note counts as sounding after its key is released."""
FASTEST_PER_S = 50.0
"""An ear that moves faster bends the pitch of headphone sound by more than a third of a semitone."""
SHORTEST_S = Fraction(1, 1000)

Interval = tuple[Fraction, Fraction]


class Sounding:
    """The times at which a bus sounds: its notes with their ring, searchable by time."""

    def __init__(self, held: Sequence[Interval]) -> None:
        self._starts = [start for start, _ in held]
        self._ends = list(accumulate((end + RING_S for _, end in held), max))

    def overlaps(self, start_s: Fraction | float, end_s: Fraction | float) -> bool:
        """Whether anything sounds after start_s and before end_s."""
        last = bisect_left(self._starts, end_s) - 1
        return last >= 0 and self._ends[last] > start_s


@recent(64)
def sounding_of(held: Sequence[Interval]) -> Sounding:
    """The times at which a bus sounds, from the intervals in which its keys are held."""
    return Sounding(held)


@dataclass(frozen=True, slots=True)
class Moved:
    """A lane and its target; `sounding` is None if the times at which the bus sounds are unknown."""

    lane: Lane
    curve: Curve
    bus: str
    sounding: Sounding | None
    is_ear: bool
    is_level: bool = True
    """The ear or the gain of a bus, whose jumps and haste are heard as such."""

    def at(self, index: int, code: str, message: str, hint: str, clock: Clock) -> Diagnostic:
        """A warning at one point of the lane."""
        span, start_qn = self.lane.points[index].span, self.curve.segments[index].start_qn
        return Diagnostic(code, span, message, hint, Severity.WARNING, clock.musical_place(start_qn))


def lane_findings(moved: Moved, clock: Clock) -> Iterator[Diagnostic]:
    """All warnings of one lane, in the order of its points."""
    found = [*_jumps(moved, clock), *_resets(moved, clock)] if moved.is_level else []
    for index, segment in enumerate(moved.curve.segments):
        found += _of_segment(moved, index, segment, clock)
    yield from sorted(found, key=lambda finding: (finding.span.line, finding.span.column))
    if moved.lane.legacy_tail_s is not None:
        yield from _early_end(moved, clock)


def _of_segment(moved: Moved, index: int, segment: Segment, clock: Clock) -> Iterator[Diagnostic]:
    name, bus = moved.lane.name, moved.bus

    def stretch() -> str:
        return f"from {clock.position(segment.start_qn)} to {clock.position(segment.end_qn)}"

    moves = segment.start_value != segment.target
    length_s = segment.end_s - segment.start_s
    if moves and moved.sounding and not moved.sounding.overlaps(segment.start_s, segment.end_s):
        message = f"{name} moves {stretch()}, but bus {bus} is silent there"
        yield moved.at(index, "MV342", message, "move the point to where it is heard", clock)
    if length_s < SHORTEST_S:
        message = f"{name} stays at this point for {float(length_s) * 1000:.2g} ms, which nobody hears"
        yield moved.at(index, "MV347", message, "leave the point out", clock)
    elif moves and moved.is_ear and (speed := steepest_per_s(segment, clock)) > FASTEST_PER_S:
        message = f"{name} moves {stretch()} as fast as {speed:.0f} per second"
        hint = f"give it more time, or fewer cycles: up to {FASTEST_PER_S:g} per second sound clean"
        yield moved.at(index, "MV346", message, hint, clock)
    if moves and segment.domain is Domain.SECONDS and _tempo_changes(segment, clock):
        change = clock.position(_tempo_changes(segment, clock)[0])
        message = f"{name} glides {stretch()} in seconds, and the tempo changes at {change}"
        hint = "it does not follow the beats there: write domain: beats, or end the glide at the change"
        yield moved.at(index, "MV345", message, hint, clock)


def _jumps(moved: Moved, clock: Clock) -> Iterator[Diagnostic]:
    for jump in _worth_a_word(moved):
        if jump.is_reset:
            continue
        index = jump.segment
        message = f"{moved.lane.name} jumps from {jump.before:g} to {jump.after:g}"
        if moved.lane.legacy_tail_s is None:
            is_written = moved.lane.points[index].start is not None
            hint = f"{'leave out `from`, or ' * is_written}glide to {jump.after:g} before"
        else:
            hint = f"write ear_i: {jump.before:g}, or let the segment before end at {jump.after:g}"
        yield moved.at(index, "MV344", message + _while(moved, _piece_time(moved, jump)), hint, clock)


def _resets(moved: Moved, clock: Clock) -> Iterator[Diagnostic]:
    """One finding for all the resets of a sawtooth."""
    by_segment: dict[int, list[Jump]] = {}
    for jump in _worth_a_word(moved):
        if jump.is_reset:
            by_segment.setdefault(jump.segment, []).append(jump)
    for index, jumps in by_segment.items():
        first, last = jumps[0], jumps[-1]
        count = "once" if len(jumps) == 1 else f"{len(jumps)} times"
        where = f"at {_reset_place(moved, index, 0, clock)}"
        if len(jumps) > 1:
            where = f"from {where[3:]} to {_reset_place(moved, index, len(jumps) - 1, clock)}"
        is_heard = any(moved.sounding and _is_heard(moved, _piece_time(moved, jump)) for jump in jumps)
        heard = f" while bus {moved.bus} sounds" if is_heard else _while(moved, _piece_time(moved, last))
        message = (
            f"the sawtooth of {moved.lane.name} falls back from {first.before:g} to {first.after:g} "
            f"{count}, {where}{heard}"
        )
        yield moved.at(index, "MV344", message, "write shape: triangle for a swing without jumps", clock)


def _early_end(moved: Moved, clock: Clock) -> Iterator[Diagnostic]:
    if moved.curve.segments and moved.curve.segments[-1].end_qn < clock.end_qn:
        index = len(moved.curve.segments) - 1
        end = clock.position(moved.curve.segments[-1].end_qn)
        message = f"the last segment of {moved.lane.name} ends at {end}; its last value is held from there"
        yield moved.at(index, "MV348", message, 'write "m2": "end"', clock)


def _worth_a_word(moved: Moved) -> Iterator[Jump]:
    return (jump for jump in moved.curve.jumps() if abs(jump.size) > JUMP_HEARD)


def _piece_time(moved: Moved, jump: Jump) -> float:
    return jump.time_s + float(moved.curve.origin_s)


def _is_heard(moved: Moved, at_s: float) -> bool:
    return moved.sounding is not None and moved.sounding.overlaps(at_s, at_s + 1e-9)


def _while(moved: Moved, at_s: float) -> str:
    if moved.sounding is None:
        return ""
    return f" while bus {moved.bus} {'sounds' if _is_heard(moved, at_s) else 'is silent'}"


def _reset_place(moved: Moved, index: int, number: int, clock: Clock) -> str:
    """The place at which a sawtooth resets, exact unless it is eased."""
    segment = moved.curve.segments[index]
    if segment.ease is not None or segment.mirrored:
        jump = [jump for jump in _worth_a_word(moved) if jump.is_reset and jump.segment == index][number]
        moment = clock.quarters(Fraction(_piece_time(moved, jump)).limit_denominator(10**6))
        position = clock.position(moment)
        return f"{position.bar}|{float(position.beat):.3g}"
    share = (number + 1) / segment.cycles
    if segment.domain is Domain.SECONDS:
        moment = clock.quarters(segment.start_s + share * (segment.end_s - segment.start_s))
        return str(clock.position(moment))
    return str(clock.position(segment.start_qn + share * (segment.end_qn - segment.start_qn)))


def _tempo_changes(segment: Segment, clock: Clock) -> list[Fraction]:
    """The places inside a segment at which the tempo is another one."""
    starts = clock.tempo_starts_qn
    first, last = bisect_right(starts, segment.start_qn), bisect_left(starts, segment.end_qn)
    paces = clock.seconds_per_quarter
    return [starts[i] for i in range(max(first, 1), last) if paces[i] != paces[i - 1]]


def steepest_per_s(segment: Segment, clock: Clock) -> float:
    """The highest speed of a segment, in values per second; an upper bound if it is eased."""
    slope = _steepest(segment)
    if segment.ease is not None:
        slope *= _slope_of(segment.ease, segment.curvature)
    if segment.domain is Domain.SECONDS:
        return slope / float(segment.end_s - segment.start_s)
    edges = [segment.start_qn, *_tempo_changes(segment, clock), segment.end_qn]
    fastest = min(clock.pace(start) for start, _ in pairwise(edges))
    return slope / float(fastest * (segment.end_qn - segment.start_qn))


def _steepest(segment: Segment) -> float:
    """The greatest slope of a segment's value over its whole length."""
    v0, v1 = segment.start_value, segment.target
    if segment.shape is Shape.GEOMETRIC:
        return max(abs(v0), abs(v1)) * abs(log(v1 / v0))
    if segment.shape is Shape.EXPONENTIAL:
        k = abs(segment.curvature)
        return abs(v1 - v0) * (k / (1 - exp(-k)) if k > 1e-6 else 1.0)
    cycles = float(segment.cycles) if segment.shape in PERIODIC else 1.0
    if segment.by_ratio:
        # The logarithm moves evenly, so the slope is greatest where the value is.
        slope = max(map(abs, segment.slopes)) if segment.shape is Shape.THROUGH else abs(log(v1 / v0))
        return max(v0, v1) * slope * _slope_of(segment.shape, 1.0) * cycles
    if segment.shape is Shape.THROUGH:
        # A curve through points: at its ends, or halfway, as of any cubic.
        before, after = segment.slopes
        return max(abs(before), abs(after), abs(1.5 * (v1 - v0) - (before + after) / 4))
    return abs(v1 - v0) * _slope_of(segment.shape, 1.0) * cycles


def _slope_of(shape: Shape, other: float) -> float:
    """The greatest slope of S(u); `other` where that depends on more than the shape."""
    steepest = SHAPES[shape].steepest
    return other if steepest is None else steepest
