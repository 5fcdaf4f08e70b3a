"""The shapes in which a lane moves, each a formula of how far it has come (audio.md 2.3)."""

from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ..dsl.lane import Shape

F64 = NDArray[np.float64]


def plain_shape(shape: Shape, u: F64, curvature: float = 4.0) -> F64:
    """S(u) of a shape without cycles, u and S in 0..1 (audio.md 2.3)."""
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
    """Seeded value noise in −1..1, 0 at both ends: one knot per cycle, joined by Q(x)."""
    knots_at = np.append(np.arange(ceil(cycles), dtype=np.float64), float(cycles))
    words = np.array(key, np.uint64)
    knots = np.random.Generator(np.random.Philox(key=words)).uniform(-1.0, 1.0, knots_at.size)
    knots[0] = knots[-1] = 0.0
    x = u * float(cycles)
    i = (knots_at.searchsorted(x, "right") - 1).clip(0, knots_at.size - 2)
    share = quintic(((x - knots_at[i]) / (knots_at[i + 1] - knots_at[i])).clip(0.0, 1.0))
    return np.asarray(knots[i] + (knots[i + 1] - knots[i]) * share)


def ease_inverse(ease: Shape, shares: F64, curvature: float) -> F64:
    """x with E(x) = share for a rising ease, by bisection to the last bit."""
    low, high = np.zeros_like(shares), np.ones_like(shares)
    for _ in range(60):
        middle = (low + high) / 2.0
        below = plain_shape(ease, middle, curvature) < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2.0
