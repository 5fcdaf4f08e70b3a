"""Pitches as they are written: step, accidental and octave, and which accidentals are drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..playback.written import Key, WrittenNote

STEPS = "CDEFGAB"
_SEMITONES = (0, 2, 4, 5, 7, 9, 11)
_STEP_OF = {semitone: step for step, semitone in enumerate(_SEMITONES)}
# Letters in the order of fifths, F C G D A E B.
_FIFTHS = (3, 0, 4, 1, 5, 2, 6)
_SIGNS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A pitch on the staff."""

    step: int
    """0 is C."""
    alter: int
    octave: int


def spelled(pitch: int, alter: int | None, fifths: int) -> Spelled:
    """A written pitch, by the accidental that the file states, else by the key.

    By the key: the twelve notes from three fifths below its keynote to eight above, which in C are E flat to
    G sharp.
    """
    if alter is not None and abs(alter) <= 2 and (pitch - alter) % 12 in _STEP_OF:
        return Spelled(_STEP_OF[(pitch - alter) % 12], alter, (pitch - alter) // 12 - 1)
    lowest = fifths - 3
    position = lowest + (pitch * 7 - lowest) % 12
    step = _FIFTHS[(position + 1) % 7]
    alter = (position + 1) // 7
    return Spelled(step, alter, (pitch - alter) // 12 - 1)


def key_alter(step: int, fifths: int) -> int:
    """The alteration of a step by a key of that many sharps, or flats below 0."""
    position = _FIFTHS.index(step)
    if fifths > 0:
        return 1 if position < fifths else 0
    return -1 if position >= 7 + fifths else 0


def key_at(keys: Iterable[Key], bar_index: int) -> int:
    """The key of a staff in a bar; `keys` are the staff's own, in order."""
    fifths = 0
    for key in keys:
        if key.bar_index <= bar_index:
            fifths = key.fifths
    return fifths


class Accidentals:
    """The accidentals of one bar of one staff: which must be drawn, asked for in the order of time."""

    def __init__(self, fifths: int) -> None:
        self.fifths = fifths
        self.known: dict[tuple[int, int], int] = {}

    def sign(self, note: WrittenNote, place: Spelled) -> str:
        """The sign before a note; empty where its key or a note before it has said it. A tie repeats none."""
        line = (place.step, place.octave)
        before = self.known.get(line, key_alter(place.step, self.fifths))
        if note.ties_back:
            return ""
        self.known[line] = place.alter
        return "" if before == place.alter else _SIGNS.get(place.alter, "")
