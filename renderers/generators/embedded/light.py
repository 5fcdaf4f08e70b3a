"""One light for the whole picture: relief to shade, shine and glow, then bloom and film tone."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as nnf
from torch import Tensor

from ...picture.controls import FrameControls
from .controls import LIGHT_X, LIGHT_Y
from .grid import Grid
from .maths import LEAST_POSITIVE

# Strips of about this many pixels: fewer calls weigh more than what the cache of one core holds.
STRIP_PX = 98304
COOL_WAY = (-0.5, 0.3)
"""The direction of the cool light: right and down."""
LAMP_HEIGHT = 0.72
LAMP_LOWEST, LAMP_HIGHEST = 0.1, 1.5
"""In radians above the picture: lower, all of it would be in shadow."""
COOL = (0.055, 0.075, 0.1)
WARM = (0.60, 0.56, 0.49)
GAMMA = 2.2
SHADOW_REACH = (0.012, 0.024, 0.04, 0.06, 0.085, 0.12, 0.17)
"""The distances towards the lamp at which heights are sampled for shadows, in half heights."""
SHADOW_SLOPE, SHADOW_SOFT, SHADOW_SOFTER = 2.2, 0.10, 1.2
"""The slope of the lamp's rays; the softness of a shadow near its object, and its growth with distance."""
SHADE, DULL = 0.62, 0.8
"""The share of its light, and of its shine, that a place in full shadow loses."""
BLACK, WHITE, CURVE, SATURATION = 0.03, 0.98, 0.45, 1.22
"""The tone of the whole picture: what becomes black and white, the share of an S-curve, more colour."""
SHOULDER = (0.10, 0.38, 1.18)
"""(l + 0.10 l²) / ((1 + 0.38 l) / 1.18): light that is bright bends before it is white."""
DULLEST = 0.3
"""The least cosine that shines: what its 16th power adds does not show, and its 64th does not underflow."""


NO_STEERING = FrameControls()


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


class BareLand(NamedTuple):
    """The inputs for lighting a painted land, besides its relief: see lit_relief."""

    steepness: Tensor
    bounded: Tensor
    pixel: float
    turn: tuple[Tensor, Tensor] | None


def lit_relief(
    relief: Relief,
    steepness: Tensor,
    bounded: Tensor,
    grid: Grid,
    pixel: float | None = None,
    turn: tuple[Tensor, Tensor] | None = None,
    steering: FrameControls = NO_STEERING,
) -> Tensor:
    """Display sRGB in [0, 1], in the memory of relief.colour: shape (n, 3, height, width).

    steepness    how steep the relief is, shape (n,)
    bounded      the noise's bounded controls, shape (n, 24)
    pixel        how much of the land a pixel shows; None for the grid's own
    turn         cosine and sine of the camera's turn, each (n, 1, 1): the lamps stand still on the land
    steering     what a composer does to the lamp, the light and the bloom
    """
    height = relief.height[:, None]
    lamp = _lamp(bounded, turn, steering)
    scene = _Scene(
        relief=relief,
        padded=_padded(height)[:, 0],
        level=grid.cavity.wide(_blurred(grid.cavity.means(height))),
        shadow=grid.shadow.wide(_shadow(grid.shadow.means(height), lamp, grid, pixel or grid.pixel)),
        slope=steepness.view(-1, 1, 1) * (-0.5 / (pixel or grid.pixel)),
        lamp=lamp,
        exposure=_per_frame(steering.exposure, height),
        grid=grid,
    )
    strips = grid.strips(STRIP_PX)
    glare = _glare(torch.cat([_light_strip(scene, rows) for rows in strips], 2))
    if steering.bloom is not None:
        glare *= steering.bloom.to(glare).view(-1, 1, 1, 1)
    glare = grid.bloom.wide(glare)
    for start, end in strips:
        colour = relief.colour[:, :, start:end]
        _develop(colour, grid.bloom.spread(glare, (start, end)))
    return relief.colour


class _Lamp(NamedTuple):
    """Unit vectors to the light, and half way between it and the viewer, each component (n, 1, 1)."""

    light: tuple[Tensor, Tensor, Tensor]
    half: tuple[Tensor, Tensor, Tensor]
    cool: tuple[Tensor, Tensor] | None
    """The way to the cool light along the picture; None for COOL_WAY itself."""


class _Scene(NamedTuple):
    relief: Relief
    padded: Tensor
    """Heights with one more pixel on every side: shape (n, height + 2, width + 2)."""
    level: Tensor
    """Mean heights on the rows of the cavity raster: shape (n, 1, coarse height, width)."""
    shadow: Tensor
    """The shadow on the rows of the shadow raster, 0 to 1: shape (n, 1, coarse height, width)."""
    slope: Tensor
    """The factor from a difference of two heights to a slope: shape (n, 1, 1)."""
    lamp: _Lamp
    exposure: Tensor | None
    """A factor of all light, shape (n, 1, 1); None where it is 1."""
    grid: Grid


