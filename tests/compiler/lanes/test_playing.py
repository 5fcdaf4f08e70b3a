"""What notes do to lanes: strokes and courses against values that a hand finds, and their two promises.

A value depends on its time alone, and a tail is over before the next note.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve, Layer, PlayedBy
from musicvis.compiler.lanes.playing import (
    RINGING_S,
    STEP_S,
    Heard,
    Strokes,
    contour,
    density,
    loudness,
    side,
    steps,
    strokes,
)


def heard(*notes: tuple[float, float, float, float]) -> Heard:
    """Notes as (onset, end, velocity, pitch)."""
    return Heard(*(np.array(column, np.float64) for column in zip(*notes, strict=True)))


def struck(
    *notes: tuple[float, float, float, float],
    attack_s: float = 0.0,
    hold_s: float = 0.0,
    decay_s: float = 0.1,
    velocity: float = 1.0,
    most: float = 1.5,
    is_long: bool = False,
) -> Strokes:
    found = heard(*notes)
    each = np.ones(found.onsets_s.size)
    return strokes(
        found,
        attacks_s=attack_s * each,
        holds_s=hold_s * each,
        decays_s=decay_s * each,
        velocity=velocity,
        most=most,
        is_long=is_long,
    )


def at(*times_s: float) -> np.ndarray:
    return np.array(times_s)


def test_a_stroke_is_all_there_at_its_onset_and_falls_to_a_third_in_its_decay() -> None:
    level = struck((1.0, 1.2, 0.8, 60.0)).level(at(0.999, 1.0, 1.1, 1.6, 9.0))
    assert level[0] == 0
    assert level[1] == pytest.approx(0.8)
    # exp(-1), lowered by exp(-6) and stretched, as the fall ends at nothing.
    fallen = np.exp(-6)
    assert level[2] == pytest.approx(0.8 * (np.exp(-1) - fallen) / (1 - fallen))
    assert level[3:] == pytest.approx([0, 0], abs=1e-12)


def test_an_attack_ends_at_the_onset_and_a_hold_keeps_what_is_there() -> None:
    level = struck((1.0, 1.2, 1.0, 60.0), attack_s=0.2, hold_s=0.3).level(at(0.79, 0.9, 1.0, 1.29))
    assert level == pytest.approx([0, 0.5, 1, 1])


def test_no_tail_is_longer_than_a_third_of_the_way_to_the_next_note_unless_it_may_be() -> None:
    rng = np.random.default_rng(3)
    onsets = np.sort(rng.uniform(0, 20, 60))
    notes = [(float(t), float(t) + 0.1, 1.0, 60.0) for t in onsets]
    for i, (before, after) in enumerate(pairwise(onsets)):
        one = struck(*notes, decay_s=3.0)
        assert one.decays_s[i] <= max((after - before) / 3, 1e-3) + 1e-12
    assert struck(*notes, decay_s=3.0, is_long=True).decays_s == pytest.approx(3.0)


def test_a_chord_adds_up_to_the_most_and_velocity_counts_by_its_exponent() -> None:
    chord = [(1.0, 2.0, 0.5, float(pitch)) for pitch in range(60, 68)]
    assert struck(*chord).level(at(1.0))[0] == 1.5
    assert struck(*chord, most=3.0).level(at(1.0))[0] == 3.0
    assert struck(chord[0], velocity=2.0).level(at(1.0))[0] == pytest.approx(0.25)
    assert struck(chord[0], velocity=0.0).level(at(1.0))[0] == 1.0


def test_a_lane_that_is_struck_adds_or_multiplies_and_a_level_may_go_by_decibels() -> None:
    strokes_ = struck((1.0, 2.0, 1.0, 60.0))
    by_way, by_share, by_ratio = (
        Curve(played=PlayedBy(strokes_, **how))
        for how in ({"way": 20.0}, {"rest": 1.0, "way": 0.5}, {"rest": 1.0, "ratio": 0.5})
    )
    hue = Curve(before=10.0, layers=(Layer("add", by_way),))
    zoom = Curve(before=2.0, layers=(Layer("multiply", by_share),))
    gain = Curve(before=0.5, layers=(Layer("multiply", by_ratio),))
    moments = at(0.5, 1.0)
    assert hue.values(moments) == pytest.approx([10, 30])
    assert zoom.values(moments) == pytest.approx([2, 3])
    assert gain.values(moments) == pytest.approx([0.5, 0.25])
    assert gain.constant is None


def test_a_lane_that_is_played_is_the_same_at_every_rate_and_in_every_passage() -> None:
    played = Curve(played=PlayedBy(struck((0.31, 1.0, 0.9, 60.0), (0.77, 1.0, 0.4, 60.0)), way=1.0))
    slow, fast = np.arange(48) / 24, np.arange(120) / 60
    both = np.isin(np.round(fast * 1e6), np.round(slow * 1e6))
    assert played.values(fast)[both] == pytest.approx(
        played.values(slow)[np.isin(np.round(slow * 1e6), np.round(fast[both] * 1e6))], abs=1e-12
    )
    later = replace(played, origin_s=1)
    assert later.values(slow[:20]) == pytest.approx(played.values(slow[:20] + 1.0), abs=1e-12)


TIMES_S = steps(np.array([0.0, 2.0]), 4.0)
SHARP = np.zeros(TIMES_S.shape)


def test_loudness_is_that_of_the_loudest_place_and_rings_out() -> None:
    found = loudness(heard((1.0, 1.5, 0.25, 60.0), (2.0, 4.0, 1.0, 60.0)), TIMES_S, SHARP)
    assert found.max() == 1.0
    assert found[TIMES_S.searchsorted(0.5)] == 0
    # Stevens: the intensity is the velocity squared; its power 0.3. What is left of the first note is small.
    first = found[TIMES_S.searchsorted(1.0 - 1e-9)]
    assert first == pytest.approx((0.25**2) ** 0.3, rel=0.05)
    later = found[TIMES_S.searchsorted(2.0 + RINGING_S - 1e-9)]
    assert later == pytest.approx(np.exp(-1) ** 0.3, rel=0.02)


def test_the_contour_follows_the_highest_note_and_rests_where_it_was() -> None:
    notes = heard((0.5, 1.0, 0.5, 60.0), (0.5, 1.0, 0.5, 72.0), (1.5, 2.0, 0.5, 66.0), (3.0, 3.5, 0.5, 60.0))
    found = contour(notes, TIMES_S, SHARP)
    asked = [found[TIMES_S.searchsorted(t)] for t in (0.0, 0.75, 1.25, 1.75, 2.5, 3.2, 4.0)]
    assert asked == [0.5, 1.0, 1.0, 0.5, 0.5, 0.0, 0.0]


def test_the_ear_is_where_the_louder_ones_stand() -> None:
    notes = heard((1.0, 3.0, 1.0, 60.0), (1.0, 3.0, 0.5, 60.0))
    found = side(notes, np.array([-1.0, 1.0]), TIMES_S, SHARP)
    # Weighed by intensity: (1·-1 + 0.25·1) / 1.25 = -0.6, which is a fifth of the way from left to right.
    assert found[TIMES_S.searchsorted(1.5)] == pytest.approx(0.2)
    assert found[TIMES_S.searchsorted(3.9)] == pytest.approx(0.2)
    assert found[0] == 0.5


def test_density_counts_the_onsets_of_a_beat() -> None:
    notes = [(t, t + 0.1, 0.5, 60.0) for t in (1.0, 1.25, 1.5, 1.75)] + [(3.0, 3.1, 0.5, 60.0)]
    found = density(heard(*notes), np.full(TIMES_S.shape, 0.5), TIMES_S, np.full(TIMES_S.shape, 1.0))
    assert found.max() == 1.0
    assert found[TIMES_S.searchsorted(1.4)] > 2 * found[TIMES_S.searchsorted(3.0)] > 0
    assert found[TIMES_S.searchsorted(0.2)] == 0


def test_a_bar_that_is_put_in_moves_what_follows_and_changes_none_of_it() -> None:
    """Courses stand on the bar lines, so that what was rendered of later bars is found again."""
    lines = np.array([0.0, 1.013, 2.026, 3.039])
    notes = [(1.1, 1.4, 0.5, 60.0), (1.5, 1.9, 0.9, 67.0), (2.2, 2.8, 0.7, 64.0)]
    before_s = steps(lines, 4.052)
    inserted = np.concatenate([lines, [4.052]])
    after_s = steps(inserted, 5.065)
    widths = 0.2
    before = loudness(heard(*notes), before_s, np.full(before_s.shape, widths))
    moved = heard(*((a + 1.013, b + 1.013, *rest) for a, b, *rest in notes))
    after = loudness(moved, after_s, np.full(after_s.shape, widths))
    asked_s = np.linspace(1.2, 3.8, 200)
    there = np.interp(asked_s, before_s, before)
    assert np.interp(asked_s + 1.013, after_s, after) == pytest.approx(there, abs=1e-9)
    assert STEP_S < 1.013
