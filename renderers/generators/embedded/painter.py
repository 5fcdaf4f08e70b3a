"""The door: noise and class vectors to pictures, with nothing to download.

A picture is painted in four steps. The noise becomes controls and fields, the class weights become up to six
layers; each layer's motif is painted on the common, stirred ground; the layers compete by height; one light
falls on the fused relief.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as nnf
from torch import Tensor

from ....dsl.values.subjects import IMAGENET_COUNT, subject_count
from ...picture.controls import FrameControls
from ..protocol import NOISE_SIZE
from .atlas import Atlas, build_textures
from .blend import Layer, blend_layers
from .canvas import Canvas, Coloured
from .controls import PAN_Y, Movement, NoiseReader
from .grid import BASIS_SIZE, Grid, make_grid
from .ground import Fields, ground_of
from .inks import Ink, Inks
from .layers import Layers, layers_of
from .light import BareLand, Relief, lit_relief
from .looks import VOID_CLASS, Looks
from .motifs.catalogue import Motif
from .photographs import Photographs
from .view import View, view_of

if TYPE_CHECKING:
    from ....compiler.plan import OwnPicture
    from ....store.store import Store
    from ...picture.masks import Stage
    from ..protocol import Stream
    from .fused import Fusing

GPU_FRAMES = 16
SMALLEST_PAINTED_WEIGHT = 1e-4
TONE_SHIFT = 0.05
FULL_LAYER = 0.8
"""Class weights of this sum fill a layer."""
# Strips of about this many pixels, with all fields of a motif, stay in the cache of one core.
STRIP_PX = 65536
_COUNTS = (IMAGENET_COUNT, subject_count())


class EmbeddedGenerator:
    """Relief Painter: a pure function of seed, size and vectors.

    On a CPU a frame does not depend on the other frames of the call, to the last bit, and two threads may
    share one generator; then give each torch.set_num_threads(1), as threads within an operation slow it
    down.
    """

    def __init__(
        self,
        seed: int,
        size_px: tuple[int, int],
        device: str | torch.device = "cpu",
        pan: tuple[float, float] = (0.0, 0.0),
        supersampling: int = 1,
        mirrored: bool = False,
        pictures: Sequence[OwnPicture] = (),
        store: Callable[[], Store] | None = None,
    ) -> None:
        """Load nothing, make everything; takes about a second.

        seed             all constants of the classes come from it
        size_px          height and width
        pan              moves the subject right and down, in half picture heights; (0.8, 0) suits a mirror
        supersampling    2 paints four times the pixels and averages them, for thin lines
        mirrored         the right edge of the pictures is a mirror: what is alike on both sides stands on it
        pictures         the piece's own: they are the classes after the subjects, each by its index
        store            gives the store in which its own videos are kept, decoded, when one is first painted;
                         None for a file that is gone afterwards
        """
        self._size_px = size_px
        self._device = torch.device(device)
        self._pan = pan
        self._supersampling = supersampling
        self._mirrored = mirrored
        height, width = size_px
        self._grid = make_grid(height * supersampling, width * supersampling, self._device)
        self._noise = NoiseReader(seed, self._device)
        own = Photographs(pictures, size_px, self._device, store) if pictures else None
        self._looks = Looks(seed, self._device, own)
        self._counts = (*_COUNTS, subject_count() + len(pictures))
        self._atlas = Atlas(build_textures(seed), self._device)
        self._fusing: tuple[Stage, Fusing] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        return self._size_px

    @property
    def device(self) -> torch.device:
        """Where the images are made and stay."""
        return self._device

    def images(self, noise: Tensor, classes: Tensor) -> Tensor:
        """The picture of each pair of vectors, with the camera where the noise puts it."""
        return self.steered(noise, classes, FrameControls())

    def steered(self, noise: Tensor, classes: Tensor, controls: FrameControls) -> Tensor:
        """The picture of each pair of vectors.

        noise      shape (n, 128); 0 is the calm archetype, 2 in every dimension still is valid
        classes    weights >= 0, shape (n, 1000), or (n, subject_count()) with the subjects beside ImageNet's
                   classes, or wider by the own pictures; sums above 1 count as 1, sums below 1 leave room
                   for smoke
        controls   what a composer does to camera and colour, besides the noise
        returns    shape (n, 3, height, width), float32 in [-1, 1], display sRGB
        """
        if noise.ndim != 2 or noise.shape[1] != NOISE_SIZE:
            raise ValueError(f"noise must have shape (n, {NOISE_SIZE}), not {tuple(noise.shape)}")
        if classes.ndim != 2 or len(classes) != len(noise) or classes.shape[1] not in self._counts:
            wanted = f"({len(noise)}, {IMAGENET_COUNT})"
            raise ValueError(f"classes must have shape {wanted}, not {tuple(classes.shape)}")
        at_once = frames_at_once(self._device, controls)
        # Made outside the inference mode: who gets them may change them in place.
        pictures = torch.empty(len(noise), 3, *self._size_px, device=self._device)
        with torch.inference_mode():
            noise, classes = (v.to(self._device, torch.float32) for v in (noise, classes))
            classes = _with_void(classes)
            for start in range(0, len(noise), at_once):
                end = min(start + at_once, len(noise))
                steering = controls.rows(start, end)
                self._paint(noise[start:end], classes[start:end], steering, pictures[start:end])
            return pictures.mul_(2).sub_(1)

    def layered(self, streams: Sequence[Stream], controls: FrameControls, stage: Stage) -> Tensor:
        """The picture of layers that share one land, as wide as the stage."""
        from .fused import Fusing

        if self._fusing is None or self._fusing[0] != stage:
            self._fusing = stage, Fusing(stage, self._device, self._pan)
        fusing = self._fusing[1]
        n = len(streams[0].noise)
        pictures = torch.empty(n, 3, stage.height_px, stage.width_px, device=self._device)
        at_once = frames_at_once(self._device, controls)

        def paint(
            stream: Stream,
            steering: FrameControls,
            grid: Grid,
            relief: Relief,
            pan: tuple[float, float],
            mirrored: bool,
        ) -> BareLand:
            # What is seen between layers is another layer: they leave little room for smoke.
            classes = _with_void(stream.classes / FULL_LAYER)
            return self._bare_land(stream.noise, classes, steering, grid, relief, pan, mirrored)

        with torch.inference_mode():
            for start in range(0, n, at_once):
                end = min(start + at_once, n)
                some = [stream.rows(start, end, self._device) for stream in streams]
                fusing.paint(some, controls.rows(start, end), paint, pictures[start:end])
            return pictures.mul_(2).sub_(1)

    def _paint(self, noise: Tensor, classes: Tensor, steering: FrameControls, out: Tensor) -> None:
        """Paint frames in [0, 1] into out."""
        grid = self._grid
        relief = self._bare_relief(out)
        land = self._bare_land(noise, classes, steering, grid, relief, self._pan, self._mirrored)
        lit_relief(relief, land.steepness, land.bounded, grid, land.pixel, land.turn, steering)
        if self._supersampling > 1:
            out.copy_(nnf.avg_pool2d(relief.colour, self._supersampling))

    def _bare_land(
        self,
        noise: Tensor,
        classes: Tensor,
        steering: FrameControls,
        grid: Grid,
        relief: Relief,
        pan: tuple[float, float],
        mirrored: bool,
    ) -> BareLand:
        """Paint frames into the relief of a grid, without light.

        mirrored   the right edge of the grid is a mirror
        """
        looks = self._looks
        movement = self._noise.read(noise)
        layers = layers_of(classes)
        geometry = (layers.weights[..., None] * looks.geometry[layers.classes]).sum(1)
        warp, steepness, _, spin = geometry.unbind(1)
        ground = ground_of(movement, warp, spin, pan)
        view = view_of(grid, steering, pan)
        strokes = _strokes(layers, looks, Inks(looks, layers.normalised, movement.bounded, steering.hue_deg))
        # What lies further away is smoothed over more of it.
        pixel = grid.pixel if steering.zoom is None else grid.pixel / float(steering.zoom[0])
        seam = ground.across(view.right_edge()) if mirrored else None
        passed = None if steering.clips is None else steering.clips.tolist()
        for rows in grid.strips(STRIP_PX):
            fields = ground.fields(view, rows)
            surfaces = self._surfaces(strokes, fields, movement.controls, pixel, seam, passed)
            gates = self._gates(strokes, movement, view, rows)
            for frame in range(len(noise)):
                self._fuse(frame, strokes, surfaces, gates, movement, rows, relief)
        return BareLand(steepness, movement.bounded, pixel, view.turn)

    def _bare_relief(self, out: Tensor) -> Relief:
        """Memory for the relief of len(out) frames; its colours are out itself where the sizes agree."""
        n, shape = len(out), (self._grid.height, self._grid.width)
        colour = out if self._supersampling == 1 else torch.empty(n, 3, *shape, device=self._device)
        return Relief(
            height=torch.empty(n, *shape, device=self._device),
            colour=colour,
            glow=torch.empty(n, 3, *shape, device=self._device),
            gloss=torch.empty(n, *shape, device=self._device),
        )

    def _surfaces(
        self,
        strokes: list[_Stroke],
        fields: Fields,
        controls: Tensor,
        pixel: float,
        seam: Tensor | None,
        passed: list[list[float]] | None,
    ) -> list[Coloured]:
        """What every stroke paints in a strip, each of shape (rows, columns).

        One call per motif for all frames and classes that have it.
        """
        surfaces: dict[int, Coloured] = {}
        groups: dict[str, list[int]] = {}
        for i, stroke in enumerate(strokes):
            groups.setdefault(stroke.motif.letter, []).append(i)
        for group in groups.values():
            some = [strokes[i] for i in group]
            canvas = self._canvas(some, fields, controls, pixel, seam)
            place = some[0].number - VOID_CLASS - 1
            if passed is not None and place >= 0:
                canvas = replace(canvas, passed=tuple(passed[stroke.frame][place] for stroke in some))
            height, tone, glow, colour = Coloured(*strokes[group[0]].motif.paint(canvas))
            for place, i in enumerate(group):
                own = None if colour is None else colour[place]
                surfaces[i] = Coloured(height[place], tone[place], glow[place], own)
        return [surfaces[i] for i in range(len(strokes))]

    def _canvas(
        self, strokes: list[_Stroke], fields: Fields, controls: Tensor, pixel: float, seam: Tensor | None
    ) -> Canvas:
        motif = strokes[0].motif
        if seam is not None and motif.seam is not None:
            fields, controls = _on_the_seam(motif, motif.seam, fields, controls, seam)
        numbers = torch.tensor([stroke.number for stroke in strokes], device=self._device)
        if len(controls) == 1:
            planes = Fields(*(field.expand(len(strokes), -1, -1) for field in fields))
            controls = controls.expand(len(strokes), -1)
        else:
            frames = torch.tensor([stroke.frame for stroke in strokes], device=self._device)
            planes = Fields(*(field[frames] for field in fields))
            controls = controls[frames]
        return Canvas(
            x=planes.x,
            y=planes.y,
            far_x=planes.far_x,
            far_y=planes.far_y,
            drift=planes.drift,
            sway=planes.sway,
            traits=self._looks.traits[numbers][:, :, None, None].unbind(1),
            controls=controls[:, :, None, None].unbind(1),
            pixel=pixel,
            atlas=self._atlas,
            share=torch.stack([stroke.weight for stroke in strokes])[:, None, None],
        )

    def _gates(
        self, strokes: list[_Stroke], movement: Movement, view: View, rows: tuple[int, int]
    ) -> list[Tensor | None]:
        """What moves the borders of each stroke, shape (rows, columns); None where it is alone."""
        looks = self._looks
        shared = [stroke.frame for stroke in strokes]
        gates: list[Tensor | None] = []
        for stroke in strokes:
            if shared.count(stroke.frame) == 1:
                gates.append(None)
                continue
            # A field of its own for each class: one common to all would cancel between them.
            spectrum = (
                looks.gates[stroke.number] + looks.gate_mixes[stroke.number] @ movement.gates[stroke.frame]
            )
            seen = view.frame(stroke.frame)
            gates.append(seen.field(spectrum.view(1, BASIS_SIZE, BASIS_SIZE), rows)[0])
        return gates

    def _fuse(
        self,
        frame: int,
        strokes: list[_Stroke],
        surfaces: list[Coloured],
        gates: list[Tensor | None],
        movement: Movement,
        rows: tuple[int, int],
        relief: Relief,
    ) -> None:
        """Blend one frame's strokes into its rows of the relief."""
        start, end = rows
        layers = [
            Layer(surfaces[i], stroke.ink, stroke.motif.gloss, stroke.weight, gates[i])
            for i, stroke in enumerate(strokes)
            if stroke.frame == frame
        ]
        part = Relief(*(plane[frame, ..., start:end, :] for plane in relief))
        blend_layers(layers, TONE_SHIFT * movement.bounded[frame, PAN_Y], part)


