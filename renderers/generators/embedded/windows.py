"""The part of a strip that a small object may cover; the rest need not be painted."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .canvas import Canvas

Window = tuple[slice, slice, slice]
"""Indices of all layers, rows and columns."""

WHOLE = (slice(None), slice(None), slice(None))
# The step in pixels at which objects are searched for.
COARSE = 8


def window(canvas: Canvas, may_cover: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Window | None:
    """The part of a strip where a thing may be; None where it is beside the strip.

    may_cover    says of some places x and y (b, rows, columns), each of which stands for all around it that
                 are not further away than `around` (b, 1, 1), whether the thing may be there

    On other devices than a CPU it is the whole strip: they are not to be waited for.
    """
    if canvas.x.device.type != "cpu":
        return WHOLE
    if canvas.scattered:
        found = may_cover(canvas.x, canvas.y, torch.zeros_like(canvas.x[:, :1, :1])).any(0).any(0)
        (columns,) = found.nonzero(as_tuple=True)
        return (*WHOLE[:2], slice(int(columns[0]), int(columns[-1]) + 1)) if len(columns) else None
    x, y = canvas.x[:, ::COARSE, ::COARSE], canvas.y[:, ::COARSE, ::COARSE]
    if min(x.shape[1:]) < 2:
        return WHOLE
    # The ground is stirred, here more and there less.
    around = (_longest_step(x).square() + _longest_step(y).square()).sqrt()
    found = may_cover(x, y, around).any(0)
    (rows,), (columns,) = (found.any(axis).nonzero(as_tuple=True) for axis in (1, 0))
    if not len(rows):
        return None
    return slice(None), _reaching(rows), _reaching(columns)


def _longest_step(plane: Tensor) -> Tensor:
    down = (plane[:, 1:] - plane[:, :-1]).abs().amax((1, 2), keepdim=True)
    across = (plane[:, :, 1:] - plane[:, :, :-1]).abs().amax((1, 2), keepdim=True)
    return down + across


def _reaching(places: Tensor) -> slice:
    """From the first of some coarse places to the last and to what follows it."""
    return slice(int(places[0]) * COARSE, (int(places[-1]) + 1) * COARSE)
