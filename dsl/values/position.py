"""Places, ranges and durations as a composer writes them: "7|3", "@B|2", "end-4s", "6|6..7|3", "2b", "250ms".

Nothing here knows a score: compiler/time/clock.py resolves a place to exact quarter notes and seconds. A
parse function returns the thing or the Diagnostic that says why there is none.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span


class DurationUnit(StrEnum):
    """The units of a written duration."""

    BEATS = "b"
    BARS = "bar"
    WHOLE_NOTES = "whole"
    SECONDS = "s"


@dataclass(frozen=True, slots=True)
class Duration:
    """A written length of time: `2b`, `1bar`, `1/4` (of a whole note), `0.5s`, `250ms` (as seconds)."""

    value: Fraction
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class Place:
    """A written position.

    Exactly one of `bar`, `mark` and `at_end` is set; `beat` counts from 1 in the bar's denominator and
    belongs to a bar or a mark. Bar 0 is a pickup, where bars have their printed numbers. `pass_number` is N
    in `7@N|3`, 1 where none is written. `offset` is a signed shift: `end-4s`.
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


# No longer than any place that means something; keeps fractions small.
_MAX_TEXT = 80
_DECIMAL = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})"
_RATIO = r"[0-9]{1,9}/[0-9]{1,9}"
_BEAT = re.compile(rf"(?:(?P<whole>{_DECIMAL})(?: ?\+ ?(?P<part>{_RATIO}))?|(?P<ratio>{_RATIO}))\Z", re.ASCII)
_BAR = re.compile(r"(?P<bar>[0-9]{1,6})(?:@(?P<pass>[0-9]{1,3}))?(?: ?\| ?(?P<beat>[^|]+))?\Z", re.ASCII)
_MARK = re.compile(r"@(?P<mark>[^|@]+?)(?: ?\| ?(?P<beat>[^|]+))?\Z")
_END = re.compile(r"end(?: ?(?P<sign>[-+]) ?(?P<offset>.+))?\Z", re.ASCII)
_DURATION = re.compile(
    rf"(?P<value>{_RATIO}|{_DECIMAL}) ?(?P<unit>b|beats?|bars?|s|ms)?\Z",
    re.ASCII,
)
_WORDS = re.compile(r"bars? (?P<first>[0-9]{1,6})(?: ?[-–] ?(?P<last>[0-9]{1,6}))?\Z", re.ASCII)
_UNMARKED = re.compile(r"(?!end)(?:[A-Z][A-Z0-9]{0,2}|\w[\w ]*(?=\|))(?: ?\| ?[0-9][0-9.+/ ]*)?\Z", re.I)
"""What may be a rehearsal mark without its sign: one letter or two, or a word with a beat."""
_PLACE_HINT = 'write bar|beat, e.g. 7|3; also end, end-4s, "@B|2"'
_RANGE_HINT = "write 6|6..7|3 or 10..12, or in words, the last bar included: bars 10-11"
_DURATION_HINT = "write 2b (beats), 1bar, 1/4 (a crotchet), 0.5s or 250ms"


def parse_place(text: str, span: Span) -> Place | Diagnostic:
    """A position as written."""
    written = text.strip()
    if len(written) > _MAX_TEXT:
        return Diagnostic("MV110", span, "this text is too long for a place", _PLACE_HINT)
    if found := _END.match(written):
        return _end_place(written, span, found)
    if found := _MARK.match(written):
        beat = _beat(found["beat"], span)
        if isinstance(beat, Diagnostic):
            return beat
        return Place(written, span, mark=found["mark"].strip(), beat=beat)
    if found := _BAR.match(written):
        beat = _beat(found["beat"], span)
        if isinstance(beat, Diagnostic):
            return beat
        bar, pass_number = int(found["bar"]), int(found["pass"] or 1)
        if pass_number == 0:
            message = f"passes of a repeat count from 1, and `{written}` has 0"
            return Diagnostic("MV110", span, message, _PLACE_HINT)
        return Place(written, span, bar=bar, beat=beat, pass_number=pass_number)
    return _no_place(written, span)


