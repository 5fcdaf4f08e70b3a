"""Places, ranges and durations: what they mean, how they are written, what is said where they are none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.position import (
    Duration,
    DurationUnit,
    Place,
    PlaceRange,
    duration_text,
    parse_duration,
    parse_place,
    parse_range,
    place_text,
    range_text,
)

SPAN = Span("piece.yaml", 1, 1, 1, 5)


def place(text: str) -> Place:
    found = parse_place(text, SPAN)
    assert isinstance(found, Place), found
    return found


def fault(found: object) -> Diagnostic:
    assert isinstance(found, Diagnostic), found
    return found


@pytest.mark.parametrize(
    ("text", "bar", "beat", "pass_number"),
    [
        ("7|3", 7, Fraction(3), 1),
        ("7", 7, Fraction(1), 1),
        ("13|2.5", 13, Fraction(5, 2), 1),
        ("6|6.25", 6, Fraction(25, 4), 1),
        ("4|1+2/3", 4, Fraction(5, 3), 1),
        ("4|5/3", 4, Fraction(5, 3), 1),
        ("7@2|3", 7, Fraction(3), 2),
        ("7@2", 7, Fraction(1), 2),
    ],
)
def test_a_place_is_a_bar_a_beat_and_a_pass(text: str, bar: int, beat: Fraction, pass_number: int) -> None:
    found = place(text)
    assert (found.bar, found.beat, found.pass_number) == (bar, beat, pass_number)


def test_a_place_stands_at_a_mark_or_counts_from_the_end() -> None:
    assert (place("@B|2").mark, place("@B|2").beat) == ("B", 2)
    assert place("@Second theme").mark == "Second theme"
    assert place("end").at_end
    assert place("end-4s").offset == Duration(Fraction(-4), DurationUnit.SECONDS)
    assert place("end-1/4").offset == Duration(Fraction(-1, 4), DurationUnit.WHOLE_NOTES)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("7.10", "MV102", "e.g. 7|10"),
        ("7.1", "MV102", "e.g. 7|1"),
        ("7:3", "MV102", "e.g. 7|3"),
        ("1e3", "MV102", "7|3"),
        ("-2", "MV102", "7|3"),
        ("1@0|1", "MV110", ""),
        ("7|0", "MV110", "from 1"),
        ("7|0.99", "MV110", "from 1"),
        ("7|1/0", "MV110", "from 1"),
        ("7@0|1", "MV110", ""),
        ("4s", "MV110", "end-4s"),
        ("6|6..7|3", "MV110", ""),
        ("end-4", "MV112", "4s"),
        ("Ende", "MV110", '"@B|2"'),
        ("C", "MV110", '"@C"'),
        ("C|1", "MV110", '"@C|1"'),
        ("Second theme|2.5", "MV110", '"@Second theme|2.5"'),
        ("soon", "MV110", "7|3"),
        ("end|1", "MV110", "7|3"),
        ("٣|١", "MV110", ""),
        ("9" * 500, "MV110", ""),
        ("", "MV110", ""),
    ],
)
def test_invalid_places_are_explained(text: str, code: str, hint: str) -> None:
    finding = fault(parse_place(text, SPAN))
    assert finding.code == code
    assert hint in finding.hint


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("6|6..7|3", "6|6", "7|3"),
        ("10..12", "10|1", "12|1"),
        ("16..", "16|1", None),
        ("..5", None, "5|1"),
        ("bars 3-5", "3|1", "6|1"),
        ("bar 7", "7|1", "8|1"),
        ("@A..@B|2", "@A|1", "@B|2"),
        ("16..end-1bar", "16|1", "end-1bar"),
    ],
)
def test_a_range_is_half_open_and_its_word_form_is_not(text: str, start: str | None, end: str | None) -> None:
    found = parse_range(text, SPAN)
    assert isinstance(found, PlaceRange)
    assert (found.start and place_text(found.start)) == start
    assert (found.end and place_text(found.end)) == end


@pytest.mark.parametrize(
    "text", ["7", "7|3..7|3", "7..6", "bars 5-3", "bars 4-3", "1..2..3", "7-9", "a" * 999]
)
def test_invalid_ranges_are_explained(text: str) -> None:
    assert fault(parse_range(text, SPAN)).code == "MV111"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2b", Fraction(2), DurationUnit.BEATS),
        ("1bar", Fraction(1), DurationUnit.BARS),
        ("2 bars", Fraction(2), DurationUnit.BARS),
        ("1/4", Fraction(1, 4), DurationUnit.WHOLE_NOTES),
        ("1/3 b", Fraction(1, 3), DurationUnit.BEATS),
        ("0.5s", Fraction(1, 2), DurationUnit.SECONDS),
        ("250ms", Fraction(1, 4), DurationUnit.SECONDS),
        ("0", Fraction(0), DurationUnit.SECONDS),
    ],
)
def test_a_duration_is_exact(text: str, value: Fraction, unit: DurationUnit) -> None:
    assert parse_duration(text, SPAN) == Duration(value, unit)


@pytest.mark.parametrize("text", ["2", "0.5", "-1s", "1/0", "1q", "s", "", "1e3s", "b" * 99])
def test_invalid_durations_are_explained(text: str) -> None:
    assert fault(parse_duration(text, SPAN)).code == "MV112"


BEATS = st.one_of(
    st.fractions(min_value=1, max_value=64, max_denominator=48),
    st.integers(10**6, 9 * 10**6).map(lambda millionths: Fraction(millionths, 10**6)),
)
DURATIONS = st.builds(
    Duration, st.fractions(min_value=0, max_value=1000, max_denominator=720), st.sampled_from(DurationUnit)
)
SHIFTS = st.builds(lambda d, sign: Duration(d.value * sign, d.unit), DURATIONS, st.sampled_from((1, -1)))
PLACES = st.one_of(
    st.builds(
        lambda bar, beat, number: Place("", SPAN, bar=bar, beat=beat, pass_number=number),
        st.integers(1, 99_999),
        BEATS,
        st.integers(1, 99),
    ),
    st.builds(lambda mark, beat: Place("", SPAN, mark=mark, beat=beat), st.sampled_from("ABC"), BEATS),
    st.builds(lambda shift: Place("", SPAN, at_end=True, offset=shift), SHIFTS),
)


def without_text(found: Place | Diagnostic | None) -> object:
    assert not isinstance(found, Diagnostic), found
    return found and (found.bar, found.mark, found.at_end, found.beat, found.pass_number, found.offset)


@given(PLACES)
def test_a_place_survives_its_own_text(written: Place) -> None:
    assert without_text(parse_place(place_text(written), SPAN)) == without_text(written)


@given(DURATIONS)
def test_a_duration_survives_its_own_text(written: Duration) -> None:
    assert parse_duration(duration_text(written), SPAN) == written


@given(st.one_of(st.none(), PLACES), st.one_of(st.none(), PLACES))
def test_a_range_survives_its_own_text_unless_it_runs_backwards(
    start: Place | None, end: Place | None
) -> None:
    found = parse_range(range_text(PlaceRange("", SPAN, start, end)), SPAN)
    if isinstance(found, Diagnostic):
        is_same = start is not None and end is not None and (start.bar, start.beat) == (end.bar, end.beat)
        assert ("is empty" if is_same else "ends before it begins") in found.message
        assert start and end and start.bar and end.bar and (end.bar, end.beat) <= (start.bar, start.beat)
    else:
        assert (without_text(found.start), without_text(found.end)) == (
            without_text(start),
            without_text(end),
        )


@given(st.one_of(st.text(max_size=90), st.text(alphabet="0123456789|@.+-/ endbars", max_size=30)))
def test_any_text_is_a_place_or_a_finding(text: str) -> None:
    for parser in (parse_place, parse_range, parse_duration):
        found = parser(text, SPAN)
        assert not isinstance(found, Diagnostic) or found.message


def test_a_range_that_is_empty_says_how_one_bar_is_written() -> None:
    found = parse_range("3..3", SPAN)
    assert isinstance(found, Diagnostic) and found.hint == "bar 3 alone is 3..4"
