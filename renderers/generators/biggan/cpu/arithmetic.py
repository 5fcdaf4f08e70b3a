"""Small steps between convolutions: norms, rectification, and matrix products in short sums."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..conditioning import Modulation

SHORT_SUM = 64
"""Products that are summed in one go where rounding matters: to a sum of thousands each one more is added
with an error of the whole. It costs nothing (measured)."""


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """A scale and a shift (n, 1, 1, channels) of each image."""

    scale: torch.Tensor
    shift: torch.Tensor

    def of(self, images: slice) -> Norm:
        """The norm of some of the images."""
        if len(self.scale) == 1:
            return self
        return Norm(self.scale[images], self.shift[images])

    def of_one(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale and shift (channels,) of the only image."""
        return self.scale.view(-1), self.shift.view(-1)


def norm_of(modulation: Modulation, precision: torch.dtype) -> Norm:
    """The norm, for images that are stored with their channels last."""
    scale, shift = (tensor.permute(0, 2, 3, 1).to(precision) for tensor in modulation)
    return Norm(scale, shift)


def rectify(x: torch.Tensor) -> torch.Tensor:
    """Sets negative elements of x to 0, in place.

    A bfloat16 is positive where the integer of its bits is: torch compares integers four times as fast.
    """
    if x.dtype == torch.bfloat16:
        x.view(torch.int16).clamp_min_(0)
        return x
    return x.relu_()


def rectify_into(out: torch.Tensor, x: torch.Tensor) -> None:
    """Writes x to another tensor, with negative elements set to 0."""
    if x.dtype == torch.bfloat16:
        torch.clamp_min(x.view(torch.int16), 0, out=out.view(torch.int16))
    else:
        torch.clamp_min(x, 0, out=out)


def multiply_into(out: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, short_sums: bool) -> None:
    """x @ weight of two or of many matrices, (..., rows, k) and (..., k, columns)."""
    if not short_sums:
        torch.matmul(x, weight, out=out)
        return
    out.zero_()
    add_product(out, x, weight, short_sums=True)


def add_product(out: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, short_sums: bool) -> None:
    """x @ weight on top of what `out` holds."""
    length = SHORT_SUM if short_sums else x.shape[-1]
    for first in range(0, x.shape[-1], length):
        part = slice(first, first + length)
        if out.ndim == 2:
            out.addmm_(x[:, part], weight[part])
        else:
            out.baddbmm_(x[:, :, part], weight[:, part])
