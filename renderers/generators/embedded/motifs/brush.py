"""The brush: lays a figure over the canvas, in the part of the strip that it may cover.

A motif begins with a background of its own, and lays one thing after the other over it, back to front.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import LEAST_POSITIVE, Scalar, coverage, dome, exp, length, weighted_sum
from ..windows import window


def lay(surface: Surface, mask: Tensor, tone: Scalar, height: Scalar, glow: Scalar = 0.0) -> None:
    """Cover a surface with a thing where mask is 1, in place."""
    for plane, value in zip(surface, (height, tone, glow), strict=True):
        if isinstance(value, Tensor):
            plane.lerp_(value.expand_as(plane), mask)
        else:
            plane.mul_(1 - mask).add_(mask, alpha=value)


def shine(surface: Surface, light: Tensor, tone: float = 0.0) -> None:
    """Add light to a surface, and so much of it to its tone, in place."""
    surface.glow.add_(light)
    if tone:
        surface.tone.add_(light, alpha=tone)


def part_of(
    canvas: Canvas, surface: Surface, left: Scalar, top: Scalar, right: Scalar, bottom: Scalar
) -> tuple[Canvas, Surface] | None:
    """The part of a canvas and of its surface around a rectangle of the ground; None where it is beside it.

    What is laid on the part of the surface is on the whole of it.
    """

    def may_cover(x: Tensor, y: Tensor, around: Tensor) -> Tensor:
        margin = around + 2 * canvas.pixel
        return (x > left - margin) & (x < right + margin) & (y > top - margin) & (y < bottom + margin)

    found = window(canvas, may_cover)
    if found is None:
        return None
    planes = {name: getattr(canvas, name)[found] for name in ("x", "y", "far_x", "far_y", "drift", "sway")}
    return replace(canvas, **planes), Surface(*(plane[found] for plane in surface))


def placed(canvas: Canvas, right: Scalar, down: Scalar, size: float = 1.0, lean: Scalar = 0.0) -> Canvas:
    """The canvas seen from a thing: its middle is the origin, its size the unit; it leans to the right by so
    much for each unit up.
    """
    x, y = canvas.x - right, canvas.y - down
    if isinstance(lean, Tensor) or lean:
        x, y = x + y * lean, y - x * lean
    if size != 1.0:
        x, y = x.mul_(1 / size), y.mul_(1 / size)
    return replace(canvas, x=x, y=y, pixel=canvas.pixel / size)


def rounded(depth: Tensor, width: Scalar) -> Tensor:
    """The height of a thing with a round edge of that width, 0 at its outline and 1 inside."""
    return dome(torch.rsub((depth / width).clamp_(0, 1), 1))


def capsule(
    x: Tensor, y: Tensor, start: tuple[Scalar, Scalar], end: tuple[Scalar, Scalar], wide: Scalar, thin: Scalar
) -> Tensor:
    """The depth inside a limb from start to end, so wide at the one and so thin at the other."""
    across, down = end[0] - start[0], end[1] - start[1]
    px, py = x - start[0], y - start[1]
    along = ((px * across).add_(py * down) / (across * across + down * down)).clamp_(0, 1)
    distance = length(px.sub_(along * across), py.sub_(along * down))
    return torch.sub(along.mul_(thin - wide).add_(wide), distance)


def box(x: Tensor, y: Tensor, half_width: Scalar, half_height: Scalar, radius: float = 0.0) -> Tensor:
    """The depth inside a rectangle about the origin, with round corners."""
    across, down = x.abs().sub_(half_width - radius), y.abs().sub_(half_height - radius)
    inner = torch.maximum(across, down).clamp_(max=0)
    outer = length(across.clamp_(min=0), down.clamp_(min=0))
    return torch.rsub(outer.add_(inner), radius)


def ellipse(x: Tensor, y: Tensor, half_width: Scalar, half_height: Scalar) -> Tensor:
    """About the depth inside an ellipse about the origin."""
    smaller = min(half_width, half_height) if not isinstance(half_width, Tensor) else half_width
    q = (x / half_width).square_().add_((y / half_height).square_()).add_(LEAST_POSITIVE).sqrt_()
    return torch.rsub(q, 1).mul_(smaller)


def joined(a: Tensor, b: Tensor, width: float) -> Tensor:
    """The depth inside two things that have grown together, with a fillet of that width."""
    share = (a - b).mul_(0.5 / width).add_(0.5).clamp_(0, 1)
    bulge = (1 - share).mul_(share).mul_(width)
    return torch.lerp(b, a, share).add_(bulge)


def dark_room(canvas: Canvas, lamp: float = 0.0, bokeh: float = 0.10) -> Surface:
    """Velvet darkness with lights out of focus, the background of things that stand alone."""
    u = canvas.controls
    lights = canvas.texture("bokeh", canvas.far_x + 0.08 * u[8], canvas.far_y + 0.05 * u[9], 0.35)
    velvet = canvas.texture("cloud", canvas.far_x + 0.2 * canvas.drift, canvas.far_y, 0.35)
    tone = weighted_sum(0.05, (0.10, velvet), (bokeh, lights), (0.03, canvas.drift))
    glow = lights.mul_(1.7 * bokeh)
    if lamp:
        halo = exp(((canvas.far_x - 0.15 * u[10]).square() + (canvas.far_y + 0.1).square()) * -1.3)
        tone.add_(halo, alpha=lamp)
        glow.add_(halo, alpha=0.4 * lamp)
    return Surface(velvet.mul_(0.08), tone, glow)


def sky(canvas: Canvas, low: float, high: float, clouds: float) -> Surface:
    """A sky that goes from a tone at the horizon to another overhead, with clouds so light."""
    u = canvas.controls
    cloud = canvas.texture("cloud", canvas.far_x * 0.7 + 0.10 * u[8], canvas.far_y * 1.5, 0.45)
    middle, slope = 0.5 * (low + high), 0.45 * (low - high)
    tone = weighted_sum(middle - 0.45 * clouds, (slope, canvas.far_y.clamp(-1.2, 1.2)), (clouds, cloud))
    return Surface(cloud * 0.05, tone, cloud.mul_(0.03))


def inside(depth: Tensor, canvas: Canvas) -> Tensor:
    """The share of each pixel that a thing covers, by its depth."""
    return coverage(depth, canvas.pixel)
