"""Cells and facets: crystals, honeycombs and stones, berries and bubbles."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import coverage, dome, exp, lit, mix, smoothstep, weighted_sum


def crystal(canvas: Canvas) -> Surface:
    """Ice, gems, cut glass: the plane folded five times over turning axes; the sides taken give each
    facet's tone.
    """
    p, u = canvas.traits, canvas.controls
    x, y = canvas.x + 0.12 * u[2] + 0.2, canvas.y - 0.1 + 0.1 * u[3]
    scale = 1.0
    depth, tone, edge = x * 0, x * 0, x * 0
    first_angle = 0.5 + 2.2 * p[0]
    for j in range(5):
        angle = first_angle + (1.1 + 0.8 * p[1 + j]) * (j + 1) + 0.16 * u[4 + j]
        cos, sin = torch.cos(angle), torch.sin(angle)
        x, y = cos * x - sin * y, sin * x + cos * y
        weight = 0.62**j
        side = coverage(x, canvas.pixel * scale * 2)
        tone = tone + weight * side * (1.0 if j % 2 else -1.0) + 0.16 * weight * (y / scale)
        x = x.abs()
        edge = torch.maximum(edge, weight * exp(-x / (0.012 * scale**0.5)))
        depth = depth + x / scale * weight * (0.9 if j % 2 else 0.7)
        x = x - (0.28 + 0.22 * p[2 + j])
        x, y, scale = x * 1.25, y * 1.25, scale * 1.25
    facet = 0.5 + 0.5 * torch.sin(weighted_sum(u[9], (2.6, tone), (1.2, canvas.drift)))
    cloud = canvas.texture("cloud", canvas.far_x + 0.1 * canvas.drift, canvas.far_y, 0.25)
    ridge = canvas.texture("ridge", canvas.x + tone, canvas.y, 0.4)
    tone = weighted_sum(0.12, (0.52, facet * (0.55 + 0.7 * cloud)), (0.1, ridge), (0.22, edge))
    glow = 0.55 * edge * (0.3 + facet) + 0.30 * smoothstep(0.86, 1.0, facet) * cloud
    return Surface(0.75 * depth + 0.02 * ridge, tone, glow)


def cells(canvas: Canvas) -> Surface:
    """Honeycomb, tortoise shell, giraffe, stone wall: rounded cells with joints, some of them lit."""
    p, u = canvas.traits, canvas.controls
    scale = 0.10 + 0.12 * p[0]
    x = (canvas.x + 0.05 * canvas.drift) * scale
    y = (canvas.y + 0.05 * canvas.sway) * (1 + 0.5 * p[1]) * scale
    to_point, to_edge, number = canvas.cells(x, y, 0.18)
    inside = smoothstep(0.03, 0.16 + 0.2 * p[2], to_edge)
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.45)
    grit = canvas.texture("grit", canvas.x, canvas.y, 0.5) - 0.5
    ring = torch.cos(to_point * (9 + 16 * p[3]) - u[2])
    cell_tone = weighted_sum(0.26, (0.34, number), (0.22, cloud - 0.5), (0.1 * p[5], ring), (0.08, grit))
    tone = mix(0.08 + 0.75 * (p[4] > 0.6), cell_tone, inside)
    light = lit(number, 0.4 * u[3])
    height = inside * weighted_sum(0.45, (0.35, 1 - to_point), (0.05, ring), (0.1, cloud)) + 0.04 * grit
    glow = 0.35 * light * inside * (1 - to_point) + 0.3 * (1 - inside) * light
    return Surface(height, tone + 0.15 * light * inside, glow)


def bubbles(canvas: Canvas) -> Surface:
    """Berries, pearls, bubbles: glossy spheres in scattered cells, smaller ones in the gaps."""
    p, u = canvas.traits, canvas.controls
    scale = 0.12 + 0.12 * p[0]
    x, y = (canvas.x + 0.05 * u[2]) * scale, (canvas.y + 0.05 * u[3]) * scale
    distance, _, number = canvas.cells(x, y, 0.18)
    small_x = (canvas.x + 0.37) * scale * 2.3
    small_y = (canvas.y + 0.71 + 0.03 * u[4]) * scale * 2.3
    small = dome(canvas.texture("spots", small_x, small_y, 1.0, detail=0.4) / 0.5, 0.003)
    large = dome(distance / 0.62, 0.003)
    on_top = smoothstep(0.62, 0.56, distance)
    cloud = canvas.texture("cloud", canvas.x, canvas.y, 0.3)
    large_tone = weighted_sum(0.24, (0.36, large), (0.34, number - 0.5), (0.2, cloud - 0.5))
    tone = mix(0.10 + 0.30 * small * cloud, large_tone, on_top)
    rim = smoothstep(0.40, 0.58, distance) * on_top
    shine = 0.25 * smoothstep(0.93, 1.0, large) * (number > 0.5) * p[3]
    height = mix(0.3 * small, 0.35 + 0.65 * large, on_top)
    return Surface(height, tone + 0.18 * rim * p[2], 0.30 * rim * p[2] + shine)
