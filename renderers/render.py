"""The door of the renderers: a plan in, a finished film or its sound out; the sound comes first."""

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
    from .sound.mix import SoundRender

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
    stem_folder: Path | None
    """Where the buses went, if they were asked for."""
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
    only: Literal["picture", "audio"] | None = None,
    stems: tuple[str, ...] = (),
    bits: int = 24,
    generator: Generator | None = None,
    precision: str = "auto",
    backend: str = "auto",
) -> RenderReport:
    """Render a plan to a film (.mp4: H.264 and AAC, .mkv: H.264 and FLAC), or to its sound (.wav, .flac).

    The file appears when it is whole; until then, and if anything fails, what was there stays as it was.

    draft       encode fast and coarsely; a smaller picture is a matter of the plan (see DRAFT)
    device      auto, cpu, cuda or cuda:N
    workers     images made at once; by default one for each core
    only        "picture" for a silent film, "audio" for the sound alone
    stems       which files of each bus are kept in the folder stems beside the film: "dry", "wet"
    bits        of a .wav or .flac: 16, 24, or, in a .wav, 32 for floats
    generator   in place of the one that the plan names
    precision   of a network: fp32, bf16, or auto for what the device is quickest with
    backend     of a network: torch, openvino, or auto

    Raises PieceError for input that cannot be used, OSError where the file cannot be written,
    ModuleNotFoundError where an extra is missing.
    """
    from .film.encode import CONTAINERS
    from .film.publish import published
    from .sound.export import SUFFIXES

    suffixes = SUFFIXES if only == "audio" else tuple(CONTAINERS)
    if output.suffix.lower() not in suffixes:
        what = "sound" if only == "audio" else "film"
        raise ValueError(f"a {what} ends in {' or '.join(suffixes)}, not {output.suffix or 'nothing'}")
    _tell_titles(plan, reporter)
    how = _How(draft, device, workers, generator, precision, backend)
    stem_folder = output.parent / "stems" if stems and only != "picture" else None
    images, sound_s, picture_s = 0, 0.0, 0.0
    with published(output) as partial:
        started_s = time.perf_counter()
        if only == "picture":
            images, picture_s = _film(plan, partial, reporter, how, None)
        else:
            with _heard(plan, reporter, workers, stems, stem_folder) as sound:
                sound_s = time.perf_counter() - started_s
                if only == "audio":
                    _sound_file(plan, partial, reporter, sound, bits)
                else:
                    # What FLAC stores is dithered; AAC takes floats as they are.
                    is_lossless = CONTAINERS[output.suffix.lower()].audio_codec == "flac"
                    blocks = sound.whole_numbers(24) if is_lossless else sound.blocks()
                    images, picture_s = _film(plan, partial, reporter, how, blocks)
        byte_count = partial.stat().st_size
    return RenderReport(
        output=output,
        frame_count=0 if only == "audio" else plan.picture.frame_count,
        image_count=images,
        sample_count=0 if only == "picture" else plan.sound.sample_count,
        byte_count=byte_count,
        stem_folder=stem_folder,
        sound_s=sound_s,
        picture_s=picture_s,
    )


def _heard(
    plan: Plan, reporter: Reporter, workers: int | None, stems: tuple[str, ...], stem_folder: Path | None
) -> SoundRender:
    """The finished sound; its figures are told."""
    from .sound.mix import SoundRender, StemExport, core_count, report_lines

    export = None
    if stem_folder is not None:
        stem_folder.mkdir(exist_ok=True)
        export = StemExport(stem_folder, stems)
    sound = SoundRender(
        plan.sound,
        lambda share: reporter.progress("sound", round(share * SOUND_STEPS), SOUND_STEPS),
        workers=workers or core_count(),
        export=export,
    )
    for line in report_lines(sound.report):
        reporter.message(line)
    return sound


def _sound_file(plan: Plan, path: Path, reporter: Reporter, sound: SoundRender, bits: int) -> None:
    from .sound.export import write_sound

    count = plan.sound.sample_count
    write_sound(
        path, sound, plan.sound.sample_rate_hz, bits, lambda done: reporter.progress("file", done, count)
    )


@dataclass(frozen=True, slots=True)
class _How:
    """What the caller of `render` wants of the picture."""

    draft: bool
    device: str
    workers: int | None
    generator: Generator | None
    precision: str
    backend: str


def _film(
    plan: Plan,
    path: Path,
    reporter: Reporter,
    how: _How,
    sound: Iterator[NDArray[np.float32]] | None,
) -> tuple[int, float]:
    """Picture and sound into one file; the number of images made, and the seconds it took."""
    from .film.assemble import Workshop, assembled, worker_count
    from .film.encode import DRAFTED, FINAL, FilmWriter, PictureFormat
    from .generators.biggan.precision import Computing
    from .generators.choose import choose_generator, device_named

    generator = how.generator
    if generator is None:
        device = device_named(how.device)
        computing = Computing(how.precision, how.backend, worker_count(how.workers, device))
        generator, said = choose_generator(plan.picture, device, computing)
        reporter.message(said)
    picture = plan.picture
    workshop = Workshop.of(picture, generator)
    picture_format = PictureFormat(picture.width_px, picture.height_px, picture.fps)
    rate_hz = plan.sound.sample_rate_hz
    started_s = time.perf_counter()
    with FilmWriter(
        path,
        picture_format,
        None if sound is None else rate_hz,
        DRAFTED if how.draft else FINAL,
        plan.title,
        on_gpu=generator.device.type == "cuda",
    ) as writer:
        images = assembled(
            workshop,
            writer,
            sound,
            rate_hz,
            workers=worker_count(how.workers, generator.device),
            on_frame=lambda done: reporter.progress("frames", done, picture.frame_count),
        )
    return images, time.perf_counter() - started_s


def _tell_titles(plan: Plan, reporter: Reporter) -> None:
    from .picture.title import setting_of

    for title in plan.picture.titles:
        if remark := setting_of(title.text).remark:
            reporter.message(f"title {title.text!r}: {remark}")
