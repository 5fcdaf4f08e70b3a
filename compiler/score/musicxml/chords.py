"""Notes of a MusicXML file, drafted into chords: their lengths, marks and words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.xml import Node
from ..model import SYLLABICS
from ..playback.written import Arpeggio, GraceChord, Tremolo, WrittenNote
from .values import whole

# MusicXML's articulations: name in MuseScore's table, names in the model.
_ARTICULATIONS = {
    "staccato": ("staccato", ("staccato",)),
    "staccatissimo": ("staccatissimo", ("staccatissimo",)),
    "spiccato": ("staccatissimo", ("staccatissimo",)),
    "tenuto": ("tenuto", ("tenuto",)),
    "accent": ("sforzato", ("accent",)),
    "strong-accent": ("marcato", ("marcato",)),
    "detached-legato": ("portato", ("tenuto", "staccato")),
}
# Two signs that MuseScore draws as one.
_PAIRS = (
    ({"sforzato", "staccato"}, "sforzatoStaccato"),
    ({"marcato", "staccato"}, "marcatoStaccato"),
    ({"marcato", "tenuto"}, "marcatoTenuto"),
    ({"tenuto", "staccato"}, "portato"),
)
_ORNAMENTS = {
    "trill-mark": "trill",
    "turn": "turn",
    "delayed-turn": "turn",
    "inverted-turn": "turn",
    "delayed-inverted-turn": "turn",
    "vertical-turn": "turn",
    "inverted-vertical-turn": "turn",
    "mordent": "mordent",
    "inverted-mordent": "mordent",
    "shake": "mordent",
}
_LOWER = ("mordent", "inverted-turn")
_ACCIDENTALS = {"natural": 0, "sharp": 1, "flat": -1, "double-sharp": 2, "sharp-sharp": 2, "flat-flat": -2}
# Mordents with (approach, departure), as MuseScore writes its own.
_LONG_MORDENTS = {
    ("", ""): "prall mordent",
    ("above", ""): "down mordent",
    ("below", ""): "up mordent",
}
_LONG_INVERTED = {
    ("", ""): "tremblement",
    ("below", ""): "up prall",
    ("above", ""): "upper prefix",
    ("", "above"): "prall up",
    ("", "below"): "prall down",
}
MAX_LYRICS = 64
MAX_PASSES = 64


@dataclass(slots=True)
class Draft:
    """A chord while its notes are read."""

    bar_index: int
    offset_qn: Fraction
    length_qn: Fraction
    face_qn: Fraction
    dots: int
    staff: int
    """Index in the whole score."""
    voice: str
    track: int
    line: int
    notes: list[WrittenNote] = field(default_factory=list)
    graces_before: Sequence[GraceChord] = ()
    graces_after: Sequence[GraceChord] = ()
    table_names: list[str] = field(default_factory=list)
    articulations: list[str] = field(default_factory=list)
    tremolo: Tremolo | None = None
    lyrics: Sequence[tuple[int, str]] = ()
    syllabics: Sequence[str] = ()
    lines: list[tuple[int, int] | None] = field(default_factory=list)
    """For each note how it is written (see `musicxml_scale.Line`); None for percussion."""
    ornament: str = ""
    neighbour_alters: dict[int, int] = field(default_factory=dict)
    """The alterations of the neighbour notes, if a sign at the ornament gives one, by steps of the scale."""
    arpeggio: Arpeggio | None = None
    in_tuplet: bool = False
    late_qn: Fraction = Fraction(0)
    longer_qn: Fraction = Fraction(0)
    """The extra length that swing gives it."""
    shown_staff: int | None = None


@dataclass(slots=True)
class Voice:
    """A voice within one bar."""

    graces: list[tuple[list[WrittenNote], bool]] = field(default_factory=list)
    """Notes and whether they are crushed, of the grace chords that wait for their chord."""
    last: Draft | None = None
    tremolo: tuple[Draft, int] | None = None
    """The first chord of a tremolo between two, and its strokes."""


def grace_chords(graces: Sequence[tuple[list[WrittenNote], bool]]) -> tuple[GraceChord, ...]:
    return tuple(GraceChord(tuple(notes), is_acciaccatura) for notes, is_acciaccatura in graces)


def add_articulations(holder: Node, draft: Draft) -> None:
    """The signs of an <articulations>."""
    for mark in holder.children:
        found = _ARTICULATIONS.get(mark.tag)
        if found is not None:
            draft.table_names.append(found[0])
            draft.articulations.extend(found[1])


def add_ornaments(holder: Node, draft: Draft) -> None:
    """The signs of an <ornaments>, tremolos left out; accidentals belong to the sign before them."""
    before = ""
    for mark in holder.children:
        if mark.tag in _ORNAMENTS:
            before = mark.tag
            draft.articulations.append(_ORNAMENTS[mark.tag])
            draft.ornament = draft.ornament or _ornament(mark)
        elif mark.tag == "accidental-mark":
            alter = _ACCIDENTALS.get(mark.text.strip())
            if alter is not None:
                is_lower = before in _LOWER or mark.attributes.get("placement") == "below"
                draft.neighbour_alters[-1 if is_lower else 1] = alter


def _ornament(mark: Node) -> str:
    """The name of a sign in the player's table; empty for one that it does not play."""
    tag, attributes = mark.tag, mark.attributes
    if tag == "trill-mark":
        return "baroque trill" if attributes.get("start-note") == "upper" else "trill"
    if tag in ("mordent", "inverted-mordent"):
        way = (attributes.get("approach", ""), attributes.get("departure", ""))
        table = _LONG_MORDENTS if tag == "mordent" else _LONG_INVERTED
        if attributes.get("long") == "yes" and way in table:
            return table[way]
        return "mordent" if tag == "mordent" else "short trill"
    if "turn" in tag:
        return "inverted turn" if "inverted" in tag else "turn"
    return ""


