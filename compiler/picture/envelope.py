"""How strongly each class is shown: a note raises its classes, holds them with the key and lets them go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..notes.casting import VisualNote
from ..time.passage import RELEASE_SPANS

F64 = NDArray[np.float64]

FADING_S = 2.2
"""A held note fades with this time constant..."""
HELD_SHARE = 0.35
"""...to this share, which it keeps while the key is down."""
EMPHASIS = 1.6
"""Shares are raised to this power: what is loud stands out."""
STRENGTH_FULL = 0.25
"""From this energy of the loudest class on, the classes fill the whole depth; below it they thin out."""
KEEP_MOST = 5
"""More classes at once than this do not read, and the embedded generator paints no more."""
FAINTEST = 0.05
"""What notes bring of their own goes with them: of an energy below this it acts in proportion."""
PIECES = 1 << 20
"""So many values of notes over frames are computed at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Energies:
    """What sounds at each time.

    classes      float64 (n, k), the energy of each class of `indices`
    ranked       the same, raised and lowered by the layers of the notes: what classes compete with
    indices      int64 (k,), ascending
    depth        float64 (n, 2): energy under a depth of its own, and that energy times its depth
    truncation   the same for truncation
    hue          the same for hue
    """

    classes: F64
    ranked: F64
    indices: NDArray[np.int64]
    depth: F64
    truncation: F64
    hue: F64


def note_envelope(since_s: F64, held_s: F64, attack_s: F64, release_s: F64) -> F64:
    """The level of a note, 0..1, `since_s` after its onset; all of shape (n,), since_s of any sign.

    It rises smoothly for attack_s, fades slowly while the key is held, and from then on falls with the time
    constant release_s.
    """
    rise = np.where(attack_s > 0, since_s / np.maximum(attack_s, 1e-9), 1.0).clip(0.0, 1.0)
    fade = HELD_SHARE + (1.0 - HELD_SHARE) * np.exp(-np.maximum(since_s, 0.0) / FADING_S)
    left = np.maximum(since_s - held_s, 0.0) / np.maximum(release_s, 1e-9)
    floor = np.exp(-RELEASE_SPANS)
    release = ((np.exp(-left) - floor) / (1.0 - floor)).clip(0.0)
    level = rise * rise * (3.0 - 2.0 * rise) * fade * release
    return np.where(since_s < 0, 0.0, level)


def energies_at(notes: Sequence[VisualNote], times_s: F64) -> Energies:
    """The energies at ascending times, shape (n,), in seconds of the piece."""
    playing: dict[int, list[tuple[VisualNote, float]]] = {}
    for note in notes:
        for index, weight in note.classes:
            playing.setdefault(index, []).append((note, weight))
    indices = sorted(playing)
    classes = np.zeros((times_s.size, len(indices)))
    has_layers = any(note.layer for note in notes)
    found = Energies(
        classes,
        np.zeros_like(classes) if has_layers else classes,
        np.array(indices, np.int64),
        np.zeros((times_s.size, 2)),
        np.zeros((times_s.size, 2)),
        np.zeros((times_s.size, 2)),
    )
    for column, index in enumerate(indices):
        players, shares = zip(*playing[index], strict=True)
        _add(players, shares, times_s, classes[:, column])
        if has_layers:
            # The emphasis makes of this factor of energies one of 2 in the weights for each layer.
            raised = [s * 2.0 ** (note.layer / EMPHASIS) for note, s in playing[index]]
            _add(players, raised, times_s, found.ranked[:, column])
    for name, into in (("depth", found.depth), ("truncation", found.truncation), ("hue_deg", found.hue)):
        own = [note for note in notes if note.classes and getattr(note, name) is not None]
        sums = [sum(weight for _, weight in note.classes) for note in own]
        _add(own, sums, times_s, into[:, 0])
        _add(own, [s * getattr(n, name) for n, s in zip(own, sums, strict=True)], times_s, into[:, 1])
    return found


def class_weights_at(energies: Energies, depth: F64, keep: int | None) -> F64:
    """Class weights from energies: float64 (n, k), each row >= 0 and with a sum of at most its depth.

    depth  float64 (n,): where notes bring their own, it is mixed in by their share of the energy
    keep   at most so many classes at once; a class that goes fades to nothing first
    """
    total = energies.classes.sum(axis=1)
    if not energies.indices.size:
        return energies.classes
    own_share = np.minimum(energies.depth[:, 0] / np.maximum(total, 1e-12), 1.0)
    own_depth = energies.depth[:, 1] / np.maximum(energies.depth[:, 0], 1e-12)
    full = own_share * own_depth.clip(0.0, 1.0) + (1.0 - own_share) * depth
    loudest, first = energies.classes.max(axis=1), energies.ranked.max(axis=1)
    shares = (energies.ranked / np.maximum(first, 1e-12)[:, None]) ** EMPHASIS
    most = KEEP_MOST if keep is None else keep
    if most < shares.shape[1]:
        # What stands just outside is taken from all, so that nothing appears or goes at once.
        shares = (shares - np.partition(shares, -most - 1, axis=1)[:, -most - 1, None]).clip(0.0)
    strength = (loudest / STRENGTH_FULL).clip(0.0, 1.0)
    strength = strength * strength * (3.0 - 2.0 * strength)
    sums = shares.sum(axis=1)
    return np.asarray(shares * (full * strength / np.maximum(sums, 1e-12))[:, None])


def mixed(own: F64, total: F64, common: F64) -> F64:
    """A value that notes may bring, float64 (n,): their own by their share of the energy, else `common`."""
    share = np.minimum(own[:, 0] / np.maximum(total, FAINTEST), 1.0)
    return np.asarray(share * own[:, 1] / np.maximum(own[:, 0], 1e-12) + (1.0 - share) * common)


def _add(notes: Sequence[VisualNote], scales: Sequence[float], times_s: F64, into: F64) -> None:
    """Add each note's level times its velocity and scale to the times at which it is there."""
    if not notes:
        return
    onset = np.array([float(note.onset_s) for note in notes])
    held = np.array([float(note.end_s - note.onset_s) for note in notes])
    attack = np.array([note.attack_s for note in notes])
    release = np.array([note.release_s for note in notes])
    scale = np.array([note.velocity for note in notes]) * np.array(scales)
    first = times_s.searchsorted(onset)
    counts = times_s.searchsorted(onset + held + RELEASE_SPANS * release, "right") - first
    for begin, end in _batches(counts):
        count = counts[begin:end]
        which = np.repeat(np.arange(begin, end), count)
        frame = first[which] + np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
        if not which.size:
            continue
        level = note_envelope(times_s[frame] - onset[which], held[which], attack[which], release[which])
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
