"""City squares: a mosque's dome with its minarets, a fountain."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, cos_turns, coverage, dome, exp, frac, length, smoothstep, weighted_sum
from .brush import box, ellipse, inside, lay, placed, shine, sky
from .outlines import alike_on_both_sides

# fmt: off
ONION = alike_on_both_sides(
    (0, -1.0), (0, -1.0), (0.03, -0.86), (0.16, -0.70), (0.42, -0.44), (0.60, -0.12), (0.60, 0.14),
    (0.50, 0.34), (0.50, 0.34), (0, 0.34),
)
# fmt: on


def domes(canvas: Canvas) -> Surface:
    """A great dome between minarets at dusk: arches full of light, a crescent, water before it."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.52, 0.14, 0.16)
    canvas = placed(canvas, 0.04 * u[2], 0.02, 0.92)
    x0, y0 = canvas.x, canvas.y
    water = 0.56
    # All of it is on its picture in the water.
    ripple = canvas.texture(
        "ridge",
        x0 / ((y0 - water).clamp(min=0) + 0.2) * 0.2 + 0.1 * u[5],
        1.0 / ((y0 - water).clamp(min=0) + 0.2),
        0.6,
    )
    wet = coverage(y0 - water, pixel)
    mirrored = replace(
        canvas, x=x0 + 0.03 * wet * (ripple - 0.5), y=torch.where(y0 > water, 2 * water - y0, y0)
    )
    _mosque(mirrored, surface)
    surface.tone.mul_(1 - 0.30 * wet).add_(wet * (0.10 * ripple - 0.02))
    surface.glow.mul_(1 - 0.45 * wet)
    surface.height.mul_(1 - 0.85 * wet).add_(wet * ripple, alpha=0.10)
    lay(surface, coverage(0.014 - (y0 - water).abs(), pixel), 0.24, 0.5)
    return surface