def table_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names in MuseScore's table, two signs on one chord taken together."""
    unique = list(dict.fromkeys(names))
    if len(unique) < 2:
        return tuple(unique)
    for pair, one in _PAIRS:
        if pair <= set(unique):
            unique = [name for name in unique if name not in pair] + [one]
    return tuple(unique)


def strokes_of_tremolo(mark: Node) -> int:
    """The number of strokes of a <tremolo>; 0 for a roll without a number."""
    return whole(mark.text, 0, 8) or 0


def single_tremolo(strokes: int, face_qn: Fraction, dots: int) -> Tremolo:
    """Strokes through a stem halve a quarter note each; a flag has halved it already."""
    return Tremolo(_stroke_qn(strokes, face_qn, dots), False)


def double_tremolo(strokes: int, first: Draft) -> Tremolo:
    """A tremolo between two chords, the first of which is drawn with twice the length that it takes."""
    return Tremolo(_stroke_qn(strokes, first.face_qn, first.dots), True)


def _stroke_qn(strokes: int, face_qn: Fraction, dots: int) -> Fraction:
    base = face_qn / (2 - Fraction(1, 2**dots))
    flags = 0
    while 0 < base < 1 and flags < 8:
        base *= 2
        flags += 1
    return Fraction(1, 2 ** (strokes + flags))


def lyrics_of(nodes: Sequence[Node], held: set[int]) -> list[tuple[int, str, str]]:
    """(verse, text, syllabic) of the <lyric>s of a note; where time-only names passes, these are the verses.

    A text is empty where a syllable of the verse is held over the note. `held` are the verses of the voice
    that are, and is brought up to date.
    """
    found: list[tuple[int, str, str]] = []
    for position, node in enumerate(nodes[:MAX_LYRICS], start=1):
        verse = _verse(node.attributes.get("number", ""), position)
        text = _syllable(node)
        extends = node.child("extend")
        if extends is not None and extends.attributes.get("type", "start") != "stop":
            held.add(verse)
        else:
            held.discard(verse)
        if not text and extends is None:
            continue
        syllabic = node.value("syllabic", "single")
        syllabic = syllabic if text and syllabic in SYLLABICS else "single"
        verses = _passes(node.attributes.get("time-only", "")) or [verse]
        found.extend((number, text, syllabic) for number in verses)
    sung = {verse for verse, _, _ in found}
    found.extend((verse, "", "single") for verse in sorted(held - sung))
    return found if any(text for _, text, _ in found) else []


def _syllable(node: Node) -> str:
    """The text of a lyric, syllables that are sung on one note joined as they are drawn."""
    pieces: list[str] = []
    for child in node.children:
        if child.tag == "text":
            pieces.append(child.text)
        elif child.tag == "elision":
            pieces.append(child.text or " ")
    return "".join(pieces).strip()


def _passes(text: str) -> list[int]:
    """The passes of a time-only: "1, 3"."""
    numbers = [whole(piece, 1, 10_000) for piece in text.split(",")[:MAX_PASSES]] if text else []
    return [number for number in numbers if number is not None]


def _verse(number: str, position: int) -> int:
    """The verse of a lyric's number: 2, "verse2", "part1verse2"; else by its position on the note."""
    digits = number[len(number.rstrip("0123456789")) :]
    return max(int(digits[-4:]), 1) if digits else position


def drawn_double(value: Fraction, ratio: Fraction, length: Fraction) -> Fraction:
    """The note value with which the chord of a tremolo between two is drawn: for twice its length.

    MuseScore writes that as a tuplet of 2 in the time of 1, others only in the note value or not at all.
    """
    if ratio <= Fraction(1, 2):
        return value
    return value if value * ratio > length else value * 2
