"""More vehicles: a rowing boat, an aeroplane, a car."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import bump, coverage, dome, exp, frac, length, mix, smoothstep, weighted_sum
from .brush import box, capsule, ellipse, inside, lay, part_of, placed, rounded, shine, sky
from .outlines import Outline

# fmt: off
SKIFF = Outline(
    (-0.92, -0.12), (-0.92, -0.12), (-0.60, -0.02), (-0.20, 0.04), (0.20, 0.04), (0.60, -0.02),
    (0.92, -0.14), (0.92, -0.14), (0.80, 0.10), (0.56, 0.24), (0.0, 0.28), (-0.56, 0.24), (-0.80, 0.10),
)
AIRLINER = Outline(
    (-0.98, 0.06), (-0.92, -0.04), (-0.74, -0.11), (-0.40, -0.13), (0.50, -0.13), (0.72, -0.12),
    (0.86, -0.46), (0.86, -0.46), (1.0, -0.46), (1.0, -0.46), (0.94, -0.10), (1.0, -0.04), (1.0, -0.04),
    (0.80, 0.04), (0.40, 0.13), (-0.40, 0.15), (-0.80, 0.14),
)
AIR_WING = Outline(
    (-0.16, 0.04), (-0.16, 0.04), (0.22, 0.04), (0.22, 0.04), (0.62, 0.56), (0.62, 0.56), (0.46, 0.56),
    (0.46, 0.56),
)
FAR_WING = Outline(
    (-0.10, -0.10), (-0.10, -0.10), (0.14, -0.11), (0.14, -0.11), (0.42, -0.42), (0.42, -0.42),
    (0.32, -0.42), (0.32, -0.42),
)
CAR = Outline(
    (-0.96, 0.22), (-0.98, 0.06), (-0.90, -0.02), (-0.56, -0.08), (-0.42, -0.13), (-0.22, -0.37),
    (-0.06, -0.43), (0.34, -0.43), (0.50, -0.36), (0.66, -0.12), (0.88, -0.07), (0.97, 0.04), (0.96, 0.22),
    (0.96, 0.22), (-0.96, 0.22),
)
CAR_GLASS = Outline(
    (-0.32, -0.12), (-0.32, -0.12), (-0.17, -0.32), (-0.04, -0.37), (0.32, -0.37), (0.44, -0.31),
    (0.54, -0.12), (0.54, -0.12),
)
# fmt: on


def rowboat(canvas: Canvas) -> Surface:
    """A wooden boat with its oars on a still lake in the morning, mountains and mist beyond."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.72, 0.46, 0.14)
    x0, y0 = canvas.x, canvas.y
    water = -0.06
    for number in range(2):
        ridge = canvas.texture("ridge", x0 * (0.5 + 0.2 * number) + 2.2 * p[1], x0 * 0 + 0.3 * number, 0.25)
        line = water - (0.55 - 0.22 * number) * (0.85 - ridge)
        lay(
            surface,
            coverage(y0 - line, pixel),
            0.46 - 0.10 * number + 0.18 * smoothstep(-0.2, 0.02, y0 - water),
            0.1,
        )
    below = (y0 - water).clamp(min=0)
    ripple = canvas.texture(
        "ridge", x0 / (below + 0.3) * 0.22 + 0.08 * u[5], 1.2 / (below + 0.3) + 0.1 * u[6], 0.6
    )
    lake = weighted_sum(0.62, (-0.34, below), (0.12, ripple - 0.5))
    lay(surface, coverage(y0 - water, pixel), lake, 0.05 + 0.10 * ripple * smoothstep(0.0, 0.3, below))
    mist = canvas.texture("cloud", canvas.far_x * 0.7 + 0.2 * u[8], canvas.far_y * 3.0, 0.5)
    lay(surface, 0.5 * bump(y0 - water, 0.09) * mist, 0.86, 0.05)
    canvas = placed(canvas, 0.04 * u[2], 0.30 + 0.015 * u[4], 0.82, 0.03 * torch.sin(1.2 * u[9]))
    x, y = canvas.x, canvas.y
    image = SKIFF.depth(x + 0.06 * (ripple - 0.5), 0.50 - y)
    lay(surface, 0.6 * coverage(image, pixel * 4) * coverage(y - 0.24, pixel), 0.20 + 0.14 * ripple, 0.08)
    inner = ellipse(x, y + 0.03, 0.84, 0.10)
    lay(surface, inside(inner, canvas), 0.16 + 0.10 * smoothstep(-0.1, 0.1, y), 0.2)
    for at in (-0.34, 0.28):
        bench = box(x - at - 0.3 * (y + 0.02), y + 0.02, 0.085, 0.050)
        lay(surface, inside(bench, canvas), 0.50 - 0.8 * y, 0.3)
    hull = SKIFF.depth(x, y)
    plank = (y + 0.10 * (x * x) - 0.02) / 0.085
    seam = smoothstep(0.40, 0.5, (frac(plank) - 0.5).abs())
    grain = canvas.texture("cloud", x * 0.8, y * 6.0, 0.7)
    rise = rounded(hull, 0.16)
    tone = weighted_sum(
        0.30, (0.16, grain), (0.18, rise - 0.4), (-0.10, seam), (-0.12, smoothstep(0.0, 0.3, y))
    )
    lay(surface, inside(hull, canvas), tone, 0.45 + 0.3 * rise - 0.06 * seam)
    rim = torch.minimum(0.024 - (y + 0.155 * x * x - 0.04 + 0.01).abs(), 0.90 - x.abs())
    lay(surface, inside(rim, canvas), 0.62 + 3 * rim, 0.85, 0.04)
    stroke = 0.12 * torch.sin(1.1 * u[7])
    oar = capsule(x, y, (-0.02, -0.16), (0.62 + stroke, 0.24), 0.016, 0.016)
    blade = capsule(x, y, (0.56 + stroke, 0.20), (0.72 + stroke, 0.30), 0.030, 0.046)
    lay(surface, inside(torch.maximum(oar, blade), canvas), 0.58 + 3 * torch.maximum(oar, blade), 0.95, 0.03)
    return surface


