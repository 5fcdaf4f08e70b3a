"""Completes chords of a MuseScore file from their surroundings: neighbours of ornaments, ends of glissandi,
swing, and held syllables.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from ..guard.xml import Node
from ..playback.ornaments import STEPS
from ..playback.swing import Beat, Swing, swung
from ..playback.written import WrittenBar, WrittenNote
from .chords import RawChord
from .marks import Layout, Marks
from .scale import Scales
from .values import notes_fraction_qn, whole_child
from .voices import Paper

_WHITE = frozenset({0, 2, 4, 5, 7, 9, 11})
_LONGEST_GLISSANDO = 128


def with_surroundings(
    paper: Paper, bars: Sequence[WrittenBar], marks: Marks, layout: Layout, percussion: frozenset[int]
) -> list[RawChord]:
    """The chords of a score, in their order, complete."""
    lines: dict[tuple[int, int], list[tuple[Fraction, Fraction, str]]] = {}
    for staff, voice, begin, end, ornament in marks.trills:
        if ornament:
            lines.setdefault((staff, voice), []).append((layout.time(begin), layout.time(end), ornament))
    for row in lines.values():
        row.sort()
    chords = [_with_trill_line(chord, lines, layout) for chord in paper.chords]
    if any(chord.ornament or chord.glissandi for chord in chords):
        scales = Scales(chords, paper.marks, layout)
        at: dict[tuple[int, Fraction], list[RawChord]] = {}
        for chord in chords:
            at.setdefault((chord.staff, layout.time(chord.place)), []).append(chord)
        chords = [
            chord if chord.staff in percussion else _with_neighbours(chord, scales, at, layout)
            for chord in chords
        ]
        for chord in chords:
            if chord.ornament and not any(note.neighbours for note in chord.notes):
                marks.sightings.add(
                    "MV462",
                    "an ornament is not played, as the staff has no scale or the notes no names",
                    layout.sighting(chord.place, chord.staff),
                    "write the notes out",
                )
    if any(swing.unit_qn for changes in marks.swings.values() for _, swing in changes):
        chords = _with_swing(chords, paper, bars, marks, layout)
    return _with_held_syllables(chords, layout)


def _with_trill_line(
    chord: RawChord,
    lines: dict[tuple[int, int], list[tuple[Fraction, Fraction, str]]],
    layout: Layout,
) -> RawChord:
    """The chord with the ornament of a trill's line over it."""
    row = lines.get((chord.staff, chord.voice))
    if chord.ornament or row is None:
        return chord
    start = layout.time(chord.place)
    index = bisect_left(row, start + chord.length_qn, key=lambda line: line[0])
    # Lines seldom overlap more than a few deep.
    for _, end, ornament in reversed(row[max(index - 16, 0) : index]):
        if start < end:
            return replace(chord, ornament=ornament)
    return chord


def _with_neighbours(
    chord: RawChord, scales: Scales, at: dict[tuple[int, Fraction], list[RawChord]], layout: Layout
) -> RawChord:
    notes = list(chord.notes)
    if chord.ornament:
        for index, note in enumerate(notes):
            found = [(step, scales.semitones(chord, index, step)) for step in STEPS]
            known = tuple((step, semitones) for step, semitones in found if semitones is not None)
            notes[index] = replace(note, neighbours=known)
    for index, spanner in chord.glissandi:
        body = _glissando(chord, index, spanner, scales, at, layout)
        if body and index < len(notes):
            notes[index] = replace(notes[index], glissando=body)
    return replace(chord, notes=tuple(notes)) if notes != list(chord.notes) else chord


def _glissando(
    chord: RawChord,
    index: int,
    spanner: Node,
    scales: Scales,
    at: dict[tuple[int, Fraction], list[RawChord]],
    layout: Layout,
) -> tuple[int, ...]:
    """The semitones of the notes from the start of a glissando up to its last note, that one left out."""
    detail = spanner.child("Glissando") or spanner
    style = detail.value("glissandoStyle", "chromatic").lower().replace(" ", "")
    end = _end_note(chord, index, spanner, at, layout)
    if end is None or detail.value("play", "1") == "0" or style in ("portamento", "4"):
        return ()
    start = chord.notes[index].pitch
    direction = 1 if end.pitch > start else -1
    if end.pitch == start:
        return ()
    if style in ("diatonic", "3"):
        body = []
        for steps in range(_LONGEST_GLISSANDO):
            semitones = scales.semitones(chord, index, steps * direction) if steps else 0
            if semitones is None or (start + semitones - end.pitch) * direction >= 0:
                break
            body.append(semitones)
        return tuple(body)
    pitches: Iterable[int] = range(start, end.pitch, direction)
    if style in ("whitekeys", "1"):
        pitches = [pitch for pitch in pitches if pitch % 12 in _WHITE]
    elif style in ("blackkeys", "2"):
        pitches = [pitch for pitch in pitches if pitch % 12 not in _WHITE]
    return tuple(pitch - start for pitch in pitches)


