"""Outlines drawn by hand as a row of points: a closed curve through them, and how deep a place is inside.

The depth is worked out once on a grid, so an outline costs one look-up however many points it has.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor

from .....store.values.array_types import F64
from ....tensors import tensor_of

SIZE = 128
REACH = 1.25
"""The grid spans [-1.25, 1.25] both ways; outlines stay within [-1.1, 1.1]."""
STEPS = 6
"""Straight pieces between two points."""


class Outline:
    """A closed Catmull-Rom curve; a point that is named twice in a row is a corner."""

    def __init__(self, *points: tuple[float, float]) -> None:
        self._points = points
        self._planes: dict[torch.device, Tensor] = {}
        self._lock = threading.Lock()

    def depth(self, x: Tensor, y: Tensor) -> Tensor:
        """The depth inside the outline, negative outside, broadcast over both: (b, rows, columns)."""
        count, rows, columns = np.broadcast_shapes(x.shape, y.shape)
        grid = torch.empty((count, 2, rows, columns), device=x.device)
        torch.mul(x, 1 / REACH, out=grid[:, 0])
        torch.mul(y, 1 / REACH, out=grid[:, 1])
        plane = self._plane(x.device).expand(count, 1, -1, -1)
        places = grid.permute(0, 2, 3, 1)
        # Far outside, the depth at the grid's edge holds: it is negative.
        return nnf.grid_sample(plane, places, "bilinear", "border", align_corners=True)[:, 0]

    def _plane(self, device: torch.device) -> Tensor:
        if device not in self._planes:
            with self._lock:
                depth = depths(self._points).astype(np.float32)
                self._planes[device] = tensor_of(depth, device)[None, None]
        return self._planes[device]


def alike_on_both_sides(*points: tuple[float, float]) -> Outline:
    """An outline by its right half, from the top to the bottom."""
    return Outline(*points, *((-x, y) for x, y in reversed(points) if x))


def depths(points: Sequence[tuple[float, float]]) -> F64:
    """Shape (SIZE, SIZE): the distance to the curve through some points, positive inside of it."""
    curve = curve_through(points)
    ends = np.roll(curve, -1, 0)
    axis = np.linspace(-REACH, REACH, SIZE)
    nearest = np.full((SIZE, SIZE), np.inf)
    inside = np.zeros((SIZE, SIZE), bool)
    for (x0, y0), (x1, y1) in zip(curve, ends, strict=True):
        across, down = x1 - x0, y1 - y0
        squared = across * across + down * down
        px, py = axis[None, :] - x0, axis[:, None] - y0
        along = np.clip((px * across + py * down) / max(squared, 1e-12), 0, 1)
        nearest = np.minimum(nearest, (px - along * across) ** 2 + (py - along * down) ** 2)
        if y0 != y1:
            crosses = (axis >= min(y0, y1)) & (axis < max(y0, y1))
            at = x0 + (axis - y0) * across / down
            inside ^= crosses[:, None] & (axis[None, :] < at[:, None])
    distance: F64 = np.sqrt(nearest)
    return np.where(inside, distance, -distance)


def curve_through(points: Sequence[tuple[float, float]]) -> F64:
    """Shape (n, 2): a closed Catmull-Rom curve in straight pieces."""
    knots = np.array(points, np.float64)
    p0, p1, p2, p3 = (np.roll(knots, shift, 0)[:, None] for shift in (1, 0, -1, -2))
    f = (np.arange(STEPS) / STEPS)[None, :, None]
    cubic = 3 * (p1 - p2) + p3 - p0
    curve = p1 + 0.5 * f * (p2 - p0 + f * (2 * p0 - 5 * p1 + 4 * p2 - p3 + f * cubic))
    # Between a point and itself there is nothing to draw.
    kept: F64 = curve[np.any(p1 != p2, axis=2)[:, 0]].reshape(-1, 2)
    return kept
