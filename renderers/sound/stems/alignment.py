"""Finds the notes of a score in a recording: its lag, its drift, and a wrong sample rate.

Loudness alone cannot tell one stroke of an ostinato from the next, so each note is looked for at its own
pitch: the spectrum every millisecond (Hann, 1024 samples at 48 kHz), the rise of its logarithm in the bin of
the fundamental, and the mean of that over all notes, at lags from -10 to 10 s. The peak is the lag.

A regular pattern has a peak at each of its periods. Within 200 ms the highest peak is believed; farther away
it is believed only where no other comes near it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from pathlib import Path

import numpy as np

from ....compiler.plan import SoundingNote
from ....store.values.array_types import F32
from .recording import recorded

MAX_LAG_MS = 10_000
NEAR_MS = 200
"""Delay that making a recording brings; a longer one needs more evidence."""
LOST_SHARPNESS = 2.0
"""The least ratio of a peak to the median lag; with few notes it must be higher."""
_CERTAIN_SHARPNESS = 4.0
DRIFT_S = 0.015
"""The largest difference between the two halves of a recording."""

_WINDOW = 1024
_SEGMENT_S = 30
_MARGIN_S = MAX_LAG_MS // 1000 + 1
_APART_MS = 60
RIVAL_SHARE = 0.8
"""Another peak, _APART_MS from the highest, makes it uncertain where it is higher than this share of it.

