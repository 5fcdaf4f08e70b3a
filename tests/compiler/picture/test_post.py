"""What the frames show: slow motion that joins, ends that run backwards, fades and titles on their frames."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.picture.post import (
    Timeline,
    Window,
    brightness,
    frame_times,
    picture_times,
    timeline,
    title_plans,
)
from musicvis.compiler.plan import Ramp, TitlePlan
from musicvis.compiler.score.model import Score
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.time.passage import Film
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.video import Post
from musicvis.dsl.values.position import Duration, DurationUnit, Place
from musicvis.dsl.values.units import ExactSeconds

SPAN = Span("piece.yaml", 1, 1, 1, 2)
MakeScore = Callable[..., Score]
MakePlace = Callable[..., Place]


def seconds(value: float | Fraction) -> Duration:
    return Duration(Fraction(value), DurationUnit.SECONDS)


def film(start_s: int = 0, end_s: int = 19, fps: Fraction = Fraction(30)) -> Film:
    return Film(ExactSeconds(Fraction(start_s)), ExactSeconds(Fraction(end_s)), fps, start_s > 0, False)


@pytest.fixture
def placed(make_score: MakeScore, make_place: MakePlace) -> Callable[..., Timeline]:
    """Entries of video.post on four bars of 4/4 at one quarter a second; the film ends at 19 s."""
    clock = Clock.from_score(make_score(["4/4"] * 4))

    def entries(*written: dict[str, Any]) -> Timeline:
        findings = Findings()
        posts = [Post(make_place(fields.pop("at")), SPAN, **fields) for fields in map(dict, written)]
        made = timeline(posts, clock, Fraction(19), findings)
        assert not findings
        return made

    return entries


def test_slow_motion_at_the_start_joins_the_film_at_its_end(placed: Callable[..., Timeline]) -> None:
    events = placed({"at": "1|1", "length": seconds(0.5), "speed": Fraction(2, 15)})
    shown = shown_at([0.0, 0.25, 0.5, 0.75], events)
    np.testing.assert_allclose(shown, [0.5 - 0.5 / 7.5, 0.5 - 0.25 / 7.5, 0.5, 0.75])


def shown_at(times_s: list[float], events: Timeline) -> list[float]:
    """The time that is seen, where layers mix: the mean of theirs by how much of each is seen."""
    seen = np.zeros(len(times_s))
    for layer in picture_times(np.array(times_s), events.speeds):
        seen = seen * (1 - layer.share) + layer.times_s * layer.share
    return seen.tolist()


def test_a_window_later_starts_where_it_stands_and_glides_to_the_film(
    placed: Callable[..., Timeline],
) -> None:
    events = placed({"at": "2|1", "length": seconds(4), "speed": Fraction(1, 2)})
    # From 4 s to 8 s at half the speed; the last 1.2 s go to where the film is.
    np.testing.assert_allclose(shown_at([3.9, 4.0, 5.0, 6.8, 7.4, 8.0], events), [3.9, 4, 4.5, 5.4, 6.55, 8])
    moments_s = np.arange(3.0, 9.0, 0.01)
    assert np.abs(np.diff(shown_at(moments_s.tolist(), events))).max() < 0.05


def test_a_window_that_nothing_follows_needs_no_join(placed: Callable[..., Timeline]) -> None:
    events = placed({"at": "4|1", "length": seconds(7), "speed": Fraction(1, 2)})
    assert shown_at([18.9], events) == pytest.approx([12 + 6.9 / 2])


def test_an_ending_runs_backwards_until_the_film_is_over(placed: Callable[..., Timeline]) -> None:
    events = placed({"at": "4|1", "speed": Fraction(-1)})
    np.testing.assert_allclose(shown_at([11.0, 12.0, 13.0, 18.0], events), [11, 12, 11, 6])
    assert events.speeds == (Window(Fraction(12), Fraction(19), Fraction(-1)),)


def test_the_picture_never_shows_a_time_before_the_piece() -> None:
    assert shown_at([9.0], Timeline((Window(Fraction(4), Fraction(10), Fraction(-2)),))) == [0]


def test_fades_are_raised_cosines_and_black_stays(placed: Callable[..., Timeline]) -> None:
    events = placed(
        {"at": "1|1", "fade_in": seconds(2)},
        {"at": "end", "fade_out": seconds(2)},
        {"at": "2|1", "fade_out": Duration(Fraction(1), DurationUnit.BEATS)},
        {"at": "3|1", "fade_in": seconds(1)},
    )
    times_s = np.array([0.0, 1.0, 2.0, 4.0, 4.5, 5.0, 7.9, 8.0, 8.5, 9.0, 16.0, 17.0, 18.5])
    expected = [0, 0.5, 1, 1, 0.5, 0, 0, 0, 0.5, 1, 1, 0.5, 0]
    np.testing.assert_allclose(brightness(times_s, events.fades), expected, atol=1e-12)


def test_a_fade_out_that_begins_during_a_fade_in_has_no_leap(placed: Callable[..., Timeline]) -> None:
    events = placed({"at": "1|1", "fade_in": seconds(4)}, {"at": "1|3", "fade_out": seconds(4)})
    light = brightness(np.arange(0, 8, 0.01), events.fades)
    assert np.abs(np.diff(light)).max() < 0.01
    assert light[-1] == pytest.approx(0, abs=1e-3)


def test_fades_of_a_title_are_its_own_and_the_picture_stays(placed: Callable[..., Timeline]) -> None:
    half = seconds(0.5)
    events = placed({"at": "4|3", "length": seconds(2), "title": "Two", "fade_in": half, "fade_out": half})
    assert (brightness(np.arange(0, 19, 0.1), events.fades) == 1).all()
    (plan,) = title_plans(events.titles, film(), Path())
    # Sixty frames; fifteen of them up, fifteen down; in the middle of a frame, as a raised cosine.
    seen = [plan.opacity(frame) for frame in range(plan.first_frame, plan.end_frame)]
    rise = [(1 - np.cos(np.pi * (k + 0.5) / 15)) / 2 for k in range(15)]
    np.testing.assert_allclose(seen, [*rise, *[1.0] * 30, *rise[::-1]], atol=1e-12)


def test_titles_fade_in_and_out_by_default(
    placed: Callable[..., Timeline],
) -> None:
    still = seconds(0)
    events = placed(
        {"at": "1|1", "length": seconds(4), "title": "Soft"},
        {"at": "1|1", "length": seconds(1), "title": "Short"},
        {"at": "1|1", "length": seconds(4), "title": "Hard", "fade_in": still, "fade_out": still},
    )
    soft, short, hard = title_plans(events.titles, film(), Path())
    # Half a second, at most a quarter of the time for which it stands; 30 frames a second.
    assert (soft.rise, soft.fall) == (Ramp(Fraction(0), Fraction(15)), Ramp(Fraction(105), Fraction(15)))
    assert short.rise == Ramp(Fraction(0), Fraction(15, 2))
    assert (hard.rise, hard.fall) == (None, None)


def test_a_title_without_a_shadow_has_a_rim_that_differs_from_its_letters(
    placed: Callable[..., Timeline],
) -> None:
    entries = [{"at": "1|1", "title": "T", "color": color} for color in ("#FFFFFF", "#203040", "#FFD24A")]
    events = placed(*entries, {"at": "1|1", "title": "T", "shadow": "#112233"})
    rims = [plan.look.rim for plan in title_plans(events.titles, film(), Path())]
    assert rims == ["#000000", "#FFFFFF", "#000000", None]


def test_a_piece_of_a_title_fades_as_the_whole_does() -> None:
    whole = TitlePlan(
        "T", 10, 100, "white", None, Ramp(Fraction(10), Fraction(30)), Ramp(Fraction(80), Fraction(20))
    )
    for first, end in ((0, 25), (25, 60), (60, 90), (90, 120)):
        part = whole.cut(first, end)
        frames = range(part.first_frame, part.end_frame)
        assert [part.opacity(k) for k in frames] == [whole.opacity(k + first) for k in frames]
    assert (whole.cut(40, 80).rise, whole.cut(40, 80).fall) == (None, None)


def test_a_fade_ends_where_its_entry_does(placed: Callable[..., Timeline]) -> None:
    out = placed({"at": "2|1", "length": seconds(3), "fade_out": seconds(1)}).fades
    np.testing.assert_allclose(
        brightness(np.array([3.9, 4.5, 5.0, 6.9, 7.0, 12.0]), out), [1, 0.5, 0, 0, 1, 1]
    )
    shown = placed(
        {"at": "1|1", "fade_out": seconds(1)},
        {"at": "2|1", "length": seconds(4), "fade_in": seconds(1), "fade_out": seconds(2)},
    ).fades
    moments_s = np.array([3.0, 4.0, 4.5, 5.0, 6.0, 7.0, 7.99])
    np.testing.assert_allclose(brightness(moments_s, shown), [0, 0, 0.5, 1, 1, 0.5, 0], atol=1e-3)


def test_titles_stand_on_every_frame_whose_middle_they_see(placed: Callable[..., Timeline]) -> None:
    events = placed(
        {"at": "1|1", "length": seconds(0.62), "title": "Impassive", "color": "#C75349"},
        {"at": "4|1", "title": "Fine"},
    )
    plans = title_plans(events.titles, film(), Path())
    # 0.62 s · 30 = 18.6: the middle of frame 18 comes before the end, that of frame 19 after it.
    assert [(plan.text, plan.first_frame, plan.end_frame) for plan in plans] == [
        ("Impassive", 0, 19),
        ("Fine", 360, 570),
    ]
    later = title_plans(events.titles, film(start_s=13), Path())
    assert [(plan.text, plan.first_frame, plan.end_frame) for plan in later] == [("Fine", 0, 180)]


def test_frames_show_the_exact_times_of_their_middles() -> None:
    ntsc = Fraction(30000, 1001)
    times_s = frame_times(film(fps=ntsc))
    assert len(times_s) == 570  # 19 s · 29.97 = 569.43
    assert times_s[300] == float(Fraction(601, 2) / ntsc)


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(60), Fraction(1)])
def test_sound_and_picture_last_equally_long(fps: Fraction) -> None:
    made = film(fps=fps)
    assert made.frame_count / fps >= 19 > (made.frame_count - 1) / fps
    assert abs(Fraction(made.sample_count, 48000) - made.frame_count / fps) <= Fraction(1, 96000)


def test_a_passage_shows_the_times_of_the_whole_film_to_the_last_bit() -> None:
    ntsc = Fraction(30000, 1001)
    whole = frame_times(film(fps=ntsc))
    passage = Film(ExactSeconds(100 / ntsc), ExactSeconds(150 / ntsc), ntsc, True, True)
    assert (frame_times(passage) == whole[100:150]).all()
