"""Marks of a MuseScore file that steer playing: tempi, dynamics, fermatas, breaths, spanners, rehearsal
marks.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..guard.faults import fault
from ..guard.sightings import Sighting, Sightings
from ..guard.xml import Node
from ..playback.ornaments import ornament_of_line
from ..playback.swing import Swing, swing_of
from ..playback.tempo import DEFAULT_QUARTERS_PER_MINUTE, marked_quarters_per_minute
from ..playback.velocity import DYNAMICS
from ..playback.written import (
    MAX_TEXT_CHARACTERS,
    Dynamic,
    GradualTempo,
    Hairpin,
    Hold,
    Pause,
    Place,
    Text,
    Volta,
    WrittenBar,
    WrittenTempo,
)
from .parts import Instrument, Part, read_instrument
from .values import decimal, notes_fraction_qn, seconds, whole, whole_child
from .voices import Mark

# A dynamic of the whole system governs every staff: a small file could name a billion.
MAX_GOVERNED_STAVES = 1_000_000
# Each passes through up to 256 tempi.
MAX_GRADUAL_TEMPI = 1000
_TICK_QN = Fraction(1, 480)
_STRETCHES = {
    "fermataVeryShort": Fraction(5, 4),
    "fermataShort": Fraction(3, 2),
    "fermataShortHenze": Fraction(3, 2),
    "fermataLong": Fraction(3),
    "fermataLongHenze": Fraction(3),
    "fermataVeryLong": Fraction(4),
}
_OTTAVAS = {"8va": 12, "8vb": -12, "15ma": 24, "15mb": -24, "22ma": 36, "22mb": -36}
_OTTAVA_NUMBERS = ("8va", "8vb", "15ma", "15mb", "22ma", "22mb")
# engraving/dom/gradualtempochange.cpp of MuseScore 4: how much faster or slower each ends.
_TEMPO_FACTORS = {
    "accelerando": Fraction(133, 100),
    "allargando": Fraction(75, 100),
    "calando": Fraction(50, 100),
    "lentando": Fraction(75, 100),
    "morendo": Fraction(50, 100),
    "precipitando": Fraction(115, 100),
    "rallentando": Fraction(75, 100),
    "ritardando": Fraction(75, 100),
    "smorzando": Fraction(50, 100),
    "sostenuto": Fraction(95, 100),
    "stringendo": Fraction(150, 100),
}
_SLOWEST_FACTOR = Fraction(1, 100)
# Where the note and the number of a tempo mark begin.
_METRONOME = re.compile(r"\(?\s*(?:met[A-Z]|[\ue000-\uf8ff\u2669-\u266c]|\S*\s*=)")
_SPANNERS = frozenset({"HairPin", "Ottava", "Volta", "Slur", "Trill", "GradualTempoChange"})


@dataclass(slots=True)
class Marks:
    """The contents of the marks."""

    tempi: list[WrittenTempo] = field(default_factory=list)
    dynamics: list[Dynamic] = field(default_factory=list)
    hairpins: list[Hairpin] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    voltas: list[Volta] = field(default_factory=list)
    ottavas: list[tuple[int, Place, Place, int]] = field(default_factory=list)
    """(staff, start, end, semitones)."""
    slurs: list[tuple[int, Place, Place]] = field(default_factory=list)
    trills: list[tuple[int, int, Place, Place, str]] = field(default_factory=list)
    """(staff, voice, start, end, ornament)."""
    gradual_tempi: list[GradualTempo] = field(default_factory=list)
    swings: dict[int, list[tuple[Fraction, Swing]]] = field(default_factory=dict)
    """For each staff, from when on which swing."""
    texts: list[Text] = field(default_factory=list)
    rehearsal: list[tuple[str, Place]] = field(default_factory=list)
    instruments: list[tuple[int, Place, Instrument]] = field(default_factory=list)
    """(part, from where, which)."""
    governed: int = 0
    """The number of staves that all dynamics and hairpins govern together."""
    tempo_primo: Fraction = DEFAULT_QUARTERS_PER_MINUTE
    """The first tempo that is marked by a number, once `has_tempo`."""
    has_tempo: bool = False
    sightings: Sightings = field(default_factory=Sightings)


@dataclass(frozen=True, slots=True)
class Layout:
    """The frame that marks are read in."""

    name: str
    parts: Sequence[Part]
    bars: Sequence[WrittenBar]
    bar_starts: Sequence[Fraction]
    """One more than there are bars: the last is the end."""
    onsets: Sequence[Sequence[Fraction]]
    """For each bar, where chords and rests begin on any staff, in order."""
    major_version: int

    def time(self, place: Place) -> Fraction:
        return self.bar_starts[place.bar_index] + place.offset_qn

    def place(self, time: Fraction) -> Place:
        """The place of a time, kept within the score."""
        time = min(max(time, Fraction(0)), self.bar_starts[-1])
        index = min(bisect_right(self.bar_starts, time) - 1, len(self.bar_starts) - 2)
        return Place(index, time - self.bar_starts[index])

    def sighting(self, place: Place, staff: int | None = None) -> Sighting:
        """A place as findings name it; with the part's name where the staff is given."""
        beat = place.offset_qn / self.bars[place.bar_index].meter.beat_qn + 1
        part = "" if staff is None else self.parts[self.part_of(staff)].instrument.track.name
        return Sighting(place.bar_index + 1, beat, part)

    def part_of(self, staff: int) -> int:
        return next(index for index, part in enumerate(self.parts) if staff in part.staves)


