"""The end of a film: the picture fades with the sound, to black or another colour; credits may follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.piece import Piece
from ...dsl.model.video import Ending, Post
from ...dsl.read.manifest import MAX_TAIL_S
from ...dsl.values.position import Duration, DurationUnit, Place
from ..plan import TitleLook
from ..time.clock import Clock
from .post import Fade, Timeline, Title, Window, is_dark

BLACK = "#000000"
LIGHT_INK, DARK_INK = "#F4F0E8", "#16181C"
"""Letters on a dark ground and on a light one: a little softer than white and black."""
GONE_S = Fraction(5, 2)
"""The time in which the picture makes room for credits, at most 2/5 of the ring-out."""
EARLY_S = Fraction(1, 2)
"""The time before the end of the picture at which the letters begin to appear."""
SOFT_S = Fraction(1)
"""The fade time of the letters, in and out; at most a quarter of their time."""
READ_S, LINE_S = 1.0, 0.5
"""The reading time of an end card's title, and of each of its lines, in seconds."""


@dataclass(frozen=True, slots=True)
class _Times:
    """In exact seconds of the piece: when the picture fades, and when the letters of the card are."""

    fade_s: Fraction
    gone_s: Fraction
    end_s: Fraction
    card_s: Fraction
    soft_s: Fraction

    @property
    def read_s(self) -> float:
        """The time for which all letters are fully visible."""
        return float(self.end_s - self.card_s - 2 * self.soft_s)


def with_ending(events: Timeline, piece: Piece, clock: Clock, root: Path) -> Timeline:
    """The events on the finished picture, with the film's ending added.

    A piece that fades to black by itself, or that says `play: false`, has no end but its own unless it writes
    one.
    """
    ending = piece.video.ending
    if ending is None:
        if not piece.visuals.plays or _fades(events):
            return events
        ending = Ending(piece.span)
    times = _times(ending, piece, clock)
    fades, titles = events.fades, events.titles
    length_s = times.gone_s - times.fade_s
    if length_s > 0 and ending.ground == BLACK:
        if not _fades(events) or ending.fade is not None:
            fades = tuple(
                sorted((*fades, Fade(times.fade_s, length_s, False)), key=lambda fade: fade.start_s)
            )
    elif length_s > 0:
        window = Window(times.fade_s, times.end_s)
        ground = TitleLook(ground=ending.ground)
        titles = (*titles, Title(_entry("", BLACK, ending.span), window, length_s, Fraction(0), ground))
    if ending.credits:
        ink = LIGHT_INK if is_dark(ending.ground) else DARK_INK
        font = None if ending.font is None else root / ending.font
        rim = None if length_s > 0 else BLACK
        look = TitleLook(font=font, rim=rim, credits=ending.credits)
        window = Window(times.card_s, times.end_s)
        title = Title(_entry(piece.title, ink, ending.span), window, times.soft_s, times.soft_s, look)
        titles = (*titles, title)
    return replace(events, fades=fades, titles=titles)


def ending_findings(events: Timeline, piece: Piece, clock: Clock) -> Iterator[Diagnostic]:
    """Warnings about an ending that is probably a mistake; `events` are those without the ending."""
    ending = piece.video.ending
    if ending is None:
        return
    times = _times(ending, piece, clock)
    if ending.credits:
        needed_s = READ_S + LINE_S * len(ending.credits)
        if times.read_s < needed_s:
            message = (
                f"the credits are shown for {max(times.read_s, 0.0):.1f} s, "
                f"but reading them takes {needed_s:g} s"
            )
            longer_s = _tail_for(ending, piece, clock, needed_s)
            hint = f"write a longer `score.tail`, e.g. {longer_s}s, or fewer lines"
            yield Diagnostic("MV656", ending.span, message, hint, Severity.WARNING)
    if ending.fade is not None and ending.fade.value > 0 and _fades(events):
        message = "the picture fades to black twice: `video.post` fades it, too"
        hint = "leave out that `fade_out`, or the `fade` of the ending"
        yield Diagnostic("MV657", ending.span, message, hint, Severity.WARNING)


def _tail_for(ending: Ending, piece: Piece, clock: Clock, needed_s: float) -> int:
    """The shortest ring-out in whole seconds in which credits can be read."""
    for tail_s in range(1, MAX_TAIL_S):
        longer = replace(piece, score=replace(piece.score, tail_s=Fraction(tail_s)))
        if _times(ending, longer, clock).read_s >= needed_s:
            return tail_s
    return MAX_TAIL_S


def _times(ending: Ending, piece: Piece, clock: Clock) -> _Times:
    tail_s, bar_end_s = piece.score.tail_s, clock.end_s
    end_s = bar_end_s + tail_s
    if ending.fade is not None:
        fade_s = min(clock.duration_s(clock.end_qn, ending.fade), end_s)
    else:
        fade_s = min(GONE_S, tail_s * 2 / 5) if ending.credits else tail_s
    # With credits the picture fades out after the last bar; else at the very end.
    start_s = min(bar_end_s, end_s - fade_s) if ending.credits else end_s - fade_s
    gone_s = start_s + fade_s
    card_s = max(gone_s - EARLY_S, start_s)
    return _Times(start_s, gone_s, end_s, card_s, min(SOFT_S, (end_s - card_s) / 4))


def _fades(events: Timeline) -> bool:
    """Whether the film ends in black through an entry of its own."""
    last = max(events.fades, key=lambda fade: fade.start_s, default=None)
    return last is not None and not last.is_in and last.until_s is None


def _entry(title: str, color: str, span: Span) -> Post:
    end = Place("end", span, at_end=True, offset=Duration(Fraction(0), DurationUnit.SECONDS))
    return Post(at=end, span=span, title=title, color=color)
