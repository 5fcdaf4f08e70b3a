"""Paper Boat, the song: for voice, flute, harp and cello. Words and music are ours.

Run it to write the score beside it: `python pieces/paper-boat/compose.py`. It needs nothing but Python.

The idea. A letter is folded into a boat and sets out; the harp is the water and never stands still. The first
verse falls, line by line, from the house to the tide. The second one sails out, and rises to G, its highest
note, only in its last line. The flute is the wind: it answers where the voice breathes, and ends the song.

The notation. `bar N` and its harmony, then a line for each part that plays:

    4. D5:fold-    a length holds until the next one; after the colon a syllable, `-` where the word goes on
    8 D5 ~         a tie to the next note           r     a rest
    (E5:_)         `_` after the colon: the syllable before is held

The harp has no lines: it breaks the chord of each bar.
"""

import re
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

TITLE, SUBTITLE = "Paper Boat", "for voice, flute, harp and cello"
BPM, LAST_BPM, SLOWER_FROM = 138, 60, 41
DIVISIONS = 4  # of a quarter
BEATS = 3

SONG = """
bar 1  D
  flute  2 r 4 A5
bar 2  Bm
  flute  4. F#5 8 E5 4 D5
bar 3  G
  flute  4. B4 8 C#5 4 D5
bar 4  A
  flute  2. E5
  voice  2 r 4 A4:I
bar 5  D
  voice  4. D5:fold- 8 C#5:ed 4 B4:a
bar 6  Bm
  voice  4 F#4:boat B4:from C#5:the
bar 7  G
  voice  4. D5:page 8 E5:of 4 D5:a
bar 8  A
  voice  4 C#5:let- A4:ter, A4:and
  flute  4 r 8 E5 F#5 G5 E5
bar 9  D
  voice  4. D5:set 8 C#5:it 4 B4:to
bar 10  Bm
  voice  4 F#5:sail E5:where D5:the
bar 11  Em
  voice  4. E5:riv- 8 D5:er 4 B4:ran
bar 12  A
  voice  2 C#5:wide; 4 A4:it
  flute  8 r A5 G5 F#5 E5 C#5
bar 13  Bm
  voice  4 D5:passed B4:by F#4:the
  cello  2. B2
bar 14  F#m
  voice  4 C#5:cas- A4:tle, F#4:it
  cello  2. A2
bar 15  G
  voice  4 B4:passed G4:by D4:the
  cello  2. G2
bar 16  D
  voice  2 A4:bell, 4 F#4:it
  cello  2 F#2 4 F#3
  flute  4 r A5 F#5
bar 17  Em
  voice  4 G4:rode A4:on B4:the
  cello  2. E3
bar 18  A
  voice  4. C#5:moon- 8 D5:light, 4 E5:it
  cello  2. A2
bar 19  D
  voice  8 F#5:rode E5:_ 4 E5:on C#5:the
  cello  2. D3
bar 20  D
  voice  2. D5:tide.
  cello  2. D3
  flute  4 r 8 A5 B5 A5 F#5
bar 21  G
  flute  4. D6 8 C#6 4 B5
  cello  2 G2 4 D3
bar 22  A
  flute  2 A5 4 r
  voice  2 r 4 A4:O
  cello  2 A2 4 E3
bar 23  D
  voice  4. D5:sail, 8 C#5:lit- 4 B4:tle
  cello  4 D3 A3 F#3
bar 24  Bm
  voice  4 F#4:let- B4:ter, C#5:past
  cello  4 B2 F#3 D3
bar 25  G
  voice  4. D5:light- 8 E5:house 4 F#5:and
  cello  4 G2 D3 B3
bar 26  A
  voice  4 E5:har- C#5:bour, A4:till
  cello  4 A2 E3 C#3
  flute  4 r 8 A5 B5 C#6 E6
bar 27  D
  voice  4. F#5:snow 8 E5:on 4 D5:the
  cello  4 D3 A3 F#3
  flute  2. F#6
bar 28  F#
  voice  4 C#5:moun- E5:tain A#4:is
  cello  4 F#2 C#3 A#3
  flute  2. E6
bar 29  Bm
  voice  4. B4:small 8 C#5:as 4 D5:a
  cello  4 B2 F#3 D3
  flute  2. D6
bar 30  G
  voice  8 E5:star; D5:_ 4 B4:_ G4:and
  cello  2. G2
  flute  4 r 8 B5 D6 G6 D6
bar 31  Em
  voice  4 G4:if A4:you B4:should
  cello  2. E3
bar 32  A
  voice  4 C#5:sink B4:in A4:the
  cello  2. C#3
bar 33  F#m
  voice  4. A4:deep 8 B4:of 4 C#5:the
  cello  2. F#2
bar 34  Bm
  voice  4 D5:o- B4:cean, B4:the
  cello  2 B2 4 A2
bar 35  G
  voice  4 D5:fish- E5:es F#5:will
  cello  4 G2 B2 D3
  flute  2. B5
bar 36  A
  voice  4. E5:read 8 D5:_ 4 F#5:you,
  cello  2. A2
  flute  2. C#6
bar 37  A
  voice  4 G5:wher- E5:ev- C#5:er
  cello  2 A2 4 A2
  flute  2. E6
bar 38  A
  voice  2 E5:you 4 C#5:_
  cello  2. A2
  flute  8 r E6 D6 C#6 B5 A5
bar 39  D
  voice  2. D5:are. ~
  cello  2. D3
  flute  4. F#5 8 E5 4 D5
bar 40  G
  voice  2 D5 4 r
  cello  2 G2 4 D3
  flute  4. B5 8 A5 4 G5
bar 41  A
  cello  2 A2 4 E3
  flute  4 F#5 E5 C#5
bar 42  D
  cello  2. D3
  flute  2. D5
"""

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ROOTS = {"D": "D3", "Bm": "B2", "G": "G2", "A": "A2", "Em": "E3", "F#m": "F#2", "F#": "F#2"}
PARTS = {
    "voice": ("Voice", 53, 92),
    "flute": ("Flute", 73, 76),
    "harp": ("Harp", 46, 70),
    "cello": ("Cello", 42, 74),
}
"""Name, General MIDI program from 0, velocity."""
TYPES = {"2": "half", "4": "quarter", "8": "eighth"}
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NOTE = re.compile(r"([A-G]#?\d)(?::(\S+))?$")

