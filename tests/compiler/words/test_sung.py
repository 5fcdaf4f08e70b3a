"""Syllables become words: joined by their kinds, held over melismas, told apart by singer."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from musicvis.compiler.score.model import Note
from musicvis.compiler.score.part_note import PartNote
from musicvis.compiler.words.sung import glob_key, sung_words, word_key

Sung = tuple[str | None, str]


def note(at: int, lyric: str | None, syllabic: str = "single", voice: int = 1, length: int = 1) -> PartNote:
    made = Note(
        onset_qn=Fraction(at),
        length_qn=Fraction(length),
        gate_qn=Fraction(length),
        pitch=60,
        velocity=80,
        track=0,
        staff=1,
        voice=voice,
        bar=1,
        pass_number=1,
        onset_in_bar_qn=Fraction(at),
        beat=Fraction(at + 1),
        lyric=lyric,
        syllabic=syllabic,
    )
    return PartNote(made, "Voice")


def words(*sung: Sung) -> list[tuple[str, tuple[int, ...]]]:
    """The words of notes in a row, and the notes that each holds."""
    notes = [note(at, *entry) for at, entry in enumerate(sung)]
    return [(word.text, word.notes) for word in sung_words(notes).words]


NONE: Sung = (None, "single")


@pytest.mark.parametrize(
    ("sung", "expected"),
    [
        ([("Mu", "begin"), ("si", "middle"), ("ca,", "end")], [("Musica,", (0, 1, 2))]),
        ([("A", "begin"), NONE, ("men.", "end"), NONE], [("Amen.", (0, 1, 2, 3))]),
        ([("o'er", "single"), ("sea", "single")], [("o'er", (0,)), ("sea", (1,))]),
        ([("che\u203fil", "single")], [("che", (0,)), ("il", (0,))]),
        (
            [("o", "begin"), ("re\u203fa", "end"), ("mo", "single")],
            [("ore", (0, 1)), ("a", (1,)), ("mo", (2,))],
        ),
        ([("Mu-", "single"), ("sic", "single")], [("Music", (0, 1))]),
        ([("1. Snow", "single"), ("_", "single")], [("Snow", (0, 1))]),
        ([("lost", "begin"), ("new", "begin"), ("er", "end")], [("lost", (0,)), ("newer", (1, 2))]),
        ([("trill", "single"), ("trill", "held")], [("trill", (0, 1))]),
        ([("la", "single"), ("la", "single")], [("la", (0,)), ("la", (1,))]),
    ],
)
def test_syllables_are_joined_as_singers_read_them(
    sung: Sequence[Sung], expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert words(*sung) == expected


def test_a_word_ends_at_a_rest_and_two_voices_sing_words_of_their_own() -> None:
    notes = [
        note(0, "night", voice=1),
        note(0, "day", voice=2, length=3),
        note(2, None),
        note(2, None, voice=2),
    ]
    sung = sung_words(notes)
    assert [(word.text, word.notes) for word in sung.words] == [("night", (0,)), ("day", (1, 3))]
    assert sung.text_at(2) is None


def test_words_are_compared_without_capitals_and_punctuation() -> None:
    assert [word_key(text) for text in ("\u201cO\u2019er,", "'Tis", "\u00c9TOILE!", "well-known;")] == [
        "o'er",
        "tis",
        "\u00e9toile",
        "well-known",
    ]
    assert glob_key("Night*!") == "night*"
