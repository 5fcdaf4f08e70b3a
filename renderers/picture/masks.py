"""Masks of the layers of a picture, across the film; they add up to one in every column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...store.values.array_types import F32, F64

if TYPE_CHECKING:
    from ...compiler.plan import StreamPlan


LEAST = 1 / 40
"""The least share of a column for a layer to be painted there; with less it has none."""
WHOLE = 8 * LEAST
"""The share of a column that a layer keeps undiminished."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The whole film before it is enlarged, on which layers are.

    top_px    rows of it above the square in which a generator composes, where it is mirrored
    side_px   of that square
    """

    height_px: int
    width_px: int
    top_px: int
    side_px: int
    is_mirrored: bool

    @property
    def pixel(self) -> float:
        """The size of a pixel, where half the square's height is 1."""
        return 2.0 / self.side_px

    def axis_px(self, home: float) -> int:
        """The column before which a layer with its subject there has its mirror."""
        return min(max(round((home + 1) / 2 * self.width_px), 0), self.width_px)


def place_masks(streams: Sequence[StreamPlan], rows: Sequence[int], width_px: int) -> F32:
    """The share of each layer in each column of some frames: (layers, frames, width_px), summing to 1.

    A layer weighs its strength times e^-((x - across) / reach)², x from -1 at the left edge to 1 at the
    right. A share fades from WHOLE to nothing at LEAST: a sudden edge would show where the layer is high.
    """
    frames = list(rows)
    x = (np.arange(width_px) + 0.5) / width_px * 2.0 - 1.0
    logs = np.empty((len(streams), len(frames), width_px))
    for number, stream in enumerate(streams):
        logs[number] = np.log(stream.strength[frames].astype(np.float64))[:, None]
        if stream.reach > 0:
            away = (x - stream.across[frames].astype(np.float64)[:, None]) / stream.reach
            logs[number] -= away * away
    shares = _shares(np.exp(logs - logs.max(axis=0)))
    # In logarithms, as layers compete by factors.
    fade = (np.log((shares / LEAST).clip(1.0)) / np.log(WHOLE / LEAST)).clip(0.0, 1.0)
    shares = _shares(shares * fade * fade)
    return shares.astype(np.float32)


def columns_of(mask: F32) -> tuple[int, int]:
    """The half-open range of columns in which a layer is seen in any of its frames (n, width); or (0, 0)."""
    seen = np.flatnonzero(mask.any(axis=0))
    return (int(seen[0]), int(seen[-1]) + 1) if seen.size else (0, 0)


def _shares(weights: F64) -> F64:
    return np.asarray(weights / weights.sum(axis=0))
