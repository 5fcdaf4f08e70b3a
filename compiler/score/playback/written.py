"""The score as it is on paper: bars, chords and marks before repeats, ties and dynamics are played.

Every notated format is read into this, so that MuseScore and MusicXML files are played by one set of rules.
Offsets are `Fraction` quarter notes from the start of a bar, lengths are what they take (tuplets are done).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.faults import fault
from ..guard.limits import MAX_DENOMINATOR
from ..model import Meter, Track
from .swing import Swing


@dataclass(frozen=True, slots=True)
class Place:
    """A place on paper."""

    bar_index: int
    offset_qn: Fraction


@dataclass(frozen=True, slots=True)
class Jump:
    """D.C., D.S. and their kin; the names are labels of markers, or "start" and "end"."""

    jump_to: str
    play_until: str
    continue_at: str = ""
    play_repeats: bool = False


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """One bar of the file."""

    length_qn: Fraction
    meter: Meter
    printed: str = ""
    repeat_start: bool = False
    repeat_count: int = 0
    """The number of times that it is played up to its end-repeat barline; 0 if it has none."""
    jump: Jump | None = None
    markers: tuple[str, ...] = ()
    section_break_s: Fraction | None = None
    """Playing pauses that long after this bar, and repeats begin again."""


@dataclass(frozen=True, slots=True)
class Volta:
    """An ending: bars from first_bar to last_bar (index, inclusive) are played in these passes only."""

    first_bar: int
    last_bar: int
    endings: tuple[int, ...]
    is_open: bool = False
    """Has no closing hook: it lasts until something else begins."""
    staff: int = 0
    """The staff it is on."""


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """One note head; `pitch` sounds (ottavas and transposition are done)."""

    pitch: int
    ties_forward: bool = False
    ties_back: bool = False
    shift: int = 0
    """The semitones of `pitch` that come from an ottava: ties join heads of one pitch on paper."""
    plays: bool = True
    velocity: int | None = None
    """A velocity of its own, replacing the dynamics'."""
    velocity_percent: int = 0
    """Added to the dynamics' velocity, in percent of it."""
    events: tuple[tuple[int, int, int], ...] = ()
    """Edited by hand: (semitones, onset, length) in thousandths of the chord's length."""
    neighbours: tuple[tuple[int, int], ...] = ()
    """(steps of the scale, semitones) of the notes around it, for an ornament."""
    glissando: tuple[int, ...] = ()
    """Semitones of the notes that a glissando passes through, the note itself first."""
    alter: int | None = None
    """The written accidental's alteration: E flat is -1; None if the file does not state it."""


@dataclass(frozen=True, slots=True)
class GraceChord:
    """A grace note or chord before (or after) a chord."""

    notes: tuple[WrittenNote, ...]
    is_acciaccatura: bool


@dataclass(frozen=True, slots=True)
class Tremolo:
    """Repeated strokes: `stroke_qn` apart, on this chord alone or alternating with the next chord of the
    voice.
    """

    stroke_qn: Fraction
    between_chords: bool


@dataclass(frozen=True, slots=True)
class Arpeggio:
    """The notes of the chord begin one after the other."""

    downward: bool = False
    stretch: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class WrittenChord:
    """Notes that start together in one voice."""

    place: Place
    length_qn: Fraction
    staff: int
    """Index of the staff in the whole score."""
    voice: int
    """From 1."""
    notes: tuple[WrittenNote, ...]
    track: int
    face_qn: Fraction = Fraction(0)
    """The note value without its tuplet, which a tremolo divides."""
    dots: int = 0
    graces_before: tuple[GraceChord, ...] = ()
    graces_after: tuple[GraceChord, ...] = ()
    articulations: tuple[str, ...] = ()
    gate_percent: int = 100
    velocity_percents: tuple[int, ...] = ()
    tremolo: Tremolo | None = None
    lyrics: tuple[tuple[int, str], ...] = ()
    """(verse from 1, text); an empty text is a note that a syllable before it is held over."""
    syllabics: tuple[str, ...] = ()
    """For each of `lyrics`, which part of its word it is (`model.SYLLABICS`); empty where all are single."""
    has_flams: bool = False
    """Its grace notes are a drummer's: short, whatever the chord's length."""
    shown_staff: int | None = None
    """The staff it is drawn on, where that is not the one it belongs to."""
    ornament: str = ""
    """A name in `ornaments.ORNAMENTS`; it sounds where its notes know their `neighbours`."""
    arpeggio: Arpeggio | None = None
    late_qn: Fraction = Fraction(0)
    """The delay of its onset by swing."""
    longer_qn: Fraction = Fraction(0)
    """The extra length up to a note that begins late."""


@dataclass(frozen=True, slots=True)
class Dynamic:
    """From this place on, these staves play at this velocity, and `change` more after a moment (fp)."""

    place: Place
    staff: int
    """The staff it is on; `staves` are those it governs."""
    staves: tuple[int, ...]
    velocity: int
    change: int = 0
    voice: int = 0
    """The one voice that it governs, from 1; 0 is all of them."""
    symbol: str = ""
    """The printed mark: "mf"; empty for a loudness without one, or with a hidden one."""


