"""MIDI controllers as they are heard: levels, sides and pitches by General MIDI's formulas."""

import numpy as np
import pytest
from musicvis.compiler.plan import ChannelPlan, SoundingNote, StemPlan
from musicvis.renderers.sound.instruments.voice import CHUNK
from musicvis.renderers.sound.stems.controlled import smoothed
from musicvis.renderers.sound.stems.stem_nodes import stem_node
from musicvis.renderers.sound.stems.synth import synthesised
from musicvis.store.file_digests import FileDigests
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000
STILL = ChannelPlan(((0.0, 1.0),), ((0.0, 0.0),), ((0.0, 0.0),))


def sound(channel: ChannelPlan, program: int = 16, seconds: float = 1.0, onset_s: float = 0.0) -> F64:
    note = SoundingNote(onset_s, 5.0, 69, 90, program, False, channel=0)
    return np.concatenate(list(synthesised([note], round(seconds * RATE), RATE, [channel])), axis=1)


def rms(samples: F64) -> F64:
    return np.asarray(np.sqrt(np.mean(samples**2, axis=-1)))


def hertz(samples: F64) -> float:
    """The strongest line, by a parabola over three bins."""
    spectrum = np.log(np.abs(np.fft.rfft(samples.sum(axis=0) * np.hanning(samples.shape[1]))) + 1e-12)
    k = int(np.argmax(spectrum))
    a, b, c = spectrum[k - 1 : k + 2]
    return float((k + 0.5 * (a - c) / (a - 2.0 * b + c)) * RATE / samples.shape[1])


def test_a_channel_at_rest_changes_no_bit() -> None:
    note = SoundingNote(0.0, 0.5, 69, 90, 11, False)
    plain = np.concatenate(list(synthesised([note], RATE // 2, RATE)), axis=1)
    np.testing.assert_allclose(sound(STILL, 11, 0.5)[:, : RATE // 4], plain[:, : RATE // 4], atol=1e-12)


def test_a_level_acts_at_once_and_without_a_click() -> None:
    changed = sound(ChannelPlan(((0.0, 1.0), (0.5, 0.25)), STILL.ear, STILL.bend))
    plain = sound(STILL)
    # From the step on it has arrived; up to 5 ms before it nothing is changed.
    np.testing.assert_allclose(changed[:, RATE // 2 :], 0.25 * plain[:, RATE // 2 :], atol=1e-12)
    before = RATE // 2 - round(0.005 * RATE) - 1
    np.testing.assert_allclose(changed[:, :before], plain[:, :before], atol=1e-12)
    assert np.abs(np.diff(changed)).max() <= 1.05 * np.abs(np.diff(plain)).max()


@pytest.mark.parametrize("program", [16, 48, 0])
def test_a_pan_moves_the_whole_sound_to_one_side_at_its_level(program: int) -> None:
    plain = rms(sound(STILL, program))
    for ear, silent in ((-1.0, 1), (1.0, 0)):
        panned = rms(sound(ChannelPlan(STILL.gain, ((0.0, ear),), STILL.bend), program))
        assert panned[silent] < 1e-6
        assert 20.0 * np.log10(panned.max() / np.hypot(*plain)) == pytest.approx(0.0, abs=1.5)


@pytest.mark.parametrize("bend", [2.0, -2.0, 12.0, -12.0, 0.5])
def test_a_bend_sounds_at_its_pitch_from_when_it_is_written(bend: float) -> None:
    channel = ChannelPlan(STILL.gain, STILL.ear, ((0.0, 0.0), (0.5, bend)))
    samples = sound(channel, 80, 1.5)
    assert 1200.0 * np.log2(hertz(samples[:, : RATE // 2]) / 440.0) == pytest.approx(0.0, abs=6.0)
    bent = hertz(samples[:, RATE // 2 : RATE])
    assert 1200.0 * np.log2(bent / 440.0) == pytest.approx(100.0 * bend, abs=6.0)


def test_a_bent_note_is_let_go_when_it_is_written() -> None:
    note = SoundingNote(0.0, 0.5, 69, 90, 16, False, channel=0)
    for bend in (-12.0, 12.0):
        channel = ChannelPlan(STILL.gain, STILL.ear, ((0.0, 0.0), (0.25, bend)))
        samples = np.concatenate(list(synthesised([note], RATE, RATE, [channel])), axis=1)
        assert rms(samples[:, round(0.42 * RATE) : round(0.49 * RATE)]).min() > 0.01
        assert rms(samples[:, round(0.75 * RATE) :]).max() < 1e-4


def test_what_a_controlled_note_sounds_like_does_not_depend_on_where_the_film_begins() -> None:
    moves = ((0.0, 0.0), (0.5, 2.0), (0.7, -1.0))
    whole = sound(ChannelPlan(((0.0, 1.0), (0.6, 0.5)), ((0.0, 0.5),), moves), 16, 1.5)
    shift_s = 4096 / RATE
    later = [tuple((t - shift_s, v) for t, v in m) for m in (((0.0, 1.0), (0.6, 0.5)), ((0.0, 0.5),), moves)]
    cut = sound(ChannelPlan(*later), 16, 1.0, onset_s=-shift_s)
    # The little differences between strokes follow the onset, so only level and pitch are compared.
    span = slice(20_000, 44_000)
    assert rms(cut[:, span]) == pytest.approx(rms(whole[:, 24_096:48_096]), rel=0.02)
    assert hertz(cut[:, span]) == pytest.approx(hertz(whole[:, 24_096:48_096]), rel=1e-3)


def test_steps_are_smoothed_ahead_of_their_time() -> None:
    values = smoothed(((0.0, 1.0), (1.0, 3.0)), np.array([-5.0, 0.5, 0.995, 0.9975, 1.0, 9.0]))
    np.testing.assert_allclose(values, [1.0, 1.0, 1.0, 2.0, 3.0, 3.0], atol=1e-9)


def test_chunks_of_a_bent_voice_join_without_a_seam() -> None:
    channel = ChannelPlan(STILL.gain, STILL.ear, ((0.0, 0.3),))
    samples = sound(channel, 80, 1.0)
    second = np.abs(np.diff(samples, 3))
    seams = [second[:, k * CHUNK - 4 : k * CHUNK + 4].max() for k in range(2, 5)]
    assert max(seams) <= second[:, CHUNK:].max() <= 1.5 * np.quantile(second[:, CHUNK:], 0.999)


def test_controllers_stand_in_the_key_of_a_stem() -> None:
    from musicvis.compiler.plan import SoundPlan

    note = SoundingNote(0.0, 0.5, 69, 90, 16, False, channel=0)
    plan = SoundPlan(RATE, RATE, ())
    loud, soft = (
        stem_node(StemPlan("a", 1.0, notes=(note,), channels=(channel,)), plan, FileDigests())
        for channel in (STILL, ChannelPlan(((0.0, 0.5),), STILL.ear, STILL.bend))
    )
    assert loud is not None and soft is not None and loud.key != soft.key
