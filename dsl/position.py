"""Places, ranges and durations as a composer writes them: "7|3", "@B|2", "end-4s", "6|6..7|3", "2b", "250ms".

Nothing here knows a score: a place is resolved to exact quarter notes and seconds by compiler/clock.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .span import Span


class DurationUnit(StrEnum):
    """What a written duration counts."""

    BEATS = "b"
    BARS = "bar"
    WHOLE_NOTES = "whole"
    SECONDS = "s"


@dataclass(frozen=True, slots=True)
class Duration:
    """A written length of time: `2b`, `1bar`, `1/4` (whole notes, so a crotchet), `0.5s`, `250ms` (as seconds)."""

    value: Fraction
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class Place:
    """A written position.

    Exactly one of `bar`, `mark` and `at_end` is set; `beat` counts from 1 in the bar's denominator and belongs to a
    bar or a mark. `pass_number` is N in `7@N|3`, 1 where none is written. `offset` is a signed shift: `end-4s`.
    """

    text: str
    span: Span
    bar: int | None = None
    mark: str | None = None
    at_end: bool = False
    beat: Fraction = Fraction(1)
    pass_number: int = 1
    offset: Duration | None = None


@dataclass(frozen=True, slots=True)
class PlaceRange:
    """A half-open stretch `start..end`; None means from the first bar, or to the end of the last."""

    text: str
    span: Span
    start: Place | None
    end: Place | None
