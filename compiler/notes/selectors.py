"""Applies selectors to notes: every written key must match; a list matches if any item does."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.values.nearest import nearest
from ...dsl.values.position import Duration, DurationUnit
from ...dsl.values.selector import LengthRange, NumberRange, PitchRange, Where
from ..score.model import Note
from ..score.part_note import PartNote
from ..time.clock import Clock, unknown_mark
from ..words.sung import glob_key, sung_words, unsung

Test = Callable[[int], bool]
"""A selector's test: whether it matches the note at an index of the list."""


def selected(
    where: Where, notes: Sequence[PartNote], clock: Clock, span: Span, findings: Findings
) -> tuple[bool, ...]:
    """For each note, whether a selector matches it; false for all if the selector has an error."""
    tests = _tests(where, notes, clock, span, findings)
    if tests is None:
        return (False,) * len(notes)
    remaining = list(range(len(notes)))
    for test in tests:
        remaining = [i for i in remaining if test(i)]
    mask = [False] * len(notes)
    for i in remaining:
        mask[i] = True
    return tuple(mask)


def _tests(
    where: Where, notes: Sequence[PartNote], clock: Clock, span: Span, findings: Findings
) -> list[Test] | None:
    spans = dict(where.spans)
    tests: list[Test] = []

    def of_notes(test: Callable[[Note], bool]) -> None:
        tests.append(lambda i: test(notes[i].note))

    if where.within:
        within = tuple(glob.casefold() for glob in where.within)
        tests.append(lambda i: any(fnmatchcase(notes[i].part.casefold(), glob) for glob in within))
    if where.parts:
        names = sorted({note.part for note in notes})
        globs = tuple(glob.casefold() for glob in where.parts)
        for written, glob in zip(where.parts, globs, strict=True):
            if not any(fnmatchcase(name.casefold(), glob) for name in names):
                findings.add(_unknown_part(written, names, spans.get("part", span)))
                return None
        tests.append(lambda i: any(fnmatchcase(notes[i].part.casefold(), glob) for glob in globs))
    if where.staves:
        of_notes(lambda note: note.staff in where.staves)
    if where.voices:
        of_notes(lambda note: note.voice in where.voices)
    if where.pitches:
        of_notes(lambda note: any(_has_pitch(wanted, note.pitch) for wanted in where.pitches))
    if where.ranges:
        stretches = [clock.locate_range(written, findings) for written in where.ranges]
        known = [stretch for stretch in stretches if stretch is not None]
        if len(known) < len(stretches):
            return None
        of_notes(lambda note: any(start <= note.onset_qn < end for start, end in known))
    if where.sections:
        sections = _sections(where.sections, clock, spans.get("section", span), findings)
        if sections is None:
            return None
        of_notes(lambda note: any(start <= note.onset_qn < end for start, end in sections))
    if where.beats:
        of_notes(lambda note: any(note.beat == _beat_number(beat, note, clock) for beat in where.beats))
    if where.every is not None:
        every = where.every
        of_notes(lambda note: _on_grid(note, every, clock))
    if where.velocities:
        of_notes(lambda note: any(_holds(wanted, Fraction(note.velocity)) for wanted in where.velocities))
    if where.lengths:
        of_notes(lambda note: any(_has_length(wanted, note, clock) for wanted in where.lengths))
    if where.articulations:
        articulations = frozenset(where.articulations)
        of_notes(lambda note: not articulations.isdisjoint(note.articulations))
    if where.chord is not None:
        members = _chord_members(notes, where.chord)
        tests.append(lambda i: i in members)
    if where.lyrics:
        lyrics = tuple(glob.casefold() for glob in where.lyrics)
        of_notes(
            lambda note: (
                note.lyric is not None and any(fnmatchcase(note.lyric.casefold(), glob) for glob in lyrics)
            )
        )
    if where.words:
        sung = sung_words(notes)
        keys = {word.key for word in sung.words}
        words = tuple(map(glob_key, where.words))
        span = spans.get("word", span)
        findings.extend(
            unsung(written, keys, span)
            for written, glob in zip(where.words, words, strict=True)
            if not any(fnmatchcase(key, glob) for key in keys)
        )
        meant = {key for key in keys if any(fnmatchcase(key, glob) for glob in words)}
        tests.append(lambda i: not meant.isdisjoint(sung.keys_at(i)))
    return tests


