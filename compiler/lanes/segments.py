"""Makes segments from the points of a lane: their beginnings and ends, and the values between which they
run."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from math import log

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.lane import CycleUnit, Domain, Lane, Point, Shape
from ...dsl.values.position import DurationUnit
from ...dsl.values.units import Quarters
from ..time.clock import Clock
from .parameters import Target
from .segment_values import CYCLES_MOST, Segment
from .shapes import through_slopes


def lane_segments(
    lane: Lane, target: Target, clock: Clock, end_qn: Quarters, seed: int, findings: Findings
) -> tuple[Segment, ...]:
    """The points of a lane as segments with exact ends; none if a faulty point has no place.

    The last point acts until the end of the last bar, or, if it is there or later, until end_qn, the end
    of the film.
    """
    starts = [clock.locate(point.at, findings) for point in lane.points]
    if any(start is None for start in starts):
        return ()
    segments: list[Segment] = []
    standing = target.neutral
    cycles = Fraction(0)
    for i, (point, start) in enumerate(zip(lane.points, starts, strict=True)):
        assert start is not None
        following = starts[i + 1] if i + 1 < len(starts) else None
        end = _segment_end(lane, point, start, following, clock, end_qn, findings)
        if end is None:
            return ()
        if target.circle:
            point = _counted_on(point, standing, target.circle)
        segment = _segment(lane, point, start, end, standing, clock, seed)
        cycles += segment.cycles
        fault = _fault(point, segment, cycles, clock)
        if fault is not None:
            findings.add(fault)
            return ()
        segments.append(segment)
        standing = segment.last_value
    return _joined(segments)


def _segment_end(
    lane: Lane,
    point: Point,
    start: Quarters,
    following: Quarters | None,
    clock: Clock,
    end_qn: Quarters,
    findings: Findings,
) -> Quarters | None:
    """The end of a point's segment: written in a legacy file, at the next point, or at the end."""
    if following is not None and following <= start:
        findings.error(
            "MV214",
            point.span,
            f"the next point is at {clock.position(following)}, not after {clock.position(start)}",
            "put the points in the order of the music, no two at one place",
            place=clock.musical_place(start),
        )
        return None
    if point.end is None:
        return following or (clock.end_qn if start < clock.end_qn else max(end_qn, Quarters(start + 1)))
    end = clock.locate(point.end, findings)
    if end is None:
        return None
    if point.end.at_end and lane.legacy_tail_s is not None:
        end = clock.quarters(clock.end_s + Fraction(lane.legacy_tail_s))
    if end <= start:
        findings.error(
            "MV312",
            point.span,
            f"the segment ends at {clock.position(end)}, not after its start {clock.position(start)}",
            "m2 and b2 say where it ends, after m1 and b1",
            place=clock.musical_place(start),
        )
        return None
    if following is not None and end > following:
        findings.error(
            "MV313",
            point.span,
            f"the segment ends at {clock.position(end)}, "
            f"after the next one begins at {clock.position(following)}",
            "let each segment end where the next one begins",
            place=clock.musical_place(following),
        )
        return None
    if following is not None and end < following:
        findings.warn(
            "MV314",
            point.span,
            f"no segment covers {clock.position(end)}..{clock.position(following)}; the last value is held",
            "let each segment end where the next one begins",
            place=clock.musical_place(end),
        )
    return end


def _segment(
    lane: Lane, point: Point, start: Quarters, end: Quarters, standing: float, clock: Clock, seed: int
) -> Segment:
    start_value = point.start if point.start is not None else standing
    goal = point.to if point.to is not None else point.via
    if point.turns is not None:
        goal = start_value + 360.0 * point.turns
    if goal is None:
        start_value = goal = point.hold if point.hold is not None else start_value
    return Segment(
        start_s=clock.seconds(start),
        end_s=clock.seconds(end),
        start_qn=start,
        end_qn=end,
        shape=_ROUND.get(point.shape, point.shape) if point.hold is None else Shape.HOLD,
        start_value=start_value,
        target=goal,
        cycles=_cycles(point, start, end, clock),
        phase=point.phase,
        curvature=point.curvature,
        mirrored=point.mirrored,
        ease=point.ease,
        domain=point.domain,
        hard=point.hard,
        key=_drift_key(seed, lane.name, start),
        # A ramp from silence cannot be even in decibels.
        by_ratio=point.in_decibels and point.hold is None and start_value > 0 and goal > 0,
    )


