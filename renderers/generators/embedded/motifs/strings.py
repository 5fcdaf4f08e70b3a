"""Instruments with strings: a piano's keys, the body of a violin or a guitar, a harp."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    bump,
    cell_hash,
    cos_turns,
    coverage,
    dome,
    exp,
    length,
    line_coverage,
    lit,
    mix,
    smooth_max,
    smoothstep,
    weighted_sum,
)
from .brush import capsule, dark_room, inside, lay, rounded
from .outlines import alike_on_both_sides

# fmt: off
VIOLIN = alike_on_both_sides(
    (0, -0.63), (0.10, -0.63), (0.25, -0.58), (0.345, -0.43), (0.335, -0.27), (0.30, -0.16), (0.30, -0.16),
    (0.235, -0.10), (0.205, 0.03), (0.245, 0.16), (0.37, 0.24), (0.37, 0.24), (0.425, 0.38), (0.435, 0.55),
    (0.36, 0.73), (0.18, 0.825), (0, 0.84),
)
GUITAR = alike_on_both_sides(
    (0, -0.60), (0.14, -0.60), (0.29, -0.53), (0.345, -0.38), (0.295, -0.18), (0.26, -0.03), (0.32, 0.13),
    (0.43, 0.28), (0.475, 0.48), (0.43, 0.70), (0.25, 0.83), (0, 0.85),
)
# fmt: on
KEYS_TOP = -0.30
# How far each black key is from the border that it covers, by the white key before it: C, D, F, G, A.
BLACK_SHIFT = ((0, -0.10), (1, 0.10), (3, -0.12), (5, 0.12))


def piano(canvas: Canvas) -> Surface:
    """The keys of a piano, and their reflection in the lacquer; those that sound are down and lit."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    y = canvas.y + 0.06
    x = canvas.x * (1 - 0.10 * y)
    count = 5.5 + 2.5 * p[0]
    reflected = (y < KEYS_TOP) * 1.0
    # The lacquer shows the keys upside down.
    down = mix(y, 2 * KEYS_TOP - y, reflected)
    along = x * count + 0.35 * u[2]
    key = torch.floor(along)
    f = (along - key - 0.5).abs()
    border = torch.round(along)
    before = _degree(border - 1)
    has_black = 1 - _is(before, 2) - _is(before, 6)
    shift = sum((value * _is(before, degree) for degree, value in BLACK_SHIFT), torch.zeros_like(x))
    white_light = lit(cell_hash(key, 0.37), 0.45 * u[3]) * (1 - reflected)
    black_light = lit(cell_hash(border, 0.71), 0.45 * u[4]) * has_black * (1 - reflected)

    front = 0.80 + 0.03 * white_light
    gap = line_coverage(f, 0.475, pixel * count)
    white = gap * coverage(down - KEYS_TOP, pixel) * coverage(front - down, pixel)
    lip = gap * coverage(down - front, pixel) * coverage(front + 0.09 - down, pixel)
    from_black = (along - border - shift).abs()
    end = 0.27 + 0.02 * black_light
    outside = smooth_max((from_black - 0.29) / count, down - end, 0.02)
    black = coverage(-outside, pixel) * has_black * coverage(down - KEYS_TOP, pixel)
    bevel = smoothstep(0.0, -0.035, outside)
    slope = smoothstep(end - 0.12, end, down)
    shadow = smoothstep(0.055, 0.0, outside) * has_black * (1 - black)
    gutter = smoothstep(0.36, 0.475, f)

    ivory = canvas.texture("cloud", x * 4, down * 0.6, 0.5) - 0.5
    white_tone = weighted_sum(
        0.80,
        (0.10, smoothstep(KEYS_TOP, front, down)),
        (0.05, ivory),
        (-0.42, shadow),
        (0.08, white_light),
        (-0.10, gutter),
    )
    black_tone = 0.05 + 0.09 * bevel * (0.5 + 0.5 * slope) + 0.07 * bump(from_black - 0.12, 0.07) * bevel
    tone = mix(mix(mix(0.03, white_tone, white), 0.55, lip), black_tone, black)
    slip = coverage(down - front - 0.12, pixel)
    tone = mix(tone, 0.12 + 0.10 * canvas.texture("cloud", x * 0.8, down * 5, 0.6), slip)
    height = mix(
        white * weighted_sum(0.40, (-0.10, white_light), (-0.10, gutter)),
        weighted_sum(0.62, (0.22, bevel), (-0.14, slope * bevel), (-0.15, black_light)),
        black,
    )
    surface = Surface(
        height + 0.3 * slip * (1 - reflected),
        tone,
        white * (1 - black) * white_light * (0.28 + 0.4 * smoothstep(0.2, 0.8, down))
        + 0.10 * black * black_light * bevel,
    )
    fade = 0.42 * exp(-1.1 * (KEYS_TOP - y).clamp(min=0))
    gleam = bump(y + 0.75 - 0.1 * u[6], 0.22)
    lacquer = 0.05 + tone * fade + 0.03 * canvas.drift
    lay(surface, reflected, lacquer, 0.10 + 0.02 * canvas.drift, 0.10 * gleam)
    lay(surface, line_coverage((y - KEYS_TOP).abs(), 0.022, pixel), 0.36, 0.16)
    return surface


