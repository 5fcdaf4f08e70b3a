"""The master: a loudness, a ceiling that holds, a gain that does not distort, dither that is only noise."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvis.compiler.plan import MasterPlan
from musicvis.renderers.sound.master.dither import dithered
from musicvis.renderers.sound.master.limiter import context, limiter_gain
from musicvis.renderers.sound.master.master import GRID, Master
from musicvis.renderers.sound.master.meter import LoudnessMeter
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

F64 = NDArray[np.float64]
RATE = 48_000


def reader(signal: F64) -> Callable[[], Iterator[F64]]:
    return lambda: (signal[:, first : first + GRID] for first in range(0, signal.shape[1], GRID))


def mastered(signal: F64, plan: MasterPlan, folder: Path) -> tuple[F64, Master]:
    master = Master(plan, reader(signal), RATE, folder, lambda share: None)
    return np.concatenate(list(master.blocks()), axis=1), master


def true_peak_db(signal: F64) -> float:
    """By another resampler at sixteen times the rate, up to 21 kHz as converters do; without its ends."""
    taps = firwin(16 * 48 + 1, 1.0 / 16.0, window=("kaiser", 9.0))
    middle = resample_poly(signal, 16, 1, axis=1, window=taps)[:, 16 * 500 : -16 * 500]
    return float(20.0 * np.log10(np.abs(middle).max()))


def noise(seconds: float, level: float = 0.1, seed: int = 1) -> F64:
    return level * np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))


def stress(name: str) -> F64:
    """The limiter's stress set, before it is driven 9 dB too high."""
    t = np.arange(RATE) / RATE
    random = np.random.default_rng(5)
    if name == "quarter":
        one = np.sin(2.0 * np.pi * 12_000.0 * t + np.pi / 4)
    elif name == "clipped":
        one = np.clip(3.0 * random.standard_normal(RATE), -1.0, 1.0)
    elif name == "square":
        one = np.sign(np.sin(2.0 * np.pi * 100.3 * t))
    elif name == "impulses":
        one = np.where(np.arange(RATE) % 4801 == 0, 1.0, 0.0)
    else:
        one = np.sin(2.0 * np.pi * 440.0 * t) * np.exp(-((t * 4) % 1.0) * 6.0)
    return np.stack([one, 0.7 * one])


@pytest.mark.parametrize("name", ["quarter", "clipped", "square", "impulses", "strokes"])
def test_no_true_peak_passes_the_ceiling_however_hard_the_limiter_is_driven(
    name: str, tmp_path: Path
) -> None:
    driven = 10.0 ** (9.0 / 20.0) * stress(name)
    heard, _ = mastered(driven, MasterPlan(None, -1.0), tmp_path)
    assert true_peak_db(heard) <= -1.0
    assert true_peak_db(heard) > -2.5


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.05, 1.0))
def test_the_gain_never_lets_a_sample_over_the_ceiling(seed: int, ceiling: float) -> None:
    envelope = np.random.default_rng(seed).gamma(0.3, 1.0, 2000 + 2 * context(8000))
    gain = limiter_gain(envelope, ceiling, 8000)
    inner = envelope[context(8000) : -context(8000)]
    assert gain.shape == inner.shape
    assert np.all(gain * inner <= ceiling * (1.0 + 1e-12)) and np.all(gain > 0.0)


def test_the_gain_does_not_move_where_nothing_is_too_high() -> None:
    assert np.all(limiter_gain(np.full(3000 + 2 * context(8000), 0.5), 0.5, 8000) == 1.0)


@pytest.mark.parametrize("target_lufs", [-30.0, -16.0, -14.0])
def test_a_master_meets_its_loudness_under_its_ceiling(target_lufs: float, tmp_path: Path) -> None:
    signal = noise(8.0, 0.03)
    signal[:, 2 * RATE : 4 * RATE] *= 4.0
    heard, master = mastered(signal, MasterPlan(target_lufs, -1.0), tmp_path)
    meter = LoudnessMeter(RATE)
    meter.add(heard)
    assert meter.loudness().integrated_lufs == pytest.approx(target_lufs, abs=0.05)
    assert master.report.loudness == meter.loudness()
    assert true_peak_db(heard) <= -1.0
    assert master.report.true_peak_dbtp <= -1.0


def test_silence_stays_silent_and_is_not_lifted(tmp_path: Path) -> None:
    heard, master = mastered(np.zeros((2, RATE)), MasterPlan(-14.0), tmp_path)
    assert not heard.any() and master.report.gain_db == 0.0


