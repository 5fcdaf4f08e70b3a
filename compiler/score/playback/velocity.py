"""How loud each staff plays at every place on paper: dynamics held, hairpins and fp ramps drawn between them.

The rules are MuseScore 3's; 80 is its velocity before the first dynamic.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from .tempo import PaperTempo
from .written import Dynamic, Hairpin, Place, WrittenScore, repeated_voltas

DEFAULT_VELOCITY = 80
TICKS_PER_QUARTER = 480
# A hairpin from an fp or sfz begins when the accent is over: 0.8 quarter notes at tempo 120.
_ACCENT_TICKS_PER_QPM = Fraction(8 * TICKS_PER_QUARTER, 10 * 120)
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
class _Event:
    """From its tick on a value, or a ramp from it to the value of the next event."""

    value: int
    is_ramp: bool = False


class VelocityCurve:
    """The velocity of one staff; times are ticks, 480 in a quarter note, from the start of the first bar."""

    def __init__(self) -> None:
        self._ticks: list[int] = []
        self._events: dict[int, _Event] = {}

    def set(self, tick: int, value: int, *, is_ramp: bool = False) -> None:
        """Puts an event at a tick, instead of one that stands there."""
        if tick not in self._events:
            insort(self._ticks, tick)
        self._events[tick] = _Event(value, is_ramp)

    def at(self, tick: int) -> int:
        """The velocity at a tick, ramps cut down to whole numbers."""
        index = bisect_right(self._ticks, tick) - 1
        if index < 0:
            return DEFAULT_VELOCITY
        start = self._ticks[index]
        event = self._events[start]
        if not event.is_ramp or index + 1 == len(self._ticks):
            return event.value
        end = self._ticks[index + 1]
        rise = (self._events[end].value - event.value) * (tick - start)
        return event.value + (rise // (end - start) if rise >= 0 else -(-rise // (end - start)))

    def after(self, tick: int) -> int:
        """The value of the first event after a tick; where none follows, MuseScore heads for its default."""
        index = bisect_right(self._ticks, tick)
        return self._events[self._ticks[index]].value if index < len(self._ticks) else DEFAULT_VELOCITY


def tick_of(time_qn: Fraction) -> int:
    """The tick of MuseScore's 480 in a quarter note that is nearest to a time."""
    return floor(time_qn * TICKS_PER_QUARTER + Fraction(1, 2))


def staff_velocities(
    score: WrittenScore, bar_starts: Sequence[Fraction], tempo: PaperTempo
) -> list[VelocityCurve]:
    """The velocity curve of every staff.

    Staff by staff, its dynamics first and then its hairpins are written into the curves of all the staves
    that they govern: a hairpin of the whole system carries the velocity of the staff that it stands on.
    """

    def at(place: Place) -> int:
        return tick_of(bar_starts[place.bar_index] + place.offset_qn)

    curves = [VelocityCurve() for _ in score.staff_tracks]
    dynamics: list[list[Dynamic]] = [[] for _ in curves]
    hairpins: list[list[Hairpin]] = [[] for _ in curves]
    for dynamic in score.dynamics:
        dynamics[dynamic.staff].append(dynamic)
    for hairpin in score.hairpins:
        hairpins[hairpin.staff].append(hairpin)
    for curve, own_dynamics, own_hairpins in zip(curves, dynamics, hairpins, strict=True):
        for dynamic in sorted(own_dynamics, key=lambda d: at(d.place)):
            for staff in dynamic.staves:
                _mark(curves[staff], at(dynamic.place), dynamic)
        accents = {at(dynamic.place) for dynamic in own_dynamics if dynamic.change}
        for hairpin in sorted(own_hairpins, key=lambda h: at(h.start)):
            start, end = at(hairpin.start), at(hairpin.end)
            if start in accents:
                quarters_per_minute = tempo.at(bar_starts[hairpin.start.bar_index] + hairpin.start.offset_qn)
                start += int(_ACCENT_TICKS_PER_QPM * quarters_per_minute)
            # Of one tick there is nothing to ramp over.
            if end - start > 1:
                value = curve.at(start)
                target = _target(hairpin, value, curve.after(end - 1))
                for staff in hairpin.staves:
                    curves[staff].set(start, value, is_ramp=True)
                    curves[staff].set(end - 1, target)
    for volta in repeated_voltas(score):
        # An ending that leads back leaves its own staff as loud as it was before.
        curve = curves[volta.staff]
        start, end = tick_of(bar_starts[volta.first_bar]), tick_of(bar_starts[volta.last_bar + 1])
        curve.set(end - 1, curve.at(start - 1))
    return curves


def _mark(curve: VelocityCurve, tick: int, dynamic: Dynamic) -> None:
    curve.set(tick, dynamic.velocity)
    if dynamic.change:
        # fp: loud on its own tick only.
        curve.set(tick + 1, min(max(dynamic.velocity + dynamic.change, 1), 127))


def _target(hairpin: Hairpin, value: int, following: int) -> int:
    """Where a hairpin leads: as far as it says, or to what follows it where that lies in its direction."""
    if hairpin.change:
        value += abs(hairpin.change) if hairpin.rises else -abs(hairpin.change)
    elif (following > value) == hairpin.rises:
        value = following
    return min(max(value, 1), 127)
