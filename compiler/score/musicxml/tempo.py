"""Tempi of a MusicXML file: as played by <sound>, as printed, and those that refer to the tempo before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..guard.xml import Node
from ..playback.tempo import DEFAULT_QUARTERS_PER_MINUTE, simplest_between
from ..playback.written import Place, WrittenTempo
from .values import NOTE_VALUES_QN, decimal, dotted, whole

# Half of the sixth digit of quarters per second, in quarters per minute.
_TEMPO_ROUNDING = Fraction(3, 10_000)
_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(60_000)
_PRIMO = ("tempo i", "tempo 1", "tempo primo", "tempo 1o", "tempo 1\u00ba")
_NUMBER = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Tempo:
    """Quarter notes per minute, how many times as fast as before, or words that name another tempo."""

    quarters_per_minute: Fraction | None = None
    ratio: Fraction = Fraction(1)
    words: str = ""
    """"a tempo" or "tempo primo"."""
    is_hidden: bool = False
    """Whether nothing is printed: a <sound> alone, or with a <metronome> that is not shown."""


def tempo_of(direction: Node, sound: Node | None) -> tuple[Tempo | None, bool]:
    """The tempo, and whether there is a mark without one; a played tempo has priority over a printed one."""
    stated = "" if sound is None else sound.attributes.get("tempo", "")
    if stated:
        value = decimal(stated)
        if value is not None and _SLOWEST <= value <= _FASTEST:
            return Tempo(_unrounded(stated.strip())), False
    for kind in direction.each("direction-type"):
        for metronome in kind.each("metronome"):
            tempo = _metronome(metronome)
            return tempo, tempo is None
    return _worded(direction), bool(stated)


def is_printed(direction: Node) -> bool:
    """Whether a direction shows words or a number of beats."""
    return any(
        mark.attributes.get("print-object") != "no"
        for kind in direction.each("direction-type")
        for mark in kind.children
        if mark.tag == "metronome" or (mark.tag == "words" and mark.text.strip())
    )


def _worded(direction: Node) -> Tempo | None:
    """ "a tempo" and "Tempo I", which name a tempo without a number."""
    for kind in direction.each("direction-type"):
        for words in kind.each("words"):
            text = " ".join(words.text[:40].lower().split()).rstrip(".")
            if text == "a tempo" or text in _PRIMO:
                return Tempo(words="a tempo" if text == "a tempo" else "tempo primo")
    return None


def _metronome(node: Node) -> Tempo | None:
    units: list[Fraction] = []
    dots: list[int] = []
    for child in node.children:
        if child.tag == "beat-unit":
            units.append(NOTE_VALUES_QN.get(child.text.strip(), Fraction(0)))
            dots.append(0)
        elif child.tag == "beat-unit-dot" and dots:
            dots[-1] += 1
    sides = [dotted(unit, count) for unit, count in zip(units, dots, strict=True)]
    minute = node.value("per-minute")
    if node.has("metronome-note"):
        sides = _note_sides(node.children)
    if len(sides) == 1 and sides[0] and minute:
        # "ca. 72" and "72-76" are played at their first number.
        match = _NUMBER.search(minute)
        value = Fraction(0) if match is None else Fraction(match[0].replace(",", ".")) * sides[0]
        return Tempo(value) if _SLOWEST <= value <= _FASTEST else None
    if len(sides) == 2 and all(sides) and Fraction(1, 64) <= sides[1] / sides[0] <= 64:
        # The old first value lasts as long as the new second one.
        return Tempo(ratio=sides[1] / sides[0])
    return None


def _note_sides(nodes: Sequence[Node]) -> list[Fraction]:
    """The lengths of the notes on both sides of a relation drawn in notes."""
    sides = [Fraction(0)]
    for node in nodes:
        if node.tag == "metronome-relation":
            sides.append(Fraction(0))
        elif node.tag == "metronome-note":
            value = NOTE_VALUES_QN.get(node.value("metronome-type"), Fraction(0))
            value = dotted(value, sum(1 for _ in node.each("metronome-dot")))
            for tuplet in node.each("metronome-tuplet"):
                # It is stated where the tuplet begins and ends; the notes between are as long.
                normal, actual = tuplet.value("normal-notes"), tuplet.value("actual-notes")
                ratio = (whole(normal, 1, 1000) or 1, whole(actual, 1, 1000) or 1)
                value *= Fraction(*ratio)
            sides[-1] += value
    return sides


def resolved(tempi: Iterable[tuple[Place, Tempo]]) -> list[WrittenTempo]:
    """The tempi in the order of the score, those that refer to another one worked out."""
    current = DEFAULT_QUARTERS_PER_MINUTE
    primo: Fraction | None = None
    before = current
    last: Place | None = None
    found: list[WrittenTempo] = []
    for place, tempo in sorted(tempi, key=lambda item: (item[0].bar_index, item[0].offset_qn)):
        if place != last:
            before, last = current, place
        if tempo.words == "a tempo":
            found.append(WrittenTempo(place, None))
            continue
        # Several parts may write one tempo relation: each refers to the tempo before all of them.
        value = primo or current if tempo.words else tempo.quarters_per_minute
        current = min(max(before * tempo.ratio, _SLOWEST), _FASTEST) if value is None else value
        primo = primo or current
        found.append(WrittenTempo(place, current, tempo.is_hidden))
    return found


def _unrounded(stated: str) -> Fraction:
    """The tempo before rounding: 94.9998 is 95, kept as 1.58333 quarters per second; others stay."""
    value = Fraction(stated)
    if len(stated.partition(".")[2]) >= 3:
        simple = simplest_between(value - _TEMPO_ROUNDING, value + _TEMPO_ROUNDING) if value > 1 else value
        if simple.denominator <= 2:
            return simple
    return value
