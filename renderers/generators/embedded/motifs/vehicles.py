"""Vehicles: a sailing ship, a steam locomotive."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    bump,
    cell_hash,
    coverage,
    dome,
    exp,
    frac,
    length,
    lit,
    smoothstep,
    weighted_sum,
)
from .brush import box, capsule, ellipse, inside, lay, part_of, placed, rounded, shine, sky
from .outlines import Outline

# fmt: off
HULL = Outline(
    (-0.80, 0.16), (-0.80, 0.16), (-0.52, 0.20), (-0.52, 0.28), (-0.52, 0.28), (-0.10, 0.33), (0.36, 0.30),
    (0.36, 0.30), (0.38, 0.21), (0.38, 0.21), (0.78, 0.12), (0.78, 0.12), (0.66, 0.36), (0.50, 0.56),
    (0.50, 0.60), (-0.62, 0.60), (-0.66, 0.52), (-0.76, 0.30),
)
JIB = Outline(
    (0.50, -0.52), (0.50, -0.52), (0.96, 0.06), (0.96, 0.06), (0.72, 0.06), (0.54, 0.12), (0.54, 0.12),
    (0.56, -0.20),
)
SPANKER = Outline(
    (-0.62, -0.26), (-0.62, -0.26), (-0.50, -0.20), (-0.50, 0.14), (-0.50, 0.14), (-0.76, 0.12),
    (-0.94, 0.02), (-0.94, 0.02), (-0.84, -0.14),
)
# fmt: on
# Of each square sail: its mast, its top, its bottom, half its width above and below.
SAILS = tuple(
    (mast, lift + top, lift + bottom, above, below)
    for mast, lift in ((-0.30, 0.0), (0.22, 0.06))
    for top, bottom, above, below in (
        (-0.20, 0.16, 0.25, 0.28),
        (-0.54, -0.23, 0.20, 0.24),
        (-0.78, -0.57, 0.14, 0.18),
    )
)


def ship(canvas: Canvas) -> Surface:
    """A ship under full sail on a rolling sea, the low sun behind it."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.46, 0.14, 0.22)
    x, y = canvas.x, canvas.y
    horizon = 0.40
    sun_x, sun_y = canvas.far_x + 0.35 + 0.1 * u[9], canvas.far_y - 0.26
    r = length(sun_x, sun_y)
    shine(surface, 0.24 * exp(r.square() * -3.0), 0.8)
    lay(surface, coverage(0.16 - r, pixel), 0.88, 0.05, 0.45)
    below = (y - horizon).clamp(min=0)
    z = 1 / (below + 0.14)
    ripple = canvas.texture("ridge", x * z * 0.30 + 0.1 * u[5], z * 0.8 + 0.12 * u[6], 0.6)
    path = bump(sun_x, 0.10 + 0.4 * below) * smoothstep(0.45, 0.8, ripple)
    lay(
        surface,
        coverage(y - horizon, pixel),
        weighted_sum(0.15, (0.14, ripple), (0.26, path)),
        0.06 + 0.2 * ripple * smoothstep(0.0, 0.3, below),
        0.15 * path,
    )
    roll = 0.05 * torch.sin(1.1 * u[10])
    near = placed(canvas, 0.04 * u[2], 0.02 + 0.02 * u[4], 0.92, roll)
    found = part_of(near, surface, -1.05, -1.0, 1.1, 0.75)
    if found is not None:
        _ship(*found)
    # The waves in front of the hull.
    for number, (level, steep) in enumerate(((0.56, 0.030), (0.70, 0.045), (0.88, 0.06))):
        crest = level + steep * torch.sin((5.5 - number) * x + 1.3 * u[11 + number] + 2.0 * number)
        crest = crest - 0.4 * steep * (canvas.texture("cloud", x * 1.5, x * 0 + 0.2 * number, 0.6) - 0.5)
        down = (y - crest).clamp(min=0)
        foam = bump(y - crest - 0.008, 0.012) * smoothstep(0.35, 0.7, ripple + 0.2)
        swell = canvas.texture("ridge", x * 1.3 + 0.1 * u[5], down * 2.6 + 0.31 * number, 0.6)
        tone = weighted_sum(0.16 - 0.035 * number, (0.14, swell), (0.12, exp(-9 * down)))
        lay(surface, coverage(y - crest, pixel), tone, 0.2 + 0.25 * swell + 0.1 * exp(-9 * down))
        lay(surface, 0.85 * foam, 0.93, 0.6, 0.08)
    return surface


