"""The model of a head: published delays and shades, constant loudness, no click, the same bits in any block.

Thresholds and tables are those of docs/audio-space.md, from an independent computation of the same formulas.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.parameters import HEADPHONE_DECLICK_S, SOUND_DECLICK_S
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.dsl.model.lane import Shape
from musicvis.renderers.sound.hearing import level_difference_db, octave, time_difference_s
from musicvis.renderers.sound.master.meter import k_weighting
from musicvis.renderers.sound.space.binaural import PINK_LOW_SHARE, Binaural
from musicvis.renderers.sound.space.head import LowPass, brightness, lateness_s, rear_brightness
from musicvis.renderers.sound.space.pink_weights import pink_weights
from musicvis.renderers.sound.space.place import Place
from numpy.typing import NDArray
from scipy.signal import sosfilt

F64 = NDArray[np.float64]
RATE = 48_000
LOW, HIGH = (200.0, 800.0), (2000.0, 16_000.0)


def moved(
    signal: F64, azimuth_deg: Callable[[F64], F64], space: Binaural | None = None, size: int = 16_384
) -> F64:
    """A signal, (n,) or (2, n), with its azimuth as a function of seconds."""
    stereo = np.stack([signal, signal]) if signal.ndim == 1 else signal

    def place_at(first: int, count: int) -> Place:
        degrees = azimuth_deg((first + np.arange(count)) / RATE)
        return Place(np.sin(np.radians(degrees)), degrees)

    head = space or Binaural(RATE, 1.0)
    cuts = range(0, stereo.shape[1], size)
    return np.concatenate(list(head.moved((stereo[:, k : k + size] for k in cuts), place_at)), axis=1)


def at(azimuth_deg: float) -> Callable[[F64], F64]:
    return lambda times_s: np.full(times_s.shape, azimuth_deg)


def noise(count: int = 60_000, seed: int = 1) -> F64:
    return np.random.default_rng(seed).standard_normal(count)


def pink(seed: int = 1) -> F64:
    spectrum = np.fft.rfft(noise(1 << 16, seed))
    hz = np.fft.rfftfreq(1 << 16, 1.0 / RATE)
    spectrum[1:] /= np.sqrt(hz[1:])
    spectrum[(hz < 20.0) | (hz > 20_000.0)] = 0.0
    return np.fft.irfft(spectrum)


def loudness_db(sound: F64) -> float:
    return float(10.0 * np.log10(np.sum(sosfilt(k_weighting(RATE), sound[:, 2000:-2000]) ** 2)))


@pytest.mark.parametrize(
    ("ear", "late_ms", "beta"),
    [
        (0.0, (0.0, 0.0), (1.0, 1.0)),
        (0.25, (0.10012, -0.097566), (0.500042, 1.584557)),
        (0.5, (0.20024, -0.180279), (0.193667, 2.126288)),
        (0.75, (0.30036, -0.235546), (0.147661, 2.507101)),
        (1.0, (0.40048, -0.254953), (0.372053, 2.643985)),
    ],
)
def test_delays_and_shades_are_those_of_the_table(
    ear: float, late_ms: tuple[float, float], beta: tuple[float, float]
) -> None:
    towards = np.array([-1.0, 1.0]) * np.sin(np.radians(90.0 * ear))
    assert 1000.0 * lateness_s(towards) == pytest.approx(late_ms, abs=1e-6)
    assert brightness(towards) == pytest.approx(beta, abs=1e-6)


def test_the_shadow_filter_is_the_table_s() -> None:
    low_pass = LowPass.of_shadow(RATE)
    assert (low_pass.gain, low_pass.feedback) == pytest.approx(
        (0.0974938459102574, 0.8050123081794852), abs=1e-15
    )
    hz, weights = pink_weights(RATE)
    z = np.exp(-2j * np.pi * hz / RATE)
    shadow = low_pass.gain * (1.0 + z) / (1.0 - low_pass.feedback * z)
    assert np.sum(weights * np.abs(shadow) ** 2) == pytest.approx(PINK_LOW_SHARE, abs=0.002)


@pytest.mark.parametrize(
    ("azimuth_deg", "high_ms", "low_ms"),
    [(30, 0.266, 0.378), (45, 0.391, 0.536), (60, 0.501, 0.665), (90, 0.66, 0.823)],
)
def test_the_near_ear_hears_earlier_by_the_published_times(
    azimuth_deg: float, high_ms: float, low_ms: float
) -> None:
    right, left = moved(noise(), at(azimuth_deg)), moved(noise(), at(-azimuth_deg))
    assert 1000.0 * time_difference_s(right, RATE, HIGH) == pytest.approx(high_ms, abs=0.015)
    assert 1000.0 * time_difference_s(right, RATE, LOW) == pytest.approx(low_ms, abs=0.015)
    for band in (LOW, HIGH):
        both_s = time_difference_s(right, RATE, band) + time_difference_s(left, RATE, band)
        assert abs(both_s) < 1e-6


@pytest.mark.parametrize(
    ("azimuth_deg", "levels_db"),
    [
        (30, (0.3, 1.2, 3.3, 6.9, 10.5, 12.6)),
        (45, (0.5, 1.7, 4.5, 8.8, 13.7, 18.0)),
        (60, (0.6, 2.0, 5.2, 9.9, 15.2, 20.5)),
        (90, (0.7, 2.3, 5.6, 9.9, 13.8, 16.1)),
    ],
)
def test_the_near_ear_hears_louder_by_the_published_levels(
    azimuth_deg: float, levels_db: tuple[float, ...]
) -> None:
    sound = moved(noise(), at(azimuth_deg))
    found = [level_difference_db(sound, RATE, octave(hz)) for hz in (250, 500, 1000, 2000, 4000, 8000)]
    assert found == pytest.approx(levels_db, abs=0.3)


def test_the_model_is_within_5_5_db_of_the_head_that_the_mit_measured() -> None:
    kemar_db = {45: (2.8, 4.8, 8.9, 8.8, 12.2, 18.5), 90: (3.5, 5.5, 5.9, 8.0, 9.2, 19.1)}
    for azimuth_deg, levels_db in kemar_db.items():
        sound = moved(noise(), at(azimuth_deg))
        found = [level_difference_db(sound, RATE, octave(hz)) for hz in (250, 500, 1000, 2000, 4000, 8000)]
        assert found == pytest.approx(levels_db, abs=5.5)


def test_in_the_middle_a_mono_sound_passes_unchanged() -> None:
    signal = noise(50_000)
    error = np.abs(moved(signal, at(0.0)) - signal).max()
    assert 20.0 * np.log10(error) < -250.0


def test_loudness_does_not_depend_on_the_place_all_around() -> None:
    signal = pink()
    front_db = loudness_db(np.stack([signal, signal]))
    space = Binaural(RATE, 1.0, has_rear=True)
    for azimuth_deg in (-90, -45, 15, 30, 60, 90, 120, 150, 180, 270, 405):
        assert loudness_db(moved(signal, at(azimuth_deg), space)) == pytest.approx(front_db, abs=0.2)


@pytest.mark.parametrize("kappa", [0.0, 0.6])
@pytest.mark.parametrize("width_deg", [0.0, 40.0, 120.0])
def test_a_wide_bus_is_as_loud_as_its_two_channels(kappa: float, width_deg: float) -> None:
    left, other = pink(1), pink(2)
    stereo = np.stack([left, kappa * left + np.sqrt(1.0 - kappa**2) * other])
    found = 2.0 * np.sum(stereo[0] * stereo[1]) / np.sum(stereo**2)
    for azimuth_deg in (0, 45, 90):
        sound = moved(stereo, at(azimuth_deg), Binaural(RATE, found, width_deg))
        assert loudness_db(sound) == pytest.approx(loudness_db(stereo), abs=0.2)


def test_the_channels_of_a_wide_bus_stand_on_their_own_sides() -> None:
    left_only = np.stack([noise(), np.zeros(60_000)])
    sound = moved(left_only, at(0.0), Binaural(RATE, 0.0, 60.0))
    assert 1000.0 * time_difference_s(sound, RATE, HIGH) == pytest.approx(-0.266, abs=0.015)
    # Behind the head left is still left.
    sound = moved(left_only, at(180.0), Binaural(RATE, 0.0, 60.0))
    assert 1000.0 * time_difference_s(sound, RATE, HIGH) == pytest.approx(-0.266, abs=0.015)


def test_a_level_measured_from_the_stem_keeps_its_own_power() -> None:
    # A sine far above the shadow is nearly all lost to it; weighed as pink noise it would grow by dBs.
    sine = np.sin(2.0 * np.pi * 9000.0 * np.arange(96_000) / RATE)
    share = float(np.sum(LowPass.of_shadow(RATE).filtered(sine) ** 2) / np.sum(sine**2))
    for space, error_db in ((Binaural(RATE, 1.0, low_share=share), 0.1), (Binaural(RATE, 1.0), 3.0)):
        sound = moved(sine, at(60.0), space)[:, 2000:-2000]
        change_db = 10.0 * np.log10(np.sum(sound**2) / (2.0 * np.sum(sine[2000:-2000] ** 2)))
        assert (abs(change_db) < 0.1) == (error_db == 0.1)


def test_what_comes_from_behind_is_duller() -> None:
    space = Binaural(RATE, 1.0, has_rear=True)
    front, behind = moved(noise(), at(0.0), space), moved(noise(), at(180.0), space)
    hz = np.fft.rfftfreq(front.shape[1], 1.0 / RATE)

    def change_db(band: tuple[float, float]) -> float:
        inside = (hz > band[0]) & (hz < band[1])
        powers = [np.sum(np.abs(np.fft.rfft(sound[0])[inside]) ** 2) for sound in (behind, front)]
        return float(10.0 * np.log10(powers[0] / powers[1]))

    # Published: -1.0, -2.8 and -5.3 dB at 2, 4 and 8 kHz; all of it is raised to the same loudness. The
    # bilinear transform takes another 0.3 dB at 8 kHz.
    low_db = change_db((100.0, 200.0))
    found = [change_db((0.97 * f, 1.03 * f)) - low_db for f in (2000.0, 4000.0, 8000.0)]
    assert found == pytest.approx([-1.0, -2.8, -5.3], abs=0.4)
    assert rear_brightness(np.array([0.0, 90.0, 180.0, 540.0]), 1.0) == pytest.approx([1, 1, 0.39, 0.39])


@pytest.mark.parametrize("sine_hz", [1000.0, 5000.0, 12_000.0, 17_000.0])
def test_a_moving_sine_leaves_no_spur_above_minus_110_dbc(sine_hz: float) -> None:
    times_s = np.arange(2 * RATE) / RATE
    sound = moved(np.sin(2.0 * np.pi * sine_hz * times_s), lambda t: 90.0 * np.sin(np.pi * t))
    window = np.blackman(times_s.size) ** 2
    far = np.abs(np.fft.rfftfreq(times_s.size, 1.0 / RATE) - sine_hz) > 300.0
    for ear in sound:
        spectrum = np.abs(np.fft.rfft(ear * window))
        assert 20.0 * np.log10(spectrum[far].max() / spectrum.max()) <= -110.0


def test_a_jump_across_the_head_neither_clicks_nor_bends_the_pitch_much() -> None:
    one, two = Fraction(1), Fraction(2)

    def stand(start: Fraction, end: Fraction, ear: float) -> Segment:
        return Segment(start, end, start, end, Shape.HOLD, ear, ear)

    curve = Curve(
        (stand(Fraction(0), one, -0.8), stand(one, two, 0.8)),
        declick_s=SOUND_DECLICK_S,
        declick_per_unit_s=HEADPHONE_DECLICK_S,
    )
    times_s = np.arange(2 * RATE) / RATE
    sine = np.sin(2.0 * np.pi * 997.0 * times_s)
    sound = moved(sine, lambda t: 90.0 * curve.values(t))
    hz = np.fft.rfftfreq(times_s.size, 1.0 / RATE)
    for ear in sound:
        spectrum = np.fft.rfft(ear * np.blackman(times_s.size))
        spectrum[hz < 4000.0] = 0.0
        click = np.fft.irfft(spectrum)
        assert 20.0 * np.log10(np.abs(click).max()) <= -95.0
        # Pitch is how fast the phase turns; the analytic signal of a sine shows it.
        phase = np.unwrap(np.angle(np.fft.ifft(2.0 * np.fft.rfft(ear), times_s.size)))
        around = np.diff(phase)[RATE - 3000 : RATE + 3000] * RATE / (2.0 * np.pi)
        assert np.abs(1200.0 * np.log2(around / 997.0)).max() <= 80.0


def test_a_jump_takes_as_long_as_it_is_wide() -> None:
    one = Fraction(1)
    for ear, length_s in ((0.1, 0.010), (0.5, 0.020), (1.0, 0.040)):
        segment = Segment(one, one + 1, one, one + 1, Shape.HOLD, ear, ear)
        curve = Curve((segment,), declick_s=0.010, declick_per_unit_s=0.040)
        inside = 1.0 + 0.499 * length_s * np.array([-1.0, 1.0])
        outside = 1.0 + 0.501 * length_s * np.array([-1.0, 1.0])
        assert curve.values(outside).tolist() == [0.0, ear]
        assert 0.0 < curve.values(inside)[0] < curve.values(inside)[1] < ear


CODE = """
import hashlib
import sys
import numpy as np
from musicvis.renderers.sound.space.binaural import Binaural
from musicvis.renderers.sound.space.place import Place
size = int(sys.argv[1])
signal = np.random.default_rng(7).standard_normal((2, 60_000))
def place_at(first, count):
    degrees = 200.0 * np.sin((first + np.arange(count)) / 9000.0)
    return Place(degrees, degrees)
space = Binaural(48_000, 0.1, width_deg=30.0, has_rear=True)
blocks = space.moved((signal[:, k : k + size] for k in range(0, 60_000, size)), place_at)
print(hashlib.sha256(np.concatenate(list(blocks), axis=1).tobytes()).hexdigest())
"""


def test_blocks_and_threads_do_not_change_a_bit() -> None:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    digests = {
        subprocess.run(
            [sys.executable, "-c", CODE, size],
            env={**os.environ, **dict.fromkeys(names, threads)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for size, threads in (("16384", "1"), ("4096", "2"), ("1000", "1"))
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == len(hashlib.sha256().hexdigest())


def test_as_many_samples_come_out_as_go_in() -> None:
    for count in (1, 95, 96, 97, 40_000):
        assert moved(noise(count), at(70.0)).shape == (2, count)
