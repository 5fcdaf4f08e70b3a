"""Plan: all that a renderer may know of a piece; frozen, exact where it must be, the same on every machine.

A plan is pure data: arrays are read-only, times are seconds from the first frame, positions are already resolved.
A preview is a smaller plan, not a second path.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .curve import Curve

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

__all__ = [
    "BarMark",
    "BusPlan",
    "Curve",
    "EffectPlan",
    "PicturePlan",
    "Plan",
    "SoundPlan",
    "SoundingNote",
    "StemPlan",
    "TitlePlan",
]


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """One note for a synthesiser: seconds from the first sample of the film."""

    onset_s: float
    length_s: float
    """How long the key is held; the instrument's own decay comes after or before."""
    pitch: int
    velocity: int
    """1..127."""
    program: int
    is_drums: bool


@dataclass(frozen=True, slots=True)
class StemPlan:
    """One source: notes to synthesise, or an audio file to read; exactly one of the two."""

    name: str
    gain: float
    notes: tuple[SoundingNote, ...] | None = None
    file: Path | None = None
    file_offset_s: float = 0.0
    """The film starts this far into the file."""


@dataclass(frozen=True, slots=True)
class EffectPlan:
    """One effect of a chain, its constants and the parameters that a lane moves."""

    plugin: str
    label: str
    constants: tuple[tuple[str, float], ...]
    automation: tuple[tuple[str, Curve], ...] = ()


@dataclass(frozen=True, slots=True)
class BusPlan:
    """Stems, summed, through a chain, moved between the ears."""

    name: str
    stems: tuple[StemPlan, ...]
    chain: tuple[EffectPlan, ...]
    gain: Curve
    """Linear."""
    ear: Curve
    """-1 left .. +1 right."""
    space: str = "balance"


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """The whole sound: stereo, `sample_count` samples long, sample n at n / sample_rate_hz seconds."""

    sample_rate_hz: int
    sample_count: int
    buses: tuple[BusPlan, ...]
    fade_out_s: float = 0.0
    """A raised-cosine fade over the last seconds, for a passage that is cut."""
    fade_in_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TitlePlan:
    """A line of text over frames first_frame up to, not at, end_frame."""

    text: str
    first_frame: int
    end_frame: int
    color: str
    shadow: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PicturePlan:
    """The latents and what happens to each finished frame.

    noise          float32 (frames, 128), truncation applied: within ±2·truncation
    class_indices  int64 (k,), the ImageNet classes that occur, ascending
    class_weights  float32 (frames, k), each row >= 0 with sum <= 1; what is missing to 1 is empty
    brightness     float32 (frames,), 0 black .. 1: the fades
    """

    noise: F32
    class_indices: NDArray[np.int64]
    class_weights: F32
    brightness: F32
    fps: Fraction
    width_px: int
    height_px: int
    frame: str
    upscale: str
    generator: str
    weights: Path | None
    resolution: int
    generator_seed: int
    titles: tuple[TitlePlan, ...] = ()

    @property
    def frame_count(self) -> int:
        return int(self.noise.shape[0])

    def classes(self, first: int, end: int) -> F32:
        """Class vectors of frames first up to, not at, end: float32 (end - first, 1000)."""
        dense = np.zeros((end - first, 1000), np.float32)
        dense[:, self.class_indices] = self.class_weights[first:end]
        return dense


@dataclass(frozen=True, slots=True)
class BarMark:
    """Where a bar begins in the film, for reports and storyboards."""

    bar: int
    pass_number: int
    start_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A piece, ready to render."""

    title: str
    seed: int
    duration_s: Fraction
    """frame_count / fps; the sound is exactly as long."""
    picture: PicturePlan
    sound: SoundPlan
    bars: tuple[BarMark, ...] = ()
