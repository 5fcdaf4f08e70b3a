"""The loudness of each voice at every written place: dynamics held, hairpins and fp ramps between them.

The rules are MuseScore's since 3.6 (libmscore/changeMap.cpp); 80 is its velocity before the first dynamic,
and a hairpin that leads to no mark changes nothing. Where staves of one part have different marks at one
place, each follows its own.
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
# The accent of an fp or sfz falls off in 0.8 quarter notes at tempo 120, at other tempi in the same seconds.
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
class _Mark:
    """A dynamic as one voice hears it; of two at one tick the nearer one counts."""

    value: int
    nearness: int


@dataclass(frozen=True, slots=True)
class _Ramp:
    """A change from one tick to another: by `change`, or where that is 0 to the next mark."""

    start: int
    end: int
    change: int
    rises: bool
    nearness: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """From its tick on a value, which moves to `target` until `end`."""

    value: int
    target: int
    end: int


class VelocityCurve:
    """The velocity of one voice; times are ticks, 480 in a quarter note, from the start of the first bar."""

    def __init__(self, marks: dict[int, _Mark] | None = None, ramps: Sequence[_Ramp] = ()) -> None:
        self._ticks: list[int] = []
        self._pieces: dict[int, _Piece] = {}
        marks = marks or {}
        fixed = sorted(marks)
        kept = _apart(ramps, fixed)
        starts = [ramp.start for ramp in kept]
        by_start = {ramp.start: ramp for ramp in kept}
        value = DEFAULT_VELOCITY
        for tick in sorted({*fixed, *starts}):
            if tick in marks:
                value = marks[tick].value
            ramp = by_start.get(tick)
            target = value
            if ramp is not None:
                following = bisect_right(fixed, tick)
                next_ramp = bisect_right(starts, tick)
                next_mark = fixed[following] if following < len(fixed) else None
                if next_mark is not None and next_ramp < len(starts) and starts[next_ramp] < next_mark:
                    # Another hairpin comes first: the mark after that is not this one's.
                    next_mark = None
                target = _target(ramp, value, None if next_mark is None else marks[next_mark].value)
            self._ticks.append(tick)
            self._pieces[tick] = _Piece(value, target, tick if ramp is None else ramp.end)
            value = target

    def set(self, tick: int, value: int) -> None:
        """Sets a value from a tick on, and replaces the one there."""
        if tick not in self._pieces:
            insort(self._ticks, tick)
        self._pieces[tick] = _Piece(value, value, tick)

    def at(self, tick: int) -> int:
        """The velocity at a tick, ramps cut down to whole numbers."""
        index = bisect_right(self._ticks, tick) - 1
        if index < 0:
            return DEFAULT_VELOCITY
        start = self._ticks[index]
        piece = self._pieces[start]
        if tick >= piece.end:
            return piece.target
        rise = (piece.target - piece.value) * (tick - start)
        length = piece.end - start
        return piece.value + (rise // length if rise >= 0 else -(-rise // length))


def tick_of(time_qn: Fraction) -> int:
    """The tick of MuseScore's 480 in a quarter note that is nearest to a time."""
    return floor(time_qn * TICKS_PER_QUARTER + Fraction(1, 2))


