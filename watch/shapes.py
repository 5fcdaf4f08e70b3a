"""The shapes that a stretch of a lane may have, each as a small curve: for the page's menu."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from ..compiler.lanes.segment_values import Segment, values_at
from ..dsl.model.lane import Shape
from ..dsl.model.shapes import SHAPES, Family
from .wire import responses

STEPS = 48
CYCLES = 3
FROM, TO = 0.02, 1.0
"""Not from 0: a way by equal ratios has none from there."""


@cache
def shapes_shown() -> responses.Shapes:
    """All shapes, by the formulas that lanes have."""
    return responses.Shapes(
        tuple(
            responses.ShapeShown(shape.value, SHAPES[shape].family.value, _curve(shape)) for shape in SHAPES
        )
    )


def _curve(shape: Shape) -> tuple[float, ...]:
    family = SHAPES[shape].family
    # A rotation is a straight line in degrees.
    drawn = Shape.STRAIGHT if family is Family.ROUND else shape
    cycles = Fraction(CYCLES if family is Family.PERIODIC else 1)
    one = Fraction(1)
    segment = Segment(Fraction(0), one, Fraction(0), one, drawn, FROM, TO, cycles, key=(1, 2))
    u = np.linspace(0.0, 1.0, STEPS + 1)
    resets = np.floor(np.minimum(u * float(cycles), float(cycles) - 1)).astype(np.int64)
    return tuple(np.round(values_at(segment, u, resets), 3).tolist())
