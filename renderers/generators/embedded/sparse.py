"""A land painted on every second pixel, and between them only where that would show: see lattice.py.

The portions of each layer are added up on the nodes and interpolated. Where a layer is painted between nodes,
its interpolated share is taken away again. A layer of the picture is a part that is interpolated only when it
is fused with others; where little of it is seen, little of it is painted between nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .blend import PORTIONS, TONE_SHIFT, Layer, claim_of, portions, shared_out
from .canvas import Coloured
from .controls import PAN_Y
from .grid import Places
from .ground import Fields
from .lattice import (
    SHOWS,
    bend,
    between,
    cells_that_show,
    doubled,
    interpolated,
    into_picture,
    joined,
    pixels_between,
    strips_of,
)
from .light import Relief
from .strokes import Easel, Land, standing
from .view import View

LEAST_PX = 400
"""The short side of a picture that is painted so: in smaller ones no place is smooth."""
STRIP_PX = 65536
PART_SHOWS = 0.1
"""The tolerance for a node's bend times its visible share: see lattice.SHOWS."""
FEWEST_CELLS = 100
"""So few cells of a part are not worth a call: a thousandth of what is seen."""
CELLS_AT_ONCE = STRIP_PX
"""Scattered pixels, three to a cell, stay in no cache: more at once cost fewer calls."""


def paint_sparsely(easel: Easel, land: Land, nodes: Places, view: View, relief: Relief) -> None:
    """Paint n frames into a relief; `view` looks at the nodes."""
    for sketch in sketches(easel, land, nodes, view):
        total = torch.zeros(PORTIONS, nodes.height, nodes.width)
        details = []
        for number, found in sketch.portions():
            total.add_(found)
            for cells, fine in sketch.fine(number):
                details.append((cells, fine.sub_(between(found, cells))))
        pixels = interpolated(total.view(PORTIONS, -1), nodes.width)
        for cells, detail in details:
            pixels[:, 1:].index_add_(2, cells, detail)
        pixels[1:].mul_(1 / pixels[0])
        for plane, part in zip(relief, shared_out(pixels), strict=True):
            into_picture(part, nodes.width, plane[sketch.frame].view(len(part), *plane.shape[-2:]))


def sketches(easel: Easel, land: Land, nodes: Places, view: View) -> Iterator[Sketch]:
    """Every frame of a land, painted on its nodes; `view` looks at them."""
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
        mine = [i for i, stroke in enumerate(land.strokes) if stroke.frame == frame]
        here = Fields(*(field[frame : frame + 1] for field in fields))
        yield Sketch(easel, land, frame, here, {i: layers[i] for i in mine})


