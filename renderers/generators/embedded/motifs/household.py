"""Things in rooms: shelves of books, vessels on a table, a ball."""

from __future__ import annotations

import math

import torch

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    cell_hash,
    cell_hash2,
    coverage,
    dome,
    exp,
    frac,
    length,
    line_coverage,
    lit,
    mix,
    smoothstep,
    weighted_sum,
)


def shelves(canvas: Canvas) -> Surface:
    """Shelves of bound books in lamp light, their widths a warped row of cells; gold bands and labels
    glow.
    """
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    shelf_count = 2.2 + 0.8 * p[0]
    v = canvas.y * shelf_count * 0.5 + 0.25 + 0.12 * u[2]
    shelf = torch.floor(v)
    down = v - shelf
    along = weighted_sum(
        0.0,
        (6.5 + 2.5 * p[1], canvas.x),
        (17.3, cell_hash(shelf, 0.11)),
        (0.3 * u[3], cell_hash(shelf, 0.5) - 0.5),
    )
    along = along + 0.34 * torch.sin(1.7 * along + 4 * cell_hash(shelf, 0.2)) + 0.16 * torch.sin(3.1 * along)
    book = torch.floor(along)
    f = along - book

    first, second = cell_hash2(book, shelf, 0.31), cell_hash2(book, shelf, 0.63)
    headroom = 0.16 + 0.34 * first * first
    pixel_x, pixel_y = pixel * 7, pixel * shelf_count * 0.5
    from_middle = (f - 0.5).abs()
    cover = line_coverage(from_middle, 0.465, pixel_x)
    cover = cover * coverage(down - headroom, pixel_y) * coverage(0.90 - down, pixel_y)
    plank = coverage(down - 0.90, pixel_y)
    spine = dome(from_middle / 0.5, 0.02)
    on_spine = (down - headroom) / (0.90 - headroom)
    bands = (
        line_coverage((on_spine - 0.14).abs(), 0.018, pixel * 2)
        + line_coverage((on_spine - 0.82).abs(), 0.018, pixel * 2)
        + line_coverage((on_spine - 0.88).abs(), 0.010, pixel * 2)
    )
    label = line_coverage((on_spine - 0.34).abs(), 0.09, pixel * 2) * (second > 0.4)
    title = line_coverage((frac(on_spine * 22) - 0.5).abs(), 0.22, pixel * 22)
    title = title * line_coverage(from_middle, 0.26, pixel_x) * label

    grit = canvas.texture("grit", canvas.x, canvas.y, 0.5) - 0.5
    wood = canvas.texture("cloud", canvas.x * 0.5, canvas.y * 4, 0.6) - 0.5
    cloud = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.4)
    lamp_dx, lamp_dy = canvas.far_x - 0.45 * u[4], canvas.far_y + 0.25 - 0.3 * u[5]
    lamp = exp(-(lamp_dx**2 * 0.9 + lamp_dy**2 * 0.9))
    light = lit(second, 0.45 * u[6])
    book_tone = weighted_sum(
        0.18, (0.48, frac(first * 3.7 + 0.3 * second)), (0.06, grit), (0.1, cloud - 0.5), (0.12, spine - 0.6)
    )
    gold = bands.clamp(0, 1) * (first > 0.25) + 0.8 * label * (1 - title)
    book_tone = mix(book_tone, 0.88, gold.clamp(0, 1) * 0.85)
    tone = mix(0.04 + 0.08 * lamp, book_tone, cover)
    tone = mix(tone, weighted_sum(0.3, (0.22, wood), (0.12, smoothstep(0.9, 0.93, down))), plank)
    tone = tone * (0.45 + 0.62 * lamp) + 0.04 * canvas.drift
    height = cover * weighted_sum(0.3, (0.3, spine), (0.1, second), (0.06, gold)) + plank * (
        0.75 + 0.05 * wood
    )
    glow = weighted_sum(
        0.0, (0.42, lamp * cover * gold), (0.4, light * cover * (0.3 + gold)), (0.1, lamp * lamp)
    )
    return Surface(height, tone, glow)