Event = tuple[str, str, str, bool]
"""Length, pitch or an empty text for a rest, syllable, whether it is tied to the next."""


def read_song() -> tuple[list[str], dict[str, dict[int, list[Event]]]]:
    """The chord of each bar, and by part and bar what is played; the lengths of a bar must add up."""
    chords: list[str] = []
    parts: dict[str, dict[int, list[Event]]] = {name: {} for name in PARTS}
    for line in SONG.strip().splitlines():
        words = line.split()
        if words[0] == "bar":
            assert int(words[1]) == len(chords) + 1, line
            chords.append(words[2])
            parts["harp"][len(chords)] = broken_chord(words[2])
            continue
        events, length = [], "4"
        for word in words[1:]:
            if word == "~":
                events[-1] = (*events[-1][:3], True)
            elif word == "r":
                events.append((length, "", "", False))
            elif note := _NOTE.match(word):
                events.append((length, note[1], note[2] or "", False))
            else:
                length = word
        if sum(duration(event[0]) for event in events) != BEATS * DIVISIONS:
            raise ValueError(f"bar {len(chords)}, {words[0]}: the notes do not fill the bar")
        parts[words[0]][len(chords)] = events
    return chords, parts


def broken_chord(chord: str) -> list[Event]:
    """Six quavers up and down: root, fifth, octave, third, octave, fifth."""
    root = midi_pitch(ROOTS[chord])
    third = 15 if chord.endswith("m") else 16
    return [("8", name_of(root + step), "", False) for step in (0, 7, 12, third, 12, 7)]


def midi_pitch(name: str) -> int:
    """C4 is 60."""
    return STEPS[name[0]] + name.count("#") + 12 * (int(name[-1]) + 1)


