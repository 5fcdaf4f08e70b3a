"""The grid of pixels, and the waves of which smooth fields are made on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

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
STAGE_BLOCK_PX = 400
"""The number of stage columns that are lit together: they need few coarse columns, which is faster than
all at once."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A coarse grid of square means over the picture, and the way back."""

    cell_px: int
    to_columns: tuple[tuple[slice, Tensor], ...]
    """Linear interpolation across the picture, in blocks of columns: which coarse ones each comes from, and
    how much of them, (these, columns)."""
    above: Tensor
    """The coarse row above each row of the picture, and the one below: each (height,)."""
    below: Tensor
    way_down: Tensor
    """The fraction of the way from the row above to the row below: shape (height, 1)."""

    def means(self, planes: Tensor) -> Tensor:
        """(n, channels, rows, width) averaged in squares; rows start on a square."""
        cell = self.cell_px
        return nnf.avg_pool2d(planes, cell, cell, ceil_mode=True, count_include_pad=False)

    def wide(self, coarse: Tensor) -> Tensor:
        """Coarse planes, interpolated across the picture: shape (n, channels, coarse height, width)."""
        blocks = [coarse[..., columns] @ matrix for columns, matrix in self.to_columns]
        return blocks[0] if len(blocks) == 1 else torch.cat(blocks, -1)

    def spread(self, wide: Tensor, rows: tuple[int, int]) -> Tensor:
        """Some rows of wide planes, interpolated down the picture; both ways take a tenth of the time of
        torch's own interpolation.
        """
        start, end = rows
        above, below = (wide.index_select(2, rows[start:end]) for rows in (self.above, self.below))
        return above.lerp_(below, self.way_down[start:end])


@dataclass(frozen=True, slots=True)
class Places:
    """Places in rows and columns, and the basis functions there; the short side of a picture spans [-1, 1],
    y points down.
    """

    height: int
    width: int
    pixel: float
    """The width of a pixel of the picture."""
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
    edge: Tensor
    """The position of the picture's right edge, shape (1, 1, 1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid(Places):
    """The pixel centres of a picture, and what its light needs of them."""

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


def stage_grid(x: Tensor, y: Tensor, pixel: float, device: torch.device) -> Grid:
    """The grid of a stage on which layers are: it darkens to the sides as to top and bottom."""
    return grid_at(x, y, pixel, device, len(y) / len(x), STAGE_BLOCK_PX)


def grid_at(
    x: Tensor,
    y: Tensor,
    pixel: float,
    device: torch.device,
    across: float = 1.0,
    block_px: int | None = None,
) -> Grid:
    """The grid of the columns at x and the rows at y, pixel apart.

    across     how fast it darkens towards the sides: below 1 for what is wider than high
    block_px   rasters are interpolated across so many columns at a time; None for all at once
    """
    height, width = len(y), len(x)
    places = _places(x, y, pixel, device)

    def raster(cell: float) -> Raster:
        return _raster(height, width, max(1, round(cell / pixel)), device, block_px or width)

    radius2 = ((x[None, None, :] * across) ** 2 + y[None, :, None] ** 2).clamp(max=2.2)
    return Grid(
        height=height,
        width=width,
        pixel=pixel,
        x=places.x,
        y=places.y,
        basis_x=places.basis_x,
        slope_x=places.slope_x,
        basis_y=places.basis_y,
        slope_y=places.slope_y,
        edge=places.edge,
        vignette=(1 - 0.107 * radius2**1.5).to(device),
        bloom=raster(BLOOM_CELL),
        cavity=raster(CAVITY_CELL),
        shadow=raster(SHADOW_CELL),
    )


@lru_cache(maxsize=64)
def every_second(grid: Grid) -> Places:
    """Every second pixel of every second row, from the first to the last or beyond."""
    device, pixel = grid.x.device, grid.pixel
    sizes = grid.width, grid.height
    across, down = (torch.arange((size + 1) // 2 + 1, dtype=torch.float32) for size in sizes)
    x, y = grid.x[0, 0, 0].cpu() + 2 * pixel * across, grid.y[0, 0, 0].cpu() + 2 * pixel * down
    return replace(_places(x, y, pixel, device), edge=grid.edge)


def _places(x: Tensor, y: Tensor, pixel: float, device: torch.device) -> Places:
    basis_x, slope_x = _basis(x)
    basis_y, slope_y = _basis(y)
    return Places(
        height=len(y),
        width=len(x),
        pixel=pixel,
        x=x[None, None, :].to(device),
        y=y[None, :, None].to(device),
        basis_x=basis_x.to(device),
        slope_x=slope_x.to(device),
        basis_y=basis_y.to(device),
        slope_y=slope_y.to(device),
        edge=x[None, None, -1:].to(device) + pixel / 2,
    )


def _raster(height: int, width: int, cell_px: int, device: torch.device, block_px: int) -> Raster:
    unit = torch.eye(math.ceil(width / cell_px))[None]
    to_columns = nnf.interpolate(unit, size=width, mode="linear", align_corners=False)[0]
    blocks = []
    for start in range(0, width, block_px):
        block = to_columns[:, start : start + block_px]
        (used,) = block.any(1).nonzero(as_tuple=True)
        columns = slice(int(used[0]), int(used[-1]) + 1)
        blocks.append((columns, block[columns].contiguous().to(device)))
    count = math.ceil(height / cell_px)
    place = ((torch.arange(height) + 0.5) * (count / height) - 0.5).clamp(min=0)
    above = place.floor()
    way_down = (place - above)[:, None]
    upper = above.long()
    lower = (upper + 1).clamp(max=count - 1)
    return Raster(cell_px, tuple(blocks), upper.to(device), lower.to(device), way_down.to(device))


def _basis(v: Tensor) -> tuple[Tensor, Tensor]:
    values, slopes = [torch.ones_like(v)], [torch.zeros_like(v)]
    for k in range(1, WAVES + 1):
        omega = k * FUNDAMENTAL
        values += [torch.cos(omega * v), torch.sin(omega * v)]
        slopes += [-omega * torch.sin(omega * v), omega * torch.cos(omega * v)]
    return torch.stack(values), torch.stack(slopes)
