"""A 3x3 convolution and its norm, and the same of an image doubled first, by torch's convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch.nn import functional as nnf

from ..network import transposed_kernel
from .arithmetic import Norm

Normed = Callable[[torch.Tensor, slice], torch.Tensor]
"""From rows in their frame (n, rows + 2, columns + 2, channels) and which of the images they are of, to the
convolution, normed (n, rows, columns, channels); twice the rows and columns where the image is doubled."""


class Convolution(Protocol):
    """A convolution whose norm changes with the images."""

    piece_bytes: int
    """Size of the input that it takes at a time."""

    def with_norm(self, norm: Norm) -> Normed:
        """The convolution and this norm."""
        ...


class Direct:
    """A 3x3 convolution of one image; the norm's scale goes into the weights, and its shift is a bias."""

    piece_bytes = 1 << 21
    """oneDNN orders the weights again for each call; with 16 rows and more this does not count (measured)."""

    def __init__(self, weight: torch.Tensor, precision: torch.dtype) -> None:
        self._weight = weight
        self._precision = precision

    def with_norm(self, norm: Norm) -> Normed:
        scale, shift = norm.of_one()
        weight = _laid_out(self._weight * scale[:, None, None, None], self._precision)
        bias = shift.to(self._precision)

        def normed(x: torch.Tensor, images: slice) -> torch.Tensor:
            return nnf.conv2d(x.permute(0, 3, 1, 2), weight, bias).permute(0, 2, 3, 1)

        return normed


class DirectDoubling:
    """A doubling and a 3x3 convolution as one transposed 4x4 convolution; see transposed_kernel."""

    piece_bytes = 1 << 21

    def __init__(self, weight: torch.Tensor, precision: torch.dtype) -> None:
        self._weight = transposed_kernel(weight)
        self._precision = precision

    def with_norm(self, norm: Norm) -> Normed:
        scale, shift = norm.of_one()
        weight = _laid_out(self._weight * scale[None, :, None, None], self._precision)
        bias = shift.to(self._precision)

        def normed(x: torch.Tensor, images: slice) -> torch.Tensor:
            # Crops the contribution of the frame's pixels, half of which is beyond the requested rows.
            y = nnf.conv_transpose2d(x.permute(0, 3, 1, 2), weight, bias, stride=2, padding=3)
            return y.permute(0, 2, 3, 1)

        return normed


def _laid_out(weight: torch.Tensor, precision: torch.dtype) -> torch.Tensor:
    return weight.to(precision).contiguous(memory_format=torch.channels_last)
