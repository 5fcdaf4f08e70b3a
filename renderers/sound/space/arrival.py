"""Arrival: when the sound of a direction reaches each ear of a measured head, as a smooth function.

A polynomial of degree 8 over the sphere: on the horizon it is a Fourier series of order 8. It is fitted to
the onsets, and weakly to Woodworth's sphere, which says what holds where nothing was measured.
"""

from dataclasses import dataclass

import numpy as np

from ....store.values.array_types import F64
from .head import lateness_s
from .mesh import fibonacci

DEGREE = 8
_FINER = 16
_THRESHOLD = 0.1
"""−20 dB below its peak a response has begun."""
_MODEL_WEIGHT = 0.05
# Coefficients are rounded to this, in samples, so that no library's order of adding reaches the sound.
_GRAIN = 2.0**-24


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """The polynomial.

    coefficients   float64 (2 ears, 2, DEGREE + 1, DEGREE + 1): by power of front (0, 1), of up, of right
    origin         after so many samples the responses of the front begin
    """

    coefficients: F64
    origin: float

    def samples(self, directions: F64) -> F64:
        """The delay at each ear relative to a source in front: directions (n, 3) to (n, 2), in samples."""
        right, front, up = directions.T
        out = np.empty((len(directions), 2))
        is_level = not up.any()
        for ear in range(2):
            sides = []
            for rows in self.coefficients[ear]:
                value = np.zeros(len(directions))
                for row in rows[:1] if is_level else rows[::-1]:
                    inner = np.full(len(directions), row[DEGREE])
                    for coefficient in row[-2::-1]:
                        inner *= right
                        inner += coefficient
                    value = inner if is_level else value * up + inner
                sides.append(value)
            out[:, ear] = sides[0] + front * sides[1]
        return out


def onsets(responses: F64) -> F64:
    """The onset of each response (m, 2, n), in samples: (m, 2)."""
    count, ears, taps = responses.shape
    found = np.empty((count, ears))
    for k in range(0, count, 64):
        spectrum = np.fft.rfft(responses[k : k + 64], 2 * taps)
        finer = np.abs(np.fft.irfft(spectrum, 2 * taps * _FINER)[:, :, : taps * _FINER])
        loud = finer >= _THRESHOLD * finer.max(axis=2, keepdims=True)
        found[k : k + 64] = loud.argmax(axis=2) / _FINER
    return found


def arrival_of(directions: F64, begun: F64, sample_rate_hz: int) -> Arrival:
    """The fit to onsets (m, 2) in samples."""
    model = _model(directions, sample_rate_hz)
    origin = float(np.round(np.mean(begun - model), 6))
    everywhere = fibonacci(300)
    basis = np.concatenate([_basis(directions), _basis(everywhere)])
    wanted = np.concatenate([begun - origin, _model(everywhere, sample_rate_hz)])
    share = _MODEL_WEIGHT * np.sqrt(len(directions) / len(everywhere))
    weights = np.concatenate([np.ones(len(directions)), np.full(len(everywhere), share)])[:, None]
    solved = np.linalg.lstsq(basis * weights, wanted * weights, rcond=1e-10)[0]
    coefficients = np.zeros((2, 2, DEGREE + 1, DEGREE + 1))
    for row, (front, up, right) in zip(solved, _powers(), strict=True):
        coefficients[:, front, up, right] = np.round(row / _GRAIN) * _GRAIN
    # What comes from the front comes at once.
    ahead = float(Arrival(coefficients, origin).samples(np.array([[0.0, 1.0, 0.0]])).mean())
    coefficients[:, 0, 0, 0] -= ahead
    return Arrival(coefficients, origin + ahead)


def _model(directions: F64, sample_rate_hz: int) -> F64:
    right = np.clip(directions[:, 0], -1.0, 1.0)
    return np.stack([lateness_s(-right), lateness_s(right)], axis=1) * sample_rate_hz


def _powers() -> list[tuple[int, int, int]]:
    """Powers of front, up and right: front at most once, as front² = 1 − up² − right²."""
    return [
        (front, up, right)
        for front in (0, 1)
        for up in range(DEGREE + 1 - front)
        for right in range(DEGREE + 1 - front - up)
    ]


def _basis(directions: F64) -> F64:
    right, front, up = directions.T
    return np.stack([front**a * up**b * right**c for a, b, c in _powers()], axis=1)
