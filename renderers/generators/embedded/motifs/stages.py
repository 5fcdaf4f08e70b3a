"""Bells on a beam, and a stage with its curtain."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, cos_turns, coverage, dome, exp, length, lit, mix, smoothstep, weighted_sum
from .brush import box, capsule, ellipse, inside, lay, part_of, placed, rounded, shine
from .outlines import alike_on_both_sides

BELL = alike_on_both_sides(
    (0, -0.80),
    (0.20, -0.78),
    (0.33, -0.66),
    (0.38, -0.40),
    (0.43, 0.0),
    (0.55, 0.36),
    (0.74, 0.60),
    (0.80, 0.72),
    (0.80, 0.72),
    (0.40, 0.76),
    (0, 0.77),
)
BELLS = ((-0.58, 0.36), (0.0, 0.52), (0.58, 0.36))
"""The position and the size of each bell."""


def bells(canvas: Canvas) -> Surface:
    """Three bronze bells under an oak beam; those that ring swing, and their mouths shine."""
    u, pixel = canvas.controls, canvas.pixel
    sky = canvas.texture("cloud", canvas.far_x * 0.8, canvas.far_y * 1.3, 0.45)
    dawn = exp((canvas.far_x.square() * 0.7 + (canvas.far_y - 0.75).square() * 1.6) * -1.4)
    surface = Surface(0.05 * sky, weighted_sum(0.10, (0.12, sky), (0.20, dawn)), 0.10 * dawn)
    canvas = placed(canvas, 0.04 * u[2], 0.0)
    for number, (at, size) in enumerate(BELLS):
        ringing = lit(0.2 * u[5 + number] + 0.31 * number, 0.3 * u[5 + number])
        still = 0.0 if at == 0 else 1.0
        swing = (0.10 + 0.25 * ringing) * torch.sin(1.6 * u[8 + number]) * still
        _bell(canvas, surface, at, size, swing, ringing)
    x, y = canvas.x, canvas.y + 0.72
    grain = canvas.texture("cloud", x * 0.6, y * 5.0, 0.7)
    beam = box(x, y, 1.9, 0.12, 0.02)
    tone = weighted_sum(0.16, (0.20, grain), (0.10, rounded(beam, 0.06)), (-0.5, y))
    lay(surface, inside(beam, canvas), tone, 0.75 + 0.1 * grain)
    for at, _ in BELLS:
        strap = box(x - at, y - 0.03, 0.035, 0.17, 0.02)
        lay(surface, coverage(strap, pixel), 0.30 + 3 * strap, 0.95)
    return surface


def _bell(canvas: Canvas, surface: Surface, at: float, size: float, swing: Tensor, ringing: Tensor) -> None:
    hung = -0.58
    found = part_of(canvas, surface, at - 1.15 * size, hung - 0.1, at + 1.15 * size, hung + 2.1 * size)
    if found is None:
        return
    canvas, part = found
    canvas = placed(canvas, at, hung + 0.85 * size, size)
    x, y = canvas.x + swing * (canvas.y + 0.8), canvas.y - swing * canvas.x
    clapper = ellipse(x - 1.5 * swing, y - 0.84, 0.13, 0.12)
    lay(part, inside(clapper, canvas), 0.30 + 1.5 * clapper, 0.5)
    depth = BELL.depth(x, y)
    width = 0.40 + 0.40 * smoothstep(0.0, 0.75, y)
    g = (x / width).clamp(-1, 1)
    rise = dome(g, 0.02)
    patina = canvas.texture("cloud", x * 0.9, y * 0.9, 0.5) - 0.5
    bands = bump(y - 0.56, 0.025) + bump(y - 0.50, 0.014) + bump(y + 0.42, 0.02)
    streak = bump(g + 0.42, 0.15) + 0.5 * bump(g - 0.6, 0.12)
    tone = weighted_sum(
        0.42,
        (0.24, rise - 0.4),
        (0.24, streak),
        (0.10, patina),
        (0.12, bands),
        (-0.14, bump(y - 0.62, 0.02)),
        (0.14 * ringing, smoothstep(0.3, 0.75, y)),
    )
    lay(
        part,
        inside(depth, canvas),
        tone,
        weighted_sum(0.45, (0.40, rise), (0.05, bands), (0.02, patina)),
        0.10 * streak + 0.9 * ringing * bump(y - 0.72, 0.12) + 0.05,
    )
    crown = capsule(x, y, (0.0, -0.98), (0.0, -0.80), 0.07, 0.12)
    lay(part, inside(crown, canvas), 0.40 + 1.5 * crown, 0.7)


def stage(canvas: Canvas) -> Surface:
    """A stage between red curtains drawn aside, boards that run to the back, two beams from above."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x, y = canvas.x - 0.03 * u[2], canvas.y
    across = x.abs()
    floor_y = 0.52
    below = (y - floor_y).clamp(min=0)
    depth_of = 1 / (below + 0.22)
    board = x * depth_of * 1.9 + 0.5
    seam = (board - torch.floor(board) - 0.5).abs()
    grain = canvas.texture("cloud", torch.floor(board) * 0.37 + x * 0.3, depth_of * 0.8, 0.6) - 0.5
    dust = canvas.texture("cloud", canvas.far_x + 0.15 * u[4], canvas.far_y * 0.8, 0.4)
    floor = coverage(y - floor_y, pixel)
    back = weighted_sum(0.07, (0.05, dust), (0.02, canvas.drift))
    boards = weighted_sum(0.30, (0.10, grain), (-0.12, smoothstep(0.46, 0.5, seam)), (0.16, below))
    tone = mix(back, boards, floor)
    height = mix(0.02 * dust, 0.10 + 0.04 * grain - 0.03 * smoothstep(0.46, 0.5, seam), floor)
    surface = Surface(height, tone, 0 * tone)
    # Two beams that cross on the boards, and the pools of light where they fall.
    for side in (-1.0, 1.0):
        swing = 0.16 * u[5] * (0.4 if side < 0 else -0.4)
        target = 0.10 * side + swing
        middle = side * 0.62 + (target - side * 0.62) * ((y + 1.15) / 1.85)
        wide = 0.05 + 0.19 * (y + 1.15)
        beam = bump(x - middle, wide) * smoothstep(0.80, 0.55, y) * (0.45 + 0.35 * dust)
        shine(surface, 0.24 * beam, 0.7)
    pool = exp(((across / 0.52).square() + ((y - 0.70) / 0.11).square()) * -1.0)
    shine(surface, 0.30 * pool, 1.2)
    # A microphone waits in the light.
    found = part_of(canvas, surface, -0.2, -0.2, 0.2, 0.75)
    if found is not None:
        near, part = found
        mx, my = near.x - 0.03 * u[2], near.y
        stand = torch.maximum(
            capsule(mx, my, (0.0, 0.0), (0.0, 0.68), 0.011, 0.011), ellipse(mx, my - 0.69, 0.11, 0.022)
        )
        lay(part, inside(stand, near), 0.04 + 0.80 * bump(mx + 0.004, 0.004), 0.4)
        head = capsule(mx, my, (0.0, -0.10), (0.0, -0.04), 0.052, 0.040)
        mesh = near.texture("maze", mx * 3, my * 3, 1.0)
        lay(
            part,
            inside(head, near),
            0.06 + 0.12 * mesh + 0.8 * bump(length(mx + 0.018, my + 0.09), 0.02),
            0.7 + 0.2 * rounded(head, 0.05),
        )
    _curtains(canvas, surface, across, y, p[0], u[6])
    return surface


