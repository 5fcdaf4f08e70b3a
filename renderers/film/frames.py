"""A segment from its latents: images made, finished and encoded in order, nothing made twice.

Frames that look the same are one shot, and consecutive shots with the same latents share one image. How many
shots are made at once depends on the segment and the generator alone, so that a segment is the same bytes
whoever renders it, and beside whatever else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from ...store.values.array_types import U8
from ..encoding import ENCODINGS, Quality
from ..engraving.sheet import Sheet, drawn_sheet
from ..engraving.view import ScoreStand
from ..generators.ground import Ground
from ..generators.protocol import TruncatedGenerator, WalkingGenerator
from ..picture.camera import moved
from ..picture.chain import Finish, Shown, black_frame, finished
from ..picture.contrast import LEAST, contrast
from ..picture.title import Overlay, overlay_of
from ..picture.tone import toned
from ..tensors import tensor_of
from .alpha import parted
from .flashes import look_at, packed
from .layered import layered_images
from .segment_writer import PictureFormat, SegmentWriter
from .steering import controls_of, steered

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan, ScorePlan, TitlePlan
    from ..generators.protocol import Generator

    Sheets = Callable[[ScorePlan, int, int], Sheet]

FRAMES_AT_ONCE_ON_GPU = 16


SEEN = 0.95
"""The opacity from which on a title counts as readable."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered segment's facts.

    faint  titles and words that are hard to read in it, and their contrast: renderers/picture/contrast.py
    looks  its frames, small and packed: renderers/film/flashes.py
    """

    image_count: int
    faint: tuple[tuple[str, float], ...]
    looks: str


@dataclass(frozen=True, slots=True)
class Shot:
    """Consecutive frames that look the same: first up to, not at, end; a black one has no image."""

    first: int
    end: int
    is_black: bool
    same_image_as_before: bool


@dataclass(frozen=True, slots=True)
class Workshop:
    """The equipment of a worker: the latents, the generator, and the finishing of frames."""

    picture: PicturePlan
    generator: Generator
    finish: Finish
    overlays: tuple[tuple[TitlePlan, Overlay], ...]
    stand: ScoreStand | None = None
    """The equipment for the score, if the film shows it."""

    @classmethod
    def of(cls, picture: PicturePlan, generator: Generator, sheets: Sheets = drawn_sheet) -> Workshop:
        """sheets   draws the score for a film of a size; a store's keeps it"""
        # Layers are on the whole film: there is nothing left to be mirrored.
        frame = "fill" if picture.streams and picture.frame == "mirror" else picture.frame
        finish = Finish(picture.width_px, picture.height_px, frame, picture.upscale)
        drawn = (
            (t, overlay_of(t, picture.width_px, picture.height_px, generator.device)) for t in picture.titles
        )
        overlays = tuple((title, overlay) for title, overlay in drawn if overlay is not None)
        stand = None
        if picture.score is not None:
            size = picture.width_px, picture.height_px
            stand = ScoreStand(picture.score, sheets(picture.score, *size), *size)
        return cls(picture, generator, finish, overlays, stand)

    def overlays_at(self, frame: int) -> list[Shown]:
        """The score and the titles on a frame, the first below, and how much of each is seen.

        The score fades with the picture; titles have fades of their own.
        """
        seen = float(self.picture.brightness[frame])
        view = None if self.stand is None or seen == 0 else self.stand.view(frame)
        below: list[Shown] = [] if view is None else [(view, seen)]
        return below + [
            (overlay, title.opacity(frame))
            for title, overlay in self.overlays
            if title.first_frame <= frame < title.end_frame
        ]

    def lights_at(self, frame: int) -> NDArray[np.float32] | None:
        """The lights on a frame, as rows of PicturePlan.lights."""
        lights = self.picture.lights
        if lights is None:
            return None
        begin, end = lights[:, 0].searchsorted([frame, frame + 1])
        return lights[begin:end] if begin < end else None


