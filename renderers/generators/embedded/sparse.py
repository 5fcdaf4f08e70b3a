"""A land painted on every second pixel, and between them only where that would show: see lattice.py.

Each layer's portions are added up on the nodes and interpolated; where a layer is painted between nodes, what
was interpolated of it is taken away again.
"""

from __future__ import annotations

import torch

from .blend import PORTIONS, TONE_SHIFT, Layer, claim_of, portions, shared_out
from .canvas import Coloured
from .controls import PAN_Y
from .grid import Places
from .ground import Fields
from .lattice import bend, between, cells_that_show, interpolated, into_picture, joined, strips_of
from .light import Relief
from .strokes import Easel, Land, standing
from .view import View

LEAST_PX = 400
"""The short side of a picture that is painted so: in smaller ones no place is smooth."""
STRIP_PX = 65536
CELLS_AT_ONCE = STRIP_PX // 3
"""Each has three pixels between nodes."""


def paint_sparsely(easel: Easel, land: Land, nodes: Places, view: View, relief: Relief) -> None:
    """Paint n frames into a relief; `view` looks at the nodes."""
    rows, columns = nodes.height, nodes.width
    fields = land.ground.fields(view, (0, rows))
    strips: list[list[Coloured]] = []
    for start, end in strips_of(rows, columns, STRIP_PX):
        strips.append(easel.surfaces(land, Fields(*(field[:, start:end] for field in fields))))
    surfaces = [joined(parts) for parts in zip(*strips, strict=True)]
    gates = easel.gates(land, view, (0, rows))
    layers = [
        Layer(surface, stroke.ink, stroke.motif.gloss, stroke.weight, gate)
        for surface, stroke, gate in zip(surfaces, land.strokes, gates, strict=True)
    ]
    for frame in range(len(land.steepness)):
        here = Fields(*(field[frame : frame + 1] for field in fields))
        part = Relief(*(plane[frame] for plane in relief))
        _paint_frame(easel, land, frame, here, layers, part)


def _paint_frame(
    easel: Easel, land: Land, frame: int, fields: Fields, layers: list[Layer], out: Relief
) -> None:
    """Paint one frame into a relief without its first axis; fields are its own, layers those of all."""
    mine = [i for i, stroke in enumerate(land.strokes) if stroke.frame == frame]
    claims = {i: claim_of(layers[i]) for i in mine}
    inverse = 1 / torch.stack(list(claims.values())).sum(0)
    shift = TONE_SHIFT * land.movement.bounded[frame, PAN_Y]
    steepness = float(land.steepness[frame])
    total = torch.zeros(PORTIONS, *inverse.shape)
    details = []
    for i in mine:
        found = portions(layers[i], claims[i], shift)
        total.add_(found)
        bends = bend(layers[i].surface, steepness, land.pixel).mul_(claims[i]).mul_(inverse)
        for cells in torch.split(cells_that_show(bends), CELLS_AT_ONCE):
            if len(cells):
                fine = _between(easel, land, i, fields, layers[i], cells)
                details.append((cells, portions(fine, claim_of(fine), shift).sub_(between(found, cells))))
    pixels = interpolated(total)
    for cells, detail in details:
        pixels[:, 1:].index_add_(2, cells, detail)
    pixels[1:].mul_(1 / pixels[0])
    for plane, part in zip(out, shared_out(pixels), strict=True):
        into_picture(part, inverse.shape[1], plane.view(len(part), *plane.shape[-2:]))


def _between(
    easel: Easel, land: Land, number: int, fields: Fields, layer: Layer, cells: torch.Tensor
) -> Layer:
    """What a stroke paints on the three pixels between the nodes of some cells: planes of (3, cells)."""
    stroke = land.strokes[number]
    controls = land.movement.controls[stroke.frame : stroke.frame + 1]
    fields, controls = standing(stroke.motif, fields, controls, _of_frame(land.seam, stroke.frame))
    # All so smooth that the mean of two nodes is as good as what is between them.
    found = between(torch.cat([*fields] if layer.gate is None else [*fields, layer.gate[None]]), cells)
    canvas = easel.canvas(land, [stroke], Fields(*found[:6, None].unbind(0)), controls, scattered=True)
    height, tone, glow, colour = Coloured(*stroke.motif.paint(canvas))
    surface = Coloured(height[0], tone[0], glow[0], None if colour is None else colour[0])
    return layer._replace(surface=surface, gate=None if layer.gate is None else found[6])


def _of_frame(plane: torch.Tensor | None, frame: int) -> torch.Tensor | None:
    return None if plane is None else plane[frame : frame + 1]
