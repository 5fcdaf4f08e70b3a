"""Birds: a swan on water, a songbird on its branch, an owl, birds that fly."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import bump, coverage, exp, length, mix, smoothstep, weighted_sum
from .brush import capsule, dark_room, ellipse, inside, joined, lay, part_of, placed, rounded, shine, sky
from .outlines import Outline, alike_on_both_sides
from .tiles import roof_tiles

# fmt: off
SWAN = Outline(
    (0.08, 0.10), (0.085, -0.10), (0.09, -0.30), (0.155, -0.52), (0.30, -0.655), (0.45, -0.635),
    (0.53, -0.555), (0.69, -0.435), (0.69, -0.435), (0.53, -0.435), (0.43, -0.475), (0.34, -0.505),
    (0.265, -0.43), (0.25, -0.25), (0.32, -0.04), (0.42, 0.14), (0.455, 0.30), (0.37, 0.46), (0.10, 0.54),
    (-0.30, 0.54), (-0.60, 0.46), (-0.80, 0.26), (-0.97, 0.00), (-0.97, 0.00), (-0.74, 0.06),
    (-0.55, -0.04), (-0.32, -0.08), (-0.08, 0.0),
)
SWAN_WING = Outline(
    (0.16, 0.22), (0.02, 0.06), (-0.20, -0.04), (-0.46, -0.04), (-0.68, 0.05), (-0.90, 0.06), (-0.90, 0.06),
    (-0.72, 0.26), (-0.45, 0.40), (-0.15, 0.44), (0.10, 0.38),
)
SONGBIRD = Outline(
    (0.66, -0.27), (0.66, -0.27), (0.52, -0.36), (0.46, -0.46), (0.32, -0.56), (0.13, -0.54), (0.0, -0.42),
    (-0.12, -0.24), (-0.36, 0.02), (-0.60, 0.28), (-1.0, 0.66), (-1.0, 0.66), (-0.90, 0.76), (-0.90, 0.76),
    (-0.52, 0.50), (-0.24, 0.46), (0.06, 0.44), (0.30, 0.30), (0.43, 0.08), (0.46, -0.12), (0.47, -0.22),
    (0.53, -0.25),
)
SONGBIRD_WING = Outline(
    (0.14, -0.10), (-0.02, -0.16), (-0.22, -0.02), (-0.46, 0.20), (-0.82, 0.54), (-0.82, 0.54),
    (-0.44, 0.42), (-0.12, 0.36), (0.12, 0.24), (0.20, 0.06),
)
OWL = alike_on_both_sides(
    (0, -0.62), (0.14, -0.63), (0.28, -0.70), (0.44, -0.86), (0.44, -0.86), (0.45, -0.62), (0.49, -0.42),
    (0.50, -0.15), (0.52, 0.15), (0.47, 0.45), (0.33, 0.70), (0.12, 0.84), (0, 0.86),
)
OWL_WING = Outline(
    (0.36, -0.12), (0.52, -0.10), (0.60, 0.12), (0.56, 0.42), (0.42, 0.72), (0.26, 0.94), (0.26, 0.94),
    (0.30, 0.60), (0.34, 0.30),
)
FLYER = alike_on_both_sides(
    (0, -0.20), (0.06, -0.16), (0.10, -0.08), (0.30, -0.20), (0.52, -0.27), (0.76, -0.18), (1.05, 0.10),
    (1.05, 0.10), (0.80, -0.02), (0.55, -0.06), (0.32, 0.04), (0.12, 0.14), (0.08, 0.26), (0.13, 0.42),
    (0.13, 0.42), (0, 0.38),
)
# fmt: on


def swan(canvas: Canvas) -> Surface:
    """A swan on still water, its neck an S, and its picture below it."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.40, 0.16, 0.14)
    x0, y = canvas.x, canvas.y
    water = 0.40
    reeds = canvas.texture("cloud", canvas.far_x * 2.6, canvas.far_x * 0 + 0.3, 0.7)
    bank = 0.10 - 0.30 * reeds
    lay(surface, coverage(y - bank, pixel * 3), 0.12 + 0.10 * reeds, 0.08)
    below = (y - water + 0.22).clamp(min=0)
    ripple = canvas.texture(
        "ridge", x0 / (below + 0.25) * 0.16 + 0.1 * u[5], 1.1 / (below + 0.25) + 0.12 * u[6], 0.6
    )
    lake = coverage(y - water + 0.22, pixel * 2)
    lay(
        surface,
        lake,
        weighted_sum(0.20, (0.14, ripple), (0.12, below)),
        0.06 + 0.12 * ripple * smoothstep(0.0, 0.3, below),
    )
    canvas = placed(canvas, 0.10 + 0.04 * u[2], 0.02 * u[4], 0.90)
    x, y = canvas.x, canvas.y
    line = water / 0.9 + 0.03
    # The picture in the water, drawn out and broken by ripples.
    down = 2 * line - y
    image = SWAN.depth(x + 0.10 * (ripple - 0.5), down)
    lay(
        surface,
        0.55 * coverage(image, pixel * 4) * coverage(y - line, pixel) * lake,
        0.55 + 0.2 * ripple,
        0.12,
    )
    rings = bump(length(x + 0.2, (y - line) * 5.0) - 0.85 - 0.06 * torch.sin(u[7]), 0.05)
    shine(surface, 0.10 * rings * coverage(y - line + 0.10, 0.05), 1.5)
    depth = torch.minimum(SWAN.depth(x, y), line + 0.012 * torch.sin(22 * x) - y)
    rise = rounded(depth, 0.13)
    down_ = canvas.texture("cloud", x * 2.2, y * 2.2, 0.7) - 0.5
    tone = weighted_sum(0.80, (0.22, rise - 0.6), (0.06, down_), (-0.22, smoothstep(0.10, line, y)))
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.35, (0.45, rise), (0.02, down_)),
        0.06 * bump(depth - 0.02, 0.02),
    )
    wing = torch.minimum(SWAN_WING.depth(x, y), line - y)
    tile = roof_tiles((y - 0.5 * x) * 6.5, (-x + 0.3 * y) * 6.0, pixel * 8)
    tone = weighted_sum(
        0.84,
        (0.16, tile.along),
        (-0.18, smoothstep(0.75, 1.0, tile.to_edge)),
        (-0.14, smoothstep(0.0, 0.40, y)),
    )
    lay(
        surface,
        inside(wing, canvas),
        tone,
        weighted_sum(0.70, (0.12, tile.along), (0.2, rounded(wing, 0.08))),
        0.05,
    )
    beak = torch.minimum(torch.minimum(depth, x - 0.49), -0.385 - y)
    lay(surface, inside(beak, canvas), 0.50 + 0.1 * smoothstep(-0.44, -0.52, y), 0.75)
    mask = torch.minimum(depth, 0.055 - length(x - 0.49, y + 0.515))
    lay(surface, inside(mask, canvas), 0.06, 0.7)
    eye = 0.016 - length(x - 0.425, y + 0.565)
    lay(surface, inside(eye, canvas), 0.02, 0.85)
    return surface


