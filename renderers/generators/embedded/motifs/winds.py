"""Instruments that are blown: an organ's front, a brass bell, a tube with keys."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    bump,
    cell_hash,
    cos_turns,
    coverage,
    dome,
    length,
    line_coverage,
    lit,
    mix,
    smoothstep,
    weighted_sum,
)
from .brush import capsule, dark_room, inside, lay, part_of, placed, rounded


def pipes(canvas: Canvas) -> Surface:
    """An organ's front: tin pipes over carved wood; those that speak shine at the mouth."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x, y = canvas.x, canvas.y
    per_unit = (8.0 + 3 * p[0]) * 0.8
    along = x * per_unit + 0.5 + 0.25 * u[2]
    number = torch.floor(along)
    f = (along - number - 0.5) * 2
    place = (number - 0.25 * u[2]) / per_unit
    tower = 0.5 + 0.5 * cos_turns(place * (1.0 + 0.5 * p[1]) * 0.95)
    top = -0.30 - 0.50 * tower - 0.05 * cell_hash(number, 0.4)
    mouth, foot = 0.50 - 0.16 * tower, 0.80
    light = lit(cell_hash(number, 0.13), 0.45 * u[3])
    half = mix(0.90, 0.10, smoothstep(0.0, 1.0, (y - mouth - 0.02) / (foot + 0.08 - mouth)))
    pipe = (
        line_coverage(f.abs(), half, pixel * per_unit * 2)
        * coverage(y - top, pixel)
        * coverage(foot - y, pixel)
    )
    g = f / half
    round_ = dome(g, 0.02)
    sheen = 0.5 + 0.5 * cos_turns(g * 0.55 + 0.12 + 0.05 * u[4])
    stripe = bump(g + 0.38, 0.14) + 0.5 * bump(g - 0.62, 0.10)
    below = y - mouth
    lip = line_coverage(below.abs(), 0.016, pixel) * line_coverage(f.abs(), 0.50, 0.02)
    arch = line_coverage((length(f * 0.62, (below + 0.06) / 0.13) - 0.62).abs(), 0.05, pixel * 6)
    arch = arch * coverage(-below, pixel) * line_coverage(f.abs(), 0.55, 0.02)
    dent = canvas.texture("cloud", f * 0.25 + number * 0.37, y * 0.8, 0.5) - 0.5
    tin = weighted_sum(
        0.34, (0.30, sheen * round_), (0.30, stripe), (0.06, dent), (0.12, light), (0.16, arch)
    ) + 0.14 * line_coverage((y - top - 0.03).abs(), 0.010, pixel)
    tin = mix(tin, 0.03, lip)
    wood = canvas.texture("cloud", x * 0.7, y * 4.0, 0.6)
    surface = Surface(0.02 * wood, 0.04 + 0.05 * wood, 0 * wood)
    speaking = light * (0.9 * bump(below - 0.05, 0.07) + 0.35 * lip + 0.22 * stripe) + 0.05 * stripe
    lay(
        surface,
        pipe,
        tin,
        weighted_sum(0.42, (0.36, round_), (0.01, dent), (-0.2, lip), (0.05, arch)),
        speaking,
    )

    # The carved case: a garland hangs over the tops, panels are below.
    hanging = -0.33 - 0.50 * (0.5 + 0.5 * cos_turns((x + 0.02 * canvas.sway) * (1.0 + 0.5 * p[1]) * 0.95))
    vine = 0.03 * torch.sin(x * 24) + 0.16 * (canvas.texture("cloud", x.abs() * 2.2, y * 2.2, 0.5) - 0.5)
    lay(surface, coverage(hanging - 0.03 - y, pixel), 0.10 + 0.10 * wood, 0.55 + 0.05 * wood)
    garland = 0.055 + 0.025 * torch.sin(x * 37 + 9 * vine) - (y - hanging + 0.02 - vine).abs()
    carved = rounded(garland, 0.05)
    lay(surface, inside(garland, canvas), 0.20 + 0.20 * carved, 0.85 + 0.2 * carved, 0.06 * carved)
    panel = dome(((along * 0.5 - torch.floor(along * 0.5)) - 0.5) * 2.3, 0.02) * smoothstep(0.86, 0.90, y)
    lay(surface, coverage(y - foot, pixel), 0.14 + 0.12 * wood + 0.10 * panel, 0.6 + 0.12 * panel)
    lay(surface, line_coverage((y - foot - 0.03).abs(), 0.028, pixel), 0.50 + 0.12 * wood, 0.85)
    return surface


