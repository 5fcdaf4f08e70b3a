"""The roof-tile lattice that plumage, scales and petals are made of."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..maths import Scalar, cell_hash2, coverage, mix, parity


class Tile(NamedTuple):
    """Coordinates of each pixel on the topmost tile there."""

    across: Tensor
    """-1 to 1 from side to side."""
    along: Tensor
    """1 at the tip, falling towards the root under the row above."""
    number: Tensor
    """The tile's hash, in [0, 1)."""
    to_edge: Tensor
    """About 1 at the edge."""


def roof_tiles(u: Tensor, v: Tensor, pixel: Scalar, taper: float | None = None) -> Tile:
    """Row j of a lattice hangs over row j + 1, half a tile aside.

    One mask chooses between the tile above and the tile below, and what is chosen are coordinates, before
    any shading: so shading is paid once. Tips are round, or with taper drawn out like petals:
    |across|^taper, narrower towards the root.
    """
    row = torch.floor(v)
    f = v - row
    odd = parity(row)
    upper = u + 0.5 * odd
    upper_index = torch.floor(upper)
    upper_across = (upper - upper_index - 0.5) * 2
    lower = u + 0.5 * (1 - odd)
    lower_index = torch.floor(lower)
    lower_across = (lower - lower_index - 0.5) * 2
    if taper is None:
        upper_edge = torch.sqrt(upper_across * upper_across + f * f + 1e-5)
    else:
        side = torch.sqrt(upper_across * upper_across + 1e-5)
        upper_edge = side**taper * (0.35 + 0.65 * f) + f * f
    lower_edge = torch.sqrt(lower_across * lower_across + (f - 1) ** 2 + 1e-5)
    on_top = coverage(1.0 - upper_edge, pixel)
    return Tile(
        across=mix(lower_across, upper_across, on_top),
        along=f - 1 + on_top,
        number=mix(cell_hash2(lower_index, row + 1, 0.27), cell_hash2(upper_index, row, 0.27), on_top),
        to_edge=mix(lower_edge, upper_edge, on_top),
    )
