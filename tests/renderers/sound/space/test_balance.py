"""The place between the ears: published gains, constant power, no spurs."""

from dataclasses import replace

import numpy as np
import pytest
from musicvis.compiler.plan import BusPlan, Curve
from musicvis.renderers.sound.space.balance import balanced
from musicvis.renderers.sound.space.choose import placed
from musicvis.renderers.sound.space.place import StereoPower
from musicvis.tests.renderers.sound.space.published_laws import pydub_gains, sine_cosine_gains
from numpy.typing import NDArray

F64 = NDArray[np.float64]
BUS = BusPlan("bus", (), (), Curve.constant_of(1.0), Curve.constant_of(0.0))

# Left gains of pydub 0.25.1 and of the sine-cosine law at each place: nine digits, computed elsewhere.
PLACES = np.array([-1.0, -0.95, -0.8, -0.5, -0.25, 0.0, 0.1, 0.3, 0.585, 1.0])
PYDUB_LEFT = [1.414213562, 1.38991822, 1.319507911, 1.189207115, 1.090507733]
PYDUB_LEFT += [1.0, 0.928226537, 0.768855587, 0.499961011, 0.0]
BALANCE_LEFT = [1.414213562, 1.413123255, 1.396802247, 1.306562965, 1.175875602]
BALANCE_LEFT += [1.0, 0.918458238, 0.738924557, 0.452830704, 0.0]


def test_the_laws_of_pydub_and_sine_cosine_have_their_published_gains() -> None:
    assert pydub_gains(PLACES)[0] == pytest.approx(PYDUB_LEFT, abs=1e-6)
    assert pydub_gains(-PLACES)[1] == pytest.approx(PYDUB_LEFT, abs=1e-6)
    assert sine_cosine_gains(PLACES)[0] == pytest.approx(BALANCE_LEFT, abs=1e-6)
    assert sine_cosine_gains(-PLACES)[1] == pytest.approx(BALANCE_LEFT, abs=1e-6)


def noise_of_correlation(kappa: float, count: int = 60_000) -> F64:
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, count))
    return np.stack([a, kappa * a + np.sqrt(1.0 - kappa**2) * b])


@pytest.mark.parametrize("kappa", [0.0, 0.3, 0.7, 1.0])
def test_power_does_not_depend_on_the_place_whatever_the_correlation(kappa: float) -> None:
    signal = noise_of_correlation(kappa)
    power = StereoPower()
    for start in range(0, signal.shape[1], 16384):
        power.add(signal[:, start : start + 16384])
    assert power.kappa == pytest.approx(kappa, abs=0.02)
    for p in np.linspace(-1.0, 1.0, 17):
        bus = replace(BUS, ear=Curve.constant_of(p))
        moved = np.concatenate(list(placed(bus, power, [signal], signal.shape[1], 48_000)), axis=1)
        assert 10.0 * np.log10(np.sum(moved**2) / np.sum(signal**2)) == pytest.approx(0.0, abs=0.05)


def test_nothing_changes_in_the_middle_and_the_sides_mirror_each_other() -> None:
    signal = noise_of_correlation(0.4, 1000)
    ear = np.linspace(-1.0, 1.0, 1000)
    assert np.array_equal(balanced(signal, np.zeros(1000), 0.4), signal)
    assert balanced(signal[::-1], -ear, 0.4)[::-1] == pytest.approx(balanced(signal, ear, 0.4), abs=1e-15)


def test_the_place_of_a_sample_does_not_depend_on_the_block() -> None:
    signal = noise_of_correlation(0.4, 5000)
    ear = np.sin(np.arange(5000) / 700.0)
    whole = balanced(signal, ear, 0.4)
    for size in (1, 333, 4096):
        cuts = range(0, 5000, size) if size > 1 else range(100)
        pieces = [balanced(signal[:, k : k + size], ear[k : k + size], 0.4) for k in cuts]
        joined = np.concatenate(pieces, axis=1)
        assert np.array_equal(joined, whole[:, : joined.shape[1]])


def test_mono_follows_the_sine_cosine_law() -> None:
    ear = np.linspace(-1.0, 1.0, 201)
    moved = balanced(np.ones((2, 201)), ear, 1.0)
    assert moved[0] == pytest.approx(sine_cosine_gains(ear)[0], abs=1e-12)
    assert moved[1] == pytest.approx(sine_cosine_gains(ear)[1], abs=1e-12)


@pytest.mark.parametrize("sine_hz", [997.0, 5003.0])
def test_a_full_sweep_leaves_no_spur_above_minus_120_dbc(sine_hz: float) -> None:
    rate_hz, seconds = 48_000, 4
    t = np.arange(rate_hz * seconds) / rate_hz
    sine = np.sin(2.0 * np.pi * sine_hz * t)
    moved = balanced(np.stack([sine, sine]), np.sin(np.pi * t), 1.0)
    spectrum = np.abs(np.fft.rfft(moved[0] * np.blackman(len(t)) ** 2))
    frequency_hz = np.fft.rfftfreq(len(t), 1.0 / rate_hz)
    far = np.abs(frequency_hz - sine_hz) > 60.0
    assert 20.0 * np.log10(spectrum[far].max() / spectrum.max()) < -120.0


def test_opposite_channels_stay_finite_at_the_far_ear() -> None:
    out_of_phase = np.stack([np.ones(3), -np.ones(3)])
    assert np.abs(balanced(out_of_phase, np.array([-1.0, 0.0, 1.0]), -1.0)).max() <= 20.0


def test_an_unknown_space_is_refused() -> None:
    with pytest.raises(ValueError, match="no spatialiser is called 'nowhere'"):
        list(placed(replace(BUS, space="nowhere"), StereoPower(), [], 0, 48_000))
