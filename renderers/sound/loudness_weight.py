"""Loudness weight: how much each frequency of pink noise counts for its loudness (ITU-R BS.1770-4)."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

# The two stages of the K-weighting at 48 kHz, BS.1770-4 tables 1 and 2: numerators and denominators.
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_TABLED_HZ = 48_000


def pink_weights(sample_rate_hz: int, count: int = 400) -> tuple[F64, F64]:
    """Frequencies in equal ratios from 20 Hz to 20 kHz (or 45 % of the rate), and their shares, of sum 1."""
    hz = np.geomspace(20.0, min(20_000.0, 0.45 * sample_rate_hz), count)
    # In equal ratios, each step of pink noise has the same power.
    weights = k_gain(hz) ** 2
    return hz, weights / weights.sum()


def k_gain(hz: F64) -> F64:
    """The gain of the K-weighting at each frequency below 24 kHz."""
    z = np.exp(-2j * np.pi * hz / _TABLED_HZ)
    gain = np.ones(hz.shape)
    for above, below in (_SHELF, _HIGH_PASS):
        gain *= np.abs(np.polyval(above[::-1], z) / np.polyval(below[::-1], z))
    return gain