def _unknown_part(written: str, names: Sequence[str], span: Span) -> Diagnostic:
    near = nearest(written, names, 1)
    hint = f"did you mean {near[0]}?" if near else "the parts that play are " + ", ".join(names[:12])
    return Diagnostic("MV320", span, f"no part is called {written}", hint)


def _has_pitch(wanted: PitchRange, pitch: int) -> bool:
    if wanted.pitch_class is not None:
        return pitch % 12 == wanted.pitch_class
    return wanted.low <= pitch <= wanted.high


def _sections(
    names: Sequence[str], clock: Clock, span: Span, findings: Findings
) -> list[tuple[Fraction, Fraction]] | None:
    """The sections from each mark of these names to the next mark of any name, or to the end."""
    marks = sorted(clock.marks, key=lambda mark: mark.onset_qn)
    found: list[tuple[Fraction, Fraction]] = []
    for name in names:
        stretches = [
            (mark.onset_qn, marks[i + 1].onset_qn if i + 1 < len(marks) else clock.end_qn)
            for i, mark in enumerate(marks)
            if mark.name.casefold() == name.casefold()
        ]
        if not stretches:
            findings.add(unknown_mark(name, marks, span))
            return None
        found += stretches
    return found


def _beat_number(beat: Fraction | str, note: Note, clock: Clock) -> Fraction:
    if isinstance(beat, Fraction):
        return beat
    measure = clock.measures[clock.measure_index(note.onset_qn)]
    count = measure.length_qn / measure.meter.beat_qn
    return Fraction(-(-count.numerator // count.denominator))


def _on_grid(note: Note, every: Duration, clock: Clock) -> bool:
    if every.unit is DurationUnit.BEATS:
        return (note.beat - 1) % every.value == 0
    if every.unit is DurationUnit.WHOLE_NOTES:
        return note.onset_in_bar_qn % (4 * every.value) == 0
    return clock.count(note.onset_qn, every.unit) % every.value == 0


def _holds(wanted: NumberRange, value: Fraction) -> bool:
    if wanted.low is not None and (value < wanted.low or (wanted.low_open and value == wanted.low)):
        return False
    return wanted.high is None or value < wanted.high or (not wanted.high_open and value == wanted.high)


def _has_length(wanted: LengthRange, note: Note, clock: Clock) -> bool:
    def quarters(duration: Duration | None) -> Fraction | None:
        return None if duration is None else clock.after(note.onset_qn, duration) - note.onset_qn

    return _holds(
        NumberRange(quarters(wanted.low), quarters(wanted.high), wanted.low_open, wanted.high_open),
        note.length_qn,
    )


def _chord_members(notes: Sequence[PartNote], place: str) -> frozenset[int]:
    """Indices of the notes at a place in their chord: the notes that one part begins at once, without
    graces.

    A note alone is top and bass of its chord; `any` means a chord of two notes at least.
    """
    chords: dict[tuple[str, Fraction, bool], list[int]] = {}
    for i, (note, part) in enumerate((entry.note, entry.part) for entry in notes):
        chords.setdefault((part, note.onset_qn, note.grace), []).append(i)
    members: set[int] = set()
    for chord in chords.values():
        pitches = [notes[i].note.pitch for i in chord]
        if place == "any":
            members.update(chord if len(chord) > 1 else ())
        else:
            wanted = max(pitches) if place == "top" else min(pitches)
            members.update(i for i, pitch in zip(chord, pitches, strict=True) if pitch == wanted)
    return frozenset(members)
