"""Where the pixels are, and the waves that smooth fields are made of there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as nnf
from torch import Tensor

WAVES = 4
BASIS_SIZE = 1 + 2 * WAVES
# The period is 4.4, more than the 3.56 of a 16:9 frame: nothing repeats in the picture.
FUNDAMENTAL = math.pi / 2.2

BLOOM_CELL = 0.03
CAVITY_CELL = 0.05
SHADOW_CELL = 0.016


@dataclass(frozen=True, slots=True)
class Raster:
    """A coarse grid of square means over the picture, and the way back."""

    cell_px: int
    to_rows: Tensor
    """Linear interpolation down the picture: shape (height, coarse height)."""
    to_columns: Tensor
    """Weights across: shape (coarse width, width)."""
    is_narrowed: bool = False
    """Whether `spread` leaves out the coarse rows that its rows do not need: of a large picture, most."""

    def means(self, planes: Tensor) -> Tensor:
        """(n, channels, rows, width) averaged in squares; rows start on a square."""
        cell = self.cell_px
        return nnf.avg_pool2d(planes, cell, cell, ceil_mode=True, count_include_pad=False)

    def spread(self, coarse: Tensor, rows: tuple[int, int]) -> Tensor:
        """Some rows of the coarse planes, bilinearly interpolated; as products of matrices this takes a third
        of the time of torch's own interpolation.
        """
        start, end = rows
        if not self.is_narrowed:
            return self.to_rows[start:end] @ (coarse @ self.to_columns)
        first, last = max(start // self.cell_px - 1, 0), -(-end // self.cell_px) + 1
        needed = coarse[..., first:last, :] @ self.to_columns
        return self.to_rows[start:end, first:last] @ needed


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
    bloom: Raster
    """The squares that the bloom averages first."""
    cavity: Raster
    """The squares whose mean height tells hollows from hills."""
    shadow: Raster
    """The squares whose mean height throws a shadow."""

    def strips(self, most_px: int) -> list[tuple[int, int]]:
        """Half-open ranges of rows that cover the picture, of about most_px pixels each.

        They are whole bloom squares high, so that strips do not show. Other devices than a CPU get one strip:
        they have no small cache to please, and every call to them costs.
        """
        cell = self.bloom.cell_px
        rows = max(cell, most_px // self.width // cell * cell)
        if self.x.device.type != "cpu":
            rows = self.height
        return [(start, min(start + rows, self.height)) for start in range(0, self.height, rows)]


def make_grid(height: int, width: int, device: torch.device) -> Grid:
    """The grid of a picture of height times width pixels."""
    pixel = 2.0 / min(height, width)
    x = (torch.arange(width, dtype=torch.float32) - (width - 1) / 2) * pixel
    y = (torch.arange(height, dtype=torch.float32) - (height - 1) / 2) * pixel
    return grid_at(x, y, pixel, device)


def grid_at(
    x: Tensor, y: Tensor, pixel: float, device: torch.device, across: float = 1.0, is_narrowed: bool = False
) -> Grid:
    """The grid of the columns at x and the rows at y, pixel apart.

    across        how fast it darkens towards the sides: below 1 for what is wider than high
    is_narrowed   of its rasters
    """
    height, width = len(y), len(x)
    basis_x, slope_x = _basis(x)
    basis_y, slope_y = _basis(y)
    radius2 = ((x[None, None, :] * across) ** 2 + y[None, :, None] ** 2).clamp(max=2.2)
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
        bloom=_raster(height, width, max(1, round(BLOOM_CELL / pixel)), device, is_narrowed),
        cavity=_raster(height, width, max(1, round(CAVITY_CELL / pixel)), device, is_narrowed),
        shadow=_raster(height, width, max(1, round(SHADOW_CELL / pixel)), device, is_narrowed),
    )


def _raster(height: int, width: int, cell_px: int, device: torch.device, is_narrowed: bool) -> Raster:
    def interpolation(size: int) -> Tensor:
        unit = torch.eye(math.ceil(size / cell_px))[None]
        return nnf.interpolate(unit, size=size, mode="linear", align_corners=False)[0]

    to_rows, to_columns = interpolation(height).T.contiguous(), interpolation(width)
    return Raster(cell_px, to_rows.to(device), to_columns.to(device), is_narrowed)


def _basis(v: Tensor) -> tuple[Tensor, Tensor]:
    values, slopes = [torch.ones_like(v)], [torch.zeros_like(v)]
    for k in range(1, WAVES + 1):
        omega = k * FUNDAMENTAL
        values += [torch.cos(omega * v), torch.sin(omega * v)]
        slopes += [-omega * torch.sin(omega * v), omega * torch.cos(omega * v)]
    return torch.stack(values), torch.stack(slopes)