def _curtains(
    canvas: Canvas, surface: Surface, across: Tensor, y: Tensor, trait: Tensor, sway: Tensor
) -> None:
    """Velvet gathered by a cord at either side, and a pelmet with fringes over all."""
    pixel = canvas.pixel
    gathered = bump(y - 0.22, 0.30)
    edge = weighted_sum(
        0.52, (0.20, gathered), (0.16, smoothstep(-0.2, -1.1, y)), (-0.05, smoothstep(0.3, 1.0, y))
    )
    edge = edge - 0.015 * sway * torch.sin(4 * y) - 0.06 * trait
    fan = (across - edge) / (1.25 - 0.75 * (edge - 0.5) * 2.0)
    folds = 0.5 + 0.5 * cos_turns(fan * 6.5 + 0.10 * torch.sin(3 * y) + 0.5)
    velvet = canvas.texture("grit", across * 2, y * 0.6, 0.6) - 0.5
    light = exp(-2.2 * (across - edge).clamp(min=0))
    tone = weighted_sum(0.34, (0.34, folds * (0.55 + 0.45 * light)), (0.06, velvet), (0.10, light))
    lay(surface, coverage(across - edge, pixel), tone, 0.55 + 0.35 * folds, 0.06 * folds * light)
    cord = bump(y - 0.24 - 0.10 * (across - edge), 0.022) * coverage(across - edge, pixel)
    lay(surface, cord, 0.90, 1.0, 0.15)
    swag = across * 1.9
    scallop = -0.70 + 0.16 * torch.sqrt((torch.sin(swag * 1.9 + 1.57).abs()).clamp(min=1e-4))
    hang = 0.5 + 0.5 * torch.cos((y - scallop) * 34)
    lay(
        surface,
        coverage(scallop - y, pixel),
        0.36 + 0.26 * hang + 0.05 * velvet,
        0.85 + 0.15 * hang,
        0.03 * hang,
    )
    fringe = coverage(0.028 - (y - scallop).abs(), pixel)
    lay(surface, fringe, 0.86, 1.1, 0.14)
