"""Ways in and out: a window, a door, a road, panes with rain on them, a house."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, cell_hash, coverage, dome, exp, frac, length, lit, mix, smoothstep, weighted_sum
from .brush import box, capsule, inside, lay, part_of, placed, rounded, shine, sky


def window(canvas: Canvas) -> Surface:
    """A window with curtains in a dark room, and the evening behind its panes."""
    u, pixel = canvas.controls, canvas.pixel
    plaster = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.6)
    surface = Surface(0.10 * plaster, weighted_sum(0.10, (0.08, plaster)), 0 * plaster)
    canvas = placed(canvas, 0.04 * u[2], 0.0)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    opening = box(x, y + 0.08, 0.52, 0.66, 0.01)
    cloud = canvas.texture("cloud", x * 0.8 + 0.15 * u[4], y * 1.4, 0.5)
    low = smoothstep(-0.7, 0.6, y)
    sun = exp(((x - 0.10).square() + (y - 0.24).square()) * -6.0)
    ridge = canvas.texture("cloud", x * 0.9, x * 0 + 0.3, 0.5)
    hill = y - 0.34 + 0.24 * ridge
    out = weighted_sum(0.50, (0.24, low), (0.20, cloud - 0.45), (0.22, sun))
    out = mix(out, weighted_sum(0.34, (0.10, bump(hill, 0.06))), coverage(hill, pixel))
    lay(surface, inside(opening, canvas), out, 0.0, 0.16 * sun + 0.04 * low)
    for dx, dy, half_w, half_h in (
        (0.0, -0.08, 0.022, 0.66),
        (0.0, -0.24, 0.52, 0.018),
        (0.0, 0.22, 0.52, 0.014),
    ):
        bar = box(x - dx, y - dy, half_w, half_h)
        lay(surface, inside(torch.minimum(bar, opening + 0.02), canvas), 0.24 + 5 * bar.clamp(max=0.02), 0.45)
    frame = torch.minimum(opening + 0.075, 0.0 - opening)
    lay(
        surface,
        inside(frame, canvas),
        weighted_sum(0.24, (2.4, rounded(frame, 0.03) * 0.06)),
        0.5 + 0.2 * rounded(frame, 0.03),
    )
    sill = box(x, y - 0.66, 0.70, 0.050, 0.012)
    lay(surface, inside(sill, canvas), 0.34 - 2.2 * (y - 0.66), 0.8, 0.02)
    # A pot with a plant waits on the sill.
    pot = torch.minimum(
        0.10 - 0.18 * (y - 0.50).clamp(min=0) - (x - 0.26).abs(), torch.minimum(y - 0.44, 0.62 - y)
    )
    lay(surface, inside(pot, canvas), 0.44 + 0.5 * rounded(pot, 0.08) * 0.3, 0.9)
    for number, (tip_x, tip_y) in enumerate(
        ((0.12, 0.14), (0.24, 0.06), (0.36, 0.12), (0.42, 0.24), (0.08, 0.28))
    ):
        leaf = capsule(x, y, (0.26, 0.44), (tip_x + 0.01 * torch.sin(u[10 + number]), tip_y), 0.010, 0.034)
        lay(surface, inside(leaf, canvas), 0.22 + 2.0 * leaf, 0.92)
    # Curtains, light shining through them.
    stir = 0.03 * torch.sin(3.2 * y + 1.2 * u[5])
    edge = 0.40 + 0.16 * bump(y - 0.24, 0.35) + 0.05 * smoothstep(0.3, 0.9, y) * -1 + stir
    fold = 0.5 + 0.5 * torch.cos((ax - edge) / (0.85 - edge).clamp(min=0.1) * 22)
    veil = torch.minimum(ax - edge, torch.minimum(0.80 - ax, torch.minimum(y + 0.86, 0.80 - y)))
    through = inside(opening, canvas) * (0.3 + 0.7 * low)
    lay(
        surface,
        0.93 * coverage(veil, pixel * 2),
        weighted_sum(0.40, (0.18, fold), (0.24, through)),
        0.65 + 0.22 * fold,
        0.10 * through * fold,
    )
    rod = capsule(x, y, (-0.88, -0.86), (0.88, -0.86), 0.022, 0.022)
    knob = 0.045 - length(ax - 0.90, y + 0.86)
    lay(surface, inside(torch.maximum(rod, knob), canvas), 0.55 + 10 * rod.clamp(min=0), 1.0, 0.03)
    return surface


def door(canvas: Canvas) -> Surface:
    """A panelled door ajar in an old wall, light that falls through the gap onto the stones."""
    u, pixel = canvas.controls, canvas.pixel
    x0, y0 = canvas.x, canvas.y
    course = y0 * 5.5
    row = torch.floor(course)
    along = x0 * 3.2 + 0.5 * (row - 2 * torch.floor(row / 2))
    stone = torch.floor(along)
    h = cell_hash(stone + 13 * row, 0.3)
    mortar = torch.maximum(
        smoothstep(0.42, 0.5, (along - stone - 0.5).abs()), smoothstep(0.38, 0.5, (course - row - 0.5).abs())
    )
    grit = canvas.texture("cloud", x0 * 1.5, y0 * 1.5, 0.7) - 0.5
    surface = Surface(
        0.25 - 0.12 * mortar + 0.1 * h, weighted_sum(0.22, (0.10, h), (0.14, grit), (-0.10, mortar)), 0 * h
    )
    floor = y0 - 0.72
    depth_ = 1 / (floor.clamp(min=0) + 0.20)
    slab = smoothstep(0.44, 0.5, (frac(x0 * depth_ * 0.5) - 0.5).abs())
    lay(surface, coverage(floor, pixel), weighted_sum(0.18, (0.12, grit), (-0.08, slab)), 0.1)
    canvas = placed(canvas, 0.04 * u[2], 0.0)
    x, y = canvas.x, canvas.y
    arch = torch.maximum(
        torch.minimum(0.44 - x.abs(), torch.minimum(y + 0.30, 0.74 - y)),
        torch.minimum(0.44 - length(x, y + 0.30), -0.29 - y),
    )
    ring = torch.minimum(arch + 0.12, -arch)
    voussoir = smoothstep(0.40, 0.5, (frac(torch.atan2(x, -(y + 0.30)) * 3.2) - 0.5).abs()) * (y < -0.3)
    joint = smoothstep(0.40, 0.5, (frac(y * 5.5) - 0.5).abs()) * (y >= -0.3)
    lay(
        surface,
        inside(ring, canvas) * coverage(0.74 - y, pixel),
        weighted_sum(0.36, (0.10, grit), (-0.14, voussoir + joint)),
        0.45 - 0.1 * (voussoir + joint),
    )
    open_ = 0.30 + 0.12 * torch.tanh(u[5])
    beyond = inside(arch, canvas)
    glow_y = smoothstep(-0.8, 0.7, y)
    mist = canvas.texture("cloud", x + 0.1 * u[6], y, 0.5)
    lay(surface, beyond, 0.80 + 0.18 * mist * glow_y, 0.0, 0.40 + 0.25 * mist)
    # The leaf hangs on the left, turned inwards: narrower, its top and foot in perspective.
    far_edge = 0.44 - open_ * 0.88
    t = ((x + 0.44) / (far_edge + 0.44)).clamp(0, 1)
    lean = 0.10 * t * open_ / 0.4
    leaf = torch.minimum(
        torch.minimum(arch, far_edge - x), torch.minimum(y + 0.74 - lean, 0.74 - lean * 0.6 - y)
    )
    grain = canvas.texture("cloud", t * 3.0, y * 0.5, 0.8)
    plank = smoothstep(0.42, 0.5, (frac(t * 4) - 0.5).abs())
    tone = weighted_sum(0.44, (0.18, grain - 0.5), (-0.14, plank), (0.18, bump(x - far_edge, 0.05)))
    lay(
        surface,
        inside(leaf, canvas),
        tone,
        weighted_sum(0.55, (0.10, grain), (-0.15, plank)),
        0.10 * bump(x - far_edge, 0.02),
    )
    for at in (-0.34, 0.42):
        strap = torch.minimum(torch.minimum(0.030 - (y - at).abs(), leaf), 0.78 - t)
        lay(surface, inside(strap, canvas), 0.12 + 3 * strap, 0.75)
    handle = length((t - 0.86) * 0.5, y - 0.10)
    lay(
        surface, inside(0.030 - (handle - 0.055).abs() * 1.3, canvas) * inside(leaf, canvas), 0.66, 0.85, 0.05
    )
    spill = (x + 0.30 * (y - 0.72) - (far_edge + 0.44) / 2) / (open_ * 0.9 + 0.8 * (y - 0.72).clamp(min=0))
    shine(surface, 0.30 * bump(spill, 0.6) * coverage(floor, pixel * 4) * exp(-1.5 * floor.clamp(min=0)), 1.2)
    return surface


def road(canvas: Canvas) -> Surface:
    """A road straight to the horizon with its dashed line, poles at its sides, the sun low ahead."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.62, 0.16, 0.16)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    horizon = 0.02
    sun_r = length(canvas.far_x - 0.04 * u[2], canvas.far_y - horizon + 0.04)
    shine(surface, 0.30 * exp(-3.5 * sun_r.square()), 0.6)
    lay(surface, coverage(0.17 - sun_r, pixel), 0.94, 0.05, 0.5)
    ridge = canvas.texture("cloud", x * 0.5 + 2 * p[0], x * 0 + 0.3, 0.35)
    hills = horizon - 0.30 * (ridge - 0.25) * smoothstep(0.05, 0.5, x.abs())
    lay(surface, coverage(y - hills, pixel), 0.30, 0.1)
    below = (y - horizon).clamp(min=0)
    z = 1 / (below + 0.035)
    grass = canvas.texture("ridge", x * z * 0.25, z * 0.6 + 0.4 * u[5], 0.6)
    lay(
        surface,
        coverage(y - horizon, pixel),
        weighted_sum(0.22, (0.14, grass), (0.10, exp(-8 * below))),
        0.15 + 0.15 * grass * smoothstep(0.0, 0.3, below),
    )
    half = 0.012 + 0.62 * below
    depth = torch.minimum(half - x.abs(), y - horizon)
    tar = canvas.texture("grit", x * z * 0.4, z * 0.9 + 0.5 * u[5], 0.7)
    gleam = bump(x, 0.35 * half) * exp(-2.2 * below)
    lay(surface, coverage(depth, pixel), weighted_sum(0.10, (0.06, tar), (0.40, gleam)), 0.08, 0.10 * gleam)
    edge = coverage(0.018 * half - (x.abs() - 0.90 * half).abs(), pixel)
    dash = coverage(0.030 * half - x.abs(), pixel) * smoothstep(
        0.48, 0.52, 2 * (frac(z * 0.42 + 0.7 * u[5]) - 0.5).abs() * 0.5 + 0.25
    )
    lay(surface, torch.maximum(0.7 * edge, dash) * coverage(y - horizon - 0.01, pixel), 0.86, 0.14, 0.06)
    for number in range(6):
        near = frac(torch.full_like(u[5], number / 6) - 0.55 * u[5])
        scale = 0.03 + 0.97 * near.pow(2.6)
        at = horizon + scale * 0.75
        for side in (-1.0, 1.0):
            px = side * (0.80 * 0.75 * scale * 1.25 + 0.02)
            pole = torch.minimum(0.020 * scale - (x - px).abs(), torch.minimum(y - at + 0.95 * scale, at - y))
            arm = torch.minimum(0.10 * scale - (x - px).abs(), 0.014 * scale - (y - at + 0.86 * scale).abs())
            lay(surface, inside(torch.maximum(pole, arm), canvas), 0.07, 0.5)
    return surface


