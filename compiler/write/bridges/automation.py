"""Automation of a DAWproject (.dawproject) as lanes: points in quarter notes, or in seconds.

What is read: `Points` of the arrangement, of tracks and in clips, that move a parameter or a MIDI controller.
Levels in decibels become factors, pans -1 to 1; a track that we wrote says the range of its controller in its
name. A program counts quarter notes as they are played, as our clock does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.values.units import Quarters
from ...score.guard.archive import side_document
from ...score.guard.xml import Node, parse_xml
from ...time.clock import Clock
from .dawproject import PROJECT

POINTS_MOST = 200_000
FIELDS_MOST = 1000
_RANGE = re.compile(r"\A(?P<name>.*) \[(?P<low>[-+.0-9e]{1,20}?)\.\.(?P<high>[-+.0-9e]{1,20})\]\Z")
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Point:
    """A value from a moment on; `is_straight` where it goes in a line to the next point."""

    at: Fraction
    value: float
    is_straight: bool


@dataclass(frozen=True, slots=True)
class Automation:
    """The points of a parameter in the order of time; `in_seconds` instead of quarter notes.

    repeats   a clip plays some of them again; only the first time is here
    """

    points: tuple[Point, ...]
    in_seconds: bool
    repeats: bool = False

    def mapped(self, value: Callable[[float], float]) -> Automation:
        """A copy with other values."""
        return replace(self, points=tuple(replace(one, value=value(one.value)) for one in self.points))


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of project.xml: its name, and the conversion of its values to ours."""

    name: str
    kind: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Scope:
    """The context of a timeline: its track, its unit of time, and its map to the arrangement's time."""

    track: str = ""
    in_seconds: bool = False
    offset: Fraction = _ZERO
    begins: Fraction | None = None
    ends: Fraction | None = None
    repeats: bool = False
    """Whether it is in a clip that loops its content."""


def read_project(data: bytes, name: str) -> dict[str, Automation] | None:
    """The automation of a project by names such as `Bass volume`; None for an archive that is not a project.

    Raises PieceError MV682 for a project that is damaged or beyond the limits.
    """
    try:
        text = side_document(data, name, PROJECT)
        if text is None:
            return None
        root = parse_xml(text, name)
    except PieceError as error:
        found = [replace(one, code="MV682", hint="save it again as a DAWproject") for one in error.findings]
        raise PieceError(found) from None
    if root.tag != "Project":
        return None
    reading = _Reading(root)
    try:
        arrangement = root.child("Arrangement")
        for child in () if arrangement is None else arrangement.children:
            if child.tag == "Lanes":
                reading.timeline(child, _Scope())
    except _DamagedError as error:
        span = Span(name, error.line, 1, error.line, 2)
        raise PieceError([Diagnostic("MV682", span, f"{error}", "save it again as a DAWproject")]) from None
    return reading.found()


def points_as_lane(automation: Automation, clock: Clock) -> Iterator[tuple[Fraction, str]]:
    """The points of a lane: the time of each in seconds of the piece, and its other keys."""
    stands: float | None = None
    moments = list(_moments(automation, clock))
    for k, (at_s, arrives, point) in enumerate(moments):
        following = moments[k + 1] if k + 1 < len(moments) else None
        if k:
            stands = arrives
        if following is not None and point.is_straight and following[1] != point.value:
            jumps = "" if stands == point.value else f"from: {point.value:.9g}, "
            domain = ", domain: seconds" if automation.in_seconds else ""
            yield at_s, f"{jumps}to: {following[1]:.9g}, shape: straight{domain}"
        else:
            yield at_s, f"hold: {point.value:.9g}"


def _moments(automation: Automation, clock: Clock) -> Iterator[tuple[Fraction, float, Point]]:
    """Each moment in seconds, the value that is arrived at, and what goes on from there."""
    points = automation.points
    if points[0].at > 0:
        points = (Point(_ZERO, points[0].value, is_straight=False), *points)
    if not automation.in_seconds:
        points = tuple(_at_every_beat(points, clock))
    held = points[0].value
    k = 0
    while k < len(points):
        last = k
        while last + 1 < len(points) and points[last + 1].at == points[k].at:
            last += 1
        before = points[k - 1] if k else points[k]
        arrives = points[k].value if before.is_straight else held
        at = points[k].at
        yield at if automation.in_seconds else clock.seconds(Quarters(at)), arrives, points[last]
        held = points[last].value
        k = last + 1


def _at_every_beat(points: tuple[Point, ...], clock: Clock) -> Iterator[Point]:
    """The points, plus one at each change of the metre's beat: a lane moves evenly in beats."""
    changes = [
        Fraction(measure.start_qn)
        for before, measure in zip(clock.measures, clock.measures[1:], strict=False)
        if before.meter.beat_qn != measure.meter.beat_qn
    ]
    k = 0
    for point, following in zip(points, [*points[1:], None], strict=True):
        yield point
        while k < len(changes) and changes[k] <= point.at:
            k += 1
        while following is not None and k < len(changes) and changes[k] < following.at:
            share = float((changes[k] - point.at) / (following.at - point.at))
            if point.is_straight:
                value = point.value + (following.value - point.value) * share
                yield Point(changes[k], value, is_straight=True)
            k += 1


