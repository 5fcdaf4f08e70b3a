"""One chord of a MuseScore file: its notes, graces, articulations, tremolo and lyrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..guard.xml import Node
from ..model import SYLLABICS
from ..playback.ornaments import ornament_of
from ..playback.written import Arpeggio, GraceChord, Place, Tremolo, WrittenNote
from .values import Writer, decimal, notes_fraction_qn, refuse, whole, whole_child

MAX_NOTES = 64
MAX_GRACES = 64
_GRACES_AFTER = frozenset({"grace8after", "grace16after", "grace32after"})
_GRACES = frozenset({"acciaccatura", "appoggiatura", "grace4", "grace16", "grace32"}) | _GRACES_AFTER
# How MuseScore's instrument table names the articulations of each symbol, in MuseScore 3 and 4 (SMuFL names,
# Above or Below cut off) and in MuseScore 2.
_TABLE_NAMES = {
    "articStaccato": "staccato",
    "staccato": "staccato",
    "articTenuto": "tenuto",
    "tenuto": "tenuto",
    "articStaccatissimo": "staccatissimo",
    "articStaccatissimoStroke": "staccatissimo",
    "articStaccatissimoWedge": "staccatissimo",
    "ustaccatissimo": "staccatissimo",
    "dstaccatissimo": "staccatissimo",
    "staccatissimo": "staccatissimo",
    "articAccent": "sforzato",
    "sforzato": "sforzato",
    "articMarcato": "marcato",
    "umarcato": "marcato",
    "dmarcato": "marcato",
    "marcato": "marcato",
    "articTenutoStaccato": "portato",
    "uportato": "portato",
    "dportato": "portato",
    "portato": "portato",
    "articAccentStaccato": "sforzatoStaccato",
    "articMarcatoStaccato": "marcatoStaccato",
    "articMarcatoTenuto": "marcatoTenuto",
    "articTenutoAccent": "tenutoAccent",
}
# Composers' words for the table's names.
_MODEL_NAMES = {
    "staccato": ("staccato",),
    "tenuto": ("tenuto",),
    "staccatissimo": ("staccatissimo",),
    "sforzato": ("accent",),
    "marcato": ("marcato",),
    "portato": ("tenuto", "staccato"),
    "sforzatoStaccato": ("accent", "staccato"),
    "marcatoStaccato": ("marcato", "staccato"),
    "marcatoTenuto": ("marcato", "tenuto"),
    "tenutoAccent": ("tenuto", "accent"),
}
_ORNAMENTS = {
    "ornamentTrill": "trill",
    "trill": "trill",
    "ornamentTurn": "turn",
    "turn": "turn",
    "ornamentTurnInverted": "turn",
    "reverseturn": "turn",
    "ornamentTurnSlash": "turn",
    "ornamentMordent": "mordent",
    "mordent": "mordent",
    "ornamentMordentInverted": "mordent",
    "ornamentShortTrill": "mordent",
    "prall": "mordent",
    "ornamentTremblement": "mordent",
    "prallprall": "mordent",
    "ornamentPrallMordent": "mordent",
}


@dataclass(slots=True)
class RawChord:
    """A chord as read; its instrument, ottava and slur are known later."""

    place: Place
    staff: int
    voice: int
    length_qn: Fraction
    face_qn: Fraction
    dots: int
    notes: tuple[WrittenNote, ...]
    graces_before: tuple[GraceChord, ...]
    graces_after: tuple[GraceChord, ...]
    table_names: tuple[str, ...]
    articulations: tuple[str, ...]
    tremolo: Tremolo | None
    lyrics: tuple[tuple[int, str], ...]
    staff_move: int
    line: int
    syllabics: tuple[str, ...] = ()
    melismas: tuple[tuple[int, Fraction], ...] = ()
    """(verse, how long its syllable is held), for syllables held over later notes."""
    ornament: str = ""
    arpeggio: Arpeggio | None = None
    spellings: tuple[tuple[int, int], ...] = ()
    """Each note's tonal pitch class, in concert pitch and as written: 14 is C, 15 G, 13 F; -2 is unknown."""
    glissandi: tuple[tuple[int, Node], ...] = ()
    """(index of the note, <Spanner>) where a glissando begins."""
    in_tuplet: bool = False
    late_qn: Fraction = Fraction(0)
    longer_qn: Fraction = Fraction(0)
    """The delay of its onset and the extra length that swing gives it."""