def _degree(key: Tensor) -> Tensor:
    return key - 7 * torch.floor(key / 7)


def _is(degree: Tensor, wanted: int) -> Tensor:
    return ((degree - wanted).abs() < 0.5) * 1.0


def fiddle(canvas: Canvas) -> Surface:
    """The body of a violin or a cello, arched wood with strings that swing; a trait makes it a guitar."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    lean = 0.06 * u[23]
    x = canvas.x - 0.05 * u[2] - lean * canvas.y
    y = canvas.y + 0.02 + lean * canvas.x
    guitar = smoothstep(0.6, 0.7, p[3])
    depth = mix(VIOLIN.depth(x, y), GUITAR.depth(x, y), guitar)
    body = inside(depth, canvas)
    arch = rounded(depth, 0.26)
    purfling = line_coverage((depth - 0.035).abs(), 0.006, pixel)
    flame = canvas.texture("ridge", x.abs() * 0.5 + 0.1 * canvas.sway, y * 2.6 + x.abs() * 0.5, 0.8) - 0.5
    grain = canvas.texture("cloud", x * 9, y * 0.5, 0.7) - 0.5
    edge = smoothstep(0.16, 0.0, depth)
    rosette = line_coverage((length(x, y - 0.02) - 0.155).abs(), 0.012, pixel) * guitar
    hole = mix(_f_holes(x, y - 0.15, pixel), line_coverage(length(x, y - 0.02), 0.13, pixel), guitar) * body
    wood = weighted_sum(0.60, (-0.28, edge), (0.10, flame), (0.10, grain), (0.10, arch))
    wood = mix(mix(wood, 0.12, 0.8 * torch.maximum(purfling, rosette)), 0.02, hole)

    surface = dark_room(canvas)
    surface.tone.sub_(bump((depth + 0.06).clamp(max=0), 0.12), alpha=0.06)
    rim = bump(depth - 0.012, 0.016)
    sheen = bump(x + 0.17, 0.04) * arch
    lay(
        surface,
        body,
        wood + 0.10 * rim,
        weighted_sum(0.28, (0.40, arch), (0.02, flame), (-0.06, purfling), (-0.25, hole)),
        0.10 * rim + 0.13 * sheen,
    )
    board = coverage(0.052 + 0.020 * (y + 1) - x.abs(), pixel) * coverage(-0.02 - y, pixel)
    tail = coverage(0.055 + 0.10 * (y - 0.42) - x.abs(), pixel) * coverage(
        (y - 0.61).abs() * -1 + 0.19, pixel
    )
    ebony = torch.maximum(board, tail * (1 - guitar))
    lay(surface, ebony, 0.07 + 0.10 * dome(x / 0.09, 0.02), 0.80 + 0.10 * dome(x / 0.1, 0.02))
    at_bridge = y - 0.155 - 0.25 * guitar + 0.25 * x * x
    bridge = line_coverage(at_bridge.abs(), 0.017, pixel) * line_coverage(x.abs(), 0.105, pixel)
    lay(surface, bridge, 0.86 - 0.6 * guitar, 0.95)
    _strings(surface, x, y, u, pixel)
    return surface


def _f_holes(x: Tensor, y: Tensor, pixel: float) -> Tensor:
    from_f = x.abs() - (0.185 + 0.05 * torch.sin(y * 8.5))
    hole = line_coverage(from_f.abs(), 0.013 + 0.010 * bump(y, 0.10), pixel) * line_coverage(
        y.abs(), 0.185, pixel
    )
    for across, down, radius in ((0.145, -0.175, 0.028), (0.225, 0.175, 0.033)):
        hole = torch.maximum(hole, line_coverage(length(x.abs() - across, y - down), radius, pixel))
    return hole


def _strings(surface: Surface, x: Tensor, y: Tensor, u: tuple[Tensor, ...], pixel: float) -> None:
    spread = 0.024 + 0.010 * (y + 0.4).clamp(0, 0.6)
    belly = torch.sin(math.pi * ((y + 1.1) / 1.27).clamp(0, 1))
    for number in range(4):
        shake = lit(0.1 * u[4 + number] + 0.21 * number, 0.3 * u[4 + number])
        swing = 0.012 * shake * belly
        string = line_coverage((x - (number - 1.5) * spread).abs(), 0.0032 + swing, pixel)
        string = string * coverage(0.46 - y, pixel) * (0.0045 / (0.0045 + swing)).clamp(0.25, 1)
        lay(surface, string * 0.9, 0.95, 0.95, 0.18 + 1.1 * shake)


def harp(canvas: Canvas) -> Surface:
    """A harp: gilt column, curved neck, sounding board, and strings of which those that sound shine."""
    u, pixel = canvas.controls, canvas.pixel
    x, y = canvas.x * 0.94 - 0.05 * u[2], canvas.y * 0.94 + 0.02
    neck = -0.60 + 0.20 * torch.sin((x + 0.62) * 4.6) * smoothstep(0.75, -0.4, x) + 0.10 * (x - 0.1)
    board = 0.78 - (x + 0.52) * 1.02 - 0.10 * torch.sin((x + 0.52) * 2.6)
    count = 26
    number = torch.round((x + 0.50) * count / 1.13)
    from_string = (x - (number * 1.13 / count - 0.50)).abs()
    strung = ((number > 0.5) & (number < count - 0.5)) * 1.0
    shake = lit(cell_hash(number, 0.23), 0.45 * u[3])
    middle = torch.sin(math.pi * ((y - neck) / (board - neck).clamp(min=0.05)).clamp(0, 1))
    half = 0.0034 + 0.006 * shake * middle
    string = line_coverage(from_string, half, pixel) * coverage(y - neck, pixel) * coverage(board - y, pixel)
    string = string * strung * (0.0046 / half).clamp(0.35, 1)
    is_red = _is(_degree(number), 0)
    surface = dark_room(canvas, lamp=0.14, bokeh=0.08)
    lay(surface, string, 0.92 - 0.40 * is_red, 0.3, 0.26 + 1.5 * shake * middle)

    scroll = canvas.texture("cloud", x * 1.6, y * 1.6, 0.9) - 0.5
    right, left = 0.72 - x, x + 0.64
    sound_board = torch.minimum(
        0.085 * smoothstep(0.75, -0.5, x) + 0.034 - (y - board).abs() * 0.70,
        torch.minimum(left - 0.04, right),
    )
    base = capsule(x, y, (-0.62, 0.86), (-0.26, 0.86), 0.06, 0.05)
    foot = capsule(x, y, (-0.44, 0.74), (-0.44, 0.86), 0.16, 0.20)
    column_x = x + 0.60 - 0.02 * torch.sin(y * 2.0)
    swell = 0.066 + 0.022 * bump(y + 0.62, 0.06) + 0.03 * bump(y - 0.74, 0.08) + 0.012 * bump(y + 0.48, 0.03)
    column = torch.minimum(swell - column_x.abs(), torch.minimum(y + 0.80, 0.84 - y))
    crown = 0.085 - length(column_x, y + 0.80)
    bow = torch.minimum(
        0.052 + 0.03 * bump(x + 0.58, 0.12) - (y - neck).abs() * 0.86, torch.minimum(left, right)
    )
    flute = cos_turns(column_x / 0.066 * 1.5 + 0.5 + y)
    for depth, base_tone, width, pattern in (
        (sound_board, 0.52, 0.075, scroll),
        (torch.maximum(base, foot), 0.46, 0.06, scroll),
        (column, 0.66, 0.06, 0.5 * flute),
        (bow, 0.64, 0.055, scroll),
        (crown, 0.68, 0.085, scroll),
    ):
        rise = rounded(depth, width)
        edge = bump(depth - 0.012, 0.010)
        lay(
            surface,
            inside(depth, canvas),
            weighted_sum(base_tone, (0.24, rise - 0.6), (0.14, pattern)),
            weighted_sum(0.45, (0.40, rise), (0.04, pattern)),
            0.16 * edge + 0.05 * rise,
        )
    pin = line_coverage(length(from_string, y - neck), 0.012, pixel) * strung
    lay(surface, pin, 0.95, 1.0, 0.25 * shake)
    return surface
