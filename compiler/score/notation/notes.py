"""The notes of a chord as MusicXML, with their articulations, ornaments, lyrics and graces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..playback.written import Tremolo, WrittenChord, WrittenNote
from .elements import Element, add, number
from .ids import note_id
from .spelling import STEPS, Accidentals, Spelled, spelled
from .values import Value
from .voices import Event

# MusicXML counts loudness in hundredths of velocity 90.
_FORTE = Fraction(90, 100)
_ARTICULATIONS = {
    "staccato": "staccato",
    "staccatissimo": "staccatissimo",
    "tenuto": "tenuto",
    "accent": "accent",
    "marcato": "strong-accent",
}
_LONG = {"long": "yes"}
# Each ornament of the player: tag and attributes (see musicxml/chords.py, which reads them).
_ORNAMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "trill": ("trill-mark", {}),
    "baroque trill": ("trill-mark", {"start-note": "upper"}),
    "turn": ("turn", {}),
    "inverted turn": ("inverted-turn", {}),
    "mordent": ("mordent", {}),
    "short trill": ("inverted-mordent", {}),
    "baroque short trill": ("inverted-mordent", {}),
    "tremblement": ("inverted-mordent", _LONG),
    "prall mordent": ("mordent", _LONG),
    "line prall": ("inverted-mordent", {**_LONG, "approach": "above"}),
    "upper prefix": ("inverted-mordent", {**_LONG, "approach": "above"}),
    "up prall": ("inverted-mordent", {**_LONG, "approach": "below"}),
    "prall up": ("inverted-mordent", {**_LONG, "departure": "above"}),
    "prall down": ("inverted-mordent", {**_LONG, "departure": "below"}),
    "up mordent": ("mordent", {**_LONG, "approach": "below"}),
    "down mordent": ("mordent", {**_LONG, "approach": "above"}),
}
# An ornament that is drawn and not played.
_DRAWN = {"trill": "trill-mark", "turn": "turn", "mordent": "mordent"}
_FERMATAS = {
    Fraction(3, 2): "angled",
    Fraction(3): "square",
    Fraction(5, 4): "double-angled",
    Fraction(4): "double-square",
}
# Where drums stand on a staff of five lines, by General MIDI key: step and octave in the treble clef, head.
_DRUMS = {
    35: ("E4", ""), 36: ("F4", ""), 37: ("C5", "x"), 38: ("C5", ""), 39: ("C5", "x"), 40: ("C5", ""),
    41: ("G4", ""), 42: ("G5", "x"), 43: ("A4", ""), 44: ("D4", "x"), 45: ("B4", ""), 46: ("G5", "circle-x"),
    47: ("D5", ""), 48: ("E5", ""), 49: ("A5", "x"), 50: ("F5", ""), 51: ("F5", "x"), 52: ("B5", "x"),
    53: ("F5", "diamond"), 54: ("E5", "triangle"), 55: ("B5", "x"), 56: ("E5", "triangle"), 57: ("C6", "x"),
    59: ("F5", "x"), 81: ("D5", "triangle"), 80: ("D5", "triangle"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """The settings with which a staff's notes in a bar are written."""

    divisions: int
    fifths: int
    semitones: int
    """The transposition of the staff: sounding minus written pitch, in semitones."""
    is_drums: bool
    part: str
    """The id of the part."""
    instruments: Mapping[tuple[int, int], str]
    """(track, key of a drum or -1) to the id of an instrument; empty where the part has only one."""
    accidentals: Mapping[tuple[int, int], str]
    """(chord, note) to the sign before it; graces count below 0."""


@dataclass(frozen=True, slots=True)
class Around:
    """The lines and neighbours around a chord."""

    slur_starts: Sequence[int] = ()
    slur_stops: Sequence[int] = ()
    hold: Fraction | None = None
    """The fermata over it: how many times as long it lasts."""
    caesura: bool = False
    extended: frozenset[int] = frozenset()
    """Verses whose syllable is held over the chord that follows."""
    glissando_starts: Sequence[tuple[int, int]] = ()
    """(note, number) of the glissandi that begin here."""
    glissando_stops: Sequence[tuple[int, int]] = ()
    tremolo_stops: int = 0
    """Strokes of a tremolo between two chords that ends here."""


