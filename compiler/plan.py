"""Plan: all that a renderer may know of a piece; frozen, exact where it must be, the same on every machine.

A plan is pure data: arrays are read-only, times are seconds from the first frame, places are resolved.
A preview is a smaller plan, not a second path.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .flashes import Flashing, flashing
from .lanes.curve import Curve
from .plans.picture import (
    GROUND,
    LIGHT_SHAPES,
    TALL_MARGIN,
    ClipPlan,
    LyricStyle,
    OwnPicture,
    PicturePlan,
    Ramp,
    ScorePlan,
    StreamPlan,
    TitleLook,
    TitlePlan,
    WalkPlan,
)
from .plans.sound import (
    BusPlan,
    ChannelPlan,
    EffectPlan,
    MasterPlan,
    Moves,
    ReturnPlan,
    SendPlan,
    SoundingNote,
    SoundPlan,
    StemPlan,
)
from .plans.steering import Steering

__all__ = [
    "GROUND",
    "LIGHT_SHAPES",
    "TALL_MARGIN",
    "BarMark",
    "BusPlan",
    "ChannelPlan",
    "Chapter",
    "ClipPlan",
    "Curve",
    "EffectPlan",
    "Flashing",
    "LyricStyle",
    "MasterPlan",
    "Moves",
    "OwnPicture",
    "PicturePlan",
    "Plan",
    "Ramp",
    "ReturnPlan",
    "ScorePlan",
    "SendPlan",
    "SoundPlan",
    "SoundingNote",
    "Steering",
    "StemPlan",
    "StreamPlan",
    "TitleLook",
    "TitlePlan",
    "WalkPlan",
    "flashing",
]


@dataclass(frozen=True, slots=True)
class BarMark:
    """The beginning of a bar in the film, for reports and storyboards."""

    bar: int
    pass_number: int
    start_s: Fraction
    """Exact, from the first frame."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A rehearsal mark or a section of the score, as players list it."""

    title: str
    start_s: Fraction
    """Exact, from the first frame."""


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
    container: str = "mp4"
    """The container of the film if no file name says otherwise."""
    codec: str | None = None
    """The codec of the picture; None for the container's default."""
    chapters: tuple[Chapter, ...] = ()
    """Ascending; empty where the score has no marks in the film."""
