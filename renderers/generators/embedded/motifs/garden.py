"""Fields, fruit and trees: a field to the horizon, fruit on a branch, a tree, a wood, a rose."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    cell_hash,
    coverage,
    dome,
    exp,
    frac,
    length,
    smoothstep,
    weighted_sum,
)
from .brush import capsule, dark_room, inside, joined, lay, part_of, placed, rounded, shine, sky


def field(canvas: Canvas) -> Surface:
    """Rows of a crop that run to the horizon under clouds, a farm far away, ears before your feet."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    surface = sky(canvas, 0.30, 0.06, 0.20)
    x, y = canvas.x - 0.04 * u[2], canvas.y
    horizon = -0.14
    ridge = canvas.texture("cloud", x * 0.5 + 3 * p[0], x * 0 + 0.2, 0.35)
    hills = horizon - 0.20 * (ridge - 0.2)
    wood = canvas.texture("ridge", x * 2.2, y * 2.2, 0.6)
    lay(surface, coverage(y - hills, pixel), 0.36 + 0.08 * wood, 0.08)
    for at, size in ((-0.46, 0.10), (0.52, 0.13)):
        found = part_of(
            canvas, surface, 0.04 * u[2] + at - 0.2, horizon - 0.3, 0.04 * u[2] + at + 0.2, horizon + 0.04
        )
        if found is not None:
            near, part = found
            tx, ty = near.x - 0.04 * u[2] - at, near.y - horizon
            leaf = near.texture("cloud", tx * 5, ty * 5, 0.8) - 0.5
            crown = (
                joined(
                    size - length(tx, ty + size * 1.2),
                    0.7 * size - length(tx - 0.6 * size, ty + size * 0.8),
                    0.05,
                )
                + 0.06 * leaf
            )
            lay(part, inside(crown, near), weighted_sum(0.40, (0.16, leaf), (-0.6, ty + size * 1.2)), 0.3)
    below = (y - horizon).clamp(min=0)
    z = 1 / (below + 0.05)
    along = x * z * 0.55 + 0.15 * u[3]
    row = (frac(along) - 0.5).abs() * 2
    wind = canvas.texture("cloud", x * z * 0.12 + 0.25 * u[4], z * 0.12, 0.6)
    ear = canvas.texture("grit", x * z * 0.35, z * 0.8, 0.8)
    far = smoothstep(0.0, 0.30, below)
    rise = (1 - row.square()) * far
    tone = weighted_sum(
        0.66, (0.16, rise), (0.16, ear - 0.4), (0.16, wind - 0.5), (-0.26, smoothstep(0.70, 1.0, row) * far)
    )
    lay(
        surface,
        coverage(y - horizon, pixel),
        tone,
        weighted_sum(0.10, (0.35, rise), (0.12, ear * far)),
        0.05 * smoothstep(0.5, 0.8, wind),
    )
    # Ears that stand before the eye, in two ranks.
    for per_unit, top, salt in ((9.0, 0.56, 0.3), (6.5, 0.66, 0.7)):
        stalk_along = x * per_unit + 0.4 * salt
        number = torch.floor(stalk_along)
        h1, h2 = cell_hash(number, salt), cell_hash(number, salt + 0.2)
        bend = (0.06 * torch.sin(1.2 * u[5] + 6 * h1) + 0.10 * (h2 - 0.5)) * (1.1 - y)
        sx = (stalk_along - number - 0.5) / per_unit - bend * 0.6
        head_y = y - top - 0.16 * h2
        stalk = torch.minimum(0.006 - sx.abs(), head_y)
        lay(surface, inside(stalk, canvas), 0.58, 0.6)
        grain = 0.022 + 0.010 * torch.cos(head_y * 120)
        head = torch.minimum(
            grain * (1 - (head_y / 0.115).square()).clamp(min=0).sqrt() - sx.abs(), 0.115 - head_y.abs()
        )
        tone = 0.82 + 0.14 * torch.cos(head_y * 120) - 2.0 * sx
        lay(surface, inside(head, canvas), tone, 0.85, 0.04)
    return surface


