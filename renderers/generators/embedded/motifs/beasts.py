"""Animals by their outlines: a cat, a bear, an elephant, a horse."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    coverage,
    dome,
    exp,
    length,
    mix,
    smoothstep,
    weighted_sum,
)
from .brush import capsule, dark_room, ellipse, inside, joined, lay, part_of, placed, rounded, shine, sky
from .outlines import Outline, alike_on_both_sides

# fmt: off
CAT_HEAD = alike_on_both_sides(
    (0, -0.44), (0.16, -0.45), (0.16, -0.45), (0.37, -0.84), (0.37, -0.84), (0.47, -0.42), (0.53, -0.16),
    (0.50, 0.06), (0.36, 0.22), (0.16, 0.30), (0, 0.31),
)
CAT_EAR = Outline(
    (0.21, -0.48), (0.21, -0.48), (0.36, -0.74), (0.36, -0.74), (0.425, -0.42), (0.425, -0.42),
    (0.32, -0.40),
)
CAT_BODY = alike_on_both_sides(
    (0, 0.10), (0.30, 0.18), (0.42, 0.45), (0.50, 0.75), (0.56, 1.10), (0.56, 1.10), (0, 1.10),
)
BEAR_HEAD = alike_on_both_sides(
    (0, -0.48), (0.26, -0.46), (0.46, -0.30), (0.55, -0.02), (0.54, 0.22), (0.40, 0.44), (0.20, 0.54),
    (0, 0.56),
)
ELEPHANT_HEAD = alike_on_both_sides(
    (0, -0.60), (0.20, -0.58), (0.34, -0.44), (0.37, -0.18), (0.32, 0.08), (0.24, 0.28), (0.175, 0.44),
    (0.145, 0.70), (0.125, 1.10), (0.125, 1.10), (0, 1.10),
)
ELEPHANT_EAR = Outline(
    (0.28, -0.48), (0.44, -0.66), (0.70, -0.70), (0.94, -0.50), (1.04, -0.14), (0.96, 0.22), (0.80, 0.50),
    (0.66, 0.56), (0.55, 0.42), (0.42, 0.24), (0.30, 0.08),
)
HORSE_HEAD = Outline(
    (-0.14, -0.60), (-0.13, -0.72), (-0.04, -0.96), (-0.04, -0.96), (0.05, -0.74), (0.07, -0.64),
    (0.17, -0.52), (0.30, -0.28), (0.44, -0.02), (0.56, 0.18), (0.645, 0.31), (0.64, 0.41), (0.57, 0.48),
    (0.50, 0.49), (0.48, 0.56), (0.40, 0.57), (0.31, 0.46), (0.20, 0.33), (0.06, 0.29), (-0.06, 0.26),
    (-0.10, 0.46), (-0.10, 0.78), (0.0, 1.10), (0.0, 1.10), (-1.05, 1.10), (-1.05, 1.10), (-0.90, 0.80),
    (-0.72, 0.40), (-0.54, 0.0), (-0.36, -0.35),
)
HORSE_MANE = Outline(
    (0.09, -0.66), (0.02, -0.80), (-0.10, -0.78), (-0.28, -0.62), (-0.52, -0.34), (-0.76, 0.02),
    (-0.96, 0.40), (-1.08, 0.78), (-0.94, 0.84), (-0.74, 0.72), (-0.56, 0.50), (-0.44, 0.22),
    (-0.34, -0.06), (-0.24, -0.28), (-0.12, -0.46), (0.0, -0.54), (0.10, -0.46), (0.16, -0.34),
    (0.16, -0.48),
)
# fmt: on


def fur_of(canvas: Canvas, x: Tensor, y: Tensor, strands: float = 5.0) -> Tensor:
    """Hair combed away from the origin, about -0.4 to 0.6."""
    r = torch.sqrt(x * x + y * y + 0.02)
    turn = torch.atan2(x, y) / TAU
    lay_ = canvas.texture("cloud", x, y, 0.42)
    near = canvas.texture("grit", turn * strands, 0.34 * r + 0.15 * lay_, 1.0, 0.8)
    far = canvas.texture("grit", turn * (strands - 2) + 0.3, 0.25 * r + 0.4 - 0.30 * lay_, 1.0, 0.8)
    return weighted_sum(-0.55, (0.6, near), (0.45, far))


def eye(
    surface: Surface,
    canvas: Canvas,
    at: tuple[float, float],
    radius: float,
    slit: float,
    iris: float,
    blink: Tensor,
) -> None:
    """A glossy eye at a place and its twin on the other side; slit narrows the pupil."""
    across, down = at
    for side in (-1.0, 1.0):
        found = part_of(
            canvas,
            surface,
            side * across - 1.6 * radius,
            down - 1.6 * radius,
            side * across + 1.6 * radius,
            down + 1.6 * radius,
        )
        if found is None:
            continue
        near, part = found
        x, y = near.x - side * across, near.y - down
        # The corners are drawn out and tilted a little.
        tilted = y + 0.22 * side * x
        open_ = 1 - 0.8 * blink
        q = length(x / 1.12, tilted / open_) / radius
        look_x, look_y = (
            0.12 * torch.tanh(canvas.controls[8]) * radius,
            0.08 * torch.tanh(canvas.controls[9]) * radius,
        )
        ring = length((x - look_x) / (1 - slit), y - look_y) / radius
        ball = coverage((1 - q) * radius, near.pixel)
        pupil = smoothstep(0.56, 0.46, ring)
        falling = smoothstep(-radius, radius, y)
        tone = mix(iris * (0.55 + 0.55 * falling), 0.02, torch.maximum(pupil, smoothstep(0.82, 1.0, q)))
        light = exp(
            (
                ((x + 0.32 * radius) / (0.20 * radius)).square()
                + ((y + 0.36 * radius) / (0.17 * radius)).square()
            )
            * -1
        )
        rim = smoothstep(1.45, 1.0, q)
        part.tone.lerp_(torch.full_like(x, 0.04), 0.85 * rim)
        lay(
            part,
            ball,
            tone + 0.9 * light,
            0.35 + 0.45 * dome(q.clamp(0, 1)),
            0.9 * light + 0.30 * (1 - pupil) * falling,
        )


def cat(canvas: Canvas) -> Surface:
    """A cat that sits and looks at you: ears, slit eyes, whiskers, stripes; a mane makes it a lion."""
    p, u = canvas.traits, canvas.controls
    surface = dark_room(canvas, lamp=0.10)
    canvas = placed(canvas, 0.04 * u[2], 0.06, 1.0, 0.06 * u[23])
    x, y = canvas.x, canvas.y
    fur = fur_of(canvas, x, y + 0.10)
    ax = x.abs()
    striped = smoothstep(0.45, 0.55, p[5])
    maned = smoothstep(0.85, 0.87, p[6])
    body = CAT_BODY.depth(x, y)
    wave_y = torch.sin(y * 26 + 4 * ax + 3 * canvas.sway) * smoothstep(0.05, 0.30, ax)
    chest = bump(x, 0.22) * smoothstep(0.95, 0.4, y)
    rise = rounded(body, 0.30)
    tone = weighted_sum(
        0.40, (0.30, fur), (0.14, rise - 0.5), (0.24 * p[1], chest), (-0.16 * striped, wave_y)
    )
    lay(
        surface,
        coverage(body + 0.05 * fur, canvas.pixel * 2),
        tone,
        weighted_sum(0.1, (0.3, rise), (0.2, fur)),
        0.05 * bump(body - 0.03, 0.03),
    )
    r = length(x, y + 0.06)
    ruff = 0.80 + 0.10 * fur - r
    mane = coverage(ruff, canvas.pixel * 3) * maned
    lay(
        surface,
        mane,
        weighted_sum(0.30, (0.42, fur), (-0.16, smoothstep(0.45, 0.8, r))),
        weighted_sum(0.35, (0.35, fur)),
        0,
    )
    ears = 1 - 0.55 * maned
    head = CAT_HEAD.depth(x, y)
    rise = rounded(head, 0.30)
    brow = torch.cos(ax * 44) * bump(y + 0.40, 0.14) * smoothstep(0.26, 0.1, ax)
    cheek = torch.sin(y * 34 - 8 * ax) * smoothstep(0.28, 0.45, ax) * smoothstep(-0.25, -0.05, y)
    muzzle = exp(((ax / 0.24).square() + ((y - 0.12) / 0.17).square()) * -1.4)
    tone = weighted_sum(
        0.48, (0.34, fur), (0.14, rise - 0.5), (0.10 + 0.26 * p[1], muzzle), (-0.16, striped * (brow + cheek))
    )
    lay(
        surface,
        coverage(head + 0.03 * fur, canvas.pixel * 2),
        tone,
        weighted_sum(0.35, (0.35, rise), (0.18, fur), (0.12, muzzle)),
        0.07 * bump(head - 0.02, 0.025),
    )
    ear = CAT_EAR.depth(ax, y)
    lay(
        surface,
        inside(ear, canvas) * ears,
        weighted_sum(0.66, (0.2, fur), (-0.25, smoothstep(-0.5, -0.40, y))),
        0.35,
    )
    blink = smoothstep(1.3, 1.8, u[7].abs())
    eye(surface, canvas, (0.225, -0.13), 0.115, 0.45, 0.78, blink)
    nose = torch.minimum(0.062 - ax - 0.55 * (y - 0.045).clamp(min=0), torch.minimum(y - 0.015, 0.105 - y))
    lay(surface, inside(nose, canvas), 0.30 + 0.30 * smoothstep(0.06, 0.0, y), 0.9)
    mouth = torch.maximum(
        torch.minimum(0.008 - ax, 0.035 - (y - 0.125).abs()),
        torch.minimum(0.009 - (length(ax - 0.065, y - 0.135) - 0.065).abs(), y - 0.135),
    )
    lay(surface, 0.85 * inside(mouth, canvas), 0.06, 0.45)
    for slope, down in ((-0.16, 0.06), (0.02, 0.10), (0.20, 0.14)):
        hair = (y - down - slope * (ax - 0.12) + 0.10 * (ax - 0.12).square()).abs()
        whisker = (
            coverage(0.004 - hair, canvas.pixel) * smoothstep(0.10, 0.16, ax) * smoothstep(0.70, 0.50, ax)
        )
        lay(surface, 0.8 * whisker, 0.96, 0.8, 0.12)
    return surface


def bear(canvas: Canvas) -> Surface:
    """A bear's head and shoulders among firs: round ears, long muzzle; marked as a panda by a trait."""
    p, u = canvas.traits, canvas.controls
    surface = sky(canvas, 0.40, 0.26, 0.10)
    far = canvas.texture("cloud", canvas.far_x * 4.0, canvas.far_x * 0 + 0.4, 0.8)
    wood = -0.30 - 0.5 * far
    lay(surface, coverage(canvas.far_y - wood, canvas.pixel * 3), 0.15 + 0.12 * far, 0.05)
    canvas = placed(canvas, 0.04 * u[2], 0.04, 1.0, 0.05 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    fur = fur_of(canvas, x, y - 0.02)
    panda = smoothstep(0.78, 0.82, p[5])
    fine = canvas.pixel * 2
    body = ellipse(x, y - 1.25, 0.98, 0.98)
    lay(
        surface,
        coverage(body + 0.06 * fur, fine),
        weighted_sum(0.40, (0.42, fur), (-0.28, panda * torch.ones_like(x)), (0.10, rounded(body, 0.4))),
        weighted_sum(0.1, (0.30, rounded(body, 0.4)), (0.25, fur)),
    )
    ear = 0.175 - length(ax - 0.42, y + 0.42)
    hollow = smoothstep(0.03, 0.10, ear)
    tone = weighted_sum(0.46, (0.30, fur), (-0.20, hollow * (1 - panda)), (-0.36, panda * torch.ones_like(x)))
    lay(
        surface,
        coverage(ear + 0.03 * fur, fine),
        tone,
        weighted_sum(0.35, (0.25, rounded(ear, 0.1)), (-0.25, hollow), (0.2, fur)),
        0.05 * bump(ear - 0.02, 0.02),
    )
    head = BEAR_HEAD.depth(x, y)
    rise = rounded(head, 0.35)
    patch = (
        exp(
            (((ax - 0.235) * 0.9 + 0.5 * (y + 0.06)) / 0.13).square() * -1
            - ((y + 0.06 - 0.5 * (ax - 0.235)) / 0.19).square()
        )
        * panda
    )
    tone = weighted_sum(0.50, (0.40, fur), (0.20, rise - 0.6), (0.32, panda * (1 - 2.1 * patch)))
    lay(
        surface,
        coverage(head + 0.04 * fur, fine),
        tone,
        weighted_sum(0.40, (0.40, rise), (0.22, fur)),
        0.06 * bump(head - 0.02, 0.03),
    )
    muzzle = ellipse(x, y - 0.24, 0.235, 0.21)
    soft = smoothstep(-0.03, 0.06, muzzle)
    lay(
        surface,
        soft,
        weighted_sum(0.66, (0.26, fur), (-0.12, smoothstep(0.30, 0.46, y))),
        weighted_sum(0.75, (0.35, rounded(muzzle, 0.2)), (0.12, fur)),
    )
    nose = joined(ellipse(x, y - 0.135, 0.105, 0.065), ellipse(x, y - 0.165, 0.06, 0.06), 0.03)
    gleam = bump(length(x + 0.03, (y - 0.105) * 1.6), 0.035)
    lay(surface, inside(nose, canvas), 0.06 + 0.5 * gleam, 1.15 + 0.1 * rounded(nose, 0.06), 0.25 * gleam)
    line = torch.maximum(
        torch.minimum(0.008 - ax, 0.06 - (y - 0.27).abs()),
        torch.minimum(0.010 - (length(ax - 0.075, y - 0.31) - 0.075).abs(), y - 0.31),
    )
    lay(surface, 0.85 * inside(line, canvas), 0.06, 0.9)
    eye(surface, canvas, (0.225, -0.09), 0.058, 0.0, 0.30, smoothstep(1.3, 1.8, u[7].abs()))
    return surface


def elephant(canvas: Canvas) -> Surface:
    """An elephant that comes towards you in evening dust: great ears, tusks, a trunk that swings."""
    u = canvas.controls
    surface = sky(canvas, 0.52, 0.20, 0.14)
    sun = exp((canvas.far_x.square() + (canvas.far_y + 0.05).square()) * -2.0)
    shine(surface, 0.12 * sun, 0.8)
    dust = canvas.texture("cloud", canvas.far_x * 0.8, canvas.far_y * 1.6, 0.5)
    ground = smoothstep(0.45, 0.85, canvas.y)
    lay(surface, ground, 0.22 + 0.14 * dust, 0.1 + 0.1 * dust)
    canvas = placed(canvas, 0.04 * u[2], 0.04, 0.94, 0.04 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    wrinkle = canvas.texture("edge", x * 1.6, y * 1.6, 1.0)
    skin = canvas.texture("cloud", x, y, 0.7) - 0.5
    crease = smoothstep(0.16, 0.02, wrinkle)
    body = torch.maximum(ellipse(x, y - 0.55, 0.62, 0.85), torch.minimum(0.62 - ax, y - 0.5))
    lay(
        surface,
        inside(body, canvas),
        weighted_sum(0.28, (0.14, rounded(body, 0.5)), (-0.06, crease), (0.08, skin)),
        0.15 + 0.25 * rounded(body, 0.5),
    )
    flap = 1 + 0.10 * torch.sin(1.3 * u[5])
    ear = ELEPHANT_EAR.depth(0.30 + (ax - 0.30) * flap, y)
    rise = rounded(ear, 0.10)
    vein = canvas.texture("ridge", ax * 0.8, y * 0.8, 0.6)
    tone = weighted_sum(
        0.44,
        (0.12, rise),
        (0.12, smoothstep(0.5, 0.85, vein)),
        (0.10, skin),
        (-0.20, smoothstep(0.50, 0.25, ax)),
    )
    lay(
        surface,
        inside(ear, canvas),
        tone,
        weighted_sum(0.30, (0.20, rise), (0.06, vein), (-0.10, bump(ax - 0.55, 0.12))),
        0.10 * bump(ear - 0.02, 0.02),
    )
    swing = (0.10 * torch.sin(1.1 * u[6])) * (y - 0.25).clamp(min=0) * 1.6
    head = ELEPHANT_HEAD.depth(x - swing, y)
    rise = rounded(head, 0.16)
    ring = 0.5 + 0.5 * torch.cos(y * 70 + 10 * (x - swing).square()) * smoothstep(0.18, 0.40, y)
    tone = weighted_sum(
        0.50,
        (0.26, rise - 0.6),
        (-0.09, crease),
        (-0.12, ring * smoothstep(0.15, 0.4, y)),
        (0.10, skin),
        (0.10, bump(x, 0.16) * smoothstep(0.2, -0.4, y)),
    )
    lay(
        surface,
        inside(head, canvas),
        tone,
        weighted_sum(0.45, (0.45, rise), (-0.03, crease), (-0.06, ring)),
        0.08 * bump(head - 0.015, 0.018),
    )
    bent = ax + 0.10 * (y - 0.5).square()
    for start, end, wide, thin in (
        ((0.205, 0.26), (0.30, 0.56), 0.052, 0.044),
        ((0.30, 0.56), (0.30, 0.80), 0.044, 0.012),
    ):
        tusk = capsule(bent, y, start, end, wide, thin)
        rise = rounded(tusk, 0.045)
        lay(surface, inside(tusk, canvas), 0.80 + 0.18 * rise, 1.0 + 0.2 * rise, 0.05)
    eye(surface, canvas, (0.262, -0.10), 0.040, 0.0, 0.45, smoothstep(1.3, 1.8, u[7].abs()))
    return surface


def horse(canvas: Canvas) -> Surface:
    """A horse's head with its mane in the wind, before an evening meadow; striped it is a zebra."""
    p, u = canvas.traits, canvas.controls
    surface = sky(canvas, 0.38, 0.14, 0.16)
    hill = canvas.texture("cloud", canvas.far_x * 0.6, canvas.far_x * 0 + 0.3, 0.3)
    grass = canvas.texture("ridge", canvas.x * 1.4, canvas.y * 1.2, 0.6)
    lay(
        surface,
        coverage(canvas.far_y - 0.50 + 0.4 * (hill - 0.5), canvas.pixel * 2),
        0.14 + 0.10 * grass,
        0.1 + 0.1 * grass,
    )
    canvas = placed(canvas, 0.10 + 0.04 * u[2], 0.04, 0.92, 0.05 * u[23])
    x, y = canvas.x, canvas.y
    head = HORSE_HEAD.depth(x, y)
    rise = rounded(head, 0.22)
    sheen = canvas.texture("cloud", x * 0.9 + 0.4 * y, y * 0.7, 0.6) - 0.5
    striped = smoothstep(0.90, 0.92, p[5])
    lines = smoothstep(
        -0.25, 0.25, torch.sin((x * 0.55 + y * 0.9 + 0.25 * torch.sin(3 * x)) * 24 + 4 * sheen)
    )
    cheek = length(x - 0.02, y + 0.02)
    blaze = (
        smoothstep(0.10, 0.02, head)
        * smoothstep(-0.45, -0.3, y)
        * smoothstep(0.5, 0.2, y)
        * smoothstep(0.0, 0.15, x)
    )
    tone = weighted_sum(
        0.52,
        (0.22, rise - 0.6),
        (0.14, sheen),
        (0.10, bump(cheek - 0.16, 0.12)),
        (-0.12, bump(cheek - 0.33, 0.05) * smoothstep(-0.3, 0.1, y)),
        (-0.16, smoothstep(0.40, 0.62, x)),
        (0.26 * (p[1] > 0.6), blaze),
        (0.35, striped * (lines - 0.35)),
    )
    neck = smoothstep(0.15, -0.35, x) * smoothstep(-0.2, 0.4, y)
    height = weighted_sum(0.42, (0.40, rise), (0.05, sheen), (0.10, bump(cheek, 0.28)), (-0.12, neck))
    lay(surface, inside(head, canvas), tone, height, 0.08 * bump(head - 0.015, 0.02))
    wind = 0.06 * torch.sin(5 * y - 2 * x + 1.5 * u[6]) * smoothstep(-0.2, -0.9, x)
    mane = HORSE_MANE.depth(x, y + wind)
    hair = canvas.texture("grit", x * 0.35 - y * 0.16, x * 1.7 + y * 1.9 + 2 * wind, 0.9)
    strand = canvas.texture("ridge", x * 0.25 - y * 0.12, x * 0.9 + y * 1.1 + wind, 0.9)
    edge = coverage(mane + 0.10 * (strand - 0.55), canvas.pixel * 2)
    lay(
        surface,
        edge,
        weighted_sum(
            0.10 + 0.5 * (p[2] > 0.6), (0.34, hair), (0.22, strand - 0.5), (-0.06, rounded(mane, 0.1))
        ),
        weighted_sum(0.75, (0.25, strand), (0.15, hair)),
        0.05 * strand,
    )
    found = part_of(canvas, surface, -0.02, -0.50, 0.30, -0.20)
    if found is not None:
        near, part = found
        ex, ey = near.x - 0.125, near.y + 0.33
        slant = ey + 0.35 * ex
        q = length(ex, slant * 1.35) / 0.062
        lid = smoothstep(1.7, 1.0, q)
        part.tone.lerp_(torch.full_like(ex, 0.10), 0.7 * lid)
        light = bump(length(ex + 0.018, ey + 0.018), 0.014)
        lay(
            part,
            coverage((1 - q) * 0.062, near.pixel),
            0.05 + 0.16 * smoothstep(-0.04, 0.05, ey) + 0.9 * light,
            0.85 + 0.2 * dome(q.clamp(0, 1)),
            0.8 * light,
        )
    nostril = ellipse(x - 0.565 - 0.3 * (y - 0.33), y - 0.33, 0.026, 0.048)
    lay(surface, 0.9 * inside(nostril, canvas), 0.06, 0.45)
    mouth = torch.minimum(0.008 - (y - 0.475 + 0.12 * (x - 0.5)).abs(), torch.minimum(x - 0.36, 0.57 - x))
    lay(surface, 0.8 * inside(mouth, canvas), 0.08, 0.45)
    inner = torch.minimum(capsule(x, y, (-0.03, -0.86), (-0.02, -0.70), 0.012, 0.034), y + 0.90)
    lay(surface, 0.8 * inside(inner, canvas), 0.20, 0.4)
    return surface
