"""Buildings: a cloister without end, a skyline at dusk, paper windows with a moon behind them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    cell_hash,
    cell_hash2,
    cos_turns,
    coverage,
    exp,
    frac,
    line_coverage,
    lit,
    mix,
    smooth_max,
    smoothstep,
    weighted_sum,
)


def cloister(canvas: Canvas) -> Surface:
    """A vault of pointed arches that repeats towards a bright window.

    The logarithm of the distance to the arch (two arcs and a floor) numbers the bays, so each is a smaller
    copy of the one before; voussoirs and floor tiles follow from angle and depth.
    """
    p, u = canvas.traits, canvas.controls
    x = canvas.x - 0.16 * u[3]
    y = canvas.y - 0.18 - 0.2 * p[1] - 0.10 * u[4]
    centre = 0.12 + 0.5 * p[0] * exp(0.25 * u[5])
    across, up = x.abs(), (-y).clamp(min=0)
    arch = torch.sqrt((across + centre) ** 2 + up * up) - centre
    ground = y * 1.35
    metric = smooth_max(arch, ground, 0.015).clamp(min=0.004)

    depth = torch.log(metric) * 1.9 + 0.8 * u[2]
    bay = torch.floor(depth)
    f = depth - bay
    pixel = (1.9 * canvas.pixel / metric).clamp(min=0.02)
    profile = coverage(f, pixel) * (1 - coverage(f - 0.34, pixel))
    groove = cos_turns(f * 8.8) * 0.5 + 0.5
    floor = smoothstep(-0.012, 0.012, ground - arch)

    angle = torch.atan2(up, across + centre)
    angle = angle + y.clamp(min=0) * 1.2
    blocks = 7.0
    position = angle * blocks + 0.5 * bay
    block = torch.floor(position)
    to_joint = (position - block - 0.5).abs() * -1 + 0.5
    joint = line_coverage(to_joint, 0.03, (blocks * canvas.pixel / metric).clamp(min=0.03)) * (1 - floor)
    stone = canvas.texture("cloud", canvas.x / metric * 0.5 + bay * 0.37, angle * 0.6 + bay * 0.21, 0.5) - 0.5
    tile = smoothstep(-0.15, 0.15, torch.sin(x / metric * 9.0) * torch.sin(depth * TAU))

    daylight = exp(-1.9 * metric)
    window = smoothstep(0.22, 0.05, metric)
    pane = canvas.texture("cell", canvas.x * 1.6, canvas.y * 1.6, 0.6)
    wall_tone = weighted_sum(
        0.16,
        (0.34, daylight),
        (0.16, profile * (0.6 + 0.4 * groove)),
        (0.2, stone * (1 - window)),
        (-0.1, joint),
        (0.07, cell_hash2(block, bay) - 0.5),
        (-0.14, smoothstep(0.34, 1.0, f)),
    )
    floor_tone = weighted_sum(0.1, (0.42, daylight), (0.12, tile * (0.3 + daylight)), (0.1, stone))
    tone = mix(mix(wall_tone, floor_tone, floor), 0.55 + 0.4 * pane, window * 0.9)
    wall_height = profile * (0.55 + 0.2 * groove) + 0.25 * stone - 0.18 * joint
    height = mix(wall_height, 0.15 * tile - 0.1, floor) * (1 - window)
    return Surface(height, tone, 1.1 * daylight * daylight * daylight + 0.7 * window * (0.4 + pane))


def skyline(canvas: Canvas) -> Surface:
    """Three rows of towers before an evening sky; the windows are keys that notes light."""
    sky = (canvas.y + 1) * 0.5
    cloud = canvas.texture("cloud", canvas.far_x * 0.7 + 0.1 * canvas.controls[2], canvas.far_y * 1.6, 0.35)
    tone = weighted_sum(0.62, (-0.4, sky), (0.26, cloud - 0.5))
    height = tone * 0
    glow = 0.30 * smoothstep(0.55, 0.9, cloud) * (1 - sky)
    for row in range(3):
        height, tone, glow = _towers(canvas, row, height, tone, glow)
    return Surface(height, tone, glow)


def _towers(
    canvas: Canvas, row: int, height: Tensor, tone: Tensor, glow: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """One row of towers over what is behind it; row 0 is the farthest."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    per_unit = 2.1 - 0.55 * row + 0.5 * p[0]
    along = canvas.x * per_unit + 0.37 * row + p[1] * 7 + 0.15 * (row + 1) * u[3]
    along = along + 0.18 * torch.sin(along * 2.1 + p[2] * 6)
    tower = torch.floor(along)
    f = along - tower
    from_middle = (f - 0.5).abs()

    roof = 0.55 * row - 0.50 - 0.55 * cell_hash(tower, 0.13 + 0.21 * row)
    gable = (cell_hash(tower, 0.4) > 0.6) * (1 - from_middle * 3).clamp(0, 1)
    below = canvas.y - (roof - 0.12 * gable)
    body = coverage(below, pixel) * line_coverage(from_middle, 0.44 + 0.05 * row, pixel * per_unit)

    columns = 3.0 + torch.floor(3 * cell_hash(tower, 0.6))
    across, down = f * columns, (canvas.y - roof) * 10 / (1.15 - 0.25 * row)
    i, j = torch.floor(across), torch.floor(down)
    window = (
        line_coverage((across - i - 0.5).abs(), 0.30, pixel * per_unit * columns)
        * line_coverage((down - j - 0.5).abs(), 0.28, pixel * 10)
        * smoothstep(0.0, 0.03, canvas.y - roof)
        * line_coverage(from_middle, 0.40, pixel * per_unit)
    )
    light = lit(cell_hash2(i + 5 * tower, j, 0.3), 0.35 * u[4] + 0.3 * row)
    stone = canvas.texture("cloud", canvas.far_x * 1.5 + tower * 0.3, canvas.far_y * 0.8, 0.6) - 0.5
    wall_tone = weighted_sum(
        0.34 - 0.085 * row,
        (0.1, below),
        (0.14, stone),
        (-0.08, smoothstep(0.45, 0.6, f)),
        (0.1, cell_hash(tower, 0.77) - 0.5),
    )
    tone = mix(tone, mix(wall_tone, 0.22 + 0.7 * light, window), body)
    height = mix(height, weighted_sum(0.25 * (row + 1), (-0.12, window), (0.06, stone)), body)
    glow = mix(glow, window * light * (1.1 - 0.1 * row), body)
    return height, tone, glow


