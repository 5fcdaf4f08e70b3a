"""Camera and colour of finished images, for generators that have none of their own: zoom, rotation, hue."""

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
    returns    the same shape; behind the edges of an image lies its reflection
    """
    seen = images
    if controls.zoom is not None or controls.rotation_deg is not None:
        seen = _looked_at(seen, controls.zoom, controls.rotation_deg)
    if controls.hue_deg is not None:
        seen = _turned_hue(seen, controls.hue_deg)
    return seen


def hue_turn(angle_rad: torch.Tensor) -> torch.Tensor:
    """Rotations of linear RGB about the grey axis (Rodrigues), red towards green: (n,) to (n, 3, 3)."""
    import torch

    cos, sin = torch.cos(angle_rad)[:, None, None], torch.sin(angle_rad)[:, None, None]
    identity = torch.eye(3, device=angle_rad.device)
    cross = angle_rad.new_tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3**0.5
    return cos * identity + sin * cross + (1 - cos) / 3


def _looked_at(
    images: torch.Tensor, zoom: torch.Tensor | None, rotation_deg: torch.Tensor | None
) -> torch.Tensor:
    """The images magnified and turned clockwise about their middle."""
    import torch
    import torch.nn.functional as nnf

    n, _, height_px, width_px = images.shape
    angle = torch.zeros(n) if rotation_deg is None else torch.deg2rad(rotation_deg.double().cpu())
    closer = torch.ones(n) if zoom is None else zoom.double().cpu()
    # Where to look for each place of the result: turned back, in coordinates that run from -1 to 1 both ways.
    aspect = width_px / height_px
    cos, sin = torch.cos(angle) / closer, torch.sin(angle) / closer
    none = torch.zeros_like(cos)
    rows = [cos, sin / aspect, none, -sin * aspect, cos, none]
    places = torch.stack(rows, 1).view(n, 2, 3).to(images)
    grid = nnf.affine_grid(places, list(images.shape), align_corners=False)
    return nnf.grid_sample(images, grid, "bilinear", "reflection", align_corners=False)


def _turned_hue(images: torch.Tensor, hue_deg: torch.Tensor) -> torch.Tensor:
    """The images with their colours turned in linear light, so that no colour changes its sum of energies."""
    import torch

    n, _, height_px, width_px = images.shape
    turn = hue_turn(hue_deg.to(images) * (math.pi / 180))
    linear = torch.matmul(turn, _linear((images + 1) / 2).view(n, 3, -1)).clamp(0, 1)
    return _encoded(linear).view(n, 3, height_px, width_px) * 2 - 1


def _linear(encoded: torch.Tensor) -> torch.Tensor:
    import torch

    bent = ((encoded + OFFSET) / (1 + OFFSET)).clamp(min=0) ** POWER
    return torch.where(encoded <= ENCODED_BELOW, encoded / SLOPE, bent)


def _encoded(linear: torch.Tensor) -> torch.Tensor:
    import torch

    bent = (1 + OFFSET) * linear.clamp(min=LINEAR_BELOW) ** (1 / POWER) - OFFSET
    return torch.where(linear <= LINEAR_BELOW, linear * SLOPE, bent)
