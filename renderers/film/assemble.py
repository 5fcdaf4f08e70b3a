"""The film from its latents: images made by several workers, finished, and written in order as they come.

A worker makes and finishes the frames of one chunk; the calling thread takes chunks in order and encodes
them, so that an interrupt reaches it between two frames. Only so many chunks are under way, which bounds the
memory whatever the length. Nothing is made twice: frames that look the same are one shot, and consecutive
shots with the same latents share one image.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..generators.protocol import FrameControls, SteeredGenerator, TruncatedGenerator
from ..picture.camera import moved
from ..picture.chain import Finish, black_frame, finished
from ..picture.title import Overlay, overlay_of
from .encode import U8, FilmWriter, sound_of_frames

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ..generators.protocol import Generator
    from .encode import F32

FRAMES_AT_ONCE_ON_GPU = 16
CHUNKS_WAITING = 2


@dataclass(frozen=True, slots=True)
class Shot:
    """Consecutive frames that look the same: first up to, not at, end; a black one has no image."""

    first: int
    end: int
    is_black: bool
    same_image_as_before: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some shots, finished: planes, and how often each is shown; the last image, for the next chunk."""

    frames: tuple[tuple[U8, int], ...]
    last_image: torch.Tensor | None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every worker needs: the latents, the generator, and how a frame is finished."""

    picture: PicturePlan
    generator: Generator
    finish: Finish
    overlays: tuple[tuple[int, int, Overlay], ...]

    @classmethod
    def of(cls, picture: PicturePlan, generator: Generator) -> Workshop:
        finish = Finish(picture.width_px, picture.height_px, picture.frame, picture.upscale)
        drawn = (
            (t, overlay_of(t, picture.width_px, picture.height_px, generator.device)) for t in picture.titles
        )
        overlays = tuple((t.first_frame, t.end_frame, o) for t, o in drawn if o is not None)
        return cls(picture, generator, finish, overlays)

    def overlays_at(self, frame: int) -> list[Overlay]:
        """The titles on a frame."""
        return [overlay for first, end, overlay in self.overlays if first <= frame < end]


def shots_of(picture: PicturePlan) -> list[Shot]:
    """The film as shots, in order; together they are every frame once."""
    count = picture.frame_count
    if count == 0:
        return []
    black = picture.brightness == 0
    same_image = np.zeros(count, bool)
    same_image[1:] = _rows_repeat(picture.noise) & _rows_repeat(picture.class_weights)
    for lane in (picture.hue_deg, picture.zoom, picture.rotation_deg, picture.truncation):
        if lane is not None:
            same_image[1:] &= lane[1:] == lane[:-1]
    same_look = np.zeros(count, bool)
    same_look[1:] = same_image[1:] & (picture.brightness[1:] == picture.brightness[:-1])
    same_look[1:] |= black[1:] & black[:-1]
    for title in picture.titles:
        for edge in (title.first_frame, title.end_frame):
            if 0 <= edge < count:
                same_look[edge] = False
    same_image[1:] &= ~black[1:] & ~black[:-1]
    firsts = np.flatnonzero(~same_look).tolist()
    ends = [*firsts[1:], count]
    return [Shot(k, end, bool(black[k]), bool(same_image[k])) for k, end in zip(firsts, ends, strict=True)]


def image_count(shots: Sequence[Shot]) -> int:
    """How many images the generator makes for these shots."""
    return sum(not shot.is_black and not shot.same_image_as_before for shot in shots)


def made_chunk(workshop: Workshop, shots: Sequence[Shot], before: Future[Chunk] | None) -> Chunk:
    """The frames of consecutive shots; `before` is the chunk before them where its last image is needed."""
    lit = [shot for shot in shots if not shot.is_black]
    device = workshop.generator.device
    with torch.inference_mode():
        images = _images_of(workshop, lit, before)
        frames: Iterator[U8] = iter(())
        if lit:
            # Stays on the CPU: whether anything is faded is asked without waiting for the GPU.
            brightness = torch.from_numpy(workshop.picture.brightness[[shot.first for shot in lit]])
            titles = [workshop.overlays_at(shot.first) for shot in lit]
            frames = iter(_on_host(finished(torch.stack(images), brightness, titles, workshop.finish)))
        planes = [
            _on_host(black_frame(workshop.overlays_at(shot.first), workshop.finish, device))[0]
            if shot.is_black
            else next(frames)
            for shot in shots
        ]
    lengths = [shot.end - shot.first for shot in shots]
    return Chunk(tuple(zip(planes, lengths, strict=True)), images[-1] if images else None)


def _images_of(workshop: Workshop, lit: Sequence[Shot], before: Future[Chunk] | None) -> list[torch.Tensor]:
    """The image of each shot that is not black; only those that differ from the one before are made."""
    picture, generator = workshop.picture, workshop.generator
    new = [shot.first for shot in lit if not shot.same_image_as_before]
    made: Iterator[torch.Tensor] = iter(())
    if new:
        noise = torch.from_numpy(picture.noise[new])
        classes = torch.from_numpy(np.concatenate([picture.classes(k, k + 1) for k in new]))
        controls = _controls_of(picture, new, generator.device)
        if isinstance(generator, TruncatedGenerator) and picture.truncation is not None:
            truncation = torch.from_numpy(picture.truncation[new])
            made = iter(moved(generator.images_at(noise, classes, truncation), controls))
        else:
            made = iter(_steered(generator, noise, classes, controls))
    image = before.result().last_image if before is not None else None
    if image is not None and image.device.type == "cuda":
        image.record_stream(torch.cuda.current_stream(image.device))  # it was made on another worker's
    images: list[torch.Tensor] = []
    for shot in lit:
        if not shot.same_image_as_before:
            image = next(made)
        assert image is not None
        images.append(image)
    return images


def _steered(
    generator: Generator, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls
) -> torch.Tensor:
    """Images as the piece's camera sees them: by the generator's own camera where it has one."""
    noise, classes = noise.to(generator.device), classes.to(generator.device)
    if controls.are_neutral:
        return generator.images(noise, classes)
    if isinstance(generator, SteeredGenerator):
        return generator.steered(noise, classes, controls)
    return moved(generator.images(noise, classes), controls)


def _controls_of(picture: PicturePlan, frames: Sequence[int], device: torch.device) -> FrameControls:
    lanes = (picture.hue_deg, picture.zoom, picture.rotation_deg)
    return FrameControls(
        *(None if lane is None else torch.from_numpy(lane[list(frames)]).to(device) for lane in lanes)
    )


def assembled(
    workshop: Workshop,
    writer: FilmWriter,
    sound: Iterator[F32] | None,
    sample_rate_hz: int,
    *,
    workers: int,
    on_frame: Callable[[int], None],
) -> int:
    """Write every frame and the whole sound; returns how many images were made.

    sound      blocks (n, 2) of any length, read as the picture goes along
    workers    threads that make images; each uses one core
    on_frame   called with the number of frames written so far
    """
    shots = shots_of(workshop.picture)
    size = _shots_at_once(workshop.generator, len(shots), workers)
    samples_due = sound_of_frames(workshop.picture.frame_count, writer.picture, sample_rate_hz)
    samples_sent = 0
    for planes in _in_order(workshop, [shots[i : i + size] for i in range(0, len(shots), size)], workers):
        writer.write_frame(planes)
        due = next(samples_due)
        while sound is not None and samples_sent < due:
            block = next(sound, None)
            if block is None:
                sound = None
                break
            writer.write_sound(block)
            samples_sent += len(block)
        on_frame(writer.frames_written)
    for block in sound or ():
        writer.write_sound(block)
    return image_count(shots)


def _in_order(workshop: Workshop, chunks: Sequence[Sequence[Shot]], workers: int) -> Iterator[U8]:
    """Every frame's planes in order, made by so many threads, few chunks ahead."""
    threads_before = torch.get_num_threads()
    device = workshop.generator.device
    pool = ThreadPoolExecutor(workers, "picture", initializer=_begin_worker, initargs=(device,))
    under_way: deque[Future[Chunk]] = deque()
    latest: Future[Chunk] | None = None
    waiting = iter(chunks)
    try:
        while True:
            while len(under_way) < workers + CHUNKS_WAITING and (shots := next(waiting, None)) is not None:
                # Taken up in this order, so a worker that waits for the chunk before waits for one that has
                # begun.
                needs_before = shots[0].same_image_as_before
                latest = pool.submit(made_chunk, workshop, shots, latest if needs_before else None)
                under_way.append(latest)
            if not under_way:
                return
            for planes, repeats in under_way.popleft().result().frames:
                for _ in range(repeats):
                    yield planes
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        torch.set_num_threads(threads_before)


def _shots_at_once(generator: Generator, shot_count: int, workers: int) -> int:
    """How many shots make a chunk; of a short film so few that every worker has one."""
    if isinstance(generator, TruncatedGenerator):
        return max(1, min(generator.frames_at_once, -(-shot_count // workers)))
    return FRAMES_AT_ONCE_ON_GPU if generator.device.type == "cuda" else 1


def worker_count(asked: int | None, device: torch.device) -> int:
    """As many as asked for; else one for each core, or on a GPU two: one computes while one copies."""
    if asked is not None:
        return max(1, asked)
    if device.type == "cuda":
        return 2
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin_worker(device: torch.device) -> None:
    """One core for each worker; on a GPU, a stream too, so that one computes while another copies."""
    torch.set_num_threads(1)
    if device.type == "cuda":
        torch.cuda.set_stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]


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


def _rows_repeat(rows: F32) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each row but the first, whether it equals the row before."""
    return (rows[1:] == rows[:-1]).all(1)  # type: ignore[no-any-return]