Measured on 56 recordings made with other instruments, loose timing, missing notes, reverb and noise, 0.3 to
8 s from their places: with 0.85 two of 12 lags that were told were wrong (scales, by a bar), with 0.8 none
of 7. What repeats itself, as an ostinato does, cannot be told by any share.
"""
# The range around the lag of the whole in which the halves of a recording are compared.
_DRIFT_MOST_MS = 150
# A clean recording is silent at most lags; no peak counts for more than this.
_MOST_SHARPNESS = 20.0
_FLOOR = 1e-4
# The weights that smooth the mean over lags before its peak is sought: noise has many small peaks.
_SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
# The rise is steepest when the window first meets a tone. Measured: so long before tones that begin at once,
# at every pitch and level.
_EARLY_MS = 8.0
# The time ratio of a recording at 44.1 kHz whose header says 48, and of the opposite.
_WRONG_RATES = (44_100 / 48_000, 48_000 / 44_100)


@dataclass(frozen=True, slots=True)
class Alignment:
    """The measured alignment of notes with a recording; positive lags are late."""

    lag_s: float
    sharpness: float
    """Height of the peak over the median of all lags."""
    drift_s: float
    """The additional lag of the second half over the first, in seconds."""
    wrong_rate: float
    """1, or how much shorter the recording's times are than the score's because its rate is mislabelled."""

    note_count: int
    rival: float = 0.0
    """Height of the highest other peak over that of the peak."""

    @property
    def is_told(self) -> bool:
        """Whether the notes were found clearly: noise has peaks, too, and higher ones with fewer notes."""
        # Measured on white noise: peaks of up to 2.1 for 24 notes, 1.6 for 36.
        is_found = self.note_count > 0 and self.sharpness >= LOST_SHARPNESS + 5.0 / sqrt(self.note_count)
        return is_found and (abs(self.lag_s) * 1000.0 <= NEAR_MS or self.rival <= RIVAL_SHARE)


def measured(path: Path, notes: Sequence[SoundingNote], offset_s: float, sample_rate_hz: int) -> Alignment:
    """The alignment of a recording with its notes, whose second 0 should be at offset_s of it."""
    plain = _found(path, notes, offset_s, sample_rate_hz, 1.0)
    is_clear = plain.is_told and abs(plain.drift_s) <= DRIFT_S
    # A regular grid fits other rates nearly as well as its own: its own is tried first.
    if is_clear and (plain.sharpness >= _CERTAIN_SHARPNESS or abs(plain.lag_s) * 1000.0 <= NEAR_MS):
        return plain
    tried = [_found(path, notes, offset_s, sample_rate_hz, ratio) for ratio in _WRONG_RATES]
    best = max(tried, key=lambda alignment: alignment.sharpness)
    is_found = best.is_told and abs(best.drift_s) <= DRIFT_S and best.sharpness > 1.5 * plain.sharpness
    return best if is_found and best.rival <= RIVAL_SHARE else plain


def _found(
    path: Path, notes: Sequence[SoundingNote], offset_s: float, sample_rate_hz: int, ratio: float
) -> Alignment:
    scored = sorted(
        (note.onset_s * ratio, 440.0 * 2.0 ** ((note.pitch - 69) / 12.0) / ratio)
        for note in notes
        if not note.is_drums
    )
    if not scored:
        return Alignment(0.0, 0.0, 0.0, ratio, 0)
    middle_s = scored[len(scored) // 2][0]
    halves = np.zeros((2, 2 * MAX_LAG_MS + 1))
    for first_s, rises, bins in _rises(path, scored, offset_s, sample_rate_hz):
        for onset_s, frequency_hz in scored:
            if not first_s <= onset_s < first_s + _SEGMENT_S:
                continue
            at = round((onset_s - first_s + _MARGIN_S) * 1000) - MAX_LAG_MS
            row = rises[bins.index(_bin(frequency_hz, sample_rate_hz)), at : at + 2 * MAX_LAG_MS + 1]
            halves[int(onset_s >= middle_s), : len(row)] += row
    halves = np.stack([np.convolve(half, _SMOOTHING, "same") for half in halves])
    whole = halves.sum(axis=0)
    at = int(np.argmax(whole))
    peak = float(whole[at])
    floor_level = max(float(np.median(whole)), peak / _MOST_SHARPNESS)
    others = np.concatenate([whole[: max(0, at - _APART_MS)], whole[at + _APART_MS + 1 :]])
    first = max(0, at - _DRIFT_MOST_MS)
    early, late = (int(np.argmax(half[first : at + _DRIFT_MOST_MS + 1])) for half in halves)
    return Alignment(
        lag_s=(at - MAX_LAG_MS + _EARLY_MS) / 1000.0,
        sharpness=peak / floor_level if peak > 0.0 else 0.0,
        drift_s=(late - early) / 1000.0,
        wrong_rate=ratio,
        note_count=len(scored),
        rival=float(others.max(initial=0.0)) / peak if peak > 0.0 else 1.0,
    )


def _rises(
    path: Path, scored: Sequence[tuple[float, float]], offset_s: float, sample_rate_hz: int
) -> Iterator[tuple[float, F32, list[int]]]:
    """Half a minute at a time: its start, how steeply each bin rises each millisecond, and which bins."""
    bins = sorted({_bin(frequency_hz, sample_rate_hz) for _, frequency_hz in scored})
    segments = floor(scored[-1][0] / _SEGMENT_S) + 1
    length = (segments * _SEGMENT_S + 2 * _MARGIN_S) * sample_rate_hz
    blocks = recorded(path, offset_s - _MARGIN_S, length, sample_rate_hz)
    held = np.zeros(0, np.float32)
    size = (_SEGMENT_S + 2 * _MARGIN_S) * sample_rate_hz
    for segment in range(segments):
        while len(held) < size:
            held = np.concatenate([held, next(blocks).sum(axis=0).astype(np.float32)])
        yield segment * _SEGMENT_S, _rise(held[:size], bins, sample_rate_hz), bins
        held = held[_SEGMENT_S * sample_rate_hz :]


def _rise(samples: F32, bins: list[int], sample_rate_hz: int) -> F32:
    """(bins, milliseconds): how much the logarithm of each bin's level rises, falls being 0."""
    from scipy.fft import rfft

    hop = sample_rate_hz // 1000
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop]
    window = np.hanning(_WINDOW + 2)[1:-1].astype(np.float32)
    levels = np.empty((len(bins), len(frames)), np.float32)
    for first in range(0, len(frames), 1000):
        if not padded[first * hop : (first + 1000) * hop + _WINDOW].any():
            # Before and after a recording there is nothing to transform.
            levels[:, first : first + 1000] = 0.0
            continue
        spectrum = rfft(frames[first : first + 1000] * window, axis=1)
        levels[:, first : first + 1000] = np.abs(spectrum[:, bins]).T * np.float32(2.0 / window.sum())
    logarithm = np.log10(levels + np.float32(_FLOOR))
    rise: F32 = np.maximum(np.diff(logarithm, axis=1, prepend=logarithm[:, :1]), 0.0)
    return rise


def _bin(frequency_hz: float, sample_rate_hz: int) -> int:
    return min(round(frequency_hz * _WINDOW / sample_rate_hz), _WINDOW // 2)
