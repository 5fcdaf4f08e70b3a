"""Buildings that rise: a castle, a church, a bridge."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    bump,
    cell_hash2,
    cos_turns,
    coverage,
    dome,
    exp,
    frac,
    length,
    line_coverage,
    lit,
    parity,
    smoothstep,
    weighted_sum,
)
from .brush import box, inside, lay, part_of, placed, rounded, shine, sky

# Of each tower: its middle, half its width, its top, the height of its roof or 0, round or flat.
CASTLE = (
    (0.0, 0.68, 0.12, 0.0, False),
    (-0.40, 0.105, -0.22, 0.34, True),
    (0.44, 0.12, -0.12, 0.30, True),
    (-0.70, 0.09, 0.04, 0.0, True),
    (0.74, 0.085, 0.02, 0.26, True),
    (0.0, 0.20, -0.34, 0.0, True),
    (0.0, 0.085, -0.56, 0.36, True),
)
CASTLE_FOOT = 0.66


def castle(canvas: Canvas) -> Surface:
    """A castle on its hill: towers with pointed roofs, battlements, windows that are lit, a moon behind."""
    u, pixel = canvas.controls, canvas.pixel
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.8 + 0.10 * u[3], far_y * 1.6, 0.5)
    moon_x, moon_y = far_x + 0.10 * u[4], far_y + 0.46
    from_moon = length(moon_x, moon_y)
    halo = exp((from_moon - 0.25).clamp(min=0).square() * -5)
    disc = line_coverage(from_moon, 0.34, pixel)
    stain = canvas.texture("cloud", moon_x * 2, moon_y * 2, 0.5)
    tone = weighted_sum(0.20, (0.16, far_y), (0.22, cloud - 0.4), (0.22, halo))
    surface = Surface(0.05 * cloud, tone, 0.22 * halo * (0.4 + 0.6 * cloud))
    lay(surface, disc, 0.80 + 0.16 * stain, 0.1, 0.50)
    canvas = placed(canvas, 0.05 * u[2], 0.10, 0.90)
    for number, (middle, half, top, roof, is_round) in enumerate(CASTLE):
        found = part_of(
            canvas, surface, middle - half - 0.15, top - roof - 0.12, middle + half + 0.15, CASTLE_FOOT
        )
        if found is not None:
            _tower(placed(found[0], middle, 0.0), found[1], number, half, top, roof, is_round)
    x, y = canvas.x, canvas.y
    knoll = canvas.texture("cloud", x * 0.6, x * 0 + 0.3, 0.4) - 0.5
    hill = 0.56 + 0.12 * x * x - 0.10 * knoll + 0.02 * canvas.sway
    grass = canvas.texture("ridge", x * 1.2, y * 2.4, 0.7)
    bend = x + 0.25 * torch.sin(y * 6 + 0.5) * (y - 0.62).clamp(min=0)
    path = bump(bend, 0.05 + 0.16 * (y - 0.55).clamp(min=0))
    lay(
        surface,
        coverage(y - hill, pixel),
        weighted_sum(0.12, (0.12, grass), (0.24, path)),
        0.55 + 0.25 * grass,
    )
    gate = torch.maximum(
        0.075 - length(x, y - 0.44), torch.minimum(0.075 - x.abs(), torch.minimum(y - 0.44, hill - y))
    )
    lay(surface, inside(gate + 0.025, canvas), 0.52, 0.75)
    lay(surface, inside(gate, canvas), 0.62 + 0.25 * smoothstep(0.35, 0.6, y), 0.35, 0.5)
    return surface


def _tower(
    canvas: Canvas, surface: Surface, number: int, half: float, top: float, roof: float, is_round: bool
) -> None:
    u, pixel = canvas.controls, canvas.pixel
    x, y = canvas.x, canvas.y
    teeth = 0.035 * (cos_turns(x / 0.085) > 0) if not roof else 0.0
    flare = 0.016 * smoothstep(top + 0.10, top + 0.05, y)
    wall = coverage(half + flare - x.abs(), pixel) * coverage(y - top + teeth, pixel)
    course = y * 22
    row = torch.floor(course)
    along = x * 13 + 0.5 * parity(row) + 0.17 * number
    cell = torch.floor(along)
    shade = cell_hash2(cell, row, 0.17 * number + 0.1)
    mortar = torch.maximum(
        smoothstep(0.40, 0.5, (along - cell - 0.5).abs()), smoothstep(0.36, 0.5, (course - row - 0.5).abs())
    )
    rise = dome((x / half).clamp(-1, 1), 0.05) if is_round else torch.full_like(x, 0.75)
    stone = weighted_sum(
        0.36 + 0.05 * (number % 2),
        (0.20, rise - 0.7),
        (0.10, shade - 0.5),
        (-0.10, mortar),
        (-0.10, smoothstep(top, 0.7, y)),
        (-0.14, bump(y - top - 0.075, 0.02)),
    )
    lay(
        surface, wall, stone, weighted_sum(0.30 + 0.03 * number, (0.30, rise), (-0.05, mortar), (0.03, shade))
    )

    columns = max(1, round(half / 0.08))
    across = x / half * columns * 0.5 + (0.5 if columns % 2 else 0.0)
    column = torch.floor(across)
    window_x = (across - column - 0.5) * 2 * half / columns
    down = (y - top - 0.12) / 0.20
    story = torch.floor(down)
    window_y = (down - story - 0.5) * 0.20
    there = ((down > 0) & (story < 3)) * wall
    pane = box(window_x, window_y - 0.008, 0.016, 0.037)
    window = coverage(torch.maximum(pane, 0.016 - length(window_x, window_y + 0.030)), pixel) * there
    on = lit(cell_hash2(column + 3 * number, story, 0.41), 0.40 * u[5]) * 0.8
    on = (on + 0.25 * (cell_hash2(column + 5 * number, story, 0.77) > 0.55)).clamp(0, 1)
    spill = bump(length(window_x, window_y * 0.7), 0.05) * there
    lay(surface, window, 0.06 + 0.85 * on, 0.25, 1.1 * on)
    shine(surface, 0.14 * spill * on)
    if not roof:
        return
    up = (top + 0.01 - y) / roof
    wide = (half + 0.03) * (1 - up)
    cone = coverage(wide - x.abs(), pixel) * coverage(up, pixel * 2)
    ridge = dome((x / wide.clamp(min=0.004)).clamp(-1, 1), 0.05)
    tile = frac(y * 30 + 0.6 * ridge)
    lay(
        surface,
        cone,
        weighted_sum(0.46, (0.22, ridge - 0.6), (0.07, tile - 0.5)),
        0.45 + 0.30 * ridge + 0.03 * tile,
    )
    tip = top - roof
    pole = coverage(torch.minimum(0.004 - x.abs(), torch.minimum(y - tip + 0.10, tip + 0.02 - y)), pixel)
    flap = y - tip + 0.075 + 0.10 * x * torch.sin(x * 40 + 2 * u[6])
    flag = torch.minimum(torch.minimum(x, 0.10 - x), 0.022 - 0.06 * x - flap.abs())
    lay(surface, torch.maximum(0.8 * pole, inside(flag, canvas)), 0.62, 0.85)


def church(canvas: Canvas) -> Surface:
    """A white church on a snowy evening: nave, tower with a clock, a spire and lit windows."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.40, 0.12, 0.18)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    far = canvas.texture("cloud", x * 0.7 + 0.2, x * 0 + 0.4, 0.4)
    fir = canvas.texture("cloud", x * 3.2, x * 0 + 0.7 + p[0], 0.8)
    wood = 0.30 - 0.20 * far - 0.22 * fir
    lay(surface, coverage(y - wood, pixel), 0.13 + 0.06 * fir + 0.08 * (y - wood), 0.2 + 0.2 * fir)
    ground = 0.56 + 0.04 * torch.sin(2.2 * x + 3 * p[1])
    snow = canvas.texture("cloud", x * 0.9, y * 2.6, 0.5)
    lay(
        surface,
        coverage(y - ground, pixel),
        weighted_sum(0.56, (0.20, snow), (-0.10, y - 0.5)),
        0.25 + 0.2 * snow,
    )
    canvas = placed(canvas, 0.04 * u[2], 0.06, 0.90)
    found = part_of(canvas, surface, -0.72, -1.05, 0.72, 0.70)
    if found is None:
        return surface
    canvas, part = found
    x, y = canvas.x, canvas.y
    plaster = canvas.texture("cloud", x * 1.4, y * 1.4, 0.6) - 0.5
    ax = x.abs()
    # The nave behind, its roof, then the tower before it.
    eaves, ridge = 0.22, -0.06
    nave = torch.minimum(0.56 - ax, torch.minimum(y - eaves + 0.02, 0.62 - y))
    lay(
        part,
        inside(nave, canvas),
        weighted_sum(0.72, (0.08, plaster), (-0.18, smoothstep(0.0, 0.1, eaves + 0.07 - y))),
        0.5,
    )
    slant = (y - ridge) / (eaves - ridge)
    roof = torch.minimum(0.46 + 0.16 * slant - ax, torch.minimum(y - ridge, eaves - y))
    tiles = frac(y * 26 + 0.3 * frac(x * 14))
    lay(
        part,
        inside(roof, canvas),
        weighted_sum(0.34, (0.10, tiles), (0.05, plaster), (0.16, bump(y - ridge, 0.02))),
        0.6 + 0.05 * tiles,
    )
    for place in (0.26, 0.42):
        wx = ax - place
        pane = torch.maximum(box(wx, y - 0.42, 0.035, 0.08), 0.035 - length(wx, y - 0.34))
        light = lit(torch.full_like(wx, place) + 0.3 * torch.sign(x), 0.4 * u[5])
        _glass(part, canvas, pane, wx, y, 0.35 + 0.65 * light)
    tower = torch.minimum(0.15 - ax, torch.minimum(y + 0.32, 0.64 - y))
    lay(
        part,
        inside(tower, canvas),
        weighted_sum(
            0.84, (0.08, plaster), (-0.8, (ax - 0.10).clamp(min=0)), (-0.06, smoothstep(0.02, 0.12, x))
        ),
        0.75 + 0.5 * rounded(tower, 0.05) * 0.2,
    )
    for at in (-0.30, -0.02, 0.24):
        lay(part, inside(box(x, y - at, 0.165, 0.014, 0.006), canvas), 0.90, 0.95)
    up = (-0.31 - y) / 0.62
    half = 0.175 * (1 - up).clamp(min=0)
    spire = torch.minimum(half - ax, up * 0.4)
    facet = smoothstep(-0.02, 0.02, x / half.clamp(min=0.02) - 0.25)
    lay(
        part,
        inside(spire, canvas),
        weighted_sum(0.50, (-0.14, facet), (0.08, frac(y * 24) - 0.5)),
        0.8 + 0.1 * (1 - facet),
    )
    cross = torch.maximum(box(x, y + 0.985, 0.008, 0.06), box(x, y + 1.0, 0.034, 0.008))
    lay(part, inside(cross, canvas), 0.9, 1.0, 0.3)
    belfry = torch.maximum(box(x, y + 0.15, 0.055, 0.075), 0.055 - length(x, y + 0.22))
    lay(part, inside(belfry, canvas), 0.12, 0.5)
    swing = 0.25 * torch.sin(1.4 * u[6])
    bell_x = x - swing * (y + 0.26)
    bell = torch.minimum(
        0.018 + 0.20 * (y + 0.22).clamp(0, 0.12) ** 1.2 * 1.5 - bell_x.abs(),
        torch.minimum(y + 0.22, -0.10 - y),
    )
    lay(part, inside(bell, canvas), 0.70, 0.7, 0.35)
    face = 0.060 - length(x, y - 0.10)
    lay(part, inside(face + 0.012, canvas), 0.45, 0.9)
    lay(part, inside(face, canvas), 0.95, 0.92, 0.25)
    for turn, long in ((0.9 * u[7], 0.032), (0.4 + 2.2 * u[7], 0.048)):
        tip = torch.sin(turn) * long, torch.cos(turn) * -long
        px, py = x, y - 0.10
        along = ((px * tip[0] + py * tip[1]) / (long * long)).clamp(0, 1)
        hand = 0.006 - length(px - along * tip[0], py - along * tip[1])
        lay(part, inside(hand, canvas), 0.1, 0.95)
    door = torch.maximum(box(x, y - 0.55, 0.055, 0.09), 0.055 - length(x, y - 0.46))
    lay(part, inside(door + 0.018, canvas), 0.55, 0.9)
    _glass(part, canvas, door, x, y, 0.8)
    return surface