def aeroplane(canvas: Canvas) -> Surface:
    """An airliner that climbs to the left above the clouds."""
    u = canvas.controls
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.7 + 0.15 * u[3], far_y * 1.3, 0.45)
    surface = Surface(
        0.08 * cloud, weighted_sum(0.12, (0.14, far_y), (0.22, smoothstep(0.5, 0.85, cloud))), 0.04 * cloud
    )
    near = placed(canvas, 0.04 * u[2], -0.04 + 0.04 * u[4], 0.90, -0.16 + 0.05 * u[23])
    found = part_of(near, surface, -1.05, -0.6, 1.05, 0.65)
    if found is not None:
        sub, part = found
        x, y = sub.x, sub.y
        wing = FAR_WING.depth(x, y)
        lay(part, inside(wing, sub), 0.52, 0.4)
        body = AIRLINER.depth(x, y)
        g = ((y - 0.01) / 0.15).clamp(-1, 1)
        tone = weighted_sum(0.86, (0.12, bump(g + 0.4, 0.3)), (-0.26, smoothstep(0.0, 1.0, g)))
        tone = mix(tone, 0.02, smoothstep(0.70, 0.74, x + 0.3 * y) * (y < -0.02))
        tone = mix(tone, 0.10, bump(y - 0.055, 0.014))
        lay(part, inside(body, sub), tone, 0.55 + 0.35 * rounded(body, 0.12), 0.05 * bump(g + 0.4, 0.3))
        pane_x = (frac(x / 0.052) - 0.5) * 0.052
        pane = torch.minimum(box(pane_x, y + 0.035, 0.013, 0.018, 0.008), torch.minimum(x + 0.72, 0.60 - x))
        lay(part, inside(pane, sub), 0.16, 0.8)
        cockpit = torch.minimum(
            torch.minimum(body - 0.012, -0.80 - x), torch.minimum(x + 0.90 + 0.4 * y, -y - 0.005)
        )
        lay(part, inside(cockpit, sub), 0.14, 0.85)
        wing = AIR_WING.depth(x, y)
        lay(
            part,
            inside(wing, sub),
            weighted_sum(0.72, (-0.20, smoothstep(0.0, 0.5, y)), (0.14, bump(wing - 0.02, 0.03))),
            1.0,
        )
        engine = capsule(x, y, (-0.02, 0.27), (0.16, 0.27), 0.060, 0.048)
        lay(part, inside(engine, sub), 0.60 + 4 * engine - 0.3 * smoothstep(0.24, 0.34, y), 1.1)
        lay(part, inside(ellipse(x + 0.07, y - 0.27, 0.016, 0.048), sub), 0.14, 1.1)
        tail = capsule(x, y, (0.80, 0.0), (1.0, 0.09), 0.035, 0.014)
        lay(part, inside(tail, sub), 0.70, 1.0)
    low = canvas.texture("cloud", far_x * 0.9 + 0.25 * u[3], far_y * 2.0, 0.5)
    bank = smoothstep(0.42, 0.72, low + 0.55 * (far_y - 0.48))
    lay(surface, bank, 0.74 + 0.22 * low, 0.3 + 0.3 * low, 0.04)
    return surface


