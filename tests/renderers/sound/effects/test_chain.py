"""Effects: tremolo to the formula, gain per sample, pedalboard's plugins without a seam."""

import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pedalboard
import pytest
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.plan import Curve, EffectPlan
from musicvis.dsl.model.lane import Domain, Shape
from musicvis.dsl.model.plugins import PLUGINS
from musicvis.renderers.sound.block import BLOCK, reblocked
from musicvis.renderers.sound.effects.chain import through_chain, tremolo_gain
from musicvis.renderers.sound.stems.recording import recorded
from musicvis.renderers.sound.wave import write_wav
from numpy.typing import NDArray

F64 = NDArray[np.float64]
RATE = 48_000


def blocks(samples: F64) -> Iterator[F64]:
    return reblocked([samples], samples.shape[1])


def effect(plugin: str, automation: tuple[tuple[str, Curve], ...] = (), **constants: float) -> EffectPlan:
    return EffectPlan(plugin, plugin, tuple(constants.items()), automation)


def applied(samples: F64, *chain: EffectPlan) -> F64:
    count = samples.shape[1]
    return np.concatenate(list(through_chain(blocks(samples), chain, count, RATE)), axis=1)


def noise(count: int, seed: int = 3) -> F64:
    return 0.2 * np.random.default_rng(seed).standard_normal((2, count))


def ramp(start: float, end: float, seconds: float) -> Curve:
    whole = Fraction(seconds)
    segment = Segment(
        Fraction(0), whole, Fraction(0), whole, Shape.STRAIGHT, start, end, domain=Domain.SECONDS
    )
    return Curve((segment,), before=start)


def test_a_tremolo_is_one_minus_half_its_depth_plus_a_cosine() -> None:
    t = np.arange(3 * RATE) / RATE
    found = applied(np.ones((2, 3 * RATE)), effect("tremolo", rate=6.0, depth=0.33))
    assert np.abs(found[0] - (1.0 - 0.165 + 0.165 * np.cos(2.0 * np.pi * 6.0 * t))).max() < 1e-9
    assert found[0, 0] == 1.0 and found.min() == pytest.approx(0.67)


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
def test_a_tremolo_agrees_with_sox(tmp_path: Path) -> None:
    ones = np.full((2 * RATE, 2), 0.5, np.float32)
    write_wav(tmp_path / "in.wav", [ones], RATE)
    subprocess.run(["sox", "in.wav", "out.wav", "tremolo", "6", "33"], cwd=tmp_path, check=True)
    theirs = np.concatenate(list(recorded(tmp_path / "out.wav", 0.0, 2 * RATE, RATE)), axis=1)
    ours = applied(ones.T.astype(np.float64), effect("tremolo", rate=6.0, depth=0.33))
    assert np.abs(ours - theirs).max() < 1e-6


def test_triangle_and_square_swing_between_the_same_bounds_without_a_step() -> None:
    phase = np.arange(48_000) / 48_000
    for shape in ("triangle", "square"):
        gain = tremolo_gain(phase, 0.5, shape)
        assert gain.max() == pytest.approx(1.0) and gain.min() == pytest.approx(0.5)
        assert gain[0] == pytest.approx(1.0) and np.abs(np.diff(gain)).max() < 0.001
    assert tremolo_gain(np.array([0.25]), 0.5, "triangle")[0] == pytest.approx(0.75)
    assert np.mean(tremolo_gain(phase, 0.5, "square")) == pytest.approx(0.75, abs=1e-3)
    with pytest.raises(ValueError, match="no tremolo has the shape"):
        tremolo_gain(phase, 0.5, "saw")


def test_a_rate_that_moves_is_integrated_without_a_seam_between_blocks() -> None:
    seconds = 2.0
    moving = effect("tremolo", (("rate", ramp(4.0, 8.0, seconds)),), depth=1.0)
    t = np.arange(round(seconds * RATE)) / RATE
    cycles = 4.0 * t + (8.0 - 4.0) * t**2 / (2.0 * seconds)
    found = applied(np.ones((2, len(t))), moving)[0]
    # The sum over samples is half a sample behind the integral.
    assert np.abs(found - 0.5 - 0.5 * np.cos(2.0 * np.pi * cycles)).max() < 5e-4
    steady = applied(np.ones((2, len(t))), effect("tremolo", (("rate", ramp(5.0, 5.0, seconds)),), depth=1.0))
    constant = applied(np.ones((2, len(t))), effect("tremolo", rate=5.0, depth=1.0))
    assert np.abs(steady - constant).max() < 1e-9


def test_gain_is_in_decibels_and_moves_with_every_sample() -> None:
    assert applied(np.ones((2, 100)), effect("gain", gain=-6.0)) == pytest.approx(10 ** (-0.3), abs=1e-12)
    moved = applied(np.ones((2, RATE)), effect("gain", (("gain", ramp(-12.0, 0.0, 1.0)),)))
    expected = 10.0 ** (np.linspace(-12.0, 0.0, RATE, endpoint=False) / 20.0)
    assert moved[0] == pytest.approx(expected, abs=1e-9)


