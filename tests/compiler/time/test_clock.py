"""The clock is exact: places, seconds and frames agree, both ways, through any metre and tempo map."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.score.model import Measure, Meter, Score, TempoMark, Track
from musicvis.compiler.time.clock import Clock, frame_at, sample_at
from musicvis.compiler.time.tempo_arrays import tempo_arrays
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.values.position import Duration, DurationUnit, Place, PlaceRange, beat_text

SPAN = Span("piece.yaml", 3, 4, 3, 9)
MakeScore = Callable[..., Score]
Locate = Callable[..., Fraction]

TEMPI = st.fractions(min_value=10, max_value=400, max_denominator=60)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Up to nine bars of any metre, some cut short, under up to six tempi anywhere."""
    meters = st.builds(Meter, st.integers(1, 13), st.sampled_from([1, 2, 4, 8, 16]))
    measures, start = [], Fraction(0)
    for bar, meter in enumerate(draw(st.lists(meters, min_size=1, max_size=9)), 1):
        length = meter.bar_qn * draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1)]))
        measures.append(Measure(bar, 1, start, length, meter))
        start += length
    places = st.fractions(min_value=0, max_value=start, max_denominator=24)
    tempi = [TempoMark(Fraction(0), draw(TEMPI))]
    tempi += [TempoMark(at, bpm) for at, bpm in sorted(draw(st.lists(st.tuples(places, TEMPI), max_size=5)))]
    return Clock.from_score(Score("", (Track(""),), (), tuple(measures), tuple(tempi)))


MOMENTS = st.fractions(min_value=0, max_value=200, max_denominator=96)


@given(clocks(), MOMENTS)
def test_quarters_to_seconds_and_back_is_the_identity(clock: Clock, moment: Fraction) -> None:
    assert clock.quarters(clock.seconds(moment)) == moment


@given(clocks(), MOMENTS, MOMENTS)
def test_time_runs_forward(clock: Clock, one: Fraction, two: Fraction) -> None:
    assert (clock.seconds(one) < clock.seconds(two)) == (one < two)


@given(clocks(), st.data())
def test_a_position_that_is_read_leads_back_to_its_moment(clock: Clock, data: st.DataObject) -> None:
    moment = data.draw(st.fractions(min_value=0, max_value=clock.end_qn, max_denominator=96))
    position = clock.position(moment)
    findings = Findings()
    written = Place(str(position), SPAN, bar=position.bar, beat=position.beat)
    assert clock.locate(written, findings) == moment
    assert not findings


@given(clocks(), MOMENTS, st.sampled_from(DurationUnit), st.fractions(0, 9, max_denominator=12))
def test_a_duration_there_and_back_is_the_identity(
    clock: Clock, moment: Fraction, unit: DurationUnit, length: Fraction
) -> None:
    there = clock.after(moment, Duration(length, unit))
    assert there >= moment
    assert clock.after(there, Duration(-length, unit)) == moment


