"""Rehearsal marks as chapters: where they stand in a film, and in a passage of it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from musicvis.compiler.chapters import chapters_of
from musicvis.compiler.score.model import RehearsalMark
from musicvis.compiler.score.read import read_score_file
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.time.passage import Film

WALTZ = Path(__file__).parent / "score/data/waltz.mscz"


def chapters(marks: tuple[tuple[str, int], ...], first_bar: int = 0) -> list[tuple[str, Fraction]]:
    """Titles and seconds of the chapters from a bar on; each mark stands at a bar, from 0."""
    score = read_score_file(WALTZ)
    bars = score.measures
    score = replace(score, marks=tuple(RehearsalMark(name, bars[bar].start_qn) for name, bar in marks))
    clock = Clock.from_score(score)
    film = Film(clock.seconds(bars[first_bar].start_qn), clock.end_s, Fraction(30), False, False)
    seconds = {clock.seconds(bar.start_qn) - film.start_s: number for number, bar in enumerate(bars)}
    return [(chapter.title, seconds[chapter.start_s]) for chapter in chapters_of(clock, film)]


def test_each_mark_is_a_chapter_that_begins_with_its_bar() -> None:
    assert chapters((("A", 0), ("B", 2))) == [("A", 0), ("B", 2)]


def test_the_chapter_before_the_first_mark_is_named_by_its_bar() -> None:
    assert chapters((("B", 2),)) == [("bar 1", 0), ("B", 2)]


def test_a_passage_begins_with_the_chapter_that_it_stands_in() -> None:
    assert chapters((("A", 0), ("B", 2)), first_bar=1) == [("A", 1), ("B", 2)]


def test_a_score_without_marks_has_no_chapters() -> None:
    assert chapters(()) == []