def pane(canvas: Canvas) -> Surface:
    """A window pane with rain on it: drops that carry the street's lights upside down, runs of water."""
    u, pixel = canvas.controls, canvas.pixel
    bokeh = canvas.texture("bokeh", canvas.far_x * 0.8 + 0.06 * u[8], canvas.far_y * 0.8 + 0.05 * u[9], 0.32)
    other = canvas.texture("bokeh", canvas.far_x * 0.6 + 0.37, canvas.far_y * 0.6 + 0.05 * u[9], 0.30)
    mist = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.5)
    low = smoothstep(-0.9, 0.8, canvas.far_y)
    tone = weighted_sum(0.10, (0.30, bokeh * (0.4 + 0.6 * low)), (0.26, other * low), (0.10, mist))
    surface = Surface(0.05 * mist, tone, weighted_sum(0.0, (0.16, bokeh * low), (0.14, other * low)))
    for depth, (per_unit, size) in enumerate(((12.0, 0.026), (7.0, 0.045), (4.2, 0.070))):
        ax, ay = canvas.x * per_unit + 0.3 * depth, canvas.y * per_unit - 0.10 * u[10 + depth] + 0.5 * depth
        i, j = torch.floor(ax), torch.floor(ay)
        h, h2, h3 = (cell_hash(i + 13 * j, salt + 0.11 * depth) for salt in (0.2, 0.5, 0.8))
        radius = size * (0.5 + 0.6 * h3) * (h3 > 0.25 + 0.1 * depth)
        dx = (ax - i - 0.28 - 0.44 * h) / per_unit
        dy = (ay - j - 0.28 - 0.44 * h2) / per_unit
        r = length(dx, dy * (0.86 + 0.10 * (dy > 0)))
        drop = radius - r
        lens = (r / radius.clamp(min=1e-3)).clamp(max=1)
        up = -dy / radius.clamp(min=1e-3)
        seen = weighted_sum(0.24, (0.30, smoothstep(-0.9, 0.9, up)), (0.30, bokeh))
        rim = smoothstep(0.70, 1.0, lens)
        light = bump(length(dx + 0.35 * radius, dy + 0.40 * radius), 0.24 * radius.clamp(min=1e-3))
        lay(
            surface,
            coverage(drop, pixel),
            seen - 0.18 * rim + 0.6 * light,
            0.30 + 0.45 * dome(lens, 0.02),
            0.10 * smoothstep(0.0, 0.9, up) + 0.5 * light,
        )
    for number in range(5):
        at = -0.85 + 0.43 * number
        found = part_of(canvas, surface, at - 0.09, -2.0, at + 0.09, 2.0)
        if found is not None:
            _run(*found, number, at)
    return surface


