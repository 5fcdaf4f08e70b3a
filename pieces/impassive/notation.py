"""The compact notation of `compose.py`, read: by voice and bar, what stands where, in exact whole notes.

A word that is neither a note nor a sign, and a bar that does not add up, is an error that names bar and line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

DYNAMICS = ("pp", "p", "mp", "mf", "f", "ff")
HAIRPINS = ("<", ">")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

LENGTH = re.compile(r"(\d+)(\.?)$")
TUPLET = re.compile(r"(\d+):(\d+)\{$")
PITCH = re.compile(r"([A-G])([#b]?)(\d)$")
SOUND = re.compile(r"(?:\((?P<graces>[^)]+)\))?(?P<pitches>[A-G][^~'>_%@]*)(?P<marks>[~'>_%@]*)$")

Voice = tuple[str, int, int]
"""Part, staff of the part, voice of the staff."""


@dataclass(frozen=True, slots=True)
class Event:
    """A chord, a rest, a sign, or one end of a tuplet; `position` in whole notes from the bar line.

    A rest has a length and no pitches. `sign` is a dynamic or a hairpin. `tuplet` is (notes, in the time of,
    of what length) where one begins; `ends_tuplet` is where it ends.
    """

    position: Fraction
    length: str = ""
    pitches: tuple[str, ...] = ()
    graces: tuple[str, ...] = ()
    marks: str = ""
    sign: str = ""
    tuplet: tuple[int, int, str] | None = None
    ends_tuplet: bool = False


Music = dict[Voice, dict[int, tuple[Event, ...]]]


def read_music(text: str, bar_lengths: Mapping[int, Fraction]) -> Music:
    """The events of a piece by voice and bar; `bar_lengths` in whole notes."""
    found: Music = {}
    bar = 0
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "bar":
            bar = int(words[1])
            continue
        place = f"bar {bar}, {words[0]}"
        staff_name, _, voice = words[0].partition("/")
        part, _, staff = staff_name.partition(":")
        bars = found.setdefault((part, int(staff or 1), int(voice or 1)), {})
        if bar in bars:
            raise ValueError(f"{place}: this line is written twice")
        bars[bar] = tuple(bar_events(words[1:], bar_lengths[bar], place))
    return found


def bar_events(words: list[str], bar_length: Fraction, place: str) -> Iterable[Event]:
    """The events of one voice in one bar, in order."""
    position, length, ratio = Fraction(0), "4", Fraction(1)
    for index, word in enumerate(words):
        if word in DYNAMICS or word in HAIRPINS:
            yield Event(position, sign=word)
        elif LENGTH.match(word):
            length = word
        elif tuplet := TUPLET.match(word):
            notes, normal = int(tuplet[1]), int(tuplet[2])
            ratio = Fraction(normal, notes)
            yield Event(position, tuplet=(notes, normal, words[index + 1]))
        elif word == "}":
            ratio = Fraction(1)
            yield Event(position, ends_tuplet=True)
        elif word in ("r", "r@"):
            yield Event(position, length, marks=word[1:])
            position += whole_notes(length) * ratio
        elif sound := SOUND.match(word):
            pitches = tuple(sorted(sound["pitches"].split("+"), key=midi_pitch))
            graces = tuple(sound["graces"].split(",")) if sound["graces"] else ()
            yield Event(position, length, pitches, graces, sound["marks"])
            position += whole_notes(length) * ratio
        else:
            raise ValueError(f"{place}: {word} is neither a note nor a sign")
    if position != bar_length:
        raise ValueError(f"{place}: the notes last {position} of a whole note, the bar {bar_length}")


def whole_notes(length: str) -> Fraction:
    """`8.` is 3/16."""
    plain = Fraction(1, int(length.rstrip(".")))
    return plain * Fraction(3, 2) if length.endswith(".") else plain


def midi_pitch(pitch: str) -> int:
    """C4 is 60."""
    found = PITCH.match(pitch)
    if not found:
        raise ValueError(f"{pitch} is not a pitch")
    return STEPS[found[1]] + {"": 0, "#": 1, "b": -1}[found[2]] + 12 * (int(found[3]) + 1)
