"""Figures of people: an angel, hands that hold a light."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import bump, cos_turns, coverage, exp, length, smoothstep, weighted_sum
from .brush import capsule, dark_room, ellipse, inside, joined, lay, placed, rounded, shine
from .outlines import Outline, alike_on_both_sides
from .tiles import roof_tiles

# fmt: off
ROBE = alike_on_both_sides(
    (0, -0.34), (0.07, -0.34), (0.16, -0.28), (0.20, -0.12), (0.17, 0.06), (0.20, 0.30), (0.30, 0.60),
    (0.42, 0.90), (0.42, 0.90), (0.20, 0.94), (0, 0.90),
)
WING = Outline(
    (0.10, -0.16), (0.22, -0.40), (0.42, -0.66), (0.66, -0.80), (0.84, -0.72), (0.92, -0.50), (0.92, -0.20),
    (0.84, 0.12), (0.70, 0.42), (0.50, 0.66), (0.50, 0.66), (0.44, 0.40), (0.30, 0.16), (0.16, 0.02),
)
PALM = Outline(
    (0.06, 0.30), (0.16, 0.16), (0.30, 0.10), (0.46, 0.16), (0.60, 0.10), (0.70, 0.22), (0.66, 0.44),
    (0.52, 0.62), (0.38, 0.80), (0.34, 1.10), (0.34, 1.10), (0.02, 1.10), (0.02, 1.10), (0.04, 0.60),
)
# fmt: on


def angel(canvas: Canvas) -> Surface:
    """An angel of light with wings of feathers, hands folded, a halo; rays go out behind."""
    u, pixel = canvas.controls, canvas.pixel
    far = placed(canvas, 0.04 * u[2], -0.10)
    r = length(far.far_x - 0.04 * u[2], far.far_y + 0.10)
    cloud = canvas.texture("cloud", canvas.far_x * 0.7 + 0.1 * u[8], canvas.far_y * 1.1, 0.45)
    turn = torch.atan2(far.far_x - 0.04 * u[2], far.far_y + 0.10)
    ray = (0.5 + 0.5 * torch.cos(turn * 22 + 0.5 * u[9])) * exp(-1.4 * r)
    fade = exp(-1.8 * r.square())
    surface = Surface(
        0.05 * cloud, weighted_sum(0.12, (0.26, fade), (0.12, ray), (0.12, cloud)), 0.10 * fade + 0.06 * ray
    )
    canvas = placed(canvas, 0.04 * u[2], 0.04 + 0.02 * u[4], 0.90)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    beat = 0.08 * torch.sin(1.2 * u[5])
    wx, wy = ax, y + beat * (ax - 0.1).clamp(min=0)
    wing = WING.depth(wx, wy)
    tile = roof_tiles((wx * 0.8 + wy * 0.55) * 7.0, (wx * -0.35 + wy * 0.9 + 0.3) * 5.0, pixel * 8)
    rise = rounded(wing, 0.10)
    tone = weighted_sum(
        0.72,
        (0.20, tile.along),
        (-0.16, smoothstep(0.78, 1.0, tile.to_edge)),
        (-0.14, smoothstep(0.45, 0.1, wx)),
        (0.10, rise - 0.5),
    )
    lay(
        surface,
        inside(wing, canvas),
        tone,
        weighted_sum(0.35, (0.14, tile.along), (0.20, rise)),
        0.08 * tile.along.clamp(min=0) + 0.08 * bump(wing - 0.02, 0.02),
    )
    robe = ROBE.depth(x, y)
    rise = rounded(robe, 0.16)
    folds = 0.5 + 0.5 * cos_turns(x / (0.10 + 0.30 * (y + 0.4).clamp(min=0)) * 1.2 + 0.15 * torch.sin(5 * y))
    folds = folds * smoothstep(0.0, 0.5, y)
    tone = weighted_sum(0.60, (0.24, rise - 0.5), (0.20, folds), (0.10, smoothstep(0.9, -0.2, y)))
    lay(surface, inside(robe, canvas), tone, weighted_sum(0.55, (0.30, rise), (0.14, folds)), 0.05 * folds)
    sleeve = torch.maximum(
        capsule(ax, y, (0.165, -0.22), (0.17, 0.02), 0.07, 0.085),
        capsule(ax, y, (0.17, 0.02), (0.03, -0.06), 0.085, 0.045),
    )
    lay(
        surface,
        inside(sleeve, canvas),
        weighted_sum(0.66, (0.26, rounded(sleeve, 0.07) - 0.4)),
        0.85 + 0.2 * rounded(sleeve, 0.07),
    )
    hands = joined(
        capsule(ax, y, (0.022, -0.06), (0.008, -0.20), 0.034, 0.016),
        capsule(ax, y, (0.03, -0.02), (0.03, -0.06), 0.03, 0.03),
        0.02,
    )
    lay(surface, inside(hands, canvas), 0.54 + 2.5 * hands, 1.05)
    neck = capsule(x, y, (0.0, -0.36), (0.0, -0.30), 0.055, 0.07)
    lay(surface, inside(neck, canvas), 0.50, 0.7)
    hair = torch.maximum(
        ellipse(x, y + 0.50, 0.150, 0.165),
        torch.minimum(0.150 - ax + 0.02 * torch.sin(26 * y), torch.minimum(y + 0.50, -0.28 - y)),
    )
    strand = 0.5 + 0.5 * torch.cos(ax * 130 + 12 * y)
    lay(surface, inside(hair, canvas), 0.42 + 0.12 * strand, 0.80 + 0.1 * strand)
    face = ellipse(x, y + 0.465, 0.104, 0.128)
    tone = weighted_sum(0.58, (0.14, rounded(face, 0.10) - 0.3), (-0.10, smoothstep(-0.02, 0.10, x)))
    lay(surface, inside(face, canvas), tone, 0.95 + 0.2 * rounded(face, 0.10))
    for down, half, bend in ((-0.475, 0.026, -9.0), (-0.395, 0.026, 7.0)):
        across = ax - 0.046 if bend < 0 else x
        line = torch.minimum(0.0075 - (y - down - 0.02 + bend * across.square()).abs(), half - across.abs())
        lay(surface, 0.8 * inside(line, canvas), 0.24, 1.0)
    nose = torch.minimum(0.006 - (x - 0.006).abs(), 0.022 - (y + 0.435).abs())
    lay(surface, 0.35 * inside(nose, canvas), 0.36, 1.1)
    halo = length(x, (y + 0.72) * 3.2)
    band = 0.022 - (halo - 0.17).abs()
    lay(surface, coverage(band, pixel * 2), 0.92, 1.0, 0.75)
    shine(surface, 0.30 * bump(halo - 0.17, 0.09), 0.4)
    return surface


def hands(canvas: Canvas) -> Surface:
    """Two open hands that hold a light."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.08)
    canvas = placed(canvas, 0.04 * u[2], 0.04, 0.95)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    power = 0.75 + 0.25 * torch.sin(1.4 * u[5])
    light_y = y + 0.22 + 0.03 * torch.sin(u[6])
    r2 = x.square() + light_y.square()
    shine(surface, (0.26 * exp(-2.6 * r2) + 0.30 * exp(-14.0 * r2)) * power, 0.9)
    fall = exp(-1.5 * (r2 + 0.02).sqrt())
    skin = canvas.texture("cloud", x * 1.6, y * 1.6, 0.6) - 0.5
    # Fingers behind, the palm, the thumb before; all of the right hand, and its twin.
    fingers = (
        ((0.64, 0.20), (0.86, -0.20), 0.066),
        ((0.56, 0.14), (0.74, -0.36), 0.070),
        ((0.44, 0.14), (0.57, -0.42), 0.070),
        ((0.32, 0.16), (0.40, -0.36), 0.064),
    )
    for number, (start, end, wide) in enumerate(fingers):
        curl = 0.02 * torch.sin(u[10 + number] * 0.8)
        middle = 0.5 * (start[0] + end[0]) + 0.05, 0.5 * (start[1] + end[1])
        finger = joined(
            capsule(ax, y, start, (middle[0] + curl, middle[1]), wide * 1.05, wide * 0.95),
            capsule(
                ax, y, (middle[0] + curl, middle[1]), (end[0] + 2 * curl, end[1]), wide * 0.95, wide * 0.74
            ),
            0.03,
        )
        rise = rounded(finger, 0.065)
        crease = bump(length(ax - middle[0] - 0.4 * wide, y - middle[1]) - 0.5 * wide, 0.010)
        tone = weighted_sum(0.28, (0.62, fall * (0.35 + 0.65 * rise)), (0.05, skin), (-0.08, crease * rise))
        lay(
            surface,
            inside(finger, canvas),
            tone,
            weighted_sum(0.40 + 0.03 * number, (0.35, rise)),
            0.14 * fall * rise,
        )
    palm = PALM.depth(ax, y)
    rise = rounded(palm, 0.14)
    hollow = exp((((ax - 0.38) / 0.16).square() + ((y - 0.34) / 0.16).square()) * -1.0)
    line = bump(length(ax - 0.16, y - 0.20) - 0.20, 0.010) + bump(length(ax - 0.52, y - 0.02) - 0.26, 0.010)
    tone = weighted_sum(
        0.26, (0.62, fall * (0.45 + 0.55 * rise)), (-0.08, hollow), (0.06, skin), (-0.10, line * rise)
    )
    lay(
        surface,
        inside(palm, canvas),
        tone,
        weighted_sum(0.55, (0.35, rise), (-0.22, hollow)),
        0.12 * fall * rise,
    )
    thumb = joined(
        capsule(ax, y, (0.16, 0.44), (0.10, 0.16), 0.085, 0.075),
        capsule(ax, y, (0.10, 0.16), (0.15, -0.04), 0.072, 0.052),
        0.03,
    )
    rise = rounded(thumb, 0.07)
    lay(
        surface,
        inside(thumb, canvas),
        weighted_sum(0.30, (0.62, fall * (0.35 + 0.65 * rise)), (0.05, skin)),
        0.85 + 0.3 * rise,
        0.14 * fall * rise,
    )
    core = 0.10 - r2.sqrt()
    lay(surface, smoothstep(-0.02, 0.05, core), 0.97, 1.1, 0.9 * power)
    for number in range(6):
        phase = u[5 + number] * 0.9 + number
        at_x, at_y = 0.30 * torch.sin(phase + number), -0.30 - 0.10 * number + 0.10 * torch.cos(phase)
        mote = length(x - at_x, y - at_y)
        shine(surface, 0.8 * bump(mote, 0.010) + 0.16 * bump(mote, 0.03), 0.8)
    return surface
