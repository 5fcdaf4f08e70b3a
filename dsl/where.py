"""Which notes a rule means, as written: every key that is set must hold, a list means any of its items."""

from dataclasses import dataclass, field
from fractions import Fraction

from .position import Duration, PlaceRange
from .span import Span


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
    """Globs over lyrics, case-insensitive."""
    sections: tuple[str, ...] = ()
    """Names of rehearsal marks: from the mark to the next."""
    spans: tuple[tuple[str, Span], ...] = field(default=())
    """Where each key stands, for findings."""
