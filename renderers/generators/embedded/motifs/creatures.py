"""Animals: a furred face with living eyes, a butterfly, a shell."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    cell_hash,
    cos_turns,
    coverage,
    dome,
    exp,
    frac,
    length,
    lit,
    mix,
    smoothstep,
    wave,
    weighted_sum,
)
from ..windows import window

RIM = 1.35
"""The reach of the dark area around an eye, in radii."""


def face(canvas: Canvas) -> Surface:
    """A coat combed away from the brow, markings like on both sides, two glossy eyes that blink, a nose.

    The hair is grit stretched along rays from the brow, twice, at different pitch.
    """
    p, u = canvas.traits, canvas.controls
    x, y = _from_the_brow(canvas, canvas.x, canvas.y)
    across = torch.sqrt(x * x + 4e-4)
    r = torch.sqrt(x * x + y * y + 0.02)
    turn = torch.atan2(x, y + 0.30) / TAU
    eye = _eye_frame(canvas, across, y)
    dx, dy, radius = eye.dx, eye.dy, eye.radius

    lay = canvas.texture("cloud", x, y, 0.42)
    socket = bump(eye.q, radius * 1.7)
    ruffle = 0.05 * canvas.drift + 0.30 * lay
    strands = torch.round(4 + 3 * p[0])
    near = canvas.texture(
        "grit", turn * strands, weighted_sum(-0.1 * u[5], (0.34, r), (0.5, ruffle)), 1.0, 0.8
    )
    far = canvas.texture("grit", turn * (strands - 2) + 0.3, r * 0.25 + 0.08 * u[6] + 0.4 - ruffle, 1.0, 0.8)
    tuft = canvas.texture("cloud", turn * 3 + ruffle * 0.1, r * 0.8, 1.0, 0.5)
    patches = canvas.texture("cloud", across + p[5] * 3, y + p[6] * 3, 0.22)
    marking = smoothstep(0.44, 0.56, patches + 0.05 * canvas.sway)
    blaze = bump(x, 0.10 + 0.10 * (y + 0.6).clamp(min=0)) * smoothstep(0.9, -0.6, y)
    muzzle = exp(-((x / 0.42) ** 2 + ((y - 0.52) / 0.34) ** 2) * 1.5)
    brow = exp(-(((dx + 0.03) / 0.10) ** 2) - ((dy + radius * 1.55) / 0.05) ** 2)
    hair = weighted_sum(-0.1, (0.7, near), (0.5, far))

    tone = weighted_sum(
        0.24,
        (0.62, (hair - 0.08) * (0.45 + 0.75 * tuft)),
        (0.15 + 0.85 * p[7], 0.46 * marking - 0.18),
        (0.22 * p[1], blaze),
        (0.2 * p[2], muzzle),
        (0.14 * p[1], brow),
        (-0.1, socket),
        (0.1, exp(-1.5 * r)),
    )
    height = weighted_sum(
        0.0, (0.5, hair), (0.35, tuft), (-0.28, socket), (0.25, bump(r, 0.8)), (0.3, muzzle)
    )
    surface = Surface(height, tone, 0.06 * smoothstep(0.8, 1.0, hair))
    _add_eyes(canvas, surface, eye, x)
    _add_nose(canvas, surface, near, x, y)
    return surface


def _from_the_brow(canvas: Canvas, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    u = canvas.controls
    return x - 0.10 * u[2], y + 0.02 - 0.08 * u[3]


class _Eye(NamedTuple):
    """Coordinates of the eye on either side, mirrored and tilted."""

    dx: Tensor
    dy: Tensor
    q: Tensor
    radius: Tensor


def _eye_frame(canvas: Canvas, across: Tensor, y: Tensor) -> _Eye:
    p = canvas.traits
    dx, dy = across - (0.36 + 0.10 * p[4]), y - -0.12
    dx, dy = 0.94 * dx - 0.34 * dy, 0.34 * dx + 0.94 * dy
    return _Eye(dx, dy, torch.sqrt(dx * dx + dy * dy + 1e-5), 0.13 + 0.05 * p[3])


def _add_eyes(canvas: Canvas, surface: Surface, eye: _Eye, x: Tensor) -> None:
    """Iris, pupil, two lights and a dark rim, between lids that close when their control is far from 0."""

    def may_cover(x: Tensor, y: Tensor, around: Tensor) -> Tensor:
        x, y = _from_the_brow(canvas, x, y)
        near = _eye_frame(canvas, torch.sqrt(x * x + 4e-4), y)
        return near.q < RIM * near.radius + 2 * canvas.pixel + around

    part = window(canvas, may_cover)
    if part is None:
        return
    height, tone, glow = (plane[part] for plane in surface)
    dx, dy, q, radius = eye.dx[part], eye.dy[part], eye.q[part], eye.radius
    u = canvas.controls
    opened = 1 - 0.80 * smoothstep(0.95, 1.6, u[7].abs())
    pixel = canvas.pixel * 1.5
    upper_lid = dy + 0.80 * radius * opened - 0.28 * dx * dx / radius
    lower_lid = 0.92 * radius * opened - dy - 0.38 * dx * dx / radius
    ball = coverage(radius - q, pixel) * coverage(torch.minimum(upper_lid, lower_lid), pixel)
    gaze_x, gaze_y = 0.020 * u[8] * torch.sign(x[part]), 0.016 * u[9]
    ring = torch.sqrt((dx - gaze_x) ** 2 + (dy - gaze_y) ** 2 + 1e-5) / radius
    pupil = smoothstep(0.60, 0.52, ring)
    fibre = canvas.texture("grit", torch.atan2(dy, dx) / TAU * 2, ring * 0.3, 1.0, 0.5) - 0.5
    falling = smoothstep(-radius, radius * 0.8, dy)
    light = exp(
        -(((dx + 0.30 * radius) / (0.15 * radius)) ** 2 + ((dy + 0.34 * radius) / (0.13 * radius)) ** 2)
    )
    sheen = exp(
        -(((dx - 0.28 * radius) / (0.26 * radius)) ** 2 + ((dy - 0.42 * radius) / (0.12 * radius)) ** 2)
    )
    iris = smoothstep(0.5, 0.85, ring)
    limbus = smoothstep(0.86, 0.98, ring)
    eye_tone = mix(0.18 + (0.34 + 0.30 * fibre) * iris * (0.3 + 0.9 * falling), 0.0, pupil)
    eye_tone = mix(eye_tone, 0.02, limbus)
    rim = smoothstep(RIM, 1.02, q / radius) * (1 - ball)
    inner = 0.42 * (1 - pupil) * iris * falling * smoothstep(1.0, 0.86, ring)
    surface.tone[part] = mix(mix(tone, 0.03, rim * 0.85), eye_tone + 0.9 * light + 0.16 * sheen, ball)
    surface.height[part] = mix(height, 0.30 + 0.50 * dome(q / radius), ball)
    surface.glow[part] = ball * (inner + 0.9 * light + 0.12 * sheen) + glow * (1 - ball)


def _add_nose(canvas: Canvas, surface: Surface, grain: Tensor, x: Tensor, y: Tensor) -> None:
    def may_cover(x: Tensor, y: Tensor, around: Tensor) -> Tensor:
        x, y = _from_the_brow(canvas, x, y)
        around = around + 2 * canvas.pixel
        return (x.abs() < 0.17 + around) & ((y - 0.50).abs() < 0.125 + around)

    part = window(canvas, may_cover)
    if part is None:
        return
    height, tone, x, y = surface.height[part], surface.tone[part], x[part], y[part]
    distance = torch.sqrt((x / 1.30) ** 2 + ((y - 0.50 - 0.35 * x * x) * 1.15) ** 2 + 1e-5)
    nose = coverage(0.13 - distance, canvas.pixel * 1.5)
    light = exp(-((x / 0.09) ** 2 + ((y - 0.455) / 0.025) ** 2))
    surface.tone[part] = mix(tone, weighted_sum(0.07, (0.05, grain[part]), (0.35, light)), nose)
    surface.height[part] = mix(height, 0.62 + 0.55 * dome(distance / 0.13, 0.01), nose)


def butterfly(canvas: Canvas) -> Surface:
    """Two mirrored wings in polar coordinates: veins, a dark margin with dots, eye spots; a body between.

    Other outlines and vein counts make it the other insects.
    """
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x.abs() + 0.015, canvas.y + 0.04 * u[2]
    x = x * (1 + 0.12 * u[3])
    r = torch.sqrt(x * x + (y - 0.05) ** 2 + 1e-4)
    angle = torch.atan2(y - 0.05, x)
    outline = weighted_sum(
        0.98,
        (0.26 * (0.5 + p[0]), torch.cos(2 * (angle + 0.55))),
        (-0.24, bump(angle - 0.12 - 0.2 * p[1], 0.16)),
        (0.04 * (0.3 + 0.7 * p[3]), torch.sin(angle * (10 + 8 * p[2]))),
    )
    q = r / outline
    wing = coverage(1 - q, canvas.pixel / outline * 1.6) * smoothstep(0.02, 0.06, x)
    vein_count = 9 + torch.round(6 * p[4])
    sector = angle * vein_count / math.pi + 0.5 * q * q + 0.15 * canvas.drift
    f = frac(sector)
    to_vein = (f - 0.5).abs() * -1 + 0.5
    vein = bump(to_vein * r / vein_count * 3.1, 0.008)
    field = torch.floor(sector)
    margin = smoothstep(0.80, 0.90, q + 0.02 * canvas.sway)
    dots = smoothstep(0.5, 0.36, length((f - 0.5) * 1.6, (q - 0.90) / 0.06))
    powder = canvas.texture("grit", x, y, 0.8) - 0.5
    cloud = canvas.texture("cloud", x, y, 0.35)

    fore = length(x - (0.55 + 0.12 * p[5]), y - (-0.28 + 0.1 * p[6]))
    hind = length(x - 0.42, y - 0.48)
    to_spot = torch.minimum(fore, hind * 1.15)
    tone = weighted_sum(
        0.34,
        (0.3, smoothstep(0.75, 0.15, q)),
        (0.26, cloud - 0.5),
        (0.08, powder),
        (0.16, cell_hash(field, p[7]) - 0.5),
        (0.1, torch.sin(5 * q + 2 * canvas.drift + u[4])),
    )
    tone = mix(tone, 0.05, margin * 0.9)
    tone = mix(tone, 0.88, dots * margin)
    spotted = (p[7] > 0.4) * 1.0
    tone = mix(tone, 0.80, smoothstep(0.17, 0.15, to_spot) * spotted)
    tone = mix(tone, 0.10, smoothstep(0.11, 0.095, to_spot) * spotted)
    tone = mix(tone, 0.95, smoothstep(0.05, 0.035, to_spot) * spotted)
    tone = mix(tone, 0.07, vein * 0.8)
    body = smoothstep(0.075, 0.055, canvas.x.abs() + 0.03 * (y - 0.1).abs())
    body = body * smoothstep(0.62, 0.55, (y - 0.08).abs())
    tone = mix(tone, weighted_sum(0.14, (0.2, powder), (0.1, cos_turns(y * 7))), body)

    bokeh = canvas.texture("bokeh", canvas.far_x + 0.1 * u[5], canvas.far_y + 0.1 * u[6], 0.30)
    haze = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.25)
    behind = weighted_sum(0.1, (0.2, bokeh), (0.14, haze * (0.5 - 0.5 * canvas.far_y)), (0.05, canvas.drift))
    insect = torch.maximum(wing, body)
    height = wing * weighted_sum(
        0.3, (0.22, smoothstep(0.0, 0.5, to_vein)), (0.03, powder), (-0.1, vein), (0.25, q)
    )
    height = mix(height, 0.75 * dome(canvas.x / 0.075, 0.01), body)
    light = lit(cell_hash(field, 0.3), 0.4 * u[7]) * (1 - margin) * (1 - vein) * cloud
    glow = (1 - insect) * 0.25 * bokeh + wing * (0.10 * smoothstep(0.75, 1.0, tone) + 0.22 * light)
    return Surface(height, mix(behind, tone, insect), glow)


def shell(canvas: Canvas) -> Surface:
    """A tube along a logarithmic spiral with ribs across it and flame marks: shells, horns, coils,
    strings.
    """
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x, y = canvas.x - 0.12 + 0.06 * u[2], canvas.y + 0.05 + 0.06 * u[3]
    r = torch.sqrt(x * x + y * y + 1e-4)
    turn = torch.atan2(y, x) / TAU
    spiral = torch.log(r) * (0.75 + 0.5 * p[0]) - turn + 0.22 * u[4]
    winding = torch.floor(spiral)
    f = spiral - winding - 0.5
    tube = dome(f * 2, 0.004)
    along = winding + turn
    rib_count = torch.round(5 + 9 * p[1])
    phase = (torch.log(r) * 1.15 + turn) * rib_count + 0.6 * f * f
    rib = wave(phase) * smoothstep(0.45, 0.15, rib_count * pixel / r)
    fine = wave(phase * 4) * smoothstep(0.35, 0.12, 4 * rib_count * pixel / r)
    stain = canvas.texture("cloud", f * 1.2 + 0.3, along * 0.9, 0.4)
    flame = smoothstep(0.40, 0.65, canvas.texture("cloud", along * 2 + f * 0.5, f * 0.9 + p[2] * 4, 0.35))
    off_ridge = f.abs()
    tone = weighted_sum(
        0.22,
        (0.4, tube),
        (0.16, rib * tube),
        (0.06, fine),
        (0.26 * p[3], flame - 0.5),
        (0.2, stain - 0.5),
        (-0.24, smoothstep(0.36, 0.5, off_ridge)),
    )
    height = weighted_sum(0.1, (0.75, tube), (0.1, rib * tube), (0.03, fine))
    mouth = 0.20 * smoothstep(0.5, 0.36, off_ridge) * smoothstep(0.3, 0.05, r)
    return Surface(height, tone, mouth + 0.05 * rib)
