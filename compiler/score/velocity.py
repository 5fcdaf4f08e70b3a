"""How loud each staff plays at every place on paper: dynamics held, hairpins and fp ramps drawn between them.

The rules are MuseScore 3's; 80 is its velocity before the first dynamic.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .timeline import Timeline
from .written import Place, WrittenScore

DEFAULT_VELOCITY = 80
# How long an fp is loud: one tick of MuseScore's 480 in a quarter note.
_ACCENT_QN = Fraction(1, 480)
# MuseScore 3, libmscore/dynamic.cpp: velocity and the change that follows an accent.
DYNAMICS = {
    "pppppp": (1, 0),
    "ppppp": (5, 0),
    "pppp": (10, 0),
    "ppp": (16, 0),
    "pp": (33, 0),
    "p": (49, 0),
    "mp": (64, 0),
    "mf": (80, 0),
    "f": (96, 0),
    "ff": (112, 0),
    "fff": (126, 0),
    "ffff": (127, 0),
    "fffff": (127, 0),
    "ffffff": (127, 0),
    "fp": (96, -47),
    "pf": (49, 47),
    "sf": (112, -18),
    "sfz": (112, -18),
    "sff": (126, -18),
    "sffz": (126, -18),
    "sfp": (112, -47),
    "sfpp": (112, -79),
    "rfz": (112, -18),
    "rf": (112, -18),
    "fz": (112, -18),
    "m": (96, -16),
    "r": (112, -18),
    "s": (112, -18),
    "z": (80, 0),
    "n": (49, -48),
}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From start on, a value, or a ramp that reaches end_value at end and stays there."""

    start: Fraction
    value: int
    end: Fraction
    end_value: int


@dataclass(frozen=True, slots=True)
class _Ramp:
    start: Fraction
    end: Fraction
    change: int
    """0: as the next dynamic says."""
    rises: bool


class VelocityCurve:
    """The velocity of one staff; times are quarter notes from the start of the first bar on paper."""

    def __init__(self, fixed: dict[Fraction, int], ramps: Sequence[_Ramp]) -> None:
        self._fixed_times = Timeline(sorted(fixed))
        self._fixed = fixed
        self._stretches: list[_Stretch] = []
        self._starts = Timeline()
        by_start = {ramp.start: ramp for ramp in sorted(ramps, key=lambda r: (r.start, -r.end))}
        for time in sorted({*fixed, *by_start}):
            value = fixed.get(time, self.at(time))
            ramp = by_start.get(time)
            if ramp is None:
                self._add(_Stretch(time, value, time, value))
            else:
                self._add(_Stretch(time, value, ramp.end, self._target(ramp, value)))

    def at(self, time: Fraction) -> int:
        """The velocity at a time, ramps cut down to whole numbers."""
        index = self._starts.last_by(time)
        if index < 0:
            return DEFAULT_VELOCITY
        stretch = self._stretches[index]
        if time >= stretch.end:
            return stretch.end_value
        change = (stretch.end_value - stretch.value) * (time - stretch.start) / (stretch.end - stretch.start)
        return stretch.value + int(change)

    def _add(self, stretch: _Stretch) -> None:
        self._stretches.append(stretch)
        self._starts.append(stretch.start)

    def _target(self, ramp: _Ramp, value: int) -> int:
        if ramp.change:
            target = value + ramp.change
        else:
            times = self._fixed_times.times
            # The mark at the hairpin's end or the next one after it; one at its very start is its start.
            index = bisect_left(times, max(ramp.end, ramp.start + _ACCENT_QN))
            # Where no dynamic follows, MuseScore heads for its default.
            target = self._fixed[times[index]] if index < len(times) else DEFAULT_VELOCITY
            if (target > value) != ramp.rises:
                target = value
        return min(max(target, 1), 127)


def staff_velocities(score: WrittenScore, bar_starts: Sequence[Fraction]) -> list[VelocityCurve]:
    """The velocity curve of every staff."""

    def at(place: Place) -> Fraction:
        return bar_starts[place.bar_index] + place.offset_qn

    fixed: list[dict[Fraction, int]] = [{} for _ in score.staff_tracks]
    ramps: list[list[_Ramp]] = [[] for _ in score.staff_tracks]
    for dynamic in score.dynamics:
        time = at(dynamic.place)
        for staff in dynamic.staves:
            fixed[staff][time] = dynamic.velocity
            if dynamic.change:
                # fp: loud on its own tick only.
                target = min(max(dynamic.velocity + dynamic.change, 1), 127)
                fixed[staff].setdefault(time + _ACCENT_QN, target)
    for hairpin in score.hairpins:
        start, end = at(hairpin.start), at(hairpin.end)
        if start < end:
            change = abs(hairpin.change) * (1 if hairpin.rises else -1)
            for staff in hairpin.staves:
                ramps[staff].append(_Ramp(start, end, change, hairpin.rises))
    return [VelocityCurve(marks, slopes) for marks, slopes in zip(fixed, ramps, strict=True)]