def fruit(canvas: Canvas) -> Surface:
    """Ripe fruit on a branch among leaves, with the light behind; oranges, apples, lemons, figs by colour."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.14)
    surface.tone.add_(0.05)
    canvas = placed(canvas, 0.04 * u[2], 0.02 * u[4], 0.95)
    x, y = canvas.x, canvas.y
    bark = canvas.texture("ridge", x * 0.8, y * 3.0, 0.8)
    bough_y = -0.62 + 0.16 * torch.sin(1.6 * x + 0.6)
    bough = 0.052 - 0.012 * x - (y - bough_y).abs()
    lay(
        surface,
        inside(bough, canvas),
        weighted_sum(0.20, (0.14, bark), (0.16, rounded(bough, 0.05))),
        0.3 + 0.2 * rounded(bough, 0.05),
    )
    leaves = (
        (-0.80, -0.48, 2.3),
        (-0.44, -0.66, -0.9),
        (-0.10, -0.30, 2.7),
        (0.12, -0.66, -1.2),
        (0.34, -0.34, 0.5),
        (0.64, -0.60, -0.6),
        (0.72, -0.34, 1.0),
        (-0.62, -0.30, 1.9),
    )
    for number, (at_x, at_y, angle) in enumerate(leaves[:4]):
        _leaf(canvas, surface, at_x, at_y, angle + 0.10 * torch.sin(u[10 + number]))
    for number, (at_x, at_y, size) in enumerate(
        ((-0.44, 0.02, 0.30), (0.46, 0.10, 0.31), (0.02, 0.36, 0.33))
    ):
        swing = 0.03 * torch.sin(1.2 * u[5] + number)
        _fruit(canvas, surface, at_x, at_y, size, swing)
    for number, (at_x, at_y, angle) in enumerate(leaves[4:]):
        _leaf(canvas, surface, at_x, at_y, angle + 0.10 * torch.sin(u[14 + number]))
    return surface


def _leaf(
    canvas: Canvas, surface: Surface, at_x: float, at_y: float, angle: Tensor, base: float = 0.36
) -> None:
    found = part_of(canvas, surface, at_x - 0.48, at_y - 0.48, at_x + 0.48, at_y + 0.48)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - at_x, canvas.y - at_y
    cos, sin = torch.cos(angle), torch.sin(angle)
    along, across = (x * cos + y * sin) / 0.42, (y * cos - x * sin) / 0.15
    across = across + 0.25 * along * along
    blade = torch.minimum(
        (torch.sin(math.pi * along.clamp(0, 1)).clamp(min=0) ** 0.8 - across.abs()) * 0.13,
        torch.minimum(along, 1 - along),
    )
    rib = bump(across, 0.09)
    vein = bump(frac(along * 7 - across.abs() * 1.6) - 0.5, 0.10) * (1 - rib)
    tone = weighted_sum(base, (0.08, across.clamp(-1, 1)), (0.10, rib), (0.06, vein), (0.06, along))
    lay(
        part,
        inside(blade, canvas),
        tone,
        weighted_sum(0.50, (0.14, 1 - across.abs().clamp(max=1)), (-0.06, vein)),
        0.05 * (1 - rib),
    )


def _fruit(canvas: Canvas, surface: Surface, at_x: float, at_y: float, size: float, swing: Tensor) -> None:
    p = canvas.traits
    found = part_of(canvas, surface, at_x - 1.3 * size, -0.75, at_x + 1.3 * size, at_y + 1.3 * size)
    if found is None:
        return
    canvas, part = found
    x, y = canvas.x - at_x - swing * (canvas.y + 0.6), canvas.y - at_y
    stem = capsule(x, y, (0.04, -0.62 - at_y), (0.0, -0.9 * size), 0.014, 0.018)
    lay(part, inside(stem, canvas), 0.22 + 4 * stem, 0.5)
    long = 1.0 + 0.22 * (p[1] - 0.3)
    dimple = 0.10 * bump(x, 0.35 * size) * (y < 0)
    r = length(x, (y + dimple * size) / long) / size
    rise = dome(r.clamp(max=1), 0.01)
    peel = canvas.texture("grit", x * 1.6 / (0.5 + 0.5 * rise), y * 1.6 / (0.5 + 0.5 * rise), 0.8) - 0.5
    blush = canvas.texture("cloud", x * 0.8 + at_x, y * 0.8, 0.5) - 0.5
    pit = bump(length(x, (y + 0.86 * size) * 1.6), 0.12 * size)
    tone = weighted_sum(
        0.62,
        (0.24, rise - 0.6),
        (0.06, peel),
        (0.22, blush),
        (-0.16, smoothstep(-0.2, 0.9, (x + y) / size)),
        (-0.25, pit),
    )
    gleam = bump(length(x + 0.34 * size, (y + 0.40 * size) * 1.2), 0.15 * size)
    lay(
        part,
        coverage((1 - r) * size, canvas.pixel),
        tone + 0.30 * gleam,
        weighted_sum(0.45, (0.50, rise), (0.03, peel), (-0.2, pit)),
        0.12 * gleam + 0.10 * smoothstep(0.75, 1.0, r) * smoothstep(0.0, -0.8, x / size),
    )


def tree(canvas: Canvas) -> Surface:
    """A great tree alone on a hill: trunk, boughs, a crown of leaves that stir, light behind it."""
    u, pixel = canvas.controls, canvas.pixel
    surface = sky(canvas, 0.94, 0.70, 0.10)
    sun = exp((canvas.far_x.square() + (canvas.far_y - 0.2).square()) * -2.0)
    shine(surface, 0.14 * sun)
    canvas = placed(canvas, 0.04 * u[2], 0.10, 0.88)
    x, y = canvas.x, canvas.y
    grass = canvas.texture("ridge", x * 1.4, y * 2.0, 0.6)
    hill = 0.60 + (0.22 * x * x).clamp(max=0.12) - 0.02 * torch.sin(5 * x)
    lay(
        surface,
        coverage(y - hill - 0.02 * grass, pixel),
        weighted_sum(0.36, (0.16, grass), (-0.14, y - 0.6), (0.10, exp(-8 * (y - hill).clamp(min=0)))),
        0.2 + 0.2 * grass,
    )
    bark = canvas.texture("ridge", x * 3.0, y * 0.6, 0.8)
    trunk = torch.minimum(
        0.075
        + 0.10 * smoothstep(0.35, 0.72, y).square()
        + 0.03 * smoothstep(0.1, -0.3, y)
        - (x + 0.02 * torch.sin(6 * y)).abs(),
        torch.minimum(y + 0.4, hill + 0.06 - y),
    )
    wood = trunk
    for ex, ey, wide in (
        (-0.42, -0.26, 0.045),
        (0.44, -0.30, 0.045),
        (-0.20, -0.48, 0.04),
        (0.24, -0.50, 0.04),
        (0.0, -0.56, 0.04),
    ):
        wood = joined(wood, capsule(x, y, (0.0, 0.18), (ex, ey), wide * 1.2, 0.012), 0.03)
    lay(
        surface,
        inside(wood, canvas),
        weighted_sum(0.14, (0.14, bark), (0.10, rounded(wood, 0.06)), (-0.06, smoothstep(0.0, 0.08, x))),
        0.45 + 0.25 * rounded(wood, 0.06),
    )
    puffs = (
        (-0.52, -0.16, 0.26),
        (0.54, -0.18, 0.27),
        (-0.30, -0.42, 0.30),
        (0.32, -0.44, 0.30),
        (0.0, -0.60, 0.28),
        (-0.02, -0.26, 0.30),
        (-0.66, -0.02, 0.15),
        (0.68, -0.02, 0.16),
    )
    leaf = canvas.texture("spots", x * 1.5 + 0.02 * u[5], y * 1.5, 0.5)
    clump = canvas.texture("cloud", x * 2.0 + 0.05 * u[5] * (0.5 - y), y * 2.0, 0.6) - 0.5
    for number, (at_x, at_y, size) in enumerate(puffs):
        stir = 0.015 * torch.sin(1.3 * u[6] + 1.7 * number)
        dx, dy = x - at_x - stir, y - at_y
        crown = size - length(dx, dy) + 0.16 * clump + 0.05 * (0.3 - leaf)
        rise = rounded(crown, 0.16)
        light = smoothstep(0.9, -0.9, (dy - 0.4 * dx) / size)
        tone = weighted_sum(
            0.30, (0.24, light), (0.20, smoothstep(0.35, 0.10, leaf) * light), (0.16, clump), (0.06, rise)
        )
        lay(
            surface,
            inside(crown, canvas),
            tone,
            weighted_sum(0.50, (0.25, rise), (0.10, 0.4 - leaf)),
            0.03 * light,
        )
    return surface


def forest(canvas: Canvas) -> Surface:
    """A wood of tall trunks in mist, light that falls in between, ferns on the ground."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    far_x, far_y = canvas.far_x, canvas.far_y
    mist = canvas.texture("cloud", far_x * 0.6 + 0.1 * u[8], far_y * 0.9, 0.4)
    glowing = exp((far_x.square() * 1.2 + (far_y + 0.1).square() * 0.8) * -1.5)
    tone = weighted_sum(0.56, (0.34, glowing), (0.10, mist - 0.5))
    surface = Surface(0.02 * mist, tone, 0.16 * glowing)
    for depth in range(4):
        per_unit = 3.6 - 0.75 * depth
        along = canvas.x * per_unit + 0.35 * depth + 3 * p[depth] + 0.10 * (depth + 1) * u[2]
        number = torch.floor(along)
        h1, h2 = cell_hash(number, 0.2 + 0.17 * depth), cell_hash(number, 0.6 + 0.11 * depth)
        lean = 0.10 * (h2 - 0.5) * canvas.y
        x = (along - number - 0.5 - 0.5 * (h1 - 0.5)) / per_unit + lean
        ground = 0.30 + 0.16 * depth
        half = (
            (0.016 + 0.020 * depth)
            * (0.7 + 0.6 * h2)
            * (1 + 0.9 * smoothstep(ground - 0.25, ground + 0.02, canvas.y).square())
        )
        trunk = torch.minimum(half - x.abs(), ground - canvas.y)
        g = (x / half).clamp(-1, 1)
        bark = canvas.texture("ridge", x * (5 - depth) + number * 0.37, canvas.y * 0.7, 0.8)
        base = 0.50 - 0.125 * depth
        tone = weighted_sum(
            base,
            (0.05 + 0.04 * depth, bark - 0.5),
            (0.06 * depth, dome(g, 0.02) - 0.6),
            (0.10, smoothstep(0.3, 0.0, (canvas.far_x).abs())),
        )
        lay(
            surface,
            coverage(trunk, pixel),
            tone,
            weighted_sum(0.14 * depth + 0.1, (0.16, dome(g, 0.02)), (0.06, bark)),
            0,
        )
        fern = canvas.texture("ridge", canvas.x * (2.2 - 0.3 * depth) + 0.4 * depth, canvas.y * 1.6, 0.7)
        floor = canvas.y - ground + 0.10 * (fern - 0.3)
        lay(
            surface,
            coverage(floor, pixel * 2),
            weighted_sum(base - 0.08, (0.16, fern), (0.10, exp(-9 * floor.clamp(min=0)))),
            0.14 * depth + 0.2 * fern,
        )
    slant = far_x - 0.45 * far_y
    ray = canvas.texture("cloud", slant * 1.4 + 0.1 * u[9], slant * 0 + 0.3, 0.6)
    beam = smoothstep(0.48, 0.78, ray) * smoothstep(0.9, -0.6, far_y)
    shine(surface, 0.20 * beam, 0.5)
    return surface


