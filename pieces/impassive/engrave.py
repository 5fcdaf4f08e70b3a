"""From a compact notation to MuseScore 3 files; `compose.py` holds the music and explains the notation.

Only the standard library is used. A bar that does not add up to its metre is an error that names bar and line.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

LENGTH_NAMES = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "16th", 32: "32nd"}
DYNAMICS = {"pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112}
HAIRPINS = {"<": 0, ">": 1}
ARTICULATIONS = {"'": "articStaccatoAbove", ">": "articAccentAbove", "_": "articTenutoAbove"}
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
FIFTHS = {"F": 13, "C": 14, "G": 15, "D": 16, "A": 17, "E": 18, "B": 19}
"""MuseScore's tonal pitch classes: steps on the line of fifths; a sharp adds 7, a flat takes 7 away."""

LENGTH = re.compile(r"(\d+)(\.?)$")
TUPLET = re.compile(r"(\d+):(\d+)\{$")
SOUND = re.compile(r"(?P<graces>\([^)]*\))?(?P<pitches>[A-G][#b]?\d(?:\+[A-G][#b]?\d)*)(?P<marks>[~'>_%@]*)$")
PITCH = re.compile(r"([A-G])([#b]?)(\d)$")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What MuseScore must know of an instrument; `octaves` is how far it sounds above what is written."""

    name: str
    short_name: str
    identifier: str
    sound: str
    program: int
    lowest: str
    highest: str
    octaves: int = 0
    staves: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all the files share: title, metres, tempi and rehearsal marks, by bar and beat."""

    title: str
    composer: str
    copyright: str
    bar_count: int
    key_fifths: int
    pickup: Fraction
    """Length of bar 1 in whole notes; its metre is that of the next bar."""
    meters: Mapping[int, tuple[int, int]]
    tempi: Mapping[tuple[int, int], tuple[int, bool]]
    """Quarter notes per minute by (bar, beat), and whether the mark is printed."""
    marks: Mapping[int, str]

    def meter(self, bar: int) -> tuple[int, int]:
        return self.meters[max(start for start in self.meters if start <= max(bar, 2))]

    def length(self, bar: int) -> Fraction:
        return self.pickup if bar == 1 else Fraction(*self.meter(bar))


@dataclass(slots=True)
class Line:
    """What one voice of one staff plays in one bar: the tokens, and where they stand in the music."""

    tokens: list[str]
    place: str


Music = dict[tuple[str, int, int], dict[int, Line]]
"""Lines by (part, staff, voice) and bar."""


def music(text: str) -> Music:
    """The lines of a piece in the notation of `compose.py`: `bar N`, then one line a voice."""
    lines: Music = {}
    bar = 0
    for raw in text.splitlines():
        words = raw.split()
        if not words:
            continue
        if words[0] == "bar":
            bar = int(words[1])
            continue
        name, _, voice = words[0].partition("/")
        name, _, staff = name.partition(":")
        key = (name, int(staff or 1), int(voice or 1))
        if bar in lines.setdefault(key, {}):
            raise ValueError(f"bar {bar}: {words[0]} is written twice")
        lines[key][bar] = Line(words[1:], f"bar {bar}, {words[0]}")
    return lines


def midi_pitch(written: str) -> int:
    """60 for C4."""
    found = PITCH.match(written)
    if not found:
        raise ValueError(f"{written} is not a pitch")
    step, accidental, octave = found.groups()
    return STEPS[step] + {"": 0, "#": 1, "b": -1}[accidental] + 12 * (int(octave) + 1)


def write_score(path: Path, sheet: Sheet, parts: Sequence[tuple[str, Instrument]], lines: Music) -> None:
    """Write the parts of the music, each (name of its lines, instrument), as one .mscz."""
    source = path.with_suffix(".mscx").name
    container = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<container>\n  <rootfiles>\n    <rootfile full-path="{source}"/>\n  </rootfiles>\n</container>\n'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (("META-INF/container.xml", container), (source, score_xml(sheet, parts, lines))):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the same bytes on every day
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)