def is_grace(node: Node) -> bool:
    """Whether a <Chord> is a grace note, which takes no time of its own."""
    return any(child.tag in _GRACES for child in node.children)


def chord_of(
    node: Node,
    graces: Sequence[Node],
    name: str,
    *,
    place: Place,
    staff: int,
    voice: int,
    length_qn: Fraction,
    face_qn: Fraction,
    dots: int,
    writer: Writer,
    in_tuplet: bool = False,
) -> RawChord:
    """The chord of a <Chord> element with the graces that are before it in the file."""
    if len(graces) > MAX_GRACES:
        refuse(name, node, f"{len(graces)} grace notes on one chord, at most {MAX_GRACES}")
    before = tuple(_grace(grace, name, writer) for grace in graces if not _is_after(grace))
    # MuseScore writes the graces after a chord from the last to the first.
    after = tuple(_grace(grace, name, writer) for grace in reversed(graces) if _is_after(grace))
    table_names, articulations, ornament = _articulations(node, writer)
    lyrics = _lyrics(node, name)
    tremolo = _tremolo(node, face_qn, dots)
    if tremolo is not None:
        articulations += ("tremolo",)
    return RawChord(
        place,
        staff,
        voice,
        length_qn,
        face_qn,
        dots,
        _notes(node, name, writer),
        before,
        after,
        table_names,
        articulations,
        tremolo,
        tuple((verse, text) for verse, text, _ in lyrics),
        whole_child(name, node, "staffMove", 0, -16, 16),
        node.line,
        syllabics=tuple(syllabic for _, _, syllabic in lyrics),
        melismas=_melismas(node, name),
        ornament=ornament,
        arpeggio=_arpeggio(node),
        spellings=tuple(_spelling(note, name) for note in node.each("Note")),
        glissandi=tuple(
            (index, spanner)
            for index, note in enumerate(node.each("Note"))
            for spanner in note.each("Spanner")
            if spanner.attributes.get("type") == "Glissando" and spanner.has("next")
        ),
        in_tuplet=in_tuplet,
    )


def _is_after(node: Node) -> bool:
    return any(child.tag in _GRACES_AFTER for child in node.children)


def _grace(node: Node, name: str, writer: Writer) -> GraceChord:
    return GraceChord(_notes(node, name, writer), node.has("acciaccatura"))


def _notes(node: Node, name: str, writer: Writer) -> tuple[WrittenNote, ...]:
    notes = tuple(_note(child, name, writer) for child in node.children if child.tag == "Note")
    if len(notes) > MAX_NOTES:
        refuse(name, node, f"{len(notes)} notes in one chord, at most {MAX_NOTES}")
    return notes


def _spelling(node: Node, name: str) -> tuple[int, int]:
    concert = whole_child(name, node, "tpc", -2, -99, 99)
    return concert, whole_child(name, node, "tpc2", concert, -99, 99)


def _arpeggio(node: Node) -> Arpeggio | None:
    """The arpeggio of a chord; a bracket says that the notes are struck together."""
    child = node.child("Arpeggio")
    if child is None or child.value("play", "1") == "0" or child.value("subtype", "0") == "3":
        return None
    stretch = decimal(child.value("timeStretch", "1"), 100)
    return Arpeggio(child.value("subtype", "0") in ("2", "5"), stretch or Fraction(1))