def parse_range(text: str, span: Span) -> PlaceRange | Diagnostic:
    """A range as written: `start..end`, the end not included, or `bars 3-5`, the last bar included."""
    written = text.strip()
    if found := _WORDS.match(written):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        if first > last:
            return Diagnostic("MV111", span, f"`{written}` ends before it begins", _RANGE_HINT)
        start = Place(str(first), span, bar=first)
        return PlaceRange(written, span, start, Place(str(last + 1), span, bar=last + 1))
    if written.count("..") != 1:
        return _no_range(written, span)
    ends: list[Place | None] = []
    for part in written.split(".."):
        place = parse_place(part, span) if part.strip() else None
        if isinstance(place, Diagnostic):
            return place
        ends.append(place)
    start_place, end_place = ends
    if start_place and end_place and _is_before(end_place, start_place):
        if start_place.bar == end_place.bar and start_place.beat == end_place.beat:
            hint = "write a later end, e.g. 6|6..7|3"
            if start_place.bar is not None and start_place.beat == 1 and start_place.pass_number == 1:
                hint = f"bar {start_place.bar} alone is {start_place.bar}..{start_place.bar + 1}"
            message = f"`{written}` is empty, because a range ends before its second place"
            return Diagnostic("MV111", span, message, hint)
        hint = "write the earlier place first, e.g. 6|6..7|3"
        return Diagnostic("MV111", span, f"`{written}` ends before it begins", hint)
    return PlaceRange(written, span, start_place, end_place)


def parse_duration(text: str, span: Span) -> Duration | Diagnostic:
    """A length of time as written; never negative."""
    written = text.strip()
    found = _DURATION.match(written) if len(written) <= _MAX_TEXT else None
    if not found:
        return Diagnostic("MV112", span, f"`{written[:_MAX_TEXT]}` is not a duration", _DURATION_HINT)
    value, unit = _fraction(found["value"]), found["unit"]
    if value is None:
        return Diagnostic("MV112", span, f"`{written}` divides by zero", _DURATION_HINT)
    if unit is None:
        if "/" in found["value"]:
            return Duration(value, DurationUnit.WHOLE_NOTES)
        if value == 0:
            return Duration(value, DurationUnit.SECONDS)
        hint = f"write {written}s (seconds), {written}b (beats) or {written}bar"
        return Diagnostic("MV112", span, f"`{written}` has no unit", hint)
    if unit == "ms":
        return Duration(value / 1000, DurationUnit.SECONDS)
    if unit == "s":
        return Duration(value, DurationUnit.SECONDS)
    return Duration(value, DurationUnit.BARS if unit.startswith("bar") else DurationUnit.BEATS)


def parse_seconds(text: str, span: Span) -> Duration | Diagnostic:
    """A length of time in seconds: what is counted in beats has no place where no bar is."""
    duration = parse_duration(text, span)
    if isinstance(duration, Duration) and duration.unit is not DurationUnit.SECONDS:
        return Diagnostic("MV112", span, f"`{text.strip()}` is not a time in seconds", "write 3s or 250ms")
    return duration


def place_text(place: Place) -> str:
    """The canonical spelling of a place; parsing it gives the same place."""
    if place.at_end:
        if place.offset is None:
            return "end"
        sign = "-" if place.offset.value < 0 else "+"
        return f"end{sign}{duration_text(Duration(abs(place.offset.value), place.offset.unit))}"
    if place.mark is not None:
        return f"@{place.mark}|{beat_text(place.beat)}"
    repeat = f"@{place.pass_number}" if place.pass_number != 1 else ""
    return f"{place.bar}{repeat}|{beat_text(place.beat)}"


def range_text(stretch: PlaceRange) -> str:
    """The canonical spelling of a range."""
    start = place_text(stretch.start) if stretch.start else ""
    end = place_text(stretch.end) if stretch.end else ""
    return f"{start}..{end}"


def duration_text(duration: Duration) -> str:
    """The canonical spelling of a duration."""
    value = duration.value
    if duration.unit is DurationUnit.WHOLE_NOTES:
        return f"{value.numerator}/{value.denominator}"
    return number_text(value) + duration.unit.value


def beat_text(beat: Fraction) -> str:
    """A beat as musicians write it: 3, 2.5 where three digits behind the point say it all, else 1+2/3."""
    if 1000 % beat.denominator == 0:
        return number_text(beat)
    whole, rest = divmod(beat, 1)
    return f"{whole}+{rest}" if whole else str(rest)


def number_text(value: Fraction) -> str:
    """An exact number: decimal where six digits behind the point say it all, else a fraction."""
    if (value * 10**6).denominator == 1:
        return f"{float(value):.6f}".rstrip("0").rstrip(".") if value.denominator != 1 else str(value)
    return f"{value.numerator}/{value.denominator}"