def brass(canvas: Canvas) -> Surface:
    """A brass instrument that faces the left: a flared bell, a tube wound once, valves and mouthpiece."""
    p, u = canvas.traits, canvas.controls
    surface = dark_room(canvas, lamp=0.10)
    canvas = placed(canvas, 0.05 * u[2], 0.02, lean=0.05 * u[23])
    _tube(surface, canvas, (0.56, 0.24), (-0.34, 0.24), 0.032)
    for at, side in ((0.56, 1.0), (-0.34, -1.0)):
        _bend(surface, canvas, at, side)
    for number, at in enumerate((0.00, 0.13, 0.26)):
        pressed = lit(0.2 * u[7 + number] + 0.23 * number, 0.3 * u[7 + number])
        _valve(surface, canvas, at, pressed)
    _tube(surface, canvas, (0.56, -0.16), (0.94, -0.16), 0.022)
    _tube(surface, canvas, (0.93, -0.16), (0.97, -0.16), 0.030, 0.062)
    _tube(surface, canvas, (0.60, -0.16), (-0.30, -0.16), 0.036)

    # The bell: a tube whose radius grows like a horn's, and its mouth seen from aside.
    reach = 0.43 + 0.10 * p[0]
    found = part_of(canvas, surface, -0.95, -0.75, 0.27, 0.45)
    if found is None:
        return surface
    canvas, part = found
    x, y = canvas.x, canvas.y + 0.16
    toward = (0.25 - x).clamp(0, 1.2)
    wide = 0.036 + 0.05 * toward + (reach - 0.09) * (toward / 1.02) ** 7
    horn = torch.minimum(wide - y.abs(), torch.minimum(x + 0.77, 0.25 - x))
    g = (y / wide).clamp(-1, 1)
    rise = dome(g, 0.02)
    stripe = bump(g + 0.45, 0.18) + 0.6 * bump(g - 0.55, 0.12)
    near = canvas.texture("cloud", x * 0.8, y * 0.8, 0.4) - 0.5
    tone = weighted_sum(0.40, (0.22, rise), (0.30, stripe), (0.10, near), (-0.25, bump(g - 0.15, 0.16)))
    lay(part, inside(horn, canvas), tone, 0.5 + 0.4 * rise, 0.10 * stripe + 0.03 * rise)
    mouth_x, mouth_y = (x + 0.77) / 0.13, y / reach
    q = length(mouth_x, mouth_y)
    lip = (1 - q) * 0.13
    lay(part, inside(lip + 0.016, canvas), 0.92, 0.95, 0.22)
    hollow = 0.06 + 0.42 * smoothstep(-0.2, 1.0, mouth_x + 0.35 * mouth_y) * q
    sounding = bump(q, 0.75) * (0.06 + 0.4 * lit(0.3 * u[5], 0.4 * u[5]))
    lay(part, inside(lip, canvas), hollow, 0.55 - 0.3 * (1 - q), sounding)
    return surface


def _tube(
    surface: Surface,
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    wide: float,
    thin: float | None = None,
) -> None:
    most = max(wide, thin or wide)
    (x0, y0), (x1, y1) = start, end
    box = min(x0, x1) - most, min(y0, y1) - most, max(x0, x1) + most, max(y0, y1) + most
    found = part_of(canvas, surface, *box)
    if found is not None:
        canvas, part = found
        _metal(part, canvas, capsule(canvas.x, canvas.y, start, end, wide, thin or wide), most)


def _bend(surface: Surface, canvas: Canvas, at: float, side: float) -> None:
    """Half a ring that leads the tube back."""
    found = part_of(canvas, surface, at - 0.26, -0.22, at + 0.26, 0.30)
    if found is not None:
        canvas, part = found
        ring = length(canvas.x - at, canvas.y - 0.04)
        _metal(part, canvas, torch.minimum(0.034 - (ring - 0.20).abs(), (canvas.x - at) * side + 0.02), 0.034)


