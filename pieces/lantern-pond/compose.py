"""The Lantern Pond, the music: for flute, celesta, harp and cello. The music is ours.

Run it to write the score beside it: `python pieces/lantern-pond/compose.py`. It needs nothing but Python.

The idea. A drop falls into a pond, and then another: the celesta, alone. The harp is the water that they set
in motion, the flute the lily, the cello the lanterns that somebody lets go, one to a bar. Rain comes in the
middle; when it has gone, the tune returns a fourth higher, over all of them. The last drop falls where
the first one fell, and the pond is in D major.

The notation. `bar N` and its harmony, then a line for each part that plays:

    4. D5 E5      a length holds until the next one         r       a rest
    8 D5 ~        a tie to the next note

The harp has no lines: it breaks the chord of each bar from bar 2 on.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

TITLE = "The Lantern Pond"
TEMPO = {1: 72, 3: 80, 11: 84, 22: 72, 24: 56}
"""Quarter notes a minute, from which bar on."""
DIVISIONS, BEATS = 4, 3

MUSIC = """
bar 1  Dm
  celesta 2 A5 4 r
bar 2  Dm
  celesta 4 D6 2 r
bar 3  Dm
  flute   2 D5 4 E5
  celesta 2 r 4 A5
bar 4  Bb
  flute   2 F5 4 D5
bar 5  F
  flute   4. C5 8 D5 4 F5
  celesta 2 r 4 C6
bar 6  C
  flute   2. E5
  celesta 4 r G5 E6
bar 7  Gm
  flute   2 G5 4 F5
  cello   2. G2
bar 8  Dm
  flute   4. D5 8 E5 4 F5
  cello   2. F2
bar 9  A
  flute   4 E5 C#5 A4
  cello   2. E2
bar 10 Dm
  flute   2. D5
  cello   2 D2 4 A2
  celesta 4 r A5 F6
bar 11 F
  cello   2 F3 4 G3
  celesta 8 C6 r A5 r F5 C6
bar 12 C
  cello   2 E3 4 G3
  celesta 8 G5 E6 C6 r G5 r
bar 13 Gm
  cello   4. Bb3 8 A3 4 G3
  flute   2 r 4 D5
  celesta 8 r D6 Bb5 G5 D6 r
bar 14 A
  cello   2. A3
  flute   4 E5 G5 C#6
  celesta 8 A5 C#6 E6 A5 C#6 E6
bar 15 Gm
  flute   2 G5 4 A5
  cello   2. G2
  celesta 4 D6 r r
bar 16 Eb
  flute   2 Bb5 4 G5
  cello   2. Eb3
  celesta 4 r Eb6 r
bar 17 Bb
  flute   4. F5 8 G5 4 Bb5
  cello   2 D3 4 Bb2
  celesta 4 F6 r r
bar 18 F
  flute   2. A5
  cello   2. F2
  celesta 4 r C6 A5
bar 19 Gm
  flute   4 Bb5 A5 G5
  cello   2. Bb2
bar 20 Dm
  flute   4. F5 8 E5 4 D5
  cello   2. A2
  celesta 2 r 4 A5
bar 21 A
  flute   4 E5 F5 C#5
  cello   2. A2
bar 22 D
  flute   2. D5 ~
  cello   2. D3
  celesta 4 r F#6 r
bar 23 D
  flute   2 D5 4 r
  cello   2. D2
  celesta 2 r 4 D6
bar 24 D
  celesta 2. A5