def vessel(canvas: Canvas) -> Surface:
    """A vase, bottle, cup or lamp on a table: a lathe profile of three sines under a banded, painted
    glaze.
    """
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x, y = canvas.x - 0.14 * u[2], canvas.y - 0.04
    down = ((y + 0.78) * (1 / 1.5)).clamp(0, 1)
    belly, waist, foot = 0.12 + 0.26 * p[1], p[2] - 0.25, p[3] - 0.5
    turn = math.pi * down
    radius = weighted_sum(
        0.15 + 0.13 * p[0],
        (0.12 + 0.26 * p[1] + 0.03 * u[3], torch.sin(turn)),
        (-1.0, (0.2 * waist + 0.03 * u[4]) * torch.sin(2 * math.pi * down)),
        (0.09, foot * torch.sin(3 * math.pi * down)),
        (0.035, bump(down, 0.045)),
        (0.03, bump(1 - down, 0.04)),
    ).clamp(min=0.06)
    slope = (
        math.pi
        * (
            belly * torch.cos(turn)
            - 0.4 * waist * torch.cos(2 * math.pi * down)
            + 0.27 * foot * torch.cos(3 * math.pi * down)
        )
        * (1 / 1.5)
    )
    k = x / radius
    body = (
        ((1 - k.abs()) / (pixel / radius * 1.2) * torch.rsqrt(1 + slope * slope) + 0.5).clamp(0, 1)
        * coverage(y + 0.78, pixel)
        * coverage(0.72 - y, pixel)
    )
    facing = dome(k, 2e-3)
    longitude = torch.asin(k.clamp(-0.999, 0.999)) / math.pi

    v = down * torch.round(4 + 5 * p[4])
    band = torch.floor(v)
    f = v - band
    kind = cell_hash(band, p[5])
    phase = frac((longitude + 0.35 * u[5]) * torch.round(3 + 6 * kind))
    zigzag = smoothstep(0.12, 0.0, (f - 0.2 - 0.6 * ((phase - 0.5).abs() * 2)).abs())
    dots = smoothstep(0.5, 0.4, length((phase - 0.5) * 2, f * 2 - 1))
    figure = mix(zigzag, dots, (kind > 0.5) * 1.0)
    line = smoothstep(0.06, 0.02, (f - 0.5).abs() * -1 + 0.5)
    cloud = canvas.texture("cloud", longitude * 2 + 0.3 * u[5], y * 1.2, 0.5) - 0.5
    light = bump(k + 0.46 + 0.1 * u[6], 0.10) * smoothstep(0.0, 0.15, down) * smoothstep(1.0, 0.8, down)
    rim_light = bump(k - 0.86, 0.10)
    tone = weighted_sum(
        0.3,
        (0.2, facing),
        (0.3 * p[6], cell_hash(band, 0.3) - 0.5),
        (0.36 * (0.4 + 0.6 * p[6]), figure),
        (0.16, line),
        (0.12, cloud),
        (0.3, light),
        (0.12, rim_light),
        (-0.18, smoothstep(0.6, 1.0, k)),
    )

    bokeh = canvas.texture("bokeh", canvas.far_x + 0.08 * u[7], canvas.far_y + 0.06 * u[8], 0.34)
    table = smoothstep(-0.01, 0.01, y - 0.52)
    # The clamp keeps the perspective of the grain away from its horizon.
    wood = canvas.texture("cloud", x / (y + 0.9).clamp(min=0.3) * 0.8, y * 4.0, 0.6)
    shadow = exp(-(((x - 0.10) / 0.55) ** 2 + ((y - 0.74) / 0.10) ** 2))
    room = weighted_sum(0.12, (0.2, bokeh), (0.06, canvas.drift), (-0.05, y))
    behind = mix(room, weighted_sum(0.2, (0.16, wood), (-0.16, shadow)), table)
    height = weighted_sum(0.25, (0.55, facing * (0.5 + radius)), (0.03, figure))
    painted = 0.20 * figure * lit(kind, 0.4 * u[9])
    glow = (1 - body) * 0.26 * bokeh * (1 - table) + body * (0.5 * light * light + 0.12 * rim_light + painted)
    return Surface(mix(0.06 * wood * table, height, body), mix(behind, tone, body), glow)


