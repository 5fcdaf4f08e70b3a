"""Ear positions as the program that came before computed them, once a millisecond, faults and all.

Only for comparison: it shows by how much, and why, the exact curves differ. Its bars
are spread evenly between the events of tempo and metre, and what follows the last event is left out; its
segments are one millisecond short each and are one behind the other, so that they run ahead of the sound;
both ends of a segment are sampled, so that a joint is there twice.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import floor, pi
from typing import TYPE_CHECKING

from ...dsl.model.lane import CycleUnit, Lane, Point, Shape
from ...dsl.values.position import Place
from ..lanes.shapes import plain_shape
from ..lazy_numpy import np
from ..time.clock import Clock

if TYPE_CHECKING:
    from ...store.values.array_types import F64


MS_PER_S = 1000

Bar = tuple[Fraction, Fraction, int]
"""Start and end in seconds, and the number of beats."""


def pan_grid(lanes: tuple[Lane, ...], clock: Clock) -> dict[str, F64]:
    """For each lane of the original form its position at each millisecond, float64 (n,).

    Raises ValueError where a lane names a bar that the original program left out.
    """
    bars = spread_bars(clock)
    old = (lane for lane in lanes if lane.legacy_tail_s is not None)
    return {
        lane.name: np.concatenate([_samples(point, lane, bars, clock) for point in lane.points])
        for lane in old
    }


def spread_bars(clock: Clock) -> tuple[Bar, ...]:
    """The bars as they were thought to be: whole ones, evenly between each event and the next."""
    meters = {measure.start_qn: measure.meter for measure in reversed(clock.measures)}
    changes = {Fraction(0), *clock.tempo_starts_qn}
    changes |= {
        measure.start_qn
        for before, measure in zip(clock.measures, clock.measures[1:], strict=False)
        if measure.meter != before.meter
    }
    events = sorted(changes)
    bars: list[Bar] = []
    for start_qn, end_qn in itertools.pairwise(events):
        meter = meters.get(start_qn) or clock.measures[clock.measure_index(start_qn)].meter
        beats = (end_qn - start_qn) * (2 if meter.denominator == 8 else 1)
        count = round(float(beats) / meter.numerator)
        start_s, end_s = clock.seconds(start_qn), clock.seconds(end_qn)
        edges = [start_s + (end_s - start_s) * i / count for i in range(count + 1)] if count else []
        bars += [(left, right, meter.numerator) for left, right in itertools.pairwise(edges)]
    return tuple(bars)


def _samples(point: Point, lane: Lane, bars: tuple[Bar, ...], clock: Clock) -> F64:
    assert point.end is not None, "segments of the original form name their end"
    start_s, end_s = _time(point.at, lane, bars), _time(point.end, lane, bars)
    count = max(floor(MS_PER_S * (end_s - start_s)) - 1, 0)
    u = np.linspace(0.0, 1.0, count)
    first = point.start if point.start is not None else 0.0
    if point.hold is not None or point.shape is Shape.HOLD:
        return np.full(count, point.hold if point.hold is not None else first)
    goal = point.via if point.via is not None else point.to
    if goal is None:
        return np.full(count, first)
    if point.shape is Shape.SAWTOOTH:
        half = (goal - first) / 2
        with np.errstate(divide="ignore"):
            return np.asarray(
                half + first - 2 * half / pi * np.arctan(1 / np.tan(pi * u * _cycles(point, clock)))
            )
    return np.asarray(first + (goal - first) * plain_shape(point.shape, u))


def _time(place: Place, lane: Lane, bars: tuple[Bar, ...]) -> Fraction:
    """A place in seconds; ValueError for a bar that is not in the table."""
    if not bars or (place.bar or 1) > len(bars):
        raise ValueError(f"bar {place.bar or 1} was not known to the original program")
    if place.at_end:
        return bars[-1][1] + Fraction(lane.legacy_tail_s or 0)
    start_s, end_s, beats = bars[(place.bar or 1) - 1]
    return start_s + (end_s - start_s) * (place.beat - 1) / beats


def _cycles(point: Point, clock: Clock) -> int:
    if not isinstance(point.cycles, CycleUnit):
        return int(point.cycles or 1)
    assert point.end is not None
    start, end = clock.at(point.at), clock.at(point.end)
    return int((end or Fraction(0)) - (start or Fraction(0)))
