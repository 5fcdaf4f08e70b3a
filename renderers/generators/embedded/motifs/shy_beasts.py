"""More animals by their outlines: a hare, a whale, a turtle, a bee."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import bump, cos_turns, coverage, exp, frac, length, mix, smoothstep, weighted_sum
from .beasts import eye, fur_of
from .brush import capsule, dark_room, ellipse, inside, joined, lay, placed, rounded, shine
from .outlines import Outline, alike_on_both_sides
from .waters import under_water

# fmt: off
HARE_HEAD = alike_on_both_sides(
    (0, -0.26), (0.20, -0.24), (0.36, -0.08), (0.40, 0.14), (0.32, 0.34), (0.16, 0.46), (0, 0.48),
)
HARE_EAR = Outline(
    (0.08, -0.18), (0.08, -0.40), (0.12, -0.66), (0.20, -0.90), (0.27, -0.98), (0.34, -0.84), (0.36, -0.58),
    (0.32, -0.32), (0.24, -0.12),
)
WHALE = Outline(
    (-0.86, -0.02), (-0.80, -0.20), (-0.56, -0.34), (-0.20, -0.36), (0.16, -0.24), (0.50, -0.04),
    (0.74, 0.04), (0.84, -0.10), (1.06, -0.26), (1.06, -0.26), (1.02, -0.04), (0.92, 0.10), (1.04, 0.26),
    (1.04, 0.26), (0.80, 0.20), (0.62, 0.16), (0.30, 0.20), (-0.10, 0.28), (-0.50, 0.28), (-0.76, 0.18),
)
WHALE_FIN = Outline(
    (-0.30, 0.14), (-0.16, 0.10), (-0.04, 0.20), (0.04, 0.44), (0.02, 0.62), (0.02, 0.62), (-0.12, 0.44),
    (-0.26, 0.28),
)
FLIPPER = Outline(
    (0.34, -0.30), (0.50, -0.44), (0.74, -0.50), (0.98, -0.36), (1.04, -0.10), (1.04, -0.10), (0.86, -0.22),
    (0.62, -0.24), (0.42, -0.14),
)
# fmt: on


def hare(canvas: Canvas) -> Surface:
    """A hare that looks over the grass, its long ears up."""
    u, pixel = canvas.controls, canvas.pixel
    surface = dark_room(canvas, bokeh=0.14)
    surface.tone.add_(0.08)
    canvas = placed(canvas, 0.04 * u[2], 0.14, 0.92, 0.06 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    fur = fur_of(canvas, x, y)
    fine = pixel * 2
    body = ellipse(x, y - 0.95, 0.62, 0.62)
    lay(
        surface,
        coverage(body + 0.05 * fur, fine),
        weighted_sum(0.46, (0.36, fur), (0.14, bump(x, 0.2))),
        weighted_sum(0.15, (0.3, rounded(body, 0.3)), (0.2, fur)),
    )
    twitch = 0.06 * torch.sin(1.4 * u[5]) * (-0.2 - y).clamp(min=0)
    ear = HARE_EAR.depth(ax + twitch, y)
    hollow = smoothstep(0.035, 0.085, ear)
    lay(
        surface,
        coverage(ear + 0.02 * fur, fine),
        weighted_sum(0.46, (0.30, fur), (0.18, hollow), (-0.30, smoothstep(-0.86, -0.96, y))),
        weighted_sum(0.35, (0.25, rounded(ear, 0.06)), (-0.22, hollow)),
        0.06 * bump(ear - 0.02, 0.02),
    )
    head = HARE_HEAD.depth(x, y)
    rise = rounded(head, 0.28)
    cheek = exp((((ax - 0.20) / 0.16).square() + ((y - 0.26) / 0.14).square()) * -1.2)
    tone = weighted_sum(
        0.48, (0.38, fur), (0.14, rise - 0.5), (0.18, cheek), (0.10, bump(x, 0.06) * smoothstep(0.2, -0.2, y))
    )
    lay(
        surface,
        coverage(head + 0.03 * fur, fine),
        tone,
        weighted_sum(0.45, (0.4, rise), (0.18, fur), (0.1, cheek)),
        0.06 * bump(head - 0.02, 0.025),
    )
    eye(surface, canvas, (0.255, 0.0), 0.082, 0.0, 0.34, smoothstep(1.3, 1.8, u[7].abs()))
    nose = torch.minimum(0.060 - ax - 0.6 * (y - 0.235).clamp(min=0), torch.minimum(y - 0.205, 0.285 - y))
    lay(surface, inside(nose, canvas), 0.34, 1.0)
    mouth = torch.maximum(
        torch.minimum(0.008 - ax, 0.04 - (y - 0.31).abs()),
        torch.minimum(0.009 - (length(ax - 0.07, y - 0.31) - 0.07).abs(), y - 0.325),
    )
    lay(surface, 0.85 * inside(mouth, canvas), 0.08, 0.7)
    for slope, down in ((-0.10, 0.24), (0.06, 0.28), (0.22, 0.32)):
        hair = (y - down - slope * (ax - 0.14) + 0.10 * (ax - 0.14).square()).abs()
        whisker = coverage(0.0035 - hair, pixel) * smoothstep(0.12, 0.18, ax) * smoothstep(0.62, 0.45, ax)
        lay(surface, 0.8 * whisker, 0.96, 0.8, 0.1)
    for rank in range(2):
        per_unit = 16.0 - 5 * rank
        along = x * per_unit + 0.4 * rank
        number = torch.floor(along)
        h = frac(number * 0.618 + 0.3 * rank)
        bend = (0.20 * (h - 0.5) + 0.05 * torch.sin(u[10] + 6 * h)) * (1.1 - y)
        blade = (
            0.030 * (y - 0.55 - 0.25 * h + 0.10 * rank).clamp(min=0)
            - ((along - number - 0.5) / per_unit - 0.4 * bend).abs()
        )
        lay(surface, coverage(blade, pixel), 0.24 + 0.10 * h + 0.04 * rank, 0.8)
    return surface


def whale(canvas: Canvas) -> Surface:
    """A whale that glides through blue light, its throat in grooves, small fish far away."""
    u = canvas.controls
    surface = under_water(canvas)
    for number in range(7):
        at_x, at_y = (
            0.70 - 0.13 * number + 0.08 * u[2],
            0.55 + 0.10 * ((number * 0.7) % 1) + 0.03 * torch.sin(u[9] + number),
        )
        minnow = torch.maximum(
            ellipse(canvas.x - at_x, canvas.y - at_y, 0.030, 0.011),
            torch.minimum(
                (canvas.x - at_x - 0.024) * 0.8 - (canvas.y - at_y).abs(), 0.05 - (canvas.x - at_x)
            ),
        )
        lay(surface, 0.7 * inside(minnow, canvas), 0.50, 0.15)
    canvas = placed(canvas, 0.04 * u[2], 0.03 * u[4], 0.94, 0.05 * u[23])
    x = canvas.x
    y = canvas.y + 0.10 * torch.sin(1.5 * u[5] - 1.5 * x) * smoothstep(0.0, 1.0, x)
    depth = WHALE.depth(x, y)
    rise = rounded(depth, 0.24)
    belly = smoothstep(-0.02, 0.06, y - 0.10 - 0.16 * (x + 0.5).clamp(min=0) + 0.10 * (x + 0.9).clamp(max=0))
    groove = 0.5 + 0.5 * torch.cos((y - 0.10 * x) * 95)
    skin = canvas.texture("spots", x * 1.6, y * 1.6, 0.6)
    light = canvas.texture("edge", x * 0.9 + 0.1 * u[6], y * 0.9, 0.8)
    caustic = smoothstep(0.10, 0.0, light) * smoothstep(0.1, -0.3, y)
    throat = belly * smoothstep(0.25, -0.1, x)
    tone = weighted_sum(
        0.50,
        (0.14, rise - 0.5),
        (0.28, belly),
        (-0.12, throat * groove),
        (0.08, smoothstep(0.14, 0.06, skin)),
        (0.14, caustic),
        (-0.10, smoothstep(0.2, 0.9, x)),
    )
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.35, (0.45, rise), (-0.06, throat * groove)),
        0.10 * caustic + 0.06 * bump(depth - 0.02, 0.02),
    )
    flap = 0.10 * torch.sin(1.3 * u[7]) * (y - 0.14).clamp(min=0)
    fin = WHALE_FIN.depth(x - flap, y)
    lay(
        surface,
        inside(fin, canvas),
        weighted_sum(0.46, (0.16, rounded(fin, 0.06) - 0.3), (0.14, bump(fin - 0.02, 0.02))),
        0.9,
    )
    mouth = torch.minimum(
        0.008 - (y - 0.05 + 0.16 * (x + 0.84) - 0.30 * (x + 0.84).square()).abs(),
        torch.minimum(x + 0.86, -0.42 - x),
    )
    lay(surface, 0.8 * inside(mouth, canvas), 0.14, 0.5)
    at_eye = length(x + 0.40, y + 0.015)
    lay(surface, inside(0.036 - at_eye, canvas), 0.30, 0.8)
    lay(
        surface,
        inside(0.024 - at_eye, canvas),
        0.03 + 0.9 * bump(length(x + 0.408, y + 0.022), 0.009),
        0.9,
        0.6 * bump(length(x + 0.408, y + 0.022), 0.009),
    )
    return surface


def turtle(canvas: Canvas) -> Surface:
    """A sea turtle from above in clear water: shields of its shell, flippers that row."""
    u = canvas.controls
    surface = under_water(canvas)
    caustic = smoothstep(
        0.14, 0.0, canvas.texture("edge", canvas.far_x * 0.8 + 0.1 * u[8], canvas.far_y * 0.8, 0.7)
    )
    shine(surface, 0.08 * caustic, 1.0)
    canvas = placed(canvas, 0.04 * u[2], 0.02 * u[4], 0.92, 0.10 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    row = 0.16 * torch.sin(1.4 * u[5]) * (ax - 0.30).clamp(min=0)
    mosaic = canvas.texture("edge", ax * 2.2, y * 2.2, 1.0)
    plates = smoothstep(0.02, 0.14, mosaic)
    hind = joined(
        capsule(ax, y, (0.26, 0.52), (0.46, 0.78), 0.10, 0.07),
        capsule(ax, y, (0.46, 0.78), (0.50, 0.86), 0.07, 0.04),
        0.03,
    )
    flipper = FLIPPER.depth(ax, y + row)
    head = joined(
        ellipse(x, y + 0.70, 0.135, 0.165), capsule(x, y, (0.0, -0.60), (0.0, -0.40), 0.105, 0.13), 0.05
    )
    tail = capsule(x, y, (0.0, 0.66), (0.0, 0.84), 0.05, 0.01)
    for depth in (hind, flipper, head, tail):
        rise = rounded(depth, 0.10)
        lay(
            surface,
            inside(depth, canvas),
            weighted_sum(0.80, (-0.30, plates), (0.12, rise - 0.5)),
            weighted_sum(0.30, (0.3, rise), (0.06, plates)),
            0.05 * bump(depth - 0.015, 0.015),
        )
    for side in (-1.0, 1.0):
        spot = length(x - side * 0.095, y + 0.76)
        lay(
            surface,
            inside(0.030 - spot, canvas),
            0.04 + 0.9 * bump(length(x - side * 0.095 + 0.01, y + 0.77), 0.010),
            0.8,
        )
    shell = torch.minimum(ellipse(x, y - 0.10, 0.50, 0.62), 1.0 + 0 * x)
    rise = rounded(shell, 0.40)
    # A row of shields down the middle, a row at either side, a rim of small ones.
    v = (y - 0.10) / 0.62
    middle = 0.165 + 0.03 * torch.cos(v * 9.4)
    line_v = bump(frac(v * 2.4 + 0.5 + 0.26 * (ax > middle)) - 0.5, 0.035)
    line_m = bump(ax - middle, 0.014)
    ring = bump(shell - 0.085, 0.014)
    radial = bump(frac(torch.atan2(x, y - 0.10) * 3.5) - 0.5, 0.06) * (shell < 0.085)
    grooves = torch.maximum(
        torch.maximum(line_v * (shell > 0.085), line_m * (shell > 0.085)), torch.maximum(ring, radial)
    )
    growth = canvas.texture("cloud", ax * 2.0, y * 2.0, 0.7) - 0.5
    tone = weighted_sum(
        0.52, (0.22, growth), (0.26, grooves), (0.10, rise - 0.5), (0.10, bump(shell - 0.03, 0.03))
    )
    lay(
        surface,
        inside(shell, canvas),
        tone,
        weighted_sum(0.60, (0.50, rise), (-0.10, grooves)),
        0.06 * bump(shell - 0.02, 0.02),
    )
    return surface


def bee(canvas: Canvas) -> Surface:
    """A bee from above on honeycomb: banded body, clear wings, cells of which some are full of light."""
    u, pixel = canvas.controls, canvas.pixel
    x0, y0 = canvas.x, canvas.y
    # Hexagons: the nearer of two lattices.
    size = 0.26
    ax, ay = x0 / size, y0 / (size * 1.732)
    dx1, dy1 = ax - torch.round(ax), (ay - torch.round(ay)) * 1.732
    dx2, dy2 = ax - torch.floor(ax) - 0.5, (ay - torch.floor(ay) - 0.5) * 1.732
    nearer = (dx1.square() + dy1.square()) < (dx2.square() + dy2.square())
    hx, hy = torch.where(nearer, dx1, dx2).abs(), torch.where(nearer, dy1, dy2).abs()
    edge = 0.5 - torch.maximum(hx, 0.5 * hx + 0.866 * hy)
    number = torch.where(
        nearer, torch.round(ax) + 7 * torch.round(ay), torch.floor(ax) + 7 * torch.floor(ay) + 0.5
    )
    full = frac(number * 0.754 + 0.37)
    honey = smoothstep(0.45, 0.55, full)
    glow = (0.5 + 0.5 * torch.cos(6.28 * (full + 0.3 * u[5]))).square()
    wall = smoothstep(0.09, 0.05, edge)
    tone = mix(
        weighted_sum(
            0.20, (0.42, honey), (0.20, honey * glow), (0.35, smoothstep(0.2, 0.1, edge) * honey * 0.4)
        ),
        0.62,
        wall,
    )
    surface = Surface(0.30 * wall + 0.12 * honey, tone, 0.18 * honey * glow * (1 - wall))
    canvas = placed(canvas, 0.05 * u[2], 0.05 * u[4], 0.80, 0.25 * u[23])
    x, y = canvas.x, canvas.y
    side = x.abs()
    shadow = ellipse(x - 0.05, y - 0.16, 0.36, 0.66)
    surface.tone.mul_(1 - 0.35 * smoothstep(-0.04, 0.10, shadow))
    for y0_, y1_, reach in ((-0.20, -0.42, 0.46), (-0.08, -0.06, 0.52), (0.04, 0.34, 0.48)):
        knee = 0.6 * reach, y0_ + 0.35 * (y1_ - y0_)
        leg = torch.maximum(
            capsule(side, y, (0.10, y0_), knee, 0.026, 0.022),
            capsule(side, y, knee, (reach, y1_), 0.022, 0.012),
        )
        lay(surface, inside(leg, canvas), 0.08 + 3 * leg, 0.6)
    abdomen = joined(
        ellipse(x, y - 0.36, 0.255, 0.40), capsule(x, y, (0.0, 0.60), (0.0, 0.80), 0.10, 0.015), 0.04
    )
    rise = rounded(abdomen, 0.20)
    band = smoothstep(-0.25, 0.25, cos_turns(y * 4.6 + 0.8 * x * x - 0.1))
    fur = canvas.texture("grit", x * 2.5, y * 1.6, 0.9)
    lay(
        surface,
        inside(abdomen, canvas),
        mix(weighted_sum(0.70, (0.20, rise - 0.4), (0.10, fur)), weighted_sum(0.06, (0.10, rise)), band),
        0.6 + 0.4 * rise,
        0.04 * (1 - band),
    )
    thorax = ellipse(x, y + 0.14, 0.225, 0.225)
    lay(
        surface,
        coverage(thorax + 0.03 * (fur - 0.4), pixel * 2),
        weighted_sum(0.50, (0.40, fur), (0.12, rounded(thorax, 0.2))),
        weighted_sum(0.65, (0.35, rounded(thorax, 0.2)), (0.15, fur)),
    )
    head = ellipse(x, y + 0.43, 0.170, 0.125)
    lay(surface, inside(head, canvas), 0.10 + 0.16 * rounded(head, 0.12), 0.65 + 0.25 * rounded(head, 0.12))
    ball = ellipse(side - 0.135, y + 0.44, 0.055, 0.085)
    lay(surface, inside(ball, canvas), 0.05 + 0.6 * bump(length(x + 0.15, y + 0.48), 0.025), 0.95)
    feeler = torch.maximum(
        capsule(side, y, (0.04, -0.52), (0.13, -0.70), 0.012, 0.010),
        capsule(side, y, (0.13, -0.70), (0.24, -0.74), 0.012, 0.014),
    )
    lay(surface, inside(feeler, canvas), 0.06, 0.9)
    beat = 0.08 * torch.sin(3.0 * u[6])
    for tip_x, tip_y, wide in ((0.86, -0.30, 0.20), (0.66, 0.20, 0.14)):
        wx, wy = side - 0.14, y + 0.14
        cos, sin = tip_x - 0.14, tip_y + 0.14 + beat
        span = (cos * cos + sin.square()).sqrt()
        along, across = (wx * cos + wy * sin) / span.square(), (wy * cos - wx * sin) / span
        wing = torch.minimum(
            wide * (along.clamp(0, 1) ** 0.6) * (1 - along.clamp(0, 1) ** 4).clamp(min=1e-4).sqrt()
            - across.abs(),
            1 - along.abs(),
        )
        vein = bump(frac(across * 9 + 0.4 * along) - 0.5, 0.06) + bump(frac(along * 2.3 + 0.2) - 0.5, 0.02)
        lay(surface, 0.62 * inside(wing, canvas), 0.90 - 0.25 * vein.clamp(0, 1), 1.1, 0.10)
        lay(surface, 0.8 * inside(torch.minimum(wing, 0.012 - wing), canvas), 0.50, 1.1)
    return surface
