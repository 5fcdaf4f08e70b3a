"""The request for a rendering, the receiver of its progress, and its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic

Only = Literal["stems", "audio", "frames", "video"]


class Reporter(Protocol):
    """Receives the progress."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` units of a stage are finished."""
        ...

    def message(self, text: str) -> None:
        """Reports a sentence about the progress."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """The request to render a plan.

    only        "stems", "audio", "frames" (into the store, no file) or "video" (a silent film); None for all
    device      auto, cpu, cuda or cuda:N
    workers     processes that render side by side; by default one for each core
    stems       which files of each bus are kept in the folder stems beside the film: "dry", "wet"
    bits        of a .wav or .flac: 16, 24, or, in a .wav, 32 for floats
    precision   of a network: fp32, bf16, or auto for what the device is quickest with
    backend     of a network: torch, openvino, or auto
    shard       (i, n): begin at the i-th of n parts of the film, 0 <= i < n
    ray         the address of a Ray cluster, or auto
    verify      decode the finished film and compare it with its segments
    film        what tells this film from others: `musicvis plan` compares the next build of it with this one
    root        the folder of the piece, in which nothing is written through a link
    """

    only: Only | None = None
    device: str = "auto"
    workers: int | None = None
    stems: tuple[str, ...] = ()
    bits: int = 24
    precision: str = "auto"
    backend: str = "auto"
    shard: tuple[int, int] = (0, 1)
    ray: str | None = None
    verify: bool = False
    film: str | None = None
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class RenderReport:
    """The report of a render: what was made, and how long it took."""

    output: Path | None
    """The finished file; None if only the store was written."""
    was_there: bool = False
    """Whether the film was up to date and was not changed."""
    frame_count: int = 0
    frames_made: int = 0
    segment_count: int = 0
    segments_made: int = 0
    """Segments that were missing: other workers may have made some of them."""
    sample_count: int = 0
    byte_count: int = 0
    stem_folder: Path | None = None
    """The folder of the stem files, if they were asked for."""
    sound_s: float = 0.0
    """Time that the sound took, on the clock on the wall."""
    picture_s: float = 0.0
    """Time that picture and encoding took."""
    findings: tuple[Diagnostic, ...] = ()
    """Warnings about the picture: letters that no font has, words that are hard to read."""
