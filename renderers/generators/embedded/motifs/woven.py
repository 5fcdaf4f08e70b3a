"""Threads: a spider's web with dew, and cloth."""

from __future__ import annotations

import torch

from ..canvas import Canvas, Surface
from ..maths import TAU, cell_hash, dome, exp, frac, line_coverage, lit, mix, parity, smoothstep, weighted_sum


def web(canvas: Canvas) -> Surface:
    """A spider's web before bokeh and a low sun: uneven spokes, a sagging spiral, beads of dew."""
    p, u, pixel = canvas.traits, canvas.controls, canvas.pixel
    x = canvas.x + 0.10 - 0.26 * u[2] - 0.2 * (p[0] - 0.5)
    y = canvas.y + 0.06 - 0.22 * u[3]
    r = torch.sqrt(x * x + y * y + 1e-5)
    turn = torch.atan2(y, x) / TAU
    count = torch.round(13 + 6 * p[1])
    angle = (
        turn * count
        + 0.55 * torch.sin(TAU * (2 * turn + p[2]))
        + 0.35 * torch.sin(TAU * (3 * turn + p[3] + 0.12 * u[4]))
    )
    sector = torch.floor(angle)
    f = angle - sector - 0.5
    to_spoke = (0.5 - f.abs()) * TAU * r / count
    to_spoke = torch.sqrt(to_spoke * to_spoke + 1e-7)
    sagging = r * (1 + 0.20 * (1 - 4 * f * f))
    pitch = 4.6 + 2.5 * p[4]
    to_spiral = (frac(sagging * pitch - turn + 0.04 * torch.sin(3 * sector)) - 0.5).abs() / pitch
    bead = 0.5 + 0.5 * torch.cos(f * (16 + 10 * torch.floor(r * 3)) + 3 * cell_hash(sector))
    bead = bead * bead

    fade, hub = smoothstep(1.75, 0.9, r), smoothstep(0.05, 0.10, r)
    glint = 0.35 + 0.65 * lit(turn * 2 + 0.12 * u[5], 0.0)
    half_width = 0.0045
    spokes = line_coverage(to_spoke, half_width * 1.25, pixel) * 0.95
    spiral = line_coverage(to_spiral, half_width * (0.6 + 1.5 * bead), pixel) * hub
    thread = torch.maximum(spokes * 0.9, spiral * (0.45 + 0.55 * bead)) * fade
    halo = (exp(-to_spiral * 55) * 0.5 * hub + exp(-to_spoke * 55) * 0.6) * fade

    bokeh = canvas.texture("bokeh", canvas.far_x + 0.08 * u[6], canvas.far_y + 0.06 * u[7], 0.30)
    near = canvas.texture("bokeh", canvas.far_x + 0.4, canvas.far_y + 0.3 + 0.03 * u[8], 0.55)
    cloud = canvas.texture("cloud", canvas.far_x, canvas.far_y, 0.25)
    above = 0.5 - 0.5 * canvas.far_y
    sun = exp(-((canvas.far_x - 0.5 + 0.3 * u[9]) ** 2 + (canvas.far_y + 0.55) ** 2) * 1.3)
    tone = weighted_sum(
        0.06,
        (0.16, cloud),
        (0.22, sun),
        (0.3, bokeh * (0.35 + 0.65 * above)),
        (0.14, near * (0.3 + 0.7 * sun)),
        (0.05, canvas.drift),
        (0.14, halo * glint),
    )
    tone = mix(tone, 0.95, thread * (0.40 + 0.60 * glint))
    glow = weighted_sum(
        0.0,
        (1.0, thread * glint * (0.75 + 0.8 * bead)),
        (0.3, bokeh * bokeh * (0.3 + 0.7 * sun)),
        (0.1, sun * sun),
        (0.14, halo * glint),
    )
    return Surface(0.7 * thread + 0.1 * halo, tone, glow)


def cloth(canvas: Canvas) -> Surface:
    """Cloth in folds: threads over and under each other, with a woven figure."""
    p, u = canvas.traits, canvas.controls
    count = 7.0 + 9 * p[0]
    fold = torch.sin(weighted_sum(u[2], (2.2, canvas.x), (1.1, canvas.y), (1.4, canvas.drift)))
    across, down = (canvas.x + 0.08 * fold) * count, (canvas.y + 0.05 * fold) * count
    i, j = torch.floor(across), torch.floor(down)
    fu, fv = (across - i - 0.5) * 2, (down - j - 0.5) * 2
    over = parity(i + j)
    pixel = canvas.pixel * count
    warp = dome(fu, 0.02) * (0.55 + 0.45 * dome(fv))
    weft = dome(fv, 0.02) * (0.55 + 0.45 * dome(fu))
    thread = mix(weft, warp, over)
    fibre = canvas.texture(
        "grit", mix(canvas.y, canvas.x, over) * 2.2, mix(canvas.x, canvas.y, over) * 0.3, 0.7
    )
    fibre = fibre - 0.5
    repeat = 3 + torch.round(4 * p[1])
    step = i.abs() - 2 * torch.floor(i.abs() * 0.5 / repeat) * repeat
    figure = torch.sin(step * 0.9 + p[3] * 6) * torch.cos(j * (0.5 + p[2]) + 0.5 * u[3])
    figure = 0.5 + 0.5 * figure
    # Threads fade into their mean before they alias.
    detail = smoothstep(0.5, 0.22, pixel)
    tone = weighted_sum(
        0.2,
        (0.42, figure),
        (0.14, over - 0.5),
        (1.0, (0.22 * (thread - 0.6) + 0.12 * fibre) * detail),
        (0.12, fold),
    )
    height = (0.35 * thread + 0.06 * fibre) * detail + 0.55 * fold * 0.5
    return Surface(height, tone, 0.06 * smoothstep(0.8, 1.0, figure))
