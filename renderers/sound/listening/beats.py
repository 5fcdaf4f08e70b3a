"""Beats: the likeliest path through tempo and phase, given how much each frame looks like a beat.

Krebs, Böck and Widmer, "An efficient state-space model for joint tempo and meter tracking", ISMIR 2015: a
state is an interval in frames and a place in it; the interval may change at a beat only, and changes cost
LAMBDA times their relative size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F64
from .decode import Progress
from .flux import refined
from .spectra import FPS

TEMPI_BPM = (50.0, 215.0)
LAMBDA = 80.0
OBSERVED = 16
"""The first 1/16 of a beat looks like one."""
EARLY, LATE = 1, 3
"""The search range of a beat in frames, before and after its state: the highest frame in it is the beat."""
SMOOTH_S = 0.012
"""The deviation from an even pulse up to which beats are moved onto it: the flux is no more exact than
that."""
STEADY_LEAST = 16
"""The fewest beats that can be called steady."""
QUICK_BPM, UNEVEN = 140.0, 1.25
"""The tempo and the ratio of strengths from which on only every second beat counts as a beat.

Tried on 8 real recordings whose tempo is known: 2 of the 3 that were heard at twice their tempo become right,
and none that was right becomes wrong. Even beats stay, as those of a fast waltz.
"""
# The window meets a click before its middle does; measured: clicks 9 ms, tones of the built-in
# instruments 0 ms.
LEAD_S = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """Beats in seconds, ascending, over the whole recording."""

    times_s: F64

    @property
    def bpm(self) -> float:
        """The tempo in the middle of the tempi."""
        return float(60.0 / np.median(np.diff(self.times_s)))


def beat_frames(
    active: F64, tempi_bpm: tuple[float, float] = TEMPI_BPM, progress: Progress | None = None
) -> list[int]:
    """The frames of the beats by the Viterbi algorithm, ascending."""
    low_bpm, high_bpm = tempi_bpm
    shortest, longest = int(60.0 * FPS / high_bpm), int(np.ceil(60.0 * FPS / low_bpm))
    intervals = np.arange(max(shortest, 2), max(longest, shortest + 1, 3) + 1)
    starts = np.concatenate([[0], np.cumsum(intervals)])
    first, last, states = starts[:-1], starts[1:] - 1, int(starts[-1])
    is_beat = np.zeros(states, bool)
    for start, interval in zip(first, intervals, strict=True):
        is_beat[start : start + max(1, -(-interval // OBSERVED))] = True
    changes = -LAMBDA * np.abs(intervals[None, :] / intervals[:, None] - 1.0)
    changes -= np.log(np.exp(changes).sum(axis=1, keepdims=True))
    at_beat = np.log(active + 1e-5)
    between = np.log((1.0 - active) / (OBSERVED - 1) + 1e-5)
    came_from = np.zeros((len(active), len(intervals)), np.int16)
    columns = np.arange(len(intervals))
    likely = np.full(states, -np.log(states))
    for frame in range(len(active)):
        moved = np.empty_like(likely)
        moved[1:] = likely[:-1]
        entering = likely[last][:, None] + changes
        best = entering.argmax(axis=0)
        moved[first] = entering[best, columns]
        came_from[frame] = best
        moved += np.where(is_beat, at_beat[frame], between[frame])
        likely = moved
        if progress is not None and frame % 5000 == 0:
            progress("beats", frame, len(active))
    if progress is not None:
        progress("beats", len(active), len(active))
    return _traced(int(likely.argmax()), starts, came_from, active)


def _traced(state: int, starts: NDArray[np.int64], came_from: NDArray[np.int16], active: F64) -> list[int]:
    """The way back through the states; each beat moves to the highest frame near it."""
    column = int(np.searchsorted(starts, state, "right")) - 1
    found: list[int] = []
    for frame in range(len(active) - 1, -1, -1):
        if state == starts[column]:
            found.append(frame)
            column = int(came_from[frame][column])
            state = int(starts[column + 1]) - 1
        else:
            state -= 1
    peaks = (
        max(0, beat - EARLY) + int(np.argmax(active[max(0, beat - EARLY) : beat + LATE + 1]))
        for beat in found
    )
    return sorted(set(peaks))


def placed(frames: Sequence[int], rise: F64, length_s: float) -> Pulse:
    """Beats between the frames, on an even pulse where they are on one, carried on to both ends."""
    times_s = np.array([refined(rise, frame) / FPS + LEAD_S for frame in frames], np.float64)
    return Pulse(carried(steadied(evened(times_s)), length_s))


def evened(times_s: F64, window: int = 8) -> F64:
    """Beats on the straight line through their neighbours, where all of these are within SMOOTH_S of it.

    A steady pulse is measured by many beats more exactly than by one; where the tempo moves, nothing changes.
    """
    if len(times_s) < 2 * window + 1:
        window = (len(times_s) - 1) // 2
    if window < 2:
        return times_s
    found = times_s.copy()
    for i in range(len(times_s)):
        low = min(max(0, i - window), len(times_s) - 2 * window - 1)
        near = times_s[low : low + 2 * window + 1]
        places = np.arange(len(near), dtype=np.float64)
        slope, start = _line(places, near)
        if np.median(np.abs(near - start - slope * places)) < SMOOTH_S / 2:
            on_line = start + slope * (i - low)
            if abs(on_line - times_s[i]) < 2.0 * SMOOTH_S:
                found[i] = on_line
    return found


def steadied(times_s: F64) -> F64:
    """Beats on one straight line through the whole recording, where all of them are within SMOOTH_S of it.

    So are those of music that was made to a click. A whole number of beats a minute is taken where it moves
    no beat by more than a quarter of SMOOTH_S: nobody could measure the difference.
    """
    if len(times_s) < STEADY_LEAST:
        return times_s
    places = np.arange(len(times_s), dtype=np.float64)
    slope, start = _line(places, times_s)
    if np.abs(times_s - start - slope * places).max() > SMOOTH_S:
        return times_s
    whole = 60.0 / max(round(60.0 / slope), 1)
    middle = places.mean()
    if abs(whole - slope) * middle < SMOOTH_S / 4.0:
        start, slope = start + (slope - whole) * middle, whole
    return start + slope * places


def _line(places: F64, values: F64) -> tuple[float, float]:
    """Slope and start of the line with the least squares."""
    middle, mean = places.mean(), values.mean()
    slope = float(((places - middle) * (values - mean)).sum() / np.square(places - middle).sum())
    return slope, float(mean - slope * middle)


def carried(times_s: F64, length_s: float) -> F64:
    """The beats with those before the first and after the last, at the interval that is next to them."""
    if len(times_s) < 2:
        return times_s
    before, after = _step(times_s[:5]), _step(times_s[-5:])
    earlier = times_s[0] - before * np.arange(int(max(times_s[0], 0.0) / before), 0, -1)
    later = times_s[-1] + after * np.arange(1, int(max(length_s - times_s[-1], 0.0) / after) + 1)
    return np.concatenate([earlier, times_s, later])


def _step(times_s: F64) -> float:
    return float(np.median(np.diff(times_s)))


def are_halves(times_s: F64, rise: F64) -> bool:
    """Whether the beats are subdivisions: so fast and uneven that people count every second one."""
    if len(times_s) < 8 or 60.0 / float(np.median(np.diff(times_s))) <= QUICK_BPM:
        return False
    frames = np.clip(np.round(times_s * FPS).astype(int), 1, len(rise) - 3)
    strengths = np.array([rise[frame - 1 : frame + 3].max() for frame in frames])
    pairs = sorted((float(strengths[::2].mean()), float(strengths[1::2].mean())))
    return pairs[1] > UNEVEN * pairs[0]


def at_level(times_s: F64, level: str, strengths: F64) -> F64:
    """The beats at another level: `double`, `triple`, or `half`, of which the stronger ones stay."""
    if level == "half":
        start = int(strengths[1::2].mean() > strengths[::2].mean()) if len(times_s) > 3 else 0
        return times_s[start::2]
    parts = {"double": 2, "triple": 3}[level]
    places = np.arange((len(times_s) - 1) * parts + 1) / parts
    return np.interp(places, np.arange(len(times_s)), times_s)