def _end_note(
    chord: RawChord,
    index: int,
    spanner: Node,
    at: dict[tuple[int, Fraction], list[RawChord]],
    layout: Layout,
) -> WrittenNote | None:
    following = spanner.child("next")
    location = None if following is None else following.child("location")
    if location is None:
        return None
    name = layout.name
    fractions = location.child("fractions")
    offset = Fraction(0) if fractions is None else notes_fraction_qn(name, fractions, fractions.text)
    bar = chord.place.bar_index + whole_child(name, location, "measures", 0, -100_000, 100_000)
    if not 0 <= bar < len(layout.bar_starts):
        return None
    staff = chord.staff + whole_child(name, location, "staves", 0, -512, 512)
    voice = chord.voice + whole_child(name, location, "voices", 0, -4, 4)
    number = index + whole_child(name, location, "notes", 0, -64, 64)
    ends = at.get((staff, layout.bar_starts[bar] + chord.place.offset_qn + offset), [])
    for other in sorted(ends, key=lambda end: end.voice != voice):
        if other.notes:
            return other.notes[min(max(number, 0), len(other.notes) - 1)]
    return None


def _with_swing(
    chords: Sequence[RawChord], paper: Paper, bars: Sequence[WrittenBar], marks: Marks, layout: Layout
) -> list[RawChord]:
    """The chords with what swing changes; rests divide a beat as notes do."""
    beats: dict[tuple[int, int], list[Beat]] = {}
    for staff, voice, bar, onset, length in paper.beats:
        missing = Fraction(0)
        if bar == 0 or bars[bar - 1].section_break_s is not None:
            # A pickup's notes are where they would be in a full bar.
            missing = max(bars[bar].meter.bar_qn - bars[bar].length_qn, Fraction(0))
        beat = Beat(layout.bar_starts[bar] + onset, length, missing + onset)
        beats.setdefault((staff, voice), []).append(beat)
    index_of = {
        (staff, voice, beat.time_qn): index
        for (staff, voice), row in beats.items()
        for index, beat in enumerate(row)
    }
    finished = []
    for chord in chords:
        time = layout.time(chord.place)
        swing = _swing_at(marks.swings.get(chord.staff, []), time)
        index = index_of.get((chord.staff, chord.voice, time))
        if swing is None or index is None or chord.in_tuplet:
            finished.append(chord)
            continue
        row = beats[(chord.staff, chord.voice)]
        before = row[index - 1] if index else None
        after = row[index + 1] if index + 1 < len(row) else None
        late, longer = swung(swing, before, row[index], after)
        finished.append(replace(chord, late_qn=late, longer_qn=longer) if late or longer else chord)
    return finished


def _swing_at(changes: Sequence[tuple[Fraction, Swing]], time: Fraction) -> Swing | None:
    found = None
    for start, swing in changes:
        if start > time:
            break
        found = swing
    return found


def _with_held_syllables(chords: Sequence[RawChord], layout: Layout) -> list[RawChord]:
    """Chords that a syllable is held over have that verse with an empty text, where other verses sing."""
    if not any(chord.melismas for chord in chords):
        return list(chords)
    held: dict[tuple[int, int], dict[int, Fraction]] = {}
    finished = []
    # The chords of a voice come in order.
    for chord in chords:
        time = layout.time(chord.place)
        ends = held.setdefault((chord.staff, chord.voice), {})
        sung = {verse for verse, _ in chord.lyrics}
        over = sorted(verse for verse, end in ends.items() if time <= end and verse not in sung)
        for verse in sung:
            ends.pop(verse, None)
        for verse, length in chord.melismas:
            ends[verse] = time + length
        if over and chord.lyrics:
            lyrics = (*chord.lyrics, *((verse, "") for verse in over))
            syllabics = (*chord.syllabics, *("single" for _ in over))
            chord = replace(chord, lyrics=lyrics, syllabics=syllabics)
        finished.append(chord)
    return finished