def _run(canvas: Canvas, surface: Surface, number: int, at: float) -> None:
    """Water that runs down the pane: a bead with its trail."""
    u, pixel = canvas.controls, canvas.pixel
    head = (frac(0.37 * number + 0.25 * u[14]) - 0.5) * 2.4
    wide = 0.020 + 0.005 * (number % 3)
    dx = canvas.x - at - 0.03 * torch.sin(5 * canvas.y + 2 * number)
    dy = canvas.y - head
    trail = torch.minimum(0.55 * wide * (1 + 0.3 * torch.sin(30 * canvas.y)) - dx.abs(), -dy)
    run = torch.maximum(trail, 1.6 * wide - length(dx, dy * 0.8))
    g = (dx / (1.6 * wide)).clamp(-1, 1)
    light = bump(g + 0.3, 0.15)
    tone = weighted_sum(
        0.36, (0.30, light), (-0.10, smoothstep(0.3, 0.9, g)), (0.20, smoothstep(-0.9, 0.8, dy))
    )
    lay(surface, 0.9 * coverage(run, pixel), tone, 0.5 + 0.25 * dome(g, 0.02), 0.16 * light)


def house(canvas: Canvas) -> Surface:
    """A cottage in its garden by evening: thatch, a chimney that smokes, windows with light, a path."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.48, 0.18, 0.20)
    x0, y0 = canvas.x, canvas.y
    wood = canvas.texture("cloud", x0 * 2.2, x0 * 0 + 0.2, 0.7)
    far = y0 - 0.14 + 0.40 * wood
    lay(surface, coverage(far, pixel * 2), 0.20 + 0.06 * bump(far, 0.08), 0.1)
    grass = canvas.texture("ridge", x0 * 1.6, y0 * 2.4, 0.6)
    lawn = y0 - 0.46 + 0.03 * torch.sin(3 * x0)
    lay(surface, coverage(lawn, pixel), weighted_sum(0.24, (0.16, grass)), 0.2 + 0.2 * grass)
    canvas = placed(canvas, 0.04 * u[2], 0.02, 0.95)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    up = (-0.62 - y).clamp(min=0)
    smoke_x = x - 0.34 - 0.25 * up - 0.05 * torch.sin(6 * up - 1.2 * u[5])
    puff = canvas.texture("cloud", x * 1.4, y * 1.4 + 0.4 * u[5], 0.6)
    smoke = smoothstep(0.40, 0.75, bump(smoke_x, 0.05 + 0.20 * up) * (0.6 + 0.7 * puff) * (y < -0.60))
    lay(surface, 0.7 * smoke, 0.56 + 0.2 * puff, 0.3)
    chimney = box(x - 0.34, y + 0.42, 0.075, 0.20)
    brick = smoothstep(0.36, 0.5, (frac(y * 20) - 0.5).abs())
    lay(surface, inside(chimney, canvas), 0.42 - 0.1 * brick, 0.5)
    wall = box(x, y - 0.22, 0.58, 0.34, 0.01)
    plaster = canvas.texture("cloud", x * 1.6, y * 1.6, 0.6) - 0.5
    shade = smoothstep(0.02, 0.14, y + 0.12)
    lay(surface, inside(wall, canvas), weighted_sum(0.60, (0.10, plaster), (0.14, shade)), 0.45)
    for at in (-0.56, -0.20, 0.20, 0.56):
        beam = box(x - at, y - 0.22, 0.020, 0.34)
        lay(surface, inside(beam, canvas), 0.14, 0.6)
    lay(surface, inside(box(x, y - 0.16, 0.58, 0.016), canvas), 0.14, 0.6)
    straw = canvas.texture("grit", x * 1.4, y * 0.5, 0.8)
    ridge = -0.46 + 0.02 * torch.cos(10 * x)
    slope = 0.36 + 0.42 * ((y - ridge) / 0.42).clamp(0, 1) ** 0.8
    roof = torch.minimum(torch.minimum(slope - ax, y - ridge), -0.02 + 0.05 * torch.cos(7.5 * x) - y)
    rise = rounded(roof, 0.12)
    lay(
        surface,
        inside(roof, canvas),
        weighted_sum(0.40, (0.20, straw), (0.12, rise - 0.5), (0.10, bump(y - ridge - 0.04, 0.03))),
        weighted_sum(0.6, (0.25, rise), (0.10, straw)),
    )
    for number, at in enumerate((-0.38, 0.38)):
        _panes(
            surface, canvas, at, 0.30, 0.10, 0.085, 0.6 + 0.4 * lit(0.37 * number + 0.3 * u[6], 0.3 * u[6])
        )
    _panes(surface, canvas, 0.0, -0.20, 0.075, 0.07, 0.5 + 0.5 * lit(0.71 + 0.3 * u[7], 0.3 * u[7]))
    door_ = torch.maximum(box(x, y - 0.40, 0.085, 0.16), 0.085 - length(x, y - 0.25))
    lay(surface, inside(door_ + 0.022, canvas), 0.16, 0.65)
    lay(surface, inside(door_, canvas), 0.46 - 0.10 * smoothstep(0.40, 0.5, (frac(x * 18) - 0.5).abs()), 0.7)
    lay(surface, inside(0.016 - length(x - 0.05, y - 0.40), canvas), 0.9, 0.9, 0.2)
    down = (y - 0.54).clamp(min=0)
    path = 0.09 + 0.40 * down - (x - 0.20 * down * torch.sin(5 * down)).abs()
    pebble = canvas.texture("cell", x * 1.4, y * 2.4, 1.0)
    lay(surface, coverage(path, pixel) * coverage(y - 0.55, pixel), 0.42 + 0.20 * pebble, 0.3 + 0.1 * pebble)
    bloom = canvas.texture("spots", x * 1.8, y * 1.8, 0.5)
    bed = (ax > 0.16) * bump(y - 0.60 - 0.04 * torch.sin(9 * x), 0.05)
    lay(surface, smoothstep(0.16, 0.10, bloom) * bed, 0.80 + 0.15 * torch.sin(30 * x), 0.7, 0.05)
    return surface


def _panes(
    surface: Surface, canvas: Canvas, at_x: float, at_y: float, half_w: float, half_h: float, light: Tensor
) -> None:
    """A small window with shutters and light behind."""
    found = part_of(canvas, surface, at_x - 0.4, at_y - 0.3, at_x + 0.4, at_y + 0.3)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - at_x, canvas.y - at_y
    shine(part, 0.12 * exp(-30 * (x.square() + y.square())) * light)
    shutter = box(x.abs() - half_w - 0.045, y, 0.038, half_h + 0.012)
    lay(part, inside(shutter, canvas), 0.46 - 0.08 * smoothstep(0.3, 0.5, (frac(y * 34) - 0.5).abs()), 0.65)
    glass = box(x, y, half_w, half_h)
    cross = torch.maximum(0.009 - x.abs(), 0.009 - y.abs())
    lay(part, inside(glass + 0.016, canvas), 0.14, 0.62)
    lay(part, inside(glass, canvas), 0.86, 0.4, 0.75 * light)
    lay(part, inside(torch.minimum(cross, glass), canvas), 0.16, 0.62)
