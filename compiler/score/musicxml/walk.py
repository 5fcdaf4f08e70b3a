"""A walk through the parts of a MusicXML file: what steers the order of playing, and places kept exact.

music21 reads the notes; bars, repeat signs, endings, dynamics and the true lengths behind rounded durations
are read here from the guarded XML.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.faults import fault
from ..guard.xml import Node
from ..model import Meter, Track
from ..playback.tempo import simplest_between
from ..playback.velocity import DYNAMICS
from ..playback.written import Dynamic, Hairpin, Jump, Place, Volta, WrittenBar, WrittenTempo
from .directions import navigation, tempo_of
from .values import NOTE_VALUES_QN, decimal, number, whole, whole_text

MAX_DIVISIONS = 1 << 20
MAX_DURATION_QN = 2048
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(slots=True)
class Frame:
    """Everything but the notes."""

    title: str
    tracks: list[Track]
    bars: list[WrittenBar] = field(default_factory=list)
    voltas: list[Volta] = field(default_factory=list)
    tempi: list[WrittenTempo] = field(default_factory=list)
    marks: list[tuple[str, Place]] = field(default_factory=list)
    dynamics: list[Dynamic] = field(default_factory=list)
    hairpins: list[Hairpin] = field(default_factory=list)
    bar_repeats: dict[tuple[int, int], int] = field(default_factory=dict)
    """(staff, bar index) of measure repeats to how many bars back their music stands."""
    exact: list[dict[int, dict[Fraction, Fraction]]] = field(default_factory=list)
    """For each part and bar index, the exact place of what durations only round; bars without rounding left
    out.
    """
    drum_keys: dict[str, int] = field(default_factory=dict)
    """MIDI key of each percussion instrument id."""
    drum_notes: list[dict[tuple[int, Fraction, int], list[int]]] = field(default_factory=list)
    """For each part, MIDI keys of the percussion notes by bar index, stated place and drawn pitch."""


@dataclass(slots=True)
class Bar:
    """A bar while its parts are walked."""

    length_qn: Fraction = Fraction(0)
    meter: Meter | None = None
    printed: str = ""
    repeat_start: bool = False
    repeat_count: int = 0
    markers: list[str] = field(default_factory=list)
    jump: Jump | None = None


class Walk:
    """A walk along one part, counting durations; the first part also tells jumps, marks and endings."""

    def __init__(
        self, frame: Frame, bars: list[Bar], name: str, staves: tuple[int, ...], is_first: bool
    ) -> None:
        self.frame = frame
        self.staves = staves
        self.wedges: dict[str, tuple[Place, bool]] = {}
        self.bars = bars
        self.name = name
        self.is_first = is_first
        self.divisions = 1
        self.volta: tuple[int, tuple[int, ...]] | None = None
        self.repeats_back = 0

    def part(self, part: Node) -> None:
        self.frame.exact.append({})
        self.frame.drum_notes.append({})
        for index, measure in enumerate(part.each("measure")):
            self.measure(index, measure)
        if self.volta is not None:
            self.frame.voltas.append(Volta(self.volta[0], len(self.bars) - 1, self.volta[1], is_open=True))

    def measure(self, index: int, measure: Node) -> None:
        bar = self.bars[index]
        if self.is_first and measure.attributes.get("implicit") != "yes":
            bar.printed = measure.attributes.get("number", "")[:20]
        stated = position = began = Fraction(0)
        known = {stated: position}
        for node in measure.children:
            if node.tag == "attributes":
                self.attributes(node, bar)
            elif node.tag in ("note", "backup", "forward"):
                pitch = node.child("pitch")
                if pitch is not None:
                    number(pitch, "octave", self.name, 0, 9, 4)
                if node.has("unpitched"):
                    self.drum_note(node, (index, began if node.has("chord") else stated))
                if node.has("chord") or node.has("grace"):
                    continue
                step = self.duration(node)
                began = stated
                if node.tag == "backup":
                    stated = max(stated - step, Fraction(0))
                    # Back to the start, a voice whose rounded durations did not add up begins a little late.
                    position = known.setdefault(stated, max(position - step, Fraction(0)))
                else:
                    stated += step
                    exact = self.exact_length(node, step) if node.tag == "note" else step
                    position = known.setdefault(stated, position + exact)
                bar.length_qn = max(bar.length_qn, position)
            elif node.tag == "barline":
                self.barline(index, node, bar)
            elif node.tag in ("direction", "sound"):
                self.direction(index, position, node, bar)
        if self.repeats_back:
            self.frame.bar_repeats.update({(staff, index): self.repeats_back for staff in self.staves})
        if any(stated != exact for stated, exact in known.items()):
            self.frame.exact[-1][index] = known
            bar.length_qn = _whole_32nds(bar.length_qn)

    def drum_note(self, note: Node, where: tuple[int, Fraction]) -> None:
        """Notes the key of a percussion note, which music21 does not pass on."""
        instrument, drawn = note.child("instrument"), note.child("unpitched")
        key = None if instrument is None else self.frame.drum_keys.get(instrument.attributes.get("id", ""))
        if key is not None and drawn is not None:
            step = _STEPS.get(drawn.value("display-step"), 0)
            pitch = step + 12 * (number(drawn, "display-octave", self.name, 0, 9, 4) + 1)
            self.frame.drum_notes[-1].setdefault((*where, pitch), []).append(key)

    def exact_length(self, note: Node, stated: Fraction) -> Fraction:
        """The length behind a duration in whole divisions.

        The note value with its tuplet says it; inside nested tuplets MuseScore writes no true value, and the
        simplest fraction that gives the duration is taken.
        """
        ratio = note.child("time-modification")
        value = NOTE_VALUES_QN.get(note.value("type"))
        if ratio is None or value is None:
            return stated
        value *= 2 - Fraction(1, 2 ** min(sum(1 for _ in note.each("dot")), 4))
        value *= Fraction(
            number(ratio, "normal-notes", self.name, 1, 10_000, 1),
            number(ratio, "actual-notes", self.name, 1, 10_000, 1),
        )
        division = Fraction(1, self.divisions)
        if abs(value - stated) < division:
            return value
        # Some writers cut down to whole divisions, some round.
        return (
            simplest_between(stated - division / 2, stated + division * Fraction(999, 1000))
            if stated > 0
            else stated
        )

    def attributes(self, node: Node, bar: Bar) -> None:
        if node.has("divisions"):
            self.divisions = number(node, "divisions", self.name, 1, MAX_DIVISIONS, 1)
        for time in node.each("time"):
            if time.has("senza-misura"):
                continue
            numerator = 0
            for beats in time.each("beats"):
                for piece in beats.text.split("+")[:32]:
                    numerator += whole_text(piece, beats, self.name, 1, 128)
            denominator = number(time, "beat-type", self.name, 1, 128, 4)
            if denominator & (denominator - 1) or not 1 <= numerator <= 128:
                raise fault(
                    "MV407", self.name, f"{numerator}/{denominator} is no time signature", line=time.line
                )
            bar.meter = bar.meter or Meter(numerator, denominator)
        for style in node.each("measure-style"):
            for repeat in style.each("measure-repeat"):
                starts = repeat.attributes.get("type") == "start"
                self.repeats_back = whole(repeat, self.name, 1, 4) if starts else 0

    def duration(self, node: Node) -> Fraction:
        child = node.child("duration")
        if child is None:
            return Fraction(0)
        value = decimal(child.text)
        if value is None:
            raise fault("MV407", self.name, f"a duration of {child.text.strip()[:20]!r}", line=child.line)
        value /= self.divisions
        if not 0 <= value <= MAX_DURATION_QN:
            raise fault("MV407", self.name, f"a duration of {float(value):g} quarter notes", line=child.line)
        return value

    def barline(self, index: int, node: Node, bar: Bar) -> None:
        for repeat in node.each("repeat"):
            if repeat.attributes.get("direction") == "forward":
                bar.repeat_start = True
            else:
                times = repeat.attributes.get("times", "2")
                bar.repeat_count = whole_text(times, repeat, self.name, 1, 999_999_999)
        if not self.is_first:
            return
        for ending in node.each("ending"):
            kind = ending.attributes.get("type", "")
            if kind == "start":
                numbers = re.findall(r"[0-9]{1,6}", ending.attributes.get("number", "1"))[:256]
                self.volta = (index, tuple(int(number) for number in numbers))
            elif self.volta is not None:
                self.frame.voltas.append(Volta(self.volta[0], index, self.volta[1], kind == "discontinue"))
                self.volta = None

    def direction(self, index: int, position: Fraction, node: Node, bar: Bar) -> None:
        for kind in node.each("direction-type"):
            for mark in kind.each("rehearsal"):
                if self.is_first and mark.all_text():
                    self.frame.marks.append((mark.all_text(), Place(index, position)))
        offset = decimal(node.value("offset"))
        if offset is not None:
            position = max(position + offset / self.divisions, Fraction(0))
        sound = node if node.tag == "sound" else node.child("sound")
        place = Place(index, position)
        self.dynamics(node, sound, place)
        tempo = tempo_of(node, sound)
        if tempo is not None:
            self.frame.tempi.append(WrittenTempo(place, tempo))
        if sound is not None and self.is_first:
            jump, markers = navigation(sound)
            bar.jump = jump or bar.jump
            bar.markers.extend(markers)

    def dynamics(self, node: Node, sound: Node | None, place: Place) -> None:
        """Dynamic marks, and hairpins once their ends are known."""
        for kind in node.each("direction-type"):
            for wedge in kind.each("wedge"):
                number = wedge.attributes.get("number", "1")
                if wedge.attributes.get("type") in ("crescendo", "diminuendo"):
                    self.wedges[number] = (place, wedge.attributes["type"] == "crescendo")
                elif wedge.attributes.get("type") == "stop" and number in self.wedges:
                    start, rises = self.wedges.pop(number)
                    self.frame.hairpins.append(Hairpin(start, place, self.staves[0], self.staves, rises))
            for mark in kind.each("dynamics"):
                symbol = mark.children[0].tag if mark.children else ""
                velocity, change = DYNAMICS.get(symbol, (-1, 0))
                stated = None if sound is None else decimal(sound.attributes.get("dynamics", ""))
                if stated is not None:
                    # MusicXML counts in hundredths of velocity 90.
                    velocity = min(max(round(stated * 90 / 100), 1), 127)
                if velocity > 0:
                    self.frame.dynamics.append(Dynamic(place, self.staves[0], self.staves, velocity, change))


def _whole_32nds(length_qn: Fraction) -> Fraction:
    """The length of a bar whose rounded durations do not add up: bars are measured in simple note values."""
    return Fraction(round(length_qn * 32), 32) or length_qn
