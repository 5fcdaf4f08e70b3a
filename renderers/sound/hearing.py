"""Hearing: by how much, and how much earlier, one ear hears a stereo sound than the other."""

import numpy as np
from numpy.typing import NDArray

from ...store.values.array_types import F64

Band = tuple[float, float]

LONGEST_S = 1.2e-3
"""No head is wider."""
_FINER = 4


def octave(hz: float) -> Band:
    """The band of an octave around a frequency."""
    return hz / np.sqrt(2.0), hz * np.sqrt(2.0)


def level_difference_db(sound: F64, sample_rate_hz: int, band: Band) -> float:
    """The level of a band in the right ear relative to the left, in dB: sound (2, n)."""
    power = np.sum(np.abs(_banded(sound, sample_rate_hz, band)) ** 2, axis=1)
    return float(10.0 * np.log10(power[1] / power[0]))


def time_difference_s(sound: F64, sample_rate_hz: int, band: Band) -> float:
    """The time by which a band arrives earlier in the right ear: the lag of the highest cross-correlation."""
    left, right = _banded(sound, sample_rate_hz, band)
    count = 2 * (left.size - 1)
    correlation = np.fft.irfft(left * right.conj(), count * _FINER)
    reach = int(LONGEST_S * sample_rate_hz * _FINER)
    near = np.concatenate([correlation[-reach:], correlation[: reach + 1]])
    best = int(np.argmax(near[1:-1])) + 1
    before, here, after = near[best - 1 : best + 2]
    bend = before - 2.0 * here + after
    within = 0.5 * (before - after) / bend if bend else 0.0
    return float((best - reach + within) / (sample_rate_hz * _FINER))


def _banded(sound: F64, sample_rate_hz: int, band: Band) -> NDArray[np.complex128]:
    """The spectrum of a band, its ends padded so that the ears' shift does not come round."""
    count = 1 << (sound.shape[1] + int(2.0 * LONGEST_S * sample_rate_hz)).bit_length()
    spectrum = np.fft.rfft(sound, count)
    hz = np.fft.rfftfreq(count, 1.0 / sample_rate_hz)
    spectrum[:, (hz < band[0]) | (hz >= band[1])] = 0.0
    return np.asarray(spectrum, np.complex128)
