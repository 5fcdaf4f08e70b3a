"""Water and its animals: a fish, a jellyfish, a great wave, a river."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, coverage, exp, frac, length, smoothstep, weighted_sum
from .brush import inside, lay, part_of, placed, rounded, shine, sky
from .outlines import Outline, alike_on_both_sides
from .tiles import roof_tiles

# fmt: off
FISH = Outline(
    (0.66, 0.02), (0.60, -0.10), (0.44, -0.24), (0.20, -0.33), (-0.06, -0.31), (-0.32, -0.18),
    (-0.52, -0.07), (-0.52, 0.08), (-0.32, 0.19), (-0.06, 0.30), (0.20, 0.31), (0.44, 0.22), (0.60, 0.11),
)
FISH_TAIL = Outline(
    (-0.44, 0.0), (-0.60, -0.14), (-0.80, -0.40), (-1.08, -0.54), (-1.08, -0.54), (-1.00, -0.28),
    (-0.92, -0.04), (-1.0, 0.24), (-1.08, 0.54), (-1.08, 0.54), (-0.80, 0.42), (-0.60, 0.16),
)
FISH_BACK = Outline(
    (0.26, -0.27), (0.14, -0.50), (-0.06, -0.62), (-0.32, -0.58), (-0.32, -0.58), (-0.30, -0.40),
    (-0.38, -0.14), (-0.05, -0.20),
)
FISH_BELLY = Outline(
    (0.16, 0.24), (0.06, 0.42), (-0.14, 0.56), (-0.14, 0.56), (-0.12, 0.40), (-0.20, 0.22), (-0.02, 0.18),
)
FISH_SIDE = Outline(
    (0.22, 0.04), (0.04, 0.00), (-0.16, 0.10), (-0.24, 0.26), (-0.24, 0.26), (-0.04, 0.26), (0.16, 0.17),
)
BELL = alike_on_both_sides(
    (0, -0.62), (0.22, -0.58), (0.42, -0.42), (0.54, -0.18), (0.57, 0.04), (0.50, 0.06), (0.42, 0.00),
    (0.30, 0.06), (0.20, 0.01), (0.10, 0.07), (0, 0.03),
)
# fmt: on


def under_water(canvas: Canvas) -> Surface:
    """Blue water with rays from above and motes that drift."""
    u = canvas.controls
    slant = canvas.far_x + 0.35 * canvas.far_y
    ray = canvas.texture("cloud", slant * 1.6 + 0.08 * u[8], slant * 0 + 0.1 * u[9], 0.6)
    light = smoothstep(0.42, 0.80, ray) * smoothstep(0.9, -0.9, canvas.far_y)
    cloud = canvas.texture("cloud", canvas.far_x + 0.1 * u[8], canvas.far_y, 0.4)
    motes = canvas.texture("bokeh", canvas.far_x * 2.1 + 0.1 * u[9], canvas.far_y * 2.1 + 0.2 * u[10], 0.5)
    tone = weighted_sum(0.17, (-0.09, canvas.far_y), (0.10, light), (0.06, cloud), (0.04, motes))
    return Surface(0.08 * cloud, tone, weighted_sum(0.0, (0.10, light), (0.05, motes)))


def fish(canvas: Canvas) -> Surface:
    """A fish with flowing fins in sunlit water: scales, a round eye, bubbles."""
    u = canvas.controls
    surface = under_water(canvas)
    for left, right, places in ((-1.3, -0.6, (-0.95, -0.80)), (0.6, 1.4, (0.78, 0.92, 1.05))):
        found = part_of(canvas, surface, left, -0.1, right, 2.0)
        if found is not None:
            _weeds(*found, places)
    canvas = placed(canvas, 0.04 + 0.04 * u[2], 0.02 * u[4], 0.92, 0.05 * u[23])
    found = part_of(canvas, surface, 0.6, -1.3, 0.95, 0.4)
    if found is not None:
        _bubbles(*found)
    beat = 0.10 * torch.sin(2.2 * canvas.x + 1.6 * u[5])
    canvas = replace(canvas, y=canvas.y + beat * smoothstep(0.4, -0.9, canvas.x))
    found = part_of(canvas, surface, -1.15, -0.7, 0.4, 0.7)
    if found is not None:
        _fins(*found)
    found = part_of(canvas, surface, -0.56, -0.36, 0.70, 0.36)
    if found is not None:
        _fish_body(*found)
    return surface


def _weeds(canvas: Canvas, surface: Surface, places: tuple[float, ...]) -> None:
    u = canvas.controls
    for number, at in enumerate(places):
        tall = 0.1 + 0.35 * ((number * 0.37) % 1)
        bend = 0.10 * torch.sin(3.0 * canvas.y + 1.2 * u[11] + number) * (1 - canvas.y)
        half = 0.034 * (1.1 - (0.95 - canvas.y) / 1.2)
        blade = torch.minimum(half - (canvas.x - at - bend).abs(), canvas.y - tall)
        lay(surface, inside(blade, canvas), 0.34 + 0.1 * canvas.y.clamp(0, 1), 0.2)


def _bubbles(canvas: Canvas, surface: Surface) -> None:
    x, y, u = canvas.x, canvas.y, canvas.controls
    for number in range(6):
        by = frac(0.17 * number - 0.35 * u[10] + 0.6) * 1.4 - 1.15
        bx = 0.74 + 0.05 * math.sin(2.3 * number) + 0.03 * torch.sin(4 * by + number)
        r, size = length(x - bx, y - by), 0.018 + 0.008 * (number % 3)
        lay(surface, 0.8 * bump(r - size, 0.006) + 0.25 * (r < size), 0.62, 0.5, 0.2)
        shine(surface, 0.5 * bump(length(x - bx + 0.4 * size, y - by + 0.4 * size), 0.006))


def _fins(canvas: Canvas, surface: Surface) -> None:
    """Tail and fins that flow, their rays spread from where they grow."""
    x, y = canvas.x, canvas.y
    flutter = 0.03 * torch.sin(9 * x + 7 * y + 1.4 * canvas.controls[6])
    for outline, root_x, root_y in (
        (FISH_TAIL, -0.42, 0.0),
        (FISH_BACK, 0.1, -0.05),
        (FISH_BELLY, 0.15, 0.05),
    ):
        depth = outline.depth(x + flutter, y + flutter)
        ray = 0.5 + 0.5 * torch.cos(torch.atan2(y - root_y, root_x - x) * 44)
        away = length(x - root_x, y - root_y)
        tone = weighted_sum(0.58, (0.16, ray), (0.24, smoothstep(0.15, 0.65, away)))
        lay(surface, 0.92 * inside(depth, canvas), tone, 0.35 + 0.12 * ray, 0.07 * ray)


def _fish_body(canvas: Canvas, surface: Surface) -> None:
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x, canvas.y
    body = FISH.depth(x, y)
    rise = rounded(body, 0.26)
    tile = roof_tiles(y * 11.0, -x * 9.0 + 1.2 * y * y, canvas.pixel * 12)
    gill = bump(length(x - 0.16, y) - 0.24, 0.012) * smoothstep(0.26, 0.32, x)
    head = smoothstep(0.30, 0.38, x + 0.25 * y * y)
    scale = weighted_sum(0.0, (0.10, tile.along), (-0.16, smoothstep(0.80, 1.0, tile.to_edge))) * (1 - head)
    band = smoothstep(-0.10, 0.10, torch.sin(9 * x + 0.7)) * (p[5] > 0.7)
    tone = weighted_sum(
        0.66,
        (0.16, rise - 0.5),
        (1.0, scale),
        (-0.14, smoothstep(0.05, -0.32, y)),
        (0.20, smoothstep(0.02, 0.30, y)),
        (-0.25, gill),
        (0.26, band * (1 - head)),
    )
    height = weighted_sum(0.40, (0.45, rise), (0.5, scale), (-0.08, gill))
    lay(surface, inside(body, canvas), tone, height, 0.10 * bump(y + 0.16, 0.10) * rise)
    fin = FISH_SIDE.depth(x, y + 0.03 * torch.sin(1.5 * u[7]) * (0.2 - x))
    ray = 0.5 + 0.5 * torch.cos(torch.atan2(y - 0.06, 0.24 - x) * 40)
    lay(surface, inside(fin, canvas), 0.62 + 0.20 * ray, 0.90 + 0.1 * ray, 0.06)
    eye = length(x - 0.46, y + 0.06)
    light = bump(length(x - 0.448, y + 0.075), 0.014)
    lay(surface, inside(0.068 - eye, canvas), 0.92, 0.95)
    lay(surface, inside(0.042 - eye, canvas), 0.02 + 0.9 * light, 1.0, 0.9 * light)
    mouth = torch.minimum(0.010 - (y - 0.05 + 0.2 * (x - 0.6)).abs(), torch.minimum(x - 0.565, 0.67 - x))
    lay(surface, 0.8 * inside(mouth, canvas), 0.12, 0.6)


def jellyfish(canvas: Canvas) -> Surface:
    """A jellyfish that glows in the deep: a bell that pulses, frilled arms, threads that trail."""
    u = canvas.controls
    surface = under_water(canvas)
    surface.tone.mul_(0.7)
    for number, (right, down, size) in enumerate(
        ((-0.72, -0.42, 0.22), (0.70, 0.10, 0.28), (0.0, -0.10, 0.80))
    ):
        at_x, at_y = right + 0.04 * u[2], down + 0.04 * u[4]
        found = part_of(
            canvas, surface, at_x - 1.5 * size, at_y - 1.7 * size, at_x + 1.5 * size, at_y + 1.6 * size
        )
        if found is not None:
            _jelly(placed(found[0], at_x, at_y, size, 0.06 * u[23]), found[1], u[5 + number])
    return surface


def _jelly(canvas: Canvas, surface: Surface, phase: Tensor) -> None:
    x, y = canvas.x, canvas.y
    pulse = torch.sin(1.4 * phase)
    shine(surface, 0.22 * exp((x.square() + (y + 0.2).square()) * -2.2), 0.35)
    ax = x.abs()
    hang = y.clamp(min=0)
    for number in range(4):
        at = 0.10 + 0.135 * number
        trail = (
            at * (1 - 0.10 * hang)
            + (0.05 + 0.05 * hang)
            * torch.sin(5.5 * y - 1.1 * phase + 1.7 * number)
            * hang.clamp(max=1) ** 0.5
        )
        long = 1.45 - 0.12 * number
        thread = torch.minimum(0.009 * (1.2 - hang / long) - (ax - trail).abs(), long - y)
        mask = inside(thread, canvas) * coverage(y, canvas.pixel)
        lay(surface, 0.85 * mask, 0.74, 0.4, 0.35)
    for at, side in ((0.09, 1.0), (0.20, -1.0)):
        curl = at + 0.05 * torch.sin(8 * y + side * 1.2 * phase) * hang
        frill = 0.055 * (1 - hang / 1.05) * (0.75 + 0.25 * torch.sin(34 * y + side * phase))
        arm = torch.minimum(frill - (ax - curl).abs(), 1.0 - y)
        mask = inside(arm, canvas) * coverage(y + 0.05, canvas.pixel)
        lay(surface, 0.8 * mask, 0.60 + 2.5 * arm.clamp(min=0), 0.5, 0.28)
    wide = 1 + 0.08 * pulse
    tall = 1 - 0.06 * pulse
    bell = BELL.depth(x * wide, y * tall)
    rise = rounded(bell, 0.28)
    r = length(x * wide, (y * tall - 0.10) / 1.05)
    ribs = 0.5 + 0.5 * torch.cos(torch.atan2(x * wide, 0.25 - y * tall) * 16)
    ribs = ribs * smoothstep(0.25, 0.60, r)
    rim = bump(bell - 0.03, 0.035)
    clover = bump(r - 0.24, 0.05) * (0.5 + 0.5 * torch.cos(torch.atan2(x * wide, 0.25 - y * tall) * 8))
    spots = smoothstep(0.30, 0.20, canvas.texture("spots", x * 1.2, y * 1.2, 0.30))
    tone = weighted_sum(0.46, (0.16, ribs), (0.30, rim), (0.24, clover), (0.12, spots), (0.10, rise - 0.5))
    lay(
        surface,
        0.90 * inside(bell, canvas),
        tone,
        weighted_sum(0.40, (0.40, rise), (0.05, ribs)),
        weighted_sum(
            0.10,
            (0.12, ribs),
            (0.40, rim),
            (0.34, clover),
            (0.10 * (1 + pulse), exp(-3 * (y + 0.1).square())),
        ),
    )


def wave(canvas: Canvas) -> Surface:
    """A great wave about to break: its crest curls over with claws of foam, spray flies."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.78, 0.62, 0.12)
    canvas = placed(canvas, 0.05 * u[2], 0.04 + 0.03 * u[4])
    x, y = canvas.x, canvas.y
    swell = canvas.texture("ridge", x * 0.8 + 0.1 * u[5], y * 0.8, 0.6)
    foam_texture = canvas.texture("edge", x * 0.9, y * 0.9, 1.0)
    far = 0.34 + 0.05 * torch.sin(4 * x + u[6]) + 0.03 * torch.sin(9 * x)
    lay(
        surface,
        coverage(y - far, pixel),
        weighted_sum(0.40, (0.12, swell), (-0.14, y - far)),
        0.1 + 0.1 * swell,
    )
    # The wave: a big disc of water with a hollow cut out of it at its right.
    cx, cy = -0.02, 0.02
    hollow = 0.46 - length(x - cx - 0.24, (y - cy) * 1.08)
    hill = 0.74 - length((x + 0.30) * 0.86, (y - 0.16) * 1.02)
    slope = 0.55 + 0.16 * torch.sin(2.3 * x + 0.6) - 0.10 * x
    body = torch.maximum(torch.minimum(hill, -hollow), slope * -1 + y)
    claws = 0.035 * (0.5 + 0.5 * torch.cos(torch.atan2(y - cy, x - cx - 0.24) * 26 + 1.5 * u[7]))
    ring = length(x - cx - 0.24, (y - cy) * 1.08)
    angle = torch.atan2(y - cy, x - cx - 0.24)
    lines = 0.5 + 0.5 * torch.cos(ring * 46 - 2 * angle + 3 * swell + 1.2 * u[5])
    fall = smoothstep(-0.7, 0.6, y)
    tone = weighted_sum(0.24, (0.26, lines * (1 - 0.5 * fall)), (0.10, swell), (-0.12, fall))
    lay(
        surface,
        inside(body, canvas),
        tone,
        weighted_sum(0.35, (0.16, lines), (0.2, swell), (0.2, rounded(body, 0.4))),
    )
    lip = torch.minimum(0.075 + claws - (hill - 0.02).abs(), 0.10 - y - 0.30 * x)
    curl = torch.minimum(
        0.055 + claws - (hollow + 0.03).abs(), torch.minimum(-y - 0.05 + 0.2 * x, hill + 0.1)
    )
    white = torch.maximum(lip, curl)
    lace = smoothstep(0.05, 0.35, foam_texture)
    lay(surface, coverage(white, pixel * 2), 0.86 + 0.12 * lace, 0.75 + 0.2 * rounded(white, 0.06), 0.06)
    crest = 0.80 + 0.06 * torch.sin(3.2 * x + 1.0 * u[8]) + 0.03 * torch.sin(8 * x)
    front = y - crest + 0.12
    lay(
        surface,
        coverage(front, pixel),
        weighted_sum(0.18, (0.22, swell), (0.30, bump(front, 0.03))),
        0.5 + 0.25 * swell,
    )
    lay(surface, 0.9 * bump(front - 0.01, 0.014), 0.94, 0.7)
    spray = canvas.texture("spots", x * 1.3 + 0.1 * u[9], y * 1.3, 0.4)
    drops = (
        smoothstep(0.12, 0.06, spray) * smoothstep(0.30, 0.0, (hill + 0.10).abs()) * coverage(-0.05 - y, 0.1)
    )
    lay(surface, drops, 0.97, 0.8, 0.1)
    return surface


