"""Things on a table: a lamp, a cup that steams, an open book, a mask."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import bump, cos_turns, coverage, dome, exp, frac, length, lit, smoothstep, weighted_sum
from .brush import box, dark_room, ellipse, inside, lay, placed, rounded, shine
from .outlines import Outline, alike_on_both_sides

# fmt: off
LAMP_FOOT = alike_on_both_sides(
    (0, 0.02), (0.05, 0.02), (0.06, 0.12), (0.14, 0.26), (0.21, 0.42), (0.20, 0.56), (0.12, 0.66),
    (0.10, 0.72), (0.26, 0.80), (0.26, 0.86), (0.26, 0.86), (0, 0.86),
)
CUP = alike_on_both_sides(
    (0, -0.08), (0.46, -0.08), (0.46, -0.08), (0.45, 0.14), (0.40, 0.34), (0.28, 0.50), (0.20, 0.54),
    (0, 0.55),
)
MASK = alike_on_both_sides(
    (0, -0.16), (0.12, -0.26), (0.36, -0.34), (0.62, -0.36), (0.90, -0.50), (0.90, -0.50), (0.88, -0.20),
    (0.78, 0.08), (0.56, 0.26), (0.32, 0.28), (0.16, 0.16), (0.08, 0.20), (0, 0.26),
)
EYE_HOLE = Outline(
    (0.16, -0.02), (0.16, -0.02), (0.28, -0.14), (0.46, -0.16), (0.62, -0.10), (0.62, -0.10), (0.50, 0.06),
    (0.34, 0.10),
)
# fmt: on


def _table(canvas: Canvas, surface: Surface, top: float) -> None:
    grain = canvas.texture("cloud", canvas.x * 0.5, canvas.y * 5.0, 0.6)
    down = canvas.y - top
    lay(
        surface,
        coverage(down, canvas.pixel),
        weighted_sum(0.20, (0.16, grain), (0.10, exp(-10 * down.clamp(min=0)))),
        0.1 + 0.06 * grain,
    )


def lamp(canvas: Canvas) -> Surface:
    """A lamp on a table: light through its pleated shade, a pool of it on the wood."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.05)
    power = 0.80 + 0.20 * torch.sin(1.2 * u[5])
    canvas = placed(canvas, 0.04 * u[2], 0.0, 0.94)
    x, y = canvas.x, canvas.y
    up = exp((x.square() * 1.6 + (y + 0.75).square() * 2.4) * -1.4)
    down = exp((x.square() * 0.9 + (y - 0.45).square() * 1.8) * -1.6)
    shine(surface, (0.16 * up + 0.14 * down) * power, 1.2)
    _table(canvas, surface, 0.74)
    pool = exp(((x / 0.8).square() + ((y - 0.84) / 0.16).square()) * -1.2)
    shine(surface, 0.16 * pool * power, 1.2)
    foot = LAMP_FOOT.depth(x, y)
    rise = rounded(foot, 0.14)
    g = (x / 0.20).clamp(-1, 1)
    glaze = bump(g + 0.40, 0.16)
    ring = bump(y - 0.42, 0.02) + bump(y - 0.36, 0.01)
    lay(
        surface,
        inside(foot, canvas),
        weighted_sum(0.34, (0.20, rise), (0.40, glaze), (0.20, ring), (0.10, smoothstep(0.3, 0.0, y))),
        0.4 + 0.4 * rise,
        0.08 * glaze,
    )
    half = 0.34 + 0.20 * ((y + 0.62) / 0.60).clamp(0, 1)
    shade = torch.minimum(
        half - x.abs(), torch.minimum(y + 0.62, 0.02 - 0.05 * (x / 0.54).square() - y + 0.03)
    )
    pleat = 0.5 + 0.5 * cos_turns(torch.asin((x / half).clamp(-0.999, 0.999)) * 5.5)
    hot = exp(((x / 0.34).square() + ((y + 0.22) / 0.30).square()) * -1.1)
    tone = weighted_sum(0.66, (0.26, hot), (0.08, pleat), (-0.14, smoothstep(0.5, 1.0, x.abs() / half)))
    lay(
        surface,
        inside(shade, canvas),
        tone,
        0.55 + 0.15 * pleat + 0.2 * dome((x / half).clamp(-1, 1)),
        (0.10 + 0.50 * hot) * power * (0.75 + 0.25 * pleat),
    )
    for at in (-0.60, 0.015):
        trim = torch.minimum(
            0.020 - (y - at + 0.05 * (x / 0.54).square() * (at > 0)).abs(), half + 0.01 - x.abs()
        )
        lay(surface, inside(trim, canvas), 0.40, 0.9)
    return surface