"""

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
CHORDS = {
    "Dm": "D3 A3 D4 F4",
    "Bb": "Bb2 F3 Bb3 D4",
    "F": "F3 C4 F4 A4",
    "C": "C3 G3 C4 E4",
    "Gm": "G2 D3 G3 Bb3",
    "A": "A2 E3 A3 C#4",
    "Eb": "Eb3 Bb3 Eb4 G4",
    "D": "D3 A3 D4 F#4",
}
"""Root, fifth, octave and third, as the harp breaks them."""
PARTS = {
    "flute": ("Flute", 73, 82),
    "celesta": ("Celesta", 8, 84),
    "harp": ("Harp", 46, 62),
    "cello": ("Cello", 42, 76),
}
"""Name, General MIDI program from 0, velocity."""
TYPES = {"2": "half", "4": "quarter", "8": "eighth"}
_PITCH = re.compile(r"([A-G])([#b]?)(\d)\Z")

Event = tuple[str, str, bool]
"""Length, pitch or an empty text for a rest, whether it is tied to the next."""


def read_music() -> tuple[int, dict[str, dict[int, list[Event]]]]:
    """How many bars there are, and by part and bar what is played; the lengths of a bar must add up."""
    bars = 0
    parts: dict[str, dict[int, list[Event]]] = {name: {} for name in PARTS}
    for line in MUSIC.strip().splitlines():
        words = line.split()
        if words[0] == "bar":
            bars += 1
            assert int(words[1]) == bars, line
            if bars > 1:
                parts["harp"][bars] = broken_chord(words[2], bars)
            continue
        events: list[Event] = []
        length = "4"
        for word in words[1:]:
            if word == "~":
                events[-1] = (*events[-1][:2], True)
            elif word == "r" or _PITCH.match(word):
                events.append((length, "" if word == "r" else word, False))
            else:
                length = word
        if sum(duration(event[0]) for event in events) != BEATS * DIVISIONS:
            raise ValueError(f"bar {bars}, {words[0]}: the notes do not fill the bar")
        parts[words[0]][bars] = events
    return bars, parts


def broken_chord(chord: str, bar: int) -> list[Event]:
    """Up and down in quavers; a single root before the tune begins, and at the end."""
    root, fifth, octave, third = CHORDS[chord].split()
    if bar in (2, 24):
        return [("2.", root, False)]
    if bar == 23:
        return [("4", root, False), ("4", fifth, False), ("4", octave, False)]
    return [("8", pitch, False) for pitch in (root, fifth, octave, third, octave, fifth)]


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


def score_xml() -> Element:
    """The piece as MusicXML 4.0, part after part."""
    count, parts = read_music()
    listed = node("part-list")
    score = node(
        "score-partwise",
        node("work", node("work-title", TITLE)),
        node(
            "identification",
            node("creator", "musicvis", type="composer"),
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
        score.append(node("part", *part_bars(key, count, parts[key]), id=f"P{number}"))
    return score


def part_bars(key: str, count: int, bars: dict[int, list[Event]]) -> Iterator[Element]:
    """The bars of a part, rests where it does not play."""
    tied = False
    for bar in range(1, count + 1):
        made = node("measure", number=str(bar))
        if bar == 1:
            clef = ("F", 4) if key in ("cello", "harp") else ("G", 2)
            made.append(
                node(
                    "attributes",
                    node("divisions", DIVISIONS),
                    node("key", node("fifths", -1)),
                    node("time", node("beats", BEATS), node("beat-type", 4)),
                    node("clef", node("sign", clef[0]), node("line", clef[1])),
                )
            )
            made.append(node("sound", dynamics=str(PARTS[key][2])))
        if key == "flute" and bar in TEMPO:
            made.append(tempo(TEMPO[bar]))
        for length, pitch, is_tied in bars.get(bar, [("2.", "", False)]):
            made.append(note_xml(length, pitch, tied, is_tied))
            tied = is_tied
        yield made


def note_xml(length: str, pitch: str, tied: bool, is_tied: bool) -> Element:
    """A note or a rest; `tied` to the one before, `is_tied` to the next."""
    note = node("note")
    if found := _PITCH.match(pitch):
        step, accidental, octave = found.groups()
        spelled = node("pitch", node("step", step))
        spelled.extend([node("alter", 1 if accidental == "#" else -1)] if accidental else [])
        spelled.append(node("octave", octave))
        note.append(spelled)
    else:
        note.append(node("rest"))
    note.append(node("duration", duration(length)))
    ends = [kind for kind, is_there in (("stop", tied), ("start", is_tied)) if is_there]
    note.extend(node("tie", type=kind) for kind in ends)
    note.extend([node("voice", 1), node("type", TYPES[length.rstrip(".")])])
    note.extend([node("dot")] if length.endswith(".") else [])
    note.extend([node("notations", *(node("tied", type=kind) for kind in ends))] if ends else [])
    return note


def tempo(bpm: int) -> Element:
    """A printed tempo mark that players hear."""
    shown = node("metronome", node("beat-unit", "quarter"), node("per-minute", bpm))
    return node("direction", node("direction-type", shown), node("sound", tempo=str(bpm)), placement="above")


def main(path: Path) -> None:
    """Write the piece as MusicXML."""
    root = score_xml()
    ElementTree.indent(root)
    path.parent.mkdir(exist_ok=True)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    path.write_bytes(head + ElementTree.tostring(root, "utf-8") + b"\n")


if __name__ == "__main__":
    main(Path(__file__).parent / "scores" / "lantern-pond.musicxml")
