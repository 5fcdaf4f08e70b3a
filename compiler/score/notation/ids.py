"""Ids of bars and note heads, by which an engraved page finds them; an id tells the place of a note."""

import re
from dataclasses import dataclass
from fractions import Fraction

_NOTE = re.compile(r"n([0-9]{1,9})-([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,9})-([0-9]{1,9})\Z")
_BAR = re.compile(r"m([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """A note head on paper."""

    bar_index: int
    offset_qn: Fraction
    chord: int
    """Index into `WrittenScore.chords`."""
    note: int


def note_id(bar_index: int, offset_qn: Fraction, chord: int, note: int) -> str:
    """The id of a note head."""
    return f"n{bar_index}-{offset_qn.numerator}-{offset_qn.denominator}-{chord}-{note}"


def head_of(identity: str) -> Head | None:
    """The note head that an id names; None for an id of something else."""
    match = _NOTE.match(identity)
    if match is None or not int(match[3]):
        return None
    return Head(int(match[1]), Fraction(int(match[2]), int(match[3])), int(match[4]), int(match[5]))


def bar_id(bar_index: int) -> str:
    """The id of a bar."""
    return f"m{bar_index}"


def bar_of(identity: str) -> int | None:
    """The index of a bar; None for an id that is not a bar's."""
    match = _BAR.match(identity)
    return None if match is None else int(match[1])
