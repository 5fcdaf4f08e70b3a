"""Lights to look up to: a candle, a lighthouse, a hot-air balloon."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    LEAST_POSITIVE,
    bump,
    coverage,
    dome,
    exp,
    frac,
    length,
    lit,
    mix,
    parity,
    smoothstep,
    weighted_sum,
)
from .brush import box, capsule, dark_room, ellipse, inside, lay, part_of, placed, rounded, shine, sky
from .outlines import alike_on_both_sides

FLAME = alike_on_both_sides(
    (0, -1.0),
    (0, -1.0),
    (0.05, -0.80),
    (0.16, -0.45),
    (0.30, -0.05),
    (0.38, 0.30),
    (0.34, 0.62),
    (0.18, 0.85),
    (0, 0.92),
)


def candle(canvas: Canvas) -> Surface:
    """A candle that burns: a flame with its dark heart on a wick, wax lit from within, runs of wax."""
    p, u = canvas.traits, canvas.controls
    surface = dark_room(canvas, bokeh=0.06)
    at_x, top = 0.04 * u[2], 0.16
    flicker = 0.5 + 0.5 * torch.tanh(0.7 * u[4])
    from_flame = (canvas.x - at_x).square() + (canvas.y + 0.10).square()
    halo, haze = exp(-2.2 * from_flame), exp(-9.0 * from_flame)
    shine(surface, (0.16 + 0.10 * flicker) * halo, 1.0)
    shine(surface, (0.20 + 0.16 * flicker) * haze, 0.6)

    found = part_of(canvas, surface, at_x - 0.32, top - 0.1, at_x + 0.32, 1.4)
    if found is not None:
        near, part = found
        x, y = near.x - at_x, near.y
        rim = top + 0.045 * (x / 0.24).square() + 0.012 * torch.sin(17 * x + 6 * p[0])
        half = 0.235 + 0.012 * torch.sin(3 * y + 5 * p[1])
        body = torch.minimum(half - x.abs(), y - rim)
        g = (x / half).clamp(-1, 1)
        drip = torch.zeros_like(x)
        for number, (place, end) in enumerate(
            ((-0.72, 0.52), (-0.30, 0.36), (0.18, 0.66), (0.62, 0.42), (0.86, 0.58))
        ):
            length_ = end + 0.12 * torch.sin(7 * p[2 + number % 3] + number)
            run = capsule(x, y, (place * 0.225, top + 0.02), (place * 0.225, length_), 0.028, 0.036)
            body = torch.maximum(body, torch.minimum(run, half + 0.03 - x.abs()))
            drip = torch.maximum(drip, rounded(run, 0.034))
        through = exp(-3.0 * (y - top).clamp(min=0))
        wax = canvas_cloud(near, x, y) - 0.5
        tone = weighted_sum(0.46, (0.40, through), (0.16, dome(g, 0.02) - 0.6), (0.05, wax), (0.10, drip))
        lay(
            part,
            inside(body, near),
            tone,
            weighted_sum(0.35, (0.35, dome(g, 0.02)), (0.12, drip)),
            (0.30 + 0.25 * flicker) * through * (0.5 + 0.5 * dome(g, 0.02)),
        )
        pool = ellipse(x, y - top - 0.012, 0.19, 0.030)
        lay(part, inside(pool, near), 0.93, 0.55, 0.40 + 0.2 * flicker)

    found = part_of(canvas, surface, at_x - 0.36, -0.72, at_x + 0.36, top + 0.05)
    if found is None:
        return surface
    near, part = found
    x, y = near.x - at_x, near.y
    wick = capsule(x, y, (0.012, -0.03), (0.0, top), 0.012, 0.016)
    lay(
        part,
        inside(wick, near),
        0.12 + 0.5 * smoothstep(0.06, -0.03, y),
        0.7,
        0.4 * smoothstep(0.06, -0.03, y),
    )
    up = ((top - y) / 0.7).clamp(0, 1.2)
    bent = x - (0.06 * torch.sin(1.1 * u[5]) + 0.02 * torch.sin(7 * y + 2 * u[6])) * up * up
    tall = 0.36 * (1 + 0.14 * torch.tanh(u[4]))
    depth = FLAME.depth(bent / 0.30, (y + 0.20) / tall) * 0.30
    shape = smoothstep(-0.012, 0.03, depth)
    core = smoothstep(0.0, 0.09, depth)
    heart = bump(bent, 0.050) * bump(y - 0.07, 0.085)
    blue = bump(y - 0.12, 0.05) * shape * (1 - core)
    tone = weighted_sum(0.72, (0.27, core), (-0.40, heart), (-0.35, blue))
    lay(part, shape, tone, 0.5 + 0.3 * core, weighted_sum(0.55, (0.75, core), (-0.75, heart), (-0.4, blue)))
    return surface


def canvas_cloud(canvas: Canvas, x: Tensor, y: Tensor) -> Tensor:
    return canvas.texture("cloud", x * 1.4, y * 1.0, 0.5)


def lighthouse(canvas: Canvas) -> Surface:
    """A banded tower on a rock above the night sea; its lamp turns, and its beams with it."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.30, 0.10, 0.16)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    horizon = 0.42
    below = (y - horizon).clamp(min=0)
    z = 1 / (below + 0.12)
    ripple = canvas.texture("ridge", x * z * 0.25 + 0.1 * u[5], z * 0.9 + 0.15 * u[6], 0.6)
    path = bump(x, 0.08 + 0.35 * below) * smoothstep(0.45, 0.8, ripple)
    sea = weighted_sum(0.14, (0.16, ripple), (0.05, below), (0.12, path))
    lay(
        surface,
        coverage(y - horizon, pixel),
        sea,
        0.10 + 0.20 * ripple * smoothstep(0.0, 0.3, below),
        0.18 * path,
    )
    # The beams leave the lamp to both sides, and swing in height.
    lamp_y, base_y = -0.56, 0.36
    swing = 0.22 * torch.sin(1.2 * u[4])
    dy = y - lamp_y
    ax = x.abs().clamp(min=0.02)
    beam = bump(dy - swing * ax, 0.03 + 0.14 * ax) * exp(-0.9 * ax)
    shine(surface, 0.60 * beam, 0.2)
    shine(surface, 0.40 * exp(-7.0 * (x * x + dy * dy)), 0.2)

    rock = canvas.texture("ridge", x * 1.1 + 3 * p[0], y * 1.4, 0.6)
    crag = canvas.texture("cloud", x * 1.3, x * 0 + 0.3 + p[1], 0.5) - 0.5
    shore = base_y + 0.75 * (x.abs() - 0.22).clamp(min=0) - 0.22 * crag + 0.10 * (rock - 0.5)
    mask = coverage(torch.minimum(y - shore, 0.86 - y - 0.20 * crag), pixel)
    lay(surface, mask, weighted_sum(0.14, (0.24, rock), (0.10, base_y + 0.3 - y)), 0.3 + 0.4 * rock)
    foam = bump(y - 0.86 + 0.20 * crag - 0.03 * ripple, 0.018)
    lay(surface, foam * 0.8, 0.42, 0.4, 0.10)

    found = part_of(canvas, surface, 0.04 * u[2] - 0.30, -1.0, 0.04 * u[2] + 0.30, 0.50)
    if found is None:
        return surface
    near, part = found
    x, y = near.x - 0.04 * u[2], near.y
    half = 0.115 + 0.075 * (y + 0.45)
    tower = torch.minimum(half - x.abs(), torch.minimum(y + 0.46, 0.48 - y))
    g = (x / half).clamp(-1, 1)
    rise = dome(g, 0.03)
    bands = 3.0 + torch.round(2 * p[2])
    band = smoothstep(0.47, 0.53, (frac((y + 0.46) / 0.94 * bands) - 0.5).abs() * 2)
    plaster = near.texture("cloud", x * 2, y * 1.2, 0.6) - 0.5
    tone = weighted_sum(
        0.56, (0.36, band), (0.30, rise - 0.75), (-0.22, smoothstep(-0.1, 0.9, g)), (0.06, plaster)
    )
    lay(part, inside(tower, near), tone, 0.35 + 0.45 * rise)
    for number in range(3):
        wy = y + 0.22 - 0.24 * number
        window = box(x + 0.01, wy, 0.018, 0.035, 0.015)
        glow = lit(0.2 * u[7 + number] + 0.3 * number, 0.3 * u[7 + number])
        lay(part, inside(window, near), 0.10 + 0.8 * glow, 0.5, 0.8 * glow)
    gallery = box(x, y + 0.465, 0.165, 0.022, 0.01)
    lay(part, inside(gallery, near), 0.26 + 3 * gallery, 0.9)
    cage = box(x, y - lamp_y, 0.085, 0.10, 0.02)
    bars = smoothstep(0.35, 0.5, (frac(x / 0.0425 + 0.5) - 0.5).abs() * 1.0)
    lamp = exp(-90.0 * (x * x + (y - lamp_y) ** 2))
    lay(part, inside(cage, near), 0.55 + 0.4 * lamp - 0.3 * bars, 0.8, 0.5 + 1.2 * lamp - 0.4 * bars)
    rail = torch.maximum(0.006 - (y + 0.535).abs(), 0.004 - (frac(x / 0.05) - 0.5).abs() * 0.05)
    rail = torch.minimum(rail, torch.minimum(0.160 - x.abs(), 0.04 - (y + 0.51).abs()))
    lay(part, inside(rail, near), 0.30, 0.95)
    roof = torch.minimum((y + 0.84) * 0.62 - x.abs(), -0.675 - y)
    lay(part, inside(roof, near), 0.52 + 0.25 * dome((x / 0.12).clamp(-1, 1), 0.02) - 0.15, 0.8)
    ball = 0.026 - length(x, y + 0.85)
    lay(part, inside(ball, near), 0.7, 1.0)
    return surface