def score_xml(sheet: Sheet, parts: Sequence[tuple[str, Instrument]], lines: Music) -> str:
    """The .mscx text of the parts."""
    subtitle = ", ".join(instrument.name for _, instrument in parts) if len(parts) < 3 else ""
    xml = ['<?xml version="1.0" encoding="UTF-8"?>', '<museScore version="3.02">']
    xml += ["<programVersion>3.6.2</programVersion>", "<programRevision>3224f34</programRevision>", "<Score>"]
    xml += ['<LayerTag id="0" tag="default"></LayerTag>', "<currentLayer>0</currentLayer>", "<Division>480</Division>"]
    xml += ["<Style>", "<pageWidth>11.69</pageWidth>", "<pageHeight>8.27</pageHeight>"]
    xml += ["<pagePrintableWidth>10.69</pagePrintableWidth>", "<measureNumberInterval>1</measureNumberInterval>"]
    xml += ["<measureNumberSystem>0</measureNumberSystem>", "<Spatium>1.5</Spatium>", "</Style>"]
    xml += ["<showInvisible>1</showInvisible>", "<showUnprintable>1</showUnprintable>"]
    for tag, value in (
        ("composer", sheet.composer), ("copyright", sheet.copyright), ("workTitle", sheet.title),
        ("partName", subtitle),
    ):  # fmt: skip
        xml.append(f'<metaTag name="{tag}">{escape(value)}</metaTag>')
    staff = 0
    for _, instrument in parts:
        xml += part_xml(instrument, first_staff=staff + 1)
        staff += instrument.staves
    staff = 0
    for name, instrument in parts:
        for own_staff in range(1, instrument.staves + 1):
            staff += 1
            voices = {key[2]: bars for key, bars in lines.items() if key[:2] == (name, own_staff)}
            xml += staff_xml(sheet, staff, voices, subtitle)
    xml += ["</Score>", "</museScore>", ""]
    return "\n".join(xml)


def part_xml(instrument: Instrument, first_staff: int) -> list[str]:
    """The declaration of an instrument and its staves."""
    xml = ["<Part>"]
    for own in range(instrument.staves):
        xml += [f'<Staff id="{first_staff + own}">', '<StaffType group="pitched">', "<name>stdNormal</name>", "</StaffType>"]
        if instrument.staves == 2 and own == 0:
            xml += ['<bracket type="1" span="2" col="0"/>', "<barLineSpan>1</barLineSpan>"]
        if own == 1:
            xml.append("<defaultClef>F</defaultClef>")
        elif instrument.octaves:
            xml.append(f"<defaultConcertClef>{'G8va' if instrument.octaves == 1 else 'G15ma'}</defaultConcertClef>")
            xml.append("<defaultTransposingClef>G</defaultTransposingClef>")
        xml.append("</Staff>")
    low, high = midi_pitch(instrument.lowest), midi_pitch(instrument.highest)
    xml += [f"<trackName>{instrument.name}</trackName>", f'<Instrument id="{instrument.identifier}">']
    xml += [f"<longName>{instrument.name}</longName>", f"<shortName>{instrument.short_name}</shortName>"]
    xml += [f"<trackName>{instrument.name}</trackName>"]
    xml += [f"<minPitchP>{low}</minPitchP>", f"<maxPitchP>{high}</maxPitchP>"]
    xml += [f"<minPitchA>{low}</minPitchA>", f"<maxPitchA>{high}</maxPitchA>"]
    if instrument.octaves:
        xml.append(f"<transposeDiatonic>{7 * instrument.octaves}</transposeDiatonic>")
        xml.append(f"<transposeChromatic>{12 * instrument.octaves}</transposeChromatic>")
    xml.append(f"<instrumentId>{instrument.sound}</instrumentId>")
    if instrument.octaves:
        xml.append(f"<concertClef>{'G8va' if instrument.octaves == 1 else 'G15ma'}</concertClef>")
        xml.append("<transposingClef>G</transposingClef>")
    if instrument.staves == 2:
        xml.append('<clef staff="2">F</clef>')
    for name, velocity, gate in (("", 100, 100), ("staccato", 100, 50), ("tenuto", 100, 100), ("sforzato", 120, 100)):
        xml.append(f'<Articulation name="{name}">' if name else "<Articulation>")
        xml += [f"<velocity>{velocity}</velocity>", f"<gateTime>{gate}</gateTime>", "</Articulation>"]
    xml += ["<Channel>", f'<program value="{instrument.program}"/>', "<synti>Fluid</synti>", "</Channel>"]
    return [*xml, "</Instrument>", "</Part>"]


