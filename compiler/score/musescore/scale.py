"""The scale around a note of a MuseScore file: its key and the accidentals before it in the bar.

Notes there are spelled by tonal pitch class: 14 is C, 15 G, 13 F, seven more is a sharp. A trill goes to the
next note of the scale as it would be read off the staff.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from .chords import RawChord
from .marks import Layout
from .values import whole
from .voices import Mark

# Letters in the order of fifths, F C G D A E B: step of the scale from C, semitones from C.
_STEPS = (3, 0, 4, 1, 5, 2, 6)
_SEMITONES = (5, 0, 7, 2, 9, 4, 11)
_FIFTHS = {step: fifth for fifth, step in enumerate(_STEPS)}
_F = 13
_LOWEST, _HIGHEST = -1, 33


class Scales:
    """The scales of all staves."""

    def __init__(self, chords: Sequence[RawChord], marks: Sequence[Mark], layout: Layout) -> None:
        self.layout = layout
        # MuseScore 4 writes the key as it sounds, older versions as the staff shows it.
        self.concert = layout.major_version >= 4
        self.keys: dict[int, list[tuple[Fraction, int]]] = {}
        for mark in marks:
            if mark.node.tag == "KeySig":
                for tag in ("concertKey", "accidental"):
                    node = mark.node.child(tag)
                    if node is not None:
                        fifths = whole(layout.name, node, node.text, -7, 7)
                        self.keys.setdefault(mark.staff, []).append((layout.time(mark.place), fifths))
                        break
        for keys in self.keys.values():
            keys.sort()
        self.struck: dict[tuple[int, int, Fraction, int], int] = {}
        """(staff, bar index, offset, letter) to the accidental of a note that is struck there."""
        self.before: dict[tuple[int, int, int], list[tuple[Fraction, int]]] = {}
        """(staff, bar index, line) to the accidentals of its notes, in order."""
        for chord in chords:
            bar = (chord.staff, chord.place.bar_index)
            for index, note in enumerate(chord.notes):
                line = None if note.ties_back else self._line(chord, index)
                if line is not None:
                    self.struck.setdefault((*bar, chord.place.offset_qn, line[0] % 7), line[1])
                    self.before.setdefault((*bar, line[0]), []).append((chord.place.offset_qn, line[1]))
        for row in self.before.values():
            row.sort(key=lambda entry: entry[0])

    def semitones(self, chord: RawChord, note: int, steps: int) -> int | None:
        """The semitones from a note to the one that many steps away; None if its spelling is unknown."""
        line = self._line(chord, note)
        if line is None:
            return None
        start, alter = line
        target = start + steps
        alteration = self._alteration(chord, target)
        return _pitch(target) + alteration - _pitch(start) - alter

    def _line(self, chord: RawChord, note: int) -> tuple[int, int] | None:
        """(step of the scale from the lowest C, sharps) of a note."""
        if note >= len(chord.spellings):
            return None
        spelling = chord.spellings[note][0 if self.concert else 1]
        if not _LOWEST <= spelling <= _HIGHEST:
            return None
        fifth, alter = (spelling - _F) % 7, (spelling - _F) // 7
        natural = chord.notes[note].pitch - alter - _SEMITONES[fifth]
        # A transposing part is shown higher or lower than it sounds, all of it alike.
        octave = round(Fraction(natural, 12))
        return octave * 7 + _STEPS[fifth], alter

    def _alteration(self, chord: RawChord, target: int) -> int:
        """The accidental that holds for a line: of a note struck with it, else of the last one before it in
        the bar, else of the key.
        """
        bar, here = (chord.staff, chord.place.bar_index), chord.place.offset_qn
        struck = self.struck.get((*bar, here, target % 7))
        if struck is not None:
            return struck
        row = self.before.get((*bar, target), [])
        index = bisect_right(row, here, key=lambda entry: entry[0]) - 1
        return row[index][1] if index >= 0 else self._key(chord, target)

    def _key(self, chord: RawChord, target: int) -> int:
        keys = self.keys.get(chord.staff, [])
        index = bisect_right(keys, self.layout.time(chord.place), key=lambda key: key[0]) - 1
        fifths = keys[index][1] if index >= 0 else 0
        fifth = _FIFTHS[target % 7]
        if fifths > 0:
            return 1 if fifth < fifths else 0
        return -1 if fifth >= 7 + fifths else 0


def _pitch(line: int) -> int:
    return line // 7 * 12 + _SEMITONES[_FIFTHS[line % 7]]