def cup(canvas: Canvas) -> Surface:
    """A cup of coffee on its saucer, steam that winds up from it."""
    u = canvas.controls
    surface = dark_room(canvas, lamp=0.14, bokeh=0.10)
    _table(canvas, surface, 0.38)
    canvas = placed(canvas, 0.04 * u[2], 0.10, 0.94)
    x, y = canvas.x, canvas.y
    saucer = ellipse(x, y - 0.54, 0.78, 0.15)
    lay(surface, inside(ellipse(x - 0.03, y - 0.60, 0.80, 0.15), canvas) * 0.6, 0.06, 0.1)
    lay(
        surface,
        inside(saucer, canvas),
        weighted_sum(
            0.72,
            (0.24, smoothstep(0.10, -0.10, y - 0.54)),
            (-0.20, bump(ellipse(x, y - 0.53, 0.46, 0.08) - 0.0, 0.02)),
        ),
        0.4 + 0.2 * rounded(saucer, 0.05),
        0.03,
    )
    ring = ellipse(x - 0.52, y - 0.16, 0.20, 0.19)
    handle = torch.minimum(ring, 0.055 - ring)
    lay(
        surface,
        inside(handle, canvas),
        weighted_sum(0.70, (4.0, rounded(handle, 0.027) * 0.05)),
        0.5 + 0.2 * rounded(handle, 0.027),
    )
    body = CUP.depth(x, y)
    g = (x / 0.46).clamp(-1, 1)
    rise = dome(g, 0.02)
    band = bump(y - 0.20, 0.045)
    dots = smoothstep(0.2, 0.1, length((frac(torch.asin(g) * 3.2) - 0.5) * 0.5, (y - 0.20) * 6))
    tone = weighted_sum(
        0.74,
        (0.22, rise - 0.5),
        (0.16, bump(g + 0.42, 0.14)),
        (-0.30, band),
        (0.45, band * dots),
        (-0.14, smoothstep(0.2, 0.6, y)),
        (-0.10, smoothstep(0.1, 0.9, g)),
    )
    lay(surface, inside(body, canvas), tone, 0.45 + 0.40 * rise, 0.08 * bump(g + 0.42, 0.14))
    rim = ellipse(x, y + 0.08, 0.475, 0.095)
    lay(surface, inside(rim, canvas), 0.90, 0.9, 0.03)
    coffee = ellipse(x, y + 0.065, 0.42, 0.072)
    swirl = torch.sin(torch.atan2((y + 0.065) * 5.5, x) + length(x, (y + 0.065) * 5.5) * 14 + u[6])
    foam = smoothstep(0.3, 0.9, swirl) * bump(length(x, (y + 0.065) * 5.5), 0.22)
    lay(surface, inside(coffee, canvas), 0.20 + 0.44 * foam + 0.1 * bump(coffee, 0.02), 0.6)
    up = (-0.10 - y).clamp(min=0)
    curl = canvas.texture("cloud", x * 1.5, y * 0.8 + 0.5 * u[5], 0.6) - 0.5
    for at, side in ((-0.13, 1.0), (0.12, -1.0)):
        middle = (
            at + side * 0.10 * torch.sin(5.0 * up - 1.3 * u[5]) * up.clamp(max=0.6) * 1.6 + 0.25 * curl * up
        )
        steam = bump(x - middle, 0.030 + 0.10 * up) * smoothstep(0.0, 0.12, up) * exp(-1.7 * up)
        shine(surface, 0.20 * steam, 0.6)
    return surface