@dataclass(frozen=True, slots=True)
class Hairpin:
    """A ramp of the velocity of these staves."""

    start: Place
    end: Place
    staff: int
    """The staff it is on; `staves` are those it governs."""
    staves: tuple[int, ...]
    rises: bool
    change: int = 0
    """The change; 0 if the next dynamic mark decides."""
    voice: int = 0
    """The one voice that it governs, from 1; 0 is all of them."""


@dataclass(frozen=True, slots=True)
class WrittenTempo:
    """A tempo mark; without a number it is "a tempo": the last mark before it holds again."""

    place: Place
    quarters_per_minute: Fraction | None
    is_hidden: bool = False
    """Whether it is played and not printed."""


@dataclass(frozen=True, slots=True)
class GradualTempo:
    """A ritardando or accelerando: from start to end the tempo becomes `factor` times what it was."""

    start: Place
    end: Place
    factor: Fraction
    easing: str = ""
    """The course of the change: linear, or a name that `tempo.eased` knows."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A fermata: what sounds at this place takes `stretch` times as long, up to `end`."""

    start: Place
    end: Place
    stretch: Fraction


@dataclass(frozen=True, slots=True)
class Pause:
    """A breath or caesura: silence of that many seconds before this place."""

    place: Place
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Slur:
    """A slur from one chord to another."""

    start: Place
    end: Place
    staff: int
    voice: int = 0
    """From 1; 0 where the file does not say whose it is."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key signature as it is written on a staff: so many sharps, or flats below 0."""

    staff: int
    bar_index: int
    fifths: int


CLEF_SIGNS = ("G", "F", "C", "percussion")


@dataclass(frozen=True, slots=True)
class Clef:
    """A clef: G, F, C or percussion on a line from the lowest, 1, and how many octaves higher it reads."""

    staff: int
    place: Place
    sign: str
    line: int
    octaves: int = 0


@dataclass(frozen=True, slots=True)
class Transposition:
    """From this bar on, a staff sounds so much higher than it is written."""

    staff: int
    bar_index: int
    semitones: int
    steps: int
    """Steps of the scale: a clarinet in B flat has -1, and -2 semitones."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words over a staff: "Andante", "pizz.", "dolce". Their effect on playing is stored elsewhere."""

    place: Place
    staff: int
    text: str
    is_above: bool = True
    is_tempo: bool = False
    """Belongs to the tempo mark at its place, and to all staves."""


MAX_TEXT_CHARACTERS = 200
"""The longest text over a staff, and the longest name of a composer; the rest is left out."""


def bar_starts(bars: Sequence[WrittenBar], name: str) -> list[Fraction]:
    """The start of each bar on paper, and the end of the last, in quarter notes.

    Raises PieceError MV407 where the lengths have no common measure: exact sums of them would grow without
    bound.
    """
    starts = [Fraction(0)]
    for bar in bars:
        starts.append(starts[-1] + bar.length_qn)
        if starts[-1].denominator > MAX_DENOMINATOR:
            raise fault("MV407", name, "its bars add up to no playable length")
    return starts


def repeated_voltas(score: "WrittenScore") -> list[Volta]:
    """The endings that lead back, in order: what they change of tempo and loudness ends with them."""
    last = len(score.bars) - 1
    back = [v for v in score.voltas if v.last_bar <= last and score.bars[v.last_bar].repeat_count]
    return sorted(back, key=lambda volta: volta.first_bar)


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """All of a score on paper."""

    title: str
    tracks: tuple[Track, ...]
    staff_tracks: tuple[tuple[int, int], ...]
    """For each staff of the score: index of its track, its number within the part from 1."""
    bars: tuple[WrittenBar, ...]
    chords: tuple[WrittenChord, ...]
    voltas: tuple[Volta, ...] = ()
    tempi: tuple[WrittenTempo, ...] = ()
    gradual_tempi: tuple[GradualTempo, ...] = ()
    holds: tuple[Hold, ...] = ()
    pauses: tuple[Pause, ...] = ()
    dynamics: tuple[Dynamic, ...] = ()
    hairpins: tuple[Hairpin, ...] = ()
    marks: tuple[tuple[str, Place], ...] = ()
    bar_repeats: dict[tuple[int, int], int] = field(default_factory=dict)
    """(staff, bar index) of a measure repeat to how many bars back its music is."""
    slurs: tuple[Slur, ...] = ()
    """This and what follows is only seen: `play` does not ask for it."""
    keys: tuple[Key, ...] = ()
    clefs: tuple[Clef, ...] = ()
    transpositions: tuple[Transposition, ...] = ()
    swings: tuple[tuple[Place, Swing], ...] = ()
    texts: tuple[Text, ...] = ()
    composer: str = ""