def read_marks(marks: Sequence[Mark], layout: Layout, style: Node | None = None) -> Marks:
    """Everything that the marks of a score say about playing, and its style of swing."""
    found = Marks()
    if style is not None and style.has("swingUnit"):
        swing = swing_of(style.value("swingUnit"), style.value("swingRatio", "60"))
        if swing is not None:
            found.swings = {staff: [(Fraction(0), swing)] for part in layout.parts for staff in part.staves}
    open_spanners: dict[tuple[str, str], tuple[Mark, Node, str]] = {}
    for mark in marks:
        node = mark.node
        if node.tag == "Tempo":
            _tempo(mark, layout, found)
            _words(mark, found, is_tempo=True)
        elif node.tag == "Dynamic":
            _dynamic(mark, layout, found)
        elif node.tag in ("Fermata", "Articulation"):
            _fermata(mark, layout, found)
        elif node.tag == "Breath":
            pause = seconds(node.value("pause"))
            if pause:
                found.pauses.append(Pause(mark.place, pause))
        elif node.tag == "RehearsalMark":
            text = node.child("text")
            if text is not None and text.all_text():
                found.rehearsal.append((text.all_text(), mark.place))
        elif node.tag in ("StaffText", "SystemText"):
            _text(mark, layout, found)
            _words(mark, found, is_tempo=False)
        elif node.tag == "InstrumentChange":
            _instrument_change(mark, layout, found)
        elif node.tag == "Spanner":
            _spanner(mark, layout, found)
        elif node.tag in _SPANNERS and node.attributes.get("id"):
            _old_spanner(mark, layout, found, open_spanners)
        elif node.tag == "endSpanner":
            for kind in ("Slur", "other"):
                begun = open_spanners.pop((kind, node.attributes.get("id", "")), None)
                if begun is not None and kind == "other":
                    _spanned(begun[0], begun[1], begun[2], mark.place, layout, found)
    found.voltas = list(dict.fromkeys(found.voltas))
    return found


def _tempo(mark: Mark, layout: Layout, found: Marks) -> None:
    node = mark.node.child("tempo")
    if node is None or mark.node.value("play", "1") == "0":
        return
    kind, hidden = mark.node.value("type"), _is_hidden(mark.node)
    if kind in ("aTempo", "tempoPrimo") and mark.node.value("followText", "0") != "0":
        # The number in the file only holds the place.
        quarters = None if kind == "aTempo" else found.tempo_primo
        found.tempi.append(WrittenTempo(mark.place, quarters, hidden))
        return
    tempo = marked_quarters_per_minute(node.text.strip())
    if tempo is None:
        found.sightings.add(
            "MV451",
            f"a tempo of {node.text.strip()[:20]!r} is not played",
            layout.sighting(mark.place),
            "set the tempo again in MuseScore",
        )
        return
    if not found.has_tempo:
        found.has_tempo = True
        found.tempo_primo = tempo
    found.tempi.append(WrittenTempo(mark.place, tempo, hidden))


def _dynamic(mark: Mark, layout: Layout, found: Marks) -> None:
    node = mark.node
    known = DYNAMICS.get(node.value("subtype"))
    velocity, change = known or (-1, 0)
    own = whole_child(layout.name, node, "velocity", 0, -1, 9999)
    # MuseScore 4 uses the kind of the mark; the number may be left over from another one.
    if own > 0 and (known is None or layout.major_version < 4):
        velocity = min(own, 127)
    if velocity < 1 or node.value("play", "1") == "0":
        return
    change = whole_child(layout.name, node, "veloChange", change, -127, 127)
    reach = _governed(mark, node, layout, found)
    symbol = node.value("subtype") if known and not _is_hidden(node) else ""
    voice = _voice(mark, node)
    found.dynamics.append(Dynamic(mark.place, mark.staff, reach, velocity, change, voice, symbol))


