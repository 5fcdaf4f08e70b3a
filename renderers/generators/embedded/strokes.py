"""Strokes: the layers of some frames, each a class to be painted, and what they paint where they are put."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .atlas import Atlas
from .canvas import Canvas, Coloured
from .controls import Movement
from .grid import BASIS_SIZE
from .ground import Fields, Ground
from .inks import Ink, Inks
from .layers import Layers
from .looks import VOID_CLASS, Looks
from .motifs.catalogue import Motif
from .view import View

SMALLEST_PAINTED_WEIGHT = 1e-4


class Stroke(NamedTuple):
    """One layer of one frame: a class to be painted."""

    frame: int
    number: int
    motif: Motif
    weight: Tensor
    ink: Ink


class Land(NamedTuple):
    """The painted content of n frames, before it is viewed from any place."""

    strokes: list[Stroke]
    ground: Ground
    movement: Movement
    steepness: Tensor
    """The steepness of the relief, shape (n,)."""
    pixel: float
    """The size of a pixel on the land."""
    seam: Tensor | None
    """The position of the mirror, (n, 1, 1); None if there is none."""
    passed: list[list[float]] | None
    """The progress of the own videos in each frame; None if there are none."""


def strokes_of(layers: Layers, looks: Looks, inks: Inks) -> list[Stroke]:
    """Every layer worth painting, the void last. A GPU is waited for here and nowhere else."""
    numbers = layers.classes.tolist()
    return [
        Stroke(
            frame,
            numbers[frame][rank],
            looks.motifs[numbers[frame][rank]],
            layers.weights[frame, rank],
            inks.ink(frame, numbers[frame][rank]),
        )
        for frame, weights in enumerate(layers.weights.tolist())
        for rank, weight in enumerate(weights)
        if weight > SMALLEST_PAINTED_WEIGHT
    ]


class Easel:
    """The tools with which strokes are painted."""

    def __init__(self, looks: Looks, atlas: Atlas, device: torch.device) -> None:
        self._looks = looks
        self._atlas = atlas
        self._device = device

    def surfaces(self, land: Land, fields: Fields) -> list[Coloured]:
        """The surface that every stroke paints in a strip, each of shape (rows, columns).

        One call per motif for all frames and classes that have it.
        """
        strokes = land.strokes
        surfaces: dict[int, Coloured] = {}
        groups: dict[str, list[int]] = {}
        for i, stroke in enumerate(strokes):
            groups.setdefault(stroke.motif.letter, []).append(i)
        for group in groups.values():
            motif = strokes[group[0]].motif
            placed, controls = standing(motif, fields, land.movement.controls, land.seam)
            canvas = self.canvas(land, [strokes[i] for i in group], placed, controls)
            height, tone, glow, colour = Coloured(*motif.paint(canvas))
            for place, i in enumerate(group):
                own = None if colour is None else colour[place]
                surfaces[i] = Coloured(height[place], tone[place], glow[place], own)
        return [surfaces[i] for i in range(len(strokes))]

    def canvas(
        self, land: Land, strokes: list[Stroke], fields: Fields, controls: Tensor, scattered: bool = False
    ) -> Canvas:
        """A canvas for strokes of the same motif; fields and controls are those of all frames, or of one."""
        planes, traits, weights = fields, self._looks.traits, [stroke.weight for stroke in strokes]
        if len(strokes) == 1:
            number, share = strokes[0].number, weights[0].view(1, 1, 1)
            traits = traits[number : number + 1]
        else:
            numbers = torch.tensor([stroke.number for stroke in strokes], device=self._device)
            traits, share = traits[numbers], torch.stack(weights)[:, None, None]
        if len(controls) > 1:
            frames = torch.tensor([stroke.frame for stroke in strokes], device=self._device)
            planes = Fields(*(field[frames] for field in fields))
            controls = controls[frames]
        elif len(strokes) > 1:
            planes = Fields(*(field.expand(len(strokes), -1, -1) for field in fields))
            controls = controls.expand(len(strokes), -1)
        passed: tuple[float, ...] = ()
        place = strokes[0].number - VOID_CLASS - 1
        if land.passed is not None and place >= 0:
            passed = tuple(land.passed[stroke.frame][place] for stroke in strokes)
        return Canvas(
            x=planes.x,
            y=planes.y,
            far_x=planes.far_x,
            far_y=planes.far_y,
            drift=planes.drift,
            sway=planes.sway,
            traits=traits[:, :, None, None].unbind(1),
            controls=controls[:, :, None, None].unbind(1),
            pixel=land.pixel,
            atlas=self._atlas,
            share=share,
            passed=passed,
            scattered=scattered,
        )

    def gates(self, land: Land, view: View, rows: tuple[int, int]) -> list[Tensor | None]:
        """The noise that moves the borders of each stroke, shape (rows, columns); None for a lone stroke."""
        looks, strokes = self._looks, land.strokes
        gates: list[Tensor | None] = [None] * len(strokes)
        for frame, moving in enumerate(land.movement.gates):
            mine = [i for i, stroke in enumerate(strokes) if stroke.frame == frame]
            if len(mine) < 2:
                continue
            # A field of its own for each class: one common to all would cancel between them.
            numbers = torch.tensor([strokes[i].number for i in mine], device=self._device)
            spectra = looks.gates[numbers] + looks.gate_mixes[numbers] @ moving
            fields = view.frame(frame).field(spectra.view(-1, BASIS_SIZE, BASIS_SIZE), rows)
            for i, field in zip(mine, fields, strict=True):
                gates[i] = field
        return gates


def standing(motif: Motif, fields: Fields, controls: Tensor, seam: Tensor | None) -> tuple[Fields, Tensor]:
    """Fields and controls for a motif; some stand still on a mirror or beside it.

    fields   up to the right edge, for what flows across a seam would meet itself
    seam     where the mirror is, (n, 1, 1); None if there is none
    """
    beside = motif.seam
    if seam is None or beside is None:
        return fields, controls
    # The flow on the seam is taken from the whole of its row.
    flow = fields.x[..., -1:] - fields.far_x[..., -1:]
    far_shift = seam + beside
    fields = fields._replace(x=fields.x - (far_shift + flow), far_x=fields.far_x - far_shift)
    if beside == 0 and motif.wander:
        controls = controls.clone()
        controls[:, list(motif.wander)] = 0
    return fields, controls
