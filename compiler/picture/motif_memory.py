"""The noise of a piece that remembers: each phrase has a path of its own, and returns to it.

A phrase's path is seeded by its contour, and pushed by the notes of its first appearance. Where the phrase
comes back, the noise is where it was at the same beat of the first time, whatever the tempo is now; a
phrase that comes back some semitones higher is moved by so many times one fixed vector. Where rules kick
differently from the first time, the noise goes the same way at the pace of these kicks. From path to path the
noise glides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...dsl.model.generators import LATENT_SIZE
from ...store.values.array_types import F32, F64
from ..lanes.curve import Curve
from ..lanes.shapes import quintic
from ..notes.casting import VisualNote
from ..notes.phrases import Memory, Stretch
from ..time.tempo_arrays import TempoArrays
from .noise_path import NOISE_MOST, SIGMA, Path, jitter_along, noise_at, path, stream

GLIDE_S = 1.2
"""The time of the crossfade from one noise path to the next, at most half of a stretch."""
SEMITONE = 0.05
"""The amount that a semitone moves each dimension, in the units that NOISE_MOST bounds."""
SEMITONES_MOST = 12
"""An octave moves it as far as it goes."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """The inputs of the noise besides the notes, for a piece with a memory."""

    memory: Memory
    tempo: TempoArrays
    amount: Curve
    jitter: Curve
    seed: int | str
    dimensions: int = LATENT_SIZE


def remembered_noise(notes: Sequence[VisualNote], law: Remembering, times_s: F64) -> F32:
    """The noise at ascending times >= 0, seconds of the piece: float32 (n, dimensions), within ±2·SIGMA."""
    stretches, tempo = law.memory.stretches, law.tempo
    found = np.zeros((times_s.size, law.dimensions), np.float32)
    if not stretches or not times_s.size:
        return found
    starts_s = tempo.seconds_at(np.array([float(stretch.start_qn) for stretch in stretches]))
    ends_s = np.append(starts_s[1:], np.inf)
    glides_s = np.minimum(GLIDE_S, (ends_s - starts_s) / 2)
    glides_s[0] = 0.0
    paths = _Paths(notes, law)
    up = SIGMA * SEMITONE * stream(f"{law.seed}/semitone").choice((-1.0, 1.0), law.dimensions)
    for i, stretch in enumerate(stretches):
        # The old path continues while the next one fades in.
        until_s = ends_s[i] + glides_s[i + 1] if i + 1 < len(stretches) else np.inf
        low, high = times_s.searchsorted([starts_s[i], until_s])
        if low == high:
            continue
        moments_s = times_s[low:high]
        since_qn = tempo.quarters_at(moments_s) - float(stretch.start_qn)
        first_s = tempo.seconds_at(float(stretch.first_qn) + since_qn)
        semitones = min(max(stretch.semitones, -SEMITONES_MOST), SEMITONES_MOST)
        end_s = ends_s[i] if i + 1 < len(stretches) else np.inf
        noise = paths.noise(stretch, end_s, first_s) + (semitones * up).astype(np.float32)
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
        self._known: dict[tuple[int, tuple[VisualNote, ...]], tuple[Path, float]] = {}

    def noise(self, stretch: Stretch, stretch_end_s: float, first_s: F64) -> F32:
        """The noise of a stretch that ends at stretch_end_s, at ascending times of its first appearance."""
        phrase, law = self._law.memory.phrases[stretch.phrase], self._law
        begin_s, end_s = self._span(phrase.start_qn, phrase.end_qn)
        pushing = self._between(begin_s, end_s)
        if stretch.is_return:
            pushing = self._kicked(pushing, stretch, stretch_end_s)
        key = stretch.phrase, tuple(pushing)
        if key not in self._known:
            made = path(pushing, law.amount)
            self._known[key] = made, float(made.length_at(np.array([begin_s]))[0])
        way, before = self._known[key]
        lengths = np.maximum(way.length_at(first_s) - before, 0.0)
        latest_s = float(first_s[-1])
        jitter = jitter_along(way, law.jitter, begin_s, latest_s, before)
        most = NOISE_MOST - SEMITONE * SEMITONES_MOST
        return noise_at(lengths, jitter, f"{law.seed}/phrase/{phrase.key}", most, law.dimensions)

    def _between(self, begin_s: float, end_s: float) -> list[VisualNote]:
        # A float of an exact onset may miss the float of the bar by a rounding.
        low, high = self._onsets_s.searchsorted([begin_s - 1e-9, end_s - 1e-9])
        return self._notes[low:high]

    def _kicked(self, first: list[VisualNote], stretch: Stretch, end_s: float) -> list[VisualNote]:
        """The notes of a first appearance; where those of the return have other kicks, these in their place.

        Only the leading part is known to return. What another part does not play this time still pushes, and
        what it plays besides does not, unless a rule says how far.
        """
        tempo = self._law.tempo
        start_s = float(tempo.seconds_at(np.array([float(stretch.start_qn)]))[0])
        returning = self._between(start_s, end_s)
        shift_qn = float(stretch.first_qn - stretch.start_qn)
        onsets_s = np.array([float(note.onset_s) for note in returning])
        there_s = tempo.seconds_at(tempo.quarters_at(onsets_s) + shift_qn).tolist()
        now: dict[float, list[VisualNote]] = {}
        for note, onset_s in zip(returning, there_s, strict=True):
            now.setdefault(round(onset_s, 6), []).append(replace(note, onset_s=Fraction(onset_s)))
        then: dict[float, list[VisualNote]] = {}
        for note in first:
            then.setdefault(round(float(note.onset_s), 6), []).append(note)
        for onset_s, notes in now.items():
            before = then.get(onset_s, [])
            if {note.kick for note in notes} != ({note.kick for note in before} or {1.0}):
                at = before[0].onset_s if before else notes[0].onset_s
                then[onset_s] = [replace(note, onset_s=at) for note in notes]
        return [note for onset_s in sorted(then) for note in then[onset_s]]

    def _span(self, start_qn: Fraction, end_qn: Fraction) -> tuple[float, float]:
        begin_s, end_s = self._law.tempo.seconds_at(np.array([float(start_qn), float(end_qn)])).tolist()
        return begin_s, end_s