def name_of(pitch: int) -> str:
    """61 is C#4."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def duration(length: str) -> int:
    """In divisions: `4.` is six quarters of a quarter."""
    plain = Fraction(4 * DIVISIONS, int(length.rstrip(".")))
    return int(plain * Fraction(3, 2)) if length.endswith(".") else int(plain)


def node(tag: str, *inside: Element | str | int, **attributes: str) -> Element:
    """An element: text and numbers inside become its text, elements its children."""
    made = Element(tag, attributes)
    for item in inside:
        if isinstance(item, Element):
            made.append(item)
        else:
            made.text = str(item)
    return made


def song_xml() -> Element:
    """The song as MusicXML 4.0, part after part."""
    chords, parts = read_song()
    listed = node("part-list")
    score = node(
        "score-partwise",
        node("work", node("work-title", TITLE)),
        node(
            "identification",
            node("creator", "musicvis", type="composer"),
            node("creator", "musicvis", type="lyricist"),
            node("rights", "The musicvis authors, CC0 1.0"),
        ),
        listed,
        version="4.0",
    )
    for number, (key, (name, program, _)) in enumerate(PARTS.items(), 1):
        player = node("score-instrument", node("instrument-name", name), id=f"P{number}-I1")
        sound = node("midi-instrument", node("midi-channel", number), id=f"P{number}-I1")
        sound.append(node("midi-program", program + 1))
        listed.append(node("score-part", node("part-name", name), player, sound, id=f"P{number}"))
        score.append(node("part", *part_bars(key, len(chords), parts[key]), id=f"P{number}"))
    return score


def part_bars(key: str, count: int, bars: dict[int, list[Event]]) -> Iterator[Element]:
    """The bars of a part, rests where it does not play."""
    is_open = tied = False
    for bar in range(1, count + 1):
        made = node("measure", number=str(bar))
        if bar == 1:
            clef = ("F", 4) if key == "cello" else ("G", 2)
            made.append(
                node(
                    "attributes",
                    node("divisions", DIVISIONS),
                    node("key", node("fifths", 2)),
                    node("time", node("beats", BEATS), node("beat-type", 4)),
                    node("clef", node("sign", clef[0]), node("line", clef[1])),
                )
            )
            made.append(node("sound", dynamics=str(PARTS[key][2])))
        if key == "voice" and bar in (1, SLOWER_FROM, count):
            made.append(tempo(BPM if bar == 1 else LAST_BPM if bar == count else (BPM + LAST_BPM) // 2))
        for length, pitch, syllable, is_tied in bars.get(bar, [("2.", "", "", False)]):
            note = node("note")
            if not pitch:
                note.append(node("rest"))
            else:
                spelled = node("pitch", node("step", pitch[0]))
                spelled.extend([node("alter", 1)] if "#" in pitch else [])
                spelled.append(node("octave", pitch[-1]))
                note.append(spelled)
            note.append(node("duration", duration(length)))
            note.extend([node("tie", type="stop")] if tied else [])
            note.extend([node("tie", type="start")] if is_tied else [])
            note.extend([node("voice", 1), node("type", TYPES[length.rstrip(".")])])
            note.extend([node("dot")] if length.endswith(".") else [])
            if tied or is_tied:
                ends = [("stop", tied), ("start", is_tied)]
                note.append(
                    node("notations", *(node("tied", type=end) for end, is_there in ends if is_there))
                )
            if syllable and syllable != "_":
                goes_on = syllable.endswith("-")
                kind = {(False, False): "single", (False, True): "begin", (True, False): "end"}
                note.append(
                    node(
                        "lyric",
                        node("syllabic", kind.get((is_open, goes_on), "middle")),
                        node("text", syllable.rstrip("-")),
                        number="1",
                    )
                )
                is_open = goes_on
            made.append(note)
            tied = is_tied
        yield made


def tempo(bpm: int) -> Element:
    """A printed tempo mark that players hear."""
    shown = node("metronome", node("beat-unit", "quarter"), node("per-minute", bpm))
    return node("direction", node("direction-type", shown), node("sound", tempo=str(bpm)), placement="above")


def main(path: Path) -> None:
    """Write the song as compressed MusicXML."""
    source = f"{path.stem}.musicxml"
    root_files = node("rootfiles", node("rootfile", **{"full-path": source}))
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as package:
        for name, root in (("META-INF/container.xml", node("container", root_files)), (source, song_xml())):
            ElementTree.indent(root)
            # The same music gives the same bytes.
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
            package.writestr(entry, head + ElementTree.tostring(root, "utf-8") + b"\n")


if __name__ == "__main__":
    main(Path(__file__).parent / "scores" / "paper-boat.mxl")