def balloon(canvas: Canvas) -> Surface:
    """A hot-air balloon over clouds: gores, a basket on ropes, the burner's light within."""
    u = canvas.controls
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.7 + 0.1 * u[3], far_y * 1.3 + 0.05 * u[4], 0.45)
    low = canvas.texture("cloud", far_x * 0.9 - 0.1 * u[3], far_y * 2.2, 0.5)
    bank = smoothstep(0.42, 0.75, low + 0.5 * (far_y - 0.35))
    sun = exp(((far_x + 0.55).square() + (far_y + 0.35).square()) * -3.0)
    tone = weighted_sum(0.14, (0.07, far_y), (0.14, smoothstep(0.45, 0.8, cloud)), (0.10, sun))
    surface = Surface(
        0.10 * cloud + 0.25 * bank * low, mix(tone, 0.28 + 0.10 * low, bank), 0.20 * sun + 0.05 * bank * low
    )
    for size, right, down, salt in ((0.28, 0.66, -0.46, 0.31), (0.84, 0.0, -0.10, 0.0)):
        at_x, at_y = right + 0.05 * size * u[2], down + 0.04 * u[5]
        box_ = at_x - 0.68 * size, at_y - 0.78 * size, at_x + 0.68 * size, at_y + 0.95 * size
        found = part_of(canvas, surface, *box_)
        if found is not None:
            _balloon(placed(found[0], at_x, at_y, size, 0.03 * u[23]), found[1], salt)
    return surface