def _mosque(canvas: Canvas, surface: Surface) -> None:
    x, y = canvas.x, canvas.y
    ax = x.abs()
    plaster = canvas.texture("cloud", x * 1.2, y * 1.2, 0.6) - 0.5
    for at, top, wide in ((0.82, -0.72, 0.055), (0.50, -0.50, 0.046)):
        dx = ax - at
        half = wide * (1 - 0.12 * smoothstep(0.5, top, y))
        shaft = torch.minimum(half - dx.abs(), torch.minimum(y - top, 0.56 - y))
        g = (dx / half).clamp(-1, 1)
        lay(
            surface,
            inside(shaft, canvas),
            weighted_sum(0.66, (0.20, dome(g, 0.02) - 0.5), (0.06, plaster)),
            0.35 + 0.3 * dome(g, 0.02),
        )
        for level in (top + 0.12, top + 0.50):
            balcony = box(dx, y - level, half + 0.030, 0.022, 0.008)
            lay(surface, inside(balcony, canvas), 0.74, 0.7)
            shine(surface, 0.22 * bump(dx, half + 0.02) * bump(y - level + 0.035, 0.018))
        cap = torch.minimum((y - top + 0.24) * 0.26 - dx.abs(), top + 0.01 - y)
        lay(surface, inside(cap, canvas), 0.50 + 0.12 * dome((dx / 0.06).clamp(-1, 1)), 0.6)
    hall = box(x, y - 0.34, 0.70, 0.24)
    lay(
        surface,
        inside(hall, canvas),
        weighted_sum(0.62, (0.08, plaster), (0.12, smoothstep(0.5, 0.1, y))),
        0.5,
    )
    lay(surface, inside(box(x, y - 0.10, 0.72, 0.022), canvas), 0.78, 0.7)
    for at, size in ((0.46, 0.22), (0.0, 0.52)):
        dx = (ax - at) if at else x
        base = 0.10 if at else -0.06
        if not at:
            drum = box(x, y - 0.02, 0.29, 0.09)
            pane = (frac(x * 9) - 0.5).abs() / 9
            lay(surface, inside(drum, canvas), 0.66 + 0.08 * dome((x / 0.29).clamp(-1, 1)), 0.6)
            slit = torch.minimum(0.018 - pane, 0.045 - (y - 0.02).abs())
            lay(surface, inside(torch.minimum(slit, drum), canvas), 0.86, 0.4, 0.5)
        cx, cy = dx / size, (y - base) / size + 0.30
        onion = ONION.depth(cx, cy) * size
        g = (cx / 0.60).clamp(-1, 1)
        rib = 0.5 + 0.5 * cos_turns(torch.asin(g * 0.999) * 3.2)
        light = bump(g + 0.42, 0.20)
        tone = weighted_sum(
            0.46, (0.16, dome(g, 0.02) - 0.4), (0.07, rib), (0.30, light), (-0.08, smoothstep(0.0, 0.9, g))
        )
        lay(surface, inside(onion, canvas), tone, 0.5 + 0.45 * dome(g, 0.02) + 0.04 * rib, 0.08 * light)
        spike = torch.minimum(0.007 - dx.abs(), torch.minimum(y - base + 1.62 * size, base - 1.26 * size - y))
        ball = 0.018 - length(dx, y - base + 1.34 * size)
        lay(surface, inside(torch.maximum(spike, ball), canvas), 0.88, 0.9, 0.2)
        if not at:
            r = length(x, y - base + 1.66 * size)
            crescent = torch.minimum(0.045 - r, length(x - 0.016, y - base + 1.69 * size) - 0.038)
            lay(surface, inside(crescent, canvas), 0.92, 0.9, 0.4)
    for at, wide, top in ((0.0, 0.15, 0.20), (0.34, 0.085, 0.28), (0.57, 0.075, 0.28)):
        dx = (ax - at) if at else x
        point = ((top + 0.10 - y) / 0.16).clamp(0, 1)
        arch = torch.minimum(
            wide * (1 - point.square()).clamp(min=1e-4).sqrt() * (1 + 0.10 * torch.sin(point * 3.1))
            - dx.abs(),
            torch.minimum(y - top + 0.07, 0.57 - y),
        )
        lay(surface, inside(arch + 0.025, canvas), 0.78, 0.72)
        lattice = smoothstep(0.25, 0.45, (frac(dx * 22) - 0.5).abs()) * smoothstep(
            0.25, 0.45, (frac(y * 22) - 0.5).abs()
        )
        glow = exp(-4.0 * (0.56 - y).clamp(min=0))
        lay(surface, inside(arch, canvas), 0.80 + 0.14 * glow - 0.10 * lattice, 0.3, 0.30 + 0.5 * glow)


