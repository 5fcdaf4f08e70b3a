"""Things with a meaning: a clock, an hourglass, an umbrella, a heart, hands of light."""

from __future__ import annotations

import math

import torch

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    dome,
    exp,
    frac,
    length,
    smoothstep,
    weighted_sum,
)
from .brush import box, capsule, dark_room, inside, lay, part_of, placed, rounded, shine
from .outlines import alike_on_both_sides
from .weather import streaks

# fmt: off
HEART = alike_on_both_sides(
    (0, -0.40), (0, -0.40), (0.14, -0.62), (0.38, -0.72), (0.62, -0.64), (0.78, -0.42), (0.76, -0.12),
    (0.58, 0.20), (0.30, 0.50), (0, 0.82), (0, 0.82),
)
GLASS = alike_on_both_sides(
    (0, -0.66), (0.34, -0.66), (0.42, -0.60), (0.43, -0.46), (0.36, -0.26), (0.20, -0.10), (0.05, -0.02),
    (0.05, 0.02), (0.20, 0.10), (0.36, 0.26), (0.43, 0.46), (0.42, 0.60), (0.34, 0.66), (0, 0.66),
)
# fmt: on


def clock(canvas: Canvas) -> Surface:
    """The face of a clock: a brass rim, twelve strokes, three hands that run with the noise."""
    u = canvas.controls
    grain = canvas.texture("cloud", canvas.far_x * 0.5, canvas.far_y * 3.0, 0.6)
    panel = bump(frac(canvas.far_x * 1.1 + 0.5) - 0.5, 0.02)
    surface = Surface(0.10 * grain, weighted_sum(0.14, (0.16, grain), (-0.08, panel)), 0 * grain)
    canvas = placed(canvas, 0.05 * u[2], 0.02 * u[4], 0.98)
    x, y = canvas.x, canvas.y
    r = length(x, y)
    surface.tone.sub_(bump((r - 0.84).clamp(min=0), 0.10), alpha=0.10)
    turn = torch.atan2(x, -y) / TAU
    rim = torch.minimum(0.80 - r, r - 0.60)
    g = ((r - 0.72) / 0.09).clamp(-1, 1)
    shine_ = 0.5 + 0.5 * torch.cos(2 * TAU * (turn - 0.86) + 0.6 * u[5])
    lay(
        surface,
        inside(rim, canvas),
        weighted_sum(0.36, (0.24, dome(g, 0.02)), (0.24, shine_ * dome(g, 0.02))),
        0.35 + 0.45 * dome(g, 0.02),
        0.05 * shine_,
    )
    paper = canvas.texture("cloud", x, y, 0.5) - 0.5
    face = 0.645 - r
    tone = weighted_sum(0.90, (0.05, paper), (-0.20, smoothstep(0.08, 0.0, face)), (0.04, -y))
    lay(surface, inside(face, canvas), tone, 0.34, 0.05)
    twelfth = (frac(turn * 12 + 0.5) - 0.5) * TAU / 12
    quarter = (frac(turn * 4 + 0.5) - 0.5).abs() < 1 / 24
    stroke = box(twelfth * r, r - 0.50 - 0.01 * quarter, 0.016 + 0.012 * quarter, 0.062 + 0.014 * quarter)
    minute = box((frac(turn * 60 + 0.5) - 0.5) * TAU / 60 * r, r - 0.605, 0.004, 0.016)
    lay(surface, inside(torch.maximum(stroke, minute), canvas), 0.08, 0.40)
    line = 0.004 - (r - 0.585).abs()
    lay(surface, 0.8 * inside(line, canvas), 0.12, 0.36)
    time = 1.10 * u[6]
    for angle, long, wide, tone_value in (
        (2.1 + time / 4, 0.32, 0.030, 0.05),
        (-0.9 + time, 0.50, 0.021, 0.05),
        (0.6 + 2.2 * time, 0.56, 0.007, 0.44),
    ):
        tip = torch.sin(angle) * long, -torch.cos(angle) * long
        tail = torch.sin(angle) * -0.10, torch.cos(angle) * 0.10
        shadow = capsule(x - 0.02, y - 0.03, tail, tip, wide, 0.5 * wide)
        surface.tone.sub_(inside(shadow, canvas), alpha=0.12)
        hand = capsule(x, y, tail, tip, wide, 0.5 * wide)
        lay(surface, inside(hand, canvas), tone_value, 0.60 + 2 * hand.clamp(min=0), 0.2 * (tone_value > 0.2))
    hub = 0.045 - r
    lay(surface, inside(hub, canvas), 0.55 + 4 * hub, 0.75, 0.05)
    glare = (
        smoothstep(0.0, 0.25, x * -0.6 - y * 0.8 - 0.12)
        * smoothstep(0.60, 0.50, x * -0.6 - y * 0.8)
        * (r < 0.64)
    )
    shine(surface, 0.06 * glare, 0.6)
    return surface


