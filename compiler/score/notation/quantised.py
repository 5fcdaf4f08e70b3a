"""Notation for a score that has none, as MIDI files: what sounds, moved to the smallest grid that fits it.

In each beat of a part the grid is the coarsest of 1, 2, 3, 4, 6, 8, 12 and 16 steps that has a step within
a 24th of a quarter note of every note that begins or ends there; where none has, 16. Notes over a bar line
are tied.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor

from ..model import HELD, Note, Score
from ..playback.written import (
    Place,
    WrittenBar,
    WrittenChord,
    WrittenNote,
    WrittenScore,
    WrittenTempo,
)
from .values import is_binary, value_of

GRIDS = (1, 2, 3, 4, 6, 8, 12)
FINEST = 16
TOLERANCE_QN = Fraction(1, 24)
VOICES = 4


def quantised(score: Score) -> WrittenScore:
    """The score as it may be written: one staff for each track, up to four voices in each."""
    starts = [measure.start_qn for measure in score.measures]

    def place(time_qn: Fraction) -> Place:
        index = max(bisect_right(starts, time_qn) - 1, 0)
        return Place(index, max(time_qn - starts[index], Fraction(0)))

    chords: list[WrittenChord] = []
    for track in range(len(score.tracks)):
        notes = [note for note in score.notes if note.track == track]
        grid = _Grid(notes)
        spans = [_span(note, grid, score.end_qn) for note in notes]
        for voice, row in enumerate(_voices(notes, spans), start=1):
            for start, end, heads in row:
                chords += _written(start, end, heads, track, voice, [*starts, score.end_qn])
    return WrittenScore(
        title=score.title,
        tracks=tuple(replace(track, staff_count=1) for track in score.tracks),
        staff_tracks=tuple((track, 1) for track in range(len(score.tracks))),
        bars=tuple(WrittenBar(m.length_qn, m.meter, m.printed or str(m.bar)) for m in score.measures),
        chords=tuple(chords),
        tempi=tuple(WrittenTempo(place(t.onset_qn), t.quarters_per_minute) for t in score.tempi),
        marks=tuple((mark.name, place(mark.onset_qn)) for mark in score.marks),
    )


class _Grid:
    """The steps of each quarter note of a part."""

    def __init__(self, notes: Iterable[Note]) -> None:
        times: dict[int, set[Fraction]] = defaultdict(set)
        for note in notes:
            for time in (note.onset_qn, note.onset_qn + note.length_qn):
                times[floor(time)].add(time - floor(time))
        self.steps = {beat: _steps(offsets) for beat, offsets in times.items()}

    def near(self, time_qn: Fraction) -> Fraction:
        """The nearest time on the grid."""
        beat = floor(time_qn)
        steps = self.steps.get(beat, 1)
        return beat + Fraction(floor((time_qn - beat) * steps + Fraction(1, 2)), steps)

    def step_qn(self, time_qn: Fraction) -> Fraction:
        return Fraction(1, self.steps.get(floor(time_qn), 1))


def _steps(offsets: Iterable[Fraction]) -> int:
    for steps in GRIDS:
        if all(abs(o * steps - floor(o * steps + Fraction(1, 2))) <= TOLERANCE_QN * steps for o in offsets):
            return steps
    return FINEST


def _span(note: Note, grid: _Grid, end_qn: Fraction) -> tuple[Fraction, Fraction]:
    """The beginning and the end of a note on the grid: at least one step apart, never after the last bar."""
    start = grid.near(note.onset_qn)
    start = min(start, end_qn - grid.step_qn(note.onset_qn))
    return start, min(max(grid.near(note.onset_qn + note.length_qn), start + grid.step_qn(start)), end_qn)


_Row = list[tuple[Fraction, Fraction, list[Note]]]


def _voices(notes: Sequence[Note], spans: Sequence[tuple[Fraction, Fraction]]) -> list[_Row]:
    """Chords of one length in as few voices as hold them; in a fifth voice the last one's notes are cut."""
    groups: dict[tuple[Fraction, Fraction], list[Note]] = {}
    for span, note in sorted(zip(spans, notes, strict=True), key=lambda entry: (entry[0], -entry[1].pitch)):
        group = groups.setdefault(span, [])
        if all(note.pitch != other.pitch for other in group):
            group.append(note)
    rows: list[_Row] = []
    for (start, end), heads in groups.items():
        row = next((row for row in rows if row[-1][1] <= start), None)
        if row is None and len(rows) < VOICES:
            row = []
            rows.append(row)
        elif row is None:
            row = rows[-1]
            if row[-1][0] == start:
                row[-1][2].extend(h for h in heads if all(h.pitch != o.pitch for o in row[-1][2]))
                continue
            row[-1] = (row[-1][0], start, row[-1][2])
        row.append((start, end, heads))
    return rows


def _written(
    start: Fraction, end: Fraction, heads: Sequence[Note], track: int, voice: int, bars: Sequence[Fraction]
) -> list[WrittenChord]:
    """A chord as tied note values within its bars."""
    pieces: list[tuple[int, Fraction, Fraction]] = []
    index = max(bisect_right(bars, start, hi=len(bars) - 1) - 1, 0)
    here = start
    while here < end:
        stop = min(end, bars[index + 1])
        pieces += ((index, a - bars[index], b - bars[index]) for a, b in _values(here, stop, bars[index]))
        here = stop
        index += 1
    found = []
    for number, (bar, begin, stop) in enumerate(pieces):
        first, last = number == 0, number == len(pieces) - 1
        sung = [n for n in heads if n.lyric is not None and n.syllabic != HELD] if first else []
        found.append(
            WrittenChord(
                place=Place(bar, begin),
                length_qn=stop - begin,
                staff=track,
                voice=voice,
                notes=tuple(WrittenNote(n.pitch, not last, not first) for n in heads),
                track=track,
                lyrics=tuple((1, n.lyric) for n in sung[:1] if n.lyric is not None),
                syllabics=tuple(n.syllabic for n in sung[:1]),
            )
        )
    return found


def _values(start: Fraction, end: Fraction, bar: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Stretches that a note value has each: whole if it has one, else cut at the beats."""
    found = []
    while start < end:
        stop = end
        if not (is_binary(start - bar) and is_binary(end - bar)):
            # A tuplet is written within its beat.
            beat = bar + floor(start - bar) + 1
            whole = is_binary(start - bar) and end > beat
            stop = bar + floor(end - bar) if whole else min(end, beat)
        if value_of(stop - start) is None:
            beat = bar + floor(start - bar) + 1
            stop = beat if beat < stop else start + _longest(stop - start)
        found.append((start, stop))
        start = stop
    return found


def _longest(length: Fraction) -> Fraction:
    """The longest plain note value that is not longer."""
    value = Fraction(1)
    while value > length and value > Fraction(1, 256):
        value /= 2
    return value if value <= length else length
