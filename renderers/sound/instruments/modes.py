"""Modes: a struck body as a sum of decaying sinusoids (modal synthesis).

A sample of a mode is the power of a complex number, z^n with n = 64·i + j = z^(64·i)·z^j, so a chunk of all
modes is one small matrix product instead of a recursion: exact at any index, and fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import C128, F64
from .voice import CHUNK, FLOOR, audible, let_go, raised_cosine, release_end_s

_COLUMNS = 64
_ROWS = CHUNK // _COLUMNS

# Products of this inner size stay on one thread of any BLAS, so the sum has one order on every machine.
_GROUP = 16


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """Decaying sinusoids from one stroke; made by `ringing`."""

    rows: C128
    """(modes, _ROWS): the amplitude times z^(64·i)."""
    columns: F64
    """(modes, 2, _COLUMNS): imaginary and real part of z^j."""
    poles: C128
    """(modes,): the logarithm of z."""
    ends: NDArray[np.int64]
    """(modes,): the sample from which a mode is inaudible, falling."""
    onset: F64
    sample_count: int
    release_s: float | None
    damper_s: float
    sample_rate_hz: int

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (CHUNK,)."""
        first = index * CHUNK
        alive = int(np.count_nonzero(self.ends > first))
        rows = self.rows[:alive] * np.exp(self.poles[:alive] * first)[:, None]
        out = np.zeros((_ROWS, _COLUMNS))
        for start in range(0, alive, _GROUP):
            some = rows[start : start + _GROUP]
            left = np.concatenate([some.real, some.imag]).T
            out += left @ self.columns[start : min(alive, start + _GROUP)].transpose(1, 0, 2).reshape(
                -1, _COLUMNS
            )
        samples: F64 = out.reshape(-1)
        if index == 0:
            samples[: len(self.onset)] *= self.onset
        if self.release_s is not None and (first + CHUNK) > self.release_s * self.sample_rate_hz:
            times_s = np.arange(first, first + CHUNK) / self.sample_rate_hz
            samples *= let_go(times_s, self.release_s, self.damper_s)
        return samples


def ringing(
    frequencies_hz: Sequence[float] | F64,
    amplitudes: Sequence[float] | F64,
    decays_s: Sequence[float] | F64,
    onset_s: float,
    sample_rate_hz: int,
    release_s: float | None = None,
    damper_s: float = 0.1,
    phases: F64 | None = None,
) -> Modes:
    """Modes that ring from one stroke.

    decays_s      the time in which each falls by 60 dB
    onset_s       how long the stroke lasts: the sound rises smoothly over it
    release_s     when a damper touches the body; None lets it ring
    damper_s      how fast the damper acts, by e
    phases        radians; None starts every mode as a sine
    """
    frequency = np.asarray(frequencies_hz, np.float64)
    amplitude = np.asarray(amplitudes, np.float64) * audible(frequency, sample_rate_hz)
    tau = np.asarray(decays_s, np.float64) / np.log(1000.0)
    keep = np.abs(amplitude) > FLOOR
    ends = np.where(keep, np.log(np.maximum(np.abs(amplitude), FLOOR) / FLOOR) * tau * sample_rate_hz, 0.0)
    order = np.argsort(-ends, kind="stable")[: int(np.count_nonzero(keep))]
    poles: C128 = (-1.0 / tau[order] + 2j * np.pi * frequency[order]) / sample_rate_hz
    start = amplitude[order].astype(np.complex128)
    if phases is not None:
        start *= np.exp(1j * phases[order])
    powers = np.exp(poles[:, None] * np.arange(_COLUMNS))
    sample_count = int(ends[order[0]]) + 1 if len(order) else 0
    if release_s is not None:
        sample_count = min(sample_count, int(release_end_s(release_s, damper_s) * sample_rate_hz) + 1)
    return Modes(
        rows=start[:, None] * np.exp(poles[:, None] * (_COLUMNS * np.arange(_ROWS))),
        columns=np.stack([powers.imag, powers.real], axis=1),
        poles=poles,
        ends=ends[order].astype(np.int64),
        onset=raised_cosine(max(1, min(CHUNK, round(onset_s * sample_rate_hz)))),
        sample_count=sample_count,
        release_s=release_s,
        damper_s=damper_s,
        sample_rate_hz=sample_rate_hz,
    )
