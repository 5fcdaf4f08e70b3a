"""Own pictures and videos as motifs: reliefs by their lightness, on the common ground and lit.

A picture covers the frame, and beyond its edges is its reflection. While a note is soft its picture is
molten: smooth fields pull it about, the more the less of it is seen, so that a picture arrives and leaves as
painted things do, and is itself only while the note is full.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as nnf
from numpy.typing import NDArray
from torch import Tensor

from ....store.values.array_types import F32
from ...decoding.clips import ClipFrames, clip_frames, part_of
from ...tensors import tensor_of
from .canvas import Canvas, Coloured
from .motifs.catalogue import Motif
from .own_files import decoded_picture, own_side_px
from .palettes import TABLE_SIZE
from .unlit import unlit

if TYPE_CHECKING:
    from ....compiler.plan import OwnPicture
    from ....store.store import Store


MARGIN = 1.10
"""The size of a picture relative to the frame that it covers: the camera needs room to move."""
MELT = 0.55
"""The largest distortion of a picture that is barely visible, in half heights."""
LOWEST, RISE, DETAIL = 0.30, 0.66, 0.18
"""The height of the darkest places, the height that a region's lightness adds, and the height that details
add."""
REGIONS_PX, DETAILS_PX = 24, 160
"""The rows of the smoothed lightness that hills, and details, are made of."""
LEAST_CONTRAST = 0.3
MOMENTS = 8
"""The number of video pictures in the cache: most are seen in one or two frames of the film."""
SAMPLES = 8
"""The number of pictures sampled from a video to find its lightness and its colours."""
GLOWS_FROM, GLOW = 0.86, 0.7
MOST_BYTES, FEWEST = 400_000_000, 6
"""The limit on cached pictures in bytes, and the number that is always cached: a frame shows five classes."""


class Ground(NamedTuple):
    """The overall lightness of a picture: its mean, and the spread between its regions."""

    mean: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A picture, ready to be painted.

    levels    linear sRGB before the light, tone and height, each half as large as the one before: (5, h, w)
    palette   its colours from dark to light: (TABLE_SIZE, 3), linear sRGB
    accent    the colour of its glow: (3,)
    """

    levels: tuple[Tensor, ...]
    palette: F32
    accent: F32

    @property
    def size_bytes(self) -> int:
        return sum(level.numel() * level.element_size() for level in self.levels)


@dataclass(frozen=True, slots=True, eq=False)
class _Video:
    """The pictures of a video, with what is the same for all of them."""

    frames: ClipFrames
    ground: Ground
    palette: F32
    accent: F32


class Photographs:
    """All own pictures of a film, each decoded when it is first painted; threads may share it."""

    def __init__(
        self,
        pictures: Sequence[OwnPicture],
        size_px: tuple[int, int],
        device: torch.device,
        store: Callable[[], Store] | None = None,
    ) -> None:
        """size_px   height and width of the frames
        store     gives the store in which decoded videos are kept: a worker may change it from task to task
        """
        self.pictures = tuple(pictures)
        self._size_px, self._device, self._store = size_px, device, store
        self._side_px = own_side_px(size_px)
        self._lock = threading.RLock()
        self._ready: OrderedDict[tuple[object, ...], Photograph] = OrderedDict()
        self._videos: dict[tuple[object, ...], _Video] = {}

    def motif(self, place: int) -> Motif:
        """The motif of a picture."""

        def own_picture(canvas: Canvas) -> Coloured:
            passed = canvas.passed or (0.0,) * len(canvas.x)
            seen = [self.photograph(place, share) for share in passed]
            return painted(seen, canvas, self._size_px)

        # In a mirrored film the whole picture is on each side of the mirror.
        height_px, width_px = self._size_px
        beside = -width_px / min(height_px, width_px)
        return Motif(f"own {place}", own_picture, warp=0.045, relief=0.13, gloss=0.14, spin=0.10, seam=beside)

    def colours(self, place: int) -> tuple[F32, F32]:
        """The palette and the accent of a picture, the same all through a video; raises PieceError."""
        own = self.pictures[place]
        found = self.photograph(place) if own.clip is None else self._video(own)
        return found.palette, found.accent

    def photograph(self, place: int, passed: float = 0.0) -> Photograph:
        """A picture, of a video that which is seen when so much has passed.

        Raises PieceError where its file cannot be used.
        """
        own = self.pictures[place]
        with self._lock:
            key: tuple[object, ...] = (own.sha256,)
            if own.clip is not None:
                video = self._video(own)
                number = video.frames.number_at(passed, own.clip.then, own.clip.is_stretched)
                key = (*part_of(own), number)
            found = self._ready.pop(key, None)
            if found is None and own.clip is None:
                found = photograph_of(decoded_picture(own, self._side_px), self._device)
            elif found is None:
                levels = levels_of(video.frames.pixels(number), self._device, video.ground)
                found = Photograph(levels, video.palette, video.accent)
            self._ready[key] = found
            moments = [other for other in self._ready if len(other) > 1]
            if len(moments) > MOMENTS:
                del self._ready[moments[0]]
            total = sum(photograph.size_bytes for photograph in self._ready.values())
            while total > MOST_BYTES and len(self._ready) > FEWEST:
                total -= self._ready.popitem(last=False)[1].size_bytes
            return found

    def _video(self, own: OwnPicture) -> _Video:
        assert own.clip is not None
        key = part_of(own)
        with self._lock:
            if key not in self._videos:
                frames = clip_frames(own, self._side_px, self._store() if self._store else None)
                some = sorted({round(k) for k in np.linspace(0, len(frames) - 1, SAMPLES)})
                samples = [_display(frames.pixels(number)) for number in some]
                small = torch.cat([_sampled(sample) for sample in samples], 2)
                palette = _palette(unlit(small), _luma(small))
                accent = palette[int(TABLE_SIZE * 0.96)] * 0.5
                ground = _ground([_luma(sample) for sample in samples])
                self._videos[key] = _Video(frames, ground, palette, accent)
            return self._videos[key]


