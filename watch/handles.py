"""Handles on a lane: where a composer takes hold of its curve, and which values of the text that moves.

A handle is where a point's place and the lane's value there meet. Moving it up writes what arrives there
and what holds from there, so that a curve that was whole stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from ..compiler.lanes.curve import Curve
from ..compiler.lanes.segment_values import Segment
from ..compiler.time.clock import Clock
from ..dsl.model.lane import Lane, Point
from ..dsl.model.shapes import PERIODIC
from .wire import events

SAME = 1e-9
"""Values that differ by less are one."""
PROBES = 65
"""Moments of a swing at which its peak is looked for."""
_FROM = {"hold": "hold", "to": "to", "via": "via", "start": "from"}


def handles(lane: Lane, curve: Curve, clock: Clock) -> tuple[events.Node, ...]:
    """The handles of a lane, in the order of its points; none where its points have no place in a text.

    curve   its segments are those of the lane, one to a point, over the time of the piece
    """
    if not lane.pointer or len(curve.segments) != len(lane.points):
        return ()
    if any(not point.pointer for point in lane.points):
        return ()
    found = _Handles(lane.points, curve.segments, clock)
    return tuple(found.all())


class _Handles:
    def __init__(self, points: Sequence[Point], segments: Sequence[Segment], clock: Clock) -> None:
        self._points, self._segments, self._clock = points, segments, clock

    def all(self) -> Iterator[events.Node]:
        for i, (point, segment) in enumerate(zip(self._points, self._segments, strict=True)):
            yield from self._beginning(i, point, segment)
            yield from self._between(i, point, segment)
            is_last = i + 1 == len(self._points)
            if is_last and (arriving := self._arriving(i)) and point.to is not None:
                yield self._node(i, segment.end_s, segment.last_value, "value", arriving, arriving, "")

    def _beginning(self, i: int, point: Point, segment: Segment) -> Iterator[events.Node]:
        """The handle at a point's own place; two where the lane jumps there."""
        own = _written(point, "hold") or _written(point, "start")
        before = self._segments[i - 1] if i else None
        arriving = self._arriving(i - 1) if before is not None else ()
        value = float(own[1]) if own else segment.start_value
        leaving = (own[0],) if own else ()
        at = f"{point.pointer}/at"
        if before is not None and abs(before.last_value - value) > SAME and arriving:
            if leaving:
                yield self._node(i - 1, segment.start_s, before.last_value, "value", arriving, arriving, "")
            arriving = ()
        writes = (*arriving, *leaving)
        yield self._node(
            i, segment.start_s, value, "value" if writes else "rest", writes, leaving or arriving, at
        )

    def _between(self, i: int, point: Point, segment: Segment) -> Iterator[events.Node]:
        """The handles inside a segment: a peak, the ends of a rotation, the number of turns."""
        middle_s = self._middle(segment)
        if point.turns is not None:
            pointer = (f"{point.pointer}/turns",)
            yield self._node(i, middle_s, point.turns, "turns", pointer, pointer, "")
        elif segment.shape in PERIODIC:
            low, high = _written(point, "start"), _written(point, "to")
            for kind, found in (("low", low), ("high", high)):
                if found:
                    yield self._node(i, middle_s, float(found[1]), kind, (found[0],), (found[0],), "")
        elif point.via is not None:
            pointer = (f"{point.pointer}/via",)
            yield self._node(i, self._peak(segment), point.via, "peak", pointer, pointer, "")

    def _arriving(self, i: int) -> tuple[str, ...]:
        """The pointers of the value that is at the end of a segment."""
        while i >= 0:
            point, segment = self._points[i], self._segments[i]
            if point.turns is not None or segment.shape in PERIODIC:
                return ()
            if point.hold is not None:
                return (f"{point.pointer}/hold",)
            if point.to is not None:
                return (f"{point.pointer}/to",)
            if point.start is not None:
                return (f"{point.pointer}/from",)
            # A swing comes back to where it began, and a rest stays there.
            i -= 1
        return ()

    def _peak(self, segment: Segment) -> Fraction:
        plain = Curve((segment,), before=segment.start_value)
        share = np.linspace(0.0, 1.0, PROBES)[:-1]
        times_s = float(segment.start_s) + share * float(segment.end_s - segment.start_s)
        moved = np.abs(plain.values(times_s) - segment.start_value)
        return Fraction(float(times_s[int(moved.argmax())]))

    def _middle(self, segment: Segment) -> Fraction:
        return Fraction(self._clock.seconds((segment.start_qn + segment.end_qn) / 2))

    def _node(
        self,
        i: int,
        s: Fraction,
        value: float,
        kind: events.NodeKind | str,
        writes: tuple[str, ...],
        alone: tuple[str, ...],
        at_pointer: str,
    ) -> events.Node:
        point = self._points[i]
        return events.Node(
            i=i,
            s=round(float(s), 6),
            v=round(value, 9),
            at=point.at.text,
            kind=kind,  # type: ignore[arg-type]
            shape=point.shape.value,
            line=point.span.line,
            writes=writes,
            alone=alone,
            at_pointer=at_pointer,
            point=point.pointer,
        )


def _written(point: Point, name: str) -> tuple[str, float] | None:
    """Pointer and number of a value of a point, where it is written."""
    value = getattr(point, name)
    return None if value is None else (f"{point.pointer}/{_FROM[name]}", value)
