"""Notes of one staff as music21 gives them, turned into chords on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .articulations import DEFAULT_GATES, DEFAULT_VELOCITIES, gate_percent, velocity_factor
from .faults import fault
from .written import GraceChord, Place, Tremolo, WrittenBar, WrittenChord, WrittenNote

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
    """What the staves of a score add up to."""

    name: str
    bars: Sequence[WrittenBar]
    drum_keys: dict[str, int]
    chords: list[WrittenChord] = field(default_factory=list)
    late_count: int = 0


def read_part(
    part: Any,
    sheet: Sheet,
    staff: int,
    track: int,
    is_drums: bool,
    exact_places: dict[int, dict[Fraction, Fraction]],
) -> None:
    """Adds the chords of a music21 part (one staff) to the sheet."""
    measures = list(part.getElementsByClass("Measure"))
    if len(measures) != len(sheet.bars):
        raise fault(
            "MV421", sheet.name, f"music21 finds {len(measures)} bars where the file has {len(sheet.bars)}"
        )
    slurred = _slurred(part)
    for bar_index, measure in enumerate(measures):
        places = exact_places.get(bar_index, {})
        for voice, stream in enumerate(list(measure.voices) or [measure], start=1):
            graces: list[Any] = []
            for element in stream.notes:
                if "ChordSymbol" in element.classes or "NoChord" in element.classes:
                    continue
                if element.duration.isGrace:
                    graces.append(element)
                    continue
                inner = exact(element.offset) + (exact(stream.offset) if stream is not measure else 0)
                length = exact(element.quarterLength)
                start = places.get(inner, inner)
                length = places.get(inner + length, start + length) - start
                place = Place(bar_index, start)
                if not 0 <= start < sheet.bars[bar_index].length_qn:
                    sheet.late_count += 1
                    continue
                sheet.chords.append(
                    _chord(
                        element,
                        length,
                        graces,
                        sheet,
                        place,
                        staff,
                        voice,
                        track,
                        is_drums,
                        id(element) in slurred,
                    )
                )
                graces = []


def exact(value: Any) -> Fraction:
    """A music21 offset as the fraction it stands for: music21 keeps thirds and their kin as Fractions already."""
    return Fraction(value).limit_denominator(65_536)


def _chord(
    element: Any,
    length: Fraction,
    graces: Sequence[Any],
    sheet: Sheet,
    place: Place,
    staff: int,
    voice: int,
    track: int,
    is_drums: bool,
    slurred: bool,
) -> WrittenChord:
    table, articulations = _articulations(element)
    if slurred:
        articulations += ("slur",)
    face, dots = _face(element, length)
    tremolo = _tremolo(element, face, dots)
    if tremolo is not None:
        articulations += ("tremolo",)
    return WrittenChord(
        place=place,
        length_qn=length,
        staff=staff,
        voice=voice,
        notes=_notes(element, sheet),
        track=track,
        face_qn=face,
        dots=dots,
        graces_before=tuple(
            GraceChord(_notes(grace, sheet), bool(getattr(grace.duration, "slash", True))) for grace in graces
        ),
        articulations=articulations,
        gate_percent=gate_percent(DEFAULT_GATES, table, slurred),
        velocity_factor=velocity_factor(DEFAULT_VELOCITIES, table),
        tremolo=tremolo,
        lyrics=_lyrics(element),
        is_drums=is_drums,
    )


def _notes(element: Any, sheet: Sheet) -> tuple[WrittenNote, ...]:
    heads = list(element.notes) if hasattr(element, "notes") else [element]
    notes = []
    for head in heads:
        kind = "" if head.tie is None else str(head.tie.type)
        pitch = _drum_key(head, sheet) if "Unpitched" in head.classes else int(round(head.pitch.ps))
        if not 0 <= pitch <= 127:
            continue
        notes.append(WrittenNote(pitch, kind in ("start", "continue"), kind in ("stop", "continue")))
    return tuple(notes)


def _drum_key(head: Any, sheet: Sheet) -> int:
    """The General MIDI key of a percussion note, from the instrument that the file gives it."""
    instrument = head.storedInstrument
    identity = "" if instrument is None else str(getattr(instrument, "instrumentId", "") or "")
    if identity in sheet.drum_keys:
        return sheet.drum_keys[identity]
    mapped = getattr(instrument, "percMapPitch", None)
    if mapped is not None:
        return int(mapped)
    return int(round(head.displayPitch().ps))


def _articulations(element: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    table: list[str] = []
    model: list[str] = []
    for mark in element.articulations:
        found = _ARTICULATIONS.get(type(mark).__name__)
        if found is not None:
            table.append(found[0])
            model.extend(found[1])
    for mark in element.expressions:
        if type(mark).__name__ in _EXPRESSIONS:
            model.append(_EXPRESSIONS[type(mark).__name__])
    return tuple(table), tuple(dict.fromkeys(model))


def _face(element: Any, length: Fraction) -> tuple[Fraction, int]:
    """(note value with dots but without tuplets, number of dots)."""
    scale = Fraction(1)
    for tuplet in element.duration.tuplets:
        scale *= exact(tuplet.tupletMultiplier())
    face = length / scale if scale else length
    return face, int(element.duration.dots)


def _tremolo(element: Any, face: Fraction, dots: int) -> Tremolo | None:
    for mark in element.expressions:
        if type(mark).__name__ == "Tremolo":
            base = face / (2 - Fraction(1, 2**dots))
            flags = 0
            while base < 1 and flags < 8:
                base *= 2
                flags += 1
            return Tremolo(Fraction(1, 2 ** (min(int(mark.numberOfMarks), 8) + flags)), between_chords=False)
    return None


def _lyrics(element: Any) -> tuple[tuple[int, str], ...]:
    return tuple((int(lyric.number), str(lyric.text)) for lyric in element.lyrics if lyric.text)


def _slurred(part: Any) -> set[int]:
    """Elements under a slur, its last note left out, by identity."""
    found: set[int] = set()
    for slur in part.getElementsByClass("Slur"):
        notes = list(slur.getSpannedElements())
        found.update(id(note) for note in notes[:-1])
    return found
