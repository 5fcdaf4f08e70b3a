"""Envelopes of classes: a note raises its classes, holds them with the key and lets them go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...store.values.array_types import F64
from ..notes.casting import VisualNote
from ..notes.class_keys import Weights
from .limits import LEAD_MOST_S

FADING_S = 2.2
"""A held note fades with this time constant..."""
HELD_SHARE = 0.35
"""...to this share, which it keeps while the key is down."""
RELEASE_FALL = 4.0
"""A release falls as exp(-RELEASE_FALL·x) does, x its way from 0 to 1, lowered so that it ends at nothing."""
EMPHASIS = 1.6
"""The exponent for energies of simultaneous notes: loud ones stand out."""
STRENGTH_FULL = 0.25
"""From this energy of the loudest class on, the classes fill the whole depth; below it they thin out."""
FORMER = 0.01
"""The share of its rank that a note keeps in a layer once it has ended and a later one is there."""
TOGETHER_S = 0.03
"""Notes that begin within this time begin together: neither is the later one."""
FAINTEST = 0.05
"""The energy below which a note's own values (depth, truncation, hue) act in proportion to it."""
PIECES = 1 << 20
"""Number of values (notes times frames) that are computed at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Energies:
    """The energies of what sounds at each time. Notes with the same classes in the same shares have one
    look.

    looks        float64 (n, m), the energy of each look
    ranked       the same, raised and lowered by the layers of the notes, and lowered for notes that have
                 given way to later ones: what looks compete with
    shares       float64 (m, k), the share of each class of `indices` in each look
    indices      int64 (k,), ascending
    depth        float64 (n, 2): energy under a depth of its own, and that energy times its depth
    truncation   the same for truncation
    hue          the same for hue
    """

    looks: F64
    ranked: F64
    shares: F64
    indices: NDArray[np.int64]
    depth: F64
    truncation: F64
    hue: F64

    @property
    def total(self) -> F64:
        """The energy of all looks, shape (n,)."""
        return np.asarray(self.looks.sum(axis=1))


def note_envelope(since_s: F64, held_s: F64, attack_s: F64, release_s: F64) -> F64:
    """The level of a note, 0..1, `since_s` after its onset; all of shape (n,), since_s of any sign.

    It rises smoothly for attack_s, is all there at the onset, and fades slowly while the key is held.
    From then on it falls for release_s, steeply first, to nothing at its end.
    """
    risen_s = since_s + lead_of(attack_s)
    rise = np.where(attack_s > 0, risen_s / np.maximum(attack_s, 1e-9), 1.0).clip(0.0, 1.0)
    fade = HELD_SHARE + (1.0 - HELD_SHARE) * np.exp(-np.maximum(since_s, 0.0) / FADING_S)
    gone = np.maximum(since_s - held_s, 0.0) / np.maximum(release_s, 1e-9)
    floor = np.exp(-RELEASE_FALL)
    release = ((np.exp(-RELEASE_FALL * gone) - floor) / (1.0 - floor)).clip(0.0)
    level = rise * rise * (3.0 - 2.0 * rise) * fade * release
    return np.where(risen_s < 0, 0.0, level)


def lead_of(attack_s: F64) -> F64:
    """The time before its onset at which a note begins to be visible."""
    return np.minimum(attack_s, LEAD_MOST_S)


def energies_at(notes: Sequence[VisualNote], times_s: F64, *, give_way: bool = False) -> Energies:
    """The energies at ascending times, shape (n,), in seconds of the piece.

    give_way   whether notes that have ended rank behind later ones: see given_way_s
    """
    shown = [note for note in notes if note.classes]
    ways_s = given_way_s(shown) if give_way else np.full(len(shown), np.inf)
    playing: dict[Weights, list[int]] = {}
    for i, note in enumerate(shown):
        playing.setdefault(tuple(sorted(note.classes)), []).append(i)
    mixtures = sorted(playing)
    indices = sorted({index for mixture in mixtures for index, _ in mixture})
    column = {index: i for i, index in enumerate(indices)}
    shares = np.zeros((len(mixtures), len(indices)))
    looks = np.zeros((times_s.size, len(mixtures)))
    is_ranked = give_way or any(note.layer for note in notes)
    ranked = np.zeros_like(looks) if is_ranked else looks
    for row, mixture in enumerate(mixtures):
        players = [shown[i] for i in playing[mixture]]
        for index, share in mixture:
            shares[row, column[index]] += share
        _add(players, np.ones(len(players)), times_s, looks[:, row])
        if is_ranked:
            # The emphasis makes of this factor of energies one of 2 in the weights for each layer.
            raised = np.array([2.0 ** (note.layer / EMPHASIS) for note in players])
            _add(players, raised, times_s, ranked[:, row], ways_s[playing[mixture]])
    own: list[F64] = []
    for name in ("depth", "truncation", "hue_deg"):
        into = np.zeros((times_s.size, 2))
        bringing = [note for note in shown if getattr(note, name) is not None]
        _add(bringing, np.ones(len(bringing)), times_s, into[:, 0])
        _add(bringing, np.array([getattr(note, name) for note in bringing]), times_s, into[:, 1])
        own.append(into)
    return Energies(looks, ranked, shares, np.array(indices, np.int64), *own)


def given_way_s(notes: Sequence[VisualNote]) -> F64:
    """When each note, in any order, gives way: once it has ended and a later one is all there; inf for never.

    Without this, what is left of many short notes would hide the next note of another look.
    """
    onset_s = np.array([float(note.onset_s) for note in notes])
    end_s = np.array([float(note.end_s) for note in notes])
    attack_s = np.array([note.attack_s for note in notes])
    there_s = onset_s - lead_of(attack_s) + attack_s
    order = onset_s.argsort(kind="stable")
    # The first moment at which one of this note and those after it is all there.
    soonest_s = np.append(np.minimum.accumulate(there_s[order][::-1])[::-1], np.inf)
    later = onset_s[order].searchsorted(onset_s + TOGETHER_S, "right")
    return np.asarray(np.maximum(end_s, soonest_s[later]))


def emphasised(energies: Energies) -> F64:
    """The strength of each look relative to the strongest, 1: float64 (n, m)."""
    first = energies.ranked.max(axis=1, initial=0.0)
    return np.asarray((energies.ranked / np.maximum(first, 1e-12)[:, None]) ** EMPHASIS)


def strengths(energies: Energies) -> F64:
    """The strength of each class: the sum of its shares in all looks, float64 (n, k)."""
    return np.asarray(emphasised(energies) @ energies.shares)


def class_weights_at(energies: Energies, depth: F64, seen: F64 | None = None) -> F64:
    """Class weights from energies: float64 (n, k), each row >= 0 and with a sum of at most its depth.

    A note alone shows each of its classes by the share that is written. What is not seen of a class, the
    others take.

    depth  float64 (n,): where notes bring their own, it is mixed in by their share of the energy
    seen   float64 (n, k): how far each class may be seen, 0..1; None where all are
    """
    if not energies.indices.size:
        return np.zeros((len(depth), 0))
    own_share = np.minimum(energies.depth[:, 0] / np.maximum(energies.total, 1e-12), 1.0)
    own_depth = energies.depth[:, 1] / np.maximum(energies.depth[:, 0], 1e-12)
    full = own_share * own_depth.clip(0.0, 1.0) + (1.0 - own_share) * depth
    competing = emphasised(energies)
    found = competing @ energies.shares
    # Shares that do not add up to 1 leave that much empty.
    full *= found.sum(axis=1) / np.maximum(competing.sum(axis=1), 1e-12)
    if seen is not None:
        found = found * seen
    strength = (energies.looks.max(axis=1) / STRENGTH_FULL).clip(0.0, 1.0)
    strength = strength * strength * (3.0 - 2.0 * strength)
    sums = found.sum(axis=1)
    return np.asarray(found * (full * strength / np.maximum(sums, 1e-12))[:, None])


def mixed(own: F64, total: F64, common: F64) -> F64:
    """A value that notes may bring, float64 (n,): their own by their share of the energy, else `common`."""
    share = np.minimum(own[:, 0] / np.maximum(total, FAINTEST), 1.0)
    return np.asarray(share * own[:, 1] / np.maximum(own[:, 0], 1e-12) + (1.0 - share) * common)


def _add(
    notes: Sequence[VisualNote], scales: F64, times_s: F64, into: F64, ways_s: F64 | None = None
) -> None:
    """Adds each note's level times its velocity and scale to the times at which it sounds.

    ways_s   when each note gives way: only FORMER of it is added from then on
    """
    if not notes:
        return
    onset = np.array([float(note.onset_s) for note in notes])
    held = np.array([float(note.end_s - note.onset_s) for note in notes])
    attack = np.array([note.attack_s for note in notes])
    release = np.array([note.release_s for note in notes])
    scale = np.array([note.velocity for note in notes]) * scales
    first = times_s.searchsorted(onset - lead_of(attack))
    counts = times_s.searchsorted(onset + held + release, "right") - first
    for begin, end in _batches(counts):
        count = counts[begin:end]
        which = np.repeat(np.arange(begin, end), count)
        frame = first[which] + np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
        if not which.size:
            continue
        level = note_envelope(times_s[frame] - onset[which], held[which], attack[which], release[which])
        if ways_s is not None:
            level = np.where(times_s[frame] < ways_s[which], level, FORMER * level)
        low = int(frame.min())
        sums = np.bincount(frame - low, level * scale[which])
        into[low : low + sums.size] += sums


def _batches(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Stretches of notes whose counts add up to about PIECES."""
    ends = np.cumsum(counts)
    begin = 0
    while begin < counts.size:
        before = int(ends[begin - 1]) if begin else 0
        end = max(int(ends.searchsorted(before + PIECES, "right")), begin + 1)
        yield begin, end
        begin = end
