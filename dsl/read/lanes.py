"""Lanes as written, in piece.yaml or effects.yaml, to Lanes: points with places and values in base units."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from ..findings.diagnostics import Diagnostic
from ..model.audio import Audio
from ..model.lane import By, CycleUnit, Domain, Lane, Point, Shape
from ..model.parameters import PICTURE, PLACES, PictureParameter
from ..model.plugins import Parameter, plugin
from ..text.yaml_source import Node
from ..values.quantity import Quantity, examples_within, parse_quantity
from ..values.units import Unit
from .played import played_lane
from .reader import Reading, named


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of the values of a lane: their unit, and the bounds of its parameter where it has some."""

    unit: Unit
    low: float = -math.inf
    high: float = math.inf


KindOf = Callable[[str], Kind]
"""The kind of the values of a lane, by the name of its parameter."""

_OF_A_LAYER = re.compile(r"^visuals\.layers\..+\.(depth|truncation|hue|motion\.amount|motion\.jitter)$")
_WAYS = {place.ending: place for place in PLACES}
"""Lanes of a bus beside its ear."""


def read_lanes(node: Node, kind_of: KindOf, reading: Reading) -> tuple[Lane, ...]:
    """The lanes of a block, in written order; behind an azimuth what its spirals do to its other lanes."""
    lanes: list[Lane] = []
    for name, written in named(node):
        by = written.get("by") if isinstance(written.value, dict) else None
        cc = written.get("cc") if isinstance(written.value, dict) else None
        has_points = written.get("points") is not None
        if (by is None and cc is None) or has_points:
            lanes.append(_lane(name, written, kind_of, reading))
            lanes += _spiralling(lanes[-1], written, reading)
        if by is not None or cc is not None:
            onto = written.get("lane")
            unit = kind_of(onto.text if onto is not None else name).unit
            kind = By(by.text) if by is not None else By.CONTROLLER
            lanes.append(played_lane(name, written, kind, unit, has_points, reading))
    return tuple(lanes)


def lane_units(audio: Audio) -> Callable[[str], Unit]:
    """The unit of each parameter; Unit.ANY for an unknown parameter, which the compiler reports."""
    kind_of = lane_kinds(audio)
    return lambda name: kind_of(name).unit


def lane_kinds(audio: Audio) -> KindOf:
    """The kind of each parameter; that of Unit.ANY for an unknown parameter, which the compiler reports."""
    kinds = {parameter.name: _kind(parameter) for parameter in PICTURE}
    for bus in audio.buses:
        kinds[bus.ear or bus.name] = Kind(Unit.NUMBER)
        kinds[f"{bus.name}.gain"] = Kind(Unit.GAIN)
        kinds |= {f"{bus.name}.{way}": Kind(place.unit) for way, place in _WAYS.items()}
        for send in bus.sends:
            kinds[f"{bus.name}.sends.{send.to}"] = Kind(Unit.GAIN)
    for back in audio.returns:
        kinds[f"{back.name}.gain"] = Kind(Unit.GAIN)
    chains = [(bus.name, bus.chain) for bus in audio.buses] + [
        (back.name, back.chain) for back in audio.returns
    ]
    for name, chain in chains:
        for effect in chain:
            described = plugin(effect.plugin)
            for parameter in described.parameters if described else ():
                kinds[f"{name}.{effect.label or effect.plugin}.{parameter.name}"] = _kind(parameter)

    def kind_of(name: str) -> Kind:
        if found := _OF_A_LAYER.search(name):
            return kinds[f"visuals.{found[1]}"]
        if name in kinds or audio.buses:
            return kinds.get(name, Kind(Unit.ANY))
        if name.rpartition(".")[2] in _WAYS:
            return Kind(Unit.NUMBER)
        # The buses are the score's parts, which are unknown here: the end of the name gives the parameter.
        if name.endswith(".gain") and name.rpartition(".")[0].rpartition(".")[2] != "gain":
            return Kind(Unit.GAIN)
        for effect in audio.default_chain:
            described = plugin(effect.plugin)
            for parameter in described.parameters if described else ():
                if name.endswith(f".{effect.label or effect.plugin}.{parameter.name}"):
                    return _kind(parameter)
        return Kind(Unit.ANY)

    return kind_of


def _kind(parameter: Parameter | PictureParameter) -> Kind:
    return Kind(parameter.unit, parameter.low, parameter.high)


def _lane(name: str, node: Node, kind_of: KindOf, reading: Reading) -> Lane:
    is_played = node.get("by") is not None
    mirror, points = node.get("mirror"), node.get("points")
    # In a lane that notes play, `over` is a length of time, and points have their own keys.
    over, mode = (None, None) if is_played else (node.get("over"), node.get("mode"))
    if mirror is not None:
        return Lane(name, node.key_span, mirror_of=mirror.text)
    target = over.text if over else name
    kind = kind_of(target)
    # What is added or multiplied has no bounds of its own.
    values = _Values(kind if mode is None or mode.text == "set" else Kind(kind.unit), reading)
    read = tuple(_point(point, values, reading) for point in (points or node).each())
    return Lane(
        target, node.key_span, read, mode=mode.text if mode else "set", pointer=(points or node).pointer
    )


