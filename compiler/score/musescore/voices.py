"""Voices of a MuseScore file: chords, rests, tuplets, graces and everything else that is in a bar, each
at its place.

MuseScore 3 and 4 put elements into <voice>, MuseScore 2 puts them into the <Measure> with <track> and <tick>;
both become the same records. Spanners come out as their ends, which `mscx_spanners.py` pairs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.xml import Node
from ..playback.written import Place, WrittenBar
from .chords import RawChord, chord_of, is_grace
from .values import Writer, checked, note_value, notes_fraction_qn, refuse, whole, whole_child

_RESTS = frozenset({"Rest"})
_BAR_REPEATS = frozenset({"RepeatMeasure", "MeasureRepeat"})
_IN_MEASURE = frozenset(
    {
        "startRepeat",
        "endRepeat",
        "Marker",
        "Jump",
        "LayoutBreak",
        "irregular",
        "noOffset",
        "stretch",
        "vspacer",
        "vspacerUp",
        "vspacerDown",
        "visible",
        "breakMultiMeasureRest",
        "measureRepeatCount",
    }
)
MAX_TUPLET = 1024
# A bar of 128th notes in four voices has 512.
MAX_CHORDS_IN_BAR = 4096
VOICES = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """Any element at a place of a staff: a tempo, a dynamic, one end of a spanner."""

    node: Node
    place: Place
    staff: int
    voice: int
    slot: int = 0
    """0 for a mark before the chord, 1 for one inside a chord."""


@dataclass(slots=True)
class Paper:
    """The collected results of reading the voices."""

    chords: list[RawChord] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    bar_repeats: dict[tuple[int, int], int] = field(default_factory=dict)
    """(staff, bar index) to how many bars back its music is."""
    beats: list[tuple[int, int, int, Fraction, Fraction]] = field(default_factory=list)
    """(staff, voice, bar index, onset in the bar, length) of every chord and rest."""
    onsets: list[list[Fraction]] = field(default_factory=list)
    """For each bar, where chords and rests begin on any staff."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The place in the file at which a voice is being read."""

    name: str
    bar: WrittenBar
    bar_index: int
    bar_start_qn: Fraction
    staff: int
    stretch: Fraction
    division: int
    """Ticks of a quarter note in MuseScore 2's <tick>."""
    writer: Writer


def read_measure(measure: Node, ground: Ground, paper: Paper) -> None:
    """Adds what one staff's measure holds to `paper`."""
    voices = list(measure.each("voice"))
    if len(voices) > VOICES:
        refuse(ground.name, measure, f"{len(voices)} voices, at most {VOICES}")
    for voice, node in enumerate(voices, start=1):
        _Voice(ground, paper, voice).read(node.children)
    if not voices:
        _Voice(ground, paper, 1).read(node for node in measure.children if node.tag not in _IN_MEASURE)


