"""The three colours of the last layer's 128 channels.

A 3x3 convolution to three channels fills a fifth of a vector. Here each pixel gives 27 numbers, three colours
for itself and each neighbour, in one product of matrices; then each plane is added where it belongs.
"""

from __future__ import annotations

import torch

from ..conditioning import Tensors, normalised
from .arithmetic import rectify
from .pieces import Piece

TAPS = 3
ROWS_AT_ONCE = 32
"""Rows that are computed in one call: large enough that the calls of torch for an image do not count."""


class Colours:
    """The colours of one image; takes its pieces in order, normed already."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, side_px: int) -> None:
        self._weight = weight
        self._side_px = side_px
        # One more row above and below, for contributions across the edge.
        self._planes = bias[:, None, None].repeat(1, side_px + 2, side_px)
        self._taps = weight.new_empty(len(weight), 0)
        self._first_row = self._end_row = 0

    def take(self, x: torch.Tensor, piece: Piece) -> None:
        room = self._taps.shape[1] // self._side_px
        if piece.rows.stop - self._first_row > room:
            self._spread()
            room = max(ROWS_AT_ONCE, piece.rows.stop - piece.rows.start)
            self._taps = x.new_empty(len(self._taps), room * self._side_px)
        self._end_row = piece.rows.stop
        first, end = ((row - self._first_row) * self._side_px for row in (piece.rows.start, self._end_row))
        torch.mm(self._weight, rectify(x).view(-1, x.shape[3]).t(), out=self._taps[:, first:end])

    def image(self) -> torch.Tensor:
        """The image (3, side, side) in [-1, 1]."""
        self._spread()
        return torch.tanh(self._planes[:, 1:-1])

    def _spread(self) -> None:
        """Adds the contribution of the rows so far to themselves and to their neighbours."""
        first, end = self._first_row, self._end_row
        taps = self._taps[:, : (end - first) * self._side_px].view(TAPS, TAPS, 3, end - first, self._side_px)
        for down, (left, middle, right) in enumerate(taps):
            # What is below a pixel in the kernel is above it in the image.
            planes = self._planes[:, first + 2 - down : end + 2 - down]
            planes += middle
            planes[:, :, 1:] += left[:, :, :-1]
            planes[:, :, :-1] += right[:, :, 1:]
        self._first_row = end


class Head:
    """The weights of the colours."""

    def __init__(self, tensors: Tensors, precision: torch.dtype) -> None:
        weight = normalised(tensors, "generator.conv_to_rgb.")[:3]
        self._weight = weight.permute(2, 3, 0, 1).flatten(0, 2).to(precision).contiguous()
        self._bias = tensors["generator.conv_to_rgb.bias"][:3].clone()

    def colours(self, side_px: int) -> Colours:
        """The last layer for an image of this side."""
        return Colours(self._weight, self._bias, side_px)