class _Values:
    """The values of one lane, in base units."""

    def __init__(self, kind: Kind, reading: Reading) -> None:
        self._kind, self._unit = kind, kind.unit
        self._reading = reading

    def value(self, node: Node | None) -> float | None:
        """A value, where one is written."""
        return None if node is None else self._quantity(node).value

    def is_counted(self, node: Node | None) -> bool:
        """Whether a rate is written in cycles per beat."""
        return node is not None and self._quantity(node).per_beat

    def is_in_decibels(self, node: Node | None) -> bool:
        """Whether a level is written in decibels instead of as a factor."""
        return self._unit is Unit.GAIN and node is not None and node.text.rstrip().endswith("dB")

    def _quantity(self, node: Node) -> Quantity:
        found = parse_quantity(node.text, self._unit, node.span)
        if isinstance(found, Diagnostic):
            hint = f"write {examples_within(self._unit, self._kind.low, self._kind.high)}"
            self._reading.findings.add(replace(found, hint=hint))
            return Quantity(0.0)
        return found


def _point(node: Node, values: _Values, reading: Reading) -> Point:
    at = node.get("at")
    assert at is not None, "the schema demands it"
    written_values = {"hold": "hold", "to": "to", "via": "via", "start": "from"}
    nodes = {name: node.get(key) for name, key in written_values.items()}
    hold, to, via, start = (values.value(found) for found in nodes.values())
    turns = node.get("turns")
    if turns is not None:
        shape = Shape.SPIRAL if node.get("distance") or node.get("elevation") else Shape.ORBIT
    else:
        shape = Shape.HOLD if hold is not None else Shape.STRAIGHT if to is not None else Shape.WHOLE_COSINE
    usual = Point(reading.place(at), node.span)
    written, ease, domain, join = node.get("shape"), node.get("ease"), node.get("domain"), node.get("join")
    phase, curvature, mirror = node.get("phase"), node.get("curvature"), node.get("mirror")
    return Point(
        at=usual.at,
        span=node.span,
        shape=Shape(written.text) if written else shape,
        hold=hold,
        to=to,
        via=via,
        turns=float(turns.value) if turns else None,
        start=start,
        cycles=_cycles(node.get("cycles"), reading),
        phase=float(phase.value) if phase else usual.phase,
        curvature=float(curvature.value) if curvature else usual.curvature,
        mirrored=bool(mirror.value) if mirror else usual.mirrored,
        ease=Shape(ease.text) if ease else None,
        domain=Domain(domain.text) if domain else usual.domain,
        hard=join is not None and join.text == "hard",
        in_decibels=values.is_in_decibels(nodes["to"] or nodes["via"]),
        counted=frozenset(name for name, found in nodes.items() if values.is_counted(found)),
        pointer=node.pointer,
    )


def _spiralling(lane: Lane, node: Node, reading: Reading) -> list[Lane]:
    """The lanes of distance and elevation that an azimuth's spirals move; between spirals they are
    constant.

    A lane that turns and is not an azimuth is a fault.
    """
    if lane.mirror_of is not None:
        return []
    points = list((node.get("points") or node).each())
    bus, _, way = lane.name.rpartition(".")
    if way != "azimuth" or lane.mode != "set":
        for point in points:
            if (turns := point.get("turns")) is not None:
                message = f"`turns` needs an azimuth lane, and this is the lane `{lane.name}`"
                head = lane.name.partition(".")[0]
                hint = "write it in the lane of a bus, e.g. `flute.azimuth`, in degrees"
                if way == "azimuth":
                    message = f"`turns` sets the azimuth, and this lane has the mode {lane.mode}"
                    hint = "write it in a lane without `mode`"
                elif head != "visuals":
                    hint = f"write it in the lane `{head}.azimuth`, in degrees"
                reading.find("MV210", turns.key_span, message, hint)
        return []
    return [
        _one_spiral(f"{bus}.{key}", key, lane, points, reading)
        for key in ("distance", "elevation")
        if any(point.get(key) for point in points)
    ]


def _one_spiral(name: str, key: str, lane: Lane, points: list[Node], reading: Reading) -> Lane:
    made = []
    for point, node in zip(lane.points, points, strict=True):
        written = node.get(key)
        if written is None:
            made.append(Point(point.at, point.span))
            continue
        first, dots, last = written.text.rpartition("..")
        low, high = _WAYS[key].low, _WAYS[key].high
        ends = [float(text) for text in ((first, last) if dots else (last,))]
        if not all(low <= end <= high for end in ends):
            message = f"{written.text} is not within {low:g}..{high:g}"
            reading.find("MV206", written.span, message, f"write a value from {low:g} to {high:g}")
            ends = [low]
        made.append(
            Point(
                point.at,
                point.span,
                shape=Shape.GEOMETRIC if key == "distance" else Shape.STRAIGHT,
                to=ends[-1],
                start=ends[0] if dots else None,
                ease=point.ease,
                domain=point.domain,
                mirrored=point.mirrored,
            )
        )
    return Lane(name, lane.span, tuple(made))


def _cycles(node: Node | None, reading: Reading) -> Fraction | CycleUnit | None:
    if node is None:
        return None
    if node.text.startswith("per_"):
        return CycleUnit(node.text)
    cycles = reading.ratio(node)
    if cycles <= 0:
        reading.find("MV206", node.span, "cycles must be greater than 0", "write a number above 0")
    return cycles