def songbird(canvas: Canvas) -> Surface:
    """A songbird on a twig with leaves: round breast, folded wing, a bright eye."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = dark_room(canvas, bokeh=0.14)
    surface.tone.add_(0.06)
    canvas = placed(canvas, 0.06 + 0.04 * u[2], -0.04, 0.92)
    x, y = canvas.x, canvas.y
    bark = canvas.texture("ridge", x * 0.8, y * 3.0, 0.8)
    bough = 0.62 + 0.10 * x + 0.03 * torch.sin(5 * x)
    twig = 0.055 + 0.012 * torch.sin(9 * x + 1) - (y - bough).abs()
    lay(
        surface,
        inside(twig, canvas),
        weighted_sum(0.18, (0.18, bark), (0.16, rounded(twig, 0.05))),
        0.3 + 0.2 * rounded(twig, 0.05) + 0.06 * bark,
    )
    for number, (at, slope) in enumerate(((-0.72, -0.5), (0.62, -0.7), (0.84, 0.5), (-0.44, 0.6))):
        rock = slope + 0.08 * torch.sin(u[10 + number])
        lx, ly = x - at, y - (0.62 + 0.10 * at)
        along = (lx * 0.86 + ly * rock) / 0.30
        across = (ly * 0.86 - lx * rock) / 0.10
        blade = (1 - (along - 0.5).square() * 4 - across.square()) * 0.05
        rib = bump(across, 0.10)
        lay(
            surface,
            inside(blade, canvas),
            weighted_sum(0.34, (0.10, across), (0.12, rib), (0.08, along)),
            0.45 + 0.1 * (1 - rib),
            0.04,
        )
    for foot in (0.02, 0.16):
        leg = torch.maximum(
            capsule(x, y, (foot - 0.04, 0.38), (foot, 0.60), 0.018, 0.014),
            capsule(x, y, (foot - 0.05, 0.60), (foot + 0.06, 0.61), 0.020, 0.016),
        )
        lay(surface, inside(leg, canvas), 0.30 + 4 * leg, 0.6)
    breath = 1 + 0.015 * torch.sin(1.5 * u[6])
    depth = SONGBIRD.depth(x, y * breath)
    rise = rounded(depth, 0.22)
    down = canvas.texture("grit", x * 0.7 + 0.5 * y, y * 0.7 - 0.4 * x, 0.8) - 0.5
    breast = exp((((x - 0.30) / 0.26).square() + ((y - 0.04) / 0.30).square()) * -1.3)
    belly = exp((((x - 0.02) / 0.34).square() + ((y - 0.40) / 0.18).square()) * -1.2)
    cap = smoothstep(-0.34, -0.46, y - 0.10 * x) * (p[1] > 0.5)
    tone = weighted_sum(0.46, (0.16, rise - 0.6), (0.12, down), (0.30, breast), (0.46, belly), (-0.22, cap))
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.40, (0.45, rise), (0.06, down)),
        0.07 * bump(depth - 0.015, 0.02),
    )
    wing = SONGBIRD_WING.depth(x, y)
    tile = roof_tiles((y * 0.85 - x * -0.5 + 0.05) * 8.0, (-x * 0.85 + y * 0.5) * 4.2, pixel * 8)
    tone = weighted_sum(
        0.34, (0.20, tile.along), (0.14, smoothstep(0.78, 1.0, tile.to_edge)), (0.10, tile.number - 0.5)
    )
    lay(
        surface,
        inside(wing, canvas),
        tone,
        weighted_sum(0.80, (0.10, tile.along), (0.15, rounded(wing, 0.06))),
        0.05 * bump(wing - 0.015, 0.015),
    )
    beak = torch.minimum(depth, x - 0.475)
    lay(surface, inside(beak, canvas), 0.16 + 0.3 * smoothstep(-0.27, -0.34, y), 0.85)
    eye = length(x - 0.31, y + 0.375)
    light = bump(length(x - 0.298, y + 0.390), 0.013)
    lay(surface, inside(0.062 - eye, canvas), 0.30, 0.85)
    lay(surface, inside(0.046 - eye, canvas), 0.02 + 0.95 * light, 0.95, 0.9 * light)
    return surface


def owl(canvas: Canvas) -> Surface:
    """An owl on a branch before the moon: tufts, great eyes in their discs, a breast of feathers."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.20, 0.08, 0.12)
    cx, cy = canvas.far_x, canvas.far_y + 0.18
    moon = length(cx, cy)
    stain = canvas.texture("cloud", cx * 1.2, cy * 1.2, 0.5)
    lay(surface, coverage(0.80 - moon, pixel), 0.62 + 0.20 * stain, 0.05, 0.20 + 0.08 * stain)
    shine(surface, 0.16 * exp(-2.0 * (moon - 0.7).clamp(min=0)), 0.3)
    canvas = placed(canvas, 0.04 * u[2], 0.04, 0.92, 0.04 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    bark = canvas.texture("ridge", x * 0.7, y * 3.0, 0.8)
    bough = 0.10 - (y - 0.84 - 0.03 * torch.sin(4 * ax)).abs()
    lay(
        surface,
        inside(bough, canvas),
        weighted_sum(0.12, (0.16, bark), (0.14, rounded(bough, 0.08))),
        0.3 + 0.2 * rounded(bough, 0.08) + 0.08 * bark,
    )
    body = OWL.depth(x, y)
    rise = rounded(body, 0.26)
    tile = roof_tiles(x * 7.5 * (1 - 0.15 * y), -y * 7.0 + 0.6 * x * x, pixel * 9)
    shaft = bump(tile.across, 0.16)
    tone = weighted_sum(
        0.46,
        (0.12, rise - 0.6),
        (0.20, tile.along),
        (-0.22, shaft * smoothstep(0.0, 0.6, tile.along)),
        (-0.10, smoothstep(0.8, 1.0, tile.to_edge)),
        (0.12, smoothstep(0.35, 0.05, ax)),
    )
    lay(
        surface,
        inside(body, canvas),
        tone,
        weighted_sum(0.35, (0.40, rise), (0.08, tile.along)),
        0.05 * bump(body - 0.02, 0.02),
    )
    wing = OWL_WING.depth(ax, y)
    barred = 0.5 + 0.5 * torch.sin(y * 38 + 10 * ax)
    lay(
        surface,
        inside(wing, canvas),
        weighted_sum(0.30, (0.12, barred), (0.14, rounded(wing, 0.07))),
        weighted_sum(0.65, (0.2, rounded(wing, 0.07)), (0.03, barred)),
        0.04 * bump(wing - 0.015, 0.015),
    )
    # The face: two discs of fine rays, with a pale rim and a bar between.
    dx, dy = ax - 0.215, y + 0.34
    r = length(dx, dy)
    ray = canvas.texture("grit", torch.atan2(dy, dx) * 0.95, r * 0.5, 1.0, 0.8) - 0.5
    disc = torch.maximum(0.245 - r, joined(0.20 - r, ellipse(x, y + 0.22, 0.10, 0.20), 0.05))
    rim = bump(r - 0.235, 0.022)
    lay(
        surface,
        inside(disc, canvas),
        weighted_sum(0.62, (0.22, ray), (-0.28, rim), (0.16, bump(r - 0.16, 0.05))),
        weighted_sum(0.75, (0.10, ray), (0.10, rim), (-0.4, bump(r, 0.16))),
        0.03,
    )
    blink = 1 - 0.85 * smoothstep(1.2, 1.7, u[7].abs())
    ball = 0.118 - length(dx, dy / blink)
    look = 0.018 * torch.tanh(u[8]) * torch.sign(x)
    ring = length(dx - look, dy - 0.014 * torch.tanh(u[9]))
    pupil = smoothstep(0.070, 0.060, ring)
    light = bump(length(x - torch.sign(x) * 0.215 + 0.035, dy + 0.04), 0.020)
    tone = mix(
        0.80 + 0.15 * smoothstep(-0.1, 0.1, dy), 0.02, torch.maximum(pupil, smoothstep(0.020, 0.008, ball))
    )
    lay(surface, inside(ball + 0.012, canvas), 0.03, 0.8)
    lay(
        surface,
        inside(ball, canvas),
        tone + 0.9 * light,
        0.85 + 0.5 * rounded(ball, 0.11),
        0.30 * (1 - pupil) + 0.9 * light,
    )
    beak = torch.minimum(0.052 - ax - 0.30 * (y + 0.28).clamp(min=0), torch.minimum(y + 0.32, -0.12 - y))
    lay(surface, inside(beak, canvas), 0.16 + 0.5 * bump(x + 0.012, 0.014), 1.1)
    for foot in (0.14, 0.20, 0.26):
        claw = capsule(ax, y, (foot, 0.74), (foot + 0.005, 0.86), 0.034, 0.022)
        lay(surface, inside(claw, canvas), 0.42 + 6 * claw, 0.8)
    return surface


def flight(canvas: Canvas) -> Surface:
    """A white bird with its wings spread before clouds, and others far away; the wings beat."""
    u = canvas.controls
    far_x, far_y = canvas.far_x, canvas.far_y
    cloud = canvas.texture("cloud", far_x * 0.6 + 0.1 * u[3], far_y * 1.1, 0.45)
    sun = exp((far_x.square() + (far_y + 0.25).square()) * -1.6)
    tone = weighted_sum(0.18, (0.12, far_y), (0.28, smoothstep(0.45, 0.85, cloud)), (0.18, sun))
    surface = Surface(0.12 * cloud, tone, 0.16 * sun)
    for number, (right, down, size) in enumerate(
        ((-0.66, -0.52, 0.20), (0.58, -0.30, 0.16), (-0.40, 0.62, 0.13), (0.0, 0.02, 0.80))
    ):
        at_x = right + 0.06 * u[2] * (number != 3) + 0.04 * u[2] * (number == 3)
        at_y = down + 0.04 * u[4]
        found = part_of(
            canvas, surface, at_x - 1.15 * size, at_y - 0.75 * size, at_x + 1.15 * size, at_y + 0.65 * size
        )
        if found is not None:
            _flyer(placed(found[0], at_x, at_y, size, 0.06 * u[23]), found[1], u[5 + number])
    return surface


def _flyer(canvas: Canvas, surface: Surface, beat: Tensor) -> None:
    x, y = canvas.x, canvas.y
    ax = x.abs()
    lift = 0.30 * torch.sin(1.4 * beat) * (ax - 0.10).clamp(min=0).square() * 1.6
    depth = FLYER.depth(x, y + lift)
    rise = rounded(depth, 0.09)
    along = (ax - 0.10).clamp(min=0)
    feather = (
        torch.cos((ax * 0.9 - (y + lift) * 0.55) * 62)
        * smoothstep(0.12, 0.3, ax)
        * smoothstep(0.02, 0.10, y + lift + 0.20)
    )
    tone = weighted_sum(
        0.84,
        (0.16, rise - 0.5),
        (-0.05, feather),
        (-0.34, smoothstep(0.78, 1.0, ax)),
        (0.10, bump(x, 0.08)),
        (-0.10, along),
    )
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.45, (0.35, rise), (0.03, feather)),
        0.10 * bump(x, 0.5),
    )
    beak = torch.minimum(0.028 - ax + 0.3 * (y + 0.26), -0.17 - y)
    lay(surface, inside(beak, canvas), 0.50, 0.9)
