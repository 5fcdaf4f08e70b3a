"""Chroma: how strong each pitch class is, 50 times a second."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import find_peaks
from scipy.sparse import csr_matrix

from ....store.values.array_types import F32, F64
from .decode import RATE_HZ
from .spectra import HOP, banded, magnitudes

SIZE = 8192
LOWEST, HIGHEST = 45, 96
"""MIDI pitches that are looked at."""
WIDTH = 0.25
"""Width of a pitch's filter, in semitones."""
_MIDDLE, _SPREAD = 66.0, 18.0
_NEIGHBOURS = 9
_TUNED_EVERY = 20


def chroma(samples: F32, hop: int = HOP) -> F32:
    """float32 (frames, 12), from C, >= 0, in no particular unit.

    Magnitudes are compressed by a square root; what is not above its nine neighbours is not a tone.
    """
    tuning = tuning_of(samples)
    pitches = _pitches() - tuning
    numbers = np.arange(LOWEST, HIGHEST + 1)
    filters = np.exp(-0.5 * np.square((pitches[None, :] - numbers[:, None]) / WIDTH))
    filters[filters < 1e-4] = 0.0
    filters *= np.exp(-0.5 * np.square((numbers - _MIDDLE) / _SPREAD))[:, None]
    filters /= filters.sum(axis=1, keepdims=True) + 1e-9
    root: Callable[[F32], F32] = np.sqrt
    levels = banded(samples, SIZE, csr_matrix(filters.astype(np.float32)), hop, root)
    tones = np.maximum(0.0, levels - median_filter(levels, size=(1, _NEIGHBOURS)))
    found = np.zeros((len(tones), 12), np.float32)
    for column, pitch in enumerate(numbers):
        found[:, pitch % 12] += tones[:, column]
    return found


def tuning_of(samples: F32) -> float:
    """The tuning above 440 Hz in semitones, -0.5..0.5: the mean deviation of the spectral peaks."""
    total, count = np.zeros(SIZE // 2 + 1), 0
    for block in magnitudes(samples, SIZE, every=_TUNED_EVERY):
        total += block.sum(axis=0, dtype=np.float64)
        count += len(block)
    mean = total / max(count, 1)
    pitches = _pitches()
    peaks, _ = find_peaks(mean, height=np.percentile(mean, 80))
    peaks = peaks[(pitches[peaks] > LOWEST) & (pitches[peaks] < HIGHEST)]
    if not len(peaks):
        return 0.0
    off = pitches[peaks] - np.round(pitches[peaks])
    return float(np.angle((mean[peaks] * np.exp(2j * np.pi * off)).sum()) / (2.0 * np.pi))


def _pitches() -> F64:
    """The MIDI pitch of each bin, with fractions."""
    bins_hz = np.fft.rfftfreq(SIZE, 1.0 / RATE_HZ)
    return np.asarray(69.0 + 12.0 * np.log2(np.maximum(bins_hz, 1e-3) / 440.0))
