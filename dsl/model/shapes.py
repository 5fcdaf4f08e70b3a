"""Shapes of lanes: one table for the schemas, the curves and the checks.

The formulas S(u) are in compiler/lanes/shapes.py. `make schemas` writes the lists of the schemas from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import pi

from .lane import Shape


class Family(StrEnum):
    """The family of a shape: how it moves between its values."""

    LEVEL = "level"
    """A constant value."""
    EASE = "ease"
    """A transition, S(0) = 0 and S(1) = 1, which can also ease another shape."""
    WAY = "way"
    """A transition that cannot ease another shape."""
    PERIODIC = "periodic"
    """A periodic shape with a number of cycles."""
    SWING = "swing"
    """A swing there and back, S(0) = S(1) = 0."""
    ROUND = "round"
    """A rotation around the listener."""


@dataclass(frozen=True, slots=True)
class ShapeFacts:
    """The facts of a shape: its family, the keys of a point that it goes with, and its steepest slope.

    steepest   the greatest slope of S(u), for one cycle; None where that depends on the values or a curvature
    """

    family: Family
    keys: tuple[str, ...]
    steepest: float | None = None


_TO = ("to", "mirror", "ease")
_VIA = ("via", "mirror", "ease")
_CYCLES = (*_TO, "cycles")

SHAPES: Mapping[Shape, ShapeFacts] = {
    Shape.HOLD: ShapeFacts(Family.LEVEL, ("hold",), 0.0),
    Shape.STRAIGHT: ShapeFacts(Family.EASE, _TO, 1.0),
    Shape.HALF_COSINE: ShapeFacts(Family.EASE, _TO, pi / 2),
    Shape.QUARTER_SINE: ShapeFacts(Family.EASE, _TO, pi / 2),
    Shape.QUARTER_COSINE: ShapeFacts(Family.EASE, _TO, pi / 2),
    Shape.SMOOTHSTEP: ShapeFacts(Family.EASE, _TO, 1.5),
    Shape.SMOOTHERSTEP: ShapeFacts(Family.EASE, _TO, 1.875),
    Shape.EXPONENTIAL: ShapeFacts(Family.EASE, (*_TO, "curvature")),
    Shape.GEOMETRIC: ShapeFacts(Family.WAY, _TO),
    Shape.SAWTOOTH: ShapeFacts(Family.PERIODIC, _CYCLES, 1.0),
    Shape.TRIANGLE: ShapeFacts(Family.PERIODIC, _CYCLES, 2.0),
    Shape.SINE: ShapeFacts(Family.PERIODIC, (*_CYCLES, "phase"), pi),
    Shape.DRIFT: ShapeFacts(Family.PERIODIC, _CYCLES, 1.875),
    Shape.THROUGH: ShapeFacts(Family.WAY, ("to",)),
    Shape.WHOLE_COSINE: ShapeFacts(Family.SWING, _VIA, pi),
    Shape.HALF_SINE: ShapeFacts(Family.SWING, _VIA, pi),
    Shape.ORBIT: ShapeFacts(Family.ROUND, ("turns",)),
    Shape.SPIRAL: ShapeFacts(Family.ROUND, ("turns", "distance", "elevation")),
}
"""In the order in which the schemas list them."""


def of_family(*families: Family) -> frozenset[Shape]:
    """The shapes of these families."""
    return frozenset(shape for shape, facts in SHAPES.items() if facts.family in families)


def taking(key: str) -> list[Shape]:
    """The shapes that go with a key of a point, in the order of the table."""
    return [shape for shape, facts in SHAPES.items() if key in facts.keys]


PERIODIC = of_family(Family.PERIODIC)
SWINGS = of_family(Family.SWING)