def ball(canvas: Canvas) -> Surface:
    """A stitched ball that rolls over grass: a true sphere, the seam where z = k (x^2 - y^2) on it."""
    p, u = canvas.traits, canvas.controls
    radius = 0.74 + 0.04 * u[4]
    x = (canvas.x - 0.16 * u[2]) / radius
    y = (canvas.y + 0.02 - 0.12 * u[3]) / radius
    rr = x * x + y * y
    z = torch.sqrt((1 - rr).clamp(min=0) + 1e-4)
    inside = coverage(1 - torch.sqrt(rr + 1e-6), canvas.pixel / radius)
    a, b = 0.9 * u[5] + 0.6, 0.9 * u[6] + 0.35
    ball_x, ball_z = torch.cos(a) * x + torch.sin(a) * z, -torch.sin(a) * x + torch.cos(a) * z
    ball_y, ball_z = torch.cos(b) * y + torch.sin(b) * ball_z, -torch.sin(b) * y + torch.cos(b) * ball_z

    bend = ball_z - (1.05 + 0.3 * p[0]) * (ball_x * ball_x - ball_y * ball_y) * 0.9
    from_seam = bend / 1.9
    distance = from_seam.abs()
    seam = bump(distance, 0.014)
    turn = torch.atan2(ball_y, ball_x) / TAU
    stitch = frac(turn * 26.0 + torch.sign(from_seam) * (distance * 5.0))
    stitches = (
        line_coverage((stitch - 0.5).abs(), 0.20, 0.16)
        * smoothstep(0.105, 0.095, distance)
        * smoothstep(0.018, 0.03, distance)
    )
    grit = canvas.texture("grit", ball_x + 0.5 * ball_z, ball_y - 0.4 * ball_z, 0.42) - 0.5
    leather = canvas.texture("spots", ball_x + 0.6 * ball_z, ball_y - 0.5 * ball_z, 0.9)
    cloud = canvas.texture("cloud", ball_x + ball_z, ball_y - ball_z, 0.3) - 0.5
    ball_tone = weighted_sum(
        0.56 + 0.28 * p[1],
        (0.06, grit),
        (0.12, cloud),
        (-0.3, (1 - z).clamp(min=0)),
        (-0.22, seam),
        (0.04, canvas.drift),
    )

    bokeh = canvas.texture("bokeh", canvas.far_x + 0.1 * u[7], canvas.far_y + 0.08 * u[8], 0.36)
    ground = smoothstep(0.1, 1.0, canvas.far_y)
    grass = canvas.texture("grit", canvas.x * 1.6, canvas.y * 0.35, 0.9)
    behind = weighted_sum(0.1, (0.16, bokeh), (0.04, canvas.drift), (0.14, ground * grass))
    behind = behind - 0.14 * exp(-((x - 0.05) ** 2 * 0.8 + (y - 1.02) ** 2 * 9))
    tone = mix(behind, ball_tone, inside)
    # Light stitches on dark leather, dark ones on light leather.
    tone = mix(tone, mix(0.95, 0.42, smoothstep(0.4, 0.6, p[1])), stitches * inside)
    height = weighted_sum(
        0.0,
        (1.0, inside * (0.1 + 1.1 * z)),
        (0.1, stitches * inside),
        (-0.06, seam * inside),
        (0.025, leather * inside),
        (0.3, (1 - inside) * ground * grass),
    )
    return Surface(height, tone, (1 - inside) * 0.22 * bokeh * (1 - ground))