def shots_of(picture: PicturePlan) -> list[Shot]:
    """The film as shots, in order; together they are every frame once."""
    count = picture.frame_count
    if count == 0:
        return []
    black = picture.brightness == 0
    same_image = np.zeros(count, bool)
    same_image[1:] = _rows_repeat(picture.noise) & _rows_repeat(picture.class_weights)
    if picture.clips is not None:
        same_image[1:] &= _rows_repeat(picture.clips)
    for lane in (picture.truncation, *picture.steering.values):
        if lane is not None:
            same_image[1:] &= lane[1:] == lane[:-1]
    for stream in picture.streams:
        same_image[1:] &= _rows_repeat(stream.noise) & _rows_repeat(stream.class_weights)
        for row in (stream.strength, stream.across, stream.hue_deg, stream.truncation):
            if row is not None:
                same_image[1:] &= row[1:] == row[:-1]
    for times_s, _ in () if picture.walk is None else picture.walk.layers:
        same_image[1:] &= times_s[1:] == times_s[:-1]
    same_look = np.zeros(count, bool)
    same_look[1:] = same_image[1:] & (picture.brightness[1:] == picture.brightness[:-1])
    if picture.lights is not None:
        lit = np.unique(picture.lights[:, 0].astype(np.int64))
        same_look[lit] = False
        same_look[lit[lit + 1 < count] + 1] = False
    if picture.score is not None:
        same_look[1:] &= picture.score.repeats()
    same_look[1:] |= black[1:] & black[:-1]
    for title in picture.titles:
        for edge in (title.first_frame, title.end_frame):
            if 0 <= edge < count:
                same_look[edge] = False
        for ramp in (title.rise, title.fall):
            if ramp is not None:
                # One more on either side: a frame is evaluated in its middle.
                begin, end = floor(ramp.start), ceil(ramp.start + ramp.length) + 1
                same_look[max(begin, title.first_frame, 0) : max(min(end, title.end_frame), 0)] = False
    same_image[1:] &= ~black[1:] & ~black[:-1]
    firsts = np.flatnonzero(~same_look).tolist()
    ends = [*firsts[1:], count]
    return [Shot(k, end, bool(black[k]), bool(same_image[k])) for k, end in zip(firsts, ends, strict=True)]


def image_count(shots: Sequence[Shot]) -> int:
    """The number of images that the generator makes for these shots."""
    return sum(not shot.is_black and not shot.same_image_as_before for shot in shots)


def render_segment(
    workshop: Workshop,
    path: Path,
    quality: Quality,
    codec: str,
    *,
    gate: AbstractContextManager[object],
    on_frames: Callable[[int], None],
) -> Rendered:
    """Renders all frames of the workshop's picture into a segment; returns facts about it.

    gate        entered while images are made, left while they are encoded
    on_frames   told how many frames more are finished

    Raises OSError where the file cannot be written.
    """
    picture = workshop.picture
    shots = shots_of(picture)
    size = shots_at_once(workshop.generator)
    picture_format = PictureFormat(picture.width_px, picture.height_px, picture.fps)
    image: torch.Tensor | None = None
    white_image: torch.Tensor | None = None
    looks: list[U8] = []
    asked = _clearest_frames(workshop)
    faint: list[tuple[str, float]] = []
    encoding = ENCODINGS.get(codec)
    white = _over_white(workshop) if encoding is not None and encoding.has_alpha else None
    with SegmentWriter(path, picture_format, quality, codec) as writer:
        for first in range(0, len(shots), size):
            some = shots[first : first + size]
            with gate:
                planes, image = made_chunk(workshop, some, image)
                whites: list[U8] | None = None
                if white is not None:
                    whites, white_image = made_chunk(white, some, white_image)
            for k, (shot, frame) in enumerate(zip(some, planes, strict=True)):
                looks += [look_at(frame)] * (shot.end - shot.first)
                coded, alpha = (frame, None) if whites is None else parted(frame, whites[k])
                for number in range(shot.first, shot.end):
                    writer.write_frame(coded, alpha)
                    for title, overlay in asked.get(number, ()):
                        ratio = contrast(tensor_of(frame), overlay)
                        if ratio is not None and ratio < LEAST:
                            faint.append((title.text, round(ratio, 2)))
            on_frames(some[-1].end - some[0].first)
    return Rendered(image_count(shots), tuple(faint), packed(looks))


