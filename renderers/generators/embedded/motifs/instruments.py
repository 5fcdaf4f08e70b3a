"""Things that are struck: bars over tubes, and round skins and metals."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..canvas import Canvas, Surface
from ..maths import (
    TAU,
    bump,
    cell_hash,
    cos_turns,
    coverage,
    dome,
    exp,
    frac,
    length,
    line_coverage,
    lit,
    mix,
    smooth_max,
    smoothstep,
    weighted_sum,
)


def bars(canvas: Canvas) -> Surface:
    """A marimba: rounded wooden bars over brass tubes, graded, level or arched; the struck ones glow.

    Lying, leaning, thin or packed they serve as rails, pens, pipes and fences.
    """
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    count = torch.round(6.0 + 9 * p[0])
    lying = (p[5] > 0.66) * 1.0
    x, y = mix(canvas.x, canvas.y - 0.08, lying), mix(canvas.y - 0.08, canvas.x, lying)
    x = x + (p[1] - 0.5) * 0.5 * y
    along = x * count * 0.5 + 0.5 + 0.3 * u[2]
    bar = torch.floor(along)
    f = (along - bar - 0.5) * 2
    place = (bar + 0.5 - 0.3 * u[2]) / count * 2

    profile = p[3]
    span = weighted_sum(
        0.5 + 0.16 * p[2],
        (-0.26, place * smoothstep(0.45, 0.25, profile)),
        (0.3, (0.5 - place * place) * smoothstep(0.55, 0.8, profile)),
        (0.03 + 0.12 * p[7], cell_hash(bar, 0.3) - 0.5),
    )
    offset = 0.06 * (frac(bar * 0.5) * 2 - 0.5)
    light = lit(cell_hash(bar, 0.1), 0.45 * u[3])
    half_width = 0.86 - 0.36 * p[6]
    down = y + 0.12 - offset + 0.03 * light
    rounding = 0.02 + 0.10 * p[4]
    outside = smooth_max((f.abs() - half_width) / count, down.abs() - span, rounding)
    wood = coverage(-outside, pixel)
    curve = torch.sqrt((1 - (f / half_width) ** 2).clamp(min=0) + 0.02)
    grain = canvas.texture("cloud", x * 3.2 + bar * 0.37, y * 0.35 + bar * 0.61, 0.55)
    cord = bump(down.abs() - span * (0.55 + 0.3 * p[2]), 0.018)
    band = smoothstep(0.10, 0.08, (down - span * (1.2 * p[7] - 0.6)).abs()) * smoothstep(0.4, 0.6, p[4])

    roundness = dome(f / 0.62)
    tube = (
        line_coverage(f.abs(), 0.62, pixel * count * 2)
        * smoothstep(0.0, 0.02, y)
        * (1 - smoothstep(-0.01, 0.01, y - 0.80 - 0.30 * (0.5 - 0.5 * place)))
        * smoothstep(0.66, 0.62, p[6] + 0.3 * lying)
    )
    behind = weighted_sum(
        0.1,
        (0.1, canvas.texture("cloud", canvas.far_x + 0.2 * canvas.drift, canvas.far_y, 0.3)),
        (0.05, canvas.drift),
    )
    tube_tone = 0.30 + 0.28 * roundness * (0.6 + 0.4 * cos_turns(f * 0.55 + 0.1))
    wood_tone = weighted_sum(
        0.42,
        (0.204, cell_hash(bar, 0.7) - 0.35),
        (0.3, grain - 0.5),
        (0.12, curve),
        (0.25, light),
        (0.16, band),
    )
    tone = mix(mix(behind, tube_tone, tube), wood_tone, wood) - 0.3 * cord * wood
    height = mix(0.25 * tube * roundness, weighted_sum(0.55, (0.3, curve), (0.1, grain)), wood)
    return Surface(height, tone, wood * light * 0.55)


def disc(canvas: Canvas) -> Surface:
    """A drum or a wok: inside the rim skin with ripples, or turned metal with dimples; outside ropes, or
    fire.

    One trait leads from skin on wood to metal over flames, so gongs, plates and dials are between.
    """
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel * 1.5
    x, y = canvas.x - 0.18 * u[2], canvas.y - 0.15 * u[3]
    y = y * (1 + 0.25 * p[5] + 0.10 * u[10])
    x = x * (1 + 0.10 * u[11])
    r = torch.sqrt(x * x + y * y + 1e-5)
    turn = torch.atan2(y, x) / TAU
    metal, radius = p[3], 0.72 + 0.12 * p[0]
    lug_count = torch.round(6 + 10 * p[1])
    inner = line_coverage(r, radius, pixel)
    from_rim = r - radius - 0.045
    rim = line_coverage(from_rim.abs(), 0.045, pixel)
    outer = 1 - line_coverage(r, radius + 0.09, pixel)

    brush = canvas.texture("cloud", r * 7, turn + 0.15 * r, 0.9, 1.0) - 0.5
    bowl = (1 - (r / radius) ** 2).clamp(0, 1)
    place = _Place(r, turn, radius, inner, outer, brush, bowl)
    is_metal = canvas.knows(metal, 1.0)
    if is_metal or canvas.knows(metal, 0.0):
        kind = (_of_metal if is_metal else _of_skin)(canvas, place)
    else:
        kinds = zip(_of_skin(canvas, place), _of_metal(canvas, place), strict=True)
        kind = _Kind(*(mix(skin, other, metal) for skin, other in kinds))
    tone = mix(kind.tone, 0.55 + 0.3 * cos_turns(turn * 2 + 0.2 * u[7]), rim * 0.9)
    height = kind.height * (1 - rim) + rim * (0.62 + 0.2 * dome(from_rim / 0.05))
    tone, height = mix(tone, kind.outer_tone, outer), mix(height, kind.outer_height, outer)
    if not is_metal:
        f = frac(turn * lug_count) - 0.5
        lugs = line_coverage(length(f * TAU * radius / lug_count * 1.1, r - radius - 0.17), 0.05, pixel)
        zigzag = (frac(turn * lug_count * 2) - 0.5).abs() * 2
        to_rope = (r - (radius + 0.16 + 0.5 * zigzag)).abs() / (1 + lug_count * 0.35)
        rope = line_coverage(to_rope, 0.010, pixel * 0.6)
        fittings = torch.maximum(lugs, rope) * outer * (1 - metal)
        tone, height = mix(tone, 0.78, fittings), height + 0.35 * fittings
    return Surface(height, tone, kind.glow)


class _Place(NamedTuple):
    """Coordinates of each pixel on a disc, and the values that all discs share."""

    r: Tensor
    turn: Tensor
    radius: Tensor
    inner: Tensor
    outer: Tensor
    brush: Tensor
    bowl: Tensor


class _Kind(NamedTuple):
    """The surface of one kind of disc at each pixel, inside its rim and outside."""

    tone: Tensor
    height: Tensor
    outer_tone: Tensor
    outer_height: Tensor
    glow: Tensor


def _of_metal(canvas: Canvas, at: _Place) -> _Kind:
    """Turned metal with dimples, over a fire."""
    p, u, r, turn = canvas.traits, canvas.controls, at.r, at.turn
    shine = 0.5 + 0.5 * torch.cos(2 * TAU * turn + 1.3 * u[4])
    shine = shine * shine
    shine3 = (0.5 + 0.5 * torch.cos(3 * TAU * turn - u[5])) ** 3
    dimples = torch.cos(torch.log(r + 0.05) * 14.0) * torch.cos(TAU * turn * 24) * smoothstep(0.06, 0.2, r)
    flow = canvas.texture(
        "ridge", turn * 3 + 0.1 * u[8], weighted_sum(-0.3 * u[9], (0.55, r), (0.25, canvas.drift)), 1.0
    )
    fire = smoothstep(0.35, 0.95, flow) * exp(-2.6 * (r - at.radius).clamp(min=0))
    return _Kind(
        tone=weighted_sum(
            0.16, (0.36, shine * (0.4 + r)), (0.22, shine3 * r), (0.2, at.brush), (0.1 * p[4], dimples)
        ),
        height=weighted_sum(0.55, (-0.6, at.bowl), (0.05 * p[4], dimples), (0.02, at.brush)),
        outer_tone=mix(0.05 + 0.12 * flow, 0.54 + 0.44 * fire, smoothstep(0.04, 0.45, fire)),
        outer_height=0.12 * fire,
        glow=fire * at.outer * 1.3 + 0.15 * shine * at.inner * shine3,
    )


def _of_skin(canvas: Canvas, at: _Place) -> _Kind:
    """A skin with ripples, on wood."""
    p, u, r = canvas.traits, canvas.controls, at.r
    ripple = torch.sin(r * (26 + 18 * p[2]) - 2.2 * u[6]) * exp(-2.2 * r)
    wood = canvas.texture("cloud", canvas.far_x * 2.5, canvas.far_y * 0.4, 0.5)
    return _Kind(
        tone=weighted_sum(
            0.8,
            (-0.28, 1 - at.bowl),
            (0.16, at.brush),
            (0.05, ripple),
            (0.06, canvas.drift),
            (-0.25 * p[4], bump(r, 0.3)),
        ),
        height=weighted_sum(0.45, (0.1, ripple), (0.03, at.brush)),
        outer_tone=0.14 + 0.26 * wood,
        outer_height=0.15 + 0.1 * wood,
        glow=0.10 * bump(ripple - 0.7, 0.25) * at.inner,
    )
