"""The formulas of the shapes of lanes: the progress S(u), with u from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from ...dsl.model.lane import Shape
from ..lazy_numpy import np

if TYPE_CHECKING:
    from ...store.values.array_types import F64


def plain_shape(shape: Shape, u: F64, curvature: float = 4.0) -> F64:
    """S(u) of a shape without cycles, u and S in 0..1."""
    match shape:
        case Shape.STRAIGHT:
            return u
        case Shape.HALF_COSINE:
            return (1.0 - np.cos(np.pi * u)) / 2.0
        case Shape.WHOLE_COSINE:
            return (1.0 - np.cos(2.0 * np.pi * u)) / 2.0
        case Shape.HALF_SINE:
            return np.sin(np.pi * u)
        case Shape.QUARTER_SINE:
            return np.sin(np.pi * u / 2.0)
        case Shape.QUARTER_COSINE:
            return 1.0 - np.cos(np.pi * u / 2.0)
        case Shape.SMOOTHSTEP:
            return u * u * (3.0 - 2.0 * u)
        case Shape.SMOOTHERSTEP:
            return quintic(u)
        case Shape.EXPONENTIAL:
            if abs(curvature) < 1e-6:
                return u
            return np.asarray(np.expm1(curvature * u) / np.expm1(curvature))
        case _:
            raise ValueError(f"{shape} is not a shape without cycles")


def quintic(x: F64) -> F64:
    """Q(x) = 6x⁵ − 15x⁴ + 10x³ for x in 0..1: rises from 0 to 1 with two flat derivatives at both ends."""
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def drift(u: F64, cycles: Fraction, key: tuple[int, int]) -> F64:
    """Seeded value noise in 0..1, 0 at both ends: one knot per cycle, evenly spread, joined by Q(x)."""
    knots_at = np.append(np.arange(ceil(cycles), dtype=np.float64), float(cycles))
    words = np.array(key, np.uint64)
    knots = np.random.Generator(np.random.Philox(key=words)).uniform(0.0, 1.0, knots_at.size)
    knots[0] = knots[-1] = 0.0
    x = u * float(cycles)
    i = (knots_at.searchsorted(x, "right") - 1).clip(0, knots_at.size - 2)
    share = quintic(((x - knots_at[i]) / (knots_at[i + 1] - knots_at[i])).clip(0.0, 1.0))
    return np.asarray(knots[i] + (knots[i + 1] - knots[i]) * share)


def hermite(u: F64, v0: float, v1: float, slopes: tuple[float, float]) -> F64:
    """The cubic from v0 to v1 with these slopes, in values per u, at its ends."""
    m0, m1 = slopes
    rest = 1.0 - u
    return np.asarray(
        rest * rest * (v0 * (1.0 + 2.0 * u) + m0 * u) + u * u * (v1 * (1.0 + 2.0 * rest) - m1 * rest)
    )


def through_slopes(lengths: Sequence[float], rises: Sequence[float]) -> list[float]:
    """The slope at each point of an interpolating curve that does not overshoot (PCHIP).

    Inside, the weighted harmonic mean of both neighbours' slopes, 0 where it turns (Fritsch and Butland, SIAM
    J. Sci. Stat. Comput. 5, 1984); at the ends, the parabola of three points, held back where it would turn
    (Moler, Numerical Computing with MATLAB, 2004, section 3.6).

    lengths   of the stretches between n + 1 points, > 0
    rises     how much the value changes along each
    """
    chords = [rise / length for rise, length in zip(rises, lengths, strict=True)]
    if len(chords) == 1:
        return [chords[0], chords[0]]
    inner = []
    for i in range(1, len(chords)):
        (h0, h1), (d0, d1) = lengths[i - 1 : i + 1], chords[i - 1 : i + 1]
        w0, w1 = 2 * h1 + h0, h1 + 2 * h0
        inner.append((w0 + w1) / (w0 / d0 + w1 / d1) if d0 * d1 > 0 else 0.0)
    first = _end_slope(lengths[0], lengths[1], chords[0], chords[1])
    last = _end_slope(lengths[-1], lengths[-2], chords[-1], chords[-2])
    return [first, *inner, last]


def _end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    return 3 * d0 if d0 * d1 <= 0 and abs(slope) > 3 * abs(d0) else slope


def ease_inverse(ease: Shape, shares: F64, curvature: float) -> F64:
    """x with E(x) = share for a rising ease, by bisection to the last bit."""
    low, high = np.zeros_like(shares), np.ones_like(shares)
    for _ in range(60):
        middle = (low + high) / 2.0
        below = plain_shape(ease, middle, curvature) < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2.0