def _ship(canvas: Canvas, surface: Surface) -> None:
    u = canvas.controls
    x, y = canvas.x, canvas.y
    for mast in (-0.30, 0.22):
        pole = torch.minimum(0.012 - (x - mast).abs(), torch.minimum(y + 0.92, 0.32 - y))
        lay(surface, inside(pole, canvas), 0.30 + 8 * pole, 0.5)
        flag_y = y + 0.88 - 0.015 * torch.sin(24 * (x - mast) + 2 * u[7])
        flag = torch.minimum(
            torch.minimum(x - mast, mast + 0.15 - x), 0.035 - 0.16 * (x - mast) - flag_y.abs()
        )
        lay(surface, inside(flag, canvas), 0.60, 0.7)
    for start, end in (
        ((0.70, 0.16), (1.02, 0.02)),
        ((-0.30, -0.86), (0.22, -0.72)),
        ((0.22, -0.80), (0.98, 0.04)),
        ((-0.30, -0.80), (-0.80, 0.16)),
    ):
        wide = 0.012 if start == (0.70, 0.16) else 0.003
        rope = capsule(x, y, start, end, wide, 0.6 * wide)
        lay(surface, 0.8 * inside(rope, canvas), 0.28, 0.4)
    cloth = canvas.texture("cloud", x * 0.8, y * 0.8, 0.5) - 0.5
    for outline in (SPANKER, JIB):
        depth = outline.depth(x, y)
        rise = rounded(depth, 0.14)
        lay(
            surface,
            inside(depth, canvas),
            weighted_sum(0.80, (0.16, rise - 0.5), (0.10, cloth)),
            0.5 + 0.3 * rise,
            0.06 * rise,
        )
    for mast, top, bottom, above, below in SAILS:
        found = part_of(canvas, surface, mast - below - 0.06, top - 0.02, mast + below + 0.06, bottom + 0.05)
        if found is None:
            continue
        near, part = found
        sx, sy = near.x - mast, near.y
        t = ((sy - top) / (bottom - top)).clamp(0, 1)
        # Full of wind from the left: the sail bellies to the right, its foot is an arch.
        belly = 0.035 * torch.sin(math.pi * t)
        half = above + (below - above) * t - 0.012 * torch.sin(math.pi * t)
        across = sx - belly
        foot = bottom - 0.035 * (1 - (across / below).square())
        depth = torch.minimum(half - across.abs(), torch.minimum(sy - top, foot - sy))
        g = (across / half).clamp(-1, 1)
        bulge = dome(g * 0.9, 0.02) * (0.55 + 0.45 * torch.sin(math.pi * (0.2 + 0.7 * t)))
        stitch = bump(frac(g * 2.5 + 0.5) - 0.5, 0.04)
        patch = near.texture("cloud", sx, sy, 0.7) - 0.5
        tone = weighted_sum(
            0.78, (0.22, bulge - 0.5), (0.07, patch), (-0.06, stitch), (-0.10, g), (0.05, 1 - t)
        )
        lay(part, inside(depth, near), tone, 0.55 + 0.35 * bulge, 0.07 * bulge)
        yard = capsule(sx, sy, (-above - 0.05, top), (above + 0.05, top), 0.011, 0.011)
        lay(part, inside(yard, near), 0.28, 0.9)
    hull = HULL.depth(x, y)
    rise = rounded(hull, 0.18)
    plank = frac((y - 0.10 * x * x) * 20)
    tone = weighted_sum(
        0.34,
        (0.20, rise - 0.5),
        (0.05, plank),
        (0.36, bump(y - 0.36 + 0.06 * x * x, 0.014)),
        (-0.10, smoothstep(0.40, 0.60, y)),
    )
    lay(surface, inside(hull, canvas), tone, 0.6 + 0.3 * rise + 0.02 * plank)
    port_x = (frac(x / 0.15) - 0.5) * 0.15
    port = torch.minimum(box(port_x, y - 0.43 + 0.04 * x * x, 0.024, 0.022, 0.006), hull - 0.03)
    light = lit(cell_hash(torch.floor(x / 0.15), 0.3), 0.4 * u[8])
    lay(surface, inside(port, canvas), 0.10 + 0.8 * light, 0.7, 0.8 * light)
    lamp = exp(((x + 0.74).square() + (y - 0.10).square()) * -600)
    shine(surface, 0.9 * lamp, 0.5)


