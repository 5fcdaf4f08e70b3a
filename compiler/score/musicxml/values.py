"""Numbers out of a MusicXML file, checked."""

import re
from fractions import Fraction

from ..guard.faults import fault
from ..guard.xml import Node

_DECIMAL = re.compile(r"\s*-?[0-9]{1,9}(\.[0-9]{1,12})?\s*\Z")
_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*\Z")
NOTE_VALUES_QN = {
    "64th": Fraction(1, 16),
    "128th": Fraction(1, 32),
    "256th": Fraction(1, 64),
    "long": Fraction(16),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4),
    "breve": Fraction(8),
    "32nd": Fraction(1, 8),
}


def decimal(text: str) -> Fraction | None:
    """A decimal number exactly; None where the text is none."""
    return Fraction(text.strip()) if _DECIMAL.match(text) else None


def number(node: Node, tag: str, name: str, low: int, high: int, default: int) -> int:
    """The whole number in the child of that name. Raises PieceError MV407 for anything else."""
    child = node.child(tag)
    return default if child is None else whole(child, name, low, high)


def whole(node: Node, name: str, low: int, high: int) -> int:
    """The whole number that an element holds."""
    return whole_text(node.text, node, name, low, high)


def whole_text(text: str, node: Node, name: str, low: int, high: int) -> int:
    """A whole number between low and high."""
    if not _WHOLE.match(text) or not low <= int(text) <= high:
        message = f"{text.strip()[:20]!r} in <{node.tag}> is not a whole number between {low} and {high}"
        raise fault("MV407", name, message, line=node.line)
    return int(text)