def staff_xml(sheet: Sheet, staff: int, voices: Mapping[int, Mapping[int, Line]], subtitle: str) -> list[str]:
    """The bars of one staff; the first staff carries title, tempi and rehearsal marks."""
    written = {voice: voice_xml(sheet, bars) for voice, bars in voices.items()}
    xml = [f'<Staff id="{staff}">']
    if staff == 1:
        xml += ["<VBox>", "<height>10</height>"]
        for style, text in (("Title", sheet.title), ("Subtitle", subtitle), ("Composer", sheet.composer)):
            if text:
                xml += ["<Text>", f"<style>{style}</style>", f"<text>{escape(text)}</text>", "</Text>"]
        xml.append("</VBox>")
    for bar in range(1, sheet.bar_count + 1):
        length = sheet.length(bar)
        xml.append('<Measure len="1/4">' if bar == 1 else "<Measure>")
        for voice in range(1, max(voices, default=1) + 1):
            own = written.get(voice, {}).get(bar)
            if own is None and voice > 1:
                continue
            xml.append("<voice>")
            if voice == 1:
                xml += head_xml(sheet, bar, is_first_staff=staff == 1)
            tempi = {at: mark for at, mark in sheet.tempi.items() if at[0] == bar and at[1] > 1} if staff == voice == 1 else {}
            for position, items in own or []:
                at = (bar, int(position * sheet.meter(bar)[1]) + 1)
                if at in tempi and position == Fraction(at[1] - 1, sheet.meter(bar)[1]):
                    xml += tempo_xml(*tempi.pop(at))
                xml += items
            if tempi:
                raise ValueError(f"bar {bar}: the first staff needs a note or rest where the tempo changes inside the bar")
            if own is None:
                xml += ["<Rest>", "<durationType>measure</durationType>", f"<duration>{fraction(length)}</duration>", "</Rest>"]
            xml.append("</voice>")
        xml.append("</Measure>")
    return [*xml, "</Staff>"]


def head_xml(sheet: Sheet, bar: int, is_first_staff: bool) -> list[str]:
    """What stands before the first note of a bar: key, metre, tempo, rehearsal mark."""
    xml = ["<KeySig>", f"<accidental>{sheet.key_fifths}</accidental>", "</KeySig>"] if bar == 1 else []
    if bar == 1 or (bar > 2 and bar in sheet.meters):
        numerator, denominator = sheet.meter(bar)
        xml += ["<TimeSig>", f"<sigN>{numerator}</sigN>", f"<sigD>{denominator}</sigD>", "</TimeSig>"]
    if is_first_staff and (bar, 1) in sheet.tempi:
        xml += tempo_xml(*sheet.tempi[bar, 1])
    if is_first_staff and bar in sheet.marks:
        xml += ["<RehearsalMark>", f"<text>{sheet.marks[bar]}</text>", "</RehearsalMark>"]
    return xml


