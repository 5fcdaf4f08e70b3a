"""The picture of each frame of the film: its own time, its fades and its titles.

A frame shows the picture at its own time, unless a `speed` bends it. A window of speed at the start of the
piece is anchored at its end, where the picture joins the film without a seam; any other window is anchored at
its start, and before its end the picture glides to where the film is by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.video import Post
from ...dsl.values.position import Duration
from ..lanes.curve import Curve
from ..lanes.shapes import quintic
from ..lazy_numpy import np
from ..plan import Ramp, TitleLook, TitlePlan
from ..time.clock import Clock
from ..time.passage import Film

if TYPE_CHECKING:
    from ...store.values.array_types import F64


WARNING = Severity.WARNING
GLIDE_S = 1.2
"""The time in which the picture returns from a changed speed to the film, at most half of the window."""
SOFT_S = Fraction(1, 2)
"""The default fade time of a title, in and out; at most a quarter of its time."""
DARK, LIGHT = "#000000", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the film, half-open, in exact seconds of the piece; `speed` is the picture's there."""

    start_s: Fraction
    end_s: Fraction
    speed: Fraction = Fraction(1)
    is_joined: bool = False
    """Whether the film goes on after it, and the picture with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A layer of the picture: the time of the piece that each frame shows, and how much of it is seen."""

    times_s: F64
    share: F64


@dataclass(frozen=True, slots=True)
class Fade:
    """From or to black, in exact seconds of the piece."""

    start_s: Fraction
    length_s: Fraction
    is_in: bool
    until_s: Fraction | None = None
    """The time from which the picture is unfaded again; None for a fade that lasts to the end."""


@dataclass(frozen=True, slots=True)
class Title:
    """A line of text, when it is, and how long it takes to appear and to go."""

    post: Post
    window: Window
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    look: TitleLook | None = None
    """The typesetting; None uses the entry's settings."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that happens to the finished picture, placed."""

    speeds: tuple[Window, ...] = ()
    fades: tuple[Fade, ...] = ()
    titles: tuple[Title, ...] = ()


def timeline(
    posts: Sequence[Post],
    clock: Clock,
    film_end_s: Fraction,
    findings: Findings,
    piece_end_s: Fraction | None = None,
) -> Timeline:
    """The entries of `video.post` on the clock; an entry without `for` lasts until the end of the film.

    piece_end_s   where the whole film ends, of which this one may be a passage
    """
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
            is_joined = post.length is not None and end_s < (piece_end_s or film_end_s)
            speeds.append(Window(start_s, end_s, post.speed, is_joined))
        fade_in_s = after(post.fade_in) if post.fade_in is not None else None
        fade_out_s = after(post.fade_out) if post.fade_out is not None else None
        fault = _too_long(post, end_s - start_s, fade_in_s, fade_out_s)
        if fault is not None:
            findings.add(fault)
        if post.title is not None:
            # The fades of an entry that has a title are the title's.
            # In a passage, a title that stays to the end goes where the whole film ends.
            end_s = max(piece_end_s or end_s, end_s) if post.length is None else end_s
            soft_s = min(SOFT_S, (end_s - start_s) / 4)
            titles.append(
                Title(
                    post,
                    Window(start_s, end_s),
                    soft_s if fade_in_s is None else fade_in_s,
                    soft_s if fade_out_s is None else fade_out_s,
                )
            )
            continue
        until_s = None if post.length is None else end_s
        if fade_in_s is not None:
            fades.append(Fade(start_s, fade_in_s, True, until_s))
        if fade_out_s is not None:
            is_last = fade_in_s is not None and until_s is not None
            fades.append(
                Fade(max(start_s, end_s - fade_out_s) if is_last else start_s, fade_out_s, False, until_s)
            )
    return Timeline(tuple(speeds), tuple(sorted(fades, key=lambda fade: fade.start_s)), tuple(titles))


def frame_times(film: Film) -> F64:
    """The time that each frame shows: that of its middle, float64 (frame_count,), seconds of the piece.

    An onset is seen with the frame that begins nearest to it: half a frame early or late at most.
    """
    # One rounding for each frame: k/fps as integers, so that frames of two rates agree where they meet.
    step, first = 1 / film.fps / 2, film.start_s * film.fps
    whole = floor(first)
    ratio = (2 * (np.arange(film.frame_count) + whole) + 1) * step.numerator / step.denominator
    return np.asarray(ratio + float((first - whole) / film.fps))


