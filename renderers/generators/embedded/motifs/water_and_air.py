"""Sea, mountains, fire and smoke."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, exp, frac, mix, smoothstep, weighted_sum


def shore(canvas: Canvas) -> Surface:
    """A beach before open sea: sky, sun and its path, swell in perspective, lace of foam, wet sand, a boat.

    The swell is a saw-tooth over the logarithm of the distance below the horizon. Some classes have no beach,
    some a sail.
    """
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x, canvas.y
    horizon = -0.30 + 0.10 * p[0] + 0.12 * u[2]
    below = y - horizon
    sun_x, sun_height = 0.45 * u[3] + 0.8 * (p[7] - 0.5), 0.16 + 0.26 * p[2]
    far_above = canvas.far_y - horizon
    to_sun = (canvas.far_x - sun_x) ** 2 + (far_above + sun_height) ** 2 * 1.2
    sun = exp(-to_sun * (4.5 + 9 * p[3]))
    cloud = canvas.texture("cloud", canvas.far_x * 0.5 + 0.1 * u[4], far_above * 1.7, 0.42)
    streak = canvas.texture("ridge", canvas.far_x * 0.35 + 0.1 * u[4], far_above * 1.5 + 0.3 * cloud, 0.4)
    sky = weighted_sum(
        0.46, (-0.18, (horizon - canvas.far_y).clamp(0, 1)), (0.3, cloud - 0.42), (0.13, streak), (0.3, sun)
    )

    nearness = below.clamp(min=0.004) + 0.10
    z = 1 / nearness
    wobble = canvas.texture("cloud", x * z * 0.22 + 0.1 * u[5], z * 0.5 - 0.12 * u[6], 0.33) - 0.5
    phase = weighted_sum(-0.45 * u[6], (3.4 + 2.6 * p[4], torch.log(nearness)), (1.7, wobble), (0.12, x))
    swell = frac(phase)
    swell = swell * swell * (1 - smoothstep(0.86, 1.0, swell)) * 1.3
    ripple = canvas.texture("ridge", x * z * 0.30, z * 0.9 + 0.15 * u[7], 0.6)
    bay = canvas.texture("cloud", x * 0.8 + 0.12 * u[9], x * 0 + 0.13 * u[10], 0.35) - 0.5
    waterline = weighted_sum(
        0.38 + 0.9 * smoothstep(0.3, 0.6, p[1]) + 0.17 * u[11],
        (0.13, torch.sin(1.3 * x + 0.8 * u[8] + 1.0)),
        (0.12, bay),
    )
    ashore = y - waterline

    lace = smoothstep(
        0.16, 0.02, canvas.texture("edge", x + 0.1 * canvas.drift, y * 1.7 + 0.1 * wobble, 0.42)
    )
    old_lace = smoothstep(0.22, 0.03, canvas.texture("edge", x + 0.4, y * 2.1 + 0.05 * canvas.sway, 0.8))
    foam = weighted_sum(
        0.0,
        (0.95, bump(ashore + 0.015, 0.02)),
        (0.8, lace * exp(-(ashore + 0.02).abs() / 0.055) * smoothstep(0.015, -0.01, ashore)),
        (0.3, old_lace * exp(-(ashore + 0.22).abs() / 0.04)),
    ).clamp(0, 1)
    crest = (
        smoothstep(0.62, 0.95, swell)
        * smoothstep(0.35, 0.7, ripple + 0.35 * wobble)
        * smoothstep(0.02, 0.3, below)
    )
    below_positive = below.clamp(min=0)
    path = (
        bump(canvas.far_x - sun_x, 0.06 + 0.30 * below_positive)
        * (0.25 + 0.9 * smoothstep(0.45, 0.85, ripple))
        * exp(-1.2 * below_positive)
    )
    sea = weighted_sum(
        0.18,
        (0.28, smoothstep(-0.7, 0.0, ashore)),
        (0.14, swell),
        (0.12, ripple - 0.5),
        (0.08, wobble),
        (0.34, path),
    )
    wet = smoothstep(0.30, 0.0, ashore)
    grit = canvas.texture("grit", x, y * 1.5, 0.6) - 0.5
    rill = canvas.texture("maze", x * 0.8, y * 2.2, 0.16) - 0.5
    sand = weighted_sum(0.88, (-0.24, wet), (0.1, grit), (0.05, rill * (1 - wet)), (0.05, cloud - 0.5))

    water = smoothstep(0.012, -0.012, ashore)
    tone = mix(sand, sea, water)
    tone = mix(tone, 0.985, (foam * smoothstep(0.09, 0.02, ashore)).clamp(0, 1) * 0.92)
    tone = mix(tone, 0.93, crest * water * 0.75)
    ground = smoothstep(-0.006, 0.006, below)
    haze = mix(mix(0.52, tone, smoothstep(0.0, 0.16, below)), tone, 0.35)
    tone = mix(sky, haze, ground)
    sea_height = 0.35 * swell * smoothstep(0.0, 0.35, below) + 0.22 * ripple * smoothstep(0.0, 0.3, below)
    sand_height = weighted_sum(0.12, (0.1, grit), (0.06, rill))
    height = ground * (water * sea_height + (1 - water) * sand_height + 0.22 * foam)

    glow = weighted_sum(0.0, (0.55, sun * sun * (1 - ground)), (0.4, ground * water * path), (0.06, foam))
    present = smoothstep(0.45, 0.55, p[6])
    if not canvas.knows(present, 0.0):
        boat = _boat(canvas, horizon, present)
        tone = tone - 0.22 * boat.reflection * (0.4 + ripple)
        tone = mix(tone, mix(0.90 + 0.06 * boat.across, 0.10, boat.hull), boat.mask)
        height = mix(height, 0.5 + 0.3 * boat.across, boat.mask)
        glow = glow - 0.55 * boat.mask * sun * sun * (1 - ground)
    return Surface(height, tone, glow)


class _Boat(NamedTuple):
    mask: Tensor
    hull: Tensor
    across: Tensor
    reflection: Tensor


def _boat(canvas: Canvas, horizon: Tensor, present: Tensor) -> _Boat:
    """A hull with two sails that rocks on the horizon, as far as a class has one."""
    p, u = canvas.traits, canvas.controls
    roll = 0.10 * torch.sin(2.0 * u[12])
    x = canvas.x + 0.35 * u[13] * 0.5 - 0.7 * (p[5] - 0.5)
    y = canvas.y - horizon - 0.10 - 0.03 * u[14]
    x, y = x - roll * y, y + roll * x
    size = 0.42 + 0.3 * p[5]
    x, y = x / size, y / size
    hull_outside = torch.maximum(y.abs() - 0.055, x.abs() - 0.24 + 0.9 * y.clamp(min=-0.05))
    hull = smoothstep(0.02, -0.01, hull_outside)
    up = -y - 0.08
    main_edge = x - 0.02 - 0.20 * (1 - up / 0.55) - 0.03 * torch.sin(up * 6)
    main = torch.maximum(main_edge, torch.maximum(0.015 - x, torch.maximum(-up, up - 0.55)))
    jib_edge = -x - 0.01 - 0.15 * (1 - up / 0.42)
    jib = torch.maximum(jib_edge, torch.maximum(0.015 + x, torch.maximum(-up, up - 0.42)))
    sails = torch.maximum(smoothstep(0.02, -0.005, main), smoothstep(0.02, -0.005, jib))
    reflection = present * bump(x, 0.16) * bump(y - 0.16, 0.10) * 0.6
    return _Boat(present * torch.maximum(hull, sails), hull, x, reflection)


def ridges(canvas: Canvas) -> Surface:
    """Five mountain ridges, each nearer and darker, with mist between them, a sun and cloud."""
    p, u = canvas.traits, canvas.controls
    sun_x, sun_y = 0.40 * u[2] + 0.3 * (p[3] - 0.5), -0.52 + 0.12 * u[3]
    to_sun = (canvas.far_x - sun_x) ** 2 + (canvas.far_y - sun_y) ** 2
    disc = smoothstep(0.125, 0.115, torch.sqrt(to_sun + 1e-6))
    sun = exp(-to_sun * 5.0)
    cloud = canvas.texture("cloud", canvas.far_x * 0.6 + 0.1 * u[4], canvas.far_y * 1.9, 0.38)
    tone = weighted_sum(0.6, (0.16, canvas.far_y + 0.6), (0.2, sun), (0.26, cloud - 0.5))
    glow = weighted_sum(0.0, (0.35, sun * sun), (0.8, disc * smoothstep(0.8, 0.4, cloud)), (0.05, cloud))
    height = tone * 0
    peaks = 0.55 + 0.9 * p[0]
    for row in range(5):
        base = -0.20 + 0.25 * row + 0.04 * u[5 + row]
        along = canvas.x + 0.25 * u[10] * (0.15 + 0.25 * row) + row * 3.7 + 9 * p[1]
        skyline = canvas.texture("ridge", along, canvas.y * 0 + 3.1 * row + 5.0 * p[2], 0.07 + 0.03 * row)
        fine = canvas.texture("cloud", along, canvas.y * 0.5 + row, 0.55) - 0.5
        below = weighted_sum(
            0.0,
            (1.0, canvas.y),
            (-1.0, base),
            (-(0.42 - 0.03 * row) * 1.9, (0.62 - skyline) * peaks),
            (-0.07, fine),
        )
        mask = (below / canvas.pixel * 0.7 + 0.5).clamp(0, 1)
        fog = 1 - exp(-below.clamp(min=0) * (2.6 - 0.3 * row))
        slope = canvas.texture("ridge", along * 1.2 + 0.15 * below, below * 0.9 + 0.4 * row, 0.42) - 0.5
        ridge_tone = weighted_sum(
            0.5 - 0.105 * row,
            (0.2 * (1 - 0.16 * row), fog),
            (0.07 + 0.035 * row, slope * (1 - 0.5 * fog)),
            (0.06, bump(below, 0.012)),
        )
        tone = mix(tone, ridge_tone, mask)
        glow = glow * (1 - mask) + mask * 0.10 * sun * (1 - fog)
        height = mix(height, weighted_sum(0.14 * (row + 1), (0.1, slope), (-0.1, fog)), mask)
    return Surface(height, tone, glow)


def flame(canvas: Canvas) -> Surface:
    """Flame, smoke, steam: a column of cloud that its own texture carries upwards."""
    u = canvas.controls
    y = canvas.y + 0.25
    x = canvas.x + 0.16 * torch.sin(3 * canvas.y + 1.2 * u[2]) * (1 - y).clamp(0, 1.4)
    slow = canvas.texture("cloud", x * 1.3 + 0.1 * canvas.drift, canvas.y * 0.75 + 0.5 * u[3], 0.45)
    fast = canvas.texture(
        "ridge", x * 1.1 + 0.35 * slow, weighted_sum(0.45 * u[3], (0.6, canvas.y), (0.3, slow)), 0.36
    )
    column = bump(x, 0.28 + 0.35 * y.clamp(0, 1.4))
    body = column * (1.05 - 0.30 * (1 - y).clamp(0, 2)) + 0.9 * (slow - 0.5) + 0.55 * (fast - 0.5)
    fire = smoothstep(0.12, 0.95, body.clamp(0, 1.2))
    sparks = canvas.texture("bokeh", canvas.x * 1.5, canvas.y * 1.5 + 0.3 * u[3], 0.5)
    sparks = smoothstep(0.86, 0.97, sparks) * column
    smoke = canvas.texture("cloud", canvas.far_x + 0.2 * slow, canvas.far_y * 0.8 + 0.2 * u[4], 0.3)
    tone = weighted_sum(0.06, (0.12, smoke), (0.6, fire * fire), (0.34, fire * (fast - 0.35)))
    glow = fire * fire * (0.10 + 0.34 * slow) + 0.4 * sparks * fire
    return Surface(0.3 * fast + 0.3 * fire, tone, glow)


def void(canvas: Canvas) -> Surface:
    """Smoke with lit creases: what is there while no class is, and what mixes dissolve into."""
    cloud = canvas.texture("cloud", canvas.x + 0.12 * canvas.drift, canvas.y + 0.12 * canvas.sway, 0.23)
    crease = canvas.texture(
        "ridge", canvas.x + 0.5 * cloud, canvas.y - 0.6 * cloud + 0.1 * canvas.controls[1], 0.21
    )
    tone = weighted_sum(0.0, (0.85, cloud * cloud), (0.28, crease * crease), (0.09, canvas.drift))
    glow = 0.35 * smoothstep(0.72, 0.98, crease) * cloud
    return Surface(weighted_sum(-0.2, (0.5, cloud), (0.55, crease)), tone, glow)
