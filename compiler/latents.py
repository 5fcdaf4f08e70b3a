"""What the generator is fed: one noise vector and one set of class weights for each frame, from the notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .curve import Curve
from .envelope import Energies, class_weights_at, energies_at, mixed
from .motion import noise_at, path
from .rules import VisualNote

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

SMOOTHING_S = 0.5
"""The width of the smoothing window at `smooth: 1`."""
SMOOTHING_TAPS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """What the picture shows at each time.

    noise          float32 (n, 128), within ±2·truncation
    class_indices  int64 (k,), ascending
    class_weights  float32 (n, k), rows >= 0 with sums <= 1
    """

    noise: F32
    class_indices: NDArray[np.int64]
    class_weights: F32


@dataclass(frozen=True, slots=True)
class LatentLaw:
    """All that the latents depend on beside the notes."""

    depth: Curve
    truncation: Curve
    amount: Curve
    jitter: float
    smooth: float
    keep: int | None
    seed: int


def latents(notes: Sequence[VisualNote], law: LatentLaw, times_s: F64) -> Latents:
    """The latents at any times, in any order: shape (n,), seconds of the piece.

    A value depends on its time alone: not on the frame rate, what comes later, or where a passage begins.
    """
    moments_s, back = np.unique(times_s.clip(0.0), return_inverse=True)
    energies = _smoothed(notes, moments_s, law.smooth)
    weights = class_weights_at(energies, law.depth.values(moments_s), law.keep)
    total = energies.classes.sum(axis=1)
    truncation = mixed(energies.truncation, total, law.truncation.values(moments_s))
    noise = noise_at(path(notes, law.amount).length_at(moments_s), law.jitter, law.seed)
    noise *= truncation.astype(np.float32)[:, None]
    return Latents(noise[back], energies.indices, weights.astype(np.float32)[back])


def _smoothed(notes: Sequence[VisualNote], moments_s: F64, smooth: float) -> Energies:
    """Energies averaged over a window of raised cosine that is smooth·SMOOTHING_S wide."""
    if smooth <= 0:
        return energies_at(notes, moments_s)
    places = (np.arange(SMOOTHING_TAPS) + 1) / (SMOOTHING_TAPS + 1) - 0.5
    shares = 1.0 + np.cos(2.0 * np.pi * places)
    shares /= shares.sum()
    taps = [energies_at(notes, moments_s + place * smooth * SMOOTHING_S) for place in places]
    return Energies(
        sum(s * t.classes for s, t in zip(shares, taps, strict=True)),
        taps[0].indices,
        sum(s * t.depth for s, t in zip(shares, taps, strict=True)),
        sum(s * t.truncation for s, t in zip(shares, taps, strict=True)),
    )
