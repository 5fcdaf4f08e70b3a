"""Tempi: the number somebody marked, fermatas and pauses, checked by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.score.model import TempoMark
from musicvis.compiler.score.playback.tempo import marked_quarters_per_minute, played_tempi, simplest_between


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("1.58333", "95"),
        ("1.5833333333333333", "95"),
        ("1.5", "90"),
        ("1.6666666666666667", "100"),
        ("2", "120"),
        ("0.40000000000000002", "24"),
        ("1.59167", "191/2"),
        ("1.0555555555555556", "190/3"),
        ("2.00833", "241/2"),
    ],
)
def test_a_rounded_tempo_is_the_simplest_that_rounds_to_it(text: str, tempo: str) -> None:
    assert marked_quarters_per_minute(text) == Fraction(tempo)


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf", "1e999", "1/0", "1e-30", "5000"])
def test_an_invalid_tempo_is_none(text: str) -> None:
    assert marked_quarters_per_minute(text) is None


@given(st.integers(20, 400), st.sampled_from([1, 2, 4]))
def test_every_tempo_that_musicians_mark_survives_six_digits_and_seventeen(number: int, parts: int) -> None:
    tempo = Fraction(number, parts)
    assert marked_quarters_per_minute(f"{float(tempo) / 60:.17g}") == tempo
    if parts < 4:
        assert marked_quarters_per_minute(f"{float(tempo) / 60:.6g}") == tempo


@given(st.fractions(Fraction(1, 50), 50, max_denominator=200), st.fractions(Fraction(1, 10**6), 2))
def test_no_fraction_in_an_interval_is_simpler_than_the_one_found(low: Fraction, width: Fraction) -> None:
    found = simplest_between(low, low + width)
    assert low <= found <= low + width
    for denominator in range(1, min(found.denominator, 300)):
        assert -(-low * denominator // 1) > (low + width) * denominator // 1


def test_a_pause_lasts_its_seconds_and_the_old_tempo_returns() -> None:
    tempi = played_tempi([TempoMark(Fraction(0), Fraction(120))], [(Fraction(4), Fraction(3))])
    assert [mark.onset_qn for mark in tempi] == [0, 4 - Fraction(1, 64), 4]
    seconds = (tempi[2].onset_qn - tempi[1].onset_qn) * 60 / tempi[1].quarters_per_minute
    assert seconds == 3 + Fraction(1, 64) / 2
    assert tempi[2].quarters_per_minute == 120


def test_a_pause_at_the_very_beginning_is_no_pause() -> None:
    assert len(played_tempi([TempoMark(Fraction(0), Fraction(120))], [(Fraction(0), Fraction(3))])) == 1


def test_equal_tempi_in_a_row_are_one_mark() -> None:
    marks = [TempoMark(Fraction(time), Fraction(90)) for time in range(3)]
    assert played_tempi(marks, []) == (TempoMark(Fraction(0), Fraction(90)),)
