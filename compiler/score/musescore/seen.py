"""Signs of a MuseScore file that are seen and not heard: key signatures, clefs, transpositions and slurs."""

from collections.abc import Sequence
from fractions import Fraction

from ..guard.xml import Node
from ..playback.written import Clef, Key, Place, Slur, Transposition
from .marks import Layout, Marks
from .values import whole, whole_child
from .voices import Mark

_OCTAVES = {"8vb": -1, "8va": 1, "15mb": -2, "15ma": 2, "22ma": 3}
_START = Fraction(0)


def transpositions_of(score: Node, name: str) -> list[Transposition]:
    """The transposition of each part at its beginning; a change within a part is not read."""
    found = []
    staff = 0
    for part in score.each("Part"):
        count = sum(1 for _ in part.each("Staff"))
        instrument = part.child("Instrument")
        if instrument is not None:
            semitones = whole_child(name, instrument, "transposeChromatic", 0, -127, 127)
            steps = whole_child(name, instrument, "transposeDiatonic", 0, -127, 127)
            if semitones or steps:
                found += [Transposition(staff + k, 0, semitones, steps) for k in range(count)]
        staff += count
    return found


def keys_of(marks: Sequence[Mark], transpositions: Sequence[Transposition], layout: Layout) -> list[Key]:
    """The key signatures as the staves show them."""
    shifts = {t.staff: 12 * t.steps - 7 * t.semitones for t in transpositions}
    found = []
    for mark in marks:
        if mark.node.tag != "KeySig":
            continue
        concert, shown = mark.node.child("concertKey"), mark.node.child("accidental")
        node = concert or shown
        if node is None:
            continue
        fifths = whole(layout.name, node, node.text, -7, 7)
        if layout.major_version >= 4:
            # MuseScore 4 writes the key as it sounds; far keys are written by their enharmonic neighbours.
            fifths += shifts.get(mark.staff, 0)
            fifths = (fifths + 7) % 12 - 7 if abs(fifths) > 7 else fifths
        found.append(Key(mark.staff, mark.place.bar_index, fifths))
    return found


def clefs_of(score: Node, marks: Sequence[Mark], name: str) -> list[Clef]:
    """The clefs, those with which the staves begin first."""
    found = []
    staff = 0
    for part in score.each("Part"):
        instrument = part.child("Instrument")
        listed: dict[int, str] = {}
        for node in () if instrument is None else instrument.each("clef"):
            number = whole(name, node, node.attributes.get("staff", "1"), 1, 512)
            listed[number] = node.text.strip()
        for number, node in enumerate(part.each("Staff"), start=1):
            kind = node.value("defaultClef") or listed.get(number, "")
            clef = _clef(kind, staff, Place(0, _START))
            if clef is not None:
                found.append(clef)
            staff += 1
    for mark in marks:
        if mark.node.tag == "Clef":
            kind = mark.node.value("transposingClefType") or mark.node.value("concertClefType")
            clef = _clef(kind, mark.staff, mark.place)
            if clef is not None:
                found.append(clef)
    return found


def _clef(kind: str, staff: int, place: Place) -> Clef | None:
    """A clef by MuseScore's name: "G", "F8vb", "C3", "PERC"; None for those of tablatures."""
    if kind.startswith("PERC"):
        return Clef(staff, place, "percussion", 3)
    sign, rest = kind[:1], kind[1:]
    line = {"G": 2, "F": 4, "C": 3}.get(sign)
    if line is None:
        return None
    if rest in ("1", "2", "3", "4", "5"):
        return Clef(staff, place, sign, int(rest))
    return Clef(staff, place, sign, line, _OCTAVES.get(rest, 0))


def slurs_of(marks: Marks) -> list[Slur]:
    """The slurs of a score; MuseScore does not say of which voice they are."""
    return [Slur(start, end, staff) for staff, start, end in marks.slurs if start != end]
