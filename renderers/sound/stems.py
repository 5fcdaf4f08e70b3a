"""Stems: one source of a bus as stereo blocks at the mix's rate: synthesised, played by a program or read."""

from collections.abc import Iterator
from math import exp, pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import StemPlan
from .players import played
from .recording import recorded
from .synth import synthesised

F64 = NDArray[np.float64]

_BLOCKED_HZ = 4.0


def stem_blocks(stem: StemPlan, sample_count: int, sample_rate_hz: int, folder: Path) -> Iterator[F64]:
    """The stem without its gain: float64 (2, BLOCK), the last one shorter, sample_count samples in all.

    `folder` takes the files that other programs make. Raises PieceError, at once or while blocks come, where
    a file or a program cannot be used.
    """
    if stem.file is None and not stem.by:
        if stem.notes is None:
            raise ValueError(f"stem {stem.name} has neither notes nor a file")
        return _without_constant(synthesised(stem.notes, sample_count, sample_rate_hz), sample_rate_hz)
    file, start_s = stem_file(stem, folder, sample_rate_hz)
    lag_s = 0.0
    if stem.is_aligned:
        from .alignment import measured_lag_s

        lag_s = measured_lag_s(file, stem.reference or stem.notes or (), start_s, sample_rate_hz)
    return recorded(file, stem.file_offset_s + start_s + lag_s, sample_count, sample_rate_hz)


def stem_file(stem: StemPlan, folder: Path, sample_rate_hz: int) -> tuple[Path, float]:
    """The audio file of a stem, and where in it second 0 of the piece would be if it were on time."""
    if stem.file is not None:
        return stem.file, 0.0
    return played(stem, folder, sample_rate_hz)


def _without_constant(blocks: Iterator[F64], sample_rate_hz: int) -> Iterator[F64]:
    """A first-order highpass: a mode that starts as a sine pushes to one side, which nothing radiates."""
    from scipy.signal import lfilter

    state = np.zeros((2, 1))
    for block in blocks:
        radiated, state = lfilter(
            [1.0, -1.0], [1.0, -exp(-2.0 * pi * _BLOCKED_HZ / sample_rate_hz)], block, axis=1, zi=state
        )
        yield radiated