def picture_times(times_s: F64, speeds: Sequence[Window]) -> list[Shown]:
    """The time that the picture shows at each time of the piece: layers, each over those before it."""
    layers = [Shown(times_s.clip(0.0), np.ones_like(times_s))]
    for window in speeds:
        start_s, end_s = float(window.start_s), float(window.end_s)
        inside = (times_s >= start_s) & (times_s < end_s)
        is_first = window.start_s == 0
        anchor_s = end_s if is_first else start_s
        share = inside.astype(np.float64)
        if window.is_joined and not is_first:
            glide_s = min(GLIDE_S, (end_s - start_s) / 2)
            share *= quintic(((end_s - times_s) / max(glide_s, 1e-9)).clip(0.0, 1.0))
        layers.append(Shown((anchor_s + float(window.speed) * (times_s - anchor_s)).clip(0.0), share))
    return layers


def seen_through(curve: Curve, layers: Sequence[Shown]) -> F64:
    """The values of a curve that the layers show together, each over those before it."""
    first, *above = layers
    values = np.array(curve.values(first.times_s))
    for layer in above:
        rows = np.flatnonzero(layer.share > 0)
        if rows.size:
            share = layer.share[rows]
            values[rows] = values[rows] * (1.0 - share) + curve.values(layer.times_s[rows]) * share
    return values


def brightness(times_s: F64, fades: Sequence[Fade]) -> F64:
    """The brightness of the picture, 0 black to 1, at each time of the piece.

    A fade is a raised cosine of display values. After a fade to black it stays black until the next fade in;
    a fade in begins in black whatever was before. Where the `for` of a fade ends, the picture is as it is
    without one.
    """
    level_in, level_out = np.ones_like(times_s), np.ones_like(times_s)
    for fade in fades:
        since = times_s >= float(fade.start_s)
        over = np.zeros_like(since) if fade.until_s is None else times_s >= float(fade.until_s)
        length_s = max(float(fade.length_s), 1e-9)
        along = ((times_s[since] - float(fade.start_s)) / length_s).clip(0.0, 1.0)
        rise = (1.0 - np.cos(np.pi * along)) / 2.0
        if fade.is_in:
            level_in[since], level_out[since] = rise, 1.0
            level_in[over] = 1.0
        else:
            level_out[since] = 1.0 - rise
            level_out[over] = 1.0
    return level_in * level_out


def title_plans(titles: Sequence[Title], film: Film, root: Path) -> tuple[TitlePlan, ...]:
    """Titles on frames: on every frame whose middle the title sees, and that is in the film.

    root  the folder of the piece, in which fonts are
    """
    plans = []
    for title in titles:
        start_s, end_s = title.window.start_s, title.window.end_s
        start, stop = ((t - film.start_s) * film.fps for t in (start_s, end_s))
        first, end = max(film.frame_at(start_s), 0), min(film.frame_at(end_s), film.frame_count)
        if first < end and title.post.title is not None:
            rise_length, fall_length = title.fade_in_s * film.fps, title.fade_out_s * film.fps
            plan = TitlePlan(
                title.post.title,
                first,
                end,
                title.post.color,
                title.post.shadow,
                Ramp(start, rise_length) if rise_length > 0 else None,
                Ramp(stop - fall_length, fall_length) if fall_length > 0 else None,
                look=title.look or _look(title.post, root),
            )
            plans.append(plan)
    return tuple(plans)


def _look(post: Post, root: Path) -> TitleLook:
    """The typesetting of a title; without its own shadow it gets an outline, dark around light letters."""
    rim = None if post.shadow is not None else LIGHT if is_dark(post.color) else DARK
    font = None if post.font is None else root / post.font
    return TitleLook(post.subtitle or "", post.place, post.size, font, rim)


def is_dark(colour: str) -> bool:
    """Whether a colour #RRGGBB contrasts more with white than with black, by the ratio of WCAG 2.2."""
    shares = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05


def _too_long(
    post: Post, length_s: Fraction, fade_in_s: Fraction | None, fade_out_s: Fraction | None
) -> Diagnostic | None:
    """A finding where an entry is over before its fades are."""
    if post.length is None:
        return None
    fades_s = (fade_in_s or 0) + (fade_out_s or 0)
    if fades_s > length_s:
        message = f"fades of {float(fades_s):g} s in an entry of {float(length_s):g} s"
        return Diagnostic("MV365", post.span, message, "write a longer `for`, or shorter fades", WARNING)
    if post.title is None and fade_in_s is None and fade_out_s == length_s:
        message = "the picture returns as soon as it has faded to black, because `for` ends there"
        hint = "leave out `for` to stay in black, or write a longer one"
        return Diagnostic("MV365", post.span, message, hint, WARNING)
    return None
