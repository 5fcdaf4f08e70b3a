"""Field arithmetic that every motif uses: soft steps, pixel-wide edges, cell hashes.

On a CPU an operation costs what its memory costs. So every function returns a new tensor and works on it in
place, and a scale with an offset is one operation, `torch.rsub`, which computes other - alpha * input.
"""

from __future__ import annotations

import math
from typing import overload

import torch
from torch import Tensor

TAU = 2 * math.pi

# Nothing smaller shows. Processors take 40 times as long for products that underflow, torch 100 times for
# exponentials that do, 40 for the logarithm of 0 and 20 for its root (measured).
LEAST_EXPONENT = -60.0
LEAST_POSITIVE = 1e-12

Scalar = float | Tensor


def frac(x: Tensor) -> Tensor:
    """x minus the integer below it."""
    whole = torch.floor(x)
    return torch.sub(x, whole, out=whole)


def smoothstep(start: Scalar, end: Scalar, x: Tensor) -> Tensor:
    """0 at start, 1 at end (which may be the smaller), with flat ends in between."""
    if isinstance(start, Tensor) or isinstance(end, Tensor):
        t = (x - start).mul_(1.0 / (end - start)).clamp_(0, 1)
    else:
        t = torch.rsub(x, start / (start - end), alpha=1.0 / (start - end)).clamp_(0, 1)
    slope = torch.rsub(t, 3, alpha=2)
    return t.mul_(t).mul_(slope)


@overload
def mix(a: Tensor, b: Scalar, t: Scalar) -> Tensor: ...
@overload
def mix(a: Scalar, b: Tensor, t: Scalar) -> Tensor: ...
@overload
def mix(a: Scalar, b: Scalar, t: Tensor) -> Tensor: ...
def mix(a: Scalar, b: Scalar, t: Scalar) -> Tensor:
    """a where t is 0, b where t is 1."""
    step = b - a
    if isinstance(step, Tensor) and (not isinstance(t, Tensor) or step.shape == t.shape):
        return step.mul_(t).add_(a)
    product = step * t
    assert isinstance(product, Tensor)
    return product.add_(a)


def coverage(depth: Tensor, pixel: Scalar) -> Tensor:
    """The share of a pixel inside a shape, from its depth below the outline (box filter)."""
    if isinstance(pixel, Tensor):
        return (depth / pixel).add_(0.5).clamp_(0, 1)
    return torch.rsub(depth, 0.5, alpha=-1 / pixel).clamp_(0, 1)


def line_coverage(distance: Tensor, half_width: Scalar, pixel: Scalar) -> Tensor:
    """The share of a pixel that a line covers, from the distance to the line's middle."""
    if isinstance(pixel, Tensor) or isinstance(half_width, Tensor):
        return (half_width - distance).div_(pixel).add_(0.5).clamp_(0, 1)
    return torch.rsub(distance, half_width / pixel + 0.5, alpha=1 / pixel).clamp_(0, 1)


def bump(x: Tensor, width: Scalar) -> Tensor:
    """exp(-(x / width)^2)."""
    t = x / width
    return t.mul_(t).neg_().clamp_(min=LEAST_EXPONENT).exp_()


def exp(x: Tensor) -> Tensor:
    """e^x, and e^-60 for what is smaller."""
    return x.clamp(min=LEAST_EXPONENT).exp_()


def dome(x: Tensor, floor: float = 0.0) -> Tensor:
    """The height of a unit sphere's profile at x, raised a little so that its rim keeps a finite slope."""
    t = x * x
    return torch.sub(1, t, out=t).clamp_(min=LEAST_POSITIVE).add_(floor).sqrt_()


def length(x: Tensor, y: Tensor) -> Tensor:
    """The length of a vector; a third of the time of torch.hypot, which guards against overflow."""
    return (x * x).addcmul_(y, y).sqrt_()


def smooth_max(a: Tensor, b: Tensor, width: Scalar) -> Tensor:
    """The larger of two distances, rounded where they differ by less than width."""
    h = (a - b).mul_(0.5 / width).add_(0.5).clamp_(0, 1)
    return b + (a - b) * h + width * h * (1 - h)


def cos_turns(turns: Tensor) -> Tensor:
    """Cosine of an angle given in turns."""
    return (turns * TAU).cos_()


def wave(turns: Tensor) -> Tensor:
    """A cosine between 0 and 1 of an angle given in turns."""
    return torch.rsub((turns * TAU).cos_(), 0.5, alpha=-0.5)


def lit(cell: Tensor, phase: Scalar) -> Tensor:
    """The brightness of a cell with this hash: about one in four glows, and others as the phase drifts."""
    x = wave(cell + phase)
    x.mul_(x)
    return x.mul_(x)


def cell_hash(index: Tensor, salt: Scalar = 0.0) -> Tensor:
    """A number in [0, 1) for each integer; exact in float32 for small integers, which a big sine is not."""
    if isinstance(salt, Tensor):
        x = frac(index * 0.7548776662 + salt)
        return frac(x * (x * 17.31 + 3.713) + salt * 0.37)
    x = frac((index * 0.7548776662).add_(salt))
    return frac(torch.rsub(x, 3.713, alpha=-17.31).mul_(x).add_(salt * 0.37))


def cell_hash2(i: Tensor, j: Scalar, salt: Scalar = 0.0) -> Tensor:
    """A number in [0, 1) for each pair of integers."""
    return cell_hash(i + j * 13.0, salt)


def parity(index: Tensor) -> Tensor:
    """0 for even integers, 1 for odd ones."""
    return index - 2 * torch.floor(index * 0.5)


def weighted_sum(constant: Scalar, *terms: tuple[Scalar, Tensor]) -> Tensor:
    """constant + gain * field + ..., one operation and no new memory for every further term.

    The first field has the shape of the result; other fields, tensor gains and the constant may be smaller.
    """
    (first_gain, first), *rest = terms
    total = (first * first_gain).add_(constant)
    for gain, field in rest:
        if isinstance(gain, Tensor):
            total.addcmul_(field, gain)
        else:
            total.add_(field, alpha=gain)
    return total
