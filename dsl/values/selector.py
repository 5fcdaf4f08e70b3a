"""Selectors as written: a note must fulfil every key that is set; a list means any of its items.

A parse function returns the thing or the Diagnostic that says why there is none.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from .position import Duration, PlaceRange, parse_duration


@dataclass(frozen=True, slots=True)
class PitchRange:
    """Pitches `low`..`high` (MIDI, both included), or one pitch class 0..11 in every octave."""

    low: int = 0
    high: int = 127
    pitch_class: int | None = None


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A comparison as written, `>=90` or `40..64`: `low` and `high` are included unless marked open."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class LengthRange:
    """A comparison of note lengths, `>=2b` or `1/8..1/4`; the ends are included unless marked open."""

    low: Duration | None = None
    high: Duration | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """A selector. Empty tuples and None mean "any"."""

    parts: tuple[str, ...] = ()
    """Globs over part names."""
    staves: tuple[int, ...] = ()
    voices: tuple[int, ...] = ()
    pitches: tuple[PitchRange, ...] = ()
    ranges: tuple[PlaceRange, ...] = ()
    beats: tuple[Fraction | str, ...] = ()
    """Beats of the bar from 1, or the word `last`."""
    every: Duration | None = None
    """Onsets on this grid, counted from the start of the bar for beats, of the piece for bars."""
    velocities: tuple[NumberRange, ...] = ()
    lengths: tuple[LengthRange, ...] = ()
    articulations: tuple[str, ...] = ()
    chord: str | None = None
    """`top`, `bass` or `any`: the place of the note in the chord of its part."""
    lyrics: tuple[str, ...] = ()
    """Globs over syllables, case-insensitive."""
    words: tuple[str, ...] = ()
    """Globs over the words that syllables make, case and punctuation aside."""
    sections: tuple[str, ...] = ()
    """Names of rehearsal marks: from the mark to the next."""
    within: tuple[str, ...] = ()
    """Globs over part names, one of which must fit, too: the layer in which a rule is written."""
    spans: tuple[tuple[str, Span], ...] = field(default=())
    """The span of each key, for findings."""


DYNAMICS = {
    "pppp": 10,
    "ppp": 16,
    "pp": 33,
    "p": 49,
    "mp": 64,
    "mf": 80,
    "f": 96,
    "ff": 112,
    "fff": 126,
    "ffff": 127,
}
"""Velocities as MuseScore plays dynamics; a word alone means from its own up to the next word's."""

_MAX_TEXT = 60
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCH = re.compile(
    r"(?P<step>[A-Ga-g])"
    r"(?P<accidental>##|#|x|bb|b|\N{MUSIC SHARP SIGN}|\N{MUSIC FLAT SIGN})?"
    r"(?P<octave>-?[0-9])?\Z"
)
_ACCIDENTALS = {
    "#": 1,
    "##": 2,
    "x": 2,
    "b": -1,
    "bb": -2,
    "\N{MUSIC SHARP SIGN}": 1,
    "\N{MUSIC FLAT SIGN}": -1,
}
_COMPARISON = re.compile(r"(?P<sign>>=|<=|>|<|=)? ?(?P<rest>.+)\Z")
_PITCH_HINT = 'write A# (in every octave), A#4, C4..C5 or ">=D7"'
_VELOCITY_HINT = 'write 90, 40..64, ">=90" or pp..mf'
_LENGTH_HINT = 'write 1b, 1/8..1/4 or ">=2b"'


def pitch_class(text: str) -> int | None:
    """0 for C to 11 for B; None where the text is not a note name without octave."""
    found = _PITCH.match(text.strip())
    if not found or found["octave"]:
        return None
    return (_STEPS[found["step"].upper()] + _ACCIDENTALS.get(found["accidental"] or "", 0)) % 12


