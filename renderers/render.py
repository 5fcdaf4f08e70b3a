"""The door of the renderers: a plan in, a finished film out; first the sound, then the picture."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ..compiler.plan import Plan
    from .generators.protocol import Generator

DRAFT = MappingProxyType({"video.size": "640x360", "video.fps": "15", "visuals.resolution": "256"})
"""What a draft changes in the manifest: the whole piece, small, coarse and at half the rate."""

SOUND_STEPS = 1000


class Reporter(Protocol):
    """Who is told how far things are."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` units of a stage are finished."""
        ...

    def message(self, text: str) -> None:
        """A sentence about what happens."""
        ...


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What was made, and how long it took."""

    output: Path
    frame_count: int
    image_count: int
    """Images the generator made: frames that look alike share one."""
    sample_count: int
    byte_count: int
    sound_s: float
    """Time that the sound took, on the clock on the wall."""
    picture_s: float
    """Time that picture and encoding took."""

    @property
    def frames_per_second(self) -> float:
        """Of the picture and its encoding together."""
        return self.frame_count / self.picture_s if self.picture_s else 0.0


def render(
    plan: Plan,
    output: Path,
    *,
    reporter: Reporter,
    draft: bool = False,
    device: str = "auto",
    workers: int | None = None,
    only: Literal["picture"] | None = None,
    generator: Generator | None = None,
) -> RenderReport:
    """Render a plan to a film; its suffix says which kind (.mp4: H.264 and AAC, .mkv: H.264 and FLAC).

    The file appears when it is whole; until then, and if anything fails, what was there stays as it was.

    draft       encode fast and coarsely; a smaller picture is a matter of the plan (see DRAFT)
    device      auto, cpu, cuda or cuda:N
    workers     images made at once; by default one for each core
    only        "picture" for a silent film
    generator   in place of the one that the plan names

    Raises PieceError for input that cannot be used, OSError where the file cannot be written,
    ModuleNotFoundError where an extra is missing.
    """
    from .film.encode import CONTAINERS
    from .film.publish import published
    from .sound.mix import SoundRender

    if output.suffix.lower() not in CONTAINERS:
        raise ValueError(f"a film ends in {' or '.join(CONTAINERS)}, not {output.suffix or 'nothing'}")
    _tell_titles(plan, reporter)
    with published(output) as partial:
        started_s = time.perf_counter()
        if only == "picture":
            images, picture_s = _film(plan, partial, reporter, draft, device, workers, generator, None)
            sound_s = 0.0
        else:

            def heard(share: float) -> None:
                reporter.progress("sound", round(share * SOUND_STEPS), SOUND_STEPS)

            with SoundRender(plan.sound, heard) as sound:
                sound_s = time.perf_counter() - started_s
                images, picture_s = _film(
                    plan, partial, reporter, draft, device, workers, generator, sound.blocks()
                )
        byte_count = partial.stat().st_size
    return RenderReport(
        output=output,
        frame_count=plan.picture.frame_count,
        image_count=images,
        sample_count=0 if only == "picture" else plan.sound.sample_count,
        byte_count=byte_count,
        sound_s=sound_s,
        picture_s=picture_s,
    )


def _film(
    plan: Plan,
    path: Path,
    reporter: Reporter,
    draft: bool,
    device: str,
    workers: int | None,
    generator: Generator | None,
    sound: Iterator[NDArray[np.float32]] | None,
) -> tuple[int, float]:
    """Picture and sound into one file; the number of images made, and the seconds it took."""
    from .film.assemble import Workshop, assembled, worker_count
    from .film.encode import DRAFTED, FINAL, FilmWriter, PictureFormat
    from .generators.choose import choose_generator, device_named

    if generator is None:
        generator, said = choose_generator(plan.picture, device_named(device))
        reporter.message(said)
    picture = plan.picture
    workshop = Workshop.of(picture, generator)
    picture_format = PictureFormat(picture.width_px, picture.height_px, picture.fps)
    rate_hz = plan.sound.sample_rate_hz
    started_s = time.perf_counter()
    with FilmWriter(
        path, picture_format, None if sound is None else rate_hz, DRAFTED if draft else FINAL, plan.title
    ) as writer:
        images = assembled(
            workshop,
            writer,
            sound,
            rate_hz,
            workers=worker_count(workers, generator.device),
            on_frame=lambda done: reporter.progress("frames", done, picture.frame_count),
        )
    return images, time.perf_counter() - started_s


def _tell_titles(plan: Plan, reporter: Reporter) -> None:
    from .picture.title import setting_of

    for title in plan.picture.titles:
        if remark := setting_of(title.text).remark:
            reporter.message(f"title {title.text!r}: {remark}")
