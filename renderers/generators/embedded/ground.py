"""The common ground of a frame: where its camera looks, and the flow that stirs everything on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from .controls import PAN_X, PAN_Y, ROLL, ZOOM, Movement
from .view import View

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

    def fields(self, view: View, rows: tuple[int, int]) -> Fields:
        """The fields in some rows of the picture: sums of waves, exact at every resolution."""
        x, y = view.places(rows)
        far_x = x * self.cos - y * self.sin + self.shift_x
        far_y = x * self.sin + y * self.cos + self.shift_y
        # The curl of a stream function has no divergence: it stirs the ground, and does not tear it.
        along_y, along_x, drift, sway = view.fields(self.stream, self.drift_sway, rows)
        flow_x = along_y.mul_(self.stir).add_(far_x)
        flow_y = along_x.mul_(self.stir)
        return Fields(flow_x, torch.sub(far_y, flow_y, out=flow_y), far_x, far_y, drift, sway)

    def across(self, place: tuple[Tensor, Tensor]) -> Tensor:
        """`far_x` of one place of the land, shape (n, 1, 1)."""
        x, y = place
        return x * self.cos - y * self.sin + self.shift_x


def ground_of(movement: Movement, warp: Tensor, spin: Tensor, pan: tuple[float, float]) -> Ground:
    """The ground of n frames.

    warp, spin   shape (n,), the motifs' constants mixed by weight
    pan          right and down, in half heights
    """
    bounded = movement.bounded
    roll = (bounded[:, ROLL] * 0.30 * spin).view(-1, 1, 1)
    zoom = torch.exp(0.24 * bounded[:, ZOOM]).view(-1, 1, 1)
    right, down = pan
    return Ground(
        torch.cos(roll) * zoom,
        torch.sin(roll) * zoom,
        (0.14 * bounded[:, PAN_X]).view(-1, 1, 1) - right,
        (0.09 * bounded[:, PAN_Y]).view(-1, 1, 1) - down,
        WARP_GAIN * warp.view(-1, 1, 1),
        movement.stream,
        movement.drift_sway,
    )