def hourglass(canvas: Canvas) -> Surface:
    """An hourglass between turned posts: sand above with its funnel, a thread that falls, a heap below."""
    u = canvas.controls
    surface = dark_room(canvas, lamp=0.16)
    canvas = placed(canvas, 0.04 * u[2], 0.0, 0.94)
    found = part_of(canvas, surface, -0.75, -1.0, 0.75, 1.0)
    if found is None:
        return surface
    canvas, part = found
    x, y = canvas.x, canvas.y
    ax = x.abs()
    post_x = ax - 0.52
    swell = (
        0.034
        + 0.016 * bump(y.abs() - 0.30, 0.07)
        + 0.022 * bump(y, 0.06)
        + 0.014 * bump(y.abs() - 0.56, 0.06)
    )
    for depth, g in ((torch.minimum(swell - post_x.abs(), 0.74 - y.abs()), (post_x / swell).clamp(-1, 1)),):
        lay(
            part,
            inside(depth, canvas),
            weighted_sum(0.30, (0.14, dome(g, 0.02)), (0.26, bump(g + 0.4, 0.2))),
            0.3 + 0.3 * dome(g, 0.02),
            0.03,
        )
    glass = GLASS.depth(x, y)
    body = inside(glass, canvas)
    rise = rounded(glass, 0.20)
    part.tone.mul_(1 - 0.35 * body).add_(0.06 * body)
    part.height.add_(0.30 * body * rise)
    # How far the sand has run: the noise turns back time, too.
    run = 0.5 + 0.34 * torch.tanh(0.8 * u[5])
    level = -0.52 + 0.40 * run
    funnel = level + 0.10 * smoothstep(0.16, 0.0, ax)
    above = torch.minimum(glass - 0.028, torch.minimum(y - funnel, -0.005 - y))
    heap = 0.60 - 0.40 * run + (0.30 + 0.25 * run) * ax.pow(1.15)
    below = torch.minimum(glass - 0.028, torch.minimum(y - heap.clamp(max=0.62), 0.64 - y))
    grit = canvas.texture("grit", x * 2.0, y * 2.0, 0.9)
    for sand in (above, below):
        lit_ = rounded(sand, 0.20)
        lay(
            part,
            inside(sand, canvas),
            weighted_sum(0.60, (0.18, grit - 0.4), (0.22, lit_ - 0.4), (-0.10, smoothstep(-0.2, 0.4, x))),
            0.35 + 0.2 * lit_ + 0.06 * grit,
            0.10 * lit_,
        )
    thread = torch.minimum(
        0.012 + 0.004 * torch.sin(60 * y - 5 * u[6]) - ax, torch.minimum(y + 0.06, heap - y)
    )
    lay(part, inside(thread, canvas), 0.84, 0.45, 0.35)
    edge = bump(glass - 0.014, 0.013)
    streak = bump(x + 0.30 - 0.10 * y.abs(), 0.020) * bump(y.abs() - 0.42, 0.15) * body
    lay(part, 0.55 * edge * body, 0.80, 0.6, 0.12)
    shine(part, 0.40 * streak, 0.7)
    for side in (-1.0, 1.0):
        plate = box(x, y - side * 0.77, 0.62, 0.062, 0.03)
        g = ((y - side * 0.77) / 0.062).clamp(-1, 1)
        wood = canvas.texture("cloud", x * 0.6, y * 4.0, 0.6)
        lay(
            part,
            inside(plate, canvas),
            weighted_sum(0.28, (0.14, wood), (0.18, bump(g + 0.45, 0.3))),
            0.75 + 0.15 * dome(g, 0.02),
        )
        ring = box(x, y - side * 0.675, 0.40, 0.030, 0.015)
        lay(part, inside(ring, canvas), 0.50 + 0.3 * bump(x + 0.16, 0.10), 0.7, 0.04)
    return surface


