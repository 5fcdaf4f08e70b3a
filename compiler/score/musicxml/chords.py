"""Notes of a MusicXML file, drafted into chords: their lengths, marks and words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.xml import Node
from ..playback.written import GraceChord, Tremolo, WrittenNote
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
    """The signs of an <ornaments>, tremolos left out."""
    for mark in holder.children:
        if mark.tag in _ORNAMENTS:
            draft.articulations.append(_ORNAMENTS[mark.tag])


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
    """How many strokes a <tremolo> draws; 0 for a roll without a number."""
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


def lyrics_of(nodes: Sequence[Node]) -> tuple[tuple[int, str], ...]:
    """(verse, text) of the <lyric>s of a note; where time-only names passes, these are the verses."""
    found: list[tuple[int, str]] = []
    for position, node in enumerate(nodes[:MAX_LYRICS], start=1):
        text = _syllable(node)
        if not text:
            continue
        passes = _passes(node.attributes.get("time-only", ""))
        found.extend(
            (verse, text) for verse in passes or [_verse(node.attributes.get("number", ""), position)]
        )
    return tuple(found)


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