def _voice(mark: Mark, node: Node) -> int:
    """The one voice that a dynamic or hairpin of MuseScore 4 governs; 0 for all."""
    return mark.voice if _assignment(node) == "currentVoiceOnly" else 0


def _assignment(node: Node) -> str:
    """The voices that a mark governs, by its name in MuseScore 4.5 and later or the one in 4.4."""
    return node.value("voiceAssignment") or node.value("applyToVoice")


def _governed(mark: Mark, node: Node, layout: Layout, found: Marks) -> tuple[int, ...]:
    """The staves that a dynamic or hairpin governs, counted. Raises PieceError MV408 for too many."""
    reach = _reach(mark, node, layout)
    found.governed += len(reach)
    if found.governed > MAX_GOVERNED_STAVES:
        message = f"its dynamics and hairpins govern more than {MAX_GOVERNED_STAVES} staves in all"
        raise fault("MV408", layout.name, message, "look for dynamics of the whole system", node.line)
    return reach


def _reach(mark: Mark, node: Node, layout: Layout) -> tuple[int, ...]:
    """The staves it acts on: those of its part, unless it says otherwise."""
    reach = node.value("dynType", "1")
    if reach in ("0", "staff") or _assignment(node) in ("allInStaff", "currentVoiceOnly"):
        return (mark.staff,)
    if reach in ("2", "system"):
        return tuple(staff for part in layout.parts for staff in part.staves)
    return layout.parts[layout.part_of(mark.staff)].staves


def _fermata(mark: Mark, layout: Layout, found: Marks) -> None:
    node = mark.node
    if node.tag == "Articulation" and "fermata" not in node.value("subtype"):
        return
    stretch = _stretch(node, layout.major_version)
    if node.value("play", "1") == "0" or stretch in (0, 1):
        return
    onsets = layout.onsets[mark.place.bar_index]
    following = bisect_right(onsets, mark.place.offset_qn)
    start = layout.bar_starts[mark.place.bar_index]
    is_last = following == len(onsets)
    end = layout.bar_starts[mark.place.bar_index + 1] if is_last else start + onsets[following]
    # MuseScore returns to tempo one of its ticks before the next chord.
    end -= _TICK_QN
    if end > layout.time(mark.place):
        found.holds.append(Hold(mark.place, layout.place(end), stretch))


def _stretch(node: Node, major_version: int) -> Fraction:
    """The factor of a fermata; MuseScore 4 omits its defaults, older versions omit only 1."""
    stated = seconds(node.value("timeStretch"))
    if stated is not None or major_version < 4:
        return Fraction(1) if stated is None else stated
    kind = node.value("subtype").removesuffix("Above").removesuffix("Below")
    return _STRETCHES.get(kind, Fraction(2))


def _text(mark: Mark, layout: Layout, found: Marks) -> None:
    node = mark.node
    child = node.child("swing")
    if child is not None:
        swing = swing_of(child.attributes.get("unit", ""), child.attributes.get("ratio", "60"))
        if swing is None:
            found.sightings.add("MV452", "a swing is not played", layout.sighting(mark.place, mark.staff))
        else:
            is_system = node.tag == "SystemText" or node.value("style").lower() in ("system", "tempo")
            every = [staff for part in layout.parts for staff in part.staves]
            for staff in every if is_system else [mark.staff]:
                insort(
                    found.swings.setdefault(staff, []),
                    (layout.time(mark.place), swing),
                    key=lambda change: change[0],
                )
    if node.has("capo"):
        found.sightings.add(
            "MV453",
            "the capo is not played, notes sound as written",
            layout.sighting(mark.place, mark.staff),
        )


def _words(mark: Mark, found: Marks, *, is_tempo: bool) -> None:
    """The visible words; of a tempo mark those before its note and number."""
    node, text = mark.node, mark.node.child("text")
    if text is None or _is_hidden(node) or node.has("swing"):
        return
    said = text.all_text()
    said = " ".join((_METRONOME.split(said)[0] if is_tempo else said).split())[:MAX_TEXT_CHARACTERS]
    if said and said.isprintable():
        is_above = node.value("placement") != "below"
        found.texts.append(Text(mark.place, mark.staff, said, is_above, is_tempo))


def _is_hidden(node: Node) -> bool:
    return node.value("visible", "1") == "0"


def _instrument_change(mark: Mark, layout: Layout, found: Marks) -> None:
    node = mark.node.child("Instrument")
    if node is not None:
        index = layout.part_of(mark.staff)
        staff_count = len(layout.parts[index].staves)
        found.instruments.append((index, mark.place, read_instrument(node, node, staff_count, layout.name)))