def book(canvas: Canvas) -> Surface:
    """An open book with lines of writing, light that rises from its fold."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.07)
    canvas = placed(canvas, 0.04 * u[2], 0.06, 0.96)
    x, y = canvas.x, canvas.y
    ax = x.abs()
    power = 0.7 + 0.3 * torch.sin(1.3 * u[5])
    _table(canvas, surface, 0.60)
    shine(
        surface,
        0.22
        * bump(x, 0.10 + 0.45 * (0.1 - y).clamp(min=0))
        * exp(-0.9 * (0.1 - y).clamp(min=0))
        * (y < 0.25)
        * power,
        1.0,
    )
    # The pages are in perspective and rise to both sides of the fold.
    arch = 0.11 * torch.sin((ax / 0.86).clamp(0, 1) * 2.6) - 0.02
    top, foot = -0.20 - arch, 0.58 - 0.55 * arch
    v = (y - top) / (foot - top)
    wide = 0.72 + 0.16 * v.clamp(0, 1)
    cover = torch.minimum(torch.minimum(wide + 0.05 - ax, y - top + 0.02), foot + 0.085 - y)
    lay(surface, inside(cover, canvas), 0.30 + 0.10 * smoothstep(0.0, 0.05, cover), 0.3)
    block = torch.minimum(torch.minimum(wide + 0.015 - ax, y - top), foot + 0.045 - y)
    sheet = 0.5 + 0.5 * torch.cos(y * 240)
    lay(surface, inside(block, canvas), 0.66 + 0.12 * sheet, 0.4)
    page = torch.minimum(torch.minimum(wide - ax, y - top), foot - y)
    shade = exp(-9.0 * ax)
    lay(
        surface,
        inside(page, canvas),
        weighted_sum(0.90, (-0.26, shade), (0.06, bump(ax - 0.45, 0.25)), (-0.05, v)),
        0.5 + 1.2 * arch,
        0.05 + 0.10 * power * exp(-5 * ax),
    )
    line = v * 13
    number = torch.floor(line)
    in_line = bump(line - number - 0.5, 0.18)
    word = canvas.texture("grit", ax / wide * 2.6 + number * 0.37 + 0.2 * (x > 0), number * 0.21 + 0.1, 1.0)
    u_ = ax / wide
    ink = in_line * smoothstep(0.36, 0.46, word) * smoothstep(0.10, 0.13, u_) * smoothstep(0.92, 0.89, u_)
    ink = ink * (number > 0.5) * (number < 11.5) * (u_ < 0.90 - 0.35 * (frac(number * 0.618) > 0.8))
    lay(surface, 0.80 * ink, 0.16, 0.5)
    drop = box(x + 0.60 + 0.02 * v, v - 0.15, 0.06, 0.075)
    lay(surface, inside(torch.minimum(drop, 0.05 + 0 * x), canvas) * (x < 0), 0.46, 0.52, 0.05)
    ribbon = torch.minimum(
        0.018 - (x - 0.02 - 0.05 * torch.sin(6 * y)).abs(), torch.minimum(y - 0.10, 0.86 - y)
    )
    lay(surface, inside(ribbon, canvas), 0.46, 0.7)
    for number_ in range(7):
        phase = u[6 + number_] * 0.8 + number_
        mx, my = 0.30 * torch.sin(phase + 1.7 * number_), 0.05 - 0.11 * number_ + 0.05 * torch.cos(phase)
        r = length(x - mx, y - my)
        shine(surface, (0.8 * bump(r, 0.011) + 0.16 * bump(r, 0.035)) * power, 0.9)
    return surface


def mask(canvas: Canvas) -> Surface:
    """A carnival mask with gold lace and plumes, ribbons at its sides."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.16)
    canvas = placed(canvas, 0.04 * u[2], 0.12, 0.94, 0.06 * u[23])
    x, y = canvas.x, canvas.y
    ax = x.abs()
    for number, (tip_x, tip_y, wide) in enumerate(
        ((0.62, -0.94, 0.11), (0.34, -1.02, 0.12), (0.08, -0.98, 0.12))
    ):
        stir = 0.05 * torch.sin(u[10 + number])
        cos, sin = tip_x - 0.12 + stir, tip_y + 0.20
        span = (cos.square() + sin * sin).sqrt()
        wx, wy = ax - 0.12, y + 0.20
        along, across = (wx * cos + wy * sin) / span.square(), (wy * cos - wx * sin) / span
        across = across + 0.10 * along.square()
        plume = torch.minimum(
            wide * (along.clamp(0.001, 1) * (1.12 - along.clamp(0, 1))).clamp(min=1e-4) ** 0.5 * 1.9
            - across.abs(),
            torch.minimum(along, 1 - along),
        )
        barb = 0.5 + 0.5 * torch.cos((along * 3.2 - across.abs() * 3.0) * 30)
        rib = bump(across, 0.010)
        eye_ = length((along - 0.78) * 1.4, across * 4.2)
        tone = weighted_sum(
            0.46, (0.20, barb), (0.30, rib), (0.20, bump(eye_ - 0.18, 0.05)), (-0.20, bump(eye_, 0.08))
        )
        lay(surface, inside(plume, canvas), tone, 0.35 + 0.1 * number + 0.12 * barb, 0.06 * barb)
    wave_ = 0.06 * torch.sin(7 * y - 1.2 * u[6])
    band = torch.minimum(
        0.040 - (ax - 0.86 - 0.10 * (y + 0.2) - wave_).abs(), torch.minimum(y + 0.30, 0.80 - y)
    )
    lay(surface, inside(band, canvas), 0.50 + 0.16 * torch.sin(9 * y), 0.3)
    depth = MASK.depth(x, y)
    rise = rounded(depth, 0.14)
    lace = canvas.texture("maze", ax * 1.6, y * 1.6, 0.9)
    edge = bump(depth - 0.022, 0.020)
    gilt = bump(lace - 0.5, 0.14) * smoothstep(0.04, 0.10, depth)
    hole = EYE_HOLE.depth(ax, y)
    around = bump(hole + 0.05, 0.028)
    tone = weighted_sum(0.48, (0.14, rise - 0.5), (0.34, gilt * 0.8), (0.44, torch.maximum(around, edge)))
    lay(
        surface,
        inside(depth, canvas),
        tone,
        weighted_sum(0.55, (0.35, rise), (0.10, gilt), (0.14, torch.maximum(around, edge))),
        0.10 * torch.maximum(around, edge) + 0.06 * gilt,
    )
    glint = lit(0.3 * u[7] + 0.1, 0.3 * u[7])
    lay(surface, inside(hole, canvas), 0.03, 0.05, 0.12 * glint * bump(length(ax - 0.39, y + 0.03), 0.06))
    gem = length(x, y + 0.16)
    facet = 0.5 + 0.5 * torch.cos(torch.atan2(y + 0.16, x) * 6 + u[8])
    lay(
        surface,
        inside(0.085 - gem, canvas),
        0.40 + 0.45 * facet,
        1.0 + 0.2 * rounded(0.085 - gem, 0.08),
        0.16 * facet,
    )
    return surface
