"""Spectra in bands, frame by frame: 50 frames a second, frame n exactly at n/50 s, in bounded memory."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.sparse import csr_matrix

from ....store.values.array_types import F32
from .decode import RATE_HZ

HOP = 441
FPS = RATE_HZ // HOP
_BLOCK = 512


def frame_count(samples: F32, hop: int = HOP) -> int:
    """The number of frames of a recording; the last begins at or before its end."""
    return 1 + len(samples) // hop


def magnitudes(samples: F32, size: int, hop: int = HOP, every: int = 1) -> Iterator[F32]:
    """Blocks (n, size/2 + 1) of magnitudes: a Hann window of `size` samples around each frame.

    every   only each so-manieth frame
    """
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    count = frame_count(samples, hop)
    padded = np.pad(samples, (size // 2, size // 2 + hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[: count * hop : hop * every]
    for first in range(0, len(frames), _BLOCK):
        yield np.abs(rfft(frames[first : first + _BLOCK] * window, axis=1, workers=1)).astype(np.float32)


def banded(
    samples: F32,
    size: int,
    bank: csr_matrix,
    hop: int = HOP,
    shaped: Callable[[F32], F32] | None = None,
) -> F32:
    """(frames, bands): the magnitudes, shaped, through a bank of filters (bands, size/2 + 1)."""
    parts = [
        bank.dot((block if shaped is None else shaped(block)).T).T for block in magnitudes(samples, size, hop)
    ]
    return np.ascontiguousarray(np.concatenate(parts), np.float32)


def log_bank(
    size: int, per_octave: int, low_hz: float, high_hz: float
) -> tuple[csr_matrix, NDArray[np.float64]]:
    """Triangular filters, so many to an octave, each of sum 1, and their centres in Hz.

    Filters that are narrower than a bin have the nearest bin alone; of several with one bin, the first stays.
    """
    bins_hz = np.fft.rfftfreq(size, 1.0 / RATE_HZ)
    count = int(np.log2(high_hz / low_hz) * per_octave) + 2
    edges = low_hz * 2.0 ** (np.arange(count) / per_octave)
    rows: list[NDArray[np.float64]] = []
    centres: list[float] = []
    for low, centre, high in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
        row = np.clip(
            np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)), 0.0, None
        )
        if not row.any():
            row[np.argmin(np.abs(bins_hz - centre))] = 1.0
        row /= row.sum()
        if not rows or (row != rows[-1]).any():
            rows.append(row)
            centres.append(centre)
    return csr_matrix(np.array(rows, np.float32)), np.array(centres)
