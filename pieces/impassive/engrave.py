"""Music as MuseScore 3 files: `write_score` makes one .mscz of some parts of a piece.

Only the standard library is used, and the same music gives the same bytes.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from notation import Event, Music, midi_pitch

LENGTHS = {"1": "whole", "2": "half", "4": "quarter", "8": "eighth", "16": "16th"}
VELOCITIES = {"pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112}
HAIRPINS = {"<": 0, ">": 1}
ARTICULATIONS = {"'": "articStaccatoAbove", ">": "articAccentAbove", "_": "articTenutoAbove"}
FIFTHS = {"F": 13, "C": 14, "G": 15, "D": 16, "A": 17, "E": 18, "B": 19}
"""MuseScore's names of pitches: places on the line of fifths; a sharp adds 7, a flat takes 7 away."""
CLEFS = {1: "G8va", 2: "G15ma"}
"""Of what sounds so many octaves above what is written."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What MuseScore must know of an instrument; `octaves` is how far it sounds above what is written."""

    name: str
    short_name: str
    identifier: str
    program: int
    lowest: str
    highest: str
    octaves: int = 0
    staves: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all files of a piece share, by bar, or by (bar, beat)."""

    title: str
    composer: str
    copyright: str
    bar_count: int
    key_fifths: int
    pickup: Fraction
    """Length of bar 1 in whole notes; its metre is that of the next bar."""
    meters: Mapping[int, tuple[int, int]]
    tempi: Mapping[tuple[int, int], tuple[int, bool]]
    """Quarter notes per minute, and whether the mark is printed."""
    marks: Mapping[int, str]

    def meter(self, bar: int) -> tuple[int, int]:
        return self.meters[max(start for start in self.meters if start <= max(bar, 2))]

    def bar_lengths(self) -> dict[int, Fraction]:
        """In whole notes."""
        later = {bar: Fraction(*self.meter(bar)) for bar in range(2, self.bar_count + 1)}
        return {1: self.pickup, **later}


Parts = Sequence[tuple[str, Instrument]]
"""The parts of a file: their names in the music, and what plays them."""


def write_score(path: Path, sheet: Sheet, parts: Parts, music: Music) -> None:
    """Write some parts of a piece as one .mscz."""
    source = path.with_suffix(".mscx").name
    root_files = node("rootfiles", node("rootfile", **{"full-path": source}))
    files = {
        "META-INF/container.xml": xml_bytes(node("container", root_files)),
        source: xml_bytes(score(sheet, parts, music)),
    }
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)


def node(tag: str, *inside: Element | str | int | Fraction, **attributes: str) -> Element:
    """An element: text and numbers inside become its text, elements its children."""
    made = Element(tag, attributes)
    for item in inside:
        if isinstance(item, Element):
            made.append(item)
        else:
            made.text = f"{item.numerator}/{item.denominator}" if isinstance(item, Fraction) else str(item)
    return made


def xml_bytes(root: Element) -> bytes:
    """The file of an XML tree, indented."""
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def score(sheet: Sheet, parts: Parts, music: Music) -> Element:
    """The museScore element."""
    style = node(
        "Style",
        *(node("pageWidth", "11.69"), node("pageHeight", "8.27"), node("pagePrintableWidth", "10.69")),
        *(node("measureNumberInterval", 1), node("measureNumberSystem", 0), node("Spatium", "1.5")),
    )
    meta = {"composer": sheet.composer, "copyright": sheet.copyright, "workTitle": sheet.title}
    whole = node("Score", node("Division", 480), style)
    whole.extend(node("metaTag", value, name=name) for name, value in meta.items())
    staves: list[tuple[str, int]] = []
    for name, instrument in parts:
        whole.append(part(instrument, first_staff=len(staves) + 1))
        staves += [(name, own + 1) for own in range(instrument.staves)]
    for number, (name, own) in enumerate(staves, 1):
        voices = {key[2]: measures(bars) for key, bars in music.items() if key[:2] == (name, own)}
        whole.append(staff(sheet, number, voices))
    return node("museScore", node("programVersion", "3.6.2"), whole, version="3.02")


def part(instrument: Instrument, first_staff: int) -> Element:
    """The declaration of an instrument and its staves."""
    made = node("Part")
    for own in range(instrument.staves):
        line = node(
            "Staff", node("StaffType", node("name", "stdNormal"), group="pitched"), id=str(first_staff + own)
        )
        if instrument.staves == 2 and own == 0:
            line.extend([node("bracket", type="1", span="2", col="0"), node("barLineSpan", 1)])
        if own == 1:
            line.append(node("defaultClef", "F"))
        elif instrument.octaves:
            line.append(node("defaultConcertClef", CLEFS[instrument.octaves]))
            line.append(node("defaultTransposingClef", "G"))
        made.append(line)
    low, high = midi_pitch(instrument.lowest), midi_pitch(instrument.highest)
    player = node(
        "Instrument",
        *(node("longName", instrument.name), node("shortName", instrument.short_name)),
        node("trackName", instrument.name),
        *(node("minPitchP", low), node("maxPitchP", high), node("minPitchA", low), node("maxPitchA", high)),
        id=instrument.identifier,
    )
    if instrument.octaves:
        player.append(node("transposeDiatonic", 7 * instrument.octaves))
        player.append(node("transposeChromatic", 12 * instrument.octaves))
    player.append(node("instrumentId", f"pitched-percussion.{instrument.identifier}"))
    if instrument.octaves:
        player.extend([node("concertClef", CLEFS[instrument.octaves]), node("transposingClef", "G")])
    if instrument.staves == 2:
        player.append(node("clef", "F", staff="2"))
    player.append(node("Articulation", node("velocity", 100), node("gateTime", 100)))
    for name, velocity, gate in (("staccato", 100, 50), ("tenuto", 100, 100), ("sforzato", 120, 100)):
        player.append(node("Articulation", node("velocity", velocity), node("gateTime", gate), name=name))
    player.append(node("Channel", node("program", value=str(instrument.program)), node("synti", "Fluid")))
    made.extend([node("trackName", instrument.name), player])
    return made


Placed = list[tuple[Fraction, Element]]
"""What stands in a bar, in order: positions in whole notes, and elements."""


def staff(sheet: Sheet, number: int, voices: Mapping[int, Mapping[int, Placed]]) -> Element:
    """The bars of one staff; the first staff of a file carries title, tempi and rehearsal marks."""
    made = node("Staff", id=str(number))
    if number == 1:
        texts = (("Title", sheet.title), ("Composer", sheet.composer))
        titles = (node("Text", node("style", style), node("text", text)) for style, text in texts)
        made.append(node("VBox", node("height", 10), *titles))
    for bar, length in sheet.bar_lengths().items():
        measure = node("Measure", **({"len": f"{length}"} if bar == 1 else {}))
        for voice in range(1, max(voices, default=1) + 1):
            placed = voices.get(voice, {}).get(bar)
            if voice == 1:
                rest = node("Rest", node("durationType", "measure"), node("duration", length))
                signs = dict(bar_signs(sheet, bar, with_marks=number == 1))
                measure.append(node("voice", *interleaved(signs, placed or [(Fraction(0), rest)], bar)))
            elif placed:
                measure.append(node("voice", *(item for _, item in placed)))
        made.append(measure)
    return made


def bar_signs(sheet: Sheet, bar: int, with_marks: bool) -> Iterator[tuple[Fraction, list[Element]]]:
    """Key, metre, tempi and rehearsal mark of a bar, by position in whole notes."""
    head = [node("KeySig", node("accidental", sheet.key_fifths))] if bar == 1 else []
    upper, lower = sheet.meter(bar)
    if bar == 1 or (bar > 2 and bar in sheet.meters):
        head.append(node("TimeSig", node("sigN", upper), node("sigD", lower)))
    if with_marks and (bar, 1) in sheet.tempi:
        head.append(tempo(*sheet.tempi[bar, 1]))
    if with_marks and bar in sheet.marks:
        head.append(node("RehearsalMark", node("text", sheet.marks[bar])))
    yield Fraction(0), head
    for (tempo_bar, beat), mark in sheet.tempi.items():
        if with_marks and tempo_bar == bar and beat > 1:
            yield Fraction(beat - 1, lower), [tempo(*mark)]


def tempo(quarters_per_minute: int, is_printed: bool) -> Element:
    """A tempo mark; MuseScore counts quarter notes per second."""
    text = node("text", node("sym", "metNoteQuarterUp"))
    text[0].tail = f" = {quarters_per_minute}"
    made = node("Tempo", node("tempo", repr(quarters_per_minute / 60)), node("followText", 1))
    if not is_printed:
        made.append(node("visible", 0))
    made.append(text)
    return made


def interleaved(signs: dict[Fraction, list[Element]], placed: Placed, bar: int) -> Iterator[Element]:
    """The elements of a voice, with signs before what stands at their position."""
    for position, item in placed:
        yield from signs.pop(position, ())
        yield item
    if signs:
        raise ValueError(f"bar {bar}: the first staff needs a note or rest where the tempo changes")


def measures(bars: Mapping[int, tuple[Event, ...]]) -> dict[int, Placed]:
    """By bar, what stands in it: one voice of one staff, with ties and hairpins joined."""
    line = [(bar, event) for bar, events in sorted(bars.items()) for event in events]
    ends: dict[int, list[Element]] = {i: [] for i in range(len(line))}
    for here, there in pairwise(i for i, (_, event) in enumerate(line) if event.length):
        if "~" in line[here][1].marks:
            if line[here][1].pitches != line[there][1].pitches:
                raise ValueError(f"bar {line[here][0]}: a tie leads to other notes")
            ends[here].append(spanner("Tie", line[here], line[there], node("Tie")))
            ends[there].append(spanner("Tie", line[there], line[here]))
    signs = [i for i, (_, event) in enumerate(line) if event.sign]
    if signs and line[signs[-1]][1].sign in HAIRPINS:
        raise ValueError(f"bar {line[signs[-1]][0]}: this hairpin needs a dynamic to lead to")
    for here, there in pairwise(signs):
        if line[here][1].sign in HAIRPINS:
            kind = node("HairPin", node("subtype", HAIRPINS[line[here][1].sign]))
            ends[here].append(spanner("HairPin", line[here], line[there], kind))
            ends[there].append(spanner("HairPin", line[there], line[here]))
    made: dict[int, Placed] = {}
    for i, (bar, event) in enumerate(line):
        made.setdefault(bar, []).extend((event.position, item) for item in elements(event, ends[i]))
    return made


def spanner(
    name: str, here: tuple[int, Event], there: tuple[int, Event], begins: Element | None = None
) -> Element:
    """One end of a tie or hairpin: whole bars to the other end, then a part of a whole note."""
    bars, distance = there[0] - here[0], there[1].position - here[1].position
    way = node("location")
    if bars:
        way.append(node("measures", bars))
    if distance:
        way.append(node("fractions", distance))
    if begins is None:
        return node("Spanner", node("prev", way), type=name)
    return node("Spanner", begins, node("next", way), type=name)


def elements(event: Event, ends: list[Element]) -> Iterator[Element]:
    """What an event becomes; `ends` are the ends of ties and hairpins at it."""
    if event.tuplet:
        notes, normal, length = event.tuplet
        ratio = (node("normalNotes", normal), node("actualNotes", notes), node("baseNote", LENGTHS[length]))
        yield node("Tuplet", *ratio, node("Number", node("style", "Tuplet"), node("text", notes)))
    elif event.ends_tuplet:
        yield node("endTuplet")
    elif event.sign:
        yield from ends
        if event.sign in VELOCITIES:
            yield node("Dynamic", node("subtype", event.sign), node("velocity", VELOCITIES[event.sign]))
    else:
        yield from sound(event, ends)


def sound(event: Event, ties: list[Element]) -> Iterator[Element]:
    """A note, chord or rest, behind its grace notes and its fermata."""
    for grace in event.graces:
        yield node("Chord", node("durationType", "eighth"), node("acciaccatura"), note(grace, []))
    if "@" in event.marks:
        # A hidden tempo mark does the waiting, so that every reader of the file waits as long.
        yield node("Fermata", node("subtype", "fermataAbove"), node("timeStretch", 1))
    made = node("Chord" if event.pitches else "Rest")
    if event.length.endswith("."):
        made.append(node("dots", 1))
    made.append(node("durationType", LENGTHS[event.length.rstrip(".")]))
    for mark, name in ARTICULATIONS.items():
        if mark in event.marks:
            made.append(node("Articulation", node("subtype", name)))
    made.extend(note(pitch, ties) for pitch in event.pitches)
    if "%" in event.marks:
        made.append(node("Tremolo", node("subtype", "r16")))
    yield made


def note(pitch: str, ties: list[Element]) -> Element:
    """A note of a chord: how it sounds and how it is spelled."""
    spelling = FIFTHS[pitch[0]] + {"#": 7, "b": -7}.get(pitch[1], 0)
    return node("Note", *ties, node("pitch", midi_pitch(pitch)), node("tpc", spelling))
