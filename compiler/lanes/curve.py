"""The curve of a lane: segments with exact ends, their shapes, and jumps that do not click.

The value is a function of the time alone: it does not depend on the block in which it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, inf
from typing import TYPE_CHECKING

from ...dsl.model.lane import Domain
from ...dsl.model.shapes import PERIODIC
from ..lazy_numpy import np
from ..time.tempo_arrays import TempoArrays
from .playing import Course, Strokes
from .segment_values import Segment, is_level, reset_points, values_at
from .shapes import quintic

if TYPE_CHECKING:
    from ...store.values.array_types import F64

LONGEST_DECLICK_S = 0.16
"""The longest declick: a jump of two turns does not take eight times as long as a quarter turn."""
MEETING_S = 0.05
"""The time before the end of a loop at which a value begins to return to its start."""
JUMP_LEAST = 1e-6
"""The least difference between two segments that counts as a jump."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of a curve: seconds from the first frame, the value before and after."""

    time_s: float
    before: float
    after: float
    segment: int
    """Index of the segment that begins here or resets here."""
    is_reset: bool
    hard: bool

    @property
    def size(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class PlayedBy:
    """A value that notes move: rest + way·level or rest·ratio^level for strokes, or a course.

    ratio    the factor of a full stroke, for levels in decibels; 1 where `way` says how far
    """

    strokes: Strokes | None = None
    rest: float = 0.0
    way: float = 0.0
    ratio: float = 1.0
    course: Course | None = None

    def values(self, moments_s: F64) -> F64:
        """The value at ascending times of the piece."""
        if self.course is not None:
            return self.course.value(moments_s)
        assert self.strokes is not None
        level = self.strokes.level(moments_s)
        return np.asarray(self.rest * self.ratio**level + self.way * level)


@dataclass(frozen=True, slots=True)
class Layer:
    """A curve laid over another: `add` or `multiply`."""

    mode: str
    curve: Curve


@dataclass(frozen=True, eq=False)
class Curve:
    """A parameter over the time of the film.

    segments   ascending, not overlapping; in a gap the last value holds, and after the last segment, too
    before     the value before the first segment: the parameter's neutral value
    tempo      of the piece, for segments that run in beats
    declick_s  D: how long a jump takes, centred on it; 0 leaves jumps hard
    declick_per_unit_s  where it is longer: so much for each unit of a jump, LONGEST_DECLICK_S at most
    origin_s   the time of the piece at which the film begins
    scale      the whole is multiplied by it: -1 for the mirror of a lane
    played     what notes do, in place of segments
    round_s    of a film that is a loop: after so long it begins again; 0 for no loop
    """

    segments: tuple[Segment, ...] = ()
    before: float = 0.0
    tempo: TempoArrays | None = field(default=None, repr=False)
    low: float = -inf
    high: float = inf
    declick_s: float = 0.0
    origin_s: Fraction = Fraction(0)
    scale: float = 1.0
    layers: tuple[Layer, ...] = ()
    declick_per_unit_s: float = 0.0
    played: PlayedBy | None = None
    round_s: float = 0.0

    @classmethod
    def constant_of(cls, value: float) -> Curve:
        """The constant curve of a value."""
        return cls(before=value)

    def seen_from(self, origin_s: Fraction) -> Curve:
        """Return the curve for a film that begins at origin_s of the piece."""
        layers = tuple(Layer(layer.mode, layer.curve.seen_from(origin_s)) for layer in self.layers)
        return replace(self, origin_s=origin_s, layers=layers)

    def mirrored(self) -> Curve:
        """The negative of this curve."""
        layers = tuple(
            Layer(layer.mode, layer.curve.mirrored() if layer.mode == "add" else layer.curve)
            for layer in self.layers
        )
        return replace(self, scale=-self.scale, low=-self.high, high=-self.low, layers=layers)

    @property
    def constant(self) -> float | None:
        """The value, if it is constant during the film; else None."""
        if self.layers or self.played is not None:
            return None
        held = {segment.start_value for segment in self.segments}
        if any(not is_level(segment) for segment in self.segments):
            return None
        if not self.segments or self.segments[0].start_s > max(self.origin_s, Fraction(0)):
            held.add(self.before)
        if len(held) != 1:
            return None
        return min(max(self.scale * held.pop(), self.low), self.high)

    @property
    def is_moved(self) -> bool:
        """Whether any lane covers the parameter, even one that only holds a value."""
        return bool(self.segments or self.layers or self.played is not None)

    def values(self, times_s: F64) -> F64:
        """The value at each time.

        times_s  float64 (n,), seconds from the first frame, any order
        returns  float64 (n,), within low..high
        """
        constant = self.constant
        if constant is not None:
            return np.full(times_s.shape, constant)
        if self.round_s:
            return self._going_round(times_s)
        moments_s = times_s + float(self.origin_s)
        if moments_s.size > 1 and (moments_s[1:] < moments_s[:-1]).any():
            order = np.argsort(moments_s, kind="stable")
            found = np.empty_like(moments_s)
            found[order] = self._in_order(moments_s[order])
        else:
            found = self._in_order(moments_s)
        for layer in self.layers:
            laid = layer.curve.values(times_s)
            found = found + laid if layer.mode == "add" else found * laid
        return found.clip(self.low, self.high)

    def _going_round(self, times_s: F64) -> F64:
        """The values of a loop: just before its end they return to those of its beginning."""
        once = replace(self, round_s=0.0)
        along_s = times_s % self.round_s
        first, last = once.values(np.array([0.0, self.round_s]))
        near = (1.0 - (self.round_s - along_s) / min(MEETING_S, self.round_s / 4)).clip(0.0, 1.0)
        found = once.values(along_s) + (first - last) * near * near * (3.0 - 2.0 * near)
        return np.asarray(found.clip(self.low, self.high))

    def jumps(self) -> tuple[Jump, ...]:
        """Every jump of this curve, without its layers, in order of time."""
        return tuple(jump for _, jump in self._jumps)

    def breakpoints(self) -> F64:
        """Times between which the curve is smooth, for quadrature: seconds of the film, ascending."""
        inner: list[float] = []
        for segment in self.segments:
            inner += [float(segment.start_s), float(segment.end_s)]
            if segment.shape in PERIODIC:
                quarters = np.arange(1, ceil(4 * segment.cycles)) / float(4 * segment.cycles)
                inner += self._times_of(segment, quarters).tolist()
        for moment_s, jump in self._jumps:
            half_s = self._declick_s(jump) / 2
            inner += [moment_s] if jump.hard else [moment_s - half_s, moment_s, moment_s + half_s]
        if self.tempo is not None and self.segments:
            inner += self.tempo.starts_s
        if self.played is not None and self.played.strokes is not None:
            inner += self.played.strokes.edges().tolist()
        elif self.played is not None and self.played.course is not None:
            inner += self.played.course.times_s.tolist()
        own = np.unique(np.array(inner, np.float64) - float(self.origin_s))
        return np.unique(np.concatenate([own, *(layer.curve.breakpoints() for layer in self.layers)]))

    def _in_order(self, moments_s: F64) -> F64:
        """The scaled value at ascending times of the piece, de-clicked."""
        if self.played is not None:
            return self.scale * self.played.values(moments_s)
        found = np.full(moments_s.shape, self.before)
        first_index = int(self._starts_s.searchsorted(moments_s[0], "right")) - 1 if moments_s.size else 0
        last_index = int(self._starts_s.searchsorted(moments_s[-1], "right")) if moments_s.size else 0
        for i in range(max(first_index, 0), last_index):
            segment = self.segments[i]
            begin = int(moments_s.searchsorted(self._starts_s[i]))
            until = moments_s.size
            if i + 1 < len(self.segments):
                until = int(moments_s.searchsorted(self._starts_s[i + 1]))
            end = min(int(moments_s.searchsorted(float(segment.end_s))), until)
            inside = moments_s[begin:end]
            resets = self._resets[i].searchsorted(inside, "right")
            found[begin:end] = values_at(segment, self._progress(segment, inside), resets)
            found[end:until] = segment.last_value
        self._soften(moments_s, found)
        return self.scale * found

    def _soften(self, moments_s: F64, found: F64) -> None:
        """Add J·[Q((t−tj)/D + ½) − H(t−tj)] for each jump J at tj, with Q the quintic, H(0) = 1."""
        if not self.declick_s or not moments_s.size:
            return
        reach_s = (LONGEST_DECLICK_S if self.declick_per_unit_s else self.declick_s) / 2
        first = self._jump_moments_s.searchsorted(moments_s[0] - reach_s)
        last = self._jump_moments_s.searchsorted(moments_s[-1] + reach_s, "right")
        for at_s, jump in self._jumps[first:last]:
            if jump.hard:
                continue
            length_s = self._declick_s(jump)
            begin = int(moments_s.searchsorted(at_s - length_s / 2))
            end = int(moments_s.searchsorted(at_s + length_s / 2))
            away_s = moments_s[begin:end] - at_s
            softened = quintic((away_s / length_s + 0.5).clip(0.0, 1.0)) - (away_s >= 0)
            found[begin:end] += jump.size / self.scale * softened

    def _declick_s(self, jump: Jump) -> float:
        """The length of the ramp that replaces a jump, in seconds."""
        wanted_s = self.declick_per_unit_s * abs(jump.size)
        return max(self.declick_s, min(wanted_s, LONGEST_DECLICK_S))

    def _progress(self, segment: Segment, moments_s: F64) -> F64:
        """u: how far into a segment each time is, 0..1."""
        if segment.domain is Domain.SECONDS or self.tempo is None:
            start, length = float(segment.start_s), float(segment.end_s - segment.start_s)
            return ((moments_s - start) / length).clip(0.0, 1.0)
        start, length = float(segment.start_qn), float(segment.end_qn - segment.start_qn)
        return ((self.tempo.quarters_at(moments_s) - start) / length).clip(0.0, 1.0)

    def _times_of(self, segment: Segment, u: F64) -> F64:
        """The inverse of _progress."""
        if segment.domain is Domain.SECONDS or self.tempo is None:
            return float(segment.start_s) + u * float(segment.end_s - segment.start_s)
        return self.tempo.seconds_at(float(segment.start_qn) + u * float(segment.end_qn - segment.start_qn))

    def _time_of(self, segment: Segment, u: float) -> float:
        """Return the value at one moment, equal to the array's to the last bit."""
        if segment.domain is Domain.SECONDS or self.tempo is None:
            return float(segment.start_s) + u * float(segment.end_s - segment.start_s)
        return self.tempo.second_at(float(segment.start_qn) + u * float(segment.end_qn - segment.start_qn))

    @cached_property
    def _starts_s(self) -> F64:
        return np.array([float(segment.start_s) for segment in self.segments], np.float64)

    @cached_property
    def _resets(self) -> tuple[F64, ...]:
        """The times of the piece at which each segment's sawtooth falls back."""
        return tuple(np.array(moments_s, np.float64) for moments_s in self._reset_moments)

    @cached_property
    def _reset_moments(self) -> tuple[list[float], ...]:
        return tuple([self._time_of(segment, u) for u in reset_points(segment)] for segment in self.segments)

    @cached_property
    def _jumps(self) -> tuple[tuple[float, Jump], ...]:
        """Pairs of each jump's time in the piece and the jump: the very float at which its segment begins."""
        return tuple(sorted(self._each_jump(), key=lambda pair: pair[0]))

    @cached_property
    def _jump_moments_s(self) -> F64:
        return np.array([moment_s for moment_s, _ in self._jumps], np.float64)

    def _each_jump(self) -> Iterator[tuple[float, Jump]]:
        standing = self.before
        for i, segment in enumerate(self.segments):
            first, last = segment.first_value, segment.last_value
            # Nothing sounds before the piece begins, so nothing leaps there.
            if abs(first - standing) > JUMP_LEAST and segment.start_s > 0:
                yield self._jump(float(segment.start_s), standing, first, i, False)
            low, high = segment.start_value, segment.target
            before, after = (low, high) if segment.mirrored else (high, low)
            if abs(after - before) > JUMP_LEAST:
                for moment_s in self._reset_moments[i]:
                    yield self._jump(moment_s, before, after, i, True)
            standing = last

    def _jump(
        self, moment_s: float, before: float, after: float, i: int, is_reset: bool
    ) -> tuple[float, Jump]:
        time_s = moment_s - float(self.origin_s)
        return moment_s, Jump(
            time_s, self.scale * before, self.scale * after, i, is_reset, self.segments[i].hard
        )