def locomotive(canvas: Canvas) -> Surface:
    """A steam locomotive that runs to the left by night: lamp, boiler, wheels with their rods, and smoke."""
    surface = sky(canvas, 0.30, 0.10, 0.16)
    y = canvas.y
    ridge = canvas.texture("cloud", canvas.far_x * 0.5, canvas.far_x * 0 + 0.2, 0.35)
    lay(surface, coverage(y - 0.30 + 0.5 * (ridge - 0.3), canvas.pixel * 2), 0.13 + 0.06 * (y + 0.2), 0.05)
    things: list[_Thing] = [
        (_track, (-math.inf, 0.60, math.inf, math.inf)),
        (_smoke, (-0.56, -1.55, 1.40, -0.30)),
        (_beam, (-math.inf, -math.inf, -0.86, math.inf)),
        (_engine, (-1.0, -0.66, 1.4, 0.66)),
    ]
    _paint_all(things, canvas, surface)
    return surface


_Thing = tuple[Callable[[Canvas, Surface], None], tuple[float, float, float, float]]
"""Paints a thing, and the rectangle that it may cover: left, top, right, bottom."""


def _paint_all(things: Sequence[_Thing], canvas: Canvas, surface: Surface) -> None:
    for paint, (left, top, right, bottom) in things:
        found = part_of(canvas, surface, left, top, right, bottom)
        if found is not None:
            paint(*found)


def _track(canvas: Canvas, surface: Surface) -> None:
    u, x, y, pixel = canvas.controls, canvas.x, canvas.y, canvas.pixel
    grit = canvas.texture("grit", x, y * 2, 0.7)
    ground = coverage(y - 0.60, pixel)
    lay(surface, ground, weighted_sum(0.16, (0.14, grit)), 0.15 + 0.1 * grit)
    sleeper = torch.minimum(
        0.045 - (frac(x / 0.16 + 0.4 * u[5]) - 0.5).abs() * 0.16, 0.030 - (y - 0.665).abs()
    )
    lay(surface, inside(sleeper, canvas), 0.30, 0.4)
    lay(surface, coverage(0.014 - (y - 0.625).abs(), pixel), 0.62 - 10 * (y - 0.625).abs(), 0.6, 0.04)


def _smoke(canvas: Canvas, surface: Surface) -> None:
    """It leaves the chimney and drifts back, to the right."""
    u, x, y = canvas.controls, canvas.x, canvas.y
    from_chimney = x + 0.50
    rise_y = -0.62 - 0.42 * from_chimney.clamp(min=0) ** 0.6 * 0.55
    puff = canvas.texture("cloud", x * 1.1 + 0.35 * u[4], y * 1.1 + 0.1 * u[6], 0.6)
    fine = canvas.texture("ridge", x * 0.9 + 0.35 * u[4], y * 0.9, 0.6)
    width = 0.07 + 0.24 * from_chimney.clamp(0, 1.8)
    plume = bump(y - rise_y + 0.10 * (puff - 0.5), width) * smoothstep(-0.06, 0.04, from_chimney)
    body = smoothstep(0.40, 0.80, plume * (0.55 + 0.9 * puff)) * smoothstep(1.9, 0.7, from_chimney)
    lay(
        surface,
        0.9 * body,
        weighted_sum(0.66, (0.20, puff), (0.12, fine), (-0.20, smoothstep(-0.1, 0.3, y - rise_y))),
        0.35 + 0.3 * puff,
        0.03 * body,
    )


