"""The noise of a piece that remembers: each phrase has a path of its own, and returns to it.

A phrase's path is seeded by its contour, and pushed by the notes of its first appearance. Where the phrase
comes back, the noise stands where it stood at the same beat of the first time, whatever the tempo is now; a
phrase that comes back some semitones higher is moved by so many times one fixed vector. From path to path the
noise glides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..lanes.curve import Curve
from ..lanes.shapes import quintic
from ..notes.casting import VisualNote
from ..notes.phrases import Memory
from ..time.tempo_arrays import TempoArrays
from .noise_path import DIMENSIONS, NOISE_MOST, SIGMA, Path, jitter_along, noise_at, path, stream

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

GLIDE_S = 1.2
"""How long the noise takes from one path to the next, at most half of a stretch."""
SEMITONE = 0.05
"""How far a semitone moves each dimension, in the units that NOISE_MOST bounds."""
SEMITONES_MOST = 12
"""An octave moves it as far as it goes."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """What the noise depends on beside the notes, for a piece that remembers."""

    memory: Memory
    tempo: TempoArrays
    amount: Curve
    jitter: Curve
    seed: int


def remembered_noise(notes: Sequence[VisualNote], law: Remembering, times_s: F64) -> F32:
    """The noise at ascending times >= 0, seconds of the piece: float32 (n, 128), within ±2·SIGMA."""
    stretches, tempo = law.memory.stretches, law.tempo
    found = np.zeros((times_s.size, DIMENSIONS), np.float32)
    if not stretches or not times_s.size:
        return found
    starts_s = tempo.seconds_at(np.array([float(stretch.start_qn) for stretch in stretches]))
    ends_s = np.append(starts_s[1:], np.inf)
    glides_s = np.minimum(GLIDE_S, (ends_s - starts_s) / 2)
    glides_s[0] = 0.0
    paths = _Paths(notes, law)
    up = SIGMA * SEMITONE * stream(f"{law.seed}/semitone").choice((-1.0, 1.0), DIMENSIONS)
    for i, stretch in enumerate(stretches):
        # A path goes on while the next one fades in.
        until_s = ends_s[i] + glides_s[i + 1] if i + 1 < len(stretches) else np.inf
        low, high = times_s.searchsorted([starts_s[i], until_s])
        if low == high:
            continue
        moments_s = times_s[low:high]
        since_qn = tempo.quarters_at(moments_s) - float(stretch.start_qn)
        first_s = tempo.seconds_at(float(stretch.first_qn) + since_qn)
        semitones = min(max(stretch.semitones, -SEMITONES_MOST), SEMITONES_MOST)
        noise = paths.noise(stretch.phrase, first_s) + (semitones * up).astype(np.float32)
        share = np.ones_like(moments_s)
        if glides_s[i]:
            share = quintic(((moments_s - starts_s[i]) / glides_s[i]).clip(0.0, 1.0))
        weight = share.astype(np.float32)[:, None]
        found[low:high] = found[low:high] * (1 - weight) + noise * weight
    return found


class _Paths:
    """The path of each phrase, made when it is first asked for."""

    def __init__(self, notes: Sequence[VisualNote], law: Remembering) -> None:
        self._notes = sorted(notes, key=lambda note: note.onset_s)
        self._onsets_s = np.array([float(note.onset_s) for note in self._notes])
        self._law = law
        self._known: dict[int, tuple[Path, float]] = {}

    def noise(self, number: int, first_s: F64) -> F32:
        """The noise of a phrase at ascending times of its first appearance."""
        phrase, law = self._law.memory.phrases[number], self._law
        begin_s, end_s = self._span(phrase.start_qn, phrase.end_qn)
        if number not in self._known:
            # A float of an exact onset may miss the float of the bar by a rounding.
            low, high = self._onsets_s.searchsorted([begin_s - 1e-9, end_s - 1e-9])
            made = path(self._notes[low:high], law.amount)
            self._known[number] = made, float(made.length_at(np.array([begin_s]))[0])
        way, before = self._known[number]
        lengths = np.maximum(way.length_at(first_s) - before, 0.0)
        latest_s = float(first_s[-1])
        jitter = jitter_along(way, law.jitter, begin_s, latest_s, before)
        return noise_at(
            lengths, jitter, f"{law.seed}/phrase/{phrase.key}", NOISE_MOST - SEMITONE * SEMITONES_MOST
        )

    def _span(self, start_qn: Fraction, end_qn: Fraction) -> tuple[float, float]:
        begin_s, end_s = self._law.tempo.seconds_at(np.array([float(start_qn), float(end_qn)])).tolist()
        return begin_s, end_s
