"""Input of the generator: one noise vector and one set of class weights for each frame, from the notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...dsl.model.generators import LATENT_SIZE
from ...store.values.array_types import F32, F64
from ..checks.seen import CHANGE_S, SEEN_MOST, seen_at, strongest
from ..lanes.curve import Curve
from ..notes.casting import VisualNote
from ..notes.phrases import Memory
from ..recent import recent
from ..time.tempo_arrays import TempoArrays
from .envelope import Energies, class_weights_at, energies_at, mixed, strengths
from .motif_memory import Remembering, remembered_noise
from .noise_path import jitter_along, noise_at, path
from .walk import tremble

SMOOTHING_S = 0.5
"""The width of the smoothing window at `smooth: 1`."""
SMOOTHING_TAPS = 9
STREAMS_KEPT = 8
"""The number of layers of the picture that are kept from one compile to the next."""
STEP = 2.0**-20
"""A picture of 8 bits does not change by less than some hundreds of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """The latent values that the picture shows at each time.

    noise          float32 (n, dimensions), within ±2·truncation
    class_indices  int64 (k,), ascending
    class_weights  float32 (n, k), rows >= 0 with sums <= 1
    hue_deg        float32 (n,), the turn of all colours
    truncation     float32 (n,), above 0: how far the noise may go, and the statistics that suit it
    """

    noise: F32
    class_indices: NDArray[np.int64]
    class_weights: F32
    hue_deg: F32
    truncation: F32


@dataclass(frozen=True, slots=True)
class LatentLaw:
    """All inputs of the latents besides the notes; `memory` only if the picture uses it."""

    depth: Curve
    truncation: Curve
    hue_deg: Curve
    amount: Curve
    jitter: Curve
    smooth: float
    keep: int | None
    seed: int | str
    """The seed of the noise: a text for all layers of a picture but the first."""
    tempo: TempoArrays
    memory: Memory | None = None
    dimensions: int = LATENT_SIZE
    trembles: bool = False
    """Whether the noise is the tremble of a walk."""
    change_s: float = CHANGE_S
    """The time in which a class gives way to a stronger one."""
    give_way: bool = False
    """Whether notes that have ended give way to later ones before they have faded."""


def latents(notes: Sequence[VisualNote], law: LatentLaw, times_s: F64) -> Latents:
    """The latents at any times, in any order: shape (n,), seconds of the piece.

    A value depends on its time alone: not on the frame rate, what comes later, or where a passage begins.
    """
    moments_s, back = np.unique(times_s.clip(0.0), return_inverse=True)
    energies = _energies(notes, moments_s, law.smooth)
    keep = SEEN_MOST if law.keep is None else law.keep
    seen = _seen(notes, law.smooth, keep, law.change_s, law.give_way, energies, moments_s)
    weights = class_weights_at(energies, law.depth.values(moments_s), seen)
    total = energies.total
    truncation = mixed(energies.truncation, total, law.truncation.values(moments_s))
    hue_deg = mixed(energies.hue, total, law.hue_deg.values(moments_s))
    noise = _noise(notes, law, moments_s)
    noise *= truncation.astype(np.float32)[:, None]
    return Latents(
        stepped(noise)[back],
        energies.indices,
        stepped(weights)[back],
        stepped(hue_deg)[back],
        stepped(truncation)[back],
    )


def over(under: Latents, above: Latents, rows: NDArray[np.intp], share: F64) -> Latents:
    """Latents with others laid over some of their rows.

    above   the rows of the upper layer, of the same classes
    share   how much of each of them is seen, 0..1: where it is 1, nothing is left of what is below
    """
    assert np.array_equal(under.class_indices, above.class_indices)

    def mix(below: F32, top: F32) -> F32:
        seen = share.reshape(-1, *[1] * (below.ndim - 1))
        mixed_rows = below.copy()
        mixed_rows[rows] = stepped(below[rows] * (1.0 - seen) + top * seen)
        return mixed_rows

    return Latents(
        mix(under.noise, above.noise),
        under.class_indices,
        mix(under.class_weights, above.class_weights),
        mix(under.hue_deg, above.hue_deg),
        mix(under.truncation, above.truncation),
    )


def stepped(values: NDArray[np.floating]) -> F32:
    """The nearest multiples of STEP.

    The same music at another time of the piece gives the same values but for the last bits of a float; on
    these steps it gives the same, and what was rendered of it is kept. What is left of a class long after
    its note, 1e-30 and the like, is nothing.
    """
    return np.asarray(np.rint(values.astype(np.float64) / STEP) * STEP, np.float32)


def _noise(notes: Sequence[VisualNote], law: LatentLaw, moments_s: F64) -> F32:
    """The noise at ascending times, before truncation."""
    if law.trembles:
        return tremble(moments_s, law.jitter, law.seed, law.dimensions)
    if law.memory is not None:
        remembering = Remembering(law.memory, law.tempo, law.amount, law.jitter, law.seed, law.dimensions)
        return remembered_noise(notes, remembering, moments_s)
    way = path(notes, law.amount)
    latest_s = float(moments_s[-1]) if moments_s.size else 0.0
    jitter = jitter_along(way, law.jitter, 0.0, latest_s)
    return noise_at(way.length_at(moments_s), jitter, f"{law.seed}/noise", dimensions=law.dimensions)


@recent(STREAMS_KEPT)
def _seen(
    notes: Sequence[VisualNote],
    smooth: float,
    keep: int,
    change_s: float,
    give_way: bool,
    energies: Energies,
    moments_s: F64,
) -> F64 | None:
    """The visibility of each class at each moment; None if the limit on classes is not exceeded."""
    if energies.indices.size <= keep:
        return None

    def strengths_at(times_s: F64) -> F64:
        return strengths(_smoothed(notes, times_s, smooth, give_way))

    seen = seen_at(strengths_at, keep, moments_s, change_s)
    now = strengths(energies)
    # A note shorter than the steps of seen_at is missed by it.
    is_missed = (now * seen).sum(axis=1) <= 0.0
    seen[is_missed] = strongest(now[is_missed], keep)
    return seen


@recent(STREAMS_KEPT)
def _energies(notes: Sequence[VisualNote], moments_s: F64, smooth: float) -> Energies:
    """The energies that the frames show."""
    return _smoothed(notes, moments_s, smooth)


def _smoothed(notes: Sequence[VisualNote], moments_s: F64, smooth: float, give_way: bool = False) -> Energies:
    """Energies averaged over a window of raised cosine that is smooth·SMOOTHING_S wide."""
    if smooth <= 0:
        return energies_at(notes, moments_s, give_way=give_way)
    places = (np.arange(SMOOTHING_TAPS) + 1) / (SMOOTHING_TAPS + 1) - 0.5
    shares = 1.0 + np.cos(2.0 * np.pi * places)
    shares /= shares.sum()
    taps = [
        energies_at(notes, moments_s + place * smooth * SMOOTHING_S, give_way=give_way) for place in places
    ]

    def average(values: Callable[[Energies], F64]) -> F64:
        return np.asarray(sum(s * values(tap) for s, tap in zip(shares, taps, strict=True)))

    return Energies(
        looks=average(lambda tap: tap.looks),
        ranked=average(lambda tap: tap.ranked),
        shares=taps[0].shares,
        indices=taps[0].indices,
        depth=average(lambda tap: tap.depth),
        truncation=average(lambda tap: tap.truncation),
        hue=average(lambda tap: tap.hue),
    )
