"""Numbers out of a MuseScore file, checked: whole numbers, fractions of a whole note, note values."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from ..guard.faults import fault
from ..guard.limits import MAX_DENOMINATOR
from ..guard.xml import Node
from ..playback.note_values import NOTE_VALUES_QN

# A bar that long is a mistake; 128 whole notes are 32 of MuseScore's longest notes.
MAX_LENGTH_QN = 512
_FRACTION = re.compile(r"\s*(-?[0-9]{1,9})\s*/\s*([0-9]{1,9})\s*\Z")
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,9}\s*\Z")
_DOTTED = [2 - Fraction(1, 2**dots) for dots in range(5)]
_DECIMAL = re.compile(r"\s*[0-9]{1,6}(\.[0-9]{1,20})?\s*\Z")


@dataclass(frozen=True, slots=True)
class Writer:
    """The version of MuseScore that wrote a file, for words that have changed their meaning."""

    major_version: int = 3
    has_old_mordents: bool = False
    """Before 3.6 "ornamentMordent" was the sign without a stroke, now the short trill."""


def refuse(name: str, node: Node, message: str, hint: str = "") -> NoReturn:
    """Raises the PieceError for a file whose content makes no sense at this element."""
    raise fault(
        "MV407", name, message, hint or "open the score in MuseScore and save it again", line=node.line
    )


def whole(name: str, node: Node, text: str, low: int, high: int) -> int:
    """A whole number between low and high."""
    if not _INTEGER.match(text) or not low <= int(text) <= high:
        refuse(name, node, f"{text[:20]!r} in <{node.tag}> is not a whole number between {low} and {high}")
    return int(text)


def whole_child(name: str, node: Node, tag: str, default: int, low: int, high: int) -> int:
    """The whole number in the child of that name, or the default if there is none."""
    child = node.child(tag)
    return default if child is None else whole(name, child, child.text, low, high)


def notes_fraction_qn(name: str, node: Node, text: str) -> Fraction:
    """ "3/8" of a whole note, in quarter notes."""
    match = _FRACTION.match(text)
    if match is None and text.strip() == "0":
        return Fraction(0)
    if match is None or int(match[2]) == 0:
        refuse(name, node, f"{text[:20]!r} in <{node.tag}> is not a fraction of a whole note")
    value = Fraction(4 * int(match[1]), int(match[2]))
    if abs(value) > MAX_LENGTH_QN * 1000 or value.denominator > MAX_DENOMINATOR:
        refuse(name, node, f"{text[:20]!r} in <{node.tag}> is not a length that occurs in music")
    return value


def length_child_qn(name: str, node: Node) -> Fraction | None:
    """<duration>3/8</duration>, or <duration z="3" n="8"/> of MuseScore 2; None if there is none."""
    child = node.child("duration")
    if child is None:
        return None
    text = child.text.strip() or f"{child.attributes.get('z', '')}/{child.attributes.get('n', '')}"
    value = notes_fraction_qn(name, child, text)
    if not 0 <= value <= MAX_LENGTH_QN:
        refuse(name, child, f"a duration of {text[:20]} is not a note's")
    return value


def note_value(name: str, node: Node, bar_qn: Fraction) -> tuple[Fraction, Fraction, int]:
    """(length, face value with dots, number of dots) of a chord or rest, its tuplet not applied, in quarter
    notes.

    The two differ in a two-note tremolo, whose chords are drawn with twice the length that they take.
    """
    kind = node.value("durationType")
    dots = whole_child(name, node, "dots", 0, 0, 4)
    written = length_child_qn(name, node)
    if kind == "measure":
        length = bar_qn if written is None else written
        return length, length, 0
    base = NOTE_VALUES_QN.get(kind)
    if base is None:
        refuse(name, node, f"{kind[:20]!r} is not a note value")
    face = base * _DOTTED[dots] if dots else base
    return (face if written is None else written), face, dots


def seconds(text: str) -> Fraction | None:
    """A pause in seconds, 0 to 60; None where the text is no such number."""
    return decimal(text, 60)


def decimal(text: str, most: int) -> Fraction | None:
    """A number from 0 to `most`, exactly as it is written; None where the text is no such number."""
    if not _DECIMAL.match(text):
        return None
    value = Fraction(text.strip())
    return value if value <= most else None


def checked(name: str, node: Node, position: Fraction) -> Fraction:
    """A position in a bar; refused where its denominator has run away."""
    if position.denominator > MAX_DENOMINATOR or abs(position) > 1000 * MAX_LENGTH_QN:
        refuse(name, node, "the note values of this bar add up to no playable length")
    return position
