"""A look-ahead limiter: a linear-phase gain that holds true peaks at a ceiling.

    env[n]  the largest magnitude of either channel within half a sample of n, at four times the rate
    g       = min(1, C / env)
    f       = Hann(241) * min(241)(g),  s = Hann(7681) * min(7681)(g),  at 48 kHz: 2.5 and 80 ms to each side
    G       = (f + s) / 2

Every value that a window averages is a minimum over a stretch that holds n, so G <= g: no sample of the
result is above the ceiling. Between samples what is left is the error of the fourfold grid, for which C is
0.07 dB lower than the ceiling.
"""

from functools import cache

import numpy as np

from ....store.values.array_types import F64

HEADROOM_DB = 0.07
_FAST_S, _SLOW_S = 0.0025, 0.080


def context(sample_rate_hz: int) -> int:
    """Samples on each side that the gain of a sample depends on: 160 ms."""
    return 2 * _half(_SLOW_S, sample_rate_hz)


def limiter_gain(envelope: F64, ceiling: float, sample_rate_hz: int) -> F64:
    """The gain of n samples from the envelope (n + 2·context,) around them; 1 where nothing is too high.

    Beyond the ends of a sound its first and last value of the envelope are repeated.
    """
    reach = context(sample_rate_hz)
    count = len(envelope) - 2 * reach
    if not len(envelope) or envelope.max() <= ceiling:
        return np.ones(count)
    plain = np.minimum(1.0, ceiling / np.maximum(envelope, 1e-30))
    gain: F64 = 0.5 * sum(
        (_smoothed(plain, _half(width_s, sample_rate_hz), reach) for width_s in (_FAST_S, _SLOW_S)),
        np.zeros(count),
    )
    # A mean of values up to g is at most g, but its rounding may not be.
    held: F64 = np.minimum(gain, plain[reach : reach + count])
    return held


def _smoothed(plain: F64, half: int, reach: int) -> F64:
    """Hann of a running minimum, both 2·half + 1 long, without the context."""
    from scipy.ndimage import minimum_filter1d
    from scipy.signal import oaconvolve

    lowest = minimum_filter1d(plain, 2 * half + 1, mode="nearest")
    # minimum_filter1d extrapolates beyond the ends; only values unaffected by them are used.
    inner = lowest[reach - half : len(plain) - reach + half]
    smoothed: F64 = oaconvolve(inner, _hann(half), mode="valid")
    return smoothed


@cache
def _hann(half: int) -> F64:
    """A Hann window of 2·half + 1 values without its zeros, sum 1."""
    n = np.arange(1, 2 * half + 2)
    window: F64 = 0.5 - 0.5 * np.cos(2.0 * np.pi * n / (2 * half + 2))
    normed: F64 = window / window.sum()
    return normed


def _half(width_s: float, sample_rate_hz: int) -> int:
    return round(width_s * sample_rate_hz)
