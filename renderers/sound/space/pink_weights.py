"""Loudness weight: how much each frequency of pink noise counts for its loudness (ITU-R BS.1770-4)."""

import numpy as np

from ....store.values.array_types import F64
from ..master.meter import k_weighting


def pink_weights(sample_rate_hz: int, count: int = 400) -> tuple[F64, F64]:
    """Frequencies in equal ratios from 20 Hz to 20 kHz (or 45 % of the rate), and their shares, of sum 1."""
    hz = np.geomspace(20.0, min(20_000.0, 0.45 * sample_rate_hz), count)
    # In equal ratios, each step of pink noise has the same power.
    weights = k_gain(hz, sample_rate_hz) ** 2
    return hz, weights / weights.sum()


def k_gain(hz: F64, sample_rate_hz: int) -> F64:
    """The gain of the K-weighting at each frequency."""
    z = np.exp(-2j * np.pi * hz / sample_rate_hz)
    gain = np.ones(hz.shape)
    for section in k_weighting(sample_rate_hz):
        gain *= np.abs(np.polyval(section[2::-1], z) / np.polyval(section[:2:-1], z))
    return gain
