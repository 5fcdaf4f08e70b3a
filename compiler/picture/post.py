"""What each frame of the film shows, and when: the picture's own time, its fades and its titles.

A frame shows the picture at its own time, unless a `speed` bends it. A window of speed at the start of the
piece is anchored at its end, where the picture joins the film without a seam; any other window is anchored at
its start, and the picture cuts back to the film at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.piece import Post
from ...dsl.values.position import Duration
from ..lazy_numpy import np
from ..plan import TitlePlan
from ..time.clock import Clock
from ..time.passage import Film

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the film, half-open, in exact seconds of the piece; `speed` is the picture's there."""

    start_s: Fraction
    end_s: Fraction
    speed: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Fade:
    """From or to black, in exact seconds of the piece."""

    start_s: Fraction
    length_s: Fraction
    is_in: bool


@dataclass(frozen=True, slots=True)
class Title:
    """A line of text and when it stands."""

    post: Post
    window: Window


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that happens to the finished picture, placed."""

    speeds: tuple[Window, ...] = ()
    fades: tuple[Fade, ...] = ()
    titles: tuple[Title, ...] = ()


def timeline(
    posts: Sequence[Post], clock: Clock, film_end_s: Fraction, findings: list[Diagnostic]
) -> Timeline:
    """The entries of `video.post` on the clock; an entry without `for` lasts until the end of the film."""
    speeds: list[Window] = []
    fades: list[Fade] = []
    titles: list[Title] = []
    for post in posts:
        at = clock.locate(post.at, findings)
        if at is None:
            continue
        start_s = clock.seconds(at)

        def after(length: Duration, at: Fraction = at) -> Fraction:
            return clock.duration_s(at, length)

        end_s = max(film_end_s, start_s) if post.length is None else start_s + after(post.length)
        if post.speed is not None:
            speeds.append(Window(start_s, end_s, post.speed))
        if post.fade_in is not None:
            fades.append(Fade(start_s, after(post.fade_in), True))
        if post.fade_out is not None:
            fades.append(Fade(start_s, after(post.fade_out), False))
        if post.title is not None:
            titles.append(Title(post, Window(start_s, end_s)))
    return Timeline(tuple(speeds), tuple(sorted(fades, key=lambda fade: fade.start_s)), tuple(titles))


def frame_times(film: Film) -> F64:
    """When each frame begins: float64 (frame_count,), seconds of the piece."""
    # One rounding for each frame: k/fps as integers, so that frames of two rates agree where they meet.
    step, base = 1 / film.fps, film.start_s
    ratio = np.arange(film.frame_count) * step.numerator / step.denominator
    return np.asarray(ratio + float(base))


def picture_times(times_s: F64, speeds: Sequence[Window]) -> F64:
    """The time of the piece that the picture shows at each time of the piece; later windows win."""
    shown = times_s.copy()
    for window in speeds:
        inside = (times_s >= float(window.start_s)) & (times_s < float(window.end_s))
        anchor_s = float(window.end_s if window.start_s == 0 else window.start_s)
        shown[inside] = anchor_s + float(window.speed) * (times_s[inside] - anchor_s)
    return shown.clip(0.0)


def brightness(times_s: F64, fades: Sequence[Fade]) -> F64:
    """How much of the picture is seen, 0 black .. 1, at each time of the piece.

    A fade is a raised cosine of display values. After a fade to black it stays black until the next fade in;
    a fade in begins in black whatever was before.
    """
    level_in, level_out = np.ones_like(times_s), np.ones_like(times_s)
    for fade in fades:
        since = times_s >= float(fade.start_s)
        length_s = max(float(fade.length_s), 1e-9)
        along = ((times_s[since] - float(fade.start_s)) / length_s).clip(0.0, 1.0)
        rise = (1.0 - np.cos(np.pi * along)) / 2.0
        if fade.is_in:
            level_in[since], level_out[since] = rise, 1.0
        else:
            level_out[since] = 1.0 - rise
    return level_in * level_out


def title_plans(titles: Sequence[Title], film: Film) -> tuple[TitlePlan, ...]:
    """Titles on frames: on every frame that begins while the title stands, and is in the film."""
    plans = []
    for title in titles:
        first = max(ceil((title.window.start_s - film.start_s) * film.fps), 0)
        end = min(ceil((title.window.end_s - film.start_s) * film.fps), film.frame_count)
        if first < end and title.post.title is not None:
            plans.append(TitlePlan(title.post.title, first, end, title.post.color, title.post.shadow))
    return tuple(plans)