def umbrella(canvas: Canvas) -> Surface:
    """An open umbrella in the rain, its ribs and scallops, drops that burst on it, lights behind."""
    p, u = canvas.traits, canvas.controls
    surface = dark_room(canvas, bokeh=0.20)
    surface.tone.add_(0.05)
    shine(surface, 0.30 * streaks(canvas, (24.0, 15.0, 9.0), 0.10), 0.3)
    canvas = placed(canvas, 0.04 * u[2], 0.02 * u[4], 0.94, 0.06 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    pole = torch.minimum(0.016 - ax, torch.minimum(y + 0.78, 0.72 - y))
    hook = torch.minimum(0.020 - (length(x - 0.09, y - 0.72) - 0.09).abs(), y - 0.70)
    lay(surface, inside(torch.maximum(pole, hook), canvas), 0.38 + 0.4 * bump(x + 0.005, 0.007), 0.5)
    top, foot = -0.66, 0.10
    # Six panels on a dome: their borders are meridians, their feet hang in arches.
    height_ = ((foot - y) / (foot - top)).clamp(0, 1)
    wide = 0.86 * (1 - height_.square()).clamp(min=1e-6).sqrt()
    k = (x / wide.clamp(min=0.01)).clamp(-0.999, 0.999)
    panel = torch.asin(k) / math.pi * 6
    f = frac(panel + 0.5) - 0.5
    scallop = foot - 0.10 * (1 - (2 * f).square()) * (1 - 0.3 * k.square()) + 0.05 * (1 - k.square())
    dome_depth = torch.minimum(wide - ax, torch.minimum(scallop - y, y - top))
    facing = dome(k, 0.02)
    rib = bump(f.abs() - 0.5, 0.035)
    alternate = (torch.floor(panel + 0.5) / 2 - torch.floor(torch.floor(panel + 0.5) / 2)) * 2
    wet = canvas.texture("spots", x * 2.2, y * 2.2 - 0.2 * u[6], 0.5)
    bead = smoothstep(0.14, 0.06, wet)
    tone = weighted_sum(
        0.56,
        (0.22, facing - 0.5),
        (-0.12, rib),
        (0.14, height_),
        (0.18 * (p[1] > 0.5), alternate),
        (0.12, bead),
        (-0.16, smoothstep(0.0, 0.9, k)),
    )
    lay(
        surface,
        inside(dome_depth, canvas),
        tone,
        weighted_sum(0.40, (0.40, facing), (0.10, dome(f * 1.8, 0.05)), (0.08, bead)),
        0.08 * bead + 0.05 * facing,
    )
    tip = capsule(x, y, (0.0, -0.80), (0.0, -0.64), 0.012, 0.022)
    lay(surface, inside(tip, canvas), 0.85, 0.9)
    splash = (
        bump(wide - ax + 0.03 * torch.sin(40 * x + 3 * u[7]), 0.02)
        * (y < foot - 0.1)
        * smoothstep(0.3, 0.6, frac(x * 9 + u[8] * 0.3))
    )
    shine(surface, 0.20 * splash, 1.2)
    return surface


def heart(canvas: Canvas) -> Surface:
    """A heart of ruby that beats, with light in it."""
    u = canvas.controls
    surface = dark_room(canvas, lamp=0.12, bokeh=0.14)
    beat = 1 + 0.06 * torch.sin(1.8 * u[5])
    canvas = placed(canvas, 0.04 * u[2], 0.0, 0.92, 0.06 * u[23])
    x, y = canvas.x * beat, canvas.y * beat
    depth = HEART.depth(x, y)
    shine(surface, 0.30 * exp(8.0 * depth.clamp(max=0)), 0.5)
    rise = rounded(depth, 0.34)
    silk = canvas.texture("cloud", x * 0.9 + 0.1 * u[6], y * 0.9, 0.5) - 0.5
    ember = exp((x.square() + (y + 0.05).square()) * -3.2)
    gleam = bump(length((x.abs() - 0.40) * 0.8, y + 0.47) - 0.02, 0.10)
    left = smoothstep(0.2, -0.3, x)
    tone = weighted_sum(
        0.48,
        (0.20, rise - 0.5),
        (0.12, silk),
        (0.20, ember),
        (0.30, gleam * left),
        (-0.14, smoothstep(0.1, 0.9, y)),
    )
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.25, (0.65, rise), (0.02, silk)),
        weighted_sum(0.04, (0.14 * beat, ember), (0.20, gleam * left), (0.16, bump(depth - 0.02, 0.025))),
    )
    return surface
