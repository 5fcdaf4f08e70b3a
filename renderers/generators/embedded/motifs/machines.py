"""Machines: gear trains, keyboards, a cathode-ray screen."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    cell_hash,
    cell_hash2,
    cos_turns,
    coverage,
    exp,
    frac,
    length,
    line_coverage,
    lit,
    mix,
    parity,
    smooth_max,
    smoothstep,
    weighted_sum,
)


def gears(canvas: Canvas) -> Surface:
    """Toothed rings, one inside the other, that turn against each other; some of their bolts glow.

    The rings are steps of the logarithm of the radius. Engines and vehicles are gear trains here.
    """
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x - 0.2 * (p[5] - 0.5), canvas.y - 0.2 * (p[6] - 0.5)
    r = torch.sqrt(x * x + y * y + 1e-5)
    turn = torch.atan2(y, x) / TAU
    position = torch.log(r) * (1.5 + 0.5 * p[0]) + 0.12 * u[2]
    ring = torch.floor(position + 20)
    f = position + 20 - ring
    sense = parity(ring) * 2 - 1
    tooth_count = torch.round(8 + 14 * cell_hash(ring, 0.21))
    tooth = (frac(turn * tooth_count + sense * u[3] * 0.8) - 0.5).abs() * 4 - 1
    tooth = (tooth / (canvas.pixel * tooth_count / r).clamp(min=0.06) * 0.5 + 0.5).clamp(0, 1)
    top = 0.80 + 0.12 * tooth
    body = ((top - f) / 0.03).clamp(0, 1) * ((f - 0.16) / 0.03).clamp(0, 1)

    bolt_count = torch.round(tooth_count * 0.5)
    bolt_turn = turn * bolt_count + sense * u[3] * 0.4
    across = (frac(bolt_turn) - 0.5) * TAU * 0.5 / bolt_count * 1.55
    hole = smoothstep(0.07, 0.055, length(across, (f - 0.45) / 1.9 * 0.62))
    bevel = smoothstep(0.16, 0.26, f) * (1 - smoothstep(0.62, 0.78, f))
    brush = canvas.texture("cloud", position * 2.2, turn + ring * 0.3, 0.8, 1.0) - 0.5
    shine = 0.5 + 0.5 * cos_turns(weighted_sum(0.2 * u[4], (2, turn), (0.25, sense)))
    metal_tone = weighted_sum(
        0.3, (0.26, shine), (0.22, brush), (0.2, cell_hash(ring, 0.5) - 0.4), (0.06, bevel)
    )
    tone = mix(mix(0.10 + 0.06 * brush, metal_tone, body), 0.08, hole * body)
    height = body * weighted_sum(0.45, (0.18, bevel), (0.04, brush)) - 0.35 * hole * body
    bolt_light = lit(cell_hash2(torch.floor(bolt_turn), ring), 0.4 * u[5])
    seam = bump(f - 0.06, 0.035)
    glow = hole * body * bolt_light * 1.2 + 0.5 * seam * lit(cell_hash(ring, 0.9), 0.3 * u[6])
    return Surface(height, tone, glow)


def keys(canvas: Canvas) -> Surface:
    """A keyboard: staggered rows of bevelled caps with legends, lit from below by the music."""
    p, u = canvas.traits, canvas.controls
    count = 3.2 + 2.2 * p[0]
    tilt = 0.22 * (p[1] - 0.5) + 0.08 * u[2]
    x, y = canvas.x + tilt * canvas.y, canvas.y - tilt * canvas.x
    u_along = x * count / (1.0 + 0.10 * y) * 0.8 + 0.25 * u[3]
    v_along = (y + 0.06 * y * y) * count
    row = torch.floor(v_along)
    u_along = u_along + cell_hash(row, 0.17)
    u_along = u_along + 0.16 * torch.sin(u_along * 1.9 + row * 2.3)
    key = torch.floor(u_along)
    across, down = u_along - key - 0.5, v_along - row - 0.5
    pixel = canvas.pixel * count
    outside = smooth_max(across.abs() - 0.44, down.abs() - 0.43, 0.10)
    cap = coverage(-outside, pixel)
    top = smoothstep(-0.02, -0.16, outside)
    dish = across * across + down * down
    number = cell_hash2(key, row, 0.31)
    light = lit(number, 0.5 * u[4] + 0.08 * (key * 0.1))
    second_light = lit(frac(number + 0.37), 0.4 * u[5])

    kind = frac(number * 7.3)
    ring = (length(across + 0.05, down * 1.2 + 0.02) - 0.11 - 0.05 * number).abs()
    ring = line_coverage(ring, 0.022, pixel) * smoothstep(0.2, 0.5, kind)
    dash = line_coverage(down.abs(), 0.02, pixel) * line_coverage(across.abs(), 0.13, pixel)
    legend = torch.maximum(ring, dash * smoothstep(0.5, 0.2, kind))
    grit = canvas.texture("grit", canvas.x, canvas.y, 0.55) - 0.5
    cap_tone = weighted_sum(0.22, (0.22, top), (0.22, number - 0.5), (0.05, grit), (-0.25, dish * top))
    tone = mix(mix(0.05, cap_tone, cap), 0.95, legend * 0.8)
    tone = tone + 0.34 * light * cap
    under = exp(-(outside / 0.05).clamp(min=0)) * (1 - cap)
    height = cap * weighted_sum(0.35, (0.4, top), (-0.35, dish * top), (-0.12, light)) + 0.05 * legend
    glow = under * (light * 1.6 + 0.35 * second_light) + legend * (0.35 + light) + 0.25 * light * cap
    return Surface(height, tone, glow)


def screen(canvas: Canvas) -> Surface:
    """A cathode-ray screen in its bezel: four phosphor traces, scan lines, a graticule."""
    pixel = canvas.pixel
    x, y = canvas.x * 1.08, canvas.y * 1.08
    bulge = 1 + 0.07 * (x * x + y * y)
    x, y = x * bulge, y * bulge
    xx, yy = x * x, y * y
    q = torch.sqrt(torch.sqrt(xx * xx + yy * yy + 1e-6))
    glass, bezel = smoothstep(1.0, 0.97, q), smoothstep(0.98, 1.06, q)
    envelope = exp(-1.2 * xx)
    brightness, trace_tone = _traces(canvas, x, y, envelope)
    # The scan lines fade out before they alias.
    depth = 0.42 * min(max(2 - 4 * pixel * 36, 0.0), 1.0)
    scan = 1 - depth * (0.5 + 0.5 * torch.cos(TAU * 36 * y))
    to_column = (frac(x * 2.5) - 0.5).abs() * -1 + 0.5
    to_row = (frac(y * 2.5) - 0.5).abs() * -1 + 0.5
    graticule = torch.maximum(
        line_coverage(to_column / 2.5, 0.004, pixel), line_coverage(to_row / 2.5, 0.004, pixel)
    )
    graticule = graticule * 0.14
    tone = 0.08 + 0.10 * envelope * exp(-2 * yy)
    tone = (tone + graticule + 0.85 * trace_tone * brightness.clamp(max=1.0)) * scan
    cloud = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.3)
    tone = mix(0.22 + 0.2 * cloud, tone, glass)
    height = weighted_sum(0.0, (0.6, 1 - glass), (0.1, glass * (1 - q * q)), (-0.25, bezel))
    glow = brightness.clamp(max=1.6) * scan + graticule * 0.5
    return Surface(height, tone, glow * glass)


def _traces(canvas: Canvas, x: Tensor, y: Tensor, envelope: Tensor) -> tuple[Tensor, Tensor]:
    """The light of the four traces, and their tone where they shine."""
    p, u = canvas.traits, canvas.controls
    brightness, tone = x * 0, x * 0
    for j in range(4):
        slow, fast = 0.5 + 0.45 * j + 0.5 * p[0], 1.4 + 1.1 * j + p[1]
        slow_swing, fast_swing = 0.26 + 0.07 * u[2 + j], 0.11 + 0.06 * u[6 + j]
        slow_phase = TAU * slow * 0.5 * x + (1.1 * u[10 + j] + j)
        fast_phase = TAU * fast * 0.8 * x + (1.3 * u[14 + j] + 2.1 * j)
        level = slow_swing * torch.sin(slow_phase) + fast_swing * torch.sin(fast_phase)
        slope = slow_swing * math.pi * slow * torch.cos(slow_phase)
        slope = slope + fast_swing * TAU * 0.8 * fast * torch.cos(fast_phase)
        distance = (y - level * (0.4 + 0.8 * envelope) + 0.12 * (j - 1.5)).abs()
        # Vertical distance over the secant: the trace keeps its width where it is steep.
        distance = distance * torch.rsqrt(1 + slope * slope * 0.5)
        widths = distance / 0.012
        # widths^1.5, which is slow as a power.
        core = (widths * widths.sqrt()).add_(1).reciprocal_()
        beam = weighted_sum(0.0, (1 - 0.12 * j, core), (0.25, exp(-distance * 9)))
        brightness.add_(beam)
        tone.add_(beam, alpha=0.95 - 0.16 * j)
    return brightness, tone / (brightness + 0.3)
