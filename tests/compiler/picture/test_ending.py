"""How films end: when the picture goes, when credits stand; by hand, on a film of 16 s and its ring-out."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.picture.ending import ending_findings, with_ending
from musicvis.compiler.picture.post import Fade, Timeline, brightness
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.piece import Piece, ScoreRef
from musicvis.dsl.model.video import Ending, Video
from musicvis.dsl.model.visuals import Visuals
from musicvis.dsl.values.position import Duration, DurationUnit

SPAN = Span("piece.yaml", 1, 1, 1, 2)
MakeScore = Callable[..., Any]
SECONDS = DurationUnit.SECONDS


@pytest.fixture
def clock(make_score: MakeScore) -> Clock:
    return Clock.from_score(make_score(["4/4"] * 4))


def piece(tail_s: int = 7, plays: bool = True, **ending: Any) -> Piece:
    found = Piece("Test", 1, replace(ScoreRef(PurePosixPath("a.mid"), SPAN), tail_s=Fraction(tail_s)), SPAN)
    video = Video(ending=Ending(SPAN, **ending)) if ending else Video()
    return replace(found, video=video, visuals=Visuals(plays=plays))


def seen(events: Timeline, *times_s: float) -> list[float]:
    return brightness(np.array(times_s), events.fades).tolist()


def test_a_film_that_says_nothing_goes_with_its_sound(clock: Clock) -> None:
    events = with_ending(Timeline(), piece(tail_s=3), clock, Path())
    # From the last bar line at 16 s to the end of the ring-out, half of it at 17.5 s.
    assert seen(events, 16.0, 17.5, 19.0) == pytest.approx([1.0, 0.5, 0.0])


def test_a_piece_with_its_own_fade_or_without_play_has_no_default_ending(clock: Clock) -> None:
    own = Timeline(fades=(Fade(Fraction(10), Fraction(1), False),))
    assert with_ending(own, piece(), clock, Path()) is own
    assert with_ending(Timeline(), piece(plays=False), clock, Path()) == Timeline()
    # A fade that is over again, and a fade in, are no end.
    others = (Fade(Fraction(1), Fraction(1), False, Fraction(5)), Fade(Fraction(6), Fraction(1), True))
    assert seen(with_ending(Timeline(fades=others), piece(), clock, Path()), 23.0) == [0.0]


def test_credits_come_as_the_picture_has_gone(clock: Clock) -> None:
    events = with_ending(Timeline(), piece(credits=("Music: Ada",)), clock, Path())
    (card,) = events.titles
    # Of 7 s: 2.5 s for the picture, and the letters half a second before that is over, to the end.
    assert seen(events, 16.0, 17.25, 18.5) == pytest.approx([1.0, 0.5, 0.0])
    assert (card.window.start_s, card.window.end_s) == (18, 23)
    assert (card.fade_in_s, card.fade_out_s) == (1, 1)
    assert card.look is not None and card.look.credits == ("Music: Ada",)
    assert card.post.title == "Test"


def test_the_picture_leaves_the_colour_that_is_written_and_letters_contrast_with_it(clock: Clock) -> None:
    bright = with_ending(Timeline(), piece(ground="#F0E0C0", credits=("Ada",)), clock, Path())
    ground, card = bright.titles
    assert ground.look is not None and ground.look.ground == "#F0E0C0"
    assert (ground.window.start_s, ground.fade_in_s, ground.fade_out_s) == (16, Fraction(5, 2), 0)
    assert card.post.color == "#16181C"
    assert bright.fades == ()


def test_a_fade_of_ones_own_length_ends_with_the_film(clock: Clock) -> None:
    events = with_ending(Timeline(), piece(fade=Duration(Fraction(4), SECONDS)), clock, Path())
    assert seen(events, 19.0, 21.0, 23.0) == pytest.approx([1.0, 0.5, 0.0])
    none = with_ending(Timeline(), piece(fade=Duration(Fraction(0), SECONDS)), clock, Path())
    assert seen(none, 22.9) == [1.0]


def codes(found: Piece, clock: Clock, *fades: Fade) -> list[str]:
    events = Timeline(fades=fades)
    return [finding.code for finding in ending_findings(events, found, clock)]


def test_credits_too_short_to_be_read_are_found_and_the_mend_is_right(clock: Clock) -> None:
    lines = tuple(f"Role: Name {k}" for k in range(6))
    short = piece(tail_s=4, credits=lines)
    (finding,) = ending_findings(Timeline(), short, clock)
    assert finding.code == "MV656"
    longer = int(finding.hint.split(", e.g. ")[1].split("s")[0])
    assert codes(piece(tail_s=longer, credits=lines), clock) == []
    assert codes(piece(credits=("Music: Ada",)), clock) == []


def test_two_fades_at_the_end_are_found(clock: Clock) -> None:
    own = Fade(Fraction(10), Fraction(1), False)
    fade = piece(fade=Duration(Fraction(4), SECONDS))
    assert codes(fade, clock, own) == ["MV657"]
    assert codes(fade, clock) == []