def accidentals_of(
    chords: Sequence[tuple[int, WrittenChord]], fifths: int, semitones: int
) -> dict[tuple[int, int], str]:
    """The accidentals that are drawn in a bar of a staff, by (chord, note); graces before it from -1 down."""
    known = Accidentals(fifths)
    found: dict[tuple[int, int], str] = {}
    for index, chord in sorted(chords, key=lambda entry: entry[1].place.offset_qn):
        graces = [note for grace in chord.graces_before for note in grace.notes]
        after = [note for grace in chord.graces_after for note in grace.notes]
        rows = [
            *((-1 - k, note) for k, note in enumerate(graces)),
            *enumerate(chord.notes),
            *((-1 - len(graces) - k, note) for k, note in enumerate(after)),
        ]
        for k, note in rows:
            sign = known.sign(note, _spelled(note, fifths, semitones))
            if sign:
                found[index, k] = sign
    return found


def _spelled(note: WrittenNote, fifths: int, semitones: int) -> Spelled:
    return spelled(note.pitch - semitones, note.alter, fifths)


def add_rest(
    bar: Element, event: Event, desk: Desk, voice: int, staff: int | None, hold: Fraction | None
) -> None:
    if event.value is None and not event.is_whole_bar:
        forward = add(bar, "forward")
        add(forward, "duration", number(event.length_qn * desk.divisions))
        return
    note = add(bar, "note")
    rest = add(note, "rest")
    if event.is_whole_bar:
        rest.set("measure", "yes")
    add(note, "duration", number(event.length_qn * desk.divisions))
    add(note, "voice", voice)
    if event.value is not None:
        _add_value(note, event.value)
    if staff is not None:
        add(note, "staff", staff)
    _add_notations(note, event, (), hold)


def add_chord(
    bar: Element,
    event: Event,
    chord: WrittenChord,
    around: Around,
    desk: Desk,
    *,
    voice: int,
    staff: int | None,
    bar_index: int,
) -> None:
    """A chord with its graces, in a bar that may be another than the one in which it was read."""
    assert event.chord is not None
    index = event.chord
    count = 0
    for grace in chord.graces_before:
        count = _add_grace(bar, grace.notes, grace.is_acciaccatura, chord, index, count, desk, voice, staff)
    for k, head in enumerate(chord.notes):
        attributes: dict[str, object] = {"id": note_id(bar_index, event.onset_qn, index, k)}
        if head.velocity is not None:
            attributes["dynamics"] = number(head.velocity / _FORTE)
        attributes.update(_moved(head, event, desk))
        note = add(bar, "note", **attributes)
        if not head.plays:
            add(note, "cue")
        if k:
            add(note, "chord")
        drawn = _add_pitch(note, head, desk)
        add(note, "duration", number(event.length_qn * desk.divisions))
        if head.plays:
            for kind, is_tied in (("stop", head.ties_back), ("start", head.ties_forward)):
                if is_tied:
                    add(note, "tie", type=kind)
        _add_instrument(note, chord.track, head, desk)
        add(note, "voice", voice)
        if event.value is not None:
            _add_value(note, event.value, desk.accidentals.get((index, k), ""))
        if drawn:
            add(note, "notehead", drawn)
        if staff is not None:
            add(note, "staff", staff)
        if not k:
            for level, beam in enumerate(event.beams, start=1):
                add(note, "beam", beam, number=level)
        marks = _marks(chord, event, around) if not k else []
        marks = [*_tied(head), *marks, *_slides(k, around)]
        _add_notations(note, event if not k else None, marks, around.hold if not k else None)
        if not k:
            _add_lyrics(note, chord, around.extended)
    for grace in chord.graces_after:
        count = _add_grace(bar, grace.notes, grace.is_acciaccatura, chord, index, count, desk, voice, staff)


def _add_grace(
    bar: Element,
    heads: Sequence[WrittenNote],
    is_acciaccatura: bool,
    chord: WrittenChord,
    index: int,
    count: int,
    desk: Desk,
    voice: int,
    staff: int | None,
) -> int:
    for k, head in enumerate(heads):
        note = add(bar, "note")
        grace = add(note, "grace")
        if is_acciaccatura:
            grace.set("slash", "yes")
        if k:
            add(note, "chord")
        _add_pitch(note, head, desk)
        _add_instrument(note, chord.track, head, desk)
        add(note, "voice", voice)
        _add_value(note, Value("eighth", 0), desk.accidentals.get((index, -1 - count), ""))
        if staff is not None:
            add(note, "staff", staff)
        count += 1
    return count


def _moved(head: WrittenNote, event: Event, desk: Desk) -> dict[str, object]:
    """Attack and release of a note that was moved by hand."""
    if len(head.events) != 1 or head.events[0][0]:
        return {}
    _, onset, length = head.events[0]
    unit = event.length_qn * desk.divisions / 1000
    return {"attack": number(onset * unit), "release": number((onset + length - 1000) * unit)}