def _note(node: Node, name: str, writer: Writer) -> WrittenNote:
    pitch_node = node.child("pitch")
    if pitch_node is None:
        refuse(name, node, "a note without a pitch")
    pitch = whole(name, pitch_node, pitch_node.text, 0, 127)
    forward = node.has("Tie")
    back = False
    for child in node.children:
        if child.tag == "Spanner" and child.attributes.get("type") == "Tie":
            forward |= child.has("next")
            back |= child.has("prev")
        elif child.tag == "endSpanner":
            # MuseScore 2: of the spanners on a note head, ties and glissandi, the latter are distinguished by
            # ids elsewhere.
            back = True
    velocity = whole_child(name, node, "velocity", 0, -127, 127)
    # MuseScore 4 only has absolute velocities, and leaves the type out.
    by_user = node.value("veloType", "user" if writer.major_version >= 4 else "offset") == "user"
    events = tuple(
        (
            whole_child(name, event, "pitch", 0, -127, 127),
            whole_child(name, event, "ontime", 0, -100_000, 100_000),
            whole_child(name, event, "len", 1000, 0, 100_000),
        )
        for holder in node.each("Events")
        for event in holder.each("Event")
    )
    if len(events) > 1024:
        refuse(name, node, f"{len(events)} play events on one note, at most 1024")
    return WrittenNote(
        pitch=pitch,
        ties_forward=forward,
        ties_back=back,
        plays=node.value("play", "1") != "0",
        velocity=max(velocity, 1) if by_user and velocity else None,
        velocity_percent=0 if by_user else velocity,
        events=events,
        alter=_alter(whole_child(name, node, "tpc2", whole_child(name, node, "tpc", -2, -99, 99), -99, 99)),
    )


def _alter(tonal_pitch_class: int) -> int | None:
    """The accidental of a tonal pitch class (see `RawChord.spellings`), as the staff shows it."""
    return (tonal_pitch_class - 13) // 7 if -1 <= tonal_pitch_class <= 33 else None


def _articulations(node: Node, writer: Writer) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """(names in the instrument's table, names in the model) of the articulations that sound, and the
    ornament.
    """
    table: list[str] = []
    model: list[str] = []
    ornament = ""
    for child in node.children:
        if child.tag not in ("Articulation", "Ornament"):
            continue
        subtype = child.value("subtype").removesuffix("Above").removesuffix("Below")
        plays = child.value("play", "1") != "0"
        if plays and child.tag == "Ornament" and not subtype:
            subtype = "ornamentTrill"
        if subtype == "ornamentMordent" and writer.has_old_mordents:
            subtype = "ornamentShortTrill"
        if plays and not ornament:
            ornament = ornament_of(subtype, child.value("ornamentStyle") in ("baroque", "1"))
        if subtype in _ORNAMENTS:
            model.append(_ORNAMENTS[subtype])
        elif "fermata" in subtype:
            model.append("fermata")
        elif subtype in _TABLE_NAMES and plays:
            table.append(_TABLE_NAMES[subtype])
            model.extend(_MODEL_NAMES[_TABLE_NAMES[subtype]])
    return tuple(table), tuple(dict.fromkeys(model)), ornament


def _tremolo(node: Node, face_qn: Fraction, dots: int) -> Tremolo | None:
    for tag in ("Tremolo", "TremoloSingleChord", "TremoloTwoChord"):
        child = node.child(tag)
        if child is not None:
            break
    else:
        return None
    subtype = child.value("subtype")
    lines = {"8": 1, "16": 2, "32": 3, "64": 4}.get(subtype[1:])
    if lines is None or subtype[:1] not in ("r", "c"):
        return None
    # A stroke through the stem halves a quarter note, one flag has halved it already.
    base = face_qn / (2 - Fraction(1, 2**dots)) if face_qn else Fraction(1)
    flags = 0
    while base < 1 and flags < 8:
        base *= 2
        flags += 1
    return Tremolo(Fraction(1, 2 ** (lines + flags)), subtype[0] == "c")


def _lyrics(node: Node, name: str) -> list[tuple[int, str, str]]:
    """(verse, text, syllabic)."""
    found = []
    for child in node.children:
        if child.tag == "Lyrics":
            text_node = child.child("text")
            text = "" if text_node is None else text_node.all_text()
            if text:
                syllabic = child.value("syllabic", "single")
                found.append((_verse(child, name), text, syllabic if syllabic in SYLLABICS else "single"))
    return found


def _melismas(node: Node, name: str) -> tuple[tuple[int, Fraction], ...]:
    """(verse, length) of the syllables that are held up to the note that begins that much later."""
    found = []
    for child in node.each("Lyrics"):
        held = child.child("ticks_f")
        if held is not None:
            length = notes_fraction_qn(name, held, held.text)
            if length > 0:
                found.append((_verse(child, name), length))
    return tuple(found)


def _verse(node: Node, name: str) -> int:
    return whole_child(name, node, "no", 0, 0, 1000) + 1