def river(canvas: Canvas) -> Surface:
    """A river that winds from the hills towards you, with the sky in it."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.74, 0.56, 0.18)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    sun = exp((canvas.far_x.square() + (canvas.far_y + 0.30).square()) * -3.0)
    shine(surface, 0.22 * sun, 0.4)
    for number in range(3):
        ridge = canvas.texture("cloud", x * (0.4 + 0.2 * number) + 2.3 * number, x * 0 + 0.2 + p[1], 0.35)
        line = -0.10 + 0.05 * number - (0.55 - 0.14 * number) * (ridge - 0.25)
        wood = canvas.texture("ridge", x * 2.0, y * 2.0 + number, 0.6) - 0.5
        lay(
            surface,
            coverage(y - line, pixel),
            weighted_sum(0.46 - 0.09 * number, (0.05 * number, wood), (0.14, bump(y - line, 0.05))),
            0.1 + 0.08 * number,
        )
    horizon = -0.06
    below = (y - horizon).clamp(min=0)
    meadow = canvas.texture("ridge", x / (below + 0.25) * 0.5, 1.6 / (below + 0.25), 0.6)
    land = coverage(y - horizon, pixel)
    lay(surface, land, weighted_sum(0.28, (0.12, meadow), (-0.05, below)), 0.2 + 0.12 * meadow)
    # The bends grow as they come nearer.
    bend = 0.55 * below * torch.sin(2.6 / (below + 0.32) - 1.9) * 1.15
    half = 0.015 + 0.30 * below.pow(1.35)
    from_bank = half - (x - bend).abs()
    bank = inside(from_bank + 0.03 * (0.2 + below), canvas) * land
    lay(surface, bank, 0.40 + 0.10 * meadow, 0.12)
    water = coverage(from_bank, pixel) * land
    ripple = canvas.texture("ridge", (x - bend) / (below + 0.2) * 0.3, 1.0 / (below + 0.2) - 0.15 * u[6], 0.6)
    tone = weighted_sum(0.66, (-0.16, below), (0.14, ripple - 0.5), (0.18, bump(x - bend, 0.4 * half)))
    lay(surface, water, tone, 0.06 * ripple, 0.10 * bump(x - bend, 0.4 * half) * ripple)
    trees = (-0.80, 0.42, 0.55), (0.86, 0.30, 0.50), (-0.62, 0.16, 0.30), (0.62, 0.10, 0.26)
    for at, base, tall in trees:
        found = part_of(
            canvas,
            surface,
            0.04 * u[2] + at - 0.4 * tall,
            base - tall,
            0.04 * u[2] + at + 0.4 * tall,
            base + 0.05,
        )
        if found is None:
            continue
        near, part = found
        tx, ty = near.x - 0.04 * u[2] - at, near.y - base
        step = frac(-ty / tall * 5)
        half_tree = 0.27 * (ty + tall).clamp(min=0) * (0.75 + 0.25 * (1 - step))
        needle = near.texture("ridge", tx * 3, ty * 3, 0.7)
        tree = torch.minimum(
            half_tree + 0.03 * (needle - 0.5) - tx.abs(), torch.minimum(-ty - 0.03, ty + tall)
        )
        lay(
            part,
            inside(tree, near),
            weighted_sum(0.10, (0.16, needle), (-0.06, smoothstep(0.0, 0.1, tx)), (0.08, step)),
            0.5 + 0.1 * needle,
        )
        trunk = torch.minimum(0.02 - tx.abs(), torch.minimum(ty + 0.05, 0.02 - ty))
        lay(part, inside(trunk, near), 0.10, 0.5)
    return surface
