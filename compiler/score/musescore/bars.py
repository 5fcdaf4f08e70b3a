"""Bars of a MuseScore file: lengths, metres, printed numbers, repeat signs, markers and jumps."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ....dsl.findings.plain import counted
from ..guard.faults import fault
from ..guard.xml import Node
from ..model import Meter
from ..playback.written import Jump, WrittenBar
from .values import MAX_LENGTH_QN, notes_fraction_qn, refuse, seconds, whole, whole_child

MAX_BARS = 20_000
_DEFAULT_SECTION_PAUSE_S = Fraction(3)
_COMMON = Meter(4, 4)


@dataclass(frozen=True, slots=True)
class LocalMeter:
    """From this bar on, one staff's written notes are `stretch` times what they take."""

    bar_index: int
    staff: int
    stretch: Fraction
    line: int


def section_breaks(score: Node, bar_count: int) -> list[Node | None]:
    """For each bar, the section break after it (in the bar itself or in a frame that follows), or None."""
    breaks: list[Node | None] = [None] * bar_count
    index = -1
    for node in next(score.each("Staff"), score).children:
        if node.has("multiMeasureRest"):
            continue
        index += node.tag == "Measure"
        for mark in node.each("LayoutBreak"):
            if mark.value("subtype") == "section" and 0 <= index < bar_count:
                breaks[index] = mark
    return breaks


def staff_measures(score: Node, staff_count: int, name: str) -> list[list[Node]]:
    """The measures of every staff, those left out that MuseScore only draws for a rest of several bars.

    Raises PieceError MV407 where staves differ in length.
    """
    staves = [node for node in score.each("Staff") if node.has("Measure")]
    if not staves:
        refuse(name, score, "the score holds no bars")
    if len(staves) != staff_count:
        refuse(name, score, f"its parts have {staff_count} staves, but {len(staves)} hold music")
    columns = [[m for m in staff.each("Measure") if not m.has("multiMeasureRest")] for staff in staves]
    for number, column in enumerate(columns, start=1):
        if len(column) != len(columns[0]):
            refuse(
                name,
                staves[number - 1],
                f"staff {number} has {counted(len(column), 'bar')}, staff 1 has {len(columns[0])}",
            )
    if len(columns[0]) > MAX_BARS:
        raise fault("MV408", name, f"{len(columns[0])} bars, at most {MAX_BARS}")
    return columns


def read_bars(
    columns: Sequence[Sequence[Node]], breaks: Sequence[Node | None], name: str
) -> tuple[list[WrittenBar], list[LocalMeter]]:
    """The bars of the score; the staves' own metres apart. `breaks`: the section break after each bar."""
    bars: list[WrittenBar] = []
    locals_: list[LocalMeter] = []
    meter = _COMMON
    number = 0
    for index, measures in enumerate(zip(*columns, strict=True)):
        meter = _meter(measures, meter, index, locals_, name)
        first = measures[0]
        length = meter.bar_qn
        stated = first.attributes.get("len")
        if stated is not None:
            length = notes_fraction_qn(name, first, stated)
            if not 0 < length <= MAX_LENGTH_QN:
                refuse(name, first, f"a bar of {stated[:20]} whole notes")
        printed, number = _printed(first, number, name)
        jump, markers = _jump_and_markers(measures)
        section = breaks[index]
        if section is not None:
            number = 0 if section.value("startWithMeasureOne", "1") != "0" else number
        bars.append(
            WrittenBar(
                length_qn=length,
                meter=meter,
                printed=printed,
                repeat_start=any(m.has("startRepeat") for m in measures),
                repeat_count=max(_repeat_count(m, name) for m in measures),
                jump=jump,
                markers=markers,
                section_break_s=None if section is None else _pause_s(section),
            )
        )
    return bars, locals_


def _meter(measures: Sequence[Node], meter: Meter, index: int, locals_: list[LocalMeter], name: str) -> Meter:
    """The metre of this bar; notes the staves whose own metre differs."""
    shared: Meter | None = None
    for staff, measure in enumerate(measures):
        for node in _time_signatures(measure):
            numerator = whole_child(name, node, "sigN", _old_numerator(node, name), 1, 128)
            denominator = whole_child(name, node, "sigD", whole_child(name, node, "den", 4, 1, 128), 1, 128)
            if denominator & (denominator - 1):
                refuse(name, node, f"{numerator}/{denominator} is not a time signature")
            stretch = Fraction(
                whole_child(name, node, "stretchN", 1, 1, 10_000),
                whole_child(name, node, "stretchD", 1, 1, 10_000),
            )
            locals_.append(LocalMeter(index, staff, stretch, node.line))
            if stretch == 1 and shared is None:
                shared = Meter(numerator, denominator)
    return shared or meter


def _old_numerator(node: Node, name: str) -> int:
    """The upper number of MuseScore 1, which writes a sum in pieces."""
    pieces = [whole_child(name, node, f"nom{i}", 0, 0, 128) for i in range(1, 5)]
    return min(max(sum(pieces), 0), 128) or 4


def _time_signatures(measure: Node) -> list[Node]:
    found = list(measure.each("TimeSig"))
    for voice in measure.each("voice"):
        found.extend(voice.each("TimeSig"))
    return found


def _printed(measure: Node, number: int, name: str) -> tuple[str, int]:
    """The bar number on paper and the running count; an irregular bar is not counted."""
    offset = whole_child(name, measure, "noOffset", 0, -100_000, 100_000)
    if measure.value("irregular", "0") == "1":
        return "", number + offset
    number += 1 + offset
    return str(number), number


def _repeat_count(measure: Node, name: str) -> int:
    node = measure.child("endRepeat")
    if node is None:
        return 0
    return whole(name, node, node.text.strip() or "2", 1, 999_999_999)


def _jump_and_markers(measures: Sequence[Node]) -> tuple[Jump | None, tuple[str, ...]]:
    jump: Jump | None = None
    markers: list[str] = []
    for measure in measures:
        for holder in [measure, *measure.each("voice")]:
            for node in holder.each("Jump"):
                jump = jump or Jump(
                    node.value("jumpTo"),
                    node.value("playUntil"),
                    node.value("continueAt"),
                    node.value("playRepeats", "0") == "1",
                )
            markers.extend(node.value("label") for node in holder.each("Marker"))
    return jump, tuple(dict.fromkeys(markers))


def _pause_s(section: Node) -> Fraction:
    pause = seconds(section.value("pause"))
    return _DEFAULT_SECTION_PAUSE_S if pause is None else pause
