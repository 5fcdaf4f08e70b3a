"""Score: every note of a piece in playing order, exact, whatever the file it came from.

All times are `Fraction` quarter notes from the start of what is played: repeats and jumps are unrolled.
`bar` is the measure's number in the file, from 1, a pickup included; `pass_number` says which time through
it is.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from ...dsl.findings.diagnostics import Diagnostic

SYLLABICS = ("single", "begin", "middle", "end")
HELD = "held"
"""A later stroke of a chord that is broken or ornamented: its lyric was begun by the first one."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature as written."""

    numerator: int
    denominator: int

    @property
    def beat_qn(self) -> Fraction:
        """The length of one beat, the denominator's unit, in quarter notes."""
        return Fraction(4, self.denominator)

    @property
    def bar_qn(self) -> Fraction:
        """The length of a full bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Track:
    """One instrument of the score: a MuseScore part, a MusicXML part, or a MIDI track and channel."""

    name: str
    instrument: str = ""
    program: int = 0
    """General MIDI program, 0..127."""
    is_drums: bool = False
    """Pitches are General MIDI percussion keys."""
    staff_count: int = 1
    channel: int | None = None
    """Index into `Score.channels`: what its controllers say; None where the file has none."""


BEND, PRESSURE = "bend", "pressure"
"""The channel messages that are not numbered controllers."""

Steps = tuple[tuple[Fraction, float], ...]
"""(onset_qn, value from there on), ascending; the first at 0."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A MIDI channel's state over time."""

    gain: Steps
    """Linear: 1 where volume and expression are never set."""
    ear: Steps
    """-1 left .. +1 right."""
    bend: Steps
    """Semitones, tuning included."""
    controllers: tuple[tuple[str, Steps], ...] = ()
    """The values as they were sent: "0".."119" of 0..127, PRESSURE of 0..127, and BEND of 0..16383."""


@dataclass(frozen=True, slots=True)
class Unplayed:
    """Events of one kind that a MIDI file holds and that no instrument plays."""

    what: str
    """The name of the event, such as "modulation"."""
    count: int
    channel: int | None = None
    """Index into `Score.channels`; None for what belongs to no channel."""
    controller: str = ""
    """Its name in `Channel.controllers`, by which a lane can follow it; empty where none can."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note, ties merged.

    `length_qn` is the written length, ties added up; `gate_qn` is how long the key is held (staccato,
    legato). `velocity` is 1..127 with dynamics, hairpins and accents applied. `pitch` sounds: transposition
    is done.
    """

    onset_qn: Fraction
    length_qn: Fraction
    gate_qn: Fraction
    pitch: int
    velocity: int
    track: int
    """Index into `Score.tracks`."""
    staff: int
    """Staff within the part, from 1."""
    voice: int
    """Voice within the staff, from 1."""
    bar: int
    pass_number: int
    onset_in_bar_qn: Fraction
    beat: Fraction
    """From 1, in units of the bar's denominator: onset_in_bar_qn / meter.beat_qn + 1."""
    grace: bool = False
    lyric: str | None = None
    syllabic: str = "single"
    """The position of the lyric in its word, one of `SYLLABICS`: "Mu" begin, "si" middle, "ca" end; or
    HELD."""
    articulations: tuple[str, ...] = ()
    """From staccato, staccatissimo, tenuto, accent, marcato, tremolo, trill, mordent, turn, fermata, slur."""
    ring_qn: Fraction | None = None
    """The time for which a pedal lets the note sound, if that is longer than its key is held."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar as played; a repeated bar is here once per pass."""

    bar: int
    pass_number: int
    start_qn: Fraction
    length_qn: Fraction
    """The played length: it differs from meter.bar_qn for a pickup or an irregular bar."""
    meter: Meter
    printed: str = ""
    """The printed bar number; empty where none would be printed (a pickup)."""

    @property
    def end_qn(self) -> Fraction:
        return self.start_qn + self.length_qn


@dataclass(frozen=True, slots=True)
class TempoMark:
    """From onset_qn on, this many quarter notes per minute, exactly."""

    onset_qn: Fraction
    quarters_per_minute: Fraction


@dataclass(frozen=True, slots=True)
class RehearsalMark:
    """A named place: a rehearsal mark or a section name."""

    name: str
    onset_qn: Fraction


@dataclass(frozen=True, slots=True)
class HeardFrom:
    """The recordings from which a score was heard, if it was heard and not written."""

    recordings: tuple[tuple[str, str], ...] = ()
    """Name and SHA-256 of each file that was listened to."""
    bpm: float = 0.0
    """The tempo at which the beats were counted."""
    other_bpm: tuple[float, ...] = ()
    """Tempi at which others might count them."""
    bar_1_s: float | None = None
    """The time of bar 1 in the recordings; None if it is not stated."""


@dataclass(frozen=True, slots=True)
class Score:
    """A whole score. Notes are sorted by (onset_qn, track, staff, voice, pitch); measures and tempi by time.

    The first tempo mark is at 0. `end_qn` is the end of the last bar. `findings` are warnings of the
    reader.
    """

    is_itself_alone: ClassVar[bool] = True
    """A score equals only itself; the notes of two readings may be equal, but are not the same: see
    compiler/recent.py."""

    title: str
    tracks: tuple[Track, ...]
    notes: tuple[Note, ...]
    measures: tuple[Measure, ...]
    tempi: tuple[TempoMark, ...]
    marks: tuple[RehearsalMark, ...] = ()
    digest: str = ""
    """sha256 of the bytes that were read."""
    channels: tuple[Channel, ...] = ()
    findings: tuple[Diagnostic, ...] = field(default=())
    unplayed: tuple[Unplayed, ...] = ()
    """The unplayed events, which the finding MV415 counts."""
    heard: HeardFrom | None = None
    """None for a score that somebody wrote."""

    @property
    def end_qn(self) -> Fraction:
        return self.measures[-1].end_qn if self.measures else Fraction(0)
