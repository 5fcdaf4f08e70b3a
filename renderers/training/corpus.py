"""All frames that a model learns, small enough to be held, with their classes; near-equal ones once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...store.values.array_types import F32, U8
from ..generators.trained.files import MOST_FRAMES
from .pictures import frames_of
from .sources import Sources, sources_of

LEAST_FRAMES = 20
MOST_BYTES = 4 << 30
THUMBNAIL_PX = 8
SAME_RMS = 0.01
"""Two frames whose thumbnails differ by less, of 1, are one."""
CUT_RMS = 0.2
"""Consecutive frames of a video whose thumbnails differ by more are of two shots."""
COMPARED = 256
"""The number of earlier frames that a frame is compared with."""
CUTS_SAID = 3

Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The frames that a model learns.

    frames    uint8 (n, 3, size, size)
    labels    int64 (n,): indices of classes
    dropped   how many frames were as good as equal to one before them
    digest    of all of it
    """

    frames: U8
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    dropped: int
    digest: str
    findings: tuple[Diagnostic, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size_px(self) -> int:
        """Side of the frames."""
        return int(self.frames.shape[2])


def corpus_of(
    named: Sequence[Path], size_px: int, every: int = 1, progress: Progress = lambda *told: None
) -> Corpus:
    """The corpus of the files and folders that were named.

    every   of a video, every so manieth frame is taken

    Raises PieceError where a file cannot be used, or there are too few or too many frames.
    """
    sources = sources_of(named)
    gathered = _Gathered(size_px)
    total = sum(map(len, sources.files.values()))
    done = 0
    for label, (name, files) in enumerate(sources.files.items()):
        for path in files:
            gathered.take(path, label, every)
            done += 1
            progress("reading", done, total)
        if not gathered.labels or gathered.labels[-1] != label:
            message = f"{name} has no pictures of its own: all of them are also in another class"
            raise PieceError([Diagnostic("MV618", Span(str(files[0])), message, "take other pictures")])
    count = len(gathered.labels)
    if count < LEAST_FRAMES:
        message = f"{count} different frames are too few to learn from: at least {LEAST_FRAMES} are needed"
        raise PieceError(
            [Diagnostic("MV618", Span(str(named[0])), message, "add pictures, or lower --every")]
        )
    return gathered.corpus(sources)


class _Gathered:
    """Frames as they come."""

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self.frames: list[U8] = []
        self.labels: list[int] = []
        self.thumbnails: list[F32] = []
        self.dropped = 0
        self.cuts = Findings()

    def take(self, path: Path, label: int, every: int) -> None:
        """The frames of one file that are not yet there."""
        before: F32 | None = None
        cuts = []
        for number, frame in enumerate(frames_of(path, self.size_px, every)):
            small = thumbnail(frame)
            if before is not None and _rms(small - before) > CUT_RMS:
                cuts.append(number * every)
            before = small
            if self.is_known(small):
                self.dropped += 1
                continue
            if len(self.labels) >= MOST_FRAMES:
                message = f"more than {MOST_FRAMES:,} frames are too many to learn from"
                hint = f"take every {2 * every}th: --every {2 * every}"
                raise PieceError([Diagnostic("MV618", Span(str(path)), message, hint)])
            if (len(self.labels) + 1) * frame.nbytes > MOST_BYTES:
                message = f"so many frames of {self.size_px} pixels take more than {MOST_BYTES >> 30} GiB"
                hint = "take fewer with --every, or smaller ones with --size"
                raise PieceError([Diagnostic("MV618", Span(str(path)), message, hint)])
            self.frames.append(frame)
            self.labels.append(label)
            self.thumbnails.append(small)
        if cuts:
            listed = ", ".join(map(str, cuts[:CUTS_SAID])) + (" ..." if len(cuts) > CUTS_SAID else "")
            message = f"{path.name} has {len(cuts)} cut{'s' if len(cuts) > 1 else ''}, at frame {listed}"
            hint = "one shot a class gives clearer pictures: cut it apart, and give each shot its folder"
            self.cuts.note("MV622", Span(str(path)), message, hint)

    def is_known(self, small: F32) -> bool:
        """Whether an earlier frame looks the same."""
        recent = self.thumbnails[-COMPARED:]
        if not recent:
            return False
        far = np.sqrt(np.mean(np.square(np.stack(recent) - small), axis=1))
        return bool((far < SAME_RMS).any())

    def corpus(self, sources: Sources) -> Corpus:
        """All of them."""
        frames, labels = np.stack(self.frames), np.array(self.labels, np.int64)
        state = hashlib.sha256(repr((sources.classes, frames.shape)).encode())
        state.update(frames.tobytes())
        state.update(labels.tobytes())
        findings = (*sources.findings, *self.cuts)
        return Corpus(frames, labels, sources.classes, self.dropped, state.hexdigest(), findings)


def thumbnail(frame: U8) -> F32:
    """A frame of (3, size, size) as 8x8 means in 0..1: float32 (192,)."""
    step = frame.shape[1] // THUMBNAIL_PX
    means = frame.reshape(3, THUMBNAIL_PX, step, THUMBNAIL_PX, step).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(means.ravel() / 255.0, np.float32)


def _rms(values: F32) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