def _counted_on(point: Point, standing: float, circle: float) -> Point:
    """The directions of a point in the turn in which the lane is: after two orbits 45 is still right.

    A place to begin or to stay at is taken the shorter way round.
    """

    def nearest(value: float) -> float:
        return value + circle * round((standing - value) / circle)

    if point.hold is not None:
        return replace(point, hold=nearest(point.hold))
    turned = circle * round(standing / circle) if point.start is None else nearest(point.start) - point.start
    return replace(
        point,
        start=None if point.start is None else point.start + turned,
        to=None if point.to is None else point.to + turned,
        via=None if point.via is None else point.via + turned,
    )


# A rotation is a straight line in degrees.
_ROUND = {Shape.ORBIT: Shape.STRAIGHT, Shape.SPIRAL: Shape.STRAIGHT}


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    """The segments, with common slopes where neighbouring ones pass through their points as one curve."""
    runs: list[list[Segment]] = []
    for segment in segments:
        last = runs[-1][-1] if runs else None
        is_run_on = (
            last is not None
            and last.shape is segment.shape is Shape.THROUGH
            and last.domain is segment.domain
            and last.by_ratio is segment.by_ratio
            and last.target == segment.start_value
        )
        if is_run_on:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return tuple(segment for run in runs for segment in _smoothed(run))


def _smoothed(run: list[Segment]) -> list[Segment]:
    if run[0].shape is not Shape.THROUGH:
        return run
    in_seconds = run[0].domain is Domain.SECONDS
    lengths = [
        float(part.end_s - part.start_s) if in_seconds else float(part.end_qn - part.start_qn) for part in run
    ]
    rises = [
        log(part.target / part.start_value) if part.by_ratio else part.target - part.start_value
        for part in run
    ]
    slopes = through_slopes(lengths, rises)
    return [
        replace(part, slopes=(length * before, length * after))
        for part, length, before, after in zip(run, lengths, slopes, slopes[1:], strict=False)
    ]


_COUNTS: dict[CycleUnit, Callable[[Clock, Fraction], Fraction]] = {
    CycleUnit.QUARTER: lambda clock, moment: moment,
    CycleUnit.BEAT: lambda clock, moment: clock.count(moment, DurationUnit.BEATS),
    CycleUnit.BAR: lambda clock, moment: clock.count(moment, DurationUnit.BARS),
}


def _cycles(point: Point, start: Quarters, end: Quarters, clock: Clock) -> Fraction:
    """The exact number of cycles in the segment, each bar by its own metre."""
    if point.cycles is None:
        return Fraction(1)
    if isinstance(point.cycles, CycleUnit):
        count = _COUNTS[point.cycles]
        return count(clock, end) - count(clock, start)
    return point.cycles


def _drift_key(seed: int, name: str, start: Fraction) -> tuple[int, int]:
    # The place is part of the key, so that a point written earlier does not move the drift of a later one.
    digest = sha256(f"{seed}/{name}/{start}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def _fault(point: Point, segment: Segment, cycles: Fraction, clock: Clock) -> Diagnostic | None:
    is_passing_0 = segment.start_value * segment.target <= 0 and segment.start_value != segment.target
    if segment.shape is Shape.GEOMETRIC and is_passing_0:
        return Diagnostic(
            "MV315",
            point.span,
            f"a geometric glide from {segment.start_value:g} to {segment.target:g} would pass through 0",
            "give both values one unit, the same sign and neither 0, or write shape: exponential",
            place=clock.musical_place(segment.start_qn),
        )
    if segment.cycles <= 0 or cycles > CYCLES_MOST:
        return Diagnostic(
            "MV316",
            point.span,
            f"a lane holds at most {CYCLES_MOST:,} cycles, and a point more than 0; "
            f"with this one there are {float(cycles):g}",
            "write fewer cycles, or cycles: per_beat",
            place=clock.musical_place(segment.start_qn),
        )
    return None