def _spanner(mark: Mark, layout: Layout, found: Marks) -> None:
    """MuseScore 3 and 4: the start of a spanner says how far its end is."""
    kind = mark.node.attributes.get("type", "")
    following = mark.node.child("next")
    if kind not in _SPANNERS or following is None:
        return
    detail = mark.node.child(kind) or mark.node
    location = following.child("location")
    measures = 0 if location is None else whole_child(layout.name, location, "measures", 0, -100_000, 100_000)
    fractions = None if location is None else location.child("fractions")
    offset = Fraction(0) if fractions is None else notes_fraction_qn(layout.name, fractions, fractions.text)
    bar = min(max(mark.place.bar_index + measures, 0), len(layout.bar_starts) - 1)
    end = layout.bar_starts[bar] + mark.place.offset_qn + offset
    _spanned(mark, detail, kind, layout.place(end), layout, found)


def _old_spanner(
    mark: Mark, layout: Layout, found: Marks, open_spanners: dict[tuple[str, str], tuple[Mark, Node, str]]
) -> None:
    """MuseScore 2: spanners have ids; slurs name their ends in the chords, others end with <endSpanner>."""
    identity = mark.node.attributes["id"]
    if mark.node.tag != "Slur":
        open_spanners[("other", identity)] = (mark, mark.node, mark.node.tag)
        return
    kind = mark.node.attributes.get("type", "")
    if kind == "start":
        open_spanners[("Slur", identity)] = (mark, mark.node, "Slur")
    elif kind == "stop":
        begun = open_spanners.pop(("Slur", identity), None)
        if begun is not None:
            _spanned(begun[0], begun[1], "Slur", mark.place, layout, found)


def _spanned(mark: Mark, detail: Node, kind: str, end: Place, layout: Layout, found: Marks) -> None:
    """A spanner with both its ends."""
    if layout.time(end) <= layout.time(mark.place) and kind != "Slur":
        return
    if kind == "HairPin":
        subtype = whole(layout.name, detail, detail.value("subtype", "0"), 0, 3)
        change = whole_child(layout.name, detail, "veloChange", 0, -127, 127)
        reach = _governed(mark, detail, layout, found)
        voice = _voice(mark, detail)
        found.hairpins.append(Hairpin(mark.place, end, mark.staff, reach, subtype in (0, 2), change, voice))
    elif kind == "Ottava":
        subtype_text = detail.value("subtype", "8va")
        if subtype_text.isdecimal() and int(subtype_text[:3]) < len(_OTTAVA_NUMBERS):
            subtype_text = _OTTAVA_NUMBERS[int(subtype_text)]
        found.ottavas.append((mark.staff, mark.place, end, _OTTAVAS.get(subtype_text, 0)))
    elif kind == "Volta":
        _volta(mark, detail, end, layout, found)
    elif kind == "Slur":
        found.slurs.append((mark.staff, mark.place, end))
    elif kind == "Trill":
        plays = detail.value("play", "1") != "0"
        baroque = detail.value("ornamentStyle") in ("baroque", "1")
        ornament = ornament_of_line(detail.value("subtype", "trill"), baroque) if plays else ""
        found.trills.append((mark.staff, mark.voice, mark.place, end, ornament))
    else:
        _gradual_tempo(mark, detail, end, layout, found)


def _gradual_tempo(mark: Mark, detail: Node, end: Place, layout: Layout, found: Marks) -> None:
    """MuseScore 4's rit. and accel.; the factors are its own where the file states none."""
    if detail.value("play", "1") == "0" or detail.value("playSpanner", "1") == "0":
        return
    kind = detail.value("tempoChangeType").lower()
    factor = decimal(detail.value("tempoChangeFactor"), 100)
    if factor is None or factor < _SLOWEST_FACTOR:
        factor = _TEMPO_FACTORS.get(kind, Fraction(1))
    if len(found.gradual_tempi) >= MAX_GRADUAL_TEMPI:
        message = f"more than {MAX_GRADUAL_TEMPI} gradual changes of tempo"
        raise fault("MV408", layout.name, message, "look for lines at the same place")
    if factor != 1:
        easing = detail.value("tempoEasingMethod").lower()
        found.gradual_tempi.append(GradualTempo(mark.place, end, factor, easing))


def _volta(mark: Mark, detail: Node, end: Place, layout: Layout, found: Marks) -> None:
    numbers = [piece.strip().rstrip(".") for piece in re.split("[,;]", detail.value("endings", "1"))[:256]]
    endings = [whole(layout.name, detail, number, 0, 999_999_999) for number in numbers if number.isdecimal()]
    last = bisect_left(layout.bar_starts, layout.time(end)) - 1
    found.voltas.append(
        Volta(
            mark.place.bar_index,
            max(last, mark.place.bar_index),
            tuple(endings),
            detail.value("endHookType", "0") == "0",
            mark.staff,
        )
    )
