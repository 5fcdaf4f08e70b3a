"""Directions of a MusicXML part that steer playing: dynamics, wedges, words, tempi, jumps, and their
places.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..guard.faults import fault
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node
from ..playback.swing import Swing
from ..playback.velocity import DYNAMICS
from ..playback.written import MAX_TEXT_CHARACTERS, Dynamic, GradualTempo, Hairpin, Place, Text
from .navigation import Sign, signs_of
from .tempo import Tempo, is_printed, tempo_of
from .values import decimal, whole

# Each dynamic governs all the staves of its part.
MAX_GOVERNED_STAVES = 1_000_000
# MusicXML counts loudness in hundredths of velocity 90.
_FORTE = Fraction(90, 100)
_CRESCENDO = re.compile(r"(poco |molto |sempre |pi[u\u00f9] )*(cresc\b|crescendo\b)")
_DIMINUENDO = re.compile(
    r"(poco |molto |sempre |pi[u\u00f9] )*(dim\b|dimin\b|diminuendo\b|decr\b|decresc\b|decrescendo\b)"
)

_TEMPO_WORDS = re.compile(r"(poco |molto |un poco )*(rit|rall|allarg|accel|string|calando|morendo|smorz)")
# How much faster or slower MuseScore 4 ends (engraving/dom/gradualtempochange.cpp).
_TEMPO_FACTORS = {
    "rit": Fraction(75, 100),
    "ral": Fraction(75, 100),
    "all": Fraction(75, 100),
    "acc": Fraction(133, 100),
    "str": Fraction(150, 100),
    "cal": Fraction(50, 100),
    "mor": Fraction(50, 100),
    "smo": Fraction(50, 100),
}


@dataclass(slots=True)
class Found:
    """The contents of the directions of all parts."""

    tempi: list[tuple[Place, Tempo]] = field(default_factory=list)
    marks: list[tuple[str, Place]] = field(default_factory=list)
    dynamics: list[Dynamic] = field(default_factory=list)
    hairpins: list[Hairpin] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    gradual_tempi: list[GradualTempo] = field(default_factory=list)
    swings: list[tuple[Place, Swing]] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    governed: int = 0
    """The number of staves that all dynamics and hairpins govern together."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Words that begin a change: rising or falling loudness, or by which factor the tempo changes."""

    start: Place
    staff: int
    kind: bool | Fraction
    text: str = ""


