"""A segment: one shape of a lane between two moments, and its value at any progress from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, pi, sin
from typing import TYPE_CHECKING

from ...dsl.model.lane import Domain, Shape
from ...dsl.model.shapes import Family, of_family
from ..lazy_numpy import np
from .shapes import drift, ease_inverse, hermite, plain_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...store.values.array_types import F64

CYCLES_MOST = 100_000
"""The most cycles: each sawtooth reset is stored. compiler/lanes/resolve.py refuses a lane with more."""
_ARRIVING = of_family(Family.EASE, Family.WAY)
"""Shapes with S(0) = 0 and S(1) = 1."""
_RETURNING = of_family(Family.LEVEL, Family.SWING) | {Shape.DRIFT}
"""Shapes with S(0) = S(1) = 0."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a lane; half-open: it holds from its start up to, not at, its end.

    Times are exact, from the start of the piece. `target` is the value that the shape moves to, or swings to.
    `key` seeds the drift shape: two words of 64 bits. `slopes` are those of a curve through points, at both
    ends, in values per whole segment. `by_ratio`: equal steps are equal ratios, as of decibels; both values
    are above 0, and slopes are those of their logarithm.
    """

    start_s: Fraction
    end_s: Fraction
    start_qn: Fraction
    end_qn: Fraction
    shape: Shape
    start_value: float
    target: float
    cycles: Fraction = Fraction(1)
    phase: float = 0.0
    curvature: float = 4.0
    mirrored: bool = False
    ease: Shape | None = None
    domain: Domain = Domain.BEATS
    hard: bool = False
    key: tuple[int, int] = (0, 0)
    slopes: tuple[float, float] = (0.0, 0.0)
    by_ratio: bool = False

    @property
    def first_value(self) -> float:
        """The value at the start itself."""
        return self._limit(0.0)

    @property
    def last_value(self) -> float:
        """The value that the segment reaches as time comes up to its end."""
        return self._limit(1.0)

    @property
    def reset_count(self) -> int:
        """The number of times that a sawtooth resets inside the segment."""
        return ceil(self.cycles) - 1 if self.shape is Shape.SAWTOOTH else 0

    def _limit(self, u: float) -> float:
        """The value at u = 0, or coming up to u = 1; an ease and a mirror lead from end to end."""
        x = 1.0 - u if self.mirrored else u
        cycles = float(self.cycles)
        if self.shape is Shape.SAWTOOTH:
            resets = self.reset_count if x else 0
            share = min(max(cycles * x - resets, 0.0), 1.0)
        elif self.shape is Shape.TRIANGLE:
            share = 1.0 - abs(1.0 - 2.0 * (cycles * x % 1.0))
        elif self.shape is Shape.SINE:
            share = 0.5 + 0.5 * sin(2.0 * pi * (cycles * x + self.phase))
        elif self.shape in _ARRIVING:
            return self.target if x else self.start_value
        elif self.shape in _RETURNING:
            return self.start_value
        else:
            resets = self.reset_count if u else 0
            return float(values_at(self, np.array([u]), np.array([resets]))[0])
        if self.by_ratio:
            return self.start_value * float((self.target / self.start_value) ** share)
        return self.start_value + (self.target - self.start_value) * share


def values_at(segment: Segment, u: F64, resets: NDArray[np.int64]) -> F64:
    """The value of a segment at progress u, shape (n,); `resets` counts the sawtooth resets before each.

    v0 + (v1 − v0)·S(E(u)), by ratio: v0·(v1/v0)^S(E(u)), geometric: v0·(v1/v0)^E(u); mirrored: u becomes
    1 − u.
    """
    v0, v1 = segment.start_value, segment.target
    if segment.shape is Shape.HOLD or v0 == v1:
        return np.full(u.shape, v0)
    x = 1.0 - u if segment.mirrored else u
    if segment.ease is not None:
        x = plain_shape(segment.ease, x, segment.curvature)
    cycles = float(segment.cycles)
    if segment.shape is Shape.THROUGH:
        if segment.by_ratio:
            return np.asarray(np.exp(hermite(x, log(v0), log(v1), segment.slopes)))
        return hermite(x, v0, v1, segment.slopes)
    if segment.shape is Shape.GEOMETRIC:
        return np.asarray(v0 * (v1 / v0) ** x)
    if segment.shape is Shape.SAWTOOTH:
        # The resets are counted by time, so that the fall and its de-click agree to the sample.
        past = segment.reset_count - resets if segment.mirrored else resets
        share = (cycles * x - past).clip(0.0, 1.0)
    elif segment.shape is Shape.TRIANGLE:
        turns = cycles * x
        share = 1.0 - np.abs(1.0 - 2.0 * (turns - np.floor(turns)))
    elif segment.shape is Shape.SINE:
        share = 0.5 + 0.5 * np.sin(2.0 * np.pi * (cycles * x + segment.phase))
    elif segment.shape is Shape.DRIFT:
        share = drift(x, segment.cycles, segment.key)
    else:
        share = plain_shape(segment.shape, x, segment.curvature)
    if segment.by_ratio:
        return np.asarray(v0 * (v1 / v0) ** share)
    return np.asarray(v0 + (v1 - v0) * share)


def reset_points(segment: Segment) -> list[float]:
    """The progress u, ascending, at which a sawtooth falls back."""
    cycles = float(segment.cycles)
    x = [number / cycles for number in range(1, segment.reset_count + 1)]
    if x and segment.ease is not None:
        x = ease_inverse(segment.ease, np.array(x), segment.curvature).tolist()
    return [1.0 - u for u in reversed(x)] if segment.mirrored else x


def is_level(segment: Segment) -> bool:
    return segment.shape is Shape.HOLD or segment.start_value == segment.target
