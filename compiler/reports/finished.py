"""The effects on the finished picture: entries of video.post, the ending, words, the score, the ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.plain import counted
from ...dsl.findings.span import Span
from ..heard_piece import Heard
from ..picture.ending import with_ending
from ..picture.post import Fade, Timeline, Title, timeline

if TYPE_CHECKING:
    from ..plan import PicturePlan

BY_ITSELF = "by itself, as the manifest says nothing of an ending"


@dataclass(frozen=True, slots=True)
class Happening:
    """An effect on the finished picture, in words, and the place where it is written."""

    words: str
    span: Span


def finished(heard: Heard, picture: "PicturePlan | None", time_s: Fraction) -> Iterator[Happening]:
    """All that acts on the finished picture.

    picture  the plan of the one frame at that time; None after the end of the film
    """
    piece, clock = heard.piece, heard.clock
    end_s = clock.end_s + piece.score.tail_s
    for post in piece.video.post:
        events = timeline((post,), clock, end_s, Findings())
        yield from (Happening(words, post.span) for words in _happenings(events, time_s))
    if time_s < end_s:
        yield from _ending(heard, time_s, end_s)
    if picture is not None:
        yield from _beside(heard, picture, time_s)


def _ending(heard: Heard, time_s: Fraction, end_s: Fraction) -> Iterator[Happening]:
    """The effects that the ending adds to the entries of video.post."""
    piece, clock = heard.piece, heard.clock
    events = timeline(piece.video.post, clock, end_s, Findings())
    ended = with_ending(events, piece, clock, heard.files.root)
    own = Timeline(
        fades=tuple(fade for fade in ended.fades if fade not in events.fades),
        titles=tuple(title for title in ended.titles if title not in events.titles),
    )
    ending = piece.video.ending
    span, note = (piece.span, f"; {BY_ITSELF}") if ending is None else (ending.span, "")
    for words in _happenings(own, time_s):
        yield Happening(f"the ending: {words}{note}", span)


def _happenings(events: Timeline, time_s: Fraction) -> Iterator[str]:
    for window in events.speeds:
        if window.start_s <= time_s < window.end_s:
            yield f"the picture runs at speed {window.speed} until {float(window.end_s):.3f} s"
    for fade in events.fades:
        if (words := _fade_words(fade, time_s)) is not None:
            yield words
    for title in events.titles:
        if title.window.start_s <= time_s < title.window.end_s:
            yield _title_words(title, time_s)


def _fade_words(fade: Fade, time_s: Fraction) -> str | None:
    """A fade to black acts until a fade in."""
    share = (time_s - fade.start_s) / fade.length_s if fade.length_s else Fraction(1)
    if 0 <= share < 1:
        way = "in from" if fade.is_in else "out to"
        return f"fades {way} black, {float(share):.0%} of {float(fade.length_s):g} s"
    if share >= 1 and not fade.is_in:
        return f"faded out at {float(fade.start_s + fade.length_s):.3f} s"
    return None


def _title_words(title: Title, time_s: Fraction) -> str:
    until = f"until {float(title.window.end_s):.3f} s"
    look = title.look
    if look is not None and look.ground is not None:
        share = min((time_s - title.window.start_s) / title.fade_in_s, Fraction(1))
        if share == 1:
            return f"the picture is gone, and {look.ground} is left"
        return f"the picture goes to {look.ground}, {float(share):.0%} of {float(title.fade_in_s):g} s"
    if look is not None and look.credits:
        count = len(look.credits)
        return f"end card {title.post.title} with {counted(count, 'line')} of credits {until}"
    below = f", below it {title.post.subtitle}," if title.post.subtitle else ""
    return f"title {title.post.title}{below} {until}"


def _beside(heard: Heard, picture: "PicturePlan", time_s: Fraction) -> Iterator[Happening]:
    """Words that are sung, the engraved score, and what is there in place of a picture."""
    video = heard.piece.video
    for title in picture.titles:
        if title.style is not None and video.lyrics is not None:
            begun = title.text[: title.lit].strip()
            sung = f", sung until now: {begun}" if begun else ", not yet sung"
            yield Happening(f"words at the {title.style.place}: {title.text}{sung}", video.lyrics.span)
    if picture.score is not None and video.score is not None:
        at = heard.clock.position(min(heard.clock.quarters(time_s), heard.clock.end_qn))
        count = len({tuple(row[2:]) for row in picture.score.sounding.tolist() if row[0] <= 0 < row[1]})
        lit = "no note is lit" if not count else f"{count} note{'s' if count > 1 else ''} lit"
        words = f"the score at the {picture.score.place}, as a {picture.score.mode}: cursor at {at}, {lit}"
        yield Happening(words, video.score.span)
    if video.background != "picture":
        ground = "nothing, to be seen through" if video.background == "alpha" else video.background
        yield Happening(f"no picture: its ground is {ground}", heard.piece.span)
