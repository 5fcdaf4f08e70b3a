"""Lanes that notes play: strokes that decay, and courses that follow loudness, pitch, place or density.

Both are functions of the time of the piece alone: neither the frame rate nor a passage changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import TYPE_CHECKING

from ..lazy_numpy import np

if TYPE_CHECKING:
    from ...store.values.array_types import F64


REACH = 6.0
"""The length of a stroke in decay times: it falls as exp(-x), lowered so that it ends at 0."""
SHARE_OF_GAP = 1 / 3
"""The longest decay, as a share of the time to the next stroke, so that the next one's beginning is
visible."""
SHORTEST_DECAY_S = 1e-3
STEP_S = 0.02
"""The step of courses, in seconds; they are linear between steps."""
RINGING_S = 0.7
"""The decay time of a note for the ear, in seconds, while its key is down."""
DAMPED_S = 0.15
"""The decay time after its key is released, in seconds."""
STEVENS = 0.3
"""Loudness in sones grows as this power of the intensity (Stevens 1955), which is the velocity squared."""


@dataclass(frozen=True, eq=False)
class Strokes:
    """Strokes of notes on a lane: each rises until its onset, holds, and decays to 1/e in its decay time.

    All arrays are float64 (n,), ascending by onset; times in seconds of the piece. `strengths` is what each
    adds, 1 for a note of full velocity; together they add `most` at most.
    """

    onsets_s: F64
    attacks_s: F64
    holds_s: F64
    decays_s: F64
    strengths: F64
    most: float

    def level(self, moments_s: F64) -> F64:
        """The height of the strokes at ascending times, 0..most."""
        found = np.zeros(moments_s.shape)
        first = moments_s.searchsorted(self.onsets_s - self.attacks_s)
        ends_s = self.onsets_s + self.holds_s + REACH * self.decays_s
        last = moments_s.searchsorted(ends_s, "right")
        for i in np.flatnonzero(last > first).tolist():
            inside = slice(first[i], last[i])
            found[inside] += self.strengths[i] * self._one(i, moments_s[inside] - self.onsets_s[i])
        return np.minimum(found, self.most)

    def _one(self, i: int, since_s: F64) -> F64:
        fallen = exp(-REACH)
        along = ((since_s - self.holds_s[i]) / self.decays_s[i]).clip(0.0, REACH)
        level = (np.exp(-along) - fallen) / (1.0 - fallen)
        if self.attacks_s[i] > 0:
            rise = (since_s / self.attacks_s[i] + 1.0).clip(0.0, 1.0)
            level *= rise * rise * (3.0 - 2.0 * rise)
        return np.asarray(level)

    def edges(self) -> F64:
        """Times between which the level is smooth."""
        ends_s = self.onsets_s + self.holds_s
        falls = [ends_s + share * self.decays_s for share in (0.0, 1.0, 3.0, REACH)]
        return np.concatenate([self.onsets_s - self.attacks_s, self.onsets_s, *falls])


@dataclass(frozen=True, eq=False)
class Course:
    """Values at certain times of the piece, linear in between; before and after, the first and the last
    one.

    Both float64 (n,), times ascending.
    """

    times_s: F64
    values: F64

    def value(self, moments_s: F64) -> F64:
        """The value at any times."""
        return np.asarray(np.interp(moments_s, self.times_s, self.values))


@dataclass(frozen=True, eq=False)
class Heard:
    """Notes as a course follows them, float64 (n,), ascending by onset: seconds of the piece, 0..1 of 127."""

    onsets_s: F64
    ends_s: F64
    velocities: F64
    pitches: F64


def strokes(
    heard: Heard,
    *,
    attacks_s: F64,
    holds_s: F64,
    decays_s: F64,
    velocity: float,
    most: float,
    is_long: bool,
) -> Strokes:
    """The strokes of notes; unless is_long, no decay is longer than a third of the way to the next onset."""
    if not is_long:
        decays_s = np.minimum(decays_s, SHARE_OF_GAP * _gaps(heard.onsets_s))
    return Strokes(
        heard.onsets_s,
        attacks_s,
        holds_s,
        np.maximum(decays_s, SHORTEST_DECAY_S),
        heard.velocities**velocity,
        most,
    )


def _gaps(onsets_s: F64) -> F64:
    """The time from each onset to the next different one."""
    distinct = np.unique(onsets_s)
    after = np.append(distinct[1:], np.inf)
    return np.asarray(after[distinct.searchsorted(onsets_s)] - onsets_s)


def steps(starts_s: F64, end_s: float) -> F64:
    """The times of a course: steps from each bar line to the next, so that music that is moved by a bar that
    was put in before it has the same steps.

    starts_s   the bar lines, ascending, the first at 0
    """
    edges = np.append(starts_s, max(end_s, float(starts_s[-1])) + STEP_S)
    parts = [np.arange(a, b - STEP_S * 1e-6, STEP_S) for a, b in pairwise(edges)]
    return np.unique(np.concatenate(parts))


def loudness(heard: Heard, times_s: F64, widths_s: F64) -> F64:
    """The loudness at each time, from 0 to 1, the loudest moment of the piece."""
    return _of_greatest(smoothed(powers(heard, times_s)[0] ** STEVENS, times_s, widths_s))


def contour(heard: Heard, times_s: F64, widths_s: F64) -> F64:
    """The pitch of the highest sounding note, 0 (lowest of all) to 1 (highest); rests keep the last value."""
    low, high = heard.pitches.min(initial=128.0), heard.pitches.max(initial=0.0)
    top = np.full(times_s.shape, np.nan)
    for i in np.argsort(heard.pitches, kind="stable").tolist():
        begin = int(times_s.searchsorted(heard.onsets_s[i]))
        end = max(int(times_s.searchsorted(heard.ends_s[i])), begin + 1)
        top[begin:end] = heard.pitches[i]
    share = (_held(top, (low + high) / 2) - low) / max(high - low, 1.0)
    return smoothed(share, times_s, widths_s)


def side(heard: Heard, ears: F64, times_s: F64, widths_s: F64) -> F64:
    """The mean place of the notes, 0 left to 1 right, by loudness; rests keep the last value.

    ears   float64 (n,), -1..1, of each note
    """
    power, turned = powers(heard, times_s, ears)
    places = np.where(power > 1e-4, turned / np.maximum(power, 1e-12), np.nan)
    return smoothed((_held(places, 0.0).clip(-1.0, 1.0) + 1.0) / 2.0, times_s, widths_s)


def density(heard: Heard, beats_s: F64, times_s: F64, widths_s: F64) -> F64:
    """The number of onsets per beat, relative to the densest place of the piece (1).

    beats_s   how long a beat is at each time
    """
    found = np.zeros(times_s.shape)
    places = times_s.searchsorted(np.unique(heard.onsets_s))
    np.add.at(found, places.clip(0, times_s.size - 1), 1.0)
    # An onset is a pulse of area 1, as wide as its step.
    found /= np.gradient(times_s)
    return _of_greatest(smoothed(found * beats_s, times_s, widths_s))


def powers(heard: Heard, times_s: F64, weights: F64 | None = None) -> tuple[F64, F64]:
    """The intensity of the sounding notes at each time, and the same weighted per note."""
    power, weighed = np.zeros(times_s.shape), np.zeros(times_s.shape)
    lasts_s = heard.ends_s + REACH * DAMPED_S
    first, last = times_s.searchsorted(heard.onsets_s), times_s.searchsorted(lasts_s, "right")
    for i in range(heard.onsets_s.size):
        inside = slice(first[i], last[i])
        since_s = times_s[inside] - heard.onsets_s[i]
        held_s = heard.ends_s[i] - heard.onsets_s[i]
        falling = since_s / RINGING_S + np.maximum(since_s - held_s, 0.0) / DAMPED_S
        one = heard.velocities[i] ** 2 * np.exp(-falling)
        power[inside] += one
        if weights is not None:
            weighed[inside] += weights[i] * one
    return power, weighed


def smoothed(values: F64, times_s: F64, widths_s: F64) -> F64:
    """The mean of the values around each time, under a triangular window of that width; at the ends, of
    those there.
    """
    for _ in range(2):
        values = _box(values, times_s, widths_s / 2)
    return values


def _box(values: F64, times_s: F64, widths_s: F64) -> F64:
    areas = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(times_s))])
    begin = np.maximum(times_s - widths_s / 2, times_s[0])
    end = np.minimum(times_s + widths_s / 2, times_s[-1])
    length = end - begin
    means = np.interp(end, times_s, areas) - np.interp(begin, times_s, areas)
    return np.where(length > STEP_S, means / np.maximum(length, 1e-9), values)


def _held(values: F64, first: float) -> F64:
    """The values, with each missing one replaced by the last one before it."""
    known = ~np.isnan(values)
    latest = np.maximum.accumulate(np.where(known, np.arange(values.size), -1))
    return np.where(latest >= 0, values[latest.clip(0)], first)


def _of_greatest(values: F64) -> F64:
    return np.asarray(values / max(float(values.max(initial=0.0)), 1e-9))
