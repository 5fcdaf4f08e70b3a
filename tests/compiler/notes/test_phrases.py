"""Phrases that return are found again, at any pitch and tempo, and what is new is told from them."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from musicvis.compiler.notes.phrases import Memory, Stretch, memory_of
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.time.clock import Clock

MakeScore = Callable[..., Score]
PARTS = ("melody", "bass")

TUNE = [(0, 60), (1, 64), (2, 67), (4, 65), (5, 62), (8, 64), (9, 67), (11, 72), (12, 60)]
"""Four bars of 4/4: onsets and pitches."""
OTHER = [(0, 60), (2, 64), (3, 67), (4, 65), (7, 62), (8, 64), (10, 67), (11, 71), (12, 60)]


def played(tune: Sequence[tuple[int, int]], at: int, up: int = 0, track: int = 0) -> list[tuple[Any, ...]]:
    return [(at + onset, 1, pitch + up, 80, track) for onset, pitch in tune]


@pytest.fixture
def remembered(make_score: MakeScore) -> Callable[..., Memory]:
    def memory(
        notes: list[tuple[Any, ...]], bars: int = 8, parts: Sequence[str] = PARTS, **more: Any
    ) -> Memory:
        score = make_score(["4/4"] * bars, notes=notes, tracks=("A", "B"), **more)
        entries = [PartNote(note, PARTS[note.track]) for note in score.notes]
        return memory_of(entries, parts, Clock.from_score(score))

    return memory


def test_four_bars_that_return_are_one_stretch_of_the_first_phrase(
    remembered: Callable[..., Memory],
) -> None:
    memory = remembered(played(TUNE, 0) + played(TUNE, 16))
    assert [(phrase.start_qn, phrase.end_qn) for phrase in memory.phrases] == [(0, 16)]
    assert memory.stretches == (Stretch(Fraction(0), 0, Fraction(0)), Stretch(Fraction(16), 0, Fraction(0)))
    assert [stretch.is_return for stretch in memory.stretches] == [False, True]


def test_a_transposed_return_says_by_how_much(remembered: Callable[..., Memory]) -> None:
    memory = remembered(played(TUNE, 0) + played(TUNE, 16, up=2) + played(TUNE, 32, up=-5), 12)
    assert memory.stretches[1:] == (
        Stretch(Fraction(16), 0, Fraction(0), 2),
        Stretch(Fraction(32), 0, Fraction(0), -5),
    )


def test_another_rhythm_or_another_interval_is_another_phrase(remembered: Callable[..., Memory]) -> None:
    memory = remembered(played(TUNE, 0) + played(OTHER, 16), marks=[("B", 16)])
    assert [stretch.phrase for stretch in memory.stretches] == [0, 1]
    assert memory.phrases[0].key != memory.phrases[1].key
    bent = [(onset, pitch + (onset == 5)) for onset, pitch in TUNE]
    memory = remembered(played(TUNE, 0) + played(bent, 16))
    # Bar 1 returns in bar 5; bar 6 has another interval, and what follows it begins with bar 3 of the tune.
    assert [(s.start_qn, s.first_qn) for s in memory.stretches] == [(0, 0), (16, 0), (20, 20), (24, 8)]


def test_the_tune_is_known_again_when_another_part_plays_it_over_another_bass(
    remembered: Callable[..., Memory],
) -> None:
    bass = [(k, 1, 40 + k % 5, 80, 1) for k in range(16)]
    memory = remembered(played(TUNE, 0) + bass + played(TUNE, 16, up=-12, track=1))
    assert memory.stretches[1:] == (Stretch(Fraction(16), 0, Fraction(0), -12),)
    # Where the bass leads, its own music counts: five bars' worth of it are new each time.
    led = remembered(played(TUNE, 0) + bass, 4, parts=("bass", "melody"))
    assert led.phrases[0].key != memory.phrases[0].key


def test_a_return_may_begin_within_a_phrase_and_cross_into_the_next(
    remembered: Callable[..., Memory],
) -> None:
    notes = played(TUNE, 0) + played(OTHER, 16)
    again = [(onset - 8, length, pitch, *rest) for onset, length, pitch, *rest in notes if onset >= 8]
    memory = remembered(notes + [(32 + onset, *rest) for onset, *rest in again], 14, marks=[("B", 16)])
    assert [(phrase.start_qn, phrase.end_qn) for phrase in memory.phrases] == [(0, 16), (16, 32)]
    assert memory.stretches[2:] == (
        Stretch(Fraction(32), 0, Fraction(8)),
        Stretch(Fraction(40), 1, Fraction(16)),
    )


def test_a_silence_belongs_to_what_was_before_and_a_phrase_begins_after_it(
    remembered: Callable[..., Memory],
) -> None:
    memory = remembered(played(TUNE, 0) + played(OTHER, 24), 10)
    assert [(phrase.start_qn, phrase.end_qn) for phrase in memory.phrases] == [(0, 16), (24, 40)]
    assert memory.stretches == (Stretch(Fraction(0), 0, Fraction(0)), Stretch(Fraction(24), 1, Fraction(24)))


def test_a_mark_begins_a_phrase_and_two_notes_are_no_contour(remembered: Callable[..., Memory]) -> None:
    long = [(4 * k, 60 + 2 * k) for k in range(4)]
    memory = remembered(played(long, 0), 4, marks=[("B", 8)])
    assert [phrase.start_qn for phrase in memory.phrases] == [0, 8]


def test_a_piece_that_begins_in_silence_or_has_no_notes_has_one_phrase(
    remembered: Callable[..., Memory],
) -> None:
    assert len(remembered([]).phrases) == 1
    assert remembered([]).stretches == (Stretch(Fraction(0), 0, Fraction(0)),)
    assert [p.start_qn for p in remembered(played(TUNE, 8)).phrases] == [0, 8]


def test_the_second_pass_of_a_repeat_returns(make_score: MakeScore) -> None:
    score = make_score(
        ["4/4"] * 8,
        notes=played(TUNE, 0) + played(TUNE, 16),
        tracks=("A", "B"),
        bars=[(k % 4 + 1, k // 4 + 1) for k in range(8)],
    )
    entries = [PartNote(note, "melody") for note in score.notes]
    memory = memory_of(entries, PARTS, Clock.from_score(score))
    assert memory.stretches[1:] == (Stretch(Fraction(16), 0, Fraction(0)),)


def test_a_longer_piece_does_not_change_its_beginning(remembered: Callable[..., Memory]) -> None:
    short = remembered(played(TUNE, 0) + played(TUNE, 16))
    long = remembered(played(TUNE, 0) + played(TUNE, 16) + played(OTHER, 32), 12)
    assert long.stretches[:2] == short.stretches
    assert long.phrases[0] == short.phrases[0]


def test_an_ostinato_of_hundreds_of_bars_is_one_bar_that_returns(remembered: Callable[..., Memory]) -> None:
    bar = [(0, 60), (1, 62), (2, 64)]
    notes = [note for k in range(500) for note in played(bar, 4 * k)]
    memory = remembered(notes, 500)
    assert len(memory.phrases) == 1
    assert {stretch.first_qn for stretch in memory.stretches} == {0}
    assert len(memory.stretches) == 500


def test_a_held_note_leads_into_the_bars_that_it_reaches(remembered: Callable[..., Memory]) -> None:
    """While the melody holds its last note, what the bass plays again is no return."""
    bass = [(k, 1, 40 + k % 4, 80, 1) for k in range(24)]
    held = [(0, 1, 60), (1, 1, 64), (2, 1, 67), (4, 12, 72)]
    memory = remembered(held + bass, 6)
    assert memory.stretches[0] == Stretch(Fraction(0), 0, Fraction(0))
    # From bar 5 on the bass leads: first it is new, then it returns.
    assert [(s.start_qn, s.first_qn) for s in memory.stretches[1:]] == [(20, 16)]
