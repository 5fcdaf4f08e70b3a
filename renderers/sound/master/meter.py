"""Loudness by ITU-R BS.1770-4 and EBU R128, and true peaks, of a stream; 80 bytes of memory a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log10, pi, tan

import numpy as np

from ....store.values.array_types import F64

STEREO = (1.0, 1.0)
"""Weights of the channels; BS.1770 gives surround channels 1.41."""

# Filters that pass the stages of BS.1770-4's K weighting at any rate: corner in Hz, quality, gain in dB.
_SHELF = (1681.974450955533, 0.7071752369554196, 3.999843853973347)
_HIGHPASS = (38.13547087602444, 0.5003270373238773)
_ABSOLUTE_GATE_LUFS = -70.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """A loudness reading in LUFS and LU; -inf if nothing was above the gate."""

    integrated_lufs: float
    range_lu: float
    """Loudness range, EBU Tech 3342."""
    momentary_lufs: float
    """The loudest 0.4 s."""
    short_term_lufs: float
    """The loudest 3 s."""


class LoudnessMeter:
    """Reads blocks as they pass; the figures do not depend on how the stream is cut."""

    def __init__(self, sample_rate_hz: int, weights: Sequence[float] = STEREO) -> None:
        self._sections = k_weighting(sample_rate_hz)
        self._state = np.zeros((2, len(weights), 2))
        self._weights = np.array(weights)[:, None]
        self._step = sample_rate_hz // 10
        self._rest = np.zeros((len(weights), 0))
        self._powers: list[F64] = []

    def add(self, block: F64) -> None:
        """The next samples: (channels, n), full scale ±1."""
        from scipy.signal import sosfilt

        weighted, self._state = sosfilt(self._sections, block, axis=1, zi=self._state)
        samples = np.concatenate([self._rest, weighted], axis=1)
        whole = samples.shape[1] // self._step * self._step
        steps = np.square(samples[:, :whole]).reshape(len(self._weights), -1, self._step)
        self._powers.append(np.sum(np.mean(steps, axis=2) * self._weights, axis=0))
        self._rest = samples[:, whole:]

    def loudness(self) -> Loudness:
        """The figures of all that has passed."""
        powers = np.concatenate(self._powers) if self._powers else np.zeros(0)
        momentary, short_term = _means(powers, 4), _means(powers, 30)
        return Loudness(
            integrated_lufs=lufs(_gated_mean(momentary)),
            range_lu=_range(short_term),
            momentary_lufs=lufs(float(momentary.max(initial=0.0))),
            short_term_lufs=lufs(float(short_term.max(initial=0.0))),
        )


def lufs(power: float) -> float:
    """Loudness of a K-weighted mean power."""
    return -0.691 + 10.0 * log10(power) if power > 0.0 else -inf


def k_weighting(sample_rate_hz: int) -> F64:
    """The two stages of BS.1770-4's filter as second-order sections; at 48 kHz those printed there.

    The standard prints coefficients for 48 kHz only; these are the analogue prototypes that give them.
    """
    corner_hz, quality, gain_db = _SHELF
    k = tan(pi * corner_hz / sample_rate_hz)
    high = 10.0 ** (gain_db / 20.0)
    band = high**0.4996667741545416
    norm = 1.0 + k / quality + k * k
    shelf = [
        (high + band * k / quality + k * k) / norm,
        2.0 * (k * k - high) / norm,
        (high - band * k / quality + k * k) / norm,
        1.0,
        2.0 * (k * k - 1.0) / norm,
        (1.0 - k / quality + k * k) / norm,
    ]
    corner_hz, quality = _HIGHPASS
    k = tan(pi * corner_hz / sample_rate_hz)
    norm = 1.0 + k / quality + k * k
    highpass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / norm, (1.0 - k / quality + k * k) / norm]
    return np.array([shelf, highpass])


def _means(powers: F64, count: int) -> F64:
    """Mean power of each `count` steps in a row, every step; nothing where there are fewer."""
    if len(powers) < count:
        return np.zeros(0)
    means: F64 = np.lib.stride_tricks.sliding_window_view(powers, count).mean(axis=1)
    return means


def _gated_mean(powers: F64) -> float:
    """BS.1770-4: the mean of what is above -70 LUFS and no more than 10 LU below the mean of that."""
    loud = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return 0.0
    return float(loud[loud > loud.mean() / 10.0].mean())


def _range(powers: F64) -> float:
    """EBU Tech 3342: from the 10th to the 95th percentile of short-term loudness, gated at -20 LU."""
    loud = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return 0.0
    levels = np.sort(10.0 * np.log10(loud[loud > loud.mean() / 100.0]))
    low, high = (levels[round((len(levels) - 1) * share)] for share in (0.1, 0.95))
    return float(high - low)


def _power(loudness_lufs: float) -> float:
    return float(10.0 ** ((loudness_lufs + 0.691) / 10.0))
