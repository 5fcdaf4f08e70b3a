"""The scale around a note of a MusicXML file, for its ornaments: its key and the accidentals in its bar."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ..playback.ornaments import STEPS as ORNAMENT_STEPS
from ..playback.written import WrittenNote
from .chords import Draft

STEPS = {"C": 0, "D": 1, "E": 2, "F": 3, "G": 4, "A": 5, "B": 6}
SEMITONES = (0, 2, 4, 5, 7, 9, 11)
# Steps in the order in which a key sharpens them; it flattens them from the last to the first.
_SHARPENED = (3, 0, 4, 1, 5, 2, 6)

Line = tuple[int, int]
"""A note as it is written: the step of the scale, counted from the lowest C, and how much it is raised."""


def key_alteration(line: int, fifths: int) -> int:
    """The alteration of a staff line by a key of that many sharps (or, below 0, flats)."""
    position = _SHARPENED.index(line % 7)
    if fifths > 0:
        return 1 if position < fifths else 0
    return -1 if position >= 7 + fifths else 0


def add_neighbours(drafts: Sequence[Draft], fifths: Mapping[int, int]) -> bool:
    """Tells the notes of one bar that have an ornament which notes are around them; `fifths` by staff.

    Says whether every ornament has such a note.
    """
    complete = True
    written: dict[tuple[int, int], list[tuple[Fraction, int]]] = {}
    for draft in sorted(drafts, key=lambda d: d.offset_qn):
        for line in draft.lines:
            if line is not None:
                written.setdefault((draft.staff, line[0]), []).append((draft.offset_qn, line[1]))
    for draft in drafts:
        if draft.ornament:
            for index, note in enumerate(draft.notes):
                line = draft.lines[index]
                if line is not None:
                    known = _neighbours(draft, line, written, fifths.get(draft.staff, 0))
                    draft.notes[index] = replace(note, neighbours=known)
            complete &= any(note.neighbours for note in draft.notes)
    return complete


def _neighbours(
    draft: Draft, line: Line, written: Mapping[tuple[int, int], list[tuple[Fraction, int]]], fifths: int
) -> tuple[tuple[int, int], ...]:
    start = _pitch(line[0]) + line[1]
    found = []
    for step in ORNAMENT_STEPS:
        target = line[0] + step
        alter = draft.neighbour_alters.get(step)
        if alter is None:
            # The accidental of the last note on that line up to here, else of the key.
            row = written.get((draft.staff, target), [])
            index = bisect_right(row, draft.offset_qn, key=lambda entry: entry[0]) - 1
            alter = row[index][1] if index >= 0 else key_alteration(target, fifths)
        found.append((step, _pitch(target) + alter - start))
    return tuple(found)


def _pitch(line: int) -> int:
    return line // 7 * 12 + SEMITONES[line % 7]


def glissando(start: WrittenNote, end_pitch: int) -> tuple[int, ...]:
    """The semitones that a glissando passes through, its end left out."""
    direction = 1 if end_pitch > start.pitch else -1
    return tuple(range(0, end_pitch - start.pitch, direction))
