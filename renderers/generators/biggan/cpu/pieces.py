"""The size of the pieces of a batch of images, and the frame of zeros around an image.

Images are stored as (n, rows, columns, channels): the rows of a piece are one run of memory. Read from
beyond the cache, an image of the last layers takes as long as the arithmetic on it (measured: 7 to 14 GB/s
on one core).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

PIECE_BYTES = 1 << 20
"""A piece and what is made of it stay in a cache of 1 or 2 MB, as the cores of this decade have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole images, or some rows of one image; half-open."""

    images: slice
    rows: slice

    @property
    def with_neighbours(self) -> tuple[slice, slice]:
        """Its place in a framed batch, with one row more on each side."""
        return self.images, slice(self.rows.start, self.rows.stop + 2)

    def within(self, outer: Piece) -> Piece:
        """The piece, counted from the beginning of another."""
        image, row = outer.images.start, outer.rows.start
        return Piece(
            slice(self.images.start + image, self.images.stop + image),
            slice(self.rows.start + row, self.rows.stop + row),
        )


def pieces(shape: tuple[int, int, int], row_bytes: int, piece_bytes: int) -> Iterator[Piece]:
    """The pieces of `shape` (images, rows, columns): of about piece_bytes, and of an even number of rows."""
    count, row_count, _ = shape
    image_bytes = row_bytes * row_count
    if image_bytes <= piece_bytes:
        step = max(1, piece_bytes // image_bytes)
        for first in range(0, count, step):
            yield Piece(slice(first, min(first + step, count)), slice(0, row_count))
        return
    step = max(2, piece_bytes // row_bytes // 2 * 2)
    for image in range(count):
        for first in range(0, row_count, step):
            yield Piece(slice(image, image + 1), slice(first, min(first + step, row_count)))


def framed(shape: tuple[int, int, int], channels: int, precision: torch.dtype) -> torch.Tensor:
    """Room for images of `shape` (images, rows, columns), with a pixel of zeros around each."""
    count, row_count, column_count = shape
    x = torch.empty(count, row_count + 2, column_count + 2, channels, dtype=precision)
    x[:, 0] = x[:, -1] = 0
    x[:, :, 0] = x[:, :, -1] = 0
    return x


def inside(x: torch.Tensor, piece: Piece) -> torch.Tensor:
    """The piece of a framed batch, without the frame."""
    return x[piece.images, piece.rows.start + 1 : piece.rows.stop + 1, 1:-1]
