"""The common ground of a frame: where its camera looks, and the flow that stirs everything on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ..protocol import FrameControls
from .controls import PAN_X, PAN_Y, ROLL, ZOOM, Movement
from .grid import Grid

WARP_GAIN = 0.70


class Fields(NamedTuple):
    """Coordinates and smooth fields of a strip as `Canvas` names them, each (n, rows, columns)."""

    x: Tensor
    y: Tensor
    far_x: Tensor
    far_y: Tensor
    drift: Tensor
    sway: Tensor


@dataclass(frozen=True, slots=True)
class Ground:
    """Camera and flow of n frames."""

    cos: Tensor
    """Cosine of the roll times the zoom, shape (n, 1, 1), like all that follow."""
    sin: Tensor
    shift_x: Tensor
    shift_y: Tensor
    stir: Tensor
    stream: Tensor
    """Spectrum of the stream function: shape (n, 9, 9)."""
    drift_sway: Tensor
    """Shape (n, 2, 9, 9)."""

    def fields(self, grid: Grid, rows: tuple[int, int]) -> Fields:
        """The fields in some rows of the picture: separable sums of waves, exact at every resolution."""
        start, end = rows
        down, down_slope = grid.basis_y[:, start:end].T, grid.slope_y[:, start:end].T
        y = grid.y[:, start:end]
        far_x = grid.x * self.cos - y * self.sin + self.shift_x
        far_y = grid.x * self.sin + y * self.cos + self.shift_y
        # The curl of a stream function has no divergence: it stirs the ground, and does not tear it.
        flow_x = (down_slope @ self.stream @ grid.basis_x).mul_(self.stir).add_(far_x)
        flow_y = (down @ self.stream @ grid.slope_x).mul_(self.stir)
        smooth = down[None] @ self.drift_sway @ grid.basis_x
        return Fields(flow_x, torch.sub(far_y, flow_y, out=flow_y), far_x, far_y, smooth[:, 0], smooth[:, 1])


def ground_of(
    movement: Movement, warp: Tensor, spin: Tensor, pan: tuple[float, float], steering: FrameControls
) -> Ground:
    """The ground of n frames.

    warp, spin   shape (n,), the motifs' constants mixed by weight
    pan          right and down, in half heights; the camera is steered about the place to which it moves
    """
    bounded = movement.bounded
    roll = (bounded[:, ROLL] * 0.30 * spin).view(-1, 1, 1)
    zoom = torch.exp(0.24 * bounded[:, ZOOM]).view(-1, 1, 1)
    own_cos, own_sin = torch.cos(roll) * zoom, torch.sin(roll) * zoom
    if steering.rotation_deg is not None:
        roll = roll - torch.deg2rad(steering.rotation_deg.to(roll)).view(-1, 1, 1)
    if steering.zoom is not None:
        zoom = zoom / steering.zoom.to(zoom).view(-1, 1, 1)
    cos, sin = torch.cos(roll) * zoom, torch.sin(roll) * zoom
    right, down = pan
    return Ground(
        cos,
        sin,
        (0.14 * bounded[:, PAN_X]).view(-1, 1, 1)
        - right
        + ((own_cos - cos) * right - (own_sin - sin) * down),
        (0.09 * bounded[:, PAN_Y]).view(-1, 1, 1) - down + ((own_sin - sin) * right + (own_cos - cos) * down),
        WARP_GAIN * warp.view(-1, 1, 1),
        movement.stream,
        movement.drift_sway,
    )
