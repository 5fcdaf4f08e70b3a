"""Quantities: each unit takes its own suffixes, and no others."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.quantity import Quantity, parse_quantity, parse_ratio, quantity_text
from musicvis.dsl.values.units import Unit

SPAN = Span("piece.yaml", 1, 1, 1, 5)
UNITS = [unit for unit in Unit if unit not in (Unit.CHOICE, Unit.ANY)]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("50%", Unit.SHARE, 0.5),
        ("0.5", Unit.SHARE, 0.5),
        ("-6 dB", Unit.GAIN, 10 ** (-6 / 20)),
        ("-6dB", Unit.DECIBELS, -6.0),
        ("80%", Unit.GAIN, 0.8),
        ("6 Hz", Unit.RATE, 6.0),
        ("1.2 kHz", Unit.HERTZ, 1200.0),
        ("250ms", Unit.SECONDS, 0.25),
        ("0.5 s", Unit.SECONDS, 0.5),
        ("1e-3", Unit.NUMBER, 0.001),
    ],
)
def test_a_quantity_comes_in_base_units(text: str, unit: Unit, value: float) -> None:
    assert parse_quantity(text, unit, SPAN) == Quantity(value)


def test_cycles_per_beat_are_marked() -> None:
    assert parse_quantity("2/b", Unit.RATE, SPAN) == Quantity(2.0, per_beat=True)


SUFFIXED = {"%": "50%", "dB": "-6 dB", "Hz": "6 Hz", "kHz": "1 kHz", "/b": "2/b", "s": "2s", "ms": "20ms"}
SUFFIXED |= {"LUFS": "-14 LUFS", "dBTP": "-1 dBTP"}
FITTING = {
    Unit.NUMBER: set(),
    Unit.SHARE: {"%"},
    Unit.GAIN: {"%", "dB"},
    Unit.DECIBELS: {"dB"},
    Unit.HERTZ: {"Hz", "kHz"},
    Unit.RATE: {"Hz", "kHz", "/b"},
    Unit.SECONDS: {"s", "ms"},
    Unit.LOUDNESS: {"LUFS"},
    Unit.PEAK: {"dBTP"},
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("suffix", SUFFIXED)
def test_a_suffix_is_taken_where_it_makes_sense_and_nowhere_else(unit: Unit, suffix: str) -> None:
    found = parse_quantity(SUFFIXED[suffix], unit, SPAN)
    assert isinstance(found, Quantity) == (suffix in FITTING[unit])
    if isinstance(found, Diagnostic):
        assert found.code == "MV113"


@pytest.mark.parametrize(
    "text", ["", "dB", "1,5", "50 percent", "-14 LUF", "-1 dBFS", "1_000", "inf", "nan", "1e400"]
)
def test_invalid_quantities_are_explained(text: str) -> None:
    assert all(isinstance(parse_quantity(text, unit, SPAN), Diagnostic) for unit in UNITS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30", Fraction(30)),
        ("30000/1001", Fraction(30000, 1001)),
        ("1/7.5", Fraction(2, 15)),
        ("-1", Fraction(-1)),
    ],
)
def test_a_ratio_is_exact(text: str, value: Fraction) -> None:
    assert parse_ratio(text, SPAN) == value


@pytest.mark.parametrize("text", ["1/0", "x", "1/2/3", "", "1//2", "9" * 60])
def test_invalid_ratios_are_explained(text: str) -> None:
    found = parse_ratio(text, SPAN)
    assert isinstance(found, Diagnostic)
    assert found.code == "MV115"


@given(st.floats(-1e9, 1e9), st.sampled_from(UNITS), st.booleans())
def test_a_quantity_survives_its_own_text(value: float, unit: Unit, per_beat: bool) -> None:
    # What a piece writes has no more digits than these; repr of a denormal is beyond the language.
    written = Quantity(float(f"{value:.9g}") if abs(value) > 1e-9 else 0.0, per_beat and unit is Unit.RATE)
    assert parse_quantity(quantity_text(written, unit), unit, SPAN) == written


@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.eE+-/% dBHzkms", max_size=20)))
def test_any_text_is_a_finite_quantity_or_a_finding(text: str) -> None:
    for unit in Unit:
        found = parse_quantity(text, unit, SPAN)
        assert isinstance(found, Diagnostic) or math.isfinite(found.value)
    assert parse_ratio(text, SPAN) is not None


@pytest.mark.parametrize("text", ["99999 dB", "6166 dB", "200.1 dB", "1e99", "9e12%"])
def test_a_gain_that_no_sound_can_have_is_a_finding(text: str) -> None:
    found = parse_quantity(text, Unit.GAIN, SPAN)
    assert isinstance(found, Diagnostic) and found.code == "MV113" and "200 dB" in found.message


def test_a_gain_may_be_as_small_as_it_likes() -> None:
    assert parse_quantity("-99999 dB", Unit.GAIN, SPAN) == Quantity(0.0)