def _beam(canvas: Canvas, surface: Surface) -> None:
    """The lamp's beam is on the air before it."""
    x, y = canvas.x, canvas.y
    ahead = (-0.86 - x).clamp(min=0)
    beam = (
        bump(y - 0.02 - 0.12 * ahead, 0.05 + 0.32 * ahead) * smoothstep(0.0, 0.03, ahead) * exp(-1.2 * ahead)
    )
    shine(surface, 0.5 * beam, 0.5)


def _engine(canvas: Canvas, surface: Surface) -> None:
    things: list[_Thing] = [
        (_frame, (-0.82, 0.29, 1.30, 0.43)),
        (_boiler, (-0.82, -0.66, 0.50, 0.29)),
        (_cab, (0.44, -0.54, 1.16, 0.34)),
    ]
    _paint_all(things, canvas, surface)
    x, y = canvas.x, canvas.y
    lamp = length(x + 0.84, y + 0.02)
    lay(surface, inside(0.075 - lamp, canvas), 0.70, 0.9)
    lay(surface, inside(0.056 - lamp, canvas), 0.97, 1.0, 1.1)
    shine(surface, 0.5 * exp(-30 * lamp.square()), 0.2)
    _paint_all([(_catcher, (-1.04, 0.40, -0.56, 0.62))], canvas, surface)
    turn = 0.9 * canvas.controls[5]
    for at, radius in ((-0.56, 0.13), (-0.28, 0.13), (0.06, 0.23), (0.50, 0.23), (0.94, 0.17)):
        _wheel(canvas, surface, at, 0.615 - radius, radius, turn * 0.23 / radius)
    _paint_all([(_rods, (-0.51, 0.24, 0.63, 0.52))], canvas, surface)


def _frame(canvas: Canvas, surface: Surface) -> None:
    x, y = canvas.x, canvas.y
    frame = box(x - 0.24, y - 0.36, 1.06, 0.07, 0.01)
    lay(surface, inside(frame, canvas), 0.24 + 2.5 * frame.clamp(max=0.04), 0.4)


def _boiler(canvas: Canvas, surface: Surface) -> None:
    x, y = canvas.x, canvas.y

    def drum(middle: float, half: float, top: float, bottom: float, tone: float) -> None:
        """A cylinder that is along the engine."""
        at, radius = 0.5 * (top + bottom), 0.5 * (bottom - top)
        depth = box(x - middle, y - at, half, radius, 0.015)
        g = ((y - at) / radius).clamp(-1, 1)
        round_ = dome(g, 0.02)
        light = bump(g + 0.50, 0.16) + 0.35 * bump(g - 0.62, 0.16)
        lay(
            surface,
            inside(depth, canvas),
            weighted_sum(tone, (0.12, round_ - 0.5), (0.42, light)),
            0.5 + 0.4 * round_,
            0.04 * light,
        )

    drum(-0.10, 0.60, -0.28, 0.26, 0.34)
    drum(-0.70, 0.12, -0.30, 0.28, 0.20)
    for at in (-0.44, -0.12, 0.20):
        band = box(x - at, y + 0.01, 0.014, 0.275, 0.004)
        g = ((y + 0.01) / 0.275).clamp(-1, 1)
        lay(surface, inside(band, canvas), 0.66 + 0.28 * bump(g + 0.5, 0.2), 0.95, 0.05)
    chimney = torch.minimum(
        0.075 + 0.05 * smoothstep(-0.46, -0.60, y) - (x + 0.52).abs(), torch.minimum(y + 0.62, -0.24 - y)
    )
    g = ((x + 0.52) / 0.10).clamp(-1, 1)
    lay(surface, inside(chimney, canvas), 0.20 + 0.30 * bump(g + 0.4, 0.25), 0.5 + 0.4 * dome(g, 0.02))
    lay(surface, inside(box(x + 0.52, y + 0.60, 0.135, 0.022, 0.01), canvas), 0.74, 0.95, 0.06)
    for at, height_ in ((-0.10, 0.14), (0.24, 0.17)):
        d = torch.maximum(
            ellipse(x - at, y + 0.28, 0.10, height_),
            torch.minimum(0.10 - (x - at).abs(), 0.04 - (y + 0.26).abs()),
        )
        g = ((x - at) / 0.10).clamp(-1, 1)
        lay(surface, inside(d, canvas), 0.62 + 0.3 * bump(g + 0.35, 0.25), 0.6 + 0.3 * dome(g, 0.02), 0.05)