HOSTED = [plugin.name for plugin in PLUGINS if plugin.pedalboard_class]


@pytest.mark.parametrize("name", HOSTED)
def test_a_plugin_in_blocks_equals_the_same_plugin_in_one_piece(name: str) -> None:
    count = 2 * BLOCK + 1234
    samples = noise(count)
    found = applied(samples, effect(name))
    plugin = next(p for p in PLUGINS if p.name == name)
    whole = getattr(pedalboard, plugin.pedalboard_class)()
    for parameter in plugin.parameters:
        setattr(whole, parameter.attribute, parameter.default * parameter.attribute_scale)
    assert np.array_equal(found, whole.process(samples.astype(np.float32), RATE, BLOCK, True))
    assert not np.array_equal(found, samples)


@pytest.mark.parametrize("name", HOSTED)
def test_a_plugin_gives_every_sample_back_at_its_place(name: str) -> None:
    # Shorter than a block, so that a latency would have to be fetched with silence.
    impulse = np.zeros((2, 5000))
    impulse[:, 1000] = 0.5
    found = applied(impulse, effect(name))
    assert found.shape == (2, 5000)
    assert np.abs(found[:, :1000]).max() < 1e-6
    assert np.abs(found[:, 1000:1003]).max() > 0.01


@pytest.mark.parametrize("name", ["gain", "tremolo", *HOSTED])
def test_an_effect_does_not_care_how_its_input_was_cut(name: str) -> None:
    samples = noise(BLOCK + 5000)
    pieces = np.split(samples, [1, 1000, 9000, BLOCK + 7], axis=1)
    cut = np.concatenate(list(through_chain(pieces, (effect(name),), samples.shape[1], RATE)), axis=1)
    assert np.array_equal(cut, applied(samples, effect(name)))


def test_constants_reach_the_plugin_in_its_own_units() -> None:
    impulse = np.zeros((2, RATE))
    impulse[:, 0] = 0.5
    echo = applied(impulse, effect("delay", time=0.25, mix=1.0))
    assert int(np.argmax(np.abs(echo[0]))) == pytest.approx(0.25 * RATE, abs=2)


def test_a_chain_runs_in_its_order() -> None:
    samples = noise(BLOCK)
    loud_first = applied(samples, effect("gain", gain=20.0), effect("distortion", drive=10.0))
    loud_last = applied(samples, effect("distortion", drive=10.0), effect("gain", gain=20.0))
    assert np.abs(loud_first).max() <= 1.0 < np.abs(loud_last).max()


def test_a_filter_that_a_lane_moves_sweeps_without_spurs() -> None:
    # A 997 Hz sine under a highpass sweep keeps every spur below -75 dBc.
    seconds = 2
    t = np.arange(seconds * RATE) / RATE
    sine = np.tile(0.5 * np.sin(2.0 * np.pi * 997.0 * t), (2, 1))
    swept = applied(sine, effect("highpass", (("cutoff", ramp(20.0, 2000.0, seconds)),)))[0]
    spectrum = np.abs(np.fft.rfft(swept * np.blackman(len(t)) ** 2))
    far = np.abs(np.fft.rfftfreq(len(t), 1.0 / RATE) - 997.0) > 60.0
    assert 20.0 * np.log10(spectrum[far].max() / spectrum.max()) < -75.0
    # And it acts: at the end the sine lies an octave under the corner.
    assert np.abs(swept[-RATE // 10 :]).max() < 0.5 * np.abs(swept[: RATE // 10]).max()


def test_a_moved_reverb_that_stands_still_equals_a_constant_one() -> None:
    samples = noise(BLOCK + 999)
    moved = applied(samples, effect("reverb", (("room_size", Curve.constant_of(0.6)),)))
    assert np.array_equal(moved, applied(samples, effect("reverb", room_size=0.6)))


def test_unknown_plugins_and_parameters_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="no plugin is called 'flanger'"):
        applied(noise(10), effect("flanger"))
    with pytest.raises(ValueError, match="the plugin reverb has no parameter 'size'"):
        applied(noise(10), effect("reverb", size=1.0))


def test_reblocking_keeps_every_sample_and_pads_or_cuts_to_the_count() -> None:
    samples = noise(BLOCK + 100)
    pieces = np.split(samples, [7, 5000, 5001, BLOCK + 3], axis=1)
    for count in (50, BLOCK, BLOCK + 100, 2 * BLOCK + 9):
        cut = list(reblocked(pieces, count))
        assert all(b.shape[1] == BLOCK for b in cut[:-1])
        padded = np.pad(samples, ((0, 0), (0, max(0, count - samples.shape[1]))))[:, :count]
        assert np.array_equal(np.concatenate(cut, axis=1), padded)
