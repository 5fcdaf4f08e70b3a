"""Automation as written becomes curves: points to segments, on the parameters that a lane may move."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from math import inf, log
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.lane import By, CycleUnit, Domain, Lane, Played, Point, Shape
from ...dsl.values.nearest import nearest
from ...dsl.values.position import DurationUnit
from ...dsl.values.units import Quarters
from ..lazy_numpy import np
from ..notes.band import Band
from ..score.part_note import PartNote
from ..time.clock import Clock
from ..time.tempo_arrays import tempo_arrays
from .curve import CYCLES_MOST, Curve, Layer, Segment
from .parameters import Target, azimuth_target, beat_rate, ear_target, place_targets
from .players import chosen, played_by
from .shapes import through_slopes

if TYPE_CHECKING:
    from ...store.values.array_types import F64


_NOWHERE = Span("")


class Lanes:
    """The lanes of a piece as curves, each resolved once; what is wrong is collected in `findings`.

    It is held open while a plan is made: it remembers which lanes found their parameter.
    """

    def __init__(
        self,
        lanes: tuple[Lane, ...],
        clock: Clock,
        end_qn: Quarters,
        seed: int,
        band: Band | None = None,
        is_asked: bool = True,
    ) -> None:
        """The lanes of a piece.

        band      whose notes play lanes; None where no lane is played
        is_asked  whether values will be asked for; else what notes play is only checked
        """
        self.findings = Findings()
        self._lanes = lanes
        self._clock = clock
        self._tempo = tempo_arrays(clock)
        self._end_qn = end_qn
        self._seed = seed
        self._band = band
        self._is_asked = is_asked
        self._used: set[str] = set()
        self._known: list[str] = []

    def curve(self, target: Target) -> Curve:
        """A parameter over the time of the piece: its lane and what is laid over it, or its neutral value."""
        self._known.append(target.name)
        return self._curve(target, frozenset())

    def parameter(self, target: Target, is_counted: bool) -> Curve:
        """A parameter in base units, where rates may be in cycles per beat; is_counted: the written one is.

        What is in hertz and what is in cycles per beat glide side by side, the latter times the beats of a
        second, and are added up: from 4 Hz to 2/b the one goes while the other comes.
        """
        written = [lane for mode in ("set", "add") for lane in self._named(target.name, mode)]
        units = frozenset[bool]().union(*(lane.units for lane in written))
        if target.neutral and not (written and self._begins_at_once(written[0])):
            units |= {is_counted}
        if True not in units or any(lane.mirror_of is not None for lane in written):
            return self.curve(target)
        rate = beat_rate(self._clock)
        if units == {True}:
            counted = self.curve(replace(target, low=0.0, high=inf))
            level, tempo = counted.constant, rate.constant
            if level is not None and tempo is not None:
                return Curve.constant_of(min(max(level * tempo, target.low), target.high))
            layers = (*counted.layers, Layer("multiply", rate))
            return replace(counted, layers=layers, low=target.low, high=target.high)
        self._known.append(target.name)
        free = replace(target, low=-inf, high=inf)
        base = written[0] if written and written[0].mode == "set" else Lane(target.name, _NOWHERE)
        hertz, per_beat = (
            self._plain(self._segments(base.only(unit), at), at)
            for unit in (False, True)
            for at in (replace(free, neutral=target.neutral if unit is is_counted else 0.0),)
        )
        self.findings.extend(_out_of_range(base, target, self._clock))
        laid = [Layer("add", replace(per_beat, layers=(Layer("multiply", rate),)))]
        for lane in self._named(target.name, "add"):
            if lane.played is not None:
                laid.append(Layer("add", self._played(lane, lane.played, 0.0)))
                continue
            for unit in lane.units:
                part = self._plain(self._segments(lane.only(unit), replace(free, neutral=0.0)), free)
                part = replace(part, before=0.0, layers=(Layer("multiply", rate),) if unit else ())
                laid.append(Layer("add", part))
        over = replace(free, neutral=1.0)
        laid += [Layer("multiply", self._laid(lane, over)) for lane in self._named(target.name, "multiply")]
        return replace(hertz, layers=tuple(laid), low=target.low, high=target.high)

    def _begins_at_once(self, lane: Lane) -> bool:
        """Whether the value that is written in the manifest is never heard: the lane sets one from 1|1 on."""
        if lane.mode == "set" and lane.played is not None:
            return True
        if lane.mode != "set" or not lane.points:
            return False
        first = lane.points[0]
        sets = first.hold is not None or first.start is not None
        return sets and self._clock.at(first.at) == 0

    def first(self, name: str) -> Lane | None:
        """The first lane that moves the parameter of that name, or None."""
        named = [lane for mode in ("set", "add", "multiply") for lane in self._named(name, mode)]
        return named[0] if named else None

    def unknown(self, known_buses: Iterable[str]) -> Iterable[Diagnostic]:
        """A finding for each lane whose parameter is not there; asked last."""
        sources = {lane.mirror_of for lane in self._lanes if lane.mirror_of is not None}
        names = sorted(set(self._known))
        bus_names = list(known_buses)
        buses = ", ".join(bus_names)
        for lane in self._lanes:
            if lane.name in self._used or lane.name in sources:
                continue
            if lane.name in bus_names:
                message = f"the lane {lane.name} moves nothing: the bus has another lane under `ear`"
                yield Diagnostic("MV310", lane.span, message, "leave out that `ear`, or this lane")
                continue
            near = nearest(lane.name, names, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"the buses are {buses}"
            yield Diagnostic(
                "MV310", lane.span, f"there is no bus or parameter {lane.name} that a lane could move", hint
            )

    def _named(self, name: str, mode: str) -> list[Lane]:
        found = [lane for lane in self._lanes if lane.name == name and lane.mode == mode]
        if found:
            self._used.add(name)
        return found

    def _curve(self, target: Target, mirrors: frozenset[str]) -> Curve:
        base = next(iter(self._named(target.name, "set")), None)
        if base is not None and base.mirror_of is not None:
            curve = self._mirror(base, base.mirror_of, target, mirrors | {target.name})
        else:
            if base is not None and not mirrors:
                self.findings.extend(_out_of_range(base, target, self._clock))
            curve = self._plain((), target) if base is None else self._laid(base, target)
        layers = tuple(
            Layer(mode, self._laid(lane, over))
            for mode, neutral in (("add", 0.0), ("multiply", 1.0))
            for over in (replace(target, neutral=neutral, low=-inf, high=inf, circle=0.0),)
            for lane in self._named(target.name, mode)
        )
        return replace(curve, layers=curve.layers + layers) if layers else curve

    def _mirror(self, lane: Lane, source: str, target: Target, mirrors: frozenset[str]) -> Curve:
        """The negative of another lane; the value before its first point is the target's own."""
        if source in mirrors or self.first(source) is None:
            near = nearest(source, [other.name for other in self._lanes if other.points], 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "name a lane that has points"
            self.findings.error("MV311", lane.span, f"there is no lane {source} to mirror", hint)
            return self._plain((), target)
        reflection = replace(target, name=source, low=-target.high, high=-target.low, neutral=-target.neutral)
        return self._curve(reflection, mirrors).mirrored()

    def _laid(self, lane: Lane, target: Target) -> Curve:
        """A lane by itself: its points, or what notes do to it."""
        if lane.played is None:
            return self._plain(self._segments(lane, target), target)
        played = self._played(lane, lane.played, target.neutral, target.declick_s)
        return replace(played, low=target.low, high=target.high)

    def _played(self, lane: Lane, played: Played, rest: float, shortest_s: float = 0.0) -> Curve:
        """What notes do to a lane that stands at `rest`; nothing rises in less than shortest_s."""
        assert self._band is not None, "a lane that notes play is asked of who knows the notes"
        notes = chosen(lane, played, self._band, self._clock, self.findings)
        if played.by is By.EAR and self._is_place(lane.name):
            message = f"{lane.name} cannot follow the ear: it is what places the notes of its bus"
            hint = "play another lane by: ear, or this one by: contour"
            self.findings.error("MV671", lane.span, message, hint)
            return Curve.constant_of(rest)
        if not notes or not self._is_asked:
            return Curve.constant_of(rest)
        end_s = float(self._clock.seconds(self._end_qn))
        ears = self.ears(notes) if played.by is By.EAR else None
        return Curve(before=rest, played=played_by(played, notes, self._clock, rest, shortest_s, end_s, ears))

    def ears(self, notes: Sequence[PartNote]) -> "F64":
        """Where each note stands between the ears as it begins, -1..1; NaN where nothing places its bus."""
        assert self._band is not None, "where notes stand is asked of who knows the buses"
        found = np.full(len(notes), np.nan)
        at: dict[str, list[int]] = {}
        seats = [self._band.seat_of(entry) for entry in notes]
        for i, seat in enumerate(seats):
            if seat is not None:
                at.setdefault(seat[0].name, []).append(i)
        for bus in self._band.buses:
            which = at.get(bus.name, [])
            onsets_s = np.array([float(self._clock.seconds(notes[i].note.onset_qn)) for i in which])
            if which and self.first(azimuth_target(bus).name) is not None:
                places = np.sin(np.radians(self._curve(azimuth_target(bus), frozenset()).values(onsets_s)))
            elif which and self.first(ear_target(bus).name) is not None:
                places = self._curve(ear_target(bus), frozenset()).values(onsets_s)
            elif which and bus.spread is not None:
                places = np.zeros(len(which))
            else:
                continue
            apart = np.array([seat[1] for i in which if (seat := seats[i]) is not None])
            found[which] = (places + apart).clip(-1.0, 1.0)
        return found

    def _is_place(self, name: str) -> bool:
        buses = () if self._band is None else self._band.buses
        return any(target.name == name for bus in buses for target in place_targets(bus))

    def _segments(self, lane: Lane, target: Target) -> tuple[Segment, ...]:
        return lane_segments(lane, target, self._clock, self._end_qn, self._seed, self.findings)

    def _plain(self, segments: tuple[Segment, ...], target: Target) -> Curve:
        return Curve(
            segments=segments,
            before=target.neutral,
            tempo=self._tempo if segments else None,
            low=target.low,
            high=target.high,
            declick_s=target.declick_s,
            declick_per_unit_s=target.declick_per_unit_s,
        )


def lane_segments(
    lane: Lane, target: Target, clock: Clock, end_qn: Quarters, seed: int, findings: Findings
) -> tuple[Segment, ...]:
    """The points of a lane as segments with exact ends; none where a fault leaves a point without a place.

    The last point acts until the end of the last bar, or, if it stands there or later, until end_qn, the end
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
    """Where a point's segment ends: where its legacy form says, at the next point, or at the end."""
    if following is not None and following <= start:
        findings.error(
            "MV214",
            point.span,
            f"the next point stands at {clock.position(following)}, not after {clock.position(start)}",
            "put the points in the order of the music; two cannot stand at one place",
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
            f"nothing is said of {clock.position(end)}..{clock.position(following)}; the last value is held",
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
        # From silence there is no way in decibels.
        by_ratio=point.in_decibels and point.hold is None and start_value > 0 and goal > 0,
    )


def _counted_on(point: Point, standing: float, circle: float) -> Point:
    """The directions of a point in the turn in which the lane stands: after two orbits 45 is still right.

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


# Round and round is straight on in degrees.
_ROUND = {Shape.ORBIT: Shape.STRAIGHT, Shape.SPIRAL: Shape.STRAIGHT}


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    """The same, with the slopes of neighbours that run through their common points as one curve."""
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
    """How many cycles the segment holds, exact, each bar by its own metre."""
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
    place = clock.musical_place(segment.start_qn)
    is_passing_0 = segment.start_value * segment.target <= 0 and segment.start_value != segment.target
    if segment.shape is Shape.GEOMETRIC and is_passing_0:
        return Diagnostic(
            "MV315",
            point.span,
            f"a geometric glide from {segment.start_value:g} to {segment.target:g} would pass through 0",
            "give both values one unit, the same sign and neither 0, or write shape: exponential",
            place=place,
        )
    if segment.cycles <= 0 or cycles > CYCLES_MOST:
        return Diagnostic(
            "MV316",
            point.span,
            f"a lane holds at most {CYCLES_MOST:,} cycles, and a point more than 0; "
            f"with this one there are {float(cycles):g}",
            "write fewer cycles, or cycles: per_beat",
            place=place,
        )
    return None


def _out_of_range(lane: Lane, target: Target, clock: Clock) -> Iterable[Diagnostic]:
    """A warning for each written value that the parameter does not reach, wherever its point stands."""
    if lane.played is not None and lane.played.by is not By.NOTES:
        for value in (lane.played.low, lane.played.high):
            if not target.low <= value <= target.high:
                message = f"{target.name} goes from {target.low:g} to {target.high:g}; {value:g} is clipped"
                hint = f"write a value from {target.low:g} to {target.high:g}"
                yield Diagnostic("MV231", lane.span, message, hint, Severity.WARNING)
    for point in lane.points:
        # A rate in cycles per beat has the bounds of what it is in hertz.
        fields = [name for name in ("start", "hold", "to", "via") if name not in point.counted]
        written = [getattr(point, name) for name in fields]
        for value in dict.fromkeys(value for value in written if value is not None):
            if not target.low <= value <= target.high:
                at = clock.at(point.at)
                yield Diagnostic(
                    "MV231",
                    point.span,
                    f"{target.name} goes from {target.low:g} to {target.high:g}; {value:g} is clipped",
                    f"write a value from {target.low:g} to {target.high:g}",
                    Severity.WARNING,
                    None if at is None else clock.musical_place(at),
                )
