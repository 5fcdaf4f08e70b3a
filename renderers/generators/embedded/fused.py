"""Layers in one land: each layer's relief is painted bare, they compete by place and height, one light falls.

In the mirrored format every layer has a mirror of its own, where its subject stands: half of it is painted,
as far as it is seen, and laid out to both sides. A layer at the left is so at the left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import torch
from torch import Tensor

from ...picture.controls import FrameControls
from ...picture.masks import Stage, columns_of
from ...tensors import tensor_of
from ..protocol import Stream
from .grid import Grid, grid_at
from .light import BareLand, Relief, lit_relief

STEP_PX = 16
"""Layers are painted in whole steps of columns, so that there are few grids."""
STRIP_PX = 65536
LOWEST, HIGHEST = -0.5, 1.5
"""Between these heights layers compete."""


Paint = Callable[[Stream, FrameControls, Grid, Relief, tuple[float, float], bool], BareLand]
"""Paints a layer into the relief of a grid; with a mirror at its right edge, or without one."""


class Fusing:
    """The layers of a film on its stage."""

    def __init__(self, stage: Stage, device: torch.device, pan: tuple[float, float]) -> None:
        """pan   moves a subject right and down within its square, in half heights"""
        self._stage = stage
        self._device = device
        self._pan = pan
        self._rows = (torch.arange(stage.height_px) - stage.top_px - (stage.side_px - 1) / 2) * stage.pixel
        across = (torch.arange(stage.width_px) - (stage.width_px - 1) / 2) * stage.pixel
        self._grid = grid_at(across, self._rows, stage.pixel, device, stage.height_px / stage.width_px)
        self._half = lru_cache(maxsize=64)(self._half_grid)
        self._part = lru_cache(maxsize=64)(self._part_grid)

    def paint(self, streams: Sequence[Stream], controls: FrameControls, paint: Paint, out: Tensor) -> None:
        """Paint n frames in [0, 1] into out (n, 3, height, width)."""
        relief, lands = self.fuse(streams, controls, paint, out)
        shares = torch.stack([share for _, share in lands])
        shares = shares / shares.sum(0)
        steepness = sum(land.steepness * share for (land, _), share in zip(lands, shares, strict=True))
        bounded = sum(land.bounded * share[:, None] for (land, _), share in zip(lands, shares, strict=True))
        assert isinstance(steepness, Tensor) and isinstance(bounded, Tensor)
        # One lamp for all: it stands still before the stage, however the cameras of the layers turn.
        lit_relief(relief, steepness, bounded, self._grid, lands[0][0].pixel, None, controls)

    def fuse(
        self, streams: Sequence[Stream], controls: FrameControls, paint: Paint, out: Tensor
    ) -> tuple[Relief, list[tuple[BareLand, Tensor]]]:
        """The common relief, its colours in the memory of out; and of each layer its land and share, (n,)."""
        sums = self._bare(len(out), self._stage.width_px, out)
        for plane in sums:
            plane.zero_()
        total = torch.zeros_like(sums.height)
        lands: list[tuple[BareLand, Tensor]] = []
        for stream in streams:
            first, end = columns_of(stream.mask)
            if first == end:
                continue
            steering = controls.but(hue_deg=stream.hue_deg)
            if self._stage.is_mirrored:
                land = self._add_halves(stream, steering, paint, (first, end), sums, total)
            else:
                land = self._add_part(stream, steering, paint, (first, end), sums, total)
            lands.append((land, tensor_of(stream.mask.mean(axis=1), self._device)))
        total.reciprocal_()
        for plane in (sums.height, sums.gloss):
            plane.mul_(total)
        for planes in (sums.colour, sums.glow):
            planes.mul_(total[:, None])
        return sums, lands

    def _add_halves(
        self,
        stream: Stream,
        steering: FrameControls,
        paint: Paint,
        columns: tuple[int, int],
        sums: Relief,
        total: Tensor,
    ) -> BareLand:
        """A layer with its mirror where its subject stands, on both sides of it."""
        stage = self._stage
        axis = stage.axis_px(stream.home)
        first, end = columns
        left, right = max(axis - first, 0), max(end - axis, 0)
        # So far from its mirror a layer is folded back, as the edges of a mirrored film are.
        furthest = stage.width_px // 2
        width = min(-(-min(max(left, right), furthest) // STEP_PX) * STEP_PX, furthest)
        half = self._bare(len(total), width)
        land = paint(stream, steering, self._half(width), half, self._pan, True)
        begin, stop = axis - left, axis + right

        def unfolded(plane: Tensor) -> Tensor:
            pieces = []
            for turn in range((left - 1) // width, -1, -1):
                seen = min(left - turn * width, width)
                piece = plane if turn % 2 == 0 else plane.flip(-1)
                pieces.append(piece[..., width - seen :])
            for turn in range((right - 1) // width + 1):
                seen = min(right - turn * width, width)
                piece = plane.flip(-1) if turn % 2 == 0 else plane
                pieces.append(piece[..., :seen])
            return torch.cat(pieces, -1)

        self._add(stream, half, unfolded, (begin, stop), sums, total)
        return land

    def _add_part(
        self,
        stream: Stream,
        steering: FrameControls,
        paint: Paint,
        columns: tuple[int, int],
        sums: Relief,
        total: Tensor,
    ) -> BareLand:
        """A layer whose subject stands at its home, as far as it is seen."""
        stage = self._stage
        first = columns[0] // STEP_PX * STEP_PX
        end = min(-(-columns[1] // STEP_PX) * STEP_PX, stage.width_px)
        part = self._bare(len(total), end - first)
        pan = self._pan[0] + stream.home * stage.width_px / stage.height_px, self._pan[1]
        land = paint(stream, steering, self._part(first, end), part, pan, False)
        self._add(stream, part, lambda plane: plane, (first, end), sums, total)
        return land

    def _add(
        self,
        stream: Stream,
        relief: Relief,
        laid: Callable[[Tensor], Tensor],
        columns: tuple[int, int],
        sums: Relief,
        total: Tensor,
    ) -> None:
        """Add a layer to the sums, by its place and its height: mask e^(contrast height)."""
        begin, stop = columns
        mask = tensor_of(stream.mask[:, None, begin:stop], self._device)
        standing = relief.height.clamp(LOWEST, HIGHEST).mul_(stream.contrast).exp_()
        rows = max(1, STRIP_PX // (stop - begin))
        for start in range(0, self._stage.height_px, rows):
            strip = slice(start, start + rows)
            share = laid(standing[:, strip]) * mask
            total[:, strip, begin:stop].add_(share)
            sums.height[:, strip, begin:stop].addcmul_(share, laid(relief.height[:, strip]))
            sums.gloss[:, strip, begin:stop].addcmul_(share, laid(relief.gloss[:, strip]))
            for into, plane in ((sums.colour, relief.colour), (sums.glow, relief.glow)):
                into[:, :, strip, begin:stop].addcmul_(share[:, None], laid(plane[:, :, strip]))

    def _bare(self, n: int, width: int, colour: Tensor | None = None) -> Relief:
        shape = (self._stage.height_px, width)
        device = self._device
        return Relief(
            height=torch.empty(n, *shape, device=device),
            colour=torch.empty(n, 3, *shape, device=device) if colour is None else colour,
            glow=torch.empty(n, 3, *shape, device=device),
            gloss=torch.empty(n, *shape, device=device),
        )

    def _half_grid(self, width: int) -> Grid:
        """The columns left of a mirror, which stands where the right edge of the square does."""
        x = 1.0 - (torch.arange(width).flip(0) + 0.5) * self._stage.pixel
        return grid_at(x, self._rows, self._stage.pixel, self._device)

    def _part_grid(self, first: int, end: int) -> Grid:
        x = (torch.arange(first, end) - (self._stage.width_px - 1) / 2) * self._stage.pixel
        return grid_at(x, self._rows, self._stage.pixel, self._device)
