"""Notes of one staff as music21 gives them, turned into chords on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ..guard.faults import fault
from ..playback.articulations import DEFAULT_GATES, DEFAULT_VELOCITIES, gate_percent, velocity_percents
from ..playback.written import GraceChord, Place, Tremolo, WrittenBar, WrittenChord, WrittenNote

# music21's articulation classes: name in MuseScore's table, names in the model.
_ARTICULATIONS = {
    "Staccato": ("staccato", ("staccato",)),
    "Staccatissimo": ("staccatissimo", ("staccatissimo",)),
    "Spiccato": ("staccatissimo", ("staccatissimo",)),
    "Tenuto": ("tenuto", ("tenuto",)),
    "Accent": ("sforzato", ("accent",)),
    "StrongAccent": ("marcato", ("marcato",)),
    "DetachedLegato": ("portato", ("tenuto", "staccato")),
}
_EXPRESSIONS = {
    "Trill": "trill",
    "Turn": "turn",
    "InvertedTurn": "turn",
    "Mordent": "mordent",
    "InvertedMordent": "mordent",
    "Fermata": "fermata",
}


@dataclass(slots=True)
class Sheet:
    """The chords of all staves, as they are read."""

    name: str
    bars: Sequence[WrittenBar]
    chords: list[WrittenChord] = field(default_factory=list)
    late_count: int = 0


@dataclass(slots=True)
class Staff:
    """One staff of music21 and what the file itself says of it (see `musicxml_frame.Frame`)."""

    part: Any
    index: int
    track: int
    is_drums: bool
    exact_places: dict[int, dict[Fraction, Fraction]]
    drum_notes: dict[tuple[int, Fraction, int], list[int]]
    slurred: set[int] = field(default_factory=set)
    """Identities of elements under a slur, its last one left out."""
    between: dict[int, int] = field(default_factory=dict)
    """Strokes of a tremolo to the next chord, by identity of the first."""


def read_staff(staff: Staff, sheet: Sheet) -> None:
    """Adds a staff's chords to the sheet. Raises PieceError MV421 where music21 has lost bars."""
    measures = list(staff.part.getElementsByClass("Measure"))
    if len(measures) != len(sheet.bars):
        message = f"music21 finds {len(measures)} bars where the file has {len(sheet.bars)}"
        raise fault("MV421", sheet.name, message)
    for slur in staff.part.getElementsByClass("Slur"):
        staff.slurred.update(id(note) for note in list(slur.getSpannedElements())[:-1])
    for tremolo in staff.part.recurse().getElementsByClass("TremoloSpanner"):
        spanned = list(tremolo.getSpannedElements())
        if len(spanned) == 2:
            staff.between[id(spanned[0])] = min(max(int(tremolo.numberOfMarks), 1), 8)
    for index, measure in enumerate(measures):
        for voice, stream in enumerate(list(measure.voices) or [measure], start=1):
            inner = exact(stream.offset) if stream is not measure else Fraction(0)
            _voice(stream, inner, staff, sheet, index, voice)


def exact(value: Any) -> Fraction:
    """A music21 offset as the fraction it stands for: music21 keeps thirds and their kin as Fractions
    already.
    """
    return Fraction(value).limit_denominator(65_536)


def _voice(stream: Any, inner: Fraction, staff: Staff, sheet: Sheet, bar_index: int, voice: int) -> None:
    places = staff.exact_places.get(bar_index, {})
    graces: list[GraceChord] = []
    last = None
    for element in stream.notes:
        if "ChordSymbol" in element.classes or "NoChord" in element.classes:
            continue
        stated = exact(element.offset) + inner
        notes = _notes(element, staff, bar_index, stated, sheet.name)
        if element.duration.isGrace:
            graces.append(GraceChord(notes, bool(getattr(element.duration, "slash", True))))
            continue
        start = places.get(stated, stated)
        length = exact(element.quarterLength)
        length = places.get(stated + length, start + length) - start
        if not 0 <= start < sheet.bars[bar_index].length_qn:
            sheet.late_count += 1
            continue
        chord = _chord(element, staff, Place(bar_index, start), length, voice)
        last = len(sheet.chords)
        sheet.chords.append(replace(chord, notes=notes, graces_before=tuple(graces)))
        graces = []
    if graces and last is not None:
        # Graces with nothing behind them in the bar close the chord before them.
        sheet.chords[last] = replace(sheet.chords[last], graces_after=tuple(graces))