def _add_pitch(note: Element, head: WrittenNote, desk: Desk) -> str:
    """The pitch of a note, or the place of a drum; gives the head that it is drawn with."""
    if desk.is_drums:
        place, drawn = _DRUMS.get(head.pitch, ("B4", "x"))
        unpitched = add(note, "unpitched")
        add(unpitched, "display-step", place[0])
        add(unpitched, "display-octave", place[1])
        return drawn
    place_ = _spelled(head, desk.fifths, desk.semitones)
    pitch = add(note, "pitch")
    add(pitch, "step", STEPS[place_.step])
    if place_.alter:
        add(pitch, "alter", place_.alter)
    add(pitch, "octave", place_.octave)
    return ""


def _add_instrument(note: Element, track: int, head: WrittenNote, desk: Desk) -> None:
    identity = desk.instruments.get((track, head.pitch if desk.is_drums else -1))
    if identity is not None:
        add(note, "instrument", id=identity)


def _add_value(note: Element, value: Value, accidental: str = "") -> None:
    add(note, "type", value.kind)
    for _ in range(value.dots):
        add(note, "dot")
    if accidental:
        add(note, "accidental", accidental)
    if value.ratio != 1:
        change = add(note, "time-modification")
        add(change, "actual-notes", value.ratio.denominator)
        add(change, "normal-notes", value.ratio.numerator)


def _tied(head: WrittenNote) -> list[Element]:
    kinds = (("stop", head.ties_back), ("start", head.ties_forward))
    return [Element("tied", {"type": kind}) for kind, is_tied in kinds if is_tied]


def _slides(k: int, around: Around) -> list[Element]:
    return [
        Element("glissando", {"type": kind, "number": str(line)})
        for kind, ends in (("stop", around.glissando_stops), ("start", around.glissando_starts))
        for note, line in ends
        if note == k
    ]


def _marks(chord: WrittenChord, event: Event, around: Around) -> list[Element]:
    found = [Element("slur", {"type": "stop", "number": str(n)}) for n in around.slur_stops]
    found += [Element("slur", {"type": "start", "number": str(n)}) for n in around.slur_starts]
    ornaments = Element("ornaments")
    if chord.ornament in _ORNAMENTS:
        tag, attributes = _ORNAMENTS[chord.ornament]
        add(ornaments, tag, **attributes)
    else:
        for name, tag in _DRAWN.items():
            if name in chord.articulations:
                add(ornaments, tag)
    if chord.tremolo is not None and event.value is not None:
        kind = "start" if chord.tremolo.between_chords else "single"
        add(ornaments, "tremolo", strokes(chord.tremolo, event.value), type=kind)
    if around.tremolo_stops:
        add(ornaments, "tremolo", around.tremolo_stops, type="stop")
    articulations = Element("articulations")
    for name, tag in _ARTICULATIONS.items():
        if name in chord.articulations:
            add(articulations, tag)
    if around.caesura:
        add(articulations, "caesura")
    found += [holder for holder in (ornaments, articulations) if len(holder)]
    if chord.arpeggio is not None:
        direction = {"direction": "down"} if chord.arpeggio.downward else {}
        found.append(Element("arpeggiate", direction))
    return found


def strokes(tremolo: Tremolo, value: Value) -> int:
    """The number of strokes to draw; each flag of the note value stands for one of them."""
    return max((1 / tremolo.stroke_qn).numerator.bit_length() - 1 - value.flags, 1)


def _add_notations(
    note: Element, event: Event | None, marks: Sequence[Element], hold: Fraction | None
) -> None:
    notations = Element("notations")
    notations.extend(mark for mark in marks if mark.tag in ("tied", "slur"))
    if event is not None and event.tuplet_starts:
        add(notations, "tuplet", type="start")
    if event is not None and event.tuplet_stops:
        add(notations, "tuplet", type="stop")
    notations.extend(mark for mark in marks if mark.tag not in ("tied", "slur"))
    if hold is not None:
        add(notations, "fermata", _FERMATAS.get(hold, "normal"))
    if len(notations):
        note.append(notations)


def _add_lyrics(note: Element, chord: WrittenChord, extended: frozenset[int]) -> None:
    syllabics = chord.syllabics or ("single",) * len(chord.lyrics)
    for (verse, text), syllabic in zip(chord.lyrics, syllabics, strict=True):
        if text:
            lyric = add(note, "lyric", number=verse)
            add(lyric, "syllabic", syllabic)
            add(lyric, "text", text)
            if verse in extended:
                add(lyric, "extend")
