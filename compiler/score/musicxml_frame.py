"""The frame of a MusicXML file, read from the guarded XML itself: bars, repeat signs, endings, jumps, parts,
tempi.

music21 reads the notes; what steers the order of playing is taken from here, so that MusicXML and MuseScore
files go through the same rules.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .faults import fault
from .model import Meter, Track
from .tempo import simplest_between
from .velocity import DYNAMICS
from .written import Dynamic, Hairpin, Jump, Place, Volta, WrittenBar, WrittenTempo
from .xml_guard import Node

MAX_BARS = 20_000
MAX_PARTS = 256
MAX_DIVISIONS = 1 << 20
MAX_DURATION_QN = 2048
_DECIMAL = re.compile(r"\s*-?[0-9]{1,9}(\.[0-9]{1,12})?\s*\Z")
_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*\Z")
# Half of the sixth digit of quarters per second, in quarters per minute.
_TEMPO_ROUNDING = Fraction(3, 10_000)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_BEAT_UNITS = {
    "64th": Fraction(1, 16),
    "128th": Fraction(1, 32),
    "256th": Fraction(1, 64),
    "long": Fraction(16),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4),
    "breve": Fraction(8),
    "32nd": Fraction(1, 8),
}


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
class _Bar:
    """A bar while its parts are walked."""

    length_qn: Fraction = Fraction(0)
    meter: Meter | None = None
    printed: str = ""
    repeat_start: bool = False
    repeat_count: int = 0
    markers: list[str] = field(default_factory=list)
    jump: Jump | None = None


def read_frame(root: Node, name: str) -> Frame:
    """The frame of a <score-partwise>.

    Raises PieceError MV406 for another kind of document, MV407 for numbers that make no sense: music21 is
    only given files that passed here.
    """
    if root.tag != "score-partwise":
        hint = "save it as a part-wise MusicXML file"
        raise fault(
            "MV406", name, f"its root element is <{root.tag[:40]}>, not <score-partwise>", hint, root.line
        )
    parts = list(root.each("part"))
    if not parts or len(parts) > MAX_PARTS:
        raise fault("MV406", name, f"{len(parts)} parts; 1 to {MAX_PARTS} are read", line=root.line)
    counts = {len(list(part.each("measure"))) for part in parts}
    if len(counts) != 1 or not 1 <= max(counts) <= MAX_BARS:
        raise fault(
            "MV407", name, f"its parts must have the same number of bars, 1 to {MAX_BARS}", line=root.line
        )
    frame = _head(root, parts, name)
    bars = [_Bar() for _ in range(max(counts))]
    first_staff = 0
    for part, track in zip(parts, frame.tracks, strict=True):
        staves = tuple(range(first_staff, first_staff + track.staff_count))
        first_staff += track.staff_count
        _Walk(frame, bars, name, staves, is_first=part is parts[0]).part(part)
    meter = Meter(4, 4)
    for bar in bars:
        meter = bar.meter or meter
        frame.bars.append(
            WrittenBar(
                bar.length_qn or meter.bar_qn,
                meter,
                bar.printed,
                bar.repeat_start,
                bar.repeat_count,
                bar.jump,
                tuple(dict.fromkeys(bar.markers)),
            )
        )
    return frame


def _head(root: Node, parts: Sequence[Node], name: str) -> Frame:
    title = ""
    for holder, tag in (("work", "work-title"), ("", "movement-title")):
        node = root.child(holder) if holder else root
        if node is not None and not title:
            title = node.value(tag)
    listing = root.child("part-list")
    described = {} if listing is None else {p.attributes.get("id", ""): p for p in listing.each("score-part")}
    frame = Frame(title, [])
    for part in parts:
        identity = part.attributes.get("id", "")
        node = described.get(identity)
        if node is None:
            raise fault("MV407", name, f"part {identity[:40]!r} is not in the part list", line=part.line)
        program, channel = 0, 0
        for midi in node.each("midi-instrument"):
            program = program or _number(midi, "midi-program", name, 1, 128, 1) - 1
            channel = channel or _number(midi, "midi-channel", name, 1, 16, 1)
            if midi.has("midi-unpitched"):
                frame.drum_keys[midi.attributes.get("id", "")] = (
                    _number(midi, "midi-unpitched", name, 1, 128, 1) - 1
                )
        staves = [s for a in _attributes(part) for s in a.each("staves")]
        count = _whole(staves[0], name, 1, 16) if staves else 1
        frame.tracks.append(
            Track(
                node.value("part-name") or identity,
                program=program,
                is_drums=channel == 10,
                staff_count=count,
            )
        )
    return frame


def _attributes(part: Node) -> Iterator[Node]:
    for measure in part.each("measure"):
        yield from measure.each("attributes")


class _Walk:
    """A walk along one part, counting durations; the first part also tells jumps, marks and endings."""

    def __init__(
        self, frame: Frame, bars: list[_Bar], name: str, staves: tuple[int, ...], is_first: bool
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
                if node.has("unpitched"):
                    self.drum_note(node, (index, began if node.has("chord") else stated))
                if node.has("chord") or node.has("grace"):
                    continue
                step = self.duration(node)
                began = stated
                if node.tag == "backup":
                    stated = max(stated - step, Fraction(0))
                    position = known.get(stated, max(position - step, Fraction(0)))
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

    def drum_note(self, note: Node, where: tuple[int, Fraction]) -> None:
        """Notes the key of a percussion note, which music21 does not pass on."""
        instrument, drawn = note.child("instrument"), note.child("unpitched")
        key = None if instrument is None else self.frame.drum_keys.get(instrument.attributes.get("id", ""))
        if key is not None and drawn is not None:
            step = _STEPS.get(drawn.value("display-step"), 0)
            pitch = step + 12 * (_number(drawn, "display-octave", self.name, 0, 9, 4) + 1)
            self.frame.drum_notes[-1].setdefault((*where, pitch), []).append(key)

    def exact_length(self, note: Node, stated: Fraction) -> Fraction:
        """The length behind a duration in whole divisions.

        The note value with its tuplet says it; inside nested tuplets MuseScore writes no true value, and the
        simplest fraction that gives the duration is taken.
        """
        ratio = note.child("time-modification")
        value = _BEAT_UNITS.get(note.value("type"))
        if ratio is None or value is None:
            return stated
        value *= 2 - Fraction(1, 2 ** min(sum(1 for _ in note.each("dot")), 4))
        value *= Fraction(
            _number(ratio, "normal-notes", self.name, 1, 10_000, 1),
            _number(ratio, "actual-notes", self.name, 1, 10_000, 1),
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

    def attributes(self, node: Node, bar: _Bar) -> None:
        if node.has("divisions"):
            self.divisions = _number(node, "divisions", self.name, 1, MAX_DIVISIONS, 1)
        for time in node.each("time"):
            if time.has("senza-misura"):
                continue
            numerator = 0
            for beats in time.each("beats"):
                for piece in beats.text.split("+")[:32]:
                    numerator += _whole_text(piece, beats, self.name, 1, 128)
            denominator = _number(time, "beat-type", self.name, 1, 128, 4)
            if denominator & (denominator - 1) or not 1 <= numerator <= 128:
                raise fault(
                    "MV407", self.name, f"{numerator}/{denominator} is no time signature", line=time.line
                )
            bar.meter = bar.meter or Meter(numerator, denominator)
        for style in node.each("measure-style"):
            for repeat in style.each("measure-repeat"):
                starts = repeat.attributes.get("type") == "start"
                self.repeats_back = _whole(repeat, self.name, 1, 4) if starts else 0

    def duration(self, node: Node) -> Fraction:
        child = node.child("duration")
        if child is None:
            return Fraction(0)
        if not _DECIMAL.match(child.text):
            raise fault("MV407", self.name, f"a duration of {child.text.strip()[:20]!r}", line=child.line)
        value = Fraction(child.text.strip()) / self.divisions
        if not 0 <= value <= MAX_DURATION_QN:
            raise fault("MV407", self.name, f"a duration of {float(value):g} quarter notes", line=child.line)
        return value

    def barline(self, index: int, node: Node, bar: _Bar) -> None:
        for repeat in node.each("repeat"):
            if repeat.attributes.get("direction") == "forward":
                bar.repeat_start = True
            else:
                times = repeat.attributes.get("times", "2")
                bar.repeat_count = _whole_text(times, repeat, self.name, 1, 999_999_999)
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

    def direction(self, index: int, position: Fraction, node: Node, bar: _Bar) -> None:
        for kind in node.each("direction-type"):
            for mark in kind.each("rehearsal"):
                if self.is_first and mark.all_text():
                    self.frame.marks.append((mark.all_text(), Place(index, position)))
        offset = node.child("offset")
        if offset is not None and _DECIMAL.match(offset.text):
            position = max(position + Fraction(offset.text.strip()) / self.divisions, Fraction(0))
        sound = node if node.tag == "sound" else node.child("sound")
        place = Place(index, position)
        self.dynamics(node, sound, place)
        tempo = self.tempo(node, sound)
        if tempo is not None:
            self.frame.tempi.append(WrittenTempo(place, tempo))
        if sound is not None and self.is_first:
            _navigation(sound, bar)

    def dynamics(self, node: Node, sound: Node | None, place: Place) -> None:
        """Dynamic marks, and hairpins once their ends are known."""
        for kind in node.each("direction-type"):
            for wedge in kind.each("wedge"):
                number = wedge.attributes.get("number", "1")
                if wedge.attributes.get("type") in ("crescendo", "diminuendo"):
                    self.wedges[number] = (place, wedge.attributes["type"] == "crescendo")
                elif wedge.attributes.get("type") == "stop" and number in self.wedges:
                    start, rises = self.wedges.pop(number)
                    self.frame.hairpins.append(Hairpin(start, place, self.staves, rises))
            for mark in kind.each("dynamics"):
                symbol = mark.children[0].tag if mark.children else ""
                velocity, change = DYNAMICS.get(symbol, (-1, 0))
                stated = "" if sound is None else sound.attributes.get("dynamics", "")
                if _DECIMAL.match(stated):
                    # MusicXML counts in hundredths of velocity 90.
                    velocity = min(max(round(Fraction(stated.strip()) * 90 / 100), 1), 127)
                if velocity > 0:
                    self.frame.dynamics.append(Dynamic(place, self.staves, velocity, change))

    def tempo(self, node: Node, sound: Node | None) -> Fraction | None:
        """Quarter notes per minute: as played (<sound>), else as printed."""
        stated = "" if sound is None else sound.attributes.get("tempo", "")
        if _DECIMAL.match(stated):
            value = _unrounded(stated.strip())
            return value if Fraction(1, 10) <= value <= 60_000 else None
        for kind in node.each("direction-type"):
            metronome = kind.child("metronome")
            unit = None if metronome is None else _BEAT_UNITS.get(metronome.value("beat-unit"))
            if metronome is not None and unit is not None and _DECIMAL.match(metronome.value("per-minute")):
                if metronome.has("beat-unit-dot"):
                    unit *= Fraction(3, 2)
                value = Fraction(metronome.value("per-minute")) * unit
                return value if Fraction(1, 10) <= value <= 60_000 else None
        return None


def _unrounded(stated: str) -> Fraction:
    """94.9998 is 95 that MuseScore kept as 1.58333 quarters per second; only numbers of many digits are
    rounded.
    """
    value = Fraction(stated)
    if len(stated.partition(".")[2]) >= 3:
        simple = simplest_between(value - _TEMPO_ROUNDING, value + _TEMPO_ROUNDING) if value > 1 else value
        if simple.denominator <= 2:
            return simple
    return value


def _navigation(sound: Node, bar: _Bar) -> None:
    """Jumps and the places that they go to, by the names that <sound> gives them."""
    attributes = sound.attributes
    for key in ("segno", "coda", "fine"):
        if key in attributes:
            bar.markers.append(
                {"segno": f"segno {attributes[key]}", "coda": f"coda {attributes[key]}"}.get(key, "fine")
            )
    if "tocoda" in attributes:
        bar.markers.append(f"tocoda {attributes['tocoda']}")
    if attributes.get("dacapo") == "yes":
        bar.jump = Jump("start", "end")
    elif "dalsegno" in attributes:
        bar.jump = Jump(f"segno {attributes['dalsegno']}", "end")


def jumps_resolved(bars: Sequence[WrittenBar]) -> list[WrittenBar]:
    """MusicXML's jumps do not say how far they go: to the To Coda before them, else to the Fine, else to the
    end.
    """
    resolved = []
    codas = [marker for bar in bars for marker in bar.markers if marker.startswith("tocoda ")]
    fines = any("fine" in bar.markers for bar in bars)
    landing = {marker for bar in bars for marker in bar.markers if marker.startswith("coda ")}
    for index, bar in enumerate(bars):
        if bar.jump is None:
            resolved.append(bar)
            continue
        before = [m for earlier in bars[: index + 1] for m in earlier.markers if m.startswith("tocoda ")]
        jump = bar.jump
        if before and codas:
            target = before[0].removeprefix("to")
            onward = target if target in landing else min(landing, default="")
            jump = replace(jump, play_until=before[0], continue_at=onward)
        elif fines:
            jump = replace(jump, play_until="fine")
        resolved.append(replace(bar, jump=jump))
    return resolved


def _number(node: Node, tag: str, name: str, low: int, high: int, default: int) -> int:
    child = node.child(tag)
    return default if child is None else _whole(child, name, low, high)


def _whole(node: Node, name: str, low: int, high: int) -> int:
    return _whole_text(node.text, node, name, low, high)


def _whole_text(text: str, node: Node, name: str, low: int, high: int) -> int:
    if not _WHOLE.match(text) or not low <= int(text) <= high:
        message = f"{text.strip()[:20]!r} in <{node.tag}> is not a whole number between {low} and {high}"
        raise fault("MV407", name, message, line=node.line)
    return int(text)