def _per_frame(lane: Tensor | None, like: Tensor) -> Tensor | None:
    return None if lane is None else lane.to(like).view(-1, 1, 1)


def _lamp(bounded: Tensor, turn: tuple[Tensor, Tensor] | None, steering: FrameControls) -> _Lamp:
    x, y = -0.45 + 0.35 * bounded[:, LIGHT_X], -0.62 + 0.20 * bounded[:, LIGHT_Y]
    z = torch.full_like(x, LAMP_HEIGHT)
    if steering.lamp_azimuth_deg is not None:
        angle = torch.deg2rad(steering.lamp_azimuth_deg.to(x))
        cos, sin = torch.cos(angle), torch.sin(angle)
        x, y = x * cos - y * sin, x * sin + y * cos
    if steering.lamp_height_deg is not None:
        level = torch.hypot(x, y)
        height = torch.atan2(z, level) + torch.deg2rad(steering.lamp_height_deg.to(x))
        height = height.clamp(LAMP_LOWEST, LAMP_HIGHEST)
        shrink = torch.cos(height) / level.clamp(min=LEAST_POSITIVE)
        x, y, z = x * shrink, y * shrink, torch.sin(height)
    cool = None
    if turn is not None:
        cos, sin = (part.view(-1) for part in turn)
        x, y = x * cos - y * sin, x * sin + y * cos
        across, down = COOL_WAY
        cool = across * turn[0] - down * turn[1], across * turn[1] + down * turn[0]
    light = _unit(x, y, z)
    half = _unit(light[0], light[1], light[2] + 1)
    return _Lamp(_as_planes(light), _as_planes(half), cool)