def _with_void(classes: Tensor) -> Tensor:
    """Class vectors by the numbers of looks: the void's stands between the subjects and own pictures."""
    if classes.shape[1] <= VOID_CLASS:
        return classes
    nothing = torch.zeros_like(classes[:, :1])
    return torch.cat([classes[:, :VOID_CLASS], nothing, classes[:, VOID_CLASS:]], 1)


def _on_the_seam(
    motif: Motif, beside: float, fields: Fields, controls: Tensor, seam: Tensor
) -> tuple[Fields, Tensor]:
    """Fields and controls for what stands still so far beside the seam; seam is where that is, (n, 1, 1)."""
    # What flows across a seam would meet itself: the flow there is taken from the whole of its row.
    flow = fields.x[..., -1:] - fields.far_x[..., -1:]
    far_shift = seam + beside
    fields = fields._replace(x=fields.x - (far_shift + flow), far_x=fields.far_x - far_shift)
    if beside == 0 and motif.wander:
        controls = controls.clone()
        controls[:, list(motif.wander)] = 0
    return fields, controls


def frames_at_once(device: torch.device, controls: FrameControls) -> int:
    """How many frames to paint in one go.

    A GPU waits for work, so it gets many; a CPU is quickest frame by frame in its cache. The textures' level
    of detail follows from the zoom and is one for all: frames of different zoom are painted one by one, so
    that none depends on those beside it.
    """
    zoom = controls.zoom
    if device.type == "cpu" or (zoom is not None and bool((zoom != zoom[:1]).any())):
        return 1
    return GPU_FRAMES


class _Stroke(NamedTuple):
    """One layer of one frame: a class to be painted."""

    frame: int
    number: int
    motif: Motif
    weight: Tensor
    ink: Ink


def _strokes(layers: Layers, looks: Looks, inks: Inks) -> list[_Stroke]:
    """Every layer worth painting, the void last. A GPU is waited for here and nowhere else."""
    numbers = layers.classes.tolist()
    return [
        _Stroke(
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