def _balloon(canvas: Canvas, surface: Surface, salt: float) -> None:
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x, y = canvas.x, canvas.y
    t = ((y + 0.72) / 1.26).clamp(0, 1)
    width = 0.60 * torch.sqrt((t * (2.15 - t * 1.15)).clamp(min=LEAST_POSITIVE))
    width = (width * (1 - 0.86 * smoothstep(0.38, 1.04, t))).clamp(min=0.012)
    k = x / width
    envelope = torch.minimum((width - x.abs()) * 0.8, torch.minimum(y + 0.72, 0.54 - y))
    turn = torch.asin(k.clamp(-0.999, 0.999)) / math.pi + 0.04 * u[7]
    gore = turn * (10.0 + 2 * torch.round(2 * p[0]))
    number = torch.floor(gore)
    f = gore - number - 0.5
    facing, puff, seam = dome(k.clamp(-1, 1), 0.02), dome(f * 1.6, 0.05), bump(f.abs() - 0.5, 0.05)
    zigzag = (f.abs() * 2 - 0.5) * 0.09
    band = smoothstep(0.012, -0.012, (t - 0.40 + zigzag).abs() - 0.055)
    band = band + smoothstep(0.012, -0.012, (t - 0.60 - zigzag).abs() - 0.030)
    alternate = parity(number)
    third = ((number - 3 * torch.floor(number / 3)).abs() < 0.5) * 1.0
    fire = lit(0.30 + salt + 0.2 * u[8], 0.25 * u[8])
    inner = exp(((t - 1.02) / 0.42).square() * -2.0) * facing
    cloth = weighted_sum(0.58, (0.24, alternate), (-0.06, third), (-0.10, seam))
    cloth = mix(cloth, 0.94 - 0.26 * alternate, band.clamp(0, 1) * 0.9)
    cloth = weighted_sum(cloth, (0.10, facing - 0.7), (-0.06, smoothstep(0.1, 0.9, k)), (0.10, inner))
    lay(
        surface,
        inside(envelope, canvas),
        cloth,
        weighted_sum(0.30, (0.45, facing), (0.07, puff), (-0.03, seam)),
        (0.14 + 0.75 * fire) * inner * (0.6 + 0.4 * puff) + 0.05 * facing,
    )
    slack = y - 0.54
    rope = torch.maximum(0.004 - (x.abs() - 0.075 + 0.10 * slack).abs(), 0.003 - (x.abs() - 0.022).abs())
    rope = torch.minimum(rope, torch.minimum(y - 0.53, 0.74 - y))
    lay(surface, coverage(rope, pixel), 0.08, 0.6)
    basket = box(x * (1 + 0.6 * (y - 0.80)), y - 0.80, 0.075, 0.065, 0.02)
    weave = canvas.texture("maze", x * 2.2, y * 2.2, 0.9)
    round_ = dome((x / 0.09).clamp(-1, 1), 0.02)
    lay(
        surface,
        inside(basket, canvas),
        0.34 + 0.22 * weave + 0.14 * round_,
        0.6 + 0.2 * round_ + 0.06 * weave,
    )
    shine(surface, bump(x, 0.020) * bump(y - 0.56, 0.06) * (0.35 + 1.6 * fire))
