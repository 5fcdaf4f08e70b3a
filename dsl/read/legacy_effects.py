"""The original effects.json, {effect, m1, b1, m2, b2, ear_i, ear_mid, ear_f, cycles}, to lanes as it is.

Its segments run in seconds, name their own ends, and an `end` includes three seconds after the last bar.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ..findings.diagnostics import Diagnostic, PieceError
from ..findings.span import Span
from ..form.schema import LEGACY, check_form
from ..model.lane import CycleUnit, Domain, Lane, Point, Shape
from ..model.shapes import SWINGS
from ..text.files import MAX_TEXT_BYTES, decoded, read_named
from ..text.yaml_reader import parse_source
from ..text.yaml_source import Node, root_node
from ..values.position import Place, beat_text, parse_beat
from .reader import Reading, named

TAIL_S = 3.0
"""The time that `"m2": "end"` adds to the end of the last bar."""


@dataclass(frozen=True, slots=True)
class Sets:
    """A whole file: its sets as lanes, warnings, its text, and which segments were repaired."""

    lanes: tuple[Lane, ...]
    findings: tuple[Diagnostic, ...]
    text: str
    mended: tuple[Span, ...] = ()


def load_upstream(path: Path, *, fix: bool = False) -> Sets:
    """An original file that the user named; `fix` does the one certain repair.

    Raises PieceError for what is no such file.
    """
    name = str(path)
    data = read_named(path, MAX_TEXT_BYTES, Span(name))
    text = data if isinstance(data, Diagnostic) else decoded(data, name, Span(name))
    if isinstance(text, Diagnostic):
        raise PieceError([text])
    source, findings = parse_source(text, name)
    findings += check_form(source, LEGACY) if source.complete else ()
    if findings:
        raise PieceError(findings)
    reading = Reading()
    node, mended = repaired(root_node(source)) if fix else (root_node(source), ())
    lanes = read_upstream(node, reading)
    if reading.findings.has_errors:
        raise PieceError(reading.findings)
    return Sets(lanes, tuple(reading.findings), text, tuple(segment.span for segment in mended))


def repaired(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """The sets with the one certain repair done, and the segments where it was.

    A `straight` segment with `ear_mid` and no `ear_f` goes nowhere, and its `ear_mid` does nothing: what was
    meant as its end becomes its `ear_f`.
    """
    sets: dict[str, list[dict[str, object]]] = {}
    mended: list[Node] = []
    for name, segments in named(node):
        sets[name] = []
        for segment in segments.each():
            values = dict(segment.value)
            if values.get("effect") == "straight" and "ear_mid" in values and "ear_f" not in values:
                values["ear_f"] = values.pop("ear_mid")
                mended.append(segment)
            sets[name].append(values)
    return replace(node, value=sets), tuple(mended)


def read_upstream(node: Node, reading: Reading) -> tuple[Lane, ...]:
    """The sets of a file as lanes of the same names."""
    return tuple(_lane(name, segments, reading) for name, segments in named(node))


def _lane(name: str, node: Node, reading: Reading) -> Lane:
    points = tuple(_point(segment, reading) for segment in node.each())
    return Lane(name, node.key_span, points, legacy_tail_s=TAIL_S)


def _point(node: Node, reading: Reading) -> Point:
    effect = _text(node, "effect")
    at, end = _place(node, "m1", "b1", reading), _place(node, "m2", "b2", reading)
    start, middle, final = _number(node, "ear_i"), _number(node, "ear_mid"), _number(node, "ear_f")
    if effect == "none":
        return Point(at, node.span, hold=0.0, end=end, domain=Domain.SECONDS)
    shape = Shape(effect)
    _warn_of_useless(node, shape, reading)
    if shape is Shape.STRAIGHT and final in (None, start):
        return Point(at, node.span, hold=start, end=end, domain=Domain.SECONDS)
    swings = shape in SWINGS
    return Point(
        at=at,
        span=node.span,
        shape=shape,
        to=None if swings else final,
        via=middle if swings else None,
        start=start,
        cycles=_cycles(node, reading) if shape is Shape.SAWTOOTH else None,
        domain=Domain.SECONDS,
        end=end,
    )


def _warn_of_useless(node: Node, shape: Shape, reading: Reading) -> None:
    """Warns about a value that the shape does not read."""
    useless = "ear_f" if shape in SWINGS else "ear_mid"
    value = node.get(useless)
    if value is None:
        return
    meant = node.get("ear_mid" if useless == "ear_f" else "ear_f")
    hint = (
        f"did you mean `{'ear_mid' if useless == 'ear_f' else 'ear_f'}`?" if meant is None else "leave it out"
    )
    message = f"`{useless}` has no effect in a {shape.value} segment"
    reading.findings.warn("MV230", value.key_span, message, hint)


def _place(node: Node, bar_key: str, beat_key: str, reading: Reading) -> Place:
    bar, beat = node.get(bar_key), node.get(beat_key)
    assert bar is not None, "the schema demands it"
    if bar.text == "end":
        return Place("end", bar.span, at_end=True)
    assert beat is not None, "the schema demands it"
    exact = parse_beat(beat.text)
    if exact is None:
        reading.find("MV110", beat.span, f"{beat.text} is not a beat", "beats count from 1, e.g. 6.25")
        exact = Fraction(1)
    return Place(f"{bar.text}|{beat_text(exact)}", bar.span, bar=int(bar.value), beat=exact)


def _cycles(node: Node, reading: Reading) -> Fraction | CycleUnit:
    cycles = node.get("cycles")
    assert cycles is not None, "the schema demands it"
    if cycles.text in ("per_beat", "per beat"):
        # The original counts quarter notes, whatever the metre.
        return CycleUnit.QUARTER
    exact = reading.ratio(cycles)
    if exact.denominator != 1:
        message = f"musicvis keeps {cycles.text} cycles; the original rounded them down to {int(exact)}"
        reading.findings.warn(
            "MV232", cycles.span, message, f"write {max(1, round(exact))} if you mean a whole number"
        )
    return exact


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text if found else ""


def _number(node: Node, key: str) -> float | None:
    found = node.get(key)
    return float(found.value) if found else None
