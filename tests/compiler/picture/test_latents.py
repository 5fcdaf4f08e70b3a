"""The picture moves with the notes, and what it shows depends on the time alone."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.compiler.checks.seen import CHANGE_S, seen_at
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.notes.casting import VisualNote
from musicvis.compiler.picture.envelope import class_weights_at, energies_at, note_envelope
from musicvis.compiler.picture.latents import STEP, LatentLaw, Latents, latents
from musicvis.compiler.picture.noise_path import (
    KICK_SPEED,
    KICK_TIME_S,
    REST_SPEED,
    integral,
    noise_at,
    path,
    triangle,
)
from musicvis.compiler.time.tempo_arrays import TempoArrays
from musicvis.dsl.model.lane import Shape
from numpy.typing import NDArray

F64 = NDArray[np.float64]
LAW = LatentLaw(
    depth=Curve.constant_of(0.8),
    truncation=Curve.constant_of(1.0),
    hue_deg=Curve.constant_of(0.0),
    amount=Curve.constant_of(0.5),
    jitter=Curve.constant_of(0.5),
    smooth=0.0,
    keep=None,
    seed=2021,
    tempo=TempoArrays((0.0,), (0.0,), (1.0,)),
)


def note(
    onset_s: float | Fraction, length_s: float | Fraction = 0.5, index: int = 0, **changes: Any
) -> VisualNote:
    made = VisualNote(
        onset_s=Fraction(onset_s),
        end_s=Fraction(onset_s) + Fraction(length_s),
        velocity=0.7,
        classes=((index, 1.0),),
        attack_s=0.08,
        release_s=1.2,
    )
    return replace(made, **changes)


def frames(fps: int, seconds: int) -> F64:
    return np.arange(fps * seconds) / fps


def shown(notes: Sequence[VisualNote], times_s: F64, **changes: Any) -> Latents:
    return latents(notes, replace(LAW, **changes), times_s)


def ramp(v0: float, v1: float, start_s: int = 1, end_s: int = 3, shape: Shape = Shape.STRAIGHT) -> Curve:
    """A curve that glides from v0 to v1, in a piece at one quarter note a second."""
    times = [Fraction(t) for t in (start_s, end_s, start_s, end_s)]
    return Curve(
        (Segment(times[0], times[1], times[2], times[3], shape, v0, v1, cycles=Fraction(3)),), before=v0
    )


MELODY = tuple(
    note(Fraction(k * k % 37, 8), Fraction(1 + k % 3, 4), (k * 5) % 7, velocity=0.3 + (k % 7) / 10)
    for k in range(40)
)

note_lists = st.lists(
    st.builds(
        note,
        st.fractions(0, 3, max_denominator=48),
        st.fractions(0, 2, max_denominator=48),
        st.integers(0, 8),
        velocity=st.floats(0.01, 1.0),
        attack_s=st.floats(0, 0.5),
        release_s=st.floats(0, 1.0),
        kick=st.floats(0, 8),
        depth=st.none() | st.floats(0, 1),
        truncation=st.none() | st.floats(0, 1),
    ),
    max_size=12,
)


@given(
    note_lists,
    st.sampled_from([None, 1, 3]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 10),
    st.floats(0, 1),
)
@settings(max_examples=40)
def test_weights_and_noise_stay_in_their_bounds(
    notes: list[VisualNote], keep: int | None, depth: float, truncation: float, amount: float, smooth: float
) -> None:
    found = shown(
        notes,
        frames(15, 5),
        keep=keep,
        smooth=smooth,
        depth=Curve.constant_of(depth),
        truncation=Curve.constant_of(truncation),
        amount=Curve.constant_of(amount),
        jitter=Curve.constant_of(1.0),
    )
    assert (found.class_weights >= 0).all()
    deepest = max([depth, *(n.depth for n in notes if n.depth is not None)])
    # Each of at most ten weights, as in a change of all, lies within half a step of its own.
    assert found.class_weights.sum(axis=1).max(initial=0) <= deepest + 10 * STEP / 2 + 1e-7
    widest = max([truncation, *(n.truncation for n in notes if n.truncation is not None)])
    assert np.abs(found.noise).max() <= 2 * widest + 1e-6
    assert found.noise.shape == (75, 128)
    assert found.noise.dtype == found.class_weights.dtype == np.float32


@given(note_lists)
@settings(max_examples=25)
def test_frame_rates_agree_at_the_times_they_share(notes: list[VisualNote]) -> None:
    """24, 30 and 60 frames a second meet six times a second."""
    at_24, at_30, at_60 = (shown(notes, frames(fps, 4), amount=ramp(0.2, 3.0)) for fps in (24, 30, 60))
    for other, step in ((at_30, 5), (at_60, 10)):
        np.testing.assert_allclose(at_24.noise[::4], other.noise[::step], atol=1e-5)
        np.testing.assert_allclose(at_24.class_weights[::4], other.class_weights[::step], atol=1e-6)


def test_a_longer_piece_does_not_change_its_beginning() -> None:
    times_s = frames(30, 6)
    longer = (*MELODY, *(note(20 + k, 1, k % 7) for k in range(200)))
    short, long = shown(MELODY, times_s), shown(longer, np.concatenate([times_s, frames(30, 300)]))
    np.testing.assert_array_equal(short.noise, long.noise[:180])
    np.testing.assert_array_equal(short.class_weights, long.class_weights[:180])


def test_times_may_run_backwards_and_show_the_same() -> None:
    times_s = frames(30, 6)
    forward, backward = shown(MELODY, times_s), shown(MELODY, times_s[::-1])
    np.testing.assert_array_equal(forward.noise, backward.noise[::-1])
    np.testing.assert_array_equal(forward.class_weights, backward.class_weights[::-1])


def test_the_seed_alone_decides_the_path() -> None:
    times_s = frames(30, 2)
    one = shown(MELODY, times_s).noise
    np.testing.assert_array_equal(one, shown(MELODY, times_s).noise)
    assert np.abs(one - shown(MELODY, times_s, seed=2022).noise).max() > 1


def test_the_noise_moves_in_the_comfortable_range_and_is_spread_like_a_truncated_normal() -> None:
    """Seen on the embedded generator: rms steps of .002 to .03 a frame at 30 fps read well, .1 strobes.

    With a note, where the picture is heard to move, they may be larger than between notes.
    """
    dense = [note(Fraction(k, 5), Fraction(1, 5), k % 7, velocity=0.4 + 0.05 * (k % 12)) for k in range(300)]
    noise = shown(dense, frames(30, 60)).noise
    steps = np.sqrt((np.diff(noise, axis=0) ** 2).mean(axis=1))
    assert 0.002 < steps.min() < np.median(steps) < 0.03
    assert steps.max() < 0.07
    # A normal variable cut at ±2 has a standard deviation of 0.880.
    assert noise.std() == pytest.approx(0.85, abs=0.06)


def test_at_rest_the_noise_creeps_and_a_note_kicks_it() -> None:
    quiet, kicked = path([], LAW.amount), path([note(1, velocity=1.0)], LAW.amount)
    times_s = np.array([0.0, 1.0, 1.0 + KICK_TIME_S, 30.0])
    np.testing.assert_allclose(quiet.length_at(times_s), 0.5 * REST_SPEED * times_s, atol=1e-12)
    given_way = kicked.length_at(times_s) - quiet.length_at(times_s)
    whole = 0.5 * KICK_SPEED * KICK_TIME_S
    np.testing.assert_allclose(given_way, [0, 0, whole * (1 - np.exp(-1)), whole], atol=1e-12)


def test_a_kick_of_two_moves_twice_as_far() -> None:
    far = np.array([60.0])
    plain, double, none = (
        path([note(1, kick=kick)], LAW.amount).length_at(far) - path([], LAW.amount).length_at(far)
        for kick in (1.0, 2.0, 0.0)
    )
    assert double[0] == pytest.approx(2 * plain[0])
    assert none[0] == 0


def test_chords_do_not_strobe() -> None:
    chord = [note(1, index=k, velocity=1.0) for k in range(30)]
    steps = np.diff(path(chord, LAW.amount).length_at(frames(30, 3)))
    assert steps.max() <= 0.5 * (REST_SPEED + 1.5 * KICK_SPEED) / 30


def test_a_lane_of_motion_is_integrated_exactly() -> None:
    # 1 up to 1 s, then a glide to 5 until 3 s, then 5: the area is 1 + 6 + 5·(t − 3).
    curve = ramp(1.0, 5.0)
    np.testing.assert_allclose(
        integral(curve, np.array([0.5, 2.0, 3.0, 7.0])), [0.5, 3.0, 7.0, 27.0], atol=1e-12
    )
    swing = ramp(0.0, 2.0, shape=Shape.SINE)
    # Three whole swings around 1 from 1 s to 3 s.
    assert integral(swing, np.array([3.0]))[0] == pytest.approx(2.0, abs=1e-12)


def test_the_noise_is_continuous_along_the_path() -> None:
    lengths = np.linspace(0, 600, 60_001)
    noise = noise_at(lengths, np.ones_like, "5/noise")
    # The fastest dimension moves at twice its length where the jitter doubles its rate.
    assert np.abs(np.diff(noise, axis=0)).max() <= 2 * 0.01 + 1e-5


@given(st.floats(-1e4, 1e4))
def test_the_fold_reflects(x: float) -> None:
    folded = float(triangle(np.array([x]))[0])
    assert -2 <= folded <= 2
    near = (x - 2) % 4 - 2 if ((x + 2) // 4) % 2 == 0 else 2 - (x - 2) % 4
    assert folded == pytest.approx(near, abs=1e-9)


def test_a_note_rises_holds_and_is_let_go_to_nothing_within_its_release() -> None:
    times_s = np.array([-0.09, -0.08, -0.04, 0.0, 1.0, 1.3, 2.19, 2.2, 9.0])
    one = np.ones_like(times_s)
    level = note_envelope(times_s, one, 0.08 * one, 1.2 * one)
    assert level[:2].tolist() == [0, 0]
    assert level[2] == pytest.approx(0.5, abs=0.02)
    assert level[3] == pytest.approx(1.0, abs=0.03)
    assert 0.6 < level[4] < level[3]
    # A quarter of the release is one time constant: exp(-1) is left.
    assert level[5] / level[4] == pytest.approx(np.exp(-1), abs=0.06)
    assert 0 < level[6] < 1e-3
    assert level[7:].tolist() == [0, 0]


def test_a_long_attack_begins_150_ms_before_its_note_and_goes_on_after_it() -> None:
    since_s = np.array([-0.151, -0.149, 0.0, 0.85])
    one = np.ones_like(since_s)
    level = note_envelope(since_s, one, one, 0.3 * one)
    assert level[0] == 0 < level[1] < 1e-4
    assert level[2] == pytest.approx(3 * 0.15**2 - 2 * 0.15**3)
    assert level[3] == note_envelope(since_s, one, 0 * one, 0.3 * one)[3]


def test_a_note_without_attack_is_there_at_once() -> None:
    zero = np.zeros(1)
    assert note_envelope(zero, zero + 1, zero, zero + 0.3)[0] == 1


def test_a_loud_note_fills_the_depth_and_silence_empties_it() -> None:
    found = shown([note(1, 1, 7)], np.array([0.9, 1.5, 4.5]))
    assert found.class_indices.tolist() == [7]
    np.testing.assert_allclose(found.class_weights[:, 0], [0, 0.8, 0], atol=1e-6)


def test_the_louder_class_stands_out() -> None:
    found = shown([note(1, 1, 3, velocity=0.8), note(1, 1, 4, velocity=0.4)], np.array([1.5]))
    loud, soft = found.class_weights[0]
    assert loud / soft == pytest.approx(2**1.6, rel=1e-5)
    assert loud + soft == pytest.approx(0.8, abs=1e-6)


def test_a_class_takes_the_place_of_another_without_a_jump_and_else_no_more_than_may_are_seen() -> None:
    crossing = [
        note(0, 4, 1, velocity=0.9),
        note(0, 4, 2, velocity=0.8),
        note(1, 3, 3, velocity=0.85, attack_s=2.0),
    ]
    weights = shown(crossing, frames(240, 4), keep=2).class_weights
    count = (weights > 0).sum(axis=1)
    assert (count[60:] >= 2).all() and count.max() == 3
    assert (count > 2).sum() <= round(240 * (CHANGE_S + 0.04))
    assert np.abs(np.diff(weights[60:], axis=0)).max() < 0.02
    np.testing.assert_allclose(weights[60:].sum(axis=1), 0.8, atol=1e-5)


@pytest.mark.parametrize(("count", "keep", "seen"), [(6, None, 5), (2, 1, 1), (12, 3, 3), (6, 6, 6)])
def test_the_limit_on_classes_holds_for_equally_strong_ones(count: int, keep: int | None, seen: int) -> None:
    chord = [note(1, 2, index) for index in range(count)]
    weights = shown(chord, frames(30, 4), keep=keep).class_weights[35:90]
    assert ((weights > 0).sum(axis=1) == seen).all()
    np.testing.assert_allclose(weights.sum(axis=1)[:50], 0.8, atol=1e-5)
    assert (weights[0] > 0).nonzero()[0].tolist() == list(range(seen))


def test_a_tie_that_breaks_and_comes_back_moves_nothing_at_once() -> None:
    pulse = [note(0, 10, 1), note(0, 1, 2, release_s=2.0), note(3, 1, 2, velocity=0.69, attack_s=0.5)]
    weights = shown(pulse, frames(240, 10), keep=1).class_weights[60:]
    assert np.abs(np.diff(weights, axis=0)).max() < 0.05
    assert (weights.sum(axis=1) > 0.5).all()


GIVING_WAY: dict[str, Any] = {"keep": 1, "change_s": 0.04, "give_way": True}


def test_in_a_layer_a_snare_is_seen_at_once_however_many_hi_hats_ring_before_it() -> None:
    short: dict[str, Any] = {"attack_s": 0.0, "release_s": 2.0}
    hats = [note(Fraction(k, 4), 0.1, 1, velocity=0.5, **short) for k in range(8)]
    snare = note(1, 0.1, 2, velocity=0.8, **short)
    times_s = np.array([0.97, 1.04, 1.22, 1.29])
    weights = shown([*hats, snare], times_s, **GIVING_WAY).class_weights
    np.testing.assert_allclose(weights, [[0.8, 0], [0, 0.8], [0, 0.8], [0.8, 0]], atol=1e-6)
    # All that rings of the hi-hats is stronger.
    ringing = shown([*hats, snare], times_s, keep=1, change_s=0.04).class_weights
    assert (ringing.argmax(axis=1) == 0).all()


def test_in_a_layer_a_soft_note_hides_no_louder_one_that_is_held_or_has_just_ended() -> None:
    held = [note(0, 4, 1, velocity=0.9), note(1, 0.2, 2, velocity=0.3, attack_s=0.0)]
    assert shown(held, np.array([1.1]), **GIVING_WAY).class_weights.tolist() == [[pytest.approx(0.8), 0]]
    short = note(1, 0.1, 2, velocity=0.9, attack_s=0.0, release_s=2.0)
    over_a_pedal = shown([note(0, 4, 1, velocity=0.4), short], np.array([1.3]), **GIVING_WAY)
    assert over_a_pedal.class_weights.tolist() == [[0, pytest.approx(0.8)]]


def test_in_a_layer_a_note_gives_way_once_the_attack_of_the_next_one_is_over() -> None:
    slow = [note(0, 0.5, 1, release_s=3.0), note(1, 2, 2, velocity=0.1, attack_s=0.65)]
    weights = shown(slow, np.array([1.0, 1.45, 1.53]), **GIVING_WAY).class_weights
    assert weights.argmax(axis=1).tolist() == [0, 0, 1]


def test_what_is_seen_is_shorter_than_a_step_or_asked_for_at_one_moment_alone() -> None:
    flash = [note(Fraction(1001, 1000), Fraction(1, 100), i, attack_s=0.0, release_s=0.0) for i in range(3)]
    assert (shown(flash, np.array([1.005]), keep=1).class_weights > 0).sum() == 1
    assert seen_at(lambda times_s: np.ones((times_s.size, 3)), 2, np.zeros(0)).shape == (0, 3)


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.9, 0.1), (0.3,), (0.5, 0.2)])
def test_a_note_shows_its_classes_by_the_shares_that_are_written(shares: tuple[float, ...]) -> None:
    alone = note(1, 1, classes=tuple(enumerate(shares)))
    weights = shown([alone], np.array([1.5])).class_weights[0]
    np.testing.assert_allclose(weights, [0.8 * share for share in shares], atol=1e-6)
    other = note(1, 1, 9)
    both = shown([alone, other], np.array([1.5])).class_weights[0]
    # Two notes that are equally loud have half of the depth each.
    np.testing.assert_allclose(both, [*(0.4 * share for share in shares), 0.4], atol=1e-6)


def test_a_note_may_bring_its_own_depth_and_truncation() -> None:
    own = [note(1, 1, 3, depth=0.2, truncation=0.1)]
    found = shown(own, np.array([1.5, 30.0]))
    assert found.class_weights[0].sum() == pytest.approx(0.2)
    assert np.abs(found.noise[0]).max() <= 0.2
    assert np.abs(found.noise[1]).max() > 0.5


def test_smoothing_begins_before_the_note() -> None:
    times_s = frames(200, 6)
    notes = [note(2, 1, 1)]
    sharp, smooth = (
        energies_at(notes, times_s).looks[:, 0],
        shown(notes, times_s, smooth=1.0).class_weights[:, 0],
    )
    assert smooth[int(1.85 * 200)] > 0
    assert sharp[int(1.85 * 200)] == 0


def test_no_notes_show_nothing_and_still_move() -> None:
    found = shown([], frames(30, 2))
    assert found.class_weights.shape == (60, 0)
    assert (np.abs(np.diff(found.noise, axis=0)).max(axis=1) > 0).all()


def test_weights_need_no_classes() -> None:
    empty = energies_at([note(0, 1, classes=())], np.zeros(3))
    assert class_weights_at(empty, np.ones(3)).shape == (3, 0)


def test_a_lane_of_jitter_acts_from_where_it_moves_on() -> None:
    times_s = frames(60, 12)
    wild, calm, falling = (
        shown([], times_s, jitter=curve, amount=Curve.constant_of(5.0)).noise.astype(np.float64)
        for curve in (Curve.constant_of(1.0), Curve.constant_of(0.0), ramp(1.0, 0.0, 4, 5))
    )
    np.testing.assert_array_equal(falling[:240], wild[:240])

    def paces(noise: F64) -> F64:
        # The median leaves out the frames at which a dimension turns back.
        return np.asarray(np.median(np.abs(np.diff(noise[400:], axis=0)), axis=0))

    # Without jitter each dimension keeps its own pace.
    np.testing.assert_allclose(paces(falling), paces(calm), rtol=1e-3)
    assert np.abs(paces(wild) / paces(calm) - 1).max() > 0.3


def test_the_colours_turn_with_a_note_and_come_back_with_it() -> None:
    times_s = frames(60, 6)
    law = {"hue_deg": Curve.constant_of(10.0)}
    found = shown([note(1, 1, hue_deg=90.0)], times_s, **law).hue_deg
    assert found[54] == 10
    assert found[90] == pytest.approx(90)
    assert found[-1] == 10
    # It comes with the attack of the note, and goes with its release, not at once.
    assert np.diff(found[70:]).min() > -8
    both = shown([note(1, 1, 3, hue_deg=90.0), note(1, 1, 4)], times_s, **law).hue_deg
    assert both[90] == pytest.approx(50)


def test_a_layer_in_front_doubles_its_share_and_shows_no_more_in_all() -> None:
    at = np.array([1.5])
    level = shown([note(1, 1, 3), note(1, 1, 4)], at).class_weights[0]
    front = shown([note(1, 1, 3, layer=1), note(1, 1, 4)], at).class_weights[0]
    back = shown([note(1, 1, 3, layer=-2), note(1, 1, 4)], at).class_weights[0]
    assert level[0] == level[1]
    assert front[0] / front[1] == pytest.approx(2, rel=1e-5)
    assert back[0] / back[1] == pytest.approx(1 / 4, rel=1e-5)
    assert front.sum() == pytest.approx(level.sum(), abs=1e-6)
    alone = shown([note(1, 1, 3, velocity=0.1)], at).class_weights
    np.testing.assert_allclose(shown([note(1, 1, 3, velocity=0.1, layer=5)], at).class_weights, alone)
