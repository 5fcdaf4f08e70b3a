"""Layers in one land: each layer's relief is painted bare, they compete by place and height, one light falls.

In the mirrored format every layer has a mirror of its own, where its subject is: half of it is painted,
as far as it is seen, and laid out to both sides. A layer at the left is so at the left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from ...picture.controls import FrameControls
from ...picture.masks import Stage, columns_of
from ...tensors import tensor_of
from ..protocol import Stream
from .grid import Grid, grid_at, stage_grid
from .light import BareLand, Relief, lit_relief

STEP_PX = 16
"""Layers are painted in whole steps of columns, so that there are few grids."""
STRIP_PX = 65536
LOWEST, HIGHEST = -0.5, 1.5
"""Between these heights layers compete."""
PLANES = 8
"""The planes of a relief: height, gloss, three of colour, three of glow."""


class Part(Protocol):
    """The painted part of a layer: some columns of its land, in all rows of the stage."""

    def heights(self) -> Tensor | None:
        """On every second pixel of every second row, and beyond the edges: (rows, columns); None for a part
        that is painted everywhere.
        """
        ...

    def refine(self, seen: Tensor) -> None:
        """Paint between these pixels, where that shows; `seen` says how much of each of them is seen."""
        ...

    def rows(self, start: int, end: int) -> Tensor:
        """Height, gloss, colour and glow of some rows of which the first is even: (n, 8, rows, width)."""
        ...


class WholePart:
    """A part of a layer of which every pixel is painted, into its relief."""

    def __init__(self, n: int, grid: Grid) -> None:
        """n   frames"""
        self._planes = torch.empty(n, PLANES, grid.height, grid.width, device=grid.x.device)
        self.relief = _relief_of(self._planes)

    def heights(self) -> None:
        return None

    def refine(self, seen: Tensor) -> None:
        raise AssertionError("it is painted everywhere")

    def rows(self, start: int, end: int) -> Tensor:
        return self._planes[:, :, start:end]


class Piece(NamedTuple):
    """Columns of the stage, and the first of those of a part that are laid there."""

    begin: int
    end: int
    first: int
    is_flipped: bool


class Placed(NamedTuple):
    """A layer on the stage."""

    part: Part
    land: BareLand
    pieces: list[Piece]
    mask: Tensor
    """Its share of each column of the stage, shape (n, width)."""
    contrast: float


Paint = Callable[[Stream, FrameControls, Grid, tuple[float, float], bool], tuple[Part, BareLand]]
"""Paints a part of a layer: the columns of a grid, with a mirror at its right edge, or without one."""


class Fusing:
    """The layers of a film on its stage."""

    def __init__(self, stage: Stage, device: torch.device, pan: tuple[float, float]) -> None:
        """pan   moves a subject right and down within its square, in half heights"""
        self._stage = stage
        self._device = device
        self._pan = pan
        self._rows = (torch.arange(stage.height_px) - stage.top_px - (stage.side_px - 1) / 2) * stage.pixel
        across = (torch.arange(stage.width_px) - (stage.width_px - 1) / 2) * stage.pixel
        self._grid = stage_grid(across, self._rows, stage.pixel, device)
        self._half = lru_cache(maxsize=64)(self._half_grid)
        self._columns = lru_cache(maxsize=64)(self._columns_grid)

    def paint(self, streams: Sequence[Stream], controls: FrameControls, paint: Paint, out: Tensor) -> None:
        """Paint n frames in [0, 1] into out (n, 3, height, width)."""
        layers = self.placed(streams, controls, paint)
        relief = self.fused(layers, out)
        shares = torch.stack([layer.mask.mean(1) for layer in layers])
        shares = shares / shares.sum(0)
        steepness = torch.stack([layer.land.steepness for layer in layers]).mul_(shares).sum(0)
        bounded = torch.stack([layer.land.bounded for layer in layers]).mul_(shares[..., None]).sum(0)
        # One lamp for all layers: it is fixed before the stage, however their cameras turn.
        lit_relief(relief, steepness, bounded, self._grid, layers[0].land.pixel, None, controls)

    def placed(self, streams: Sequence[Stream], controls: FrameControls, paint: Paint) -> list[Placed]:
        """The layers that are seen, painted as far as they are."""
        found = []
        for stream in streams:
            columns = columns_of(stream.mask)
            if columns[0] == columns[1]:
                continue
            steering = controls.but(hue_deg=stream.hue_deg)
            if self._stage.is_mirrored:
                grid, pieces = self._folded(stream.home, columns)
                pan = self._pan
            else:
                first = columns[0] // STEP_PX * STEP_PX
                end = min(-(-columns[1] // STEP_PX) * STEP_PX, self._stage.width_px)
                grid, pieces = self._columns(first, end), [Piece(first, end, 0, is_flipped=False)]
                pan = self._pan[0] + stream.home * self._stage.width_px / self._stage.height_px, self._pan[1]
            part, land = paint(stream, steering, grid, pan, self._stage.is_mirrored)
            found.append(Placed(part, land, pieces, tensor_of(stream.mask, self._device), stream.contrast))
        return found

    def _folded(self, home: float, columns: tuple[int, int]) -> tuple[Grid, list[Piece]]:
        """Half of a layer that has its mirror where its subject is, and how it is laid on both sides."""
        axis = self._stage.axis_px(home)
        furthest = max(axis - columns[0], columns[1] - axis)
        # So far from its mirror a layer is folded back, as the edges of a mirrored film are.
        most = self._stage.width_px // 2
        width = min(-(-furthest // STEP_PX) * STEP_PX, most)
        return self._half(width), pieces_of(axis, columns, width)

    def fused(self, layers: Sequence[Placed], colour: Tensor) -> Relief:
        """The common relief of layers, its colours in memory of the caller's."""
        _refine(layers, self._stage.width_px)
        height_px, width_px = self._stage.height_px, self._stage.width_px
        n = len(layers[0].mask)
        height, gloss = (torch.empty(n, height_px, width_px, device=self._device) for _ in range(2))
        relief = Relief(height, colour, torch.empty_like(colour), gloss)
        rows = max(2, STRIP_PX // width_px // 2 * 2) if self._device.type == "cpu" else height_px
        for start in range(0, height_px, rows):
            end = min(start + rows, height_px)
            sums, total = self._sums(layers, start, end)
            total.reciprocal_()
            for plane, part in zip(relief, _relief_of(sums), strict=True):
                part_total = total if part.ndim == 4 else total[:, 0]
                torch.mul(part, part_total, out=plane[..., start:end, :])
        return relief

    def _sums(self, layers: Sequence[Placed], start: int, end: int) -> tuple[Tensor, Tensor]:
        """The sums over layers of their planes in some rows times mask e^(contrast height), and of that."""
        n, shape = len(layers[0].mask), (end - start, self._stage.width_px)
        sums = torch.zeros(n, PLANES, *shape, device=self._device)
        total = torch.zeros_like(sums[:, :1])
        for layer in layers:
            planes = layer.part.rows(start, end)
            standing = _standing(planes[:, :1], layer.contrast)
            for begin, stop, first, is_flipped in layer.pieces:
                columns = slice(first, first + stop - begin)
                share, laid = standing[..., columns], planes[..., columns]
                if is_flipped:
                    share, laid = share.flip(-1), laid.flip(-1)
                share = share * layer.mask[:, None, None, begin:stop]
                total[..., begin:stop].add_(share)
                sums[..., begin:stop].addcmul_(share, laid)
        return sums, total

    def _half_grid(self, width: int) -> Grid:
        """The columns left of a mirror, which is where the right edge of the square is."""
        x = 1.0 - (torch.arange(width).flip(0) + 0.5) * self._stage.pixel
        return grid_at(x, self._rows, self._stage.pixel, self._device)

    def _columns_grid(self, first: int, end: int) -> Grid:
        x = (torch.arange(first, end) - (self._stage.width_px - 1) / 2) * self._stage.pixel
        return grid_at(x, self._rows, self._stage.pixel, self._device)


def _relief_of(planes: Tensor) -> Relief:
    """Planes (n, PLANES, rows, columns) by what they are of."""
    return Relief(planes[:, 0], planes[:, 2:5], planes[:, 5:], planes[:, 1])


def _standing(heights: Tensor, contrast: float) -> Tensor:
    return heights.clamp(LOWEST, HIGHEST).mul_(contrast).exp_()


def _refine(layers: Sequence[Placed], width_px: int) -> None:
    """Paint the parts of layers that have only every second pixel, the more the more is seen of them."""
    standing = []
    for layer in layers:
        heights = layer.part.heights()
        if heights is None:
            return
        standing.append(_standing(heights, layer.contrast))
    # Every second column of the stage represents the nodes on it or next to it.
    total = torch.zeros(len(standing[0]), width_px // 2 + 1, device=standing[0].device)
    claims = []
    for layer, claim in zip(layers, standing, strict=True):
        for piece in layer.pieces:
            nodes, first_px = _nodes_in(piece)
            laid = claim[:, nodes].flip(1) if piece.is_flipped else claim[:, nodes]
            columns = slice(first_px // 2, first_px // 2 + laid.shape[1])
            laid = laid * layer.mask[:, first_px : first_px + 2 * laid.shape[1] : 2]
            total[:, columns] += laid
            claims.append((laid, columns))
    laid_claims = iter(claims)
    for layer, claim in zip(layers, standing, strict=True):
        seen = torch.zeros_like(claim)
        for piece in layer.pieces:
            laid, columns = next(laid_claims)
            share = laid.div_(total[:, columns])
            nodes, _ = _nodes_in(piece)
            torch.maximum(seen[:, nodes], share.flip(1) if piece.is_flipped else share, out=seen[:, nodes])
        layer.part.refine(seen)


def _nodes_in(piece: Piece) -> tuple[slice, int]:
    """The nodes of a part that are laid in a piece, and the column of the stage on which the first is."""
    width = piece.end - piece.begin
    nodes = slice((piece.first + 1) // 2, (piece.first + width + 1) // 2)
    if piece.is_flipped:
        return nodes, piece.end - 1 - (2 * (nodes.stop - 1) - piece.first)
    return nodes, piece.begin + 2 * nodes.start - piece.first


def pieces_of(axis: int, columns: tuple[int, int], width: int) -> list[Piece]:
    """The pieces of a half of that width that fill columns of the stage: on both sides of a mirror before
    column `axis`, where its right edge is, and folded back and forth beyond its width.
    """
    found = []
    first, end = columns
    for turn in range(-(-(axis - first) // width)):
        left = axis - (turn + 1) * width
        begin, stop = max(left, first), min(left + width, end)
        if begin < stop:
            is_flipped = turn % 2 == 1
            found.append(Piece(begin, stop, left + width - stop if is_flipped else begin - left, is_flipped))
    for turn in range(-(-(end - axis) // width)):
        left = axis + turn * width
        begin, stop = max(left, first), min(left + width, end)
        if begin < stop:
            is_flipped = turn % 2 == 0
            found.append(Piece(begin, stop, left + width - stop if is_flipped else begin - left, is_flipped))
    return found
