"""The film's settings as written: its size and format, and the overlays of the picture."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from ..findings.span import THE_MANIFEST, Span
from ..values.position import Duration, DurationUnit, Place

DEFAULT_LYRIC_FADE = Duration(Fraction(1, 5), DurationUnit.SECONDS)


@dataclass(frozen=True, slots=True)
class Post:
    """An entry of `video.post`: an effect on the finished picture from `at` on."""

    at: Place
    span: Span
    length: Duration | None = None
    """The written `for`; None where an entry needs none or lasts to the end."""
    speed: Fraction | None = None
    """Speed of the picture's own time: 1/7.5 is slow motion, -1 runs backwards."""
    fade_in: Duration | None = None
    fade_out: Duration | None = None
    title: str | None = None
    subtitle: str | None = None
    color: str = "#FFFFFF"
    shadow: str | None = None
    place: str = "middle"
    """Place of the title: `top`, `middle` or `bottom`."""
    size: float = 0.13
    """Size of the title's letters, as a share of the film's shorter side."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST


@dataclass(frozen=True, slots=True)
class Lyrics:
    """Sung words on the screen."""

    span: Span
    parts: tuple[str, ...] = ()
    """Globs over parts; empty means all that sing."""
    show: str = "line"
    place: str = "bottom"
    size: float = 0.055
    """Share of the film's shorter side."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST
    color: str = "#FFFFFF"
    lit: str = "#FFD24A"
    background: str = "box"
    fade: Duration = DEFAULT_LYRIC_FADE


@dataclass(frozen=True, slots=True)
class EngravedScore:
    """The written score beside the picture."""

    span: Span
    show: str = "strip"
    """`strip`: one line that passes the cursor; `page`: pages that are turned."""
    parts: tuple[str, ...] = ()
    """Globs over the parts of the score; empty means all."""
    parts_span: Span = THE_MANIFEST
    place: str = "bottom"
    height: float = 0.3
    """Share of the film's height."""
    ink: str = "#101010"
    lit: str = "#C4302B"
    """Colour of the notes that sound, and of the cursor."""
    ground: str = "#FFFFFF"
    opacity: float = 0.85
    """Opacity of the ground."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The ending of the film, after the last bar line."""

    span: Span
    fade: Duration | None = None
    """The length of the picture's fade-out; None is as long as the sound rings, or shorter before credits."""
    ground: str = "#000000"
    """The colour to which the picture fades."""
    credits: tuple[str, ...] = ()
    """Lines of an end card, below the title of the piece: `Music: Ada Byron`."""
    font: PurePosixPath | None = None
    font_span: Span = THE_MANIFEST


CREDITS_TAIL_S = Fraction(7)
"""The ring-out of a film with credits, where its score says none."""


@dataclass(frozen=True, slots=True)
class Video:
    """The finished film."""

    width_px: int = 1920
    height_px: int = 1080
    fps: Fraction = Fraction(30)
    frame: str = "mirror"
    """`mirror`: square, mirrored to the right, mirrored edges; `fit` and `fill`: the square alone."""
    upscale: str = "bicubic"
    container: str = "mp4"
    codec: str | None = None
    """The codec of the picture; None for the container's default."""
    background: str = "picture"
    """The background of words and lights: `picture`, a colour #RRGGBB, or `alpha`, which is transparent."""
    quality: str = "master"
    """The quality of the encoding: `draft`, `web` or `master`."""
    post: tuple[Post, ...] = ()
    lyrics: Lyrics | None = None
    score: EngravedScore | None = None
    ending: Ending | None = None
    """None for a soft ending: the picture fades with the sound, unless the piece fades it."""