def tempo_xml(quarters_per_minute: int, is_printed: bool) -> list[str]:
    """A tempo mark; MuseScore counts in quarter notes per second."""
    xml = ["<Tempo>", f"<tempo>{quarters_per_minute / 60!r}</tempo>", "<followText>1</followText>"]
    if not is_printed:
        xml.append("<visible>0</visible>")
    return [*xml, f"<text><sym>metNoteQuarterUp</sym> = {quarters_per_minute}</text>", "</Tempo>"]


def voice_xml(sheet: Sheet, bars: Mapping[int, Line]) -> dict[int, list[tuple[Fraction, list[str]]]]:
    """By bar, the (position in whole notes, elements) of one voice, ties and hairpins joined."""
    events = {bar: list(bar_events(sheet.length(bar), line)) for bar, line in sorted(bars.items())}
    sounds = [(bar, event) for bar, own in events.items() for event in own if event.pitches or event.is_rest]
    ties: dict[int, tuple[int, Event]] = {}
    back: dict[int, tuple[int, Event]] = {}
    for (bar, event), (next_bar, following) in zip(sounds, sounds[1:], strict=False):
        if "~" in event.marks:
            if following.pitches != event.pitches:
                raise ValueError(f"bar {bar}: {'+'.join(event.pitches)} is tied to other notes")
            ties[id(event)], back[id(following)] = (next_bar, following), (bar, event)
    written: dict[int, list[tuple[Fraction, list[str]]]] = {}
    open_hairpin: tuple[int, Fraction, list[str]] | None = None
    for bar, own in events.items():
        written[bar] = []
        for event in own:
            items: list[str] = []
            if event.sign and open_hairpin:
                start_bar, start, opened = open_hairpin
                away = location(bar - start_bar, event.position - start)
                opened += ["<next>", *away, "</next>", "</Spanner>"]
                home = location(start_bar - bar, start - event.position)
                items += ['<Spanner type="HairPin">', "<prev>", *home, "</prev>", "</Spanner>"]
                open_hairpin = None
            if event.sign in DYNAMICS:
                items += ["<Dynamic>", f"<subtype>{event.sign}</subtype>"]
                items += [f"<velocity>{DYNAMICS[event.sign]}</velocity>", "</Dynamic>"]
            elif event.sign in HAIRPINS:
                items += ['<Spanner type="HairPin">', "<HairPin>", f"<subtype>{HAIRPINS[event.sign]}</subtype>", "</HairPin>"]
                open_hairpin = (bar, event.position, items)
            elif event.xml:
                items += event.xml
            else:
                items += chord_xml(bar, event, ties.get(id(event)), back.get(id(event)))
            written[bar].append((event.position, items))
    if open_hairpin:
        raise ValueError(f"bar {open_hairpin[0]}: this hairpin has no end; write a dynamic where it leads")
    return written


@dataclass(eq=False, slots=True)
class Event:
    """A note, chord, rest, dynamic, hairpin or bracket of a tuplet; `position` in whole notes from the bar line."""

    position: Fraction
    pitches: tuple[str, ...] = ()
    graces: tuple[str, ...] = ()
    marks: str = ""
    length: str = ""
    is_rest: bool = False
    sign: str = ""
    xml: tuple[str, ...] = ()