def test_a_limiter_of_a_steady_tone_adds_no_harmonics(tmp_path: Path) -> None:
    t = np.arange(4 * RATE) / RATE
    tone = np.tile(2.0 * np.sin(2.0 * np.pi * 100.0 * t), (2, 1))
    heard, _ = mastered(tone, MasterPlan(None), tmp_path)
    middle = heard[0, RATE : 3 * RATE] * np.blackman(2 * RATE)
    spectrum = np.abs(np.fft.rfft(middle))
    # 100 Hz is bin 200; a Blackman window's main lobe is three bins to each side.
    harmonics = spectrum[390::200].max()
    assert 20.0 * np.log10(harmonics / spectrum[200]) < -140.0


def test_the_same_sound_is_heard_twice(tmp_path: Path) -> None:
    _, master = mastered(noise(1.0), MasterPlan(-12.0), tmp_path)
    first, second = (np.concatenate(list(master.blocks()), axis=1) for _ in range(2))
    assert np.array_equal(first, second)


def whole_steps(signal: F64, bits: int, size: int, seed: int = 7) -> F64:
    frames = np.ascontiguousarray(signal.T, np.float32)
    cut = [frames[first : first + size] for first in range(0, len(frames), size)]
    return np.concatenate(list(dithered(cut, bits, seed))).T.astype(np.float64)


def test_dither_leaves_noise_and_no_harmonics_of_a_tone_below_the_last_bit() -> None:
    t = np.arange(10 * RATE) / RATE
    tone = np.tile(1e-5 * np.sin(2.0 * np.pi * 1000.0 * t), (2, 1))
    error = whole_steps(tone, 16, 16_384)[0] - tone[0]
    # A triangle of one step to each side and the rounding: half a step rms, -93.3 dB below a full sine.
    level_db = 20.0 * np.log10(np.sqrt(np.mean(np.square(error))) * np.sqrt(2.0))
    assert level_db == pytest.approx(-93.3, abs=0.2)
    power = np.square(np.abs(np.fft.rfft(error.reshape(50, -1) * np.hanning(9600), axis=1))).mean(axis=0)
    # 1 kHz is bin 200: harmonics stand no higher than what noise does by chance in so many bins.
    assert power[[400, 600, 800, 1000, 1400, 1800]].max() < 2.0 * np.median(power)


def test_dither_does_not_depend_on_the_blocks_and_comes_from_the_seed() -> None:
    signal = noise(0.5)
    assert np.array_equal(whole_steps(signal, 24, 16_384), whole_steps(signal, 24, 1001))
    assert not np.array_equal(whole_steps(signal, 24, 1001), whole_steps(signal, 24, 1001, seed=8))
    steps = whole_steps(signal, 24, 1001) * 2.0**23
    assert np.array_equal(steps, np.rint(steps))


def test_a_sound_with_high_peaks_stays_softer_rather_than_limited_by_more_than_asked(tmp_path: Path) -> None:
    """Impulses 40 dB above the noise: at -14 LUFS the limiter would take about 25 dB."""
    signal = noise(3.0, 0.01)
    signal[:, RATE // 2 :: RATE] = 1.0
    auto = MasterPlan(-14.0, -1.0, most_reduction_db=4.0)
    heard, master = mastered(signal, auto, tmp_path)
    assert master.report.reduction_db == pytest.approx(4.0, abs=0.02)
    assert -1.1 < true_peak_db(heard) <= -1.0
    # The highest peak lay at 0 dBFS or a little above: -1 dB to the ceiling, and 4 dB more.
    assert 2.5 < master.report.gain_db < 3.1
    assert master.report.loudness.integrated_lufs < -30.0


def test_a_sound_without_high_peaks_reaches_its_loudness_also_under_a_most_reduction(tmp_path: Path) -> None:
    plain, limited = (
        mastered(noise(3.0), MasterPlan(-20.0, -1.0, most_reduction_db=most), tmp_path)[1].report
        for most in (None, 4.0)
    )
    assert limited == plain and abs(limited.loudness.integrated_lufs + 20.0) < 0.05


def test_a_mix_is_raised_by_no_more_than_asked(tmp_path: Path) -> None:
    reports = [
        mastered(noise(3.0, 1e-3), MasterPlan(-14.0, most_gain_db=most_db), tmp_path)[1].report
        for most_db in (30.0, 60.0)
    ]
    assert reports[0].gain_db == pytest.approx(30.0)
    assert reports[0].loudness.integrated_lufs == pytest.approx(reports[0].mix.integrated_lufs + 30.0)
    assert reports[1].gain_db > 30.0 and reports[1].loudness.integrated_lufs == pytest.approx(-14.0, abs=0.05)