def _glass(
    surface: Surface, canvas: Canvas, pane: Tensor, x: Tensor, y: Tensor, light: Tensor | float
) -> None:
    """A leaded window with light behind it."""
    lead = bump(frac(x * 22 + 0.5) - 0.5, 0.10) + bump(frac(y * 16) - 0.5, 0.10)
    lay(surface, inside(pane + 0.010, canvas), 0.30, 0.55)
    tone = 0.86 - 0.4 * lead.clamp(0, 1)
    lay(surface, inside(pane, canvas), tone, 0.35, (1 - 0.7 * lead.clamp(0, 1)) * light * 0.9)
    spill = bump(pane.clamp(max=0), 0.06)
    shine(surface, 0.10 * spill * light)


def bridge(canvas: Canvas) -> Surface:
    """A suspension bridge at dusk: two towers, cables and hangers, lamps on the deck and in the water."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.44, 0.14, 0.20)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    deck_y, water_y = 0.24, 0.42
    ridge = canvas.texture("cloud", x * 0.5 + 2 * p[0], x * 0 + 0.2, 0.3)
    hills = water_y - 0.02 - 0.42 * (ridge - 0.3).clamp(min=0)
    sun = exp((canvas.far_x.square() + (canvas.far_y - 0.30).square()) * -3.0)
    shine(surface, 0.22 * sun, 0.9)
    lay(surface, coverage(y - hills, pixel), 0.24 + 0.10 * (water_y - y), 0.12)
    below = (y - water_y).clamp(min=0)
    z = 1 / (below + 0.10)
    ripple = canvas.texture("ridge", x * z * 0.25 + 0.1 * u[5], z * 0.8 + 0.15 * u[6], 0.6)
    path = bump(x, 0.10 + 0.5 * below) * (0.2 + smoothstep(0.4, 0.8, ripple))
    water = weighted_sum(0.16, (0.18, ripple), (0.30, path))
    lay(
        surface,
        coverage(y - water_y, pixel),
        water,
        0.08 + 0.2 * ripple * smoothstep(0.0, 0.3, below),
        0.14 * path,
    )

    # Places along the bridge: its towers stand at +-0.55, the cable hangs between and to the shores.
    ax = x.abs()
    top_y = -0.66
    inner = top_y + (deck_y - 0.10 - top_y) * (1 - (ax / 0.55).square().clamp(max=1))
    outer = top_y + (ax - 0.55) * (deck_y - top_y) / 0.85
    cable_y = torch.where(ax < 0.55, inner, outer)
    steep = torch.where(ax < 0.55, 2.7 * ax, torch.full_like(ax, 1.06))
    cable = line_coverage((y - cable_y).abs(), 0.012 * (1 + steep * steep).sqrt(), pixel * (1 + 0.7 * steep))
    hanger_x = (frac(x / 0.0733 + 0.5) - 0.5).abs() * 0.0733
    hanger = (
        line_coverage(hanger_x, 0.0028, pixel) * coverage(y - cable_y, pixel) * coverage(deck_y - y, pixel)
    )
    lay(surface, 0.75 * hanger, 0.60, 0.4, 0.05)
    lay(surface, cable * coverage(deck_y - y, pixel), 0.72, 0.7, 0.10)
    for lamp in range(-6, 7):
        at = 0.183 * lamp
        found = part_of(
            canvas, surface, 0.04 * u[2] + at - 0.09, deck_y - 0.16, 0.04 * u[2] + at + 0.09, 0.95
        )
        if found is None:
            continue
        near, part = found
        dx = near.x - 0.04 * u[2] - at
        light = 0.35 + 0.65 * lit(0.37 * lamp + 0.2 * u[7], 0.2 * u[7])
        spot = exp((dx.square() + (near.y - deck_y + 0.06).square()) * -1800.0)
        haze = exp((dx.square() + (near.y - deck_y + 0.06).square()) * -220.0)
        shine(part, (0.9 * spot + 0.22 * haze) * light, 0.8)
        mirrored = (
            bump(dx, 0.012)
            * smoothstep(water_y, water_y + 0.03, near.y)
            * exp(-3.0 * (near.y - water_y).clamp(min=0))
        )
        shine(part, 0.30 * mirrored * light, 0.5)
    for side in (-0.55, 0.55):
        found = part_of(
            canvas, surface, 0.04 * u[2] + side - 0.13, top_y - 0.12, 0.04 * u[2] + side + 0.13, 0.62
        )
        if found is not None:
            near, part = found
            _pylon(placed(near, 0.04 * u[2] + side, 0.0), part, top_y, water_y)
    deck = box(x, y - deck_y, 3.0, 0.026)
    truss = frac(x * 9 + 0.5 * (y > deck_y))
    lay(surface, inside(deck, canvas), weighted_sum(0.52, (-4.0, y - deck_y), (0.08, truss)), 0.9, 0.03)
    return surface


def _pylon(canvas: Canvas, surface: Surface, top_y: float, water_y: float) -> None:
    x, y = canvas.x, canvas.y
    spread = 0.055 + 0.020 * (y - top_y)
    leg = torch.minimum(0.024 - (x.abs() - spread).abs(), torch.minimum(y - top_y + 0.05, water_y + 0.06 - y))
    tie_y = (frac((y - top_y) / 0.19) - 0.5).abs() * 0.19
    tie = torch.minimum(
        0.022 - (tie_y - 0.02).clamp(min=0) * 2,
        torch.minimum(spread - x.abs(), torch.minimum(y - top_y, 0.22 - y)),
    )
    steel = torch.maximum(leg, tie)
    g = (x.abs() - spread) / 0.024
    lay(
        surface,
        inside(steel, canvas),
        weighted_sum(0.66, (-0.08, g.clamp(-1, 1)), (-0.12, (x > 0) * 1.0)),
        0.85,
        0.06,
    )
    cap = box(x, y - top_y + 0.06, 0.10, 0.022, 0.01)
    lay(surface, inside(cap, canvas), 0.80, 0.95, 0.1)
    pier = box(x, y - water_y - 0.04, 0.13, 0.06, 0.02)
    lay(surface, inside(pier, canvas), 0.42, 0.6)