def fountain(canvas: Canvas) -> Surface:
    """A fountain of two basins on a square, water that rises and falls in arcs, drops that shine."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.34, 0.14, 0.14)
    x0, y0 = canvas.x, canvas.y
    hedge = canvas.texture("spots", x0 * 1.6, y0 * 1.6, 0.5)
    bush = y0 - 0.20 + 0.18 * canvas.texture("cloud", x0 * 1.6, x0 * 0 + 0.4, 0.6)
    lay(surface, coverage(bush, pixel * 2), 0.16 + 0.14 * smoothstep(0.3, 0.1, hedge), 0.15)
    below = (y0 - 0.48).clamp(min=0)
    slab = smoothstep(0.42, 0.5, (frac(x0 / (below + 0.3) * 0.7) - 0.5).abs())
    lay(surface, coverage(y0 - 0.48, pixel), 0.40 - 0.08 * slab + 0.1 * below, 0.15)
    canvas = placed(canvas, 0.04 * u[2], 0.04, 0.94)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    marble = canvas.texture("ridge", x * 1.2, y * 1.2, 0.6) - 0.5
    power = 1 + 0.10 * torch.sin(1.3 * u[5])

    def stone(depth: Tensor, half: float, base: float = 0.58) -> None:
        g = (x / half).clamp(-1, 1)
        lay(
            surface,
            inside(depth, canvas),
            weighted_sum(base, (0.20, dome(g, 0.02) - 0.4), (0.10, marble), (0.16, bump(g + 0.45, 0.2))),
            0.45 + 0.35 * dome(g, 0.02),
        )

    basin = torch.minimum(0.86 - 0.10 * smoothstep(0.62, 0.80, y) - ax, torch.minimum(y - 0.58, 0.82 - y))
    stone(basin, 0.86)
    stone(ellipse(x, y - 0.575, 0.88, 0.095), 0.88, 0.70)
    pool = ellipse(x, y - 0.57, 0.80, 0.070)
    ring = 0.5 + 0.5 * torch.sin(length(x, (y - 0.57) * 9) * 30 - 2.5 * u[6])
    lay(surface, inside(pool, canvas), 0.44 + 0.20 * ring, 0.3 + 0.1 * ring, 0.05)
    stone(
        torch.minimum(
            0.075 + 0.05 * bump(y - 0.30, 0.07) + 0.06 * smoothstep(0.46, 0.56, y) - ax,
            torch.minimum(y - 0.04, 0.58 - y),
        ),
        0.10,
    )
    bowl = torch.minimum(
        0.42 * (1 - ((y - 0.0) / 0.14).clamp(0, 1).square()).clamp(min=1e-4).sqrt() - ax,
        torch.minimum(y, 0.14 - y),
    )
    stone(bowl, 0.42)
    stone(ellipse(x, y, 0.44, 0.050), 0.44, 0.70)
    lay(surface, inside(ellipse(x, y - 0.002, 0.39, 0.036), canvas), 0.60 + 0.15 * ring, 0.5, 0.04)
    stone(torch.minimum(0.035 - ax, torch.minimum(y + 0.16, 0.01 - y)), 0.035)
    # Water: parabolas from the tip into the bowl, and veils from the bowl's rim into the basin.
    for reach, high in ((0.34, 0.46), (0.24, 0.56), (0.12, 0.64)):
        t = (ax / reach).clamp(0, 1.15)
        arc = -0.16 - high * power * 4 * t * (1 - t) * 0.62 - 0.0 * t + 0.16 * t
        slope = (1 + (high * power * 2.5 * (1 - 2 * t) / reach).square()).sqrt()
        line = torch.minimum((0.014 + 0.010 * t) - (y - arc).abs() / slope, torch.minimum(1.05 - t, 0.03 - y))
        bead = 0.5 + 0.5 * torch.cos((t * 9 - 2.2 * u[7]) * 6.28)
        lay(surface, (0.55 + 0.35 * bead) * inside(line, canvas), 0.92, 0.75, 0.20 + 0.2 * bead)
    plume = (
        bump(x, 0.014 + 0.05 * (-0.2 - y).clamp(min=0))
        * smoothstep(-0.80, -0.55, y)
        * smoothstep(-0.10, -0.18, y)
    )
    lay(surface, 0.8 * plume, 0.95, 0.7, 0.2)
    curtain = canvas.texture("grit", ax * 3.0, y * 0.5 - 0.4 * u[7], 0.8)
    fall_x = 0.42 + 0.05 * ((y - 0.02) / 0.5).clamp(0, 1).sqrt()
    veil = torch.minimum(0.030 - (ax - fall_x).abs(), torch.minimum(y - 0.0, 0.56 - y))
    lay(surface, 0.8 * inside(veil, canvas) * (0.4 + 0.6 * smoothstep(0.3, 0.6, curtain)), 0.90, 0.8, 0.12)
    thin = (ax < fall_x) * smoothstep(0.46, 0.62, curtain) * (y > 0.13) * (y < 0.55)
    lay(surface, 0.55 * thin, 0.86, 0.6, 0.06)
    shine(surface, 0.12 * exp(((ax - 0.46) / 0.09).square() * -1 - ((y - 0.55) / 0.05).square()), 0.8)
    return surface
