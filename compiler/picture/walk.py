"""The walk of a picture from one learned picture to another: where it goes, when, and how it trembles there.

The goals follow the music: a stop belongs to the place of the score at which the picture arrives, and music
that returns goes back to the pictures that it had. The renderer knows which learned picture a goal is.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from ...dsl.values.position import Duration
from ...store.values.array_types import F32, F64
from ..lanes.curve import Curve
from ..notes.casting import VisualNote
from ..notes.phrases import Memory
from ..plan import WalkPlan
from ..time.clock import Clock
from .noise_path import stream

MOST_STOPS = 10_000
GRID_HZ = 60
"""The sampling rate of the tremble, independent of the frame rate."""
TAU_S = 0.8
"""The time constant of the tremble's memory: its correlation falls to 1/e."""
TREMBLE = 0.15
"""Its size at a jitter of 0.5, in units of a code of length sqrt(its dimensions)."""
USUAL_JITTER = 0.5
BLOCK = 256


@dataclass(frozen=True, slots=True)
class WalkLaw:
    """The inputs of the walk: how long it stays and moves, which notes choose, and which phrases return."""

    way: str
    hold: Duration
    move: Duration
    notes: Sequence[VisualNote]
    memory: Memory
    clock: Clock
    class_count: int
    seed: int


def walk_plan(law: WalkLaw, end_s: Fraction, layers: Sequence[tuple[F64, F64]]) -> WalkPlan | None:
    """The walk up to a time of the piece; None where it has more than MOST_STOPS stops.

    layers   the times of the piece that each frame shows, and how much of each is seen
    """
    notes = sorted((note for note in law.notes if note.classes), key=lambda note: note.onset_s)
    onsets_s = [note.onset_s for note in notes]
    clock = law.clock
    leaves_s, arrives_s, classes, places = [], [], [], []
    leave_qn = arrive_qn = Fraction(0)
    while True:
        place_qn = _first_place(law.memory, arrive_qn)
        at = max(bisect_right(onsets_s, clock.seconds(place_qn)) - 1, 0)
        place = str(place_qn)
        leaves_s.append(float(clock.seconds(leave_qn)))
        arrives_s.append(float(clock.seconds(arrive_qn)))
        classes.append(_class(notes[at] if notes else None, law, place))
        places.append(place)
        if clock.seconds(arrive_qn) >= end_s:
            break
        if len(places) >= MOST_STOPS:
            return None
        leave_qn = clock.after(arrive_qn, law.hold)
        arrive_qn = clock.after(leave_qn, law.move)
    return WalkPlan(
        law.way,
        law.seed,
        np.array(leaves_s),
        np.array(arrives_s),
        np.array(classes, np.int64),
        tuple(places),
        tuple((times_s.astype(np.float64), share.astype(np.float32)) for times_s, share in layers),
    )


def walk_weights(walk: WalkPlan) -> tuple[NDArray[np.int64], F32]:
    """The classes that a walk shows and how much of each on every frame, the way measured by time."""
    indices, columns = np.unique(walk.classes, return_inverse=True)
    weights = np.zeros((len(walk.layers[0][0]), indices.size), np.float32)
    for times_s, share in walk.layers:
        to, along = walk.at(times_s)
        shown = np.zeros_like(weights)
        rows = np.arange(len(times_s))
        np.add.at(shown, (rows, columns[np.maximum(to - 1, 0)]), (1.0 - along).astype(np.float32))
        np.add.at(shown, (rows, columns[to]), along.astype(np.float32))
        weights = weights * (1.0 - share[:, None]) + shown * share[:, None]
    return indices, weights


def tremble(times_s: F64, jitter: Curve, seed: int | str, dimensions: int) -> F32:
    """The deviation from where the walk stays, at ascending times >= 0: float32 (n, dimensions).

    An autoregressive process on a grid of GRID_HZ from the beginning of the piece,
    e' = φ·e + s·sqrt(1 - φ²)·n with φ = exp(-1/(GRID_HZ·TAU_S)), and straight lines between its moments. A
    block of the grid is one product with a triangular matrix. The frame rate changes none of it.
    """
    found = np.zeros((times_s.size, dimensions), np.float32)
    if not times_s.size:
        return found
    phi = exp(-1.0 / (GRID_HZ * TAU_S))
    powers = phi ** np.subtract.outer(np.arange(BLOCK + 1), np.arange(BLOCK + 1)).clip(0)
    kernel = np.tril(powers)
    at = times_s * GRID_HZ
    last = stream(f"{seed}/linger/start").standard_normal(dimensions)
    size = TREMBLE * jitter.values(times_s) / USUAL_JITTER
    for block in range(int(at[-1]) // BLOCK + 1):
        pushes = np.empty((BLOCK + 1, dimensions))
        pushes[0] = last
        pushes[1:] = sqrt(1.0 - phi * phi) * stream(f"{seed}/linger/{block}").standard_normal(
            (BLOCK, dimensions)
        )
        grid = kernel @ pushes
        last = grid[-1]
        low, high = at.searchsorted([block * BLOCK, (block + 1) * BLOCK])
        if low < high:
            into = at[low:high] - block * BLOCK
            before = into.astype(np.int64)
            share = (into - before)[:, None]
            between = grid[before] * (1.0 - share) + grid[before + 1] * share
            found[low:high] = between * size[low:high, None]
    return found


def _first_place(memory: Memory, at_qn: Fraction) -> Fraction:
    """The place at which the music of a moment first occurs."""
    starts_qn = [stretch.start_qn for stretch in memory.stretches]
    number = bisect_right(starts_qn, at_qn) - 1
    if number < 0:
        return Fraction(at_qn)
    stretch = memory.stretches[number]
    return Fraction(stretch.first_qn + at_qn - stretch.start_qn)


def _class(note: VisualNote | None, law: WalkLaw, place: str) -> int:
    """A class of the note that sounds at a place, by its share; without one any class."""
    drawn = float(stream(f"{law.seed}/walk/class/{place}").random())
    if note is None:
        return int(drawn * law.class_count)
    total = sum(weight for _, weight in note.classes)
    for index, weight in note.classes:
        drawn -= weight / total if total > 0 else 1.0
        if drawn < 0:
            return index
    return note.classes[-1][0]