def seconds_text(seconds: float) -> str:
    """Seconds to a tenth of a millisecond, as `offset` takes them."""
    return f"{number_text(Fraction(round(seconds * 10_000), 10_000))}s"


def parse_beat(text: str) -> Fraction | None:
    """A beat of a bar, `1`, `2.5`, `1+2/3` or `5/3`, from 1; None where the text is none."""
    found = _BEAT.match(text.strip()) if len(text) <= _MAX_TEXT else None
    if not found:
        return None
    if found["ratio"]:
        beat = _fraction(found["ratio"])
    else:
        part = _fraction(found["part"] or "0/1")
        beat = None if part is None else Fraction(found["whole"]) + part
    return beat if beat is not None and beat >= 1 else None


def _beat(text: str | None, span: Span) -> Fraction | Diagnostic:
    if text is None:
        return Fraction(1)
    beat = parse_beat(text)
    if beat is None:
        return Diagnostic(
            "MV110", span, f"`{text.strip()}` is not a beat", "beats count from 1: write 3, 2.5 or 1+2/3"
        )
    return beat


def _end_place(written: str, span: Span, found: re.Match[str]) -> Place | Diagnostic:
    if not found["offset"]:
        return Place(written, span, at_end=True)
    offset = parse_duration(found["offset"], span)
    if isinstance(offset, Diagnostic):
        return offset
    signed = -offset.value if found["sign"] == "-" else offset.value
    return Place(written, span, at_end=True, offset=Duration(signed, offset.unit))


def _no_place(written: str, span: Span) -> Diagnostic:
    """Explains an invalid place, guessing what was meant: the decimal point, the colon, a range, a time."""
    if found := re.match(r"([0-9]{1,6})\.([0-9]+)\Z", written, re.ASCII):
        bar, beat = int(found[1]), int(found[2])
        hint = f"write bar|beat, e.g. {bar}|{beat or 1}" if bar else _PLACE_HINT
        return Diagnostic("MV102", span, f"{written} is a number, not a place", hint)
    if found := re.match(r"([0-9]{1,6}):([0-9.+/ ]+)\Z", written, re.ASCII):
        beat_is_known = parse_beat(found[2]) is not None
        hint = f"write bar|beat, e.g. {int(found[1])}|{found[2].strip()}" if beat_is_known else _PLACE_HINT
        message = f"{written} is base 60 to some readers of YAML, not a place"
        return Diagnostic("MV102", span, message, hint)
    if ".." in written:
        return Diagnostic("MV110", span, f"`{written}` is a range; expected a place", _PLACE_HINT)
    if re.match(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?\Z", written, re.ASCII):
        return Diagnostic("MV102", span, f"{written} is a number, not a place", _PLACE_HINT)
    if not isinstance(parse_duration(written, span), Diagnostic):
        hint = "write bar|beat, e.g. 7|3; times count back from the end, e.g. end-4s"
        return Diagnostic("MV110", span, f"`{written}` is a duration, not a place", hint)
    hint = _PLACE_HINT
    if _UNMARKED.match(written) and not written[0].isdecimal():
        hint = f'a rehearsal mark begins with @, in quotes: "@{written}"'
    return Diagnostic("MV110", span, f"`{written}` is not a place", hint)


def _no_range(written: str, span: Span) -> Diagnostic:
    if len(written) > 2 * _MAX_TEXT:
        return Diagnostic("MV111", span, "this text is too long for a range", _RANGE_HINT)
    place = parse_place(written, span)
    if isinstance(place, Place) and place.bar is not None and place.beat == 1:
        hint = f"write {place.bar}..{place.bar + 1} for the whole of bar {place.bar}"
        return Diagnostic("MV111", span, f"`{written}` is a place; expected a range", hint)
    return Diagnostic("MV111", span, f"`{written}` is not a range", _RANGE_HINT)


def _is_before(first: Place, second: Place) -> bool:
    """Whether `first` is certainly before `second`; without a score, only within one pass."""
    if first.bar is None or second.bar is None or first.pass_number != second.pass_number:
        return False
    return (first.bar, first.beat) <= (second.bar, second.beat)


def _fraction(text: str) -> Fraction | None:
    numerator, slash, denominator = text.partition("/")
    if slash and int(denominator) == 0:
        return None
    return Fraction(numerator) / Fraction(denominator or 1)
