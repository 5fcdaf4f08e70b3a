"""The master, measured: the meter, the limiter under stress, dither."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from musicvis.compiler.plan import MasterPlan
from musicvis.renderers.sound.master.dither import dithered
from musicvis.renderers.sound.master.master import GRID, Master
from musicvis.renderers.sound.master.meter import LoudnessMeter
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

from .audio_signal import Row, decibels

F64 = NDArray[np.float64]
RATE = 48_000

# EBU Tech 3341: peak levels in dBFS and seconds, and what should be read.
SIGNALS = {
    1: (((-23.0, 20.0),), -23.0),
    2: (((-33.0, 20.0),), -33.0),
    3: (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
    4: (((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)), -23.0),
    5: (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
}


def rows() -> Iterator[Row]:
    """The checks M1, M3 and M4."""
    for case, (parts, expected) in SIGNALS.items():
        levels = np.concatenate([np.full(round(s * RATE), 10.0 ** (level / 20.0)) for level, s in parts])
        yield _read(case, np.tile(levels * _tone(len(levels)), (2, 1)), (1.0, 1.0), expected)
    surround = 10.0 ** (np.array([-28.0, -28.0, -24.0, -30.0, -30.0]) / 20.0)
    weights = (1.0, 1.0, 1.0, 1.41, 1.41)
    yield _read(6, surround[:, None] * _tone(20 * RATE), weights, -23.0)
    for name, signal in _stress():
        peak = _limited_peak_db(10.0 ** (9.0 / 20.0) * signal)
        yield Row(f"M3 limiter, {name} 9 dB too high", "≤ −1.0 dBTP", f"{peak:.2f} dBTP", peak <= -1.0)
    yield from _dither()


def _tone(count: int) -> F64:
    sine: F64 = np.sin(2.0 * np.pi * 1000.0 * np.arange(count) / RATE)
    return sine


def _read(case: int, signal: F64, weights: tuple[float, ...], expected: float) -> Row:
    meter = LoudnessMeter(RATE, weights)
    meter.add(signal)
    found = meter.loudness().integrated_lufs
    is_met = abs(found - expected) <= 0.1
    return Row(f"M1 EBU Tech 3341, case {case}", f"{expected:.1f} ± 0.1 LUFS", f"{found:.3f} LUFS", is_met)


def _stress() -> Iterator[tuple[str, F64]]:
    t = np.arange(2 * RATE) / RATE
    random = np.random.default_rng(5)
    signals = {
        "12 kHz at 45°": np.sin(2.0 * np.pi * 12_000.0 * t + np.pi / 4),
        "clipped noise": np.clip(3.0 * random.standard_normal(len(t)), -1.0, 1.0),
        "square of 100 Hz": np.sign(np.sin(2.0 * np.pi * 100.3 * t)),
        "impulses": np.where(np.arange(len(t)) % 4801 == 0, 1.0, 0.0),
        "strokes of 440 Hz": np.sin(2.0 * np.pi * 440.0 * t) * np.exp(-((4.0 * t) % 1.0) * 6.0),
    }
    for name, signal in signals.items():
        yield name, np.stack([signal, 0.7 * signal])


def _limited_peak_db(signal: F64) -> float:
    def read() -> Iterator[F64]:
        return (signal[:, first : first + GRID] for first in range(0, signal.shape[1], GRID))

    with tempfile.TemporaryDirectory() as folder:
        master = Master(MasterPlan(None, -1.0), read, RATE, Path(folder), lambda share: None)
        heard = np.concatenate(list(master.blocks()), axis=1)
    # Sixteen times the rate, up to 21 kHz as converters do; the ends see a step that was in no signal.
    taps = firwin(16 * 48 + 1, 1.0 / 16.0, window=("kaiser", 9.0))
    return decibels(float(np.abs(resample_poly(heard, 16, 1, axis=1, window=taps)[:, 8000:-8000]).max()))


def _dither() -> Iterator[Row]:
    tone = np.tile(1e-5 * _tone(20 * RATE), (2, 1))
    stored = np.concatenate(list(dithered([np.ascontiguousarray(tone.T, np.float32)], 16, 1))).T
    error = stored[0].astype(np.float64) - tone[0]
    level = decibels(float(np.sqrt(2.0 * np.mean(np.square(error)))))
    name = "M4 1 kHz at −100 dBFS in 16 bits: noise below a full sine"
    yield Row(name, "−93.3 ± 1 dB", f"{level:.1f} dB", abs(level + 93.3) <= 1.0)
    power = np.square(np.abs(np.fft.rfft(error.reshape(100, -1) * np.hanning(9600), axis=1))).mean(axis=0)
    above = 10.0 * float(np.log10(power[[400, 600, 800, 1000, 1400, 1800]].max() / np.median(power)))
    yield Row(
        "M4 highest harmonic over the noise", "≤ 3 dB, as chance has it", f"{above:.1f} dB", above <= 3.0
    )