def _unit(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    scale = torch.rsqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


def _as_planes(vector: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    x, y, z = (part.view(-1, 1, 1) for part in vector)
    return x, y, z


def _light_strip(scene: _Scene, rows: tuple[int, int]) -> Tensor:
    """Light some rows of the colours in place; returns their bright parts, averaged in bloom squares."""
    start, end = rows
    near = scene.padded[:, start : end + 2]
    colour, glow = scene.relief.colour[:, :, start:end], scene.relief.glow[:, :, start:end]
    # The normal is (nx, ny, 1) times `inverse`, from central differences in picture units.
    nx = (near[:, 1:-1, 2:] - near[:, 1:-1, :-2]).mul_(scene.slope)
    ny = (near[:, 2:, 1:-1] - near[:, :-2, 1:-1]).mul_(scene.slope)
    inverse = (nx * nx).addcmul_(ny, ny).add_(1).rsqrt_()
    diffuse = _facing(nx, ny, inverse, scene.lamp.light).clamp_(min=0)
    mirror = _facing(nx, ny, inverse, scene.lamp.half).clamp_(DULLEST, 1)
    for _ in range(4):
        mirror.mul_(mirror)
    sharp = mirror * mirror
    sharp.mul_(sharp)
    if scene.lamp.cool is None:
        cool_light = ny.mul_(COOL_WAY[1]).add_(nx, alpha=COOL_WAY[0])
    else:
        cool_light = ny.mul_(scene.lamp.cool[1]).addcmul_(nx, scene.lamp.cool[0])
    cool_light.mul_(inverse).clamp_(min=0)

    # Hollows, lower than their surroundings, get less light from everywhere.
    level = scene.grid.cavity.spread(scene.level, rows)[:, 0]
    cavity = torch.sub(near[:, 1:-1, 1:-1], level, out=level).mul_(1.5).add_(1).clamp_(0.35, 1.25)
    lambert = diffuse.mul_(0.72).add_(0.42).mul_(cavity).mul_(scene.grid.vignette[:, start:end])
    shadow = scene.grid.shadow.spread(scene.shadow, rows)[:, 0]
    lambert.mul_(torch.rsub(shadow, 1, alpha=SHADE))
    shine = cavity.mul_(scene.relief.gloss[:, start:end]).mul_(shadow.mul_(-DULL).add_(1))
    specular = mirror.mul_(0.10).add_(sharp, alpha=0.30).mul_(shine)
    cool_light.mul_(shine)
    lambert.add_(specular, alpha=0.8)
    # colour (lambert + 0.8 specular + cool) + warm specular + 0.1 cool + 1.1 glow, channel by channel: a
    # channel stays in the cache, three do not.
    bright = torch.empty_like(colour)
    for channel in range(3):
        plane, light, excess = colour[:, channel], glow[:, channel], bright[:, channel]
        own = torch.add(lambert, cool_light, alpha=COOL[channel], out=excess)
        plane.mul_(own).add_(specular, alpha=WARM[channel])
        plane.add_(cool_light, alpha=0.1 * COOL[channel]).add_(light, alpha=1.1)
        if scene.exposure is not None:
            plane.mul_(scene.exposure)
            light.mul_(scene.exposure)
        torch.sub(plane, 0.55, out=excess)
        excess.clamp_(min=0).add_(light, alpha=0.6)
    return scene.grid.bloom.means(bright)


def _shadow(heights: Tensor, lamp: _Lamp, grid: Grid, pixel: float) -> Tensor:
    """The share of the lamp that is hidden, on the shadow raster, 0 to 1; same shape as heights."""
    rows, columns = heights.shape[2:]
    cell = grid.shadow.cell_px * pixel
    x, y = (part.view(-1, 1, 1, 1) for part in lamp.light[:2])
    along = torch.rsqrt(x * x + y * y)
    # In grid_sample's own units the picture is 2 wide and 2 high.
    step = torch.cat([x * along * (2 / (cell * columns)), y * along * (2 / (cell * rows))], 3)
    places = torch.empty(rows, columns, 2, device=heights.device)
    places[..., 0] = (torch.arange(columns, device=heights.device) * 2 + 1) / columns - 1
    places[..., 1] = ((torch.arange(rows, device=heights.device) * 2 + 1) / rows - 1)[:, None]
    hidden = torch.zeros_like(heights)
    for reach in SHADOW_REACH:
        towards = torch.add(places, step, alpha=reach)
        risen = nnf.grid_sample(heights, towards, "bilinear", "border", align_corners=False).sub_(heights)
        risen.sub_(SHADOW_SLOPE * reach).mul_(1 / (SHADOW_SOFT + SHADOW_SOFTER * reach))
        torch.maximum(hidden, risen, out=hidden)
    return _blurred(_blurred(hidden.clamp_(0, 1)))


def _facing(nx: Tensor, ny: Tensor, inverse: Tensor, direction: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """The cosine between the normal and a direction."""
    return (nx * direction[0]).addcmul_(ny, direction[1]).add_(direction[2]).mul_(inverse)


def _glare(bloom: Tensor) -> Tensor:
    """Bright parts spread with two radii, on the bloom raster."""
    for _ in range(3):
        bloom = _blurred(bloom)
    wide = _blurred(nnf.avg_pool2d(bloom, 3, 3, ceil_mode=True, count_include_pad=False))
    wide = nnf.interpolate(wide, size=bloom.shape[-2:], mode="bilinear", align_corners=False)
    return 0.30 * bloom + 0.25 * wide


def _develop(linear: Tensor, glare: Tensor) -> None:
    """Linear light plus glare to display values, in place: a soft shoulder, then gamma."""
    square, bend, scale = SHOULDER
    for channel in range(3):
        light = glare[:, channel].add_(linear[:, channel]).clamp_(min=LEAST_POSITIVE)
        shoulder = (light * (bend / scale)).add_(1 / scale)
        light.addcmul_(light, light, value=square).div_(shoulder).clamp_(max=1)
        # x^(1 / gamma) by way of the logarithm, a third of the time of a power.
        torch.exp(light.log_().mul_(1 / GAMMA), out=linear[:, channel])
    _tone(linear)


def _tone(display: Tensor) -> None:
    """Blacks, whites and more colour, in place: an S-curve on the luma, which the channels follow."""
    red, green, blue = display.unbind(1)
    luma = (red * 0.2126).add_(green, alpha=0.7152).add_(blue, alpha=0.0722)
    level, gain = level_and_gain(luma)
    for channel in (red, green, blue):
        channel.sub_(luma).mul_(gain).add_(level).clamp_(0, 1)


def level_and_gain(luma: Tensor) -> tuple[Tensor, Tensor]:
    """The output luma for an input luma, and the factor of the channels' difference from it."""
    level = luma.sub(BLACK).mul_(1 / (WHITE - BLACK)).clamp_(0, 1)
    curved = torch.rsub(level, 3, alpha=2).mul_(level).mul_(level)
    level.lerp_(curved, CURVE)
    return level, (level / (luma + 0.04)).mul_(SATURATION).clamp_(0.55, 1.5)


def _padded(planes: Tensor) -> Tensor:
    return nnf.pad(planes, (1, 1, 1, 1), mode="replicate")


def _blurred(planes: Tensor) -> Tensor:
    return nnf.avg_pool2d(_padded(planes), 3, 1)
