"""A piece's manifest as parsed: values are typed, places are still as written."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath

from ..findings.span import Span
from ..values.position import Place, PlaceRange
from .audio import Audio
from .lane import Lane
from .video import Video
from .visuals import Visuals

Spans = tuple[tuple[str, Span], ...]
"""The spans of JSON pointers in the manifest."""


@dataclass(frozen=True, slots=True)
class ScoreRef:
    """A score file and the author's expectations of it."""

    file: PurePosixPath
    span: Span
    tail_s: Fraction = Fraction(3)
    numbering: str = "file"
    """`file` counts measures from 1; `printed` uses the printed numbers."""
    expect_bars: int | None = None
    expect_meter: tuple[tuple[Place, str], ...] = ()
    expect_tempo: tuple[tuple[Place, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A group of tracks whose notes drive the picture: globs over track names."""

    name: str
    tracks: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole manifest."""

    title: str
    seed: int
    score: ScoreRef
    span: Span
    parts: tuple[Part, ...] = ()
    audio: Audio = field(default_factory=Audio)
    lanes: tuple[Lane, ...] = ()
    visuals: Visuals = field(default_factory=Visuals)
    video: Video = field(default_factory=Video)
    spans: Spans = field(default=(), repr=False)
    selection: PlaceRange | None = None
    """The passage to compile: `--bars 5..8`."""
    limit_s: Fraction | None = None
    """The length of the first part that is compiled: `--seconds 30`."""
    is_loop: bool = False
    """Whether the film loops (`--loop`): its end then leads into its beginning."""