def _chord(element: Any, staff: Staff, place: Place, length: Fraction, voice: int) -> WrittenChord:
    """The chord without its notes and graces."""
    table, articulations = _articulations(element)
    slurred = id(element) in staff.slurred
    if slurred:
        articulations += ("slur",)
    dots = int(element.duration.dots)
    face = _face(element, length)
    tremolo = _tremolo(element, staff, face, dots)
    if tremolo is not None:
        articulations += ("tremolo",)
    return WrittenChord(
        place=place,
        length_qn=length,
        staff=staff.index,
        voice=voice,
        notes=(),
        track=staff.track,
        face_qn=face,
        dots=dots,
        articulations=articulations,
        gate_percent=gate_percent(DEFAULT_GATES, table, slurred),
        velocity_percents=velocity_percents(DEFAULT_VELOCITIES, table),
        tremolo=tremolo,
        lyrics=tuple((int(lyric.number), str(lyric.text)) for lyric in element.lyrics if lyric.text),
        has_flams=staff.is_drums,
    )


def _notes(
    element: Any, staff: Staff, bar_index: int, stated: Fraction, name: str
) -> tuple[WrittenNote, ...]:
    notes = []
    for head in list(element.notes) if hasattr(element, "notes") else [element]:
        kind = "" if head.tie is None else str(head.tie.type)
        if "Unpitched" in head.classes:
            drawn = round(head.displayPitch().ps)
            keys = staff.drum_notes.get((bar_index, stated, drawn))
            pitch = keys.pop(0) if keys else drawn
        else:
            pitch = round(head.pitch.ps)
        if not 0 <= pitch <= 127:
            message = f"bar {bar_index + 1} holds a note of pitch {pitch}; MIDI has 0 to 127"
            raise fault("MV407", name, message)
        notes.append(WrittenNote(pitch, kind in ("start", "continue"), kind in ("stop", "continue")))
    return tuple(notes)


def _articulations(element: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(names in MuseScore's table, names in the model)."""
    table: list[str] = []
    model: list[str] = []
    for mark in element.articulations:
        found = _ARTICULATIONS.get(type(mark).__name__)
        if found is not None:
            table.append(found[0])
            model.extend(found[1])
    kinds = [type(mark).__name__ for mark in element.expressions]
    model.extend(_EXPRESSIONS[kind] for kind in kinds if kind in _EXPRESSIONS)
    return tuple(table), tuple(dict.fromkeys(model))


def _face(element: Any, length: Fraction) -> Fraction:
    """The note value with dots but without tuplets."""
    scale = Fraction(1)
    for tuplet in element.duration.tuplets:
        scale *= exact(tuplet.tupletMultiplier())
    return length / scale if scale else length


def _tremolo(element: Any, staff: Staff, face: Fraction, dots: int) -> Tremolo | None:
    """Strokes through a stem halve a quarter note each; a flag has halved it already."""
    strokes = staff.between.get(id(element), 0)
    between = strokes > 0
    for mark in element.expressions:
        if type(mark).__name__ == "Tremolo" and not between:
            strokes = min(max(int(mark.numberOfMarks), 1), 8)
    if not strokes:
        return None
    # The chords of a tremolo between two are drawn with twice the length that they take; MuseScore writes
    # that as a tuplet.
    doubled = any(t.numberNotesActual == 2 * t.numberNotesNormal for t in element.duration.tuplets)
    base = face * (2 if between and not doubled else 1) / (2 - Fraction(1, 2**dots))
    flags = 0
    while 0 < base < 1 and flags < 8:
        base *= 2
        flags += 1
    return Tremolo(Fraction(1, 2 ** (strokes + flags)), between)
