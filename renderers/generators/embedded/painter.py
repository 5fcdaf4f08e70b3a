"""The door: noise and class vectors to pictures, with nothing to download.

A picture is painted in four steps. The noise becomes controls and fields, the class weights become up to six
layers; each layer's motif is painted on the common, stirred ground; the layers compete by height; one light
falls on the fused relief.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as nnf
from torch import Tensor

from ....dsl.values.subjects import IMAGENET_COUNT, subject_count
from ...picture.controls import FrameControls
from ..protocol import NOISE_SIZE
from .atlas import Atlas, build_textures
from .blend import TONE_SHIFT, Layer, blend_layers
from .controls import PAN_Y, NoiseReader
from .fused import Fusing, Part, WholePart
from .grid import Grid, Places, every_second, make_grid
from .ground import ground_of
from .inks import Inks
from .layers import layers_of
from .light import BareLand, Relief, lit_relief
from .looks import VOID_CLASS, Looks
from .photographs import Photographs
from .sparse import LEAST_PX, SparsePart, paint_sparsely, sketches
from .strokes import Easel, Land, strokes_of
from .view import View, view_of

if TYPE_CHECKING:
    from ....compiler.plan import OwnPicture
    from ....store.store import Store
    from ...picture.masks import Stage
    from ..protocol import Stream

GPU_FRAMES = 16
FULL_LAYER = 0.25
"""Class weights of this sum fill a layer; how much of its place it takes from others is in its mask."""
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
        mirrored         the right edge of the pictures is a mirror: what is alike on both sides is on it
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
        self._easel = Easel(self._looks, Atlas(build_textures(seed), self._device), self._device)
        self._fusing: tuple[Stage, Fusing] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        return self._size_px

    @property
    def device(self) -> torch.device:
        """The device on which the images are made and stay."""
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
        if self._fusing is None or self._fusing[0] != stage:
            self._fusing = stage, Fusing(stage, self._device, self._pan)
        fusing = self._fusing[1]
        n = len(streams[0].noise)
        pictures = torch.empty(n, 3, stage.height_px, stage.width_px, device=self._device)
        at_once = frames_at_once(self._device, controls)
        with torch.inference_mode():
            for start in range(0, n, at_once):
                end = min(start + at_once, n)
                some = [stream.rows(start, end, self._device) for stream in streams]
                fusing.paint(some, controls.rows(start, end), self._paint_part, pictures[start:end])
            return pictures.mul_(2).sub_(1)

    def _paint_part(
        self,
        stream: Stream,
        steering: FrameControls,
        grid: Grid,
        pan: tuple[float, float],
        mirrored: bool,
    ) -> tuple[Part, BareLand]:
        """Some columns of a layer, for Fusing."""
        # What is seen through a faint layer is another one: only one that is nearly silent is smoke.
        total = stream.classes.clamp(min=0).sum(1, keepdim=True)
        classes = _with_void(stream.classes / total.clamp(min=FULL_LAYER))
        places = self._places(grid)
        land, view = self._land(stream.noise, classes, steering, places, pan, mirrored)
        part: Part
        if places is not grid:
            (sketch,) = sketches(self._easel, land, places, view)
            part = SparsePart(sketch, grid.width)
        else:
            part = WholePart(len(stream.noise), grid)
            self._paint_all(land, grid, view, part.relief)
        return part, BareLand(land.steepness, land.movement.bounded, land.pixel, view.turn)

    def _paint(self, noise: Tensor, classes: Tensor, steering: FrameControls, out: Tensor) -> None:
        """Paint frames in [0, 1] into out."""
        grid = self._grid
        relief = self._bare_relief(out)
        places = self._places(grid)
        land, view = self._land(noise, classes, steering, places, self._pan, self._mirrored)
        if places is not grid:
            paint_sparsely(self._easel, land, places, view, relief)
        else:
            self._paint_all(land, grid, view, relief)
        lit_relief(relief, land.steepness, land.movement.bounded, grid, land.pixel, view.turn, steering)
        if self._supersampling > 1:
            out.copy_(nnf.avg_pool2d(relief.colour, self._supersampling))

    def _places(self, grid: Grid) -> Places:
        """The places that are painted first: every second pixel, or the grid itself, all of it."""
        # On devices other than a CPU, each layer would have to wait to know where to paint between nodes.
        is_sparse = self._device.type == "cpu" and grid.pixel <= 2 / LEAST_PX
        return every_second(grid) if is_sparse else grid

    def _land(
        self,
        noise: Tensor,
        classes: Tensor,
        steering: FrameControls,
        places: Places,
        pan: tuple[float, float],
        mirrored: bool,
    ) -> tuple[Land, View]:
        """The painted land of the frames, and the view that maps places of the picture to it.

        mirrored   the right edge of the picture is a mirror
        """
        looks = self._looks
        movement = self._noise.read(noise)
        layers = layers_of(classes)
        geometry = (layers.weights[..., None] * looks.geometry[layers.classes]).sum(1)
        warp, steepness, _, spin = geometry.unbind(1)
        ground = ground_of(movement, warp, spin, pan)
        view = view_of(places, steering, pan)
        strokes = strokes_of(
            layers, looks, Inks(looks, layers.normalised, movement.bounded, steering.hue_deg)
        )
        # What is further away is smoothed over more of it.
        pixel = places.pixel if steering.zoom is None else places.pixel / float(steering.zoom[0])
        seam = ground.across(view.right_edge()) if mirrored else None
        passed = None if steering.clips is None else steering.clips.tolist()
        return Land(strokes, ground, movement, steepness, pixel, seam, passed), view

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

    def _paint_all(self, land: Land, grid: Grid, view: View, relief: Relief) -> None:
        """Paint every pixel, in strips."""
        for start, end in grid.strips(STRIP_PX):
            surfaces = self._easel.surfaces(land, land.ground.fields(view, (start, end)))
            gates = self._easel.gates(land, view, (start, end))
            for frame, bounded in enumerate(land.movement.bounded):
                layers = (
                    Layer(surfaces[i], stroke.ink, stroke.motif.gloss, stroke.weight, gates[i])
                    for i, stroke in enumerate(land.strokes)
                    if stroke.frame == frame
                )
                part = Relief(*(plane[frame, ..., start:end, :] for plane in relief))
                blend_layers(layers, TONE_SHIFT * bounded[PAN_Y], part)


def _with_void(classes: Tensor) -> Tensor:
    """Class vectors by the numbers of looks: the void's is between the subjects and own pictures."""
    if classes.shape[1] <= VOID_CLASS:
        return classes
    nothing = torch.zeros_like(classes[:, :1])
    return torch.cat([classes[:, :VOID_CLASS], nothing, classes[:, VOID_CLASS:]], 1)


def frames_at_once(device: torch.device, controls: FrameControls) -> int:
    """The number of frames to paint per call.

    A GPU waits for work, so it gets many; a CPU is quickest frame by frame in its cache. The textures' level
    of detail follows from the zoom and is one for all: frames of different zoom are painted one by one, so
    that none depends on those beside it.
    """
    zoom = controls.zoom
    if device.type == "cpu" or (zoom is not None and bool((zoom != zoom[:1]).any())):
        return 1
    return GPU_FRAMES