def _over_white(workshop: Workshop) -> Workshop:
    """The titles and lights over white."""
    generator = workshop.generator
    return replace(workshop, generator=Ground("#FFFFFF", generator.size_px, generator.device))


def _clearest_frames(workshop: Workshop) -> dict[int, list[tuple[TitlePlan, Overlay]]]:
    """The titles by the frame in which each is best legible: the middle one of those that show it fully,
    if any.
    """
    found: dict[int, list[tuple[TitlePlan, Overlay]]] = {}
    for title, overlay in workshop.overlays:
        first, end = max(title.first_frame, 0), min(title.end_frame, workshop.picture.frame_count)
        whole = [frame for frame in range(first, end) if title.opacity(frame) > SEEN]
        if whole:
            found.setdefault(whole[len(whole) // 2], []).append((title, overlay))
    return found


def made_chunk(
    workshop: Workshop, shots: Sequence[Shot], before: torch.Tensor | None
) -> tuple[list[U8], torch.Tensor | None]:
    """The planes of consecutive shots, and their last image; `before` is the image before them."""
    lit = [shot for shot in shots if not shot.is_black]
    device = workshop.generator.device
    with torch.inference_mode():
        images = _images_of(workshop, lit, before)
        frames: Iterator[U8] = iter(())
        if lit:
            # Stays on the CPU: whether anything is faded is asked without waiting for the GPU.
            brightness = tensor_of(workshop.picture.brightness[[shot.first for shot in lit]])
            titles = [workshop.overlays_at(shot.first) for shot in lit]
            lights = [workshop.lights_at(shot.first) for shot in lit]
            shown = images[0][None] if len(images) == 1 else torch.stack(images)
            made = finished(shown, brightness, titles, workshop.finish, lights)
            frames = iter(_on_host(made))
        planes = [
            _on_host(black_frame(workshop.overlays_at(shot.first), workshop.finish, device))[0]
            if shot.is_black
            else next(frames)
            for shot in shots
        ]
    return planes, images[-1] if images else before


def _images_of(workshop: Workshop, lit: Sequence[Shot], before: torch.Tensor | None) -> list[torch.Tensor]:
    """The image of each shot that is not black; only those that differ from the one before are made."""
    picture, generator = workshop.picture, workshop.generator
    new = [shot.first for shot in lit if not shot.same_image_as_before]
    made = torch.empty(0)
    if new:
        noise = tensor_of(picture.noise[new])
        classes = tensor_of(np.concatenate([picture.classes(k, k + 1) for k in new]))
        controls = controls_of(picture, new, generator.device)
        if picture.streams:
            made = layered_images(generator, picture, new, controls)
        elif picture.walk is not None:
            assert isinstance(generator, WalkingGenerator)  # the compiler takes a walk for no other
            made = moved(generator.images_on_walk(picture.walk, new, noise), controls)
        elif isinstance(generator, TruncatedGenerator) and picture.truncation is not None:
            truncation = tensor_of(picture.truncation[new])
            made = moved(generator.images_at(noise, classes, truncation), controls)
        else:
            made = steered(generator, noise, classes, controls)
        made = toned(made, controls) if controls.are_finishing else made
    made_images = iter(made)
    image = before
    images: list[torch.Tensor] = []
    for shot in lit:
        if not shot.same_image_as_before:
            image = next(made_images)
        assert image is not None
        images.append(image)
    return images


def shots_at_once(generator: Generator) -> int:
    """The number of shots in a chunk."""
    if isinstance(generator, TruncatedGenerator):
        return generator.frames_at_once
    return FRAMES_AT_ONCE_ON_GPU if generator.device.type == "cuda" else 1


def _on_host(frames: torch.Tensor) -> list[U8]:
    """Frames as arrays; from a GPU through pinned memory, while its other work goes on."""
    if frames.device.type != "cuda":
        return list(frames.numpy())
    pinned = torch.empty(frames.shape, dtype=frames.dtype, pin_memory=True)
    pinned.copy_(frames, non_blocking=True)
    copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
    copied.record()
    copied.synchronize()
    return list(pinned.numpy())


def _rows_repeat(rows: NDArray[np.float32]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each row but the first, whether it equals the row before."""
    return (rows[1:] == rows[:-1]).all(1)  # type: ignore[no-any-return]
