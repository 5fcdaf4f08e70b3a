"""Farrow: a delay of any fraction of a sample that may move with every sample.

Between two samples the value is a windowed sinc of 24 taps, each tap a polynomial of the fraction; so a block
passes through seven fixed filters, and each sample is the polynomial of what comes out of them (C. W. Farrow
1988). The polynomials are fitted by least squares under two constraints: at the fractions 0 and 1 the filter
is one sample and nothing else. Without them a delay of 0 is true to −93 dB, with them to rounding.
"""

from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly
from numpy.typing import NDArray

from ....store.values.array_types import F64

TAPS = 24
DEGREE = 6
REACH = 96
"""The samples before and after a sample that may be needed, including the filter's own."""
FARTHEST = REACH - TAPS // 2 - 1
"""The longest delay or advance in samples."""
_KAISER_BETA = 9.5
_NODES = 256
# Few runs of one whole delay are read as slices, many as a gather: a run costs as much as 100 samples.
_SAMPLES_A_RUN = 128


@cache
def coefficients() -> F64:
    """The taps as polynomials of z = 2f − 1: float64 (DEGREE + 1, TAPS); tap k weighs sample i + k − 11.

    The same bits on every run and with any number of threads: nothing here goes through a linear-algebra
    library, as Chebyshev polynomials are orthogonal over Chebyshev nodes.
    """
    angles = (np.arange(_NODES) + 0.5) * (np.pi / _NODES)
    z = np.cos(angles)
    basis = np.cos(np.arange(DEGREE + 1)[:, None] * angles)
    weights = np.sum(basis * basis, axis=1)
    wanted = _windowed_sinc((z + 1.0) / 2.0)
    fitted = np.stack([np.sum(basis * tap, axis=1) for tap in wanted], axis=1) / weights[:, None]
    # Σ c_j T_j(±1): the even ones give half the sum of both ends, the odd ones half their difference.
    at_zero, at_one = np.zeros((2, TAPS))
    at_zero[TAPS // 2 - 1] = at_one[TAPS // 2] = 1.0
    for first, end in ((0, (at_one + at_zero) / 2.0), (1, (at_one - at_zero) / 2.0)):
        shares = 1.0 / weights[first::2]
        missing = end - fitted[first::2].sum(axis=0)
        fitted[first::2] += shares[:, None] / shares.sum() * missing
    powers = np.zeros((DEGREE + 1, TAPS))
    for k in range(TAPS):
        powers[:, k] = cheb2poly(fitted[:, k])
    # A window that is its own mirror makes filters that are, or are their negatives; here to the last bit.
    signs = (-1.0) ** np.arange(DEGREE + 1)
    return np.asarray((powers + signs[:, None] * powers[:, ::-1]) / 2.0)


def split(delay: F64) -> tuple[NDArray[np.int64], F64]:
    """Whole samples ahead and the fraction f of a delay in samples, (n,), from −delay alone.

    Taken from n − delay, the rounding would depend on the place of the sample in its block.
    """
    whole = np.floor(-delay)
    return whole.astype(np.int64), -delay - whole


def bank(samples: F64) -> F64:
    """The seven filters over (m + TAPS − 1,) samples: float64 (DEGREE + 1, m)."""
    half = TAPS // 2
    count = samples.size - TAPS + 1
    even = coefficients()[0::2, :half, None]
    odd = coefficients()[1::2, :half, None]
    out = np.zeros((DEGREE + 1, count))
    scratch = np.empty((len(even), count))
    for k in range(half):
        near, far = samples[k : k + count], samples[TAPS - 1 - k : TAPS - 1 - k + count]
        out[0::2] += np.multiply(even[:, k], near + far, out=scratch)
        out[1::2] += np.multiply(odd[:, k], near - far, out=scratch[: len(odd)])
    return out


def between(filtered: F64, starts: NDArray[np.int64], z: F64) -> F64:
    """The polynomial of each sample: filtered (DEGREE + 1, m), starts (n,) columns, z (n,) in −1..1."""
    changes = np.flatnonzero(np.diff(starts - np.arange(starts.size))) + 1
    if changes.size * _SAMPLES_A_RUN > starts.size:
        return _horner([row.take(starts) for row in filtered], z)
    out = np.empty(z.size)
    begin = 0
    for end in (*changes.tolist(), z.size):
        first = int(starts[begin])
        out[begin:end] = _horner([row[first : first + end - begin] for row in filtered], z[begin:end])
        begin = end
    return out


def _horner(rows: list[F64], z: F64) -> F64:
    value = rows[-1] * z
    for row in rows[-2:0:-1]:
        value += row
        value *= z
    value += rows[0]
    return value


def _windowed_sinc(fraction: F64) -> F64:
    """The taps at each fraction, (TAPS, n), each set with the sum 1."""
    half = TAPS / 2.0
    away = np.arange(TAPS)[:, None] - (half - 1.0) - fraction
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1.0 - (away / half) ** 2, 0.0)))
    taps = np.sinc(away) * window
    return np.asarray(taps / taps.sum(axis=0))