def shoji(canvas: Canvas) -> Surface:
    """Paper screens in timber frames, a moon behind them, and the shadow of bamboo in two depths."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    bars_across, bars_down = 1.6 + 1.2 * p[0], 2.2 + 1.8 * p[1]
    x, y = canvas.x + 0.08 * u[2], canvas.y
    to_bar_x = _to_grid(x * bars_across) / bars_across
    to_bar_y = _to_grid(y * bars_down) / bars_down
    screen_width = 1.05
    to_post = _to_grid(x / screen_width) * screen_width
    to_beam = torch.minimum((y + 1.02).abs(), (y - 0.62).abs())
    bars = torch.maximum(line_coverage(to_bar_x, 0.013, pixel), line_coverage(to_bar_y, 0.013, pixel))
    frame = torch.maximum(line_coverage(to_post, 0.05, pixel), line_coverage(to_beam, 0.045, pixel))
    panel = coverage(y - 0.62, pixel)

    moon_x, moon_y = 0.40 * u[3], -0.20 + 0.25 * u[4]
    to_moon = (canvas.far_x - moon_x) ** 2 + (canvas.far_y - moon_y) ** 2
    halo = exp(-to_moon * 1.5)
    moon = smoothstep(0.36, 0.33, torch.sqrt(to_moon))
    shadow = _bamboo(canvas)

    fibre = canvas.texture("grit", canvas.x, canvas.y * 0.45, 0.5) - 0.5
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.5) - 0.5
    paper = weighted_sum(
        0.52, (0.25, halo), (0.13, moon), (0.06, fibre), (0.08, cloud), (-0.33, shadow * (0.5 + 0.5 * halo))
    )
    grain = canvas.texture("cloud", canvas.x * 0.5, canvas.y * 3, 0.7) - 0.5
    wood = torch.maximum(bars * 0.85, frame)
    tone = mix(mix(paper, 0.22 + 0.2 * grain, panel), 0.14 + 0.16 * grain, wood)
    height = weighted_sum(
        0.0, (1.0, torch.maximum(bars * 0.45, frame * 0.75)), (0.03, fibre), (0.12, panel), (0.05, grain)
    )
    open_paper = 1 - torch.maximum(torch.maximum(bars, frame), panel)
    glow = open_paper * ((0.14 * halo + 0.24 * moon) * (1 - 0.85 * shadow) + 0.03)
    return Surface(height, tone, glow)


def _to_grid(turns: Tensor) -> Tensor:
    """The distance to the nearest integer plus a half, in periods."""
    return 0.5 - (frac(turns + 0.5) - 0.5).abs()


def _bamboo(canvas: Canvas) -> Tensor:
    """The shadow of stalks with nodes and sprays of lancet leaves, 0 to 1; the nearer clump is sharper."""
    p, u = canvas.traits, canvas.controls
    x, y = canvas.far_x + 0.05 * canvas.drift + 0.16 * u[5], canvas.far_y + 0.05 * canvas.sway
    shadow = canvas.x * 0
    for stand, (per_unit, blur) in enumerate(((1.15, 0.05), (0.8, 0.018))):
        bent = x + 0.12 * y + 0.07 * torch.sin(1.7 * y + stand)
        along = bent * per_unit + p[2 + stand] * 5 + 0.05 * u[6 + stand]
        stalk = torch.floor(along)
        across = (along - stalk - 0.5) / per_unit + 0.25 * (cell_hash(stalk, 0.3 * stand) - 0.5)
        from_stalk = across.abs()
        node = frac(y * 1.5 + cell_hash(stalk, 0.7))
        cane = smoothstep(0.045 + blur * 0.5, 0.045 - blur * 0.5, from_stalk)
        cane = cane * (1 - 0.6 * smoothstep(0.03, 0.01, (node - 0.5).abs()))

        side = torch.sign(across)
        down = (
            frac(
                weighted_sum(
                    0.0, (2.1, y), (-1.5, from_stalk), (0.5, side * 0.5 + 0.5), (1.0, cell_hash(stalk, 0.1))
                )
            )
            - 0.5
        )
        length = 0.46 + 0.1 * cell_hash(stalk, 0.9)
        outline = 0.24 * torch.sin(math.pi * (from_stalk / length).clamp(0, 1))
        leaf = smoothstep(blur, -blur, down.abs() - outline) * smoothstep(length, length - 0.05, from_stalk)
        sprays = smoothstep(0.35, 0.55, canvas.texture("cloud", x + stand, y + stalk * 0.3, 0.22))
        shadow = torch.maximum(shadow, torch.maximum(cane, leaf * sprays) * (0.6 + 0.4 * stand))
    return shadow