def bar_events(bar_length: Fraction, line: Line) -> Iterable[Event]:
    """The events of one bar of one voice, in order."""
    position, length, ratio = Fraction(0), "4", Fraction(1)
    for index, token in enumerate(line.tokens):
        if token in DYNAMICS or token in HAIRPINS:
            yield Event(position, sign=token)
        elif LENGTH.match(token):
            length = token
        elif found := TUPLET.match(token):
            actual, normal = found.groups()
            ratio = Fraction(int(normal), int(actual))
            base = LENGTH_NAMES[int(line.tokens[index + 1])]
            yield Event(position, xml=(
                "<Tuplet>", f"<normalNotes>{normal}</normalNotes>", f"<actualNotes>{actual}</actualNotes>",
                f"<baseNote>{base}</baseNote>", "<Number>", "<style>Tuplet</style>", f"<text>{actual}</text>", "</Number>",
                "</Tuplet>",
            ))  # fmt: skip
        elif token == "}":
            ratio = Fraction(1)
            yield Event(position, xml=("<endTuplet/>",))
        else:
            rest = token in ("r", "r@")
            sound = SOUND.match(token)
            if not (rest or sound):
                raise ValueError(f"{line.place}: {token} is neither a note nor a sign")
            if sound:
                pitches = tuple(sorted(sound["pitches"].split("+"), key=midi_pitch))
                graces = tuple((sound["graces"] or "()")[1:-1].split(",")) if sound["graces"] else ()
                yield Event(position, pitches, graces, sound["marks"], length)
            else:
                yield Event(position, marks=token[1:], length=length, is_rest=True)
            position += length_of(length) * ratio
    if position != bar_length:
        raise ValueError(f"{line.place}: the notes last {position} whole notes, the bar {bar_length}")


def length_of(written: str) -> Fraction:
    """`8.` -> 3/16, in whole notes."""
    plain = Fraction(1, int(written.rstrip(".")))
    return plain * Fraction(3, 2) if written.endswith(".") else plain


def chord_xml(bar: int, event: Event, tie: tuple[int, Event] | None, back: tuple[int, Event] | None) -> list[str]:
    """A note, chord or rest with its graces, marks and ties."""
    xml: list[str] = []
    for grace in event.graces:
        xml += ["<Chord>", "<durationType>eighth</durationType>", "<acciaccatura/>"]
        xml += ["<Note>", *pitch_xml(grace), "</Note>", "</Chord>"]
    if "@" in event.marks:  # the tempo mark at this place does the waiting, so that every reader finds it
        xml += ["<Fermata>", "<subtype>fermataAbove</subtype>", "<timeStretch>1</timeStretch>", "</Fermata>"]
    xml.append("<Rest>" if event.is_rest else "<Chord>")
    if event.length.endswith("."):
        xml.append("<dots>1</dots>")
    xml.append(f"<durationType>{LENGTH_NAMES[int(event.length.rstrip('.'))]}</durationType>")
    if event.is_rest:
        return [*xml, "</Rest>"]
    for mark, subtype in ARTICULATIONS.items():
        if mark in event.marks:
            xml += ["<Articulation>", f"<subtype>{subtype}</subtype>", "</Articulation>"]
    for pitch in event.pitches:
        xml.append("<Note>")
        if tie:
            away = location(tie[0] - bar, tie[1].position - event.position)
            xml += ['<Spanner type="Tie">', "<Tie>", "</Tie>", "<next>", *away, "</next>", "</Spanner>"]
        if back:
            home = location(back[0] - bar, back[1].position - event.position)
            xml += ['<Spanner type="Tie">', "<prev>", *home, "</prev>", "</Spanner>"]
        xml += [*pitch_xml(pitch), "</Note>"]
    if "%" in event.marks:
        xml += ["<Tremolo>", "<subtype>r16</subtype>", "</Tremolo>"]
    return [*xml, "</Chord>"]


def pitch_xml(written: str) -> list[str]:
    """A sounding pitch and its spelling."""
    spelling = FIFTHS[written[0]] + {"#": 7, "b": -7}.get(written[1], 0)
    return [f"<pitch>{midi_pitch(written)}</pitch>", f"<tpc>{spelling}</tpc>"]


def location(bars: int, distance: Fraction) -> list[str]:
    """The way from one end of a tie or hairpin to the other: whole bars, then a part of a whole note."""
    xml = ["<location>"]
    if bars:
        xml.append(f"<measures>{bars}</measures>")
    if distance:
        xml.append(f"<fractions>{fraction(distance)}</fractions>")
    return [*xml, "</location>"]


def fraction(value: Fraction) -> str:
    """`3/4`, and `1/1` for a whole."""
    return f"{value.numerator}/{value.denominator}"