def car(canvas: Canvas) -> Surface:
    """A car that drives to the left through the evening: lamps lit, wheels that turn, a wet road below."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.34, 0.10, 0.16)
    x0, y0 = canvas.x, canvas.y
    per_unit = 3.4
    block = torch.floor(x0 * per_unit + 0.4 * u[5])
    roof = 0.10 - 0.30 * frac(block * 0.618 + 0.2) - 0.1
    town = y0 - roof
    lay(surface, coverage(town, pixel), 0.16, 0.08)
    wx, wy = frac((x0 * per_unit + 0.4 * u[5]) * 3) - 0.5, frac(town * 9) - 0.5
    on = frac(torch.floor((x0 * per_unit + 0.4 * u[5]) * 3) * 0.754 + torch.floor(town * 9) * 0.371) > 0.55
    shine(
        surface,
        0.35
        * coverage(0.22 - wx.abs(), 0.1)
        * coverage(0.24 - wy.abs(), 0.1)
        * on
        * (town > 0.03)
        * (y0 < 0.30),
        0.9,
    )
    road = y0 - 0.38
    tar = canvas.texture("grit", x0 * 1.2 + 0.8 * u[5], y0 * 2.5, 0.7)
    lay(
        surface,
        coverage(road, pixel),
        weighted_sum(0.15, (0.07, tar), (0.08, exp(-8 * road.clamp(min=0)))),
        0.1 + 0.05 * tar,
    )
    dash = torch.minimum(0.012 - (y0 - 0.82).abs(), 0.12 - (frac(x0 * 1.6 + 1.6 * u[5]) - 0.5).abs() * 0.625)
    lay(surface, inside(dash, canvas), 0.80, 0.12)
    canvas = placed(canvas, 0.04 * u[2], 0.34, 0.86)
    x, y = canvas.x, canvas.y
    ahead = (-0.94 - x).clamp(min=0)
    beam = bump(y - 0.06 - 0.20 * ahead, 0.04 + 0.22 * ahead) * (x < -0.93) * exp(-1.0 * ahead)
    shine(surface, 0.45 * beam, 0.7)
    shadow = ellipse(x, y - 0.36, 1.0, 0.05)
    surface.tone.mul_(1 - 0.6 * smoothstep(-0.02, 0.03, shadow))
    body = CAR.depth(x, y)
    rise = rounded(body, 0.16)
    gloss = bump(y - 0.02 + 0.06 * x * x, 0.030) + 0.7 * bump(y + 0.40, 0.02)
    tone = weighted_sum(0.54, (0.16, rise - 0.4), (0.28, gloss), (-0.20, smoothstep(0.04, 0.22, y)))
    lay(surface, inside(body, canvas), tone, 0.5 + 0.35 * rise, 0.05 * gloss)
    glass = CAR_GLASS.depth(x, y)
    streak = smoothstep(0.30, 0.5, (frac(x * 1.6 + y * 1.1 + 0.2 * u[6]) - 0.5).abs())
    lay(surface, inside(glass, canvas), 0.16 + 0.22 * streak, 0.6, 0.04)
    lay(surface, inside(torch.minimum(0.016 - (x - 0.12).abs(), glass + 0.02), canvas), 0.44, 0.8)
    for at in (-0.36, 0.12, 0.58):
        line = torch.minimum(0.005 - (x - at).abs(), torch.minimum(y + 0.10, 0.20 - y))
        lay(surface, 0.7 * inside(line, canvas), 0.30, 0.6)
    for at in (-0.20, 0.28):
        lay(
            surface,
            inside(capsule(x, y, (at + 0.18, -0.03), (at + 0.26, -0.03), 0.013, 0.013), canvas),
            0.88,
            1.0,
        )
    lamp = ellipse(x + 0.90, y - 0.055, 0.045, 0.050)
    lay(surface, inside(lamp, canvas), 0.97, 0.9, 1.0)
    shine(surface, 0.4 * exp(-60 * ((x + 0.92).square() + (y - 0.05).square())), 0.3)
    rear = box(x - 0.93, y - 0.02, 0.026, 0.050, 0.01)
    lay(surface, inside(rear, canvas), 0.60, 0.9, 0.5)
    for at in (-0.58, 0.58):
        dx, dy = x - at, y - 0.20
        r = length(dx, dy)
        lay(surface, inside(0.205 - r, canvas), 0.06, 0.4)
        lay(
            surface,
            inside(0.175 - r, canvas),
            0.07 + 0.06 * bump(r - 0.15, 0.015),
            0.55 + 0.2 * dome((r / 0.175).clamp(max=1)),
        )
        spokes = 0.5 + 0.5 * torch.cos(torch.atan2(dy, dx) * 8 - 8 * u[5])
        lay(
            surface,
            inside(0.112 - r, canvas),
            0.40 + 0.44 * spokes - 0.2 * smoothstep(0.03, 0.0, r),
            0.7 + 0.1 * spokes,
            0.03,
        )
    return surface