class _Voice:
    """A walk along one voice, or along all of a MuseScore 2 measure."""

    def __init__(self, ground: Ground, paper: Paper, voice: int) -> None:
        self.ground = ground
        self.paper = paper
        self.voice = voice
        self.position = Fraction(0)
        self.tuplets: list[Fraction] = [Fraction(1)]
        self.tuplets_by_id: dict[str, Fraction] = {}
        self.graces: list[Node] = []
        self.chord_count = 0

    def read(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            tag = node.tag
            if tag == "Chord":
                self.chord(node)
            elif tag in _RESTS:
                self.rest(node)
            elif tag in _BAR_REPEATS:
                self.bar_repeat(node)
            elif tag == "Tuplet":
                self.tuplet(node)
            elif tag == "endTuplet":
                if len(self.tuplets) > 1:
                    self.tuplets.pop()
            elif tag == "location":
                self.move(self.location(node))
            elif tag == "tick":
                self.seek(node)
            else:
                self.mark(node)

    def place(self) -> Place:
        return Place(self.ground.bar_index, checked(self.ground.name, _NOWHERE, self.position))

    def move(self, step: Fraction) -> None:
        self.position += step

    def mark(self, node: Node, slot: int = 0, voice: int = 0) -> None:
        self.paper.marks.append(Mark(node, self.place(), self.ground.staff, voice or self.voice, slot))

    def rest(self, node: Node) -> None:
        voice = self.own_track(node)
        length, _, _ = self.length(node)
        self.inner_marks(node)
        self.paper.onsets[self.ground.bar_index].append(self.position)
        self.beat(voice, length)
        self.move(length)

    def chord(self, node: Node) -> None:
        if is_grace(node):
            self.graces.append(node)
            return
        self.chord_count += 1
        if self.chord_count > MAX_CHORDS_IN_BAR:
            refuse(self.ground.name, node, f"more than {MAX_CHORDS_IN_BAR} chords in one bar")
        voice = self.own_track(node)
        length, face, dots = self.length(node)
        ground = self.ground
        place = self.place()
        self.paper.onsets[ground.bar_index].append(self.position)
        self.paper.chords.append(
            chord_of(
                node,
                self.graces,
                ground.name,
                place=place,
                staff=ground.staff,
                voice=voice,
                length_qn=length,
                face_qn=face,
                dots=dots,
                writer=ground.writer,
                in_tuplet=len(self.tuplets) > 1 or node.has("Tuplet"),
            )
        )
        self.graces = []
        self.inner_marks(node)
        self.beat(voice, length)
        self.move(length)

    def beat(self, voice: int, length: Fraction) -> None:
        ground = self.ground
        self.paper.beats.append((ground.staff, voice, ground.bar_index, self.position, length))

    def inner_marks(self, node: Node) -> None:
        """Marks written inside a chord or rest: slurs, and the ends of MuseScore 2's spanners."""
        for child in node.children:
            if child.tag in ("Spanner", "Slur", "endSpanner", "Trill", "Articulation", "Fermata"):
                self.mark(child, slot=1)

    def bar_repeat(self, node: Node) -> None:
        back = whole_child(self.ground.name, node, "subtype", 1, 1, 4) if node.tag == "MeasureRepeat" else 1
        self.paper.bar_repeats[(self.ground.staff, self.ground.bar_index)] = back
        self.paper.onsets[self.ground.bar_index].append(self.position)
        self.move(self.ground.bar.length_qn)

    def tuplet(self, node: Node) -> None:
        """Opens a tuplet; in MuseScore 2 it is only named here, and its chords refer to it."""
        name = self.ground.name
        normal = whole_child(name, node, "normalNotes", 2, 1, MAX_TUPLET)
        actual = whole_child(name, node, "actualNotes", 3, 1, MAX_TUPLET)
        ratio = Fraction(normal, actual)
        identity = node.attributes.get("id")
        if identity is None:
            if len(self.tuplets) > 16:
                refuse(name, node, "tuplets nested deeper than 16")
            self.tuplets.append(self.tuplets[-1] * ratio)
        else:
            self.tuplets_by_id[identity] = ratio * self.tuplets_by_id.get(node.value("Tuplet"), Fraction(1))

    def length(self, node: Node) -> tuple[Fraction, Fraction, int]:
        ground = self.ground
        stretch = ground.stretch
        bar_qn = ground.bar.length_qn if stretch == 1 else ground.bar.length_qn * stretch
        length, face, dots = note_value(ground.name, node, bar_qn)
        ratio = self.tuplets[-1]
        if self.tuplets_by_id:
            ratio *= self.tuplets_by_id.get(node.value("Tuplet"), Fraction(1))
        taken = length if ratio == stretch else length * ratio / stretch
        return checked(ground.name, node, taken), face, dots

    def own_track(self, node: Node) -> int:
        """The voice of a MuseScore 2 element, which states its track unless it is the staff's first."""
        if not node.has("track"):
            return self.voice
        return whole_child(self.ground.name, node, "track", 0, 0, 100_000) % VOICES + 1

    def seek(self, node: Node) -> None:
        """MuseScore 2: the position is set in ticks from the start of the score."""
        tick = whole(self.ground.name, node, node.text, 0, 999_999_999)
        self.position = Fraction(tick, self.ground.division) - self.ground.bar_start_qn

    def location(self, node: Node) -> Fraction:
        fractions = node.child("fractions")
        if fractions is None:
            return Fraction(0)
        return notes_fraction_qn(self.ground.name, fractions, fractions.text)


_NOWHERE = Node("position", {}, 0)
