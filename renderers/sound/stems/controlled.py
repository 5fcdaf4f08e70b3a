"""Controlled: a voice whose level, side and pitch MIDI controllers move while it sounds.

A bend reads the voice faster or slower, as a sampler does: sample n of the note is the voice at
w(n) = ∫ 2^(bend/12), so its pitch is exact at every moment, and its release comes when it is written. To keep
what it reads below 24 kHz and near its own colour, a voice that is bent far is that of a neighbouring key.
"""

from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from ....compiler.plan import ChannelPlan, Moves, SoundingNote
from ....store.values.array_types import F64
from ..instruments.orchestra import voice_of
from ..instruments.voice import CHUNK, Voice
from ..space.balance import balanced
from ..space.farrow import TAPS, bank, between

SMOOTH_S = 0.005
"""The averaging time for a level or a pan, which looks ahead: a step has arrived when it is written."""
_MOST_UP = 3
"""Semitones up at which the highest harmonics, 20 kHz, come near the half of the rate."""


@dataclass(slots=True, eq=False)
class Controlled:
    """A voice under controllers: chunks as those of `Voice`."""

    voice: Voice
    channel: ChannelPlan
    onset: int
    """The sample of the film at which it begins."""
    sample_rate_hz: int
    warp: tuple[F64, F64] | None
    """Samples since the onset, and of the voice, between which straight lines run; None without a bend."""
    kappa: float
    chunk_count: int
    _kept: dict[int, F64] = field(default_factory=dict)

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (2, CHUNK), left above right."""
        samples = self.voice.chunk(index) if self.warp is None else self._bent(index)
        first = self.onset + index * CHUNK
        times_s = np.arange(first, first + CHUNK) / self.sample_rate_hz
        samples = samples * smoothed(self.channel.gain, times_s)
        ear = smoothed(self.channel.ear, times_s)
        return balanced(samples, ear, self.kappa) if ear.any() else samples

    def _bent(self, index: int) -> F64:
        assert self.warp is not None
        wanted = np.interp(np.arange(index * CHUNK, (index + 1) * CHUNK, dtype=np.float64), *self.warp)
        whole = np.floor(wanted).astype(np.int64)
        z = 2.0 * (wanted - whole) - 1.0
        first = int(whole[0]) - TAPS // 2 + 1
        source = self._source(first, int(whole[-1]) + TAPS // 2 + 1)
        return np.stack([between(bank(channel), whole - whole[0], z) for channel in source])

    def _source(self, first: int, end: int) -> F64:
        """Samples of the voice; silence before it begins."""
        numbers = range(max(0, first) // CHUNK, (end - 1) // CHUNK + 1)
        self._kept = {k: self._kept[k] if k in self._kept else self.voice.chunk(k) for k in numbers}
        joined = np.concatenate([self._kept[k] for k in numbers], axis=1)
        start = first - numbers[0] * CHUNK
        if start < 0:
            joined = np.concatenate([np.zeros((2, -start)), joined], axis=1)
            start = 0
        return joined[:, start : start + end - first]


def controlled(note: SoundingNote, channel: ChannelPlan, onset: int, sample_rate_hz: int) -> Controlled:
    """The note as its instrument plays it under the controllers of its channel."""
    bends = [value for _, value in channel.bend]
    if not any(bends):
        voice = voice_of(note, sample_rate_hz)
        return Controlled(voice, channel, onset, sample_rate_hz, None, _likeness(voice), voice.chunk_count)
    at_onset = float(steps_at(channel.bend, np.array([onset / sample_rate_hz]))[0])
    shift = 0
    if not note.is_drums:
        shift = max(round(at_onset), ceil(max(bends)) - _MOST_UP)
        shift = min(max(shift, -note.pitch), 127 - note.pitch)
    times, places = _warp(channel.bend, shift, onset, sample_rate_hz)
    length = float(np.interp(note.length_s * sample_rate_hz, times, places))
    played = replace(note, pitch=note.pitch + shift, length_s=length / sample_rate_hz)
    voice = voice_of(played, sample_rate_hz)
    last = float(np.interp(voice.chunk_count * CHUNK, places, times))
    return Controlled(
        voice, channel, onset, sample_rate_hz, (times, places), _likeness(voice), ceil(last / CHUNK)
    )


_FOREVER = 1e9


def _warp(bend: Moves, shift: int, onset: int, sample_rate_hz: int) -> tuple[F64, F64]:
    """Samples since the onset, and how many samples of the voice have passed by then."""
    at = np.array([time_s * sample_rate_hz - onset for time_s, _ in bend])
    ratios = 2.0 ** ((np.array([value for _, value in bend]) - shift) / 12.0)
    later = at > 0.0
    # What holds at the onset, and every change after it.
    begun = max(int(np.count_nonzero(~later)) - 1, 0)
    times = np.concatenate([[0.0], at[begun + 1 :], [_FOREVER]])
    places = np.concatenate([[0.0], np.cumsum(np.diff(times) * ratios[begun:])])
    return times, places


def smoothed(moves: Moves, times_s: F64) -> F64:
    """The mean of a step function over the 5 ms from each time on."""
    if len(moves) == 1:
        return np.full(len(times_s), moves[0][1])
    at = np.array([time_s for time_s, _ in moves])
    values = np.array([value for _, value in moves])
    # Its integral is straight between the steps; before the first one and after the last, too.
    ends = np.concatenate([[min(at[0], times_s[0]) - 1.0], at[1:], [max(at[-1], times_s[-1]) + 1.0]])
    total = np.concatenate([[0.0], np.cumsum(np.diff(ends) * values)])
    risen = np.interp(times_s + SMOOTH_S, ends, total) - np.interp(times_s, ends, total)
    return np.asarray(risen / SMOOTH_S)


def steps_at(moves: Moves, times_s: F64) -> F64:
    """The values of a step function."""
    at = np.array([time_s for time_s, _ in moves])
    index = np.maximum(np.searchsorted(at, times_s, "right") - 1, 0)
    return np.array([value for _, value in moves])[index]


def _likeness(voice: Voice) -> float:
    """The correlation of the channels of a voice, its layers taken for strangers of one level."""
    cross = sum(placed.left * placed.right for placed in voice.layers)
    power = sum(placed.left**2 + placed.right**2 for placed in voice.layers)
    return 2.0 * cross / power if power else 1.0