def painted(photographs: Sequence[Photograph], canvas: Canvas, size_px: tuple[int, int]) -> Coloured:
    """Pictures of one size on a canvas, one each, where they cover a frame of that height and width."""
    base = photographs[0].levels[0]
    rows, columns = base.shape[1:]
    shape = columns / rows
    half_y = MARGIN * max(1.0, size_px[1] / size_px[0] / shape) * size_px[0] / min(size_px)
    half_x = half_y * shape
    x, y = canvas.x, canvas.y
    if canvas.share is not None:
        melt = (1 - canvas.share).clamp(0, 1).square() * MELT
        x, y = x + melt * canvas.drift, y + melt * canvas.sway
    texel = 2 * half_y / rows
    level = round(math.log2(max(canvas.pixel / texel * 0.9, 1.0)))
    seen = [photograph.levels[min(level, len(photograph.levels) - 1)] for photograph in photographs]
    grid = torch.stack([_reflected(x / half_x), _reflected(y / half_y)], 3)
    planes = nnf.grid_sample(torch.stack(seen), grid, "bilinear", "border", align_corners=False)
    tone = planes[:, 3]
    glow = (tone - GLOWS_FROM).clamp(min=0) * GLOW
    return Coloured(planes[:, 4], tone, glow, planes[:, :3])


def _reflected(place: Tensor) -> Tensor:
    """A place in [-1, 1]: beyond an edge the picture runs back."""
    turns = (place + 1) / 4
    return 1 - 4 * (turns - torch.floor(turns) - 0.5).abs()


def photograph_of(pixels: NDArray[np.uint8], device: torch.device) -> Photograph:
    """A decoded picture (height, width, 3) with its relief and its colours."""
    display = _display(pixels)
    luma = _luma(display)
    palette = _palette(unlit(display), luma)
    levels = levels_of(pixels, device, _ground([luma]))
    return Photograph(levels, palette, palette[int(TABLE_SIZE * 0.96)] * 0.5)


def levels_of(pixels: NDArray[np.uint8], device: torch.device, ground: Ground) -> tuple[Tensor, ...]:
    """The levels of a Photograph; the ground is that of the picture, or of all of its video."""
    display = _display(pixels)
    luma = _luma(display)
    levels = [torch.cat([unlit(display), luma, _height(luma, ground)]).to(device)]
    while min(levels[-1].shape[1:]) >= 32:
        levels.append(nnf.avg_pool2d(levels[-1][None], 2)[0])
    return tuple(levels)


def _display(pixels: NDArray[np.uint8]) -> Tensor:
    return tensor_of(pixels.astype(np.float32) / 255).permute(2, 0, 1).contiguous()


def _luma(display: Tensor) -> Tensor:
    return (display[0] * 0.2126 + display[1] * 0.7152 + display[2] * 0.0722)[None]


def _sampled(display: Tensor) -> Tensor:
    """A picture small enough to count its colours."""
    return nnf.interpolate(display[None], (64, 64), mode="area")[0]


def _ground(lumas: Sequence[Tensor]) -> Ground:
    regions = [_smoothed(luma, REGIONS_PX) for luma in lumas]
    mean = sum(float(region.mean()) for region in regions) / len(regions)
    spread = max(float(region.max()) for region in regions) - min(float(region.min()) for region in regions)
    return Ground(mean, max(spread, LEAST_CONTRAST))


def _height(luma: Tensor, ground: Ground) -> Tensor:
    """Light regions are high and dark ones low, whatever the contrast of the picture."""
    regions, details = _smoothed(luma, REGIONS_PX), _smoothed(luma, DETAILS_PX)
    hills = (0.5 + (regions - ground.mean) / ground.spread).clamp(0, 1)
    return LOWEST + RISE * hills + DETAIL * (details - regions)


def _smoothed(planes: Tensor, rows: int) -> Tensor:
    height, width = planes.shape[1:]
    if min(height, width) <= rows:
        return planes
    shrink = rows / min(height, width)
    small = nnf.interpolate(
        planes[None], (max(1, round(height * shrink)), max(1, round(width * shrink))), mode="area"
    )
    # Bicubic: the light shows where a slope changes at once.
    return nnf.interpolate(small, (height, width), mode="bicubic", align_corners=False)[0]


def _palette(linear: Tensor, luma: Tensor) -> F32:
    """The mean colour of each lightness that occurs, by the share of the picture that is darker."""
    order = luma.reshape(-1).argsort(stable=True)
    flat = linear.reshape(3, -1)[:, order]
    bins = nnf.adaptive_avg_pool1d(flat[None], min(64, flat.shape[1]))
    found: F32 = nnf.interpolate(bins, TABLE_SIZE, mode="linear", align_corners=True)[0].T.numpy()
    return np.ascontiguousarray(found)
