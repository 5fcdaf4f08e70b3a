"""Coats of animals: plumage, scales, stripes."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import bump, dome, exp, lit, smoothstep, wave, weighted_sum
from .tiles import roof_tiles


def plumage(canvas: Canvas) -> Surface:
    """Rows of feathers with shaft, barbs and, in some classes, peacock eyes and bands."""
    p, u = canvas.traits, canvas.controls
    bend = 0.22 * torch.sin(1.2 * canvas.y + 0.35 * u[2] + 6 * p[7])
    x = canvas.x * (1 + 0.12 * canvas.y) + bend
    y = canvas.y + 0.16 * canvas.x * canvas.x + 0.06 * u[3]
    count = 1.6 + 1.7 * p[0]
    tile = roof_tiles(x * count, y * (count * (0.75 + 0.35 * p[1])), canvas.pixel * count * 2)
    g, s = tile.across, tile.along
    shaft = bump(g, 0.055)
    # The barbs fade to their mean before a pixel is wider than half of one.
    detail = smoothstep(0.45, 0.15, canvas.pixel * count * 7)
    barb = wave(weighted_sum(0.0, (7.5, g.abs()), (-3.6, s), (0.5, tile.number))) * detail + 0.5 * (
        1 - detail
    )
    down = s - 0.42
    eye = exp(-((g / 0.44) ** 2 + (down / 0.34) ** 2) * 1.7) * p[2]
    eye_core = exp(-((g / 0.20) ** 2 + ((down - 0.06) / 0.17) ** 2) * 1.7) * p[2]
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.3)
    shimmer = torch.sin(weighted_sum(u[4], (3.2, s), (2.2, canvas.drift), (1.3, g)))
    bands = torch.sin(weighted_sum(6 * p[7], (3 + 5 * p[6], y), (1.2, torch.sin(2 * x))))
    tone = weighted_sum(
        0.36,
        (0.2, s),
        (0.12, barb - 0.5),
        (0.2, shaft),
        (0.15, tile.number - 0.5),
        (0.2, cloud - 0.5),
        (0.08 * (0.4 + p[3]), shimmer),
        (0.26, eye),
        (-0.52, eye_core),
        (0.16 * (p[4] - 0.3), smoothstep(0.8, 1.0, tile.to_edge)),
        (0.24 * (p[5] - 0.4), bands),
    )
    height = weighted_sum(0.45, (0.32, s), (0.14, dome(g, 0.02)), (0.07, barb - 0.5), (0.12, shaft))
    light = 0.10 * lit(tile.number, 0.4 * u[5]) * (0.3 + barb) * smoothstep(0.2, 0.9, s)
    return Surface(height, tone, 0.22 * eye * (1 - eye_core * 0.8) + light)


def scales(canvas: Canvas) -> Surface:
    """Rows of scales on a rounded body, with keels, growth rings, bands and diamonds.

    Fish, snakes and lizards; cones and roof tiles too.
    """
    p, u = canvas.traits, canvas.controls
    x = canvas.x + 0.26 * torch.sin(1.4 * canvas.y + 0.35 * u[2] + 6 * p[2])
    y = canvas.y + 0.16 * torch.cos(1.3 * canvas.x + 0.35 * u[3])
    body = bump(x, 0.85)
    count = 3.2 + 4.2 * p[0]
    w = x * (1 + 0.10 * x * x)
    tile = roof_tiles(w * count, y * count * (0.75 + 0.6 * p[1]), canvas.pixel * count * 2.2)
    g, s = tile.across, tile.along
    keel = bump(g, 0.14) * p[2]
    rings = wave(tile.to_edge * (2.5 + 2 * p[5]))
    cloud = canvas.texture("cloud", x, y, 0.33)
    band = smoothstep(0.42, 0.60, cloud + 0.08 * torch.sin(4.5 * y + 6 * p[4]))
    diamonds = torch.sin((2 + 5 * p[4]) * w + 3 * (p[6] - 0.5) * y)
    tone = weighted_sum(
        0.16,
        (0.26, (s + 0.4).clamp(min=0)),
        (0.14, body),
        (0.18, tile.number - 0.5),
        (0.3 * p[3], band - 0.5),
        (0.22 * smoothstep(0.35, 0.75, p[7]), diamonds * torch.sin((3 + 4 * p[5]) * y)),
        (0.06, rings),
        (0.12, keel),
        (0.09, torch.sin(2.6 * s + 2.6 * canvas.drift + u[4])),
        (0.14 * (p[6] - 0.35), smoothstep(0.82, 0.98, tile.to_edge)),
    )
    height = weighted_sum(0.35, (0.34, s), (0.2, dome(g, 0.02)), (0.1, keel), (0.35, body))
    return Surface(height, tone, 0.26 * lit(tile.number, 0.35 * u[5]) * smoothstep(0.1, 0.9, s))


def stripes(canvas: Canvas) -> Surface:
    """Turing's stripes: zebra, brain coral, maze. A thresholded band of noise looks as if it had reacted."""
    p, u = canvas.traits, canvas.controls
    scale = 0.09 + 0.09 * p[0]
    stretch = 0.7 + 0.9 * p[1]
    x, y = (canvas.x + 0.10 * canvas.drift) * scale, (canvas.y + 0.10 * canvas.sway) * stretch * scale
    band = canvas.texture("maze", x, y, 1.0, detail=0.15)
    stripe = smoothstep(0.30, 0.70, band + 0.06 * u[2] + 0.25 * (p[2] - 0.5))
    grit = canvas.texture("grit", canvas.x, canvas.y, 0.4) - 0.5
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.3)
    tone = weighted_sum(
        0.1, (0.72, stripe * (0.75 + 0.35 * cloud)), (0.1, grit), (0.16, cloud - 0.5), (0.05, canvas.drift)
    )
    height = 0.7 * torch.sqrt(stripe + 0.02) + 0.06 * grit
    return Surface(height, tone, 0.18 * smoothstep(0.9, 1.0, band) * cloud)
