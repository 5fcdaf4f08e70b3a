"""Applies camera, colour and light to finished images, for generators without controls of their own.

What needs a relief, the lamp and the bloom, they do not have at all.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from .controls import FrameControls

# IEC 61966-2-1 (sRGB): the linear part, its slope, and the constants of the power law.
LINEAR_BELOW, ENCODED_BELOW, SLOPE = 0.0031308, 0.04045, 12.92
OFFSET, POWER = 0.055, 2.4


def moved(images: torch.Tensor, controls: FrameControls) -> torch.Tensor:
    """The images seen by a camera that is closer, turned, and has other colours.

    images     shape (n, 3, height, width), float32 in [-1, 1], display sRGB
    controls   what the camera does, for each image
    returns    the same shape; behind the edges of an image is its reflection
    """
    seen = images
    moves = (controls.zoom, controls.rotation_deg, controls.pan_x, controls.pan_y)
    if any(lane is not None for lane in moves):
        seen = _looked_at(seen, controls)
    if controls.hue_deg is not None or controls.exposure is not None:
        seen = _relit(seen, controls.hue_deg, controls.exposure)
    return seen


def hue_turn(angle_rad: torch.Tensor) -> torch.Tensor:
    """Rotations of linear RGB about the grey axis (Rodrigues), red towards green: (n,) to (n, 3, 3)."""
    import torch

    cos, sin = torch.cos(angle_rad)[:, None, None], torch.sin(angle_rad)[:, None, None]
    identity = torch.eye(3, device=angle_rad.device)
    cross = angle_rad.new_tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3**0.5
    return cos * identity + sin * cross + (1 - cos) / 3


def exposed(linear: torch.Tensor, exposure: torch.Tensor) -> torch.Tensor:
    """Linear light, at most 1, times an exposure (n, 1, ...); above 1 it bends, so that white stays white."""
    longer = (exposure - 1).clamp(min=0)
    return linear * exposure / (1 + longer * linear)


def _looked_at(images: torch.Tensor, controls: FrameControls) -> torch.Tensor:
    """The images magnified, turned clockwise about their middle, and seen from further right and down."""
    import torch
    import torch.nn.functional as nnf

    n, _, height_px, width_px = images.shape

    def lane(values: torch.Tensor | None, neutral: float) -> torch.Tensor:
        return torch.full((n,), neutral, dtype=torch.float64) if values is None else values.double().cpu()

    angle, closer = torch.deg2rad(lane(controls.rotation_deg, 0.0)), lane(controls.zoom, 1.0)
    right, down = lane(controls.pan_x, 0.0), lane(controls.pan_y, 0.0)
    # Where to look for each place of the result: turned back, in coordinates that run from -1 to 1 both ways.
    aspect = width_px / height_px
    cos, sin = torch.cos(angle) / closer, torch.sin(angle) / closer
    rows = [cos, sin / aspect, right / aspect, -sin * aspect, cos, down]
    places = torch.stack(rows, 1).view(n, 2, 3).to(images)
    grid = nnf.affine_grid(places, list(images.shape), align_corners=False)
    return nnf.grid_sample(images, grid, "bilinear", "reflection", align_corners=False)


def _relit(images: torch.Tensor, hue_deg: torch.Tensor | None, exposure: torch.Tensor | None) -> torch.Tensor:
    """The images with more or less light, and their colours turned in linear light, whose sum stays."""
    import torch

    n, _, height_px, width_px = images.shape
    linear = _linear((images + 1) / 2).view(n, 3, -1)
    if hue_deg is not None:
        linear = torch.matmul(hue_turn(hue_deg.to(images) * (math.pi / 180)), linear).clamp(0, 1)
    if exposure is not None:
        linear = exposed(linear, exposure.to(images).view(-1, 1, 1)).clamp(0, 1)
    return _encoded(linear).view(n, 3, height_px, width_px) * 2 - 1


def _linear(encoded: torch.Tensor) -> torch.Tensor:
    import torch

    bent = ((encoded + OFFSET) / (1 + OFFSET)).clamp(min=0) ** POWER
    return torch.where(encoded <= ENCODED_BELOW, encoded / SLOPE, bent)


def _encoded(linear: torch.Tensor) -> torch.Tensor:
    import torch

    bent = (1 + OFFSET) * linear.clamp(min=LINEAR_BELOW) ** (1 / POWER) - OFFSET
    return torch.where(linear <= LINEAR_BELOW, linear * SLOPE, bent)