@given(clocks(), st.lists(MOMENTS, max_size=8))
def test_many_times_at_once_equal_one_by_one(clock: Clock, moments: list[Fraction]) -> None:
    in_float = np.array([float(m) for m in moments], np.float64)
    times_s = np.array([float(clock.seconds(m)) for m in moments], np.float64)
    np.testing.assert_allclose(tempo_arrays(clock).seconds_at(in_float), times_s, rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(tempo_arrays(clock).quarters_at(times_s), in_float, rtol=1e-13, atol=1e-12)


@given(st.fractions(0, 100, max_denominator=48000), st.sampled_from([Fraction(30), Fraction(30000, 1001)]))
def test_a_frame_holds_its_time_and_a_sample_is_not_before_it(time_s: Fraction, fps: Fraction) -> None:
    frame = frame_at(time_s, fps)
    assert frame / fps <= time_s < (frame + 1) / fps
    sample = sample_at(time_s, 48000)
    assert Fraction(sample - 1, 48000) < time_s <= Fraction(sample, 48000)


def test_t1_the_bars_of_the_original_piece(original: dict[str, Any], original_clock: Clock) -> None:
    """T1: 18 bars to 1e-6 s."""
    assert len(original_clock.measures) == 18
    for measure, (bar, start_s, end_s) in zip(original_clock.measures, original["bars"], strict=True):
        assert measure.bar == bar
        assert float(original_clock.seconds(measure.start_qn)) == pytest.approx(start_s, abs=1e-6)
        assert float(original_clock.seconds(measure.end_qn)) == pytest.approx(end_s, abs=1e-6)
    assert float(original_clock.seconds(original_clock.measures[16].end_qn)) == pytest.approx(
        39.140355, abs=1e-6
    )
    assert float(original_clock.end_s) == pytest.approx(43.535092, abs=1e-6)


@pytest.mark.parametrize(
    ("meters", "tempi", "seconds"),
    [
        (["4/4"] * 4, [(0, 120)], Fraction(8)),
        (["2/2"] * 2 + ["4/4"] * 2, [(0, 120)], Fraction(8)),
        (["6/8"] * 4, [(0, 90)], Fraction(8)),
        (["7/16"] * 8, [(0, 105)], Fraction(8)),
        (["5/8", "3/4"], [(0, 60)], Fraction(11, 2)),
        # A tempo that changes on beat 3 of the first bar.
        (["4/4"] * 2, [(0, 60), (2, 120)], Fraction(2 + 3)),
        # A ritardando of eight steps inside one bar, a quaver each: 120, 110, 100 ... 50.
        (
            ["4/4"],
            [(Fraction(i, 2), 120 - 10 * i) for i in range(8)],
            sum(Fraction(30, 120 - 10 * i) for i in range(8)),
        ),
        (["4/4"] * 100, [(0, Fraction(191, 2))], Fraction(400 * 60 * 2, 191)),
    ],
)
def test_t2_maps_that_can_be_worked_out(
    make_score: MakeScore, meters: list[str], tempi: list[Any], seconds: Fraction
) -> None:
    assert Clock.from_score(make_score(meters, tempi)).end_s == seconds


def test_t2_a_pickup_is_bar_one_and_is_as_long_as_it_plays(make_score: MakeScore, locate: Locate) -> None:
    clock = Clock.from_score(make_score(["4/4"] * 3, lengths={0: Fraction(1)}))
    assert locate(clock, "2|1") == 1
    assert locate(clock, "3|2.5") == Fraction(13, 2)
    assert clock.count(Fraction(5), DurationUnit.BARS) == 2


def test_t3_an_hour_with_ten_thousand_tempi_gathers_no_error(make_score: MakeScore) -> None:
    """T3: the sum is rational, so it is the sum."""
    count = 10_000
    tempi = [(i, Fraction(60_000_000, 500_000 + 37 * (i % 4001))) for i in range(count)]
    clock = Clock.from_score(make_score([f"{count}/4"], tempi))
    expected_us = sum(500_000 + 37 * (i % 4001) for i in range(count))
    assert clock.end_s == Fraction(expected_us, 1_000_000)
    assert clock.end_s > 3600
    assert clock.quarters(clock.end_s) == count


def test_of_two_tempi_at_one_place_the_later_one_holds(make_score: MakeScore) -> None:
    assert Clock.from_score(make_score(["4/4"], [(0, 60), (0, 120)])).end_s == 2


def test_one_beat_more_than_the_bar_has_is_the_next_bar(make_score: MakeScore, locate: Locate) -> None:
    clock = Clock.from_score(make_score(["4/4", "3/4"]))
    assert locate(clock, "1|5") == locate(clock, "2|1") == 4
    assert locate(clock, "2|4") == clock.end_qn


def test_a_second_pass_is_later_and_the_first_is_meant_without_one(
    make_score: MakeScore, locate: Locate
) -> None:
    clock = Clock.from_score(make_score(["4/4"] * 4, bars=[(1, 1), (2, 1), (1, 2), (2, 2)]))
    assert locate(clock, "2|3") == 6
    assert locate(clock, "2|3", pass_number=2) == 14
    assert str(clock.position(Fraction(14))) == "2@2|3"


def test_printed_numbers_skip_the_pickup(make_score: MakeScore, locate: Locate) -> None:
    score = make_score(["4/4"] * 3, lengths={0: Fraction(1)})
    measures = tuple(
        Measure(m.bar, 1, m.start_qn, m.length_qn, m.meter, printed=text)
        for m, text in zip(score.measures, ("", "1", "2"), strict=True)
    )
    clock = Clock.from_score(Score("", score.tracks, (), measures, score.tempi), numbering="printed")
    assert locate(clock, "1|1") == 1
    assert locate(clock, "2|1") == 5


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("end", Duration(Fraction(-2), DurationUnit.SECONDS), Fraction(9)),
        ("end", Duration(Fraction(1), DurationUnit.SECONDS), Fraction(12)),
        ("1|1", Duration(Fraction(5), DurationUnit.BEATS), Fraction(9, 2)),
        ("2|1", Duration(Fraction(1), DurationUnit.BARS), Fraction(7)),
        ("2|1", Duration(Fraction(1, 4), DurationUnit.WHOLE_NOTES), Fraction(5)),
        ("@B|2", None, Fraction(8)),
        ("@b", None, Fraction(7)),
    ],
)
def test_offsets_follow_metre_and_tempo(
    make_score: MakeScore, locate: Locate, text: str, offset: Duration | None, expected: Fraction
) -> None:
    clock = Clock.from_score(make_score(["4/4", "6/8", "4/4"], marks=[("A", 0), ("B", 7)]))
    assert locate(clock, text, offset=offset) == expected


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        (Place("19", SPAN, bar=19), "MV301", "bar 19 does not exist; the score has 2 bars, 1 to 2"),
        (
            Place("2|4.5", SPAN, bar=2, beat=Fraction(9, 2)),
            "MV302",
            "bar 2 has 3 beats of 1/4, there is no beat 4.5",
        ),
        (Place("@C", SPAN, mark="C"), "MV303", "the score has no rehearsal mark C"),
        (Place("2@2", SPAN, bar=2, pass_number=2), "MV304", "bar 2 is played once, there is no pass 2"),
        (
            Place("1|1-1b", SPAN, bar=1, offset=Duration(Fraction(-1), DurationUnit.BEATS)),
            "MV305",
            "1|1-1b is before the start of the piece",
        ),
    ],
)
def test_a_place_that_is_not_there_says_what_is(
    make_score: MakeScore, place: Place, code: str, words: str
) -> None:
    clock = Clock.from_score(make_score(["4/4", "3/4"], marks=[("B", 0)]))
    findings = Findings()
    assert clock.locate(place, findings) is None
    assert [(found.code, found.message, found.span) for found in findings] == [(code, words, SPAN)]


