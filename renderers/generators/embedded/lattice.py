"""Paints every second pixel first, and the pixels between them only where that shows.

A picture has a node on every second pixel of every second row, and a cell of four pixels at each node: the
node's own, and three between it and the next nodes. Much of a picture is smooth there, and of five layers
that meet in a place hardly more than one is seen, so that most cells of most layers are interpolated as well.

Planes of nodes have one row and one column more than there are cells, which are on the edge or beyond. A cell
has the number of its node, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from .canvas import Coloured

SHOWS = 0.08
"""The tolerance for interpolation: the bend of a node away from the line between its neighbours, as a
share of the range from black to white, from which the pixels around it are painted."""
RELIEF_SHOWS = 0.08
"""The weight of a bend of the height in that tolerance, where steepness and pixel size are 1: light falls
on slopes."""
GLOW_SHOWS = 0.8


def bend(surface: Coloured, steepness: float, pixel: float) -> Tensor:
    """The deviation of each node of a surface from the lines between its neighbours: (rows, columns)."""
    tone = surface.tone if surface.colour is None else surface.colour.mean(0)
    # Kept apart, so that darkness and height cannot cancel out.
    found = _bend(tone.add(surface.glow, alpha=GLOW_SHOWS))
    return found.add_(_bend(surface.height), alpha=RELIEF_SHOWS * steepness / pixel)


def _bend(plane: Tensor) -> Tensor:
    found = torch.zeros_like(plane)
    torch.add(plane[:, 2:], plane[:, :-2], out=found[:, 1:-1]).sub_(plane[:, 1:-1], alpha=2).abs_()
    found[1:-1] += (plane[2:] + plane[:-2]).sub_(plane[1:-1], alpha=2).abs_()
    return found


def cells_that_show(bends: Tensor, most: float = SHOWS) -> Tensor:
    """The numbers of the cells with a node at a corner that bends more, ascending; of (rows, columns)."""
    shows = bends > most
    cells = torch.zeros_like(shows)
    down = shows[1:] | shows[:-1]
    torch.logical_or(down[:, 1:], down[:, :-1], out=cells[:-1, :-1])
    return cells.view(-1).nonzero()[:, 0]


def between(planes: Tensor, cells: Tensor) -> Tensor:
    """Planes of nodes (k, rows, columns) at the three pixels between the nodes of some cells: (k, 3, cells).

    They are right of the node, below it, and across.
    """
    width = planes.shape[-1]
    flat = planes.view(len(planes), -1)
    here, right, below, across = (flat.index_select(1, cells + step) for step in (0, 1, width, width + 1))
    found = torch.empty(len(planes), 3, len(cells), device=planes.device)
    torch.lerp(here, right, 0.5, out=found[:, 0])
    torch.lerp(here, below, 0.5, out=found[:, 1])
    torch.lerp(found[:, 1], right.lerp_(across, 0.5), 0.5, out=found[:, 2])
    return found


def interpolated(planes: Tensor, width: int) -> Tensor:
    """Planes of nodes (k, nodes), so many in a row, at the four pixels of all cells: shape (k, 4, nodes)."""
    found = torch.empty(len(planes), 4, planes.shape[1], device=planes.device)
    # The last column and the last row have no cells: they are never visible.
    found[:, 0] = planes
    found[:, 1:, -width - 1 :] = planes[:, None, -width - 1 :]
    torch.lerp(planes[:, :-1], planes[:, 1:], 0.5, out=found[:, 1, :-1])
    torch.lerp(planes[:, :-width], planes[:, width:], 0.5, out=found[:, 2, :-width])
    torch.lerp(found[:, 2, :-1], found[:, 2, 1:], 0.5, out=found[:, 3, :-1])
    return found


def into_picture(cells: Tensor, width: int, out: Tensor) -> None:
    """The four pixels of all cells, (k, 4, nodes), into a picture (k, rows, columns)."""
    planes = cells.view(len(cells), 2, 2, -1, width)
    columns = out.shape[2]
    for down in (0, 1):
        target = out[:, down::2]
        left, right = planes[:, down, :, : target.shape[1]].unbind(1)
        if columns % 2:
            target[..., ::2].copy_(left[..., : columns // 2 + 1])
            target[..., 1::2].copy_(right[..., : columns // 2])
        else:
            # Two pixels beside each other, written as one complex number, take half as long.
            pairs = torch.view_as_complex(target.view(*target.shape[:2], -1, 2))
            torch.complex(left[..., : columns // 2], right[..., : columns // 2], out=pairs)


def doubled(planes: Tensor) -> Tensor:
    """The picture that is between nodes (k, rows, columns): shape (k, 2 rows - 2, 2 columns - 2).

    As interpolated, for a picture to which nothing is added cell by cell: half the time.
    """
    rows, columns = planes.shape[1:]
    found = torch.empty(len(planes), rows, 2, 2 * columns - 2, device=planes.device)
    pairs = torch.view_as_complex(found.view(len(planes), rows, 2, -1, 2)[:, :, 0])
    torch.complex(planes[..., :-1], torch.lerp(planes[..., :-1], planes[..., 1:], 0.5), out=pairs)
    torch.lerp(found[:, :-1, 0], found[:, 1:, 0], 0.5, out=found[:, :-1, 1])
    return found.flatten(1, 2)[:, :-2]


def pixels_between(cells: Tensor, columns: int) -> Tensor:
    """The indices of the three pixels between the nodes of some cells, in a picture `doubled` from that
    many columns; row-major, (3, cells).
    """
    width = 2 * columns - 2
    down = torch.div(cells, columns, rounding_mode="floor")
    # Two pixels a cell, and two rows of pixels a row of cells.
    at = cells.sub(down, alpha=columns).mul_(2).add_(down, alpha=2 * width)
    return torch.stack([at + 1, at + width, at + width + 1])


def joined(parts: Sequence[Coloured]) -> Coloured:
    """Strips of a surface, one below the other."""
    if len(parts) == 1:
        return parts[0]
    height = torch.cat([part.height for part in parts], -2)
    tone = torch.cat([part.tone for part in parts], -2)
    glow = torch.cat([part.glow for part in parts], -2)
    colours = [part.colour for part in parts if part.colour is not None]
    return Coloured(height, tone, glow, torch.cat(colours, -2) if colours else None)


def strips_of(height: int, width: int, most_px: int) -> Sequence[tuple[int, int]]:
    """Half-open ranges of about the same number of rows, of about most_px places each."""
    count = max(1, round(height * width / most_px))
    edges = [height * k // count for k in range(count + 1)]
    return list(pairwise(edges))
