"""A residual block in pieces: the next layer begins with each piece while it is in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch

from ..conditioning import Modulation, Tensors, normalised
from ..network import NORMS
from .arithmetic import Norm, add_product, multiply_into, norm_of, rectify, rectify_into
from .convolutions import Convolution, Direct, DirectDoubling
from .pieces import PIECE_BYTES, Piece, framed, inside, pieces
from .winograd import Winograd, WinogradDoubling

LEAST_WINOGRAD_CHANNELS = 128
"""Measured on one core with AVX-512: with 256 channels 1.5 times as fast as the direct form, with 128 just
faster, with 64 slower."""


class Taker(Protocol):
    """A consumer of a block's output, which arrives in order."""

    def take(self, x: torch.Tensor, piece: Piece) -> None:
        """x (images, rows, columns, channels), which the caller may overwrite afterwards."""
        ...


class Entrance:
    """The first half of a block: two norms around a convolution of single pixels.

    `half` is the result, in its frame, when all pieces have been taken.
    """

    def __init__(
        self, weight: torch.Tensor, norms: Sequence[Norm], shape: tuple[int, int, int], short_sums: bool
    ):
        self._weight = weight
        self._first, self._second = norms
        self._short_sums = short_sums
        self.half = framed(shape, weight.shape[1], weight.dtype)

    def take(self, x: torch.Tensor, piece: Piece) -> None:
        first, second = self._first.of(piece.images), self._second.of(piece.images)
        lit = rectify(torch.addcmul(first.shift, x, first.scale))
        y = lit.new_empty(*lit.shape[:3], self._weight.shape[1])
        channels = lit.shape[3]
        multiply_into(y.view(-1, y.shape[3]), lit.view(-1, channels), self._weight, self._short_sums)
        rectify_into(inside(self.half, piece), torch.addcmul(second.shift, y, second.scale, out=y))


class Block:
    """A residual block of four convolutions; it may double the size and drop half of the channels."""

    def __init__(
        self, tensors: Tensors, name: str, doubles: bool, precision: torch.dtype, for_many: bool = False
    ) -> None:
        """for_many   for several images at once, and with their sums kept short"""
        first, second, third, last = (normalised(tensors, f"{name}conv_{index}.") for index in range(NORMS))
        self.doubles = doubles
        self._precision = precision
        self._short_sums = for_many
        self._weight_in = _matrix(first, precision)
        self._weight_out = _matrix(last, precision)
        self._bias = tensors[f"{name}conv_3.bias"].to(precision)
        self._second: Convolution
        self._third: Convolution
        many_channels = third.shape[0] >= LEAST_WINOGRAD_CHANNELS and precision == torch.float32
        if for_many or many_channels:
            self._second = (WinogradDoubling if doubles else Winograd)(second, for_many)
            self._third = Winograd(third, for_many)
        else:
            self._second = (DirectDoubling if doubles else Direct)(second, precision)
            self._third = Direct(third, precision)

    def entrance(self, modulations: Sequence[Modulation], shape: tuple[int, int, int]) -> Entrance:
        """The first half, for images of `shape` (images, rows, columns)."""
        norms = [norm_of(modulation, self._precision) for modulation in modulations[:2]]
        return Entrance(self._weight_in, norms, shape, self._short_sums)

    def finish(
        self,
        x: torch.Tensor,
        entrance: Entrance,
        modulations: Sequence[Modulation],
        taker: Taker | None,
        last_norm: Norm | None = None,
    ) -> torch.Tensor:
        """The second half, and the image added to it.

        x           (images, rows, columns, channels), which the entrance has taken; not to be used afterwards
        taker       takes the output while it is in the cache
        last_norm   of one image; applied to the output, of which then only the taker learns

        Returns the output.
        """
        half = self._middle(entrance.half, modulations[2])
        n, side = half.shape[0], half.shape[1] - 2
        shape = n, side, side
        weight, bias, scale = self._weight_out, self._bias, None
        if last_norm is not None:
            scale, shift = last_norm.of_one()
            weight, bias = weight * scale, bias * scale + shift
        channels = len(bias)
        size = x.element_size()
        normed = self._third.with_norm(norm_of(modulations[3], torch.float32))
        # Reading an image from beyond the cache and writing another costs more than changing it in its place.
        fits = not self.doubles and channels == x.shape[3]
        out = None if last_norm is not None else x if fits else x.new_empty(*shape, channels)
        for large in pieces(shape, side * half.shape[3] * size, self._third.piece_bytes):
            y = rectify(normed(half[large.with_neighbours], large.images))
            part_shape = y.shape[0], y.shape[1], side
            for part in pieces(part_shape, side * channels * size, PIECE_BYTES):
                piece = part.within(large)
                rows = y[part.images, part.rows]
                if out is None:
                    made = rows.new_empty(*rows.shape[:3], channels)
                else:
                    made = out[piece.images, piece.rows]
                self._add_image(made, x, piece, bias, scale)
                add_product(made.view(-1, channels), rows.reshape(-1, y.shape[3]), weight, self._short_sums)
                if taker is not None:
                    taker.take(made, piece)
        return x if out is None else out

    def _middle(self, half: torch.Tensor, modulation: Modulation) -> torch.Tensor:
        normed = self._second.with_norm(norm_of(modulation, torch.float32))
        n, side, channels = half.shape[0], half.shape[1] - 2, half.shape[3]
        factor = 2 if self.doubles else 1
        result = framed((n, factor * side, factor * side), channels, half.dtype)
        row_bytes = side * channels * half.element_size()
        for piece in pieces((n, side, side), row_bytes, self._second.piece_bytes):
            made = Piece(piece.images, slice(factor * piece.rows.start, factor * piece.rows.stop))
            rectify_into(inside(result, made), normed(half[piece.with_neighbours], piece.images))
        return result

    def _add_image(
        self, out: torch.Tensor, x: torch.Tensor, piece: Piece, bias: torch.Tensor, scale: torch.Tensor | None
    ) -> None:
        """Write the bias and the channels of x that are kept, doubled where the block doubles."""
        first, end = piece.rows.start, piece.rows.stop
        rows = slice(first // 2, end // 2) if self.doubles else piece.rows
        kept = x[piece.images, rows, :, : out.shape[3]]
        target = torch.empty_like(kept) if self.doubles else out
        if scale is None:
            torch.add(kept, bias, out=target)
        else:
            torch.addcmul(bias, kept, scale, out=target)
        if self.doubles:
            pairs = out.view(*kept.shape[:2], 2, kept.shape[2], 2, kept.shape[3])
            pairs[:, :, 0] = target[:, :, :, None]
            pairs[:, :, 1] = pairs[:, :, 0]


def _matrix(weight: torch.Tensor, precision: torch.dtype) -> torch.Tensor:
    """(in, out) of a convolution of single pixels (out, in, 1, 1)."""
    return weight.flatten(1).t().to(precision).contiguous()
