"""The places of a picture's layers and the room that each takes: by ear, by sector, or in depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp

import numpy as np

from ...dsl.values.position import Duration, DurationUnit
from ...store.values.array_types import F64
from ..lanes.curve import Curve, PlayedBy
from ..lanes.players import heard_of, lengths_at
from ..lanes.playing import Course, Heard, powers, side, steps
from ..notes.casting import VisualNote
from ..notes.layering import LayerOfParts
from ..score.part_note import PartNote
from ..time.clock import Clock

GLIDE = Duration(Fraction(1), DurationUnit.BEATS)
"""The time in which a layer glides to another place: faster, the picture would jump with the notes."""
FURTHEST = 0.9
"""The largest distance of a layer's subject from the middle."""
GAPS = 1.65
"""The least distance of the subjects of n layers times n, in a film 2 wide: closer ones hide each other."""
WIDER = 4 / 3
"""The factor by which adjacent layers are wider than their share, so that they meet softly."""
REACH = 0.6
"""The distance at which a layer has fallen to 1/e, as a share of its width."""
SILENT, LOUDEST = 0.04, 1.5
"""The room that a silent layer keeps, and the most that a sounding layer takes."""
JUMP_S = 1e-6
"""Room is taken within this time before a note."""
CONTRAST = 5.0
"""The sharpness of competition between layers by height, like that of classes in one picture."""
BACK = 0.1
"""The room that a layer at the back takes, relative to one in front of it."""
FRONT, FRONT_CONTRAST, FRONT_LEVEL = 1.5, 7.0, 0.62
"""A layer in front is seen where it is higher than that, and lets others be seen between."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of a layer over the time of the piece: see StreamPlan."""

    home: float
    across: Curve
    strength: Curve
    reach: float
    contrast: float


@dataclass(frozen=True, slots=True)
class StreamLaw:
    """A layer, its notes as the picture sees them, and its seat."""

    layer: LayerOfParts
    notes: tuple[VisualNote, ...]
    seat: Seat


def seats_of(
    layers: Sequence[LayerOfParts],
    notes: Sequence[PartNote],
    members: Sequence[Sequence[int]],
    ears: F64,
    clock: Clock,
    end_s: float,
) -> list[Seat]:
    """The seats of layers.

    members   which of the notes play in each layer
    ears      float64 (notes,), where each is heard, -1..1; NaN where nothing places it
    """
    by_ear = [k for k, layer in enumerate(layers) if _place(layer) == "ear"]
    heard_at = [_mean(ears[list(members[k])], [notes[i].note.velocity for i in members[k]]) for k in by_ear]
    homes = dict(zip(by_ear, apart(heard_at, GAPS / max(len(by_ear), 1)), strict=True))
    means = dict(zip(by_ear, heard_at, strict=True))
    beside = [layer for layer in layers if _place(layer) in ("ear", "sector")]
    bars_s = sorted({0.0, *(float(clock.seconds(measure.start_qn)) for measure in clock.measures)})
    times_s = steps(np.array(bars_s), end_s)
    found = []
    for k, layer in enumerate(layers):
        written = layer.written
        assert written is not None, "who has no layers asks for no seats"
        mine = sorted(members[k], key=lambda i: notes[i].note.onset_qn)
        heard = heard_of([notes[i] for i in mine], clock)
        strength, contrast, home = _room(heard, times_s), CONTRAST, 0.0
        across = Curve.constant_of(0.0)
        count = max(len(beside), 1)
        if written.place == "ear":
            home = homes[k]
            if mine and not np.isnan(ears[mine]).all():
                across = _following(heard, ears[mine], home - means[k], clock, times_s)
            else:
                across = Curve.constant_of(home)
        elif written.place == "sector":
            number, count = written.sector
            home = (2 * number - 1) / count - 1
            across = Curve.constant_of(home)
        if written.place == "back":
            strength = _scaled(strength, BACK)
        if written.place == "front":
            # At FRONT_LEVEL it is as strong as the middle of any other layer.
            level = FRONT * exp(CONTRAST / 2 - FRONT_CONTRAST * FRONT_LEVEL)
            strength, contrast = _scaled(strength, level), FRONT_CONTRAST
        width = written.width if written.width is not None else min(WIDER / count, 1.0)
        reach = 0.0 if written.place in ("back", "front") else REACH * width
        found.append(Seat(home, across, strength, reach, contrast))
    return found


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Places at least `gap` apart, in the same order, and as near to those given as that allows.

    The sum of squared ways is least (pool adjacent violators, Barlow et al. 1972); equals keep their order.
    """
    order = sorted(range(len(places)), key=lambda k: places[k])
    pools: list[tuple[float, int]] = []
    for rank, k in enumerate(order):
        pools.append((places[k] - rank * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (before, n), (last, m) = pools[-2:]
            pools[-2:] = [((before * n + last * m) / (n + m), n + m)]
    level = [value for value, count in pools for _ in range(count)]
    highest = FURTHEST - (len(places) - 1) * gap
    found = [0.0] * len(places)
    for rank, (k, value) in enumerate(zip(order, level, strict=True)):
        found[k] = min(max(value, -FURTHEST), highest) + rank * gap
    return found


def _place(layer: LayerOfParts) -> str:
    return "" if layer.written is None else layer.written.place


def _mean(ears: F64, velocities: Sequence[int]) -> float:
    """The mean place of the sounding notes, weighted by loudness; 0 if none has a place."""
    known = ~np.isnan(ears)
    return float(np.average(ears[known], weights=np.array(velocities)[known])) if known.any() else 0.0


def _following(heard: Heard, ears: F64, moved: float, clock: Clock, times_s: F64) -> Curve:
    """The heard place of a layer over time, shifted by `moved`."""
    placed = np.where(np.isnan(ears), float(np.nanmean(ears)), ears)
    share = side(heard, placed, times_s, lengths_at(GLIDE, clock, times_s))
    values = (share * 2.0 - 1.0 + moved).clip(-1.0, 1.0)
    return Curve(played=PlayedBy(course=Course(times_s, values)))


def _room(heard: Heard, times_s: F64) -> Curve:
    """The room that a layer takes: it grows with the loudness of its notes, and at once at an onset."""
    onsets_s = np.unique(heard.onsets_s)
    moments_s = np.unique(np.concatenate([times_s, onsets_s, onsets_s - JUMP_S]))
    level = np.sqrt(powers(heard, moments_s)[0]).clip(0.0, LOUDEST)
    return Curve(played=PlayedBy(course=Course(moments_s, SILENT + level)))


def _scaled(curve: Curve, factor: float) -> Curve:
    assert curve.played is not None and curve.played.course is not None
    course = curve.played.course
    return Curve(played=PlayedBy(course=Course(course.times_s, course.values * factor)))