class Loudness:
    """The velocity of every voice of every staff."""

    def __init__(self, score: WrittenScore, bar_starts: Sequence[Fraction], tempo: PaperTempo) -> None:
        self._bar_starts = bar_starts
        self._tempo = tempo
        staff_count = len(score.staff_tracks)
        self._dynamics: list[list[Dynamic]] = [[] for _ in range(staff_count)]
        self._hairpins: list[list[Hairpin]] = [[] for _ in range(staff_count)]
        for dynamic in score.dynamics:
            for staff in dynamic.staves:
                self._dynamics[staff].append(dynamic)
        for hairpin in score.hairpins:
            for staff in hairpin.staves:
                self._hairpins[staff].append(hairpin)
        # Voices that have a mark of their own; the others of a staff share one curve.
        self._voices = [
            {d.voice for d in dynamics} | {h.voice for h in hairpins}
            for dynamics, hairpins in zip(self._dynamics, self._hairpins, strict=True)
        ]
        self._voltas: dict[int, list[tuple[int, int]]] = {}
        for volta in repeated_voltas(score):
            start, end = tick_of(bar_starts[volta.first_bar]), tick_of(bar_starts[volta.last_bar + 1])
            self._voltas.setdefault(volta.staff, []).append((start, end))
        self._curves: dict[tuple[int, int], VelocityCurve] = {}

    def at(self, staff: int, voice: int, time_qn: Fraction) -> int:
        """The velocity of a voice at a time on paper."""
        key = (staff, voice if voice in self._voices[staff] else 0)
        if key not in self._curves:
            self._curves[key] = self._curve(*key)
        return self._curves[key].at(floor(time_qn * TICKS_PER_QUARTER))

    def _tick(self, place: Place) -> int:
        return tick_of(self._bar_starts[place.bar_index] + place.offset_qn)

    def _curve(self, staff: int, voice: int) -> VelocityCurve:
        marks: dict[int, _Mark] = {}
        ramps: list[_Ramp] = []
        accents: dict[int, int] = {}
        accent_ends: dict[int, int] = {}
        for dynamic in self._dynamics[staff]:
            if dynamic.voice not in (0, voice):
                continue
            tick = self._tick(dynamic.place)
            nearness = (dynamic.staff == staff) + 2 * (dynamic.voice > 0)
            if tick in marks and marks[tick].nearness > nearness:
                continue
            marks[tick] = _Mark(dynamic.velocity, nearness)
            accents.pop(tick, None)
            if dynamic.change:
                accents[tick] = dynamic.change
        for tick, change in accents.items():
            qpm = self._tempo.at(Fraction(tick, TICKS_PER_QUARTER))
            end = accent_ends[tick] = tick + max(int(_ACCENT_TICKS_PER_QPM * qpm), 1)
            ramps.append(_Ramp(tick, end, change, change > 0, marks[tick].nearness))
        for hairpin in self._hairpins[staff]:
            if hairpin.voice not in (0, voice):
                continue
            start, end = self._tick(hairpin.start), self._tick(hairpin.end)
            # A hairpin from an fp or sfz begins when the accent is over.
            start = accent_ends.get(start, start)
            nearness = (hairpin.staff == staff) + 2 * (hairpin.voice > 0)
            change = abs(hairpin.change) if hairpin.rises else -abs(hairpin.change)
            if end > start:
                ramps.append(_Ramp(start, end, change, hairpin.rises, nearness))
        curve = VelocityCurve(marks, ramps)
        for start, end in self._voltas.get(staff, ()):
            # An ending that leads back restores the loudness of its own staff.
            curve.set(end - 1, curve.at(start - 1))
        return curve


def _apart(ramps: Sequence[_Ramp], fixed: Sequence[int]) -> list[_Ramp]:
    """Ramps one after the other: one inside another is left out, one that reaches out of it begins at its
    end, and a mark inside a ramp ends it.
    """
    kept: list[_Ramp] = []
    last_end = -1
    for ramp in sorted(ramps, key=lambda r: (r.start, -r.nearness, -r.end)):
        start = max(ramp.start, last_end)
        index = bisect_right(fixed, start)
        end = min(ramp.end, fixed[index]) if index < len(fixed) else ramp.end
        if end > start:
            kept.append(_Ramp(start, end, ramp.change, ramp.rises, ramp.nearness))
            last_end = end
    return kept


def _target(ramp: _Ramp, value: int, following: int | None) -> int:
    """The target of a ramp: its own level, or the following mark's if that is in its direction."""
    if ramp.change:
        value += ramp.change
    elif following is not None and (following > value) == ramp.rises:
        value = following
    return min(max(value, 1), 127)
