"""The original effects.json as lanes of today: one point a line, each saying what happens until the next one.

A segment of the original runs in seconds and names its own end. Where the score is known, a movement follows
the beats unless the tempo changes within it; without the score each one keeps `domain: seconds`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...dsl.findings.collector import Findings
from ...dsl.model.audio import Audio
from ...dsl.model.lane import CycleUnit, Lane, Point
from ...dsl.read.lanes import lane_kinds, read_lanes
from ...dsl.read.legacy_effects import TAIL_S
from ...dsl.read.reader import Reading
from ...dsl.text.format import formatted, scalar_text
from ...dsl.text.yaml_reader import parse_source
from ...dsl.text.yaml_source import root_node
from ...dsl.values.position import number_text, place_text
from ..lanes.curve import Curve
from ..lanes.parameters import SOUND_DECLICK_S, Target
from ..lanes.resolve import Lanes
from ..lanes.segment_values import Segment
from ..time.clock import Clock

SAME = 1e-12
"""A `from` that differs by less from the lane's value is left out."""
BETWEEN = 7
"""Number of places between two breakpoints that are compared."""

Row = dict[str, str | float]
"""A point as it is written: its keys in order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between a converted file and its original: the largest one over that many places."""

    most: float
    places: int


def converted(lanes: Sequence[Lane], clock: Clock | None, findings: Findings) -> str | None:
    """The lanes of an original file as text of today's form; None and findings where the score refuses."""
    rows: dict[str, list[Row]] = {}
    for lane in lanes:
        curve = None if clock is None else _curve(lanes, lane.name, clock, findings)
        rows[lane.name] = list(_rows(lane, clock, curve))
    if findings.has_errors:
        return None
    text: list[str] = []
    for name, points in rows.items():
        source = next((other for other in rows if other != name and _mirrors(rows, name, other)), None)
        if source is not None:
            text.append(f"{scalar_text(name)}: {{mirror: {scalar_text(source)}}}")
            continue
        text.append(f"{scalar_text(name)}:")
        text += [
            f"  - {{{', '.join(f'{key}: {_value(value)}' for key, value in row.items())}}}" for row in points
        ]
    return formatted("\n".join(text), "effects.yaml")


def compared(lanes: Sequence[Lane], text: str, clock: Clock) -> Comparison:
    """The original's lanes against their conversion, at every breakpoint and at places between them."""
    source, _ = parse_source(text, "effects.yaml")
    today = read_lanes(root_node(source), lane_kinds(Audio()), Reading())
    most, places = 0.0, 0
    for lane in lanes:
        old, new = (_curve(each, lane.name, clock, Findings()) for each in (lanes, today))
        breaks = np.unique(np.concatenate([[0.0], old.breakpoints(), [float(clock.end_s) + TAIL_S]]))
        shares = np.arange(BETWEEN) / BETWEEN
        times_s = (breaks[:-1, None] + np.diff(breaks)[:, None] * shares).ravel()
        difference = np.abs(old.values(times_s) - new.values(times_s))
        most, places = max(most, float(difference.max(initial=0.0))), places + times_s.size
    return Comparison(most, places)


def _curve(lanes: Sequence[Lane], name: str, clock: Clock, findings: Findings) -> Curve:
    end_qn = clock.quarters(clock.end_s + Fraction(TAIL_S))
    made = Lanes(tuple(lanes), clock, end_qn, 0)
    curve = made.curve(Target(name, -1.0, 1.0, 0.0, SOUND_DECLICK_S))
    findings += made.findings
    return curve


def _rows(lane: Lane, clock: Clock | None, curve: Curve | None) -> Iterator[Row]:
    """The points of a lane, and a `hold` wherever a segment ends and none begins."""
    standing: float | None = 0.0
    last = len(lane.points) - 1
    segments = curve.segments if curve is not None else ()
    if clock is not None and len(segments) != len(lane.points):
        return
    for i, point in enumerate(lane.points):
        segment = segments[i] if segments else None
        is_opening = i == 0 and point.hold == 0 and last > 0 and place_text(point.at) == "1|1"
        if not is_opening:
            yield _row(point, standing, clock, segment)
        standing = segment.last_value if segment else _end_value(point)
        gap = _gap(point, lane.points[i + 1] if i < last else None, clock)
        if gap is not None and (i < last or point.hold is None):
            held = _known_end(point) if standing is None else standing
            yield {"at": gap, "hold": held}
            standing = held


def _row(point: Point, standing: float | None, clock: Clock | None, segment: Segment | None) -> Row:
    at = place_text(point.at)
    if point.hold is not None:
        return {"at": at, "hold": point.hold}
    row: Row = {"at": at}
    start = point.start
    if start is not None and (standing is None or abs(start - standing) > SAME):
        row["from"] = start
    if point.to is not None:
        row["to"] = point.to
    elif point.via is not None:
        row["via"] = point.via
    row["shape"] = point.shape.value
    if point.cycles is not None:
        row["cycles"] = (
            point.cycles.value if isinstance(point.cycles, CycleUnit) else number_text(point.cycles)
        )
    is_steady = (
        clock is not None
        and segment is not None
        and not any(segment.start_qn < tempo < segment.end_qn for tempo in clock.tempo_starts_qn)
    )
    if not is_steady:
        row["domain"] = point.domain.value
    return row


def _gap(point: Point, following: Point | None, clock: Clock | None) -> str | None:
    """The place after a segment from which nothing is written; None if the next segment follows at once."""
    end = point.end
    if end is None:
        return None
    if following is None:
        return f"end+{TAIL_S:g}s" if end.at_end else place_text(end)
    if clock is not None:
        here, there = clock.at(end), clock.at(following.at)
        return place_text(end) if here is not None and there is not None and here < there else None
    if end.bar is None or following.at.bar is None:
        return None
    # Beat 5 of a bar and beat 1 of the next may be one place: without the metres nobody knows.
    meets = (end.bar, end.beat) == (following.at.bar, following.at.beat)
    may_meet = end.bar + 1 == following.at.bar and following.at.beat == 1 and end.beat > 1
    return None if meets or may_meet else place_text(end)


def _end_value(point: Point) -> float | None:
    """The value at which a segment ends; None if that depends on the score's metres."""
    return None if isinstance(point.cycles, CycleUnit) else _known_end(point)


def _known_end(point: Point) -> float:
    start = point.start or 0.0
    if point.hold is not None:
        return point.hold
    if point.to is None:
        return start
    if isinstance(point.cycles, Fraction):
        share = float(point.cycles % 1) or 1.0
        return start + (point.to - start) * share
    return point.to


def _mirrors(rows: Mapping[str, list[Row]], name: str, other: str) -> bool:
    """Whether a lane is the mirror image of an earlier one that moves."""
    names = list(rows)
    if names.index(other) > names.index(name) or len(rows[name]) < 2:
        return False
    negated = [
        {key: -value if isinstance(value, float) else value for key, value in row.items()}
        for row in rows[other]
    ]
    return negated == rows[name]


def _value(value: str | float) -> str:
    return repr(value + 0.0).removesuffix(".0") if isinstance(value, float) else value
