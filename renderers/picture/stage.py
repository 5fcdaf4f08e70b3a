"""The stage before the picture: sparks, rings and soft lights, added in linear light after the mirror.

Each is drawn in a box of its own, so that it costs little. Light is linear here by a gamma of 2, a square and
a root, which a processor does many times faster than the true curve; what is added is light of our own making,
for which the curve's foot in the darkest tenth does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import LIGHT_SHAPES
from ..tensors import tensor_of
from .colour import BLACK, RGB_TO_YCBCR

if TYPE_CHECKING:
    import torch

F32 = NDArray[np.float32]

SHARPNESS = 2.1
"""A box reaches to so many radii of a Gaussian: 1 % of its light is left there."""
CORE, HALO, HALO_RADII = 2.2, 0.30, 4.5
"""Of a spark: the light of its core, and of a halo so many times as wide."""
RING_THICKNESS = 0.07
"""Of the radius of a ring."""
WHITE = 0.45
"""A light of the picture's own colour is so much white, and the rest as pure as the colour there is."""
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
    reach = radius * _reach(LIGHT_SHAPES[int(shape)])
    left, right = max(0, ceil(x - reach)), min(width_px, ceil(x + reach))
    top, bottom = max(0, ceil(y - reach)), min(height_px, ceil(y + reach))
    if left >= right or top >= bottom:
        return
    import torch

    box = frame[:, top:bottom, left:right]
    device = frame.device
    dx = (torch.arange(left, right, device=device, dtype=torch.float32) + 0.5 - x) / radius
    dy = (torch.arange(top, bottom, device=device, dtype=torch.float32) + 0.5 - y) / radius
    light = _shape(LIGHT_SHAPES[int(shape)], dx, dy).mul_(strength * seen)
    linear = _linear_of(box)
    tint = _own_colour(linear) if colour[0] < 0 else torch.tensor(colour, device=device)
    linear.addcmul_(tint[:, None, None], light[None])
    levels = _levels_of(linear)
    box.copy_(levels.add_(0.5) if box.dtype == torch.uint8 else levels)


def _reach(shape: str) -> float:
    """How many radii of a light its box reaches."""
    return {"spark": HALO_RADII * SHARPNESS, "ring": 1.0 + 3.0 * RING_THICKNESS, "glow": SHARPNESS}[shape]


def _shape(shape: str, dx: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    """Its light at places in radii from its middle, (rows, columns)."""
    if shape == "ring":
        distance = (dx[None] ** 2 + dy[:, None] ** 2).sqrt_().sub_(1.0).div_(RING_THICKNESS)
        return distance.square_().neg_().exp_()
    x, y = dx**2, dy**2
    if shape == "glow":
        return y.neg().exp()[:, None] * x.neg().exp()[None]
    core = (y.neg().exp() * CORE)[:, None] * x.neg().exp()[None]
    wide = HALO_RADII**-2
    return core.addcmul_((y * -wide).exp()[:, None] * HALO, (x * -wide).exp()[None])


def _linear_of(levels: torch.Tensor) -> torch.Tensor:
    """Levels of Y'CbCr (3, h, w) as linear light, by a gamma of 2."""
    back = np.linalg.inv(np.array(RGB_TO_YCBCR))
    shift = -(back @ np.array(BLACK))
    matrix, offset = (tensor_of(np.asarray(v, np.float32), levels.device) for v in (back, shift))
    rgb = (matrix @ levels.reshape(3, -1).float()).add_(offset[:, None])
    return rgb.clamp_(0, 1).square_().view(levels.shape)


def _levels_of(linear: torch.Tensor) -> torch.Tensor:
    """The way back; what is brighter than white is white."""
    matrix = tensor_of(np.array(RGB_TO_YCBCR, np.float32), linear.device)
    offset = tensor_of(np.array(BLACK, np.float32), linear.device)
    rgb = linear.clamp_(max=1).sqrt_().view(3, -1)
    return (matrix @ rgb).add_(offset[:, None]).view(linear.shape)


def _own_colour(linear: torch.Tensor) -> torch.Tensor:
    """The colour of the picture in a box, (3,): its hue, made bright, with white in it."""
    mean = linear.mean((1, 2))
    return WHITE + (1.0 - WHITE) * mean / mean.max().clamp(min=1e-3)
