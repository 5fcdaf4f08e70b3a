"""Bars of a MusicXML file while its parts are read: metres, lengths, repeat signs and endings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from ..guard.xml import Node
from ..model import Meter
from ..playback.written import Jump, Volta, WrittenBar
from .values import whole

COMMON = Meter(4, 4)
MAX_ENDING = 999
_MAX_COUNT = 999_999_999
_NUMBERS = re.compile(r"([0-9]{1,3})(?:\s*[-\u2013]\s*([0-9]{1,3}))?")


@dataclass(slots=True)
class Bar:
    """A bar; every part contributes to it."""

    length_qn: Fraction = Fraction(0)
    meter: Meter | None = None
    printed: str = ""
    repeat_start: bool = False
    repeat_count: int = 0
    states_count: bool = False
    repeats_after_jump: bool = False
    markers: list[str] = field(default_factory=list)
    jump: Jump | None = None
    onsets: list[Fraction] = field(default_factory=list)
    """The onsets of notes and rests in any part."""


def meter_of(time: Node) -> Meter | None:
    """The metre of a <time>, its parts added up (3/8 + 2/4 is 7/8); None where it is not one of music."""
    sums = Fraction(0)
    unit = 1
    beats: list[int] = []
    for node in time.children:
        if node.tag == "beats":
            pieces = [whole(piece, 1, 128) for piece in node.text.split("+")[:32]]
            beats = [piece for piece in pieces if piece is not None]
            if len(beats) != len(pieces):
                return None
        elif node.tag == "beat-type":
            denominator = whole(node.text, 1, 128)
            if denominator is None or denominator & (denominator - 1):
                return None
            sums += Fraction(sum(beats), denominator)
            unit = max(unit, denominator)
            beats = []
    if beats or not 0 < sums * unit <= 128:
        return None
    return Meter(int(sums * unit), unit)


def repeat(node: Node, bar: Bar) -> None:
    """A <repeat>, which any part may write."""
    if node.attributes.get("direction") == "forward":
        bar.repeat_start = True
        return
    times = whole(node.attributes.get("times", ""), 1, _MAX_COUNT)
    bar.states_count |= times is not None
    bar.repeat_count = max(bar.repeat_count, 2 if times is None else times)
    bar.repeats_after_jump |= node.attributes.get("after-jump") == "yes"


def ending_numbers(node: Node) -> tuple[int, ...]:
    """The passes of an <ending>: "1", "1, 2", or "1-3"; its printed text where the number says nothing."""
    for text in (node.attributes.get("number", ""), node.all_text()):
        found: list[int] = []
        for match in _NUMBERS.finditer(text[:400]):
            first = int(match[1])
            last = min(int(match[2]), MAX_ENDING) if match[2] else first
            found.extend(range(first, max(first, last) + 1))
        if found:
            return tuple(dict.fromkeys(found[:256]))
    return ()


class Endings:
    """The endings of one part, opened and closed by its bar lines."""

    def __init__(self) -> None:
        self.voltas: list[Volta] = []
        self._open: tuple[int, tuple[int, ...]] | None = None

    def read(self, node: Node, bar_index: int) -> None:
        if node.attributes.get("type") == "start":
            self.close(bar_index - 1, is_open=True)
            before = self.voltas[-1].endings if self.voltas else ()
            self._open = (bar_index, ending_numbers(node) or (max(before, default=0) + 1,))
        else:
            self.close(bar_index, is_open=node.attributes.get("type") == "discontinue")

    def close(self, last_bar: int, *, is_open: bool) -> None:
        """Ends the ending that is open, if one is."""
        if self._open is not None:
            first, numbers = self._open
            self.voltas.append(Volta(first, max(last_bar, first), numbers, is_open))
            self._open = None


def shared_voltas(by_part: Sequence[Sequence[Volta]]) -> list[Volta]:
    """The endings of the score: of each bar where one begins, that of the first part that writes one."""
    found: dict[int, Volta] = {}
    for voltas in by_part:
        for volta in voltas:
            found.setdefault(volta.first_bar, volta)
    return [found[first] for first in sorted(found)]


def written_bars(bars: Sequence[Bar], voltas: Sequence[Volta]) -> list[WrittenBar]:
    """The bars as they are played; jumps and markers are in them already."""
    counts = _counts(bars, voltas)
    meter = COMMON
    written = []
    has_fine = False
    for index, (bar, count) in enumerate(zip(bars, counts, strict=True)):
        meter = bar.meter or meter
        has_fine |= "fine" in bar.markers
        ends_at_fine = bar.jump is not None and bar.jump.play_until == "fine" and has_fine
        written.append(
            WrittenBar(
                length_qn=bar.length_qn or meter.bar_qn,
                meter=meter,
                printed=bar.printed,
                repeat_start=bar.repeat_start,
                repeat_count=count,
                jump=bar.jump,
                markers=tuple(dict.fromkeys(bar.markers)),
                # What is behind a D.C. al Fine is another movement: it is played after the Fine.
                section_break_s=Fraction(0) if ends_at_fine and index + 1 < len(bars) else None,
            )
        )
    return written


def _counts(bars: Sequence[Bar], voltas: Sequence[Volta]) -> list[int]:
    """The number of times that each bar is played up to its repeat sign.

    MusicXML leaves the count out where the endings tell it: after an ending for passes 1 and 2, one for pass
    3 follows.
    """
    counts = [bar.repeat_count for bar in bars]
    for volta, following in pairwise(voltas):
        last = volta.last_bar
        goes_on = following.first_bar == last + 1 and max(volta.endings) + 1 in following.endings
        if last < len(bars) and counts[last] and not bars[last].states_count and goes_on:
            counts[last] = max(counts[last], max(volta.endings) + 1)
    return counts
