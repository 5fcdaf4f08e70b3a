"""Where the pixels are, and the waves that smooth fields are made of there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

WAVES = 4
BASIS_SIZE = 1 + 2 * WAVES
# The period is 4.4, more than the 3.56 of a 16:9 frame: nothing repeats in the picture.
FUNDAMENTAL = math.pi / 2.2

# Strips of about this many pixels stay in the cache of one core.
STRIP_PX = 131072
BLOOM_CELL = 0.03


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixel centres and basis functions of a picture; its short side spans [-1, 1], y points down."""

    height: int
    width: int
    pixel: float
    x: Tensor
    """Shape (1, 1, width)."""
    y: Tensor
    """Shape (1, height, 1)."""
    basis_x: Tensor
    """1, cos and sin of 1 to 4 waves at x: shape (9, width)."""
    slope_x: Tensor
    """Their derivatives."""
    basis_y: Tensor
    """Shape (9, height)."""
    slope_y: Tensor
    vignette: Tensor
    """Shape (1, height, width)."""
    strip_rows: int
    """How many rows to paint at a time: whole bloom cells, so that strips do not show."""

    @property
    def bloom_cell_px(self) -> int:
        """The side of the squares that the bloom averages first."""
        return max(1, round(BLOOM_CELL / self.pixel))

    def strips(self) -> list[tuple[int, int]]:
        """Half-open ranges of rows that cover the picture from top to bottom."""
        rows = self.strip_rows
        return [(start, min(start + rows, self.height)) for start in range(0, self.height, rows)]


def make_grid(height: int, width: int, device: torch.device) -> Grid:
    """The grid of a picture of height times width pixels."""
    pixel = 2.0 / min(height, width)
    x = (torch.arange(width, dtype=torch.float32) - (width - 1) / 2) * pixel
    y = (torch.arange(height, dtype=torch.float32) - (height - 1) / 2) * pixel
    basis_x, slope_x = _basis(x)
    basis_y, slope_y = _basis(y)
    radius2 = (x[None, None, :] ** 2 + y[None, :, None] ** 2).clamp(max=2.2)
    cell = max(1, round(BLOOM_CELL / pixel))
    # Other devices have no small cache to please, and every call to them costs.
    rows = height if device.type != "cpu" else max(cell, STRIP_PX // width // cell * cell)
    return Grid(
        height=height,
        width=width,
        pixel=pixel,
        x=x[None, None, :].to(device),
        y=y[None, :, None].to(device),
        basis_x=basis_x.to(device),
        slope_x=slope_x.to(device),
        basis_y=basis_y.to(device),
        slope_y=slope_y.to(device),
        vignette=(1 - 0.107 * radius2**1.5).to(device),
        strip_rows=rows,
    )


def _basis(v: Tensor) -> tuple[Tensor, Tensor]:
    values, slopes = [torch.ones_like(v)], [torch.zeros_like(v)]
    for k in range(1, WAVES + 1):
        omega = k * FUNDAMENTAL
        values += [torch.cos(omega * v), torch.sin(omega * v)]
        slopes += [-omega * torch.sin(omega * v), omega * torch.cos(omega * v)]
    return torch.stack(values), torch.stack(slopes)
