"""Selectors as written: pitches, velocities, lengths."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.position import Duration, DurationUnit
from musicvis.dsl.values.selector import (
    LengthRange,
    NumberRange,
    PitchRange,
    parse_lengths,
    parse_pitches,
    parse_velocities,
    pitch_class,
)

SPAN = Span("piece.yaml", 1, 1, 1, 5)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("C", 0),
        ("C#", 1),
        ("Db", 1),
        ("D♭", 1),
        ("A#", 10),
        ("Bb", 10),
        ("B", 11),
        ("Cb", 11),
        ("Fx", 7),
        ("bb", 10),
    ],
)
def test_a_pitch_class_has_many_spellings(text: str, number: int) -> None:
    assert pitch_class(text) == number
    assert parse_pitches(text, SPAN) == PitchRange(pitch_class=number)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("C4", 60, 60),
        ("A4", 69, 69),
        ("A#4", 70, 70),
        ("C-1", 0, 0),
        ("G9", 127, 127),
        ("60", 60, 60),
        ("C4..C5", 60, 72),
        (">=D7", 98, 127),
        (">D7", 99, 127),
        ("< C4", 0, 59),
        ("..C4", 0, 60),
    ],
)
def test_pitches_are_midi_numbers_with_middle_c_at_sixty(text: str, low: int, high: int) -> None:
    assert parse_pitches(text, SPAN) == PitchRange(low, high)


@pytest.mark.parametrize(
    "text", ["H", "C4..", "C5..C4", "G#9", "128", "A##b", ">=", "", "..", "C4..C5..C6", ">G9"]
)
def test_invalid_pitches_are_explained(text: str) -> None:
    found = parse_pitches(text, SPAN)
    if text == "C4..":
        assert found == PitchRange(60, 127)
    else:
        assert isinstance(found, Diagnostic)


def number_range(
    low: int | None, high: int | None, low_open: bool = False, high_open: bool = False
) -> NumberRange:
    return NumberRange(
        None if low is None else Fraction(low), None if high is None else Fraction(high), low_open, high_open
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90", number_range(90, 90)),
        ("40..64", number_range(40, 64)),
        (">=90", number_range(90, None)),
        ("<mf", number_range(None, 80, high_open=True)),
        ("pp..mf", number_range(33, 80)),
        ("mf", number_range(80, 96, high_open=True)),
        ("ffff", number_range(127, 128, high_open=True)),
    ],
)
def test_velocities_are_numbers_or_dynamics_as_musescore_plays_them(text: str, wanted: NumberRange) -> None:
    assert parse_velocities(text, SPAN) == wanted


@pytest.mark.parametrize("text", ["loud", "64..40", "ff..pp", ">=", "-3", "1.5", ""])
def test_invalid_velocities_are_explained(text: str) -> None:
    assert isinstance(parse_velocities(text, SPAN), Diagnostic)


def test_lengths_are_durations_compared() -> None:
    two_beats = Duration(Fraction(2), DurationUnit.BEATS)
    eighth, quarter = (Duration(Fraction(1, n), DurationUnit.WHOLE_NOTES) for n in (8, 4))
    assert parse_lengths(">=2b", SPAN) == LengthRange(two_beats, None)
    assert parse_lengths("2b", SPAN) == LengthRange(two_beats, two_beats)
    assert parse_lengths("1/8..1/4", SPAN) == LengthRange(eighth, quarter)
    assert parse_lengths("<1/4", SPAN) == LengthRange(None, quarter, high_open=True)


@pytest.mark.parametrize("text", ["2", ">=2", "1/4..1/8", "long", ""])
def test_invalid_lengths_are_explained(text: str) -> None:
    assert isinstance(parse_lengths(text, SPAN), Diagnostic)


@given(st.one_of(st.text(max_size=70), st.text(alphabet="ABCDEFGb#0123456789<>=.- pmf/", max_size=12)))
def test_any_text_is_a_selector_or_a_finding(text: str) -> None:
    for parser in (parse_pitches, parse_velocities, parse_lengths):
        found = parser(text, SPAN)
        assert not isinstance(found, Diagnostic) or found.code == "MV114"