def _cab(canvas: Canvas, surface: Surface) -> None:
    u, x, y = canvas.controls, canvas.x, canvas.y
    cab = torch.minimum(0.27 - (x - 0.80).abs(), torch.minimum(y + 0.46, 0.34 - y))
    lay(
        surface,
        inside(cab, canvas),
        weighted_sum(0.48, (-0.12, smoothstep(-0.4, 0.4, y)), (1.2, (0.03 - cab).clamp(min=0))),
        0.75,
    )
    roof = ellipse(x - 0.80, y + 0.44, 0.36, 0.09)
    lay(surface, inside(torch.minimum(roof, -0.42 - y), canvas), 0.26 + 0.3 * bump(y + 0.50, 0.02), 0.95)
    for at in (0.70, 0.92):
        pane = box(x - at, y + 0.22, 0.075, 0.11, 0.02)
        glow = 0.7 + 0.3 * torch.sin(u[7] + at)
        lay(surface, inside(pane + 0.016, canvas), 0.72, 0.85)
        lay(surface, inside(pane, canvas), 0.88, 0.55, 0.55 * glow)


def _catcher(canvas: Canvas, surface: Surface) -> None:
    x, y = canvas.x, canvas.y
    catcher = torch.minimum(0.24 - (x + 0.80).abs(), torch.minimum(y - 0.40, 0.62 - y))
    slats = 0.5 + 0.5 * torch.cos((x + 0.6 * y) * 90)
    lay(
        surface,
        inside(torch.minimum(catcher, x + 0.98 - 0.7 * (0.62 - y)), canvas),
        0.24 + 0.34 * slats,
        0.6 + 0.2 * slats,
    )


def _rods(canvas: Canvas, surface: Surface) -> None:
    x, y, turn = canvas.x, canvas.y, 0.9 * canvas.controls[5]
    pin_x, pin_y = 0.10 * torch.sin(turn), -0.10 * torch.cos(turn)
    rod = capsule(x - pin_x, y - 0.385 - pin_y, (0.06, 0.0), (0.50, 0.0), 0.026, 0.026)
    lay(surface, inside(rod, canvas), 0.70 + 6 * (rod - 0.013).clamp(min=0), 1.0, 0.05)
    piston = box(x + 0.36, y - 0.36, 0.15, 0.085, 0.02)
    g = ((y - 0.36) / 0.085).clamp(-1, 1)
    lay(surface, inside(piston, canvas), 0.40 + 0.4 * bump(g + 0.5, 0.25), 0.9 + 0.1 * dome(g, 0.02))
    arm = capsule(x, y, (-0.24, 0.36), (0.06 + pin_x, 0.385 + pin_y), 0.018, 0.018)
    lay(surface, inside(arm, canvas), 0.78, 1.05, 0.05)


def _wheel(canvas: Canvas, surface: Surface, at: float, down: float, radius: float, turn: Tensor) -> None:
    found = part_of(canvas, surface, at - radius, down - radius, at + radius, down + radius)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - at, canvas.y - down
    r = length(x, y) / radius
    spokes = torch.cos((torch.atan2(y, x) - turn) * 10)
    spoke = smoothstep(0.1, 0.6, spokes) * smoothstep(0.98, 0.85, r)
    rim = smoothstep(0.76, 0.80, r)
    hub = smoothstep(0.26, 0.22, r)
    solid = torch.maximum(torch.maximum(spoke, rim), hub)
    tread = bump(r - 0.94, 0.05)
    tone = weighted_sum(0.06, (0.46, solid), (0.26, tread), (0.14, hub))
    lay(part, coverage((1 - r) * radius, canvas.pixel), tone, 0.55 + 0.35 * solid, 0.03 * tread)
