"""Bars: which beats begin one, and how many beats a bar has, by changes of harmony, the bass and the flux.

Of metres 3 and 4 are distinguished. A metre of 2 is heard as 4, compound metres count beats of three
quavers, and changes of metre are not found: `--meter` says what is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F32, F64
from .flux import Flux
from .spectra import FPS

SLIP = 6.0
"""The cost of counting a beat too many or too few in a bar."""
WEIGHTS = (0.5, 0.9, 0.6, 0.5)
"""Weights of the flux, of the change of chroma from one beat before and from two, and of the bass's flux."""
PREFERENCE_OF_FOUR = 0.5
METERS = (3, 4)


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """The place of each beat in its bar, from 0: int64 (beats,), and the beats of a bar."""

    places: NDArray[np.int64]
    beats: int


def bars(
    times_s: F64, rise: Flux, classes: F32, beats: int | None = None, first_s: float | None = None
) -> Bars:
    """The bars of beats at these times.

    beats     how many a bar has; None where it is to be heard
    first_s   a bar begins at the beat next to this time; None where it is to be heard
    """
    if first_s is not None:
        begin = int(np.argmin(np.abs(times_s - first_s)))
        count = beats or _heard(times_s, rise, classes).beats
        return Bars((np.arange(len(times_s)) - begin) % count, count)
    return _heard(times_s, rise, classes, METERS if beats is None else (beats,))


def _heard(times_s: F64, rise: Flux, classes: F32, meters: Sequence[int] = METERS) -> Bars:
    if len(times_s) < 3:
        return Bars(np.arange(len(times_s)), meters[-1])
    signs = _signs(times_s, rise, classes)
    weighed = np.clip(_standard(np.tensordot(np.array(WEIGHTS), signs, 1)), -3.0, 3.0)
    best: tuple[float, Bars] | None = None
    for beats in meters:
        places = _counted(weighed, beats)
        merit = _merit(weighed, signs, places, beats)
        if best is None or merit > best[0]:
            best = merit, Bars(places, beats)
    assert best is not None
    return best[1]


def _signs(times_s: F64, rise: Flux, classes: F32) -> F64:
    """The evidence for a bar line at each beat, (4, beats); each row has mean 0 and standard deviation 1."""
    frames = np.clip(np.round(times_s * FPS).astype(int), 0, len(classes) - 1)
    count = len(frames)
    unit = classes / (np.linalg.norm(classes, axis=1, keepdims=True) + 1e-9)
    ends = np.append(frames[1:], len(classes))
    means = np.array(
        [unit[start : max(end, start + 1)].mean(axis=0) for start, end in zip(frames, ends, strict=True)]
    )
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-9
    changed = np.zeros(count)
    changed[1:] = 1.0 - (means[1:] * means[:-1]).sum(axis=1)
    further = np.zeros(count)
    for i in range(2, count):
        further[i] = 1.0 - float(means[i - 2 : i].mean(axis=0) @ means[i : i + 2].mean(axis=0))
    whole = np.array([rise.whole[max(0, k - 2) : k + 3].max() for k in frames])
    bass = np.array([rise.bass[max(0, k - 2) : k + 4].max() for k in frames])
    return np.stack([_standard(sign) for sign in (whole, changed, further, bass)])


def _counted(weighed: F64, beats: int) -> NDArray[np.int64]:
    """The likeliest counting 0, 1 .. beats - 1, 0 ..; a slip costs SLIP."""
    count = len(weighed)
    if beats == 1:
        return np.zeros(count, np.int64)
    is_first = np.arange(beats) == 0
    came_from = np.zeros((count, beats), np.int64)
    before = (np.arange(beats) - 1) % beats
    likely = np.where(is_first, weighed[0], -weighed[0] / (beats - 1))
    for i in range(1, count):
        steady = np.roll(likely, 1)
        slipped = float(likely.max()) - SLIP
        came_from[i] = np.where(slipped > steady, int(likely.argmax()), before)
        likely = np.maximum(steady, slipped) + np.where(is_first, weighed[i], -weighed[i] / (beats - 1))
    place = int(likely.argmax())
    places = [place]
    for i in range(count - 1, 0, -1):
        place = int(came_from[i][place])
        places.append(place)
    return np.array(places[::-1], np.int64)


def _merit(weighed: F64, signs: F64, places: NDArray[np.int64], beats: int) -> float:
    """The score of a metre: how much its downbeats stand out in the evidence, and how alike its bars are."""
    first = places == 0
    if not first.any() or first.all():
        return -inf
    apart = float(weighed[first].mean() - weighed[~first].mean())
    stands_out = apart * sqrt(int(first.sum()) * (1.0 - 1.0 / beats))
    merit = stands_out + (PREFERENCE_OF_FOUR if beats == 4 else 0.0)
    if len(weighed) > 3 * beats:
        alike = [_likeness(sign, beats) for sign in (signs[0], signs[1], signs[3])]
        merit += 6.0 * _likeness(weighed, beats) + 4.0 * float(np.mean(alike))
    return merit


def _likeness(sign: F64, lag: int) -> float:
    early, late = sign[:-lag], sign[lag:]
    if early.std() < 1e-9 or late.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(early, late)[0, 1].item())


def _standard(values: F64) -> F64:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))
