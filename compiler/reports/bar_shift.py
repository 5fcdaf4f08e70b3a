"""Matches the bars of a detected score with those of a written one, by the pitch classes of each bar."""

from dataclasses import dataclass

import numpy as np

from ...store.values.array_types import F64
from ..score.model import Score

SHIFT_MOST = 16
ALIKE = 0.5
"""Two bars agree where their pitch classes correlate by more than that."""


@dataclass(frozen=True, slots=True)
class BarShift:
    """Bar n that was heard is bar n + `bars` of the written score.

    agreeing, compared   how many bars are alike there, and how many both have
    heard                how many bars were heard
    """

    bars: int
    agreeing: int
    compared: int
    heard: int

    @property
    def is_told(self) -> bool:
        """Whether most bars agree; if not, the two are different music, or are counted differently."""
        return self.compared >= 2 and self.compared * 2 >= self.heard and self.agreeing * 2 > self.compared


def classes_of_bars(score: Score) -> F64:
    """The time for which each pitch class sounds in each played bar, in quarter notes: (bars, 12)."""
    found = np.zeros((len(score.measures), 12))
    drums = {number for number, track in enumerate(score.tracks) if track.is_drums}
    starts = np.array([float(measure.start_qn) for measure in score.measures])
    ends = np.array([float(measure.end_qn) for measure in score.measures])
    for note in score.notes:
        if note.track in drums:
            continue
        begin, end = float(note.onset_qn), float(note.onset_qn + note.gate_qn)
        first = int(np.searchsorted(starts, begin, "right")) - 1
        while 0 <= first < len(starts) and starts[first] < end:
            found[first, note.pitch % 12] += min(end, ends[first]) - max(begin, starts[first])
            first += 1
    return found


def bar_shift(heard: F64, written: F64) -> BarShift:
    """The shift at which most bars agree; of equally good ones the smallest."""
    best = BarShift(0, 0, 0, len(heard))
    merit = -np.inf
    for shift in sorted(range(-SHIFT_MOST, SHIFT_MOST + 1), key=lambda bars: (abs(bars), bars)):
        first = max(0, -shift)
        count = min(len(heard) - first, len(written) - first - shift)
        if count < 2:
            continue
        alike = _alike(heard[first : first + count], written[first + shift : first + shift + count])
        # Bars that only one of them has speak against a shift, but less than bars that differ.
        total = float(alike.sum()) - 0.25 * (len(heard) - count)
        if total > merit + 1e-9:
            merit, best = total, BarShift(shift, int((alike > ALIKE).sum()), count, len(heard))
    return best


def _alike(one: F64, other: F64) -> F64:
    """The correlation of each pair of bars; 0 where one of them has no notes."""
    one, other = (bars - bars.mean(axis=1, keepdims=True) for bars in (one, other))
    size = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / np.where(size > 1e-12, size, np.inf))