def _valve(surface: Surface, canvas: Canvas, at: float, pressed: Tensor) -> None:
    found = part_of(canvas, surface, at - 0.08, -0.36, at + 0.08, 0.41)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - at, canvas.y
    _metal(part, canvas, torch.minimum(0.012 - x.abs(), 0.08 - (y + 0.20).abs()), 0.012)
    cap = capsule(x, y, (0.0, -0.30 + 0.045 * pressed), (0.0, -0.29 + 0.045 * pressed), 0.042, 0.042)
    lay(part, inside(cap, canvas), 0.80 + 2 * cap, 0.9 + 2 * cap, 0.12 + 0.4 * pressed)
    _metal(part, canvas, torch.minimum(0.056 - x.abs(), 0.25 - (y - 0.11).abs()), 0.056)
    for band in (-0.12, 0.34):
        _metal(part, canvas, capsule(x, y, (-0.052, band), (0.052, band), 0.02, 0.02), 0.02)


def _metal(surface: Surface, canvas: Canvas, depth: Tensor, radius: float) -> None:
    """A rod of polished metal: dark at its edges, with a streak where it faces the room's light."""
    rise = rounded(depth, radius)
    gleam = 0.5 + 0.5 * torch.sin(canvas.x * 3.0 - canvas.y * 5.0 + 0.8 * canvas.controls[4])
    tone = weighted_sum(0.26, (0.34, rise), (0.24, gleam * rise), (0.10, smoothstep(0.25, 0.75, rise)))
    lay(surface, inside(depth, canvas), tone, 0.55 + 0.35 * rise, 0.08 * gleam * rise * rise)


def woodwind(canvas: Canvas) -> Surface:
    """A dark tube with silver keys on a slant, rings where it is joined and a flared end; keys light up."""
    p, u = canvas.traits, canvas.controls
    surface = dark_room(canvas, lamp=0.12)
    canvas = placed(canvas, 0.04 * u[2], 0.0, 1.08, 0.36 + 0.05 * u[23])
    found = part_of(canvas, surface, -0.4, -1.6, 0.4, 1.1)
    if found is None:
        return surface
    canvas, surface_part = found
    x, y = canvas.x, canvas.y
    flare = smoothstep(0.4, 0.6, p[1])
    half = 0.115 + 0.015 * y + 0.12 * flare * smoothstep(0.70, 1.02, y) ** 2
    depth = torch.minimum(half - x.abs(), torch.minimum(y + 1.5, 1.02 - y))
    g = (x / half).clamp(-1, 1)
    rise = dome(g, 0.02)
    streak = bump(g + 0.45, 0.16)
    grain = canvas.texture("cloud", x * 6, y * 0.5, 0.6) - 0.5
    wood = weighted_sum(0.20, (0.14, rise), (0.10, grain), (0.26, streak), (0.08, bump(g - 0.7, 0.12)))
    lay(surface_part, inside(depth, canvas), wood, 0.35 + 0.30 * rise, 0.04 * streak)
    for at in (-1.1, -0.62, 0.16, 0.94):
        ring = torch.minimum(0.035 - (y - at).abs(), half + 0.012 - x.abs())
        lay(
            surface_part,
            inside(ring, canvas),
            0.50 + 0.2 * rise + 0.24 * streak,
            0.6 + 0.3 * rise,
            0.1 * streak,
        )
    for side in (-1.0, 1.0):
        rod = torch.minimum(0.012 - (x - side * 0.095).abs(), 0.92 - (y + 0.10).abs())
        lay(surface_part, inside(rod, canvas), 0.62 + 10 * rod, 0.85)
    for number, at in enumerate((-0.96, -0.80, -0.46, -0.30, -0.14, 0.02, 0.32, 0.48, 0.64, 0.80)):
        side = -1.0 if number % 2 else 1.0
        _key(surface_part, canvas, side, at, lit(0.22 * u[5 + number] + 0.17 * number, 0.3 * u[5 + number]))
    return surface


def _key(surface: Surface, canvas: Canvas, side: float, at: float, light: Tensor) -> None:
    """A cup over its hole, on an arm from the rod at that side."""
    found = part_of(canvas, surface, -0.13, at - 0.10, 0.13, at + 0.10)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - 0.022 * side, canvas.y - at
    arm = capsule(canvas.x, y, (side * 0.095, -0.05), (0.022 * side, 0.0), 0.014, 0.020)
    lay(part, inside(arm, canvas), 0.60, 0.9)
    r = length(x, y)
    cup = 0.064 - r
    shade = bump(length(x + 0.02, y + 0.02), 0.03)
    tone = weighted_sum(0.50, (0.36, shade), (-0.22, bump(r - 0.046, 0.008)), (2.2, x * -0.4 + y * -0.6))
    lay(part, inside(cup, canvas), tone, 0.92 + 0.06 * rounded(cup, 0.02), 0.03 + 0.12 * shade + 0.7 * light)