def test_ranges_are_half_open_and_may_end_after_the_last_bar(make_score: MakeScore) -> None:
    clock = Clock.from_score(make_score(["4/4", "3/4"]))
    findings = Findings()

    def stretch(start: int | None, end: int | None) -> tuple[Fraction, Fraction] | None:
        first = None if start is None else Place(str(start), SPAN, bar=start)
        last = None if end is None else Place(str(end), SPAN, bar=end)
        return clock.locate_range(PlaceRange(f"{start}..{end}", SPAN, first, last), findings)

    assert stretch(1, 2) == (0, 4)
    assert stretch(2, 3) == (4, 7)
    assert stretch(None, None) == (0, 7)
    assert not findings
    assert stretch(2, 1) is None
    assert [found.code for found in findings] == ["MV306"]


def test_a_score_without_bars_has_no_clock() -> None:
    with pytest.raises(ValueError, match="without measures"):
        Clock.from_score(Score("", (), (), (), ()))


@pytest.mark.parametrize("pickup", ["0", "", "X1"])
def test_a_pickup_is_bar_0_of_the_printed_numbers(
    make_score: MakeScore, locate: Locate, make_place: Callable[..., Place], pickup: str
) -> None:
    score = make_score(["4/4", "4/4", "4/4"], lengths={0: Fraction(1)})
    bars = [replace(m, printed=number) for m, number in zip(score.measures, (pickup, "1", "2"), strict=True)]
    clock = Clock.from_score(replace(score, measures=tuple(bars)), numbering="printed")
    assert (locate(clock, "0|1"), locate(clock, "1|1"), locate(clock, "2|1")) == (0, 1, 5)
    assert [str(clock.position(Fraction(moment))) for moment in (0, 1, 5)] == ["0|1", "1|1", "2|1"]
    findings = Findings()
    assert Clock.from_score(score).locate(make_place("0|1"), findings) is None
    assert findings[0].code == "MV301" and "a pickup is bar 1 of the file" in findings[0].hint


def test_a_beat_is_written_in_one_way_everywhere() -> None:
    assert [beat_text(Fraction(n, d)) for n, d in ((3, 1), (5, 2), (17, 16), (5, 3), (9, 8))] == [
        "3",
        "2.5",
        "1+1/16",
        "1+2/3",
        "1.125",
    ]


def test_a_place_is_resolved_once_and_its_faults_are_reported_to_everybody_who_asks(
    make_score: MakeScore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock.from_score(make_score(["4/4"]))
    resolved: list[Place] = []
    real = Clock._base

    def base(self: Clock, place: Place, findings: Findings) -> Any:
        resolved.append(place)
        return real(self, place, findings)

    monkeypatch.setattr(Clock, "_base", base)
    bar_1, bar_99 = Place("1|1", SPAN, bar=1), Place("99|1", SPAN, bar=99)
    first = Findings()
    second = Findings()
    assert clock.locate(bar_1, first) == clock.at(bar_1) == 0
    assert clock.locate(bar_99, first) is None and clock.locate(bar_99, second) is None
    assert clock.at(bar_99) is None
    assert [finding.code for finding in first] == ["MV301"] and list(first) == list(second)
    assert resolved == [bar_1, bar_99]