def rose(canvas: Canvas) -> Surface:
    """A rose from above: petals that turn about a furled heart, dew, two leaves behind."""
    u = canvas.controls
    surface = dark_room(canvas, bokeh=0.08)
    canvas = placed(canvas, 0.05 * u[2], 0.03 * u[4], 0.98)
    for number, angle in enumerate((0.5, 2.5, -0.7, 3.7, 1.5)):
        cos, sin = math.cos(angle), math.sin(angle)
        big = placed(canvas, 0.40 * cos, 0.40 * sin, 1.45)
        _leaf(
            big,
            surface,
            0.0,
            0.0,
            torch.full_like(canvas.x[:, :1, :1], angle) + 0.05 * torch.sin(u[10 + number]),
            0.12,
        )
    x, y = canvas.x, canvas.y
    dew = canvas.texture("spots", x * 1.7, y * 1.7, 0.35)
    silk = canvas.texture("cloud", x * 1.2, y * 1.2, 0.6) - 0.5
    # Rings of petals from the outside in, each turned by the golden angle, each over the one before.
    rings = (
        (0.66, 5, 0.0),
        (0.56, 5, 0.62),
        (0.46, 5, 1.21),
        (0.36, 4, 0.3),
        (0.27, 4, 1.1),
        (0.19, 3, 0.5),
        (0.12, 3, 1.5),
    )
    for ring, (radius, count, start) in enumerate(rings):
        for petal in range(count):
            turn = start + petal * TAU / count + 0.05 * torch.sin(u[12] + ring)
            _petal(canvas, surface, ring, radius, torch.cos(turn), torch.sin(turn))
    r = length(x, y)
    curl = frac(r * 13 - torch.atan2(y, x) / TAU + 0.1 * u[13])
    heart = coverage(0.115 - r, canvas.pixel)
    lay(surface, heart, 0.26 + 0.36 * curl, 1.0 - 0.25 * (1 - curl))
    surface.tone.add_(0.05 * silk)
    drop = smoothstep(0.13, 0.09, dew) * (r < 0.72)
    shine(surface, 0.25 * bump(dew - 0.06, 0.03) * drop, 0.6)
    return surface


