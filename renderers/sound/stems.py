"""Stems: one source of a bus as stereo blocks at the mix's rate: synthesised, or read from a file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import StemPlan
from .recording import recorded
from .synth import synthesised

F64 = NDArray[np.float64]


def stem_blocks(stem: StemPlan, sample_count: int, sample_rate_hz: int, folder: Path) -> Iterator[F64]:
    """The stem without its gain: float64 (2, BLOCK), the last one shorter, sample_count samples in all.

    Raises PieceError, at once or while blocks come, where a file cannot be used.
    """
    if stem.file is not None:
        return recorded(stem.file, stem.file_offset_s, sample_count, sample_rate_hz)
    if stem.notes is None:
        raise ValueError(f"stem {stem.name} has neither notes nor a file")
    return synthesised(stem.notes, sample_count, sample_rate_hz)
