"""Lanes that notes play, as written: `{by: notes, part: glock, amount: 6%}`."""

from dataclasses import replace

from ..findings.diagnostics import Diagnostic
from ..model.lane import CENTRED, NO_TIME, PEDAL, By, Lane, Played
from ..model.parameters import PICTURE
from ..text.yaml_source import Node
from ..values.position import Duration
from ..values.quantity import Quantity, parse_quantity
from ..values.selector import Where
from ..values.units import Unit
from .reader import Reading, texts
from .where import read_where

RATIOS = frozenset(parameter.name for parameter in PICTURE if parameter.is_ratio)
"""Lanes of the picture whose values are factors, as those of a gain and a distance are."""


def played_lane(name: str, node: Node, by: By, unit: Unit, has_points: bool, reading: Reading) -> Lane:
    """The lane of a block with `by`, or with `cc`.

    has_points   the block has points, too, on which this is laid
    """
    onto = node.get("lane")
    target = onto.text if onto is not None else name
    is_ratio = unit is Unit.GAIN or target in RATIOS or target.endswith(".distance")
    played = _played(node, by, unit, is_ratio, reading)
    is_laid = has_points or onto is not None or played.by is By.NOTES
    mode = ("multiply" if is_ratio else "add") if is_laid else "set"
    return Lane(target, node.key_span, mode=mode, played=played, label=name if onto is not None else "")


def _played(node: Node, by: By, unit: Unit, is_ratio: bool, reading: Reading) -> Played:
    usual = Played(by, _where(node, reading))
    amount, low, high = (node.get(key) for key in ("amount", "from", "to"))
    if by is By.CONTROLLER:
        usual = _controlled(usual, node)
    velocity, most, tail = node.get("velocity"), node.get("most"), node.get("tail")
    in_decibels = _is_in_decibels(amount, unit)

    def value(written: Node | None, of: Unit) -> float:
        return 0.0 if written is None else _quantity(written, of, reading)

    # A note adds a share to a factor; to a level, it may add decibels.
    of_amount = Unit.DECIBELS if in_decibels else Unit.SHARE if is_ratio else unit
    return replace(
        usual,
        amount=value(amount, of_amount),
        in_decibels=in_decibels or (_is_in_decibels(low, unit) and _is_in_decibels(high, unit)),
        is_ratio=is_ratio,
        low=usual.low if low is None else value(low, unit),
        high=usual.high if high is None else value(high, unit),
        attack=_duration(node, "attack", usual.attack, reading),
        hold=_duration(node, "hold", usual.hold, reading),
        decay=_duration(node, "decay", usual.decay, reading),
        velocity=float(velocity.value) if velocity else usual.velocity,
        most=float(most.value) if most else usual.most,
        over=_duration(node, "over", usual.over, reading),
        is_long=tail is not None and tail.text == "long",
    )


def _is_in_decibels(node: Node | None, unit: Unit) -> bool:
    return unit is Unit.GAIN and node is not None and node.text.rstrip().endswith("dB")


def _controlled(usual: Played, node: Node) -> Played:
    """The range of a lane with `cc` by default: 0 to 1, or -1 to 1 for a controller with a centre."""
    written = node.get("cc")
    assert written is not None, "the schema demands it"
    name = PEDAL if written.text == "pedal" else written.text
    low = -1.0 if name in CENTRED else 0.0
    return replace(usual, controller=name, low=low, high=1.0, over=NO_TIME)


def _where(node: Node, reading: Reading) -> Where:
    part, where = node.get("part"), node.get("where")
    found = read_where(where, reading) if where is not None else Where()
    if part is None:
        return found
    if found.parts:
        message = "the parts are written twice, under `part` and in `where`"
        reading.find("MV212", part.key_span, message, "keep one")
    spans = tuple(pair for pair in found.spans if pair[0] != "part")
    return replace(found, parts=texts(part), spans=(*spans, ("part", part.span)))


def _quantity(node: Node, unit: Unit, reading: Reading) -> float:
    found = parse_quantity(node.text, unit, node.span)
    if isinstance(found, Quantity) and found.per_beat:
        message = f"`{node.text}` counts cycles per beat, and notes move a rate in hertz"
        found = Diagnostic("MV113", node.span, message, "write 6 Hz")
    return reading.taken(found, Quantity(0.0)).value


def _duration(node: Node, key: str, default: Duration, reading: Reading) -> Duration:
    return reading.duration(node.get(key)) or default