def _petal(canvas: Canvas, surface: Surface, ring: int, radius: float, cos: Tensor, sin: Tensor) -> None:
    """A petal that points to (cos, sin): its outer edge turns up into the light."""
    reach = 0.66 * radius
    right, down = 0.52 * radius * cos, 0.52 * radius * sin
    most = 1.17 * reach
    found = part_of(canvas, surface, right - most, down - most, right + most, down + most)
    if found is None:
        return
    canvas, part = found
    x, y = (canvas.x - right).mul_(1 / reach), (canvas.y - down).mul_(1 / reach)
    out, across = x * cos + y * sin, y * cos - x * sin
    q = (out.square() + across.square() * 0.82 - 0.10 * torch.cos(across * 7)).clamp_(min=1e-6).sqrt_()
    fold = (out * 0.6 + 0.53).clamp_(0, 1)
    edge = (q * 3.6 - 2.6).clamp_(0, 1).mul_(fold)
    tone = weighted_sum(0.36 - 0.027 * ring, (0.36, fold), (0.16, edge), (-0.06, torch.rsub(across.abs(), 1)))
    height = weighted_sum(0.30 + 0.09 * ring, (0.28, fold), (0.12, edge))
    lay(part, inside(torch.rsub(q, 1).mul_(reach), canvas), tone, height, 0.06 * edge)
