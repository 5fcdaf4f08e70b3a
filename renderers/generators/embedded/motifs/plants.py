"""Plants and fungi: mushrooms, leaves, dahlias."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import TAU, bump, cell_hash, coverage, exp, frac, mix, smoothstep, wave, weighted_sum
from ..windows import window
from .tiles import roof_tiles


def mushrooms(canvas: Canvas) -> Surface:
    """Five spotted caps on stems, back to front, over moss and before bokeh.

    Umbrellas, jellyfish, lamp shades and domes are the same shape in other colours.
    """
    p, u = canvas.traits, canvas.controls
    bokeh = canvas.texture("bokeh", canvas.far_x + 0.06 * u[4], canvas.far_y + 0.05 * u[5], 0.42)
    moss = canvas.texture("ridge", canvas.x, canvas.y * 1.6, 0.35)
    ground = smoothstep(0.25, 1.0, canvas.y + 0.1 * canvas.drift)
    tone = weighted_sum(0.1, (0.1, bokeh * (1 - ground)), (0.03, canvas.drift), (0.13, ground * moss))
    surface = Surface(0.2 * ground * moss, tone, 0.20 * bokeh * (1 - ground) ** 2)
    for number in range(5):
        place = cell_hash(torch.full_like(p[1], number), p[1])
        hue = cell_hash(torch.full_like(p[1], number + 9), p[2])
        mushroom = _Mushroom(
            x=(frac(place + number * 0.618) - 0.5) * 2.1 * (1 - 0.08 * number) + 0.15 * u[11 + number],
            y=-0.34 + 0.14 * number + 0.16 * hue + 0.09 * u[16 + number],
            size=(0.20 + 0.09 * number * (0.7 + 0.3 * hue)) * exp(0.16 * u[6 + number]),
            hue=hue,
            base=0.12 * number,
        )
        _grow(canvas, surface, mushroom)
    return surface


class _Mushroom(NamedTuple):
    x: Tensor
    y: Tensor
    size: Tensor
    hue: Tensor
    base: float


def _grow(canvas: Canvas, surface: Surface, mushroom: _Mushroom) -> None:
    """Puts one mushroom in front of a surface: stem, then gills, then cap."""
    size, hue, base = mushroom.size, mushroom.hue, mushroom.base
    pixel = canvas.pixel / size * 1.5

    def may_cover(x: Tensor, y: Tensor, around: Tensor) -> Tensor:
        x, y = (x - mushroom.x) / size, (y - mushroom.y) / size
        radius = torch.sqrt(1 + 2 * pixel) + 0.12 + around / size
        return (x.abs() < radius) & (y > -radius) & (y < 1.70 + pixel + around / size)

    part = window(canvas, may_cover)
    if part is None:
        return
    height, tone, glow = (plane[part] for plane in surface)
    x, y = (canvas.x[part] - mushroom.x) / size, (canvas.y[part] - mushroom.y) / size
    x = x + 0.12 * y * (hue - 0.5)
    xx = x * x
    below = y - 0.16 * (1 - xx)
    above = below.clamp(max=0) * (1 / (0.62 + 0.2 * hue))
    q = xx + above * above
    cap = coverage(1 - q, pixel * 2) * (0.5 - below / pixel).clamp(0, 1)
    under = below * 4.2
    gills = coverage(1 - xx * 1.04 - under * under, pixel * 4) * coverage(below, pixel)
    stem_width = (0.15 + 0.05 * y).clamp(min=0.05)
    across = x / stem_width
    stem = (
        coverage((1 - across.abs()) * 0.15, pixel)
        * smoothstep(0.05, 0.1, below)
        * (1 - smoothstep(1.62, 1.70, y))
    )
    roundness = torch.sqrt((1 - q).clamp(min=0) + 0.01)
    flatten = 1 / (0.52 + 0.5 * roundness)
    spots = canvas.texture("spots", x * flatten + 7.3 * hue, y * flatten + 3.1 * hue, 0.19)
    spots = smoothstep(0.34, 0.24, spots) * cap
    rays = torch.cos(x / (0.35 + below.abs()) * 20.0) * 0.5 + 0.5

    tone = mix(tone, weighted_sum(0.86, (-0.1, across), (-0.3, smoothstep(0.6, 0.05, below))), stem)
    stem_height = base + 0.14 * torch.sqrt((1 - across * across).clamp(min=0) + 0.01)
    height = mix(height, stem_height, stem)
    tone = mix(tone, weighted_sum(0.62, (0.2, rays), (-0.25, under.clamp(0, 1))), gills)
    height = mix(height, base + 0.08 + 0.06 * rays, gills)
    tone = mix(tone, weighted_sum(0.34, (0.2, roundness), (0.12, hue - 0.5)), cap)
    tone = mix(tone, 0.93, spots)
    height = mix(height, base + 0.5 * roundness + 0.08 * spots, cap)
    rim = 0.22 * cap * (1 - spots) * smoothstep(0.85, 1.0, q)
    surface.height[part] = height
    surface.tone[part] = tone
    surface.glow[part] = glow * (1 - torch.maximum(cap, stem)) + rim + gills * 0.12


def leaf(canvas: Canvas) -> Surface:
    """A leaf held against the light: midrib, side veins at an angle, and the net of cells between them."""
    p, u = canvas.traits, canvas.controls
    x = canvas.x - 0.12 * torch.sin(2.2 * canvas.y + u[2])
    across, side = x.abs(), torch.sign(x)
    count = 2.2 + 2.5 * p[0]
    along = weighted_sum(
        0.2 * u[3],
        (1.0, canvas.y * count),
        (0.75 + 0.4 * p[1], across * count),
        (-0.25, across * across * count),
        (0.5, side * 0.5 + 0.5),
    )
    to_vein = (frac(along) - 0.5).abs() / count
    vein = bump(to_vein, 0.010 + 0.022 * exp(-1.8 * across))
    rib = bump(across, 0.022 + 0.012 * canvas.y)
    scale = 0.45 + 0.25 * p[2]
    to_cell = canvas.texture("edge", (canvas.x + 0.1 * along) * scale, canvas.y * scale, 1.0, detail=0.6)
    net = bump(to_cell, 0.09)
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.4)
    tone = weighted_sum(
        0.3,
        (0.26, cloud),
        (0.08, canvas.drift),
        (0.16, frac(along + 0.5) - 0.5),
        (0.3, vein),
        (0.4, rib),
        (0.13, net),
    )
    swell = 0.8 + 0.25 * torch.sin(frac(along) * math.pi)
    height = weighted_sum(0.0, (0.45, (1 - vein) * (1 - rib) * swell), (-0.12, net), (0.1, cloud))
    return Surface(height, tone, 0.30 * rib + 0.12 * vein)


def dahlia(canvas: Canvas) -> Surface:
    """A dahlia, rosette or artichoke: roof tiles in log-polar space are petals, with a pistil at the pole."""
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x - 0.1 * u[2], canvas.y - 0.1 * u[3]
    r = torch.sqrt(x * x + y * y + 1e-4)
    turn = torch.atan2(y, x) / TAU
    petals = torch.round(7 + 9 * p[0])
    row = torch.log(r) * (1.5 + 1.1 * p[1]) - 0.35 * u[4] + 20.0
    tile = roof_tiles(turn * petals, row, (canvas.pixel * petals / r * 0.5).clamp(min=0.03), taper=1.9)
    g, s = tile.across, tile.along
    arch = (1 - g * g).clamp(min=0)
    vein = wave(g * 3.5)
    cup = g * g * (s + 0.6).clamp(min=0)
    tone = weighted_sum(
        0.3,
        (0.34, s),
        (0.12, arch),
        (0.05, vein),
        (0.12, tile.number - 0.5),
        (0.06, canvas.drift),
        (-0.1, cup),
        (0.14, smoothstep(0.75, 1.0, tile.to_edge)),
    )
    height = weighted_sum(
        0.4, (0.4, s), (-0.12, s * s * s), (0.18, torch.sqrt(arch + 0.02)), (0.03, vein), (0.1, cup)
    )
    core = bump(r, 0.15)
    seeds = canvas.texture("spots", x, y, 0.6)
    tone = mix(tone, 0.92 - 0.35 * seeds, core)
    height = mix(height, 0.75 - 0.35 * seeds, core)
    fade = smoothstep(1.75, 0.75, r)
    cloud = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.3)
    tone = tone * (0.55 + 0.45 * fade) + 0.10 * (cloud - 0.5)
    glow = 0.45 * core * (1 - seeds) + 0.16 * smoothstep(0.72, 1.0, tone) * fade
    return Surface(height * (0.4 + 0.6 * fade), tone, glow)