def parse_pitches(text: str, span: Span) -> PitchRange | Diagnostic:
    """Pitches as written: a name in every octave, one pitch, a range with both ends, or a comparison."""
    written = text.strip()
    if (name := pitch_class(written)) is not None:
        return PitchRange(pitch_class=name)
    bounds = _bounds(written)
    if bounds is not None:
        low_text, high_text, low_open, high_open = bounds
        low = 0 if low_text is None else _pitch(low_text)
        high = 127 if high_text is None else _pitch(high_text)
        if low is not None and high is not None:
            low, high = low + low_open, high - high_open
            if low <= high:
                return PitchRange(max(low, 0), min(high, 127))
            return Diagnostic("MV114", span, f"no pitch lies in `{written}`", "write the lower pitch first")
    return Diagnostic("MV114", span, f"`{written[:_MAX_TEXT]}` is not a pitch", _PITCH_HINT)


def parse_velocities(text: str, span: Span) -> NumberRange | Diagnostic:
    """Velocities 1..127 as written: a number, a range with both ends, a comparison, or dynamics."""
    written = text.strip()
    if written in DYNAMICS:
        louder = [v for v in DYNAMICS.values() if v > DYNAMICS[written]]
        return NumberRange(Fraction(DYNAMICS[written]), Fraction(min(louder, default=128)), high_open=True)
    bounds = _bounds(written)
    if bounds is not None:
        low_text, high_text, low_open, high_open = bounds
        low, high = _velocity(low_text), _velocity(high_text)
        if (low is not None) == (low_text is not None) and (high is not None) == (high_text is not None):
            if low is not None and high is not None and low > high:
                return Diagnostic("MV114", span, f"no velocity lies in `{written}`", "write the softer first")
            return NumberRange(low, high, low_open, high_open)
    return Diagnostic("MV114", span, f"`{written[:_MAX_TEXT]}` is not a velocity", _VELOCITY_HINT)


def parse_lengths(text: str, span: Span) -> LengthRange | Diagnostic:
    """Note lengths as written: a duration, a range with both ends, or a comparison."""
    written = text.strip()
    bounds = _bounds(written)
    if bounds is None:
        return Diagnostic("MV114", span, f"`{written[:_MAX_TEXT]}` is not a length", _LENGTH_HINT)
    low_text, high_text, low_open, high_open = bounds
    ends: list[Duration | None] = []
    for end_text in (low_text, high_text):
        end = None if end_text is None else parse_duration(end_text, span)
        if isinstance(end, Diagnostic):
            return Diagnostic("MV114", span, f"`{written[:_MAX_TEXT]}` is not a length", _LENGTH_HINT)
        ends.append(end)
    low, high = ends
    if low and high and low.unit is high.unit and low.value > high.value:
        return Diagnostic("MV114", span, f"no length lies in `{written}`", "write the shorter first")
    return LengthRange(low, high, low_open, high_open)


def _bounds(written: str) -> tuple[str | None, str | None, bool, bool] | None:
    """The texts of both ends, and whether each is excluded; None for an unknown form."""
    if len(written) > _MAX_TEXT:
        return None
    found = _COMPARISON.match(written)
    if not found:
        return None
    sign, rest = found["sign"], found["rest"].strip()
    if sign in (">", ">="):
        return rest, None, sign == ">", False
    if sign in ("<", "<="):
        return None, rest, False, sign == "<"
    if ".." in rest and sign is None:
        low, _, high = rest.partition("..")
        return (low.strip() or None, high.strip() or None, False, False) if rest != ".." else None
    return rest, rest, False, False


def _pitch(text: str) -> int | None:
    """MIDI number of a name with octave (C4 is 60) or of a plain number."""
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text) if int(text) <= 127 else None
    found = _PITCH.match(text)
    if not found or not found["octave"]:
        return None
    step = _STEPS[found["step"].upper()] + _ACCIDENTALS.get(found["accidental"] or "", 0)
    number = step + 12 * (int(found["octave"]) + 1)
    return number if 0 <= number <= 127 else None


def _velocity(text: str | None) -> Fraction | None:
    if text is None:
        return None
    if text in DYNAMICS:
        return Fraction(DYNAMICS[text])
    return Fraction(int(text)) if text.isascii() and text.isdigit() and len(text) <= 3 else None
