"""Resolves written automation to curves: points to segments, names to parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.lane import By, Lane, Played
from ...dsl.values.nearest import nearest
from ...dsl.values.units import Quarters
from ..lazy_numpy import np
from ..notes.band import Band
from ..score.part_note import PartNote
from ..time.clock import Clock
from ..time.tempo_arrays import tempo_arrays
from .controlled import controlled
from .curve import Curve, Layer, PlayedBy
from .parameters import Target, azimuth_target, beat_rate, ear_target, place_targets
from .players import chosen, onsets_of, played_by
from .segment_values import Segment
from .segments import lane_segments

if TYPE_CHECKING:
    from ...store.values.array_types import F64


BESIDE_MOST = 12
"""The most parameters that a finding lists."""
_NOWHERE = Span("")


class Lanes:
    """The lanes of a piece as curves, each resolved once; faults are collected in `findings`.

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
        self.followed: set[tuple[int, str]] = set()
        """The controllers that lanes follow: (track of the score, controller)."""
        self._used: set[str] = set()
        self._known: list[str] = []

    def curve(self, target: Target) -> Curve:
        """The curve of a parameter: its lane with those laid over it, or its neutral value."""
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
        """Whether the lane sets a value from 1|1 on, so that the one in the manifest is never heard."""
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
        """A finding for each lane whose parameter does not exist; call it last."""
        sources = {lane.mirror_of for lane in self._lanes if lane.mirror_of is not None}
        written = {lane.name for lane in self._lanes}
        # A parameter that has a lane, or a bus that has another way to move, would have two.
        moved = {form for n in written for form in (n, f"{n}.azimuth", n.removesuffix(".azimuth"))}
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
            hint = _meant(lane.name, names) or f"the buses are {buses}"
            if near and near[0] in moved:
                hint = f"name what it is to move, or leave it out: {near[0]} is moved already"
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
        for lane in self._named(target.name, "multiply"):
            self.findings.extend(_too_far(lane, target))
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
        """A lane alone: its points, or the movement that notes give it."""
        if lane.played is None:
            return self._plain(self._segments(lane, target), target)
        played = self._played(lane, lane.played, target.neutral, target.declick_s)
        return replace(played, low=target.low, high=target.high)

    def _played(self, lane: Lane, played: Played, rest: float, shortest_s: float = 0.0) -> Curve:
        """The movement that notes give to a lane with the value `rest`; no rise is under shortest_s."""
        assert self._band is not None, "a lane that notes play is asked of who knows the notes"
        notes = chosen(lane, played, self._band, self._clock, self.findings)
        if played.by is By.EAR and self._is_place(lane.name):
            message = f"{lane.name} cannot follow the ear, because it sets the ear of its bus"
            hint = "use by: ear for another lane, or by: contour here"
            self.findings.error("MV671", lane.span, message, hint)
            return Curve.constant_of(rest)
        if notes and played.by is By.CONTROLLER:
            found = controlled(lane, played, notes, self._band, self._clock, self.findings)
            if found is None:
                return Curve.constant_of(rest)
            track, course = found
            self.followed.add((track, played.controller))
            return Curve(played=PlayedBy(course=course))
        if not notes or not self._is_asked:
            return Curve.constant_of(rest)
        end_s = float(self._clock.seconds(self._end_qn))
        ears = self.ears(notes) if played.by is By.EAR else None
        return Curve(before=rest, played=played_by(played, notes, self._clock, rest, shortest_s, end_s, ears))

    def ears(self, notes: Sequence[PartNote]) -> "F64":
        """The place of each note between the ears at its onset, -1..1; NaN where its bus has none."""
        assert self._band is not None, "where notes stand is asked of who knows the buses"
        found = np.full(len(notes), np.nan)
        at: dict[str, list[int]] = {}
        all_onsets_s = onsets_of(notes, self._clock)
        seats = [self._band.seat_of(entry) for entry in notes]
        for i, seat in enumerate(seats):
            if seat is not None:
                at.setdefault(seat[0].name, []).append(i)
        for bus in self._band.buses:
            which = at.get(bus.name, [])
            onsets_s = all_onsets_s[which]
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


def _meant(name: str, names: Sequence[str]) -> str:
    """The parameter that a name may mean, or those of the same bus, effect or layer; else empty."""
    words = name.split(".")
    for count in range(len(words) - 1, 0, -1):
        stem, wrong, rest = ".".join(words[:count]), words[count], words[count + 1 :]
        beside = [known.removeprefix(f"{stem}.") for known in names if known.startswith(f"{stem}.")]
        near = nearest(wrong, {one.split(".")[0] for one in beside}, 1, 0.6)
        meant = ".".join([stem, *near, *rest])
        if near and meant in names:
            return f"did you mean {meant}?"
        if 0 < len(beside) <= BESIDE_MOST:
            return f"{stem} has no {wrong}; it has {', '.join(beside)}"
    near = nearest(name, names, 1, 0.5)
    return f"did you mean {near[0]}?" if near else ""


def _too_far(lane: Lane, target: Target) -> Iterable[Diagnostic]:
    """A warning where one note takes a factor out of its range: 6 is written for 6%."""
    played = lane.played
    if played is None or played.by is not By.NOTES or played.in_decibels:
        return
    value = target.neutral * (1 + played.amount)
    if not target.low <= value <= target.high:
        message = f"{target.name} goes from {target.low:g} to {target.high:g}; a loud note makes it {value:g}"
        hint = "write a smaller amount"
        if abs(played.amount) >= 1:
            percent = f"{played.amount:g}%"
            hint = f"{played.amount:g} is {played.amount:.0%} of its value: write `amount: {percent}`"
        yield Diagnostic("MV231", lane.span, message, hint, Severity.WARNING)


def _out_of_range(lane: Lane, target: Target, clock: Clock) -> Iterable[Diagnostic]:
    """A warning for each written value outside the parameter's range, wherever its point is."""
    if lane.played is not None and lane.played.by is not By.NOTES:
        for value in (lane.played.low, lane.played.high):
            if not target.low <= value <= target.high:
                message = f"{target.name} goes from {target.low:g} to {target.high:g}; {value:g} is clipped"
                hint = f"write a value from {target.low:g} to {target.high:g}"
                yield Diagnostic("MV231", lane.span, message, hint, Severity.WARNING)
    for point in lane.points:
        # The bounds of a rate in cycles per beat are checked in hertz.
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
