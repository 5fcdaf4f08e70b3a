"""One light for the whole picture: relief to shade, shine and glow, then bloom and film tone."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as nnf
from torch import Tensor

from .controls import LIGHT_X, LIGHT_Y
from .grid import Grid

CAVITY_CELL = 0.05
COOL = (0.055, 0.075, 0.1)
WARM = (0.60, 0.56, 0.49)
GAMMA = 2.2


class Relief(NamedTuple):
    """A painted land before light, n frames of it."""

    height: Tensor
    """Shape (n, height, width)."""
    colour: Tensor
    """Linear sRGB: shape (n, 3, height, width)."""
    glow: Tensor
    """Light of its own, linear sRGB: shape (n, 3, height, width)."""
    gloss: Tensor
    """Shape (n, height, width)."""


def lit_relief(relief: Relief, steepness: Tensor, bounded: Tensor, grid: Grid) -> Tensor:
    """Display sRGB in [0, 1], in the memory of relief.colour: shape (n, 3, height, width).

    steepness    how steep the relief is, shape (n,)
    bounded      the noise's bounded controls, shape (n, 24)
    """
    height, colour = relief.height, relief.colour
    slope = steepness.view(-1, 1, 1) * (-0.5 / grid.pixel)
    padded = _padded(height[:, None])[:, 0]
    lamp = _lamp(bounded)
    cell = max(1, round(CAVITY_CELL / grid.pixel))
    level = _upscaled(_blurred(_pooled(height[:, None], cell)), grid)[:, 0]
    bloom = torch.cat(
        [_light_strip(relief, padded, level, slope, lamp, grid, rows) for rows in grid.strips()], 2
    )
    glare = _glare(bloom, grid)
    for start, end in grid.strips():
        strip = colour[:, :, start:end]
        strip.add_(glare[:, :, start:end]).clamp_(min=0)
        _film_tone(strip)
    return colour


class _Lamp(NamedTuple):
    """Unit vectors to the light, and half way between it and the viewer, each component (n, 1, 1)."""

    light: tuple[Tensor, Tensor, Tensor]
    half: tuple[Tensor, Tensor, Tensor]


def _lamp(bounded: Tensor) -> _Lamp:
    x, y = -0.45 + 0.35 * bounded[:, LIGHT_X], -0.62 + 0.20 * bounded[:, LIGHT_Y]
    light = _unit(x, y, torch.full_like(x, 0.72))
    half = _unit(light[0], light[1], light[2] + 1)
    return _Lamp(_as_planes(light), _as_planes(half))


def _unit(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    scale = torch.rsqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


def _as_planes(vector: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    x, y, z = (part.view(-1, 1, 1) for part in vector)
    return x, y, z


def _light_strip(
    relief: Relief,
    padded: Tensor,
    level: Tensor,
    slope: Tensor,
    lamp: _Lamp,
    grid: Grid,
    rows: tuple[int, int],
) -> Tensor:
    """Light some rows of relief.colour in place; returns their bright parts, averaged in bloom cells."""
    start, end = rows
    near = padded[:, start : end + 2]
    colour, glow = relief.colour[:, :, start:end], relief.glow[:, :, start:end]
    # Normal (nx, ny, 1) times `inverse`, from central differences in picture units.
    nx = (near[:, 1:-1, 2:] - near[:, 1:-1, :-2]) * slope
    ny = (near[:, 2:, 1:-1] - near[:, :-2, 1:-1]) * slope
    inverse = torch.rsqrt(nx * nx + ny * ny + 1)
    diffuse = (nx * lamp.light[0] + ny * lamp.light[1] + lamp.light[2]) * inverse
    mirror = ((nx * lamp.half[0] + ny * lamp.half[1] + lamp.half[2]) * inverse).clamp_(0, 1)
    for _ in range(4):
        mirror.mul_(mirror)
    sharp = mirror * mirror
    sharp.mul_(sharp)
    fill = (ny * 0.3 - nx * 0.5).mul_(inverse).clamp_(min=0)
    # Hollows, lower than their surroundings, get less light from everywhere.
    cavity = (near[:, 1:-1, 1:-1] - level[:, start:end]).mul_(1.5).add_(1).clamp_(0.35, 1.25)
    lambert = diffuse.clamp_(min=0).mul_(0.72).add_(0.42).mul_(cavity).mul_(grid.vignette[:, start:end])
    shiny = relief.gloss[:, start:end] * cavity
    specular = (mirror * 0.10 + sharp * 0.30).mul_(shiny)
    cool_light = fill.mul_(shiny)
    cool = colour.new_tensor(COOL).view(1, 3, 1, 1)
    warm = colour.new_tensor(WARM).view(1, 3, 1, 1)
    # colour (lambert + 0.8 specular + cool) + warm specular + 0.1 cool + 1.1 glow
    result = colour * (lambert + 0.8 * specular)[:, None]
    result.addcmul_(warm, specular[:, None])
    result.addcmul_(cool * cool_light[:, None], colour + 0.1).add_(glow, alpha=1.1)
    colour.copy_(result)
    return _pooled(result.sub_(0.55).clamp_(min=0).add_(glow, alpha=0.6), grid.bloom_cell_px)


def _glare(bloom: Tensor, grid: Grid) -> Tensor:
    """Bright parts spread with two radii: shape (n, 3, height, width)."""
    for _ in range(3):
        bloom = _blurred(bloom)
    wide = _blurred(_pooled(bloom, 3))
    wide = nnf.interpolate(wide, size=bloom.shape[-2:], mode="bilinear", align_corners=False)
    return _upscaled(0.30 * bloom + 0.25 * wide, grid)


def _film_tone(linear: Tensor) -> None:
    """Linear light to display values in place: a soft shoulder, then gamma."""
    divisor = linear * 0.38 + 1
    linear.mul_(linear * 0.10 + 1).div_(divisor).mul_(1.18).clamp_(0, 1).pow_(1 / GAMMA)


def _padded(planes: Tensor) -> Tensor:
    return nnf.pad(planes, (1, 1, 1, 1), mode="replicate")


def _blurred(planes: Tensor) -> Tensor:
    return nnf.avg_pool2d(_padded(planes), 3, 1)


def _pooled(planes: Tensor, side_px: int) -> Tensor:
    return nnf.avg_pool2d(planes, side_px, side_px, ceil_mode=True, count_include_pad=False)


def _upscaled(planes: Tensor, grid: Grid) -> Tensor:
    return nnf.interpolate(planes, size=(grid.height, grid.width), mode="bilinear", align_corners=False)
