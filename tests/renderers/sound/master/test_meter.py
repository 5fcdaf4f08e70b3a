"""The meter: EBU Tech 3341's test signals, true peaks against another resampler, and streams cut anyhow."""

import numpy as np
import pytest
from musicvis.renderers.sound.master.meter import LoudnessMeter, k_weighting, lufs
from musicvis.renderers.sound.master.peaks import PeakMeter
from numpy.typing import NDArray
from scipy.signal import resample_poly

F64 = NDArray[np.float64]
RATE = 48_000
SURROUND = (1.0, 1.0, 1.0, 1.41, 1.41)


def tones(*parts: tuple[float, float], channels: int = 2) -> F64:
    """1 kHz sines one after the other: peak level in dBFS, seconds; all channels alike."""
    levels = np.concatenate([np.full(round(s * RATE), 10.0 ** (level / 20.0)) for level, s in parts])
    sine = levels * np.sin(2.0 * np.pi * 1000.0 * np.arange(len(levels)) / RATE)
    return np.tile(sine, (channels, 1))


def loudness(signal: F64, weights: tuple[float, ...] = (1.0, 1.0)) -> float:
    meter = LoudnessMeter(RATE, weights)
    for first in range(0, signal.shape[1], 16_384):
        meter.add(signal[:, first : first + 16_384])
    return meter.loudness().integrated_lufs


@pytest.mark.parametrize(
    ("case", "parts", "expected"),
    [
        (1, [(-23.0, 20.0)], -23.0),
        (2, [(-33.0, 20.0)], -33.0),
        (3, [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        (4, [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        (5, [(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ],
)
def test_the_signals_of_tech_3341_read_what_they_should(
    case: int, parts: list[tuple[float, float]], expected: float
) -> None:
    assert loudness(tones(*parts)) == pytest.approx(expected, abs=0.1), case


def test_surround_channels_are_weighted() -> None:
    levels = 10.0 ** (np.array([-28.0, -28.0, -24.0, -30.0, -30.0]) / 20.0)
    signal = tones((0.0, 20.0), channels=5) * levels[:, None]
    assert loudness(signal, SURROUND) == pytest.approx(-23.0, abs=0.1)


def test_the_filter_is_the_one_that_the_standard_prints() -> None:
    shelf, highpass = k_weighting(RATE)
    # BS.1770-4, tables 1 and 2.
    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285])
    assert shelf[4:] == pytest.approx([-1.69065929318241, 0.73248077421585])
    assert highpass[4:] == pytest.approx([-1.99004745483398, 0.99007225036621])


def test_a_range_is_the_distance_of_two_levels() -> None:
    # EBU Tech 3342, case 1: 20 s at -20, 20 s at -30 dBFS: 10 LU.
    meter = LoudnessMeter(RATE)
    meter.add(tones((-20.0, 20.0), (-30.0, 20.0)))
    assert meter.loudness().range_lu == pytest.approx(10.0, abs=1.0)
    assert meter.loudness().short_term_lufs == pytest.approx(-20.0, abs=0.1)


def test_the_figures_do_not_depend_on_how_the_stream_is_cut() -> None:
    signal = np.random.default_rng(1).standard_normal((2, 2 * RATE)) * 0.1
    figures = []
    for size in (16_384, 997):
        meter, peaks = LoudnessMeter(RATE), PeakMeter()
        for first in range(0, signal.shape[1], size):
            meter.add(signal[:, first : first + size])
            peaks.add(signal[:, first : first + size])
        figures.append((meter.loudness(), peaks.highest()))
    assert figures[0] == figures[1]


def test_silence_has_no_loudness() -> None:
    assert loudness(np.zeros((2, RATE))) == -np.inf == lufs(0.0)
    assert PeakMeter().highest() == 0.0


@pytest.mark.parametrize("frequency_hz", [997.0, 6000.0, 12_000.0, 17_000.0])
def test_a_true_peak_is_found_between_samples(frequency_hz: float) -> None:
    # A quarter of the rate at 45 degrees: every sample is 3 dB below the peak.
    phase = np.pi / 4
    signal = np.sin(2.0 * np.pi * frequency_hz * np.arange(RATE // 4) / RATE + phase)
    signal *= np.hanning(len(signal))
    peaks = PeakMeter(1)
    peaks.add(signal[None])
    found, other = peaks.highest(), np.abs(resample_poly(signal, 16, 1)).max()
    assert 20.0 * np.log10(found / other) == pytest.approx(0.0, abs=0.05)
