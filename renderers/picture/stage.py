"""The stage before the picture: sparks, rings and soft lights, added in linear light after the mirror.

Each is drawn in a box of its own, so that it costs little. Light is linear here by a gamma of 2, a square
and a root, many times faster than the true curve; what is added is light of our own making,
for which the curve's foot in the darkest tenth does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import ceil, floor, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from ...compiler.plan import LIGHT_SHAPES
from ...store.values.array_types import F32
from ..tensors import tensor_of
from .colour import BLACK, RGB_TO_YCBCR

if TYPE_CHECKING:
    import torch


FLOOR = 0.004
"""The light that is subtracted everywhere, so that none is left at the edge of a box."""
CORE, HALO, HALO_RADII = 2.2, 0.25, 4.0
"""Light of a spark's core and of its halo, and how many times as wide the halo is."""
RING_THICKNESS = 0.07
"""The thickness of a ring, as a share of its radius."""
WHITE = 0.45
"""The share of white in a light of the picture's own colour; the rest is as pure as the colour there."""
SMALLEST_PX = 0.75


def light_stage(planes: torch.Tensor, lights: Iterable[F32 | None], brightness: torch.Tensor) -> None:
    """Add the lights of each frame to it, in place.

    planes       (n, 3, h, w), levels of Y'CbCr with black in them: uint8, or float on a GPU
    lights       for each frame, rows of PicturePlan.lights, or None
    brightness   (n,), how much of each picture is seen: its lights fade with it
    """
    for frame, rows, seen in zip(planes, lights, brightness.tolist(), strict=True):
        if rows is not None and seen > 0:
            for row in rows.tolist():
                _add(frame, row, seen * seen)


def _add(frame: torch.Tensor, row: list[float], seen: float) -> None:
    """Add one light to a frame (3, h, w)."""
    _, shape, across, up, size, strength, *colour = row
    height_px, width_px = frame.shape[1:]
    x, y = (across + 1) / 2 * width_px, (1 - up) / 2 * height_px
    radius = max(size * height_px / 2, SMALLEST_PX)
    strength *= seen
    # A line of less than a pixel would be seen or not, by where it is.
    thickness = max(RING_THICKNESS, SMALLEST_PX / radius)
    reach = radius * _reach(LIGHT_SHAPES[int(shape)], strength, thickness)
    # All pixels whose middles are within its reach.
    left, right = max(0, ceil(x - reach - 0.5)), min(width_px, floor(x + reach + 0.5))
    top, bottom = max(0, ceil(y - reach - 0.5)), min(height_px, floor(y + reach + 0.5))
    if left >= right or top >= bottom:
        return
    import torch

    box = frame[:, top:bottom, left:right]
    device = frame.device
    dx = (torch.arange(left, right, device=device, dtype=torch.float32) + 0.5 - x) / radius
    dy = (torch.arange(top, bottom, device=device, dtype=torch.float32) + 0.5 - y) / radius
    light = _shape(LIGHT_SHAPES[int(shape)], dx, dy, thickness).mul_(strength).sub_(FLOOR).clamp_(min=0)
    linear = _linear_of(box)
    tint = _own_colour(linear) if colour[0] < 0 else torch.tensor(colour, device=device)
    linear.addcmul_(tint[:, None, None], light[None])
    box.copy_(_levels_of(linear, 0.5 if box.dtype == torch.uint8 else 0.0))


def _reach(shape: str, strength: float, thickness: float) -> float:
    """The half size of a light's box in its radii: to where the Gaussian falls to FLOOR."""
    edge = sqrt(log(max({"spark": HALO, "ring": 1.0, "glow": 1.0}[shape] * strength / FLOOR, 1.2)))
    return {"spark": max(HALO_RADII * edge, 2.0), "ring": 1.0 + thickness * edge, "glow": edge}[shape]


def _shape(shape: str, dx: torch.Tensor, dy: torch.Tensor, thickness: float) -> torch.Tensor:
    """Its light at places in radii from its middle, (rows, columns)."""
    if shape == "ring":
        distance = (dx[None] ** 2 + dy[:, None] ** 2).sqrt_().sub_(1.0).div_(thickness)
        return distance.square_().neg_().exp_()
    x, y = dx**2, dy**2
    if shape == "glow":
        return y.neg().exp()[:, None] * x.neg().exp()[None]
    core = (y.neg().exp() * CORE)[:, None] * x.neg().exp()[None]
    wide = HALO_RADII**-2
    return core.addcmul_((y * -wide).exp()[:, None] * HALO, (x * -wide).exp()[None])


@lru_cache(maxsize=4)
def _matrices(device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The offset and the matrix from levels to R'G'B', and those of the way back."""
    forth = np.array(RGB_TO_YCBCR)
    back, black = np.linalg.inv(forth), np.array(BLACK)[:, None]
    found = [-back @ black, back, black, forth]
    added, matrix, to_add, other = (tensor_of(np.asarray(v, np.float32), device) for v in found)
    return added, matrix, to_add, other


def _linear_of(levels: torch.Tensor) -> torch.Tensor:
    """Levels of Y'CbCr (3, h, w) as linear light, by a gamma of 2."""
    import torch

    added, matrix, _, _ = _matrices(levels.device)
    rgb = torch.addmm(added, matrix, levels.reshape(3, -1).float())
    return rgb.clamp_(0, 1).square_().view(levels.shape)


def _levels_of(linear: torch.Tensor, rounding: float) -> torch.Tensor:
    """Linear light to levels, with `rounding` added; values above white are clipped."""
    import torch

    _, _, added, matrix = _matrices(linear.device)
    rgb = linear.clamp_(max=1).sqrt_().view(3, -1)
    return torch.addmm(added + rounding, matrix, rgb).view(linear.shape)


def _own_colour(linear: torch.Tensor) -> torch.Tensor:
    """The colour of the picture in a box, (3,): its hue, made bright, with white in it."""
    mean = linear[:, ::4, ::4].mean((1, 2))
    return WHITE + (1.0 - WHITE) * mean / mean.max().clamp(min=1e-3)