class Directions:
    """The directions of one part, in the order of the file."""

    def __init__(self, found: Found, staves: tuple[int, ...], sightings: Sightings, name: str) -> None:
        self.found = found
        self.staves = staves
        self.sightings = sightings
        self.name = name
        self.dynamics: list[Dynamic] = []
        self.hairpins: list[Hairpin] = []
        self.wedges: dict[tuple[str, int], tuple[Place, bool]] = {}
        self.dashes: dict[str, Begun] = {}
        self.words: list[Begun] = []
        """The places of "cresc.", "dim." and "rit." that no dashes end."""

    def read(self, node: Node, place: Place, where: Sighting) -> None:
        """Reads a <direction>, or a <sound> of its own."""
        sound = node if node.tag == "sound" else node.child("sound")
        number = whole(node.value("staff"), 1, len(self.staves)) or 1
        staff = self.staves[number - 1]
        said: list[str] = []
        dashes: tuple[str, str] | None = None
        for kind in node.children:
            if kind.tag != "direction-type":
                continue
            for mark in kind.children:
                if mark.tag == "dynamics":
                    stated = None if sound is None else sound.attributes.get("dynamics")
                    self.dynamic(mark, place, staff, stated)
                elif mark.tag == "wedge":
                    self.wedge(mark, place, staff)
                elif mark.tag == "words":
                    said.append(mark.text[:MAX_TEXT_CHARACTERS])
                elif mark.tag == "dashes":
                    dashes = (mark.attributes.get("number", "1"), mark.attributes.get("type", ""))
                elif mark.tag == "rehearsal":
                    name = mark.all_text()
                    if name:
                        self.found.marks.append((name, place))
        text = " ".join(" ".join(said).split())[:MAX_TEXT_CHARACTERS]
        if text or dashes is not None:
            self.change(text, dashes, place, staff)
        if sound is not None and "dynamics" in sound.attributes and not _marks_dynamics(node):
            self.loudness(sound.attributes["dynamics"], place, staff)
        tempo, is_unread = tempo_of(node, sound)
        if tempo is not None:
            self.found.tempi.append((place, replace(tempo, is_hidden=not is_printed(node))))
        elif is_unread:
            message = "a tempo mark without a number is not played"
            self.sightings.add("MV451", message, where, "write how many beats a minute it means")
        signs = signs_of(node, sound, place)
        self.found.signs.extend(signs)
        swing = None if sound is None or not sound.children else swing_of(sound)
        if swing is not None:
            self.found.swings.append((place, swing))
        names_tempo = tempo is not None and (bool(tempo.words) or "=" in text)
        if text and not signs and swing is None and not names_tempo and _change_of(text) is None:
            is_above = node.attributes.get("placement") != "below"
            self.found.texts.append(Text(place, staff, text, is_above, tempo is not None))

    def dynamic(self, mark: Node, place: Place, staff: int, stated: str | None = None) -> None:
        """A <dynamics>; where its <sound> states a loudness, that is played."""
        names = [child.all_text() if child.tag == "other-dynamics" else child.tag for child in mark.children]
        symbol = "".join(names).strip()
        velocity, change = DYNAMICS.get(symbol) or DYNAMICS.get(names[0] if names else "", (-1, 0))
        loudness = None if stated is None else decimal(stated)
        if loudness is not None and loudness >= 0:
            velocity = _velocity(loudness)
        if velocity > 0:
            self.add_dynamic(Dynamic(place, staff, self.staves, velocity, change, symbol=symbol))

    def loudness(self, stated: str, place: Place, staff: int) -> None:
        """Reads a <sound> that sets the loudness from here on without a mark."""
        loudness = decimal(stated)
        if loudness is not None and loudness >= 0:
            self.add_dynamic(Dynamic(place, staff, self.staves, _velocity(loudness)))

    def add_dynamic(self, dynamic: Dynamic) -> None:
        self.govern()
        self.dynamics.append(dynamic)

    def wedge(self, mark: Node, place: Place, staff: int) -> None:
        key = (mark.attributes.get("number", "1"), staff)
        kind = mark.attributes.get("type")
        if kind in ("crescendo", "diminuendo"):
            self.wedges[key] = (place, kind == "crescendo")
        elif kind == "stop":
            if key not in self.wedges:
                # The stop may leave out the staff, or be on another one.
                key = next((other for other in reversed(self.wedges) if other[0] == key[0]), key)
            begun = self.wedges.pop(key, None)
            if begun is not None:
                self.hairpin(begun[0], place, begun[1], key[1])

    def change(self, text: str, dashes: tuple[str, str] | None, place: Place, staff: int) -> None:
        """ "cresc." with dashes lasts as long as these, without them up to the next dynamic mark; "rit." is
        only played where dashes say how far it goes.
        """
        kind = _change_of(text)
        if dashes is not None and dashes[1] == "stop":
            begun = self.dashes.pop(dashes[0], None)
            if begun is not None:
                self.end_change(begun, place)
        starts = dashes is not None and dashes[1] == "start"
        if kind is None:
            if dashes is not None and starts and self.words and self.words[-1].start == place:
                # Some write the words and their dashes as two directions.
                self.dashes[dashes[0]] = self.words.pop()
        elif dashes is not None and starts:
            self.dashes[dashes[0]] = Begun(place, staff, kind)
        else:
            self.words.append(Begun(place, staff, kind, text))

    def end_change(self, begun: Begun, end: Place) -> None:
        if isinstance(begun.kind, bool):
            self.hairpin(begun.start, end, begun.kind, begun.staff)
        elif _order(end) > _order(begun.start):
            self.found.gradual_tempi.append(GradualTempo(begun.start, end, begun.kind))

    def hairpin(self, start: Place, end: Place, rises: bool, staff: int) -> None:
        if _order(end) > _order(start):
            self.govern()
            self.hairpins.append(Hairpin(start, end, staff, self.staves, rises))

    def govern(self) -> None:
        self.found.governed += len(self.staves)
        if self.found.governed > MAX_GOVERNED_STAVES:
            message = f"its dynamics and hairpins govern more than {MAX_GOVERNED_STAVES} staves in all"
            raise fault("MV408", self.name, message)

    def close(self) -> None:
        """Ends what the words began, and hands over what the part says."""
        marks = {_order(d.place): d.place for d in self.dynamics}
        marks.update((_order(h.start), h.start) for h in self.hairpins)
        ends = sorted(marks)
        for begun in [*self.words, *self.dashes.values()]:
            index = bisect_right(ends, _order(begun.start))
            if isinstance(begun.kind, bool) and index < len(ends):
                self.end_change(begun, marks[ends[index]])
            elif begun.text:
                # Words without a target change nothing, and stay words.
                self.found.texts.append(Text(begun.start, begun.staff, begun.text))
        self.found.dynamics.extend(self.dynamics)
        self.found.hairpins.extend(self.hairpins)


def _change_of(text: str) -> bool | Fraction | None:
    """The change that words begin: True for a crescendo, False for a diminuendo, or a factor of the tempo."""
    text = text.lower()
    if _CRESCENDO.match(text):
        return True
    if _DIMINUENDO.match(text):
        return False
    match = _TEMPO_WORDS.match(text)
    return None if match is None else _TEMPO_FACTORS[match[2][:3]]


def swing_of(sound: Node) -> Swing | None:
    """The swing of a <sound>: the ratio of the first of two notes to the second; None where it is silent."""
    node = sound.child("swing")
    if node is None:
        return None
    first, second = whole(node.value("first"), 1, 99), whole(node.value("second"), 1, 99)
    if node.has("straight") or first is None or second is None:
        return Swing(Fraction(0), 50)
    unit = Fraction(1, 4) if node.value("swing-type") == "16th" else Fraction(1, 2)
    return Swing(unit, round(100 * Fraction(first, first + second)))


def note_velocity(stated: str) -> int | None:
    """The velocity of a note that has one of its own; None where it has none."""
    loudness = decimal(stated) if stated else None
    return None if loudness is None or loudness < 0 else _velocity(loudness)


def _velocity(loudness: Fraction) -> int:
    return int(min(max(round(loudness * _FORTE), 1), 127))


def _marks_dynamics(node: Node) -> bool:
    return any(kind.has("dynamics") for kind in node.each("direction-type"))


def _order(place: Place) -> tuple[int, Fraction]:
    return (place.bar_index, place.offset_qn)