class Sketch:
    """A frame on its nodes: what its strokes paint there, and between nodes when they are asked."""

    def __init__(
        self, easel: Easel, land: Land, frame: int, fields: Fields, layers: dict[int, Layer]
    ) -> None:
        """layers   of the frame, by the numbers of their strokes; fields are its own"""
        self.frame = frame
        self._easel = easel
        self._land = land
        self._fields = fields
        self._layers = layers
        self._claims = {number: claim_of(layer) for number, layer in layers.items()}
        self._inverse = 1 / torch.stack(list(self._claims.values())).sum(0)
        self._shift = TONE_SHIFT * land.movement.bounded[frame, PAN_Y]

    def portions(self) -> Iterator[tuple[int, Tensor]]:
        """Each stroke's number and its portions on the nodes, (PORTIONS, rows, columns)."""
        for number, layer in self._layers.items():
            yield number, portions(layer, self._claims[number], self._shift)

    def fine(
        self, number: int, seen: Tensor | None = None, most: float = SHOWS, fewest: int = 1
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Cells in which a stroke is painted between nodes, and its portions there, (PORTIONS, 3, cells).

        seen    how much of every node is seen, (rows, columns); None where all is
        most    a node that bends less does not show
        fewest  with fewer cells, none is painted
        """
        layer = self._layers[number]
        bends = bend(layer.surface, float(self._land.steepness[self.frame]), self._land.pixel)
        bends.mul_(self._claims[number]).mul_(self._inverse)
        if seen is not None:
            bends.mul_(seen)
        all_cells = cells_that_show(bends, most)
        if len(all_cells) >= fewest:
            for cells in torch.split(all_cells, CELLS_AT_ONCE):
                fine = self._between(number, cells)
                yield cells, portions(fine, claim_of(fine), self._shift)

    def _between(self, number: int, cells: Tensor) -> Layer:
        """The values that a stroke paints on the three pixels between the nodes of some cells: (3, cells)."""
        land, layer, frame = self._land, self._layers[number], self.frame
        stroke = land.strokes[number]
        seam = None if land.seam is None else land.seam[frame : frame + 1]
        controls = land.movement.controls[frame : frame + 1]
        fields, controls = standing(stroke.motif, self._fields, controls, seam)
        # All is so smooth that the mean of two nodes is as good as the pixels between them.
        planes = [*fields] if layer.gate is None else [*fields, layer.gate[None]]
        found = between(torch.cat(planes), cells)
        canvas = self._easel.canvas(
            land, [stroke], Fields(*found[:6, None].unbind(0)), controls, scattered=True
        )
        height, tone, glow, colour = Coloured(*stroke.motif.paint(canvas))
        surface = Coloured(height[0], tone[0], glow[0], None if colour is None else colour[0])
        return layer._replace(surface=surface, gate=None if layer.gate is None else found[6])


class Detail(NamedTuple):
    """The painted pixels of a part between the nodes of some cells."""

    first_cells: list[int]
    """The place among them of the first cell of each row of nodes, and of what would follow the last row."""
    pixels: Tensor
    """The indices of their pixels in the part: see pixels_between."""
    fine: Tensor
    """Their values, set or added: shape (PORTIONS, 3, cells)."""


class SparsePart:
    """A frame of a layer, interpolated row by row when they are asked for: see fused.Part."""

    def __init__(self, sketch: Sketch, width: int) -> None:
        """width   of the part in pixels"""
        self._sketch = sketch
        self._width = width
        self._found = list(sketch.portions())
        self._is_one = len(self._found) == 1
        self._total = self._found[0][1]
        if not self._is_one:
            self._total = torch.stack([found for _, found in self._found]).sum(0)
        self._details: list[Detail] = []

    def heights(self) -> Tensor:
        return self._total[1] / self._total[0]

    def refine(self, seen: Tensor) -> None:
        _, rows, columns = self._total.shape
        edges = torch.arange(rows + 1) * columns
        for number, found in self._found:
            for cells, fine in self._sketch.fine(number, seen, PART_SHOWS, FEWEST_CELLS):
                if not self._is_one:
                    fine.sub_(between(found, cells))
                first_cells = torch.searchsorted(cells, edges).tolist()
                self._details.append(Detail(first_cells, pixels_between(cells, columns), fine))

    def rows(self, start: int, end: int) -> Tensor:
        begin, stop = start // 2, (end + 1) // 2
        # A lone stroke claims everything.
        first = 1 if self._is_one else 0
        # With the row of nodes below, to which the last cells reach.
        planes = doubled(self._total[first:, begin : stop + 1])
        pixels = planes.flatten(1)
        for first_cells, places, fine in self._details:
            here = slice(first_cells[begin], first_cells[stop])
            found = fine[first:, :, here]
            for at, values in zip(places[:, here] - start * planes.shape[2], found.unbind(1), strict=True):
                if self._is_one:
                    pixels.scatter_(1, at.expand(len(pixels), -1), values)
                else:
                    pixels.index_add_(1, at, values)
        if not self._is_one:
            planes = planes[1:].mul_(1 / planes[0])
        return planes[None, :, : end - start, : self._width]