class _DamagedError(ValueError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Reading:
    """Holds the names of a project's tracks and parameters, and what was found."""

    def __init__(self, root: Node) -> None:
        self.repeated: set[str] = set()
        self.moved: dict[tuple[str, bool], list[Point]] = {}
        self.point_count = 0
        self.tracks: dict[str, str] = {}
        self.parameters: dict[str, _Parameter] = {}
        structure = root.child("Structure")
        waiting: list[tuple[Node, str]] = [] if structure is None else [(structure, "")]
        while waiting:
            node, track = waiting.pop()
            said = node.attributes
            if node.tag == "Track":
                track = said.get("name") or said.get("id", "")
                self.tracks[said.get("id", "")] = track
            if node.tag in ("Volume", "Pan", "Mute") or node.tag.endswith("Parameter"):
                own = node.tag.lower() if "Parameter" not in node.tag else said.get("name", "parameter")
                self.parameters[said.get("id", "")] = _Parameter(
                    f"{track} {own}".strip(),
                    node.tag,
                    said.get("unit", ""),
                    _number(said.get("min")) or 0.0,
                    1.0 if (high := _number(said.get("max"))) is None else high,
                )
            waiting += [(child, track) for child in reversed(node.children)]

    def timeline(self, node: Node, scope: _Scope) -> None:
        """The content of a timeline; nested ones follow it."""
        waiting = [(node, scope)]
        while waiting:
            node, scope = waiting.pop()
            said = node.attributes
            if "timeUnit" in said:
                scope = replace(scope, in_seconds=said["timeUnit"] == "seconds")
            if "track" in said:
                scope = replace(scope, track=self.tracks.get(said["track"], said["track"]))
            if node.tag == "Points":
                self.points(node, scope)
            elif node.tag == "Clip":
                inside = self.clip(node, scope)
                waiting += [(child, inside) for child in reversed(node.children)]
            elif node.tag in ("Lanes", "Clips"):
                waiting += [(child, scope) for child in reversed(node.children)]

    def clip(self, node: Node, scope: _Scope) -> _Scope:
        """The scope inside a clip; of one that repeats its content, the first time."""
        said = node.attributes
        begins = self.time(node, "time") + scope.offset
        starts = self.time(node, "playStart") if "playStart" in said else _ZERO
        ends = begins + self.time(node, "duration") if "duration" in said else None
        repeats = scope.repeats
        if "loopEnd" in said:
            once = begins + self.time(node, "loopEnd") - starts
            if ends is None or once < ends:
                repeats, ends = True, once
        if scope.ends is not None:
            ends = scope.ends if ends is None else min(ends, scope.ends)
        return replace(scope, offset=begins - starts, begins=begins, ends=ends, repeats=repeats)

    def points(self, node: Node, scope: _Scope) -> None:
        target = node.child("Target")
        known = None if target is None else self.target(target, scope.track)
        if known is None:
            return
        known = replace(known, unit=node.attributes.get("unit", known.unit))
        found: list[Point] = []
        for child in node.children:
            value = None if child.tag == "Target" else _value(child.attributes.get("value", ""), known)
            if value is None:
                continue
            self.point_count += 1
            if self.point_count > POINTS_MOST:
                raise _DamagedError(f"it has more than {POINTS_MOST:,} points of automation", child.line)
            at = self.time(child, "time") + scope.offset
            straight = child.attributes.get("interpolation") == "linear"
            if (scope.begins is None or at >= scope.begins) and (scope.ends is None or at <= scope.ends):
                found.append(Point(max(at, _ZERO), value, straight))
        if not found:
            return
        known_as = known.name, scope.in_seconds
        if known_as not in self.moved and len(self.moved) >= FIELDS_MOST:
            raise _DamagedError(f"it moves more than {FIELDS_MOST:,} parameters", node.line)
        self.moved.setdefault(known_as, []).extend(found)
        if scope.repeats:
            self.repeated.add(known.name)

    def found(self) -> dict[str, Automation]:
        """The automation that was read; of a parameter in two units of time, the first one."""
        result: dict[str, Automation] = {}
        for (name, in_seconds), points in self.moved.items():
            points.sort(key=lambda point: point.at)
            result.setdefault(name, Automation(tuple(points), in_seconds, name in self.repeated))
        return result

    def target(self, target: Node, track: str) -> _Parameter | None:
        """The parameter that is moved, with its name."""
        said = target.attributes
        if "parameter" in said:
            return self.parameters.get(said["parameter"])
        if "expression" not in said:
            return None
        ranged = _RANGE.match(track)
        if ranged is not None and (low := _number(ranged["low"])) is not None:
            high = _number(ranged["high"])
            return _Parameter(ranged["name"], "ranged", "", low, low if high is None else high)
        kind = said["expression"]
        moved = f"controller {said.get('controller', '')}" if kind == "channelController" else kind
        return _Parameter(f"{track} {moved}".strip(), kind, "", 0.0, 1.0)

    def time(self, node: Node, key: str) -> Fraction:
        value = _number(node.attributes.get(key, "0"))
        if value is None or abs(value) > 1e7:
            said = node.attributes.get(key, "")[:40]
            raise _DamagedError(f"{said!r} is not a time", node.line)
        return Fraction(value).limit_denominator(10**9)


def _value(text: str, parameter: _Parameter) -> float | None:
    """A value in our own unit; None for what is not a number."""
    if parameter.unit == "decibel" and text.lower() == "-inf":
        return 0.0
    value = _number(text)
    if value is None:
        return None
    if parameter.kind == "ranged":
        value = parameter.low + value * (parameter.high - parameter.low)
    elif parameter.kind == "Pan" and parameter.high > parameter.low:
        value = 2.0 * (value - parameter.low) / (parameter.high - parameter.low) - 1.0
    elif parameter.unit == "decibel":
        value = 10.0 ** (min(value, 200.0) / 20.0)
    return value if isfinite(value) else None


def _number(text: str | None) -> float | None:
    """A finite number, or `true` and `false` as 1 and 0."""
    if text in ("true", "false"):
        return float(text == "true")
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None
