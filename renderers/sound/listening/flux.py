"""Spectral flux: how much louder the bands become from frame to frame; onsets are its peaks.

Böck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013: each band is compared
with the loudest of its neighbours two frames before, so that vibrato is not taken for onsets.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter, uniform_filter1d

from ....store.values.array_types import F32, F64
from .spectra import FPS, banded, log_bank

SIZE = 2048
PER_OCTAVE, LOW_HZ, HIGH_HZ = 24, 30.0, 10_000.0
LAG = 2
BASS_HZ = 150.0
ONSET_ABOVE_MEAN, ONSET_ABOVE = 0.015, 0.02
"""The height of an onset above the mean around it, and above that share of the loudest."""
ONSETS_APART = 3


@dataclass(frozen=True, slots=True, eq=False)
class Flux:
    """The rise of all bands, and of those below BASS_HZ: float64 (frames,)."""

    whole: F64
    bass: F64


def flux(samples: F32) -> Flux:
    """The flux of a recording at RATE_HZ."""
    bank, centres_hz = log_bank(SIZE, PER_OCTAVE, LOW_HZ, HIGH_HZ)
    levels = np.log1p(banded(samples, SIZE, bank))
    before = maximum_filter(levels, size=(1, 3))
    rise = np.zeros_like(levels)
    rise[LAG:] = np.maximum(0.0, levels[LAG:] - before[:-LAG])
    return Flux(
        rise.sum(axis=1, dtype=np.float64), rise[:, centres_hz < BASS_HZ].sum(axis=1, dtype=np.float64)
    )


def onsets(rise: F64) -> NDArray[np.int64]:
    """The frames at which something begins, ascending."""
    level = rise / (np.percentile(rise, 99) + 1e-9)
    peaks = np.flatnonzero(
        (level == maximum_filter(level, size=5))
        & (level > uniform_filter1d(level, size=17) + ONSET_ABOVE_MEAN)
        & (level > ONSET_ABOVE)
    )
    found: list[int] = []
    for peak in peaks.tolist():
        if not found or peak - found[-1] >= ONSETS_APART:
            found.append(peak)
    return np.array(found, np.int64)


def activation(rise: F64) -> F64:
    """The beat activation of each frame, 0..1: the spectral flux relative to its surroundings."""
    level = rise / (np.percentile(rise, 98) + 1e-9)
    level = level / (gaussian_filter1d(level, FPS * 4.0) * 3.0 + 0.35)
    return np.asarray(np.clip(level / (np.percentile(level, 99) + 1e-9), 0.0, 1.0))


def refined(rise: F64, frame: int) -> float:
    """The place of a peak between the frames: the top of a parabola through it and its neighbours."""
    if not 0 < frame < len(rise) - 1:
        return float(frame)
    before, at, after = rise[frame - 1 : frame + 2]
    bend = before - 2.0 * at + after
    if bend >= 0.0 or at < before or at < after:
        return float(frame)
    return float(frame + 0.5 * (before - after) / bend)
