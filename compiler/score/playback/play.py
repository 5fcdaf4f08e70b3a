"""A score on paper, played: repeats unrolled, ties joined, graces, tremolos, gates and velocities worked out.

Where notes sound follows MuseScore 3's rendering of a score to MIDI (libmscore/rendermidi.cpp): grace notes
take their time from the chord they lean on, in whole thousandths of its length.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ....dsl.findings.diagnostics import Diagnostic
from ..guard.faults import fault
from ..guard.limits import MAX_DENOMINATOR, MAX_NOTES, MAX_TEMPI, check_seconds
from ..model import HELD, Measure, Note, RehearsalMark, Score, TempoMark
from .repeats import order_findings, playing_order
from .strokes import Stroke, strokes_of
from .tempo import PaperTempo, played_tempi
from .ties import ties_of
from .velocity import Loudness
from .written import WrittenChord, WrittenScore, bar_starts


@dataclass(frozen=True, slots=True)
class _Sound:
    """A note of a bar, wherever and however often the bar is played."""

    stroke: Stroke
    chord: WrittenChord
    velocity: int
    is_first: bool = True
    """Whether it is the first stroke of its chord, except for graces."""


def play(score: WrittenScore, name: str, digest: str, findings: Sequence[Diagnostic] = ()) -> Score:
    """The score as it sounds.

    Raises PieceError MV408 for more bars, notes or hours than any piece has.
    """
    starts = bar_starts(score.bars, name)
    tempo = PaperTempo(score, starts)
    order = playing_order(score.bars, score.voltas, name)
    if not order:
        raise fault("MV407", name, "its endings leave out every bar", "number the endings 1, 2, ...")
    measures = _measures(score, order)
    # Before any note is made: a piece of a thousand repeats is refused at once.
    tempi = _tempi(score, measures, starts, tempo, order, name)
    check_seconds(tempi, measures[-1].end_qn, name)
    sounds = _sounds(score, starts, tempo, name)
    notes: list[Note] = []
    for measure in measures:
        heard = sounds.get(measure.bar - 1, ())
        if len(notes) + len(heard) > MAX_NOTES:
            raise fault("MV408", name, f"more than {MAX_NOTES} notes once its repeats are unrolled")
        notes.extend(_note(sound, measure, score) for sound in heard)
    # Floats first: they keep the order of fractions, and compare faster.
    notes.sort(key=lambda n: (float(n.onset_qn), n.onset_qn, n.track, n.staff, n.voice, n.pitch))
    return Score(
        title=score.title,
        tracks=score.tracks,
        notes=tuple(notes),
        measures=tuple(measures),
        tempi=tempi,
        marks=_marks(score, measures),
        digest=digest,
        findings=(*findings, *order_findings(score.bars, order, name)),
    )


def _measures(score: WrittenScore, order: Sequence[int]) -> list[Measure]:
    passes: Counter[int] = Counter()
    measures = []
    start = Fraction(0)
    for index in order:
        bar = score.bars[index]
        passes[index] += 1
        measures.append(Measure(index + 1, passes[index], start, bar.length_qn, bar.meter, bar.printed))
        start += bar.length_qn
    return measures


def _sounds(
    score: WrittenScore, starts: Sequence[Fraction], tempo: PaperTempo, name: str
) -> dict[int, list[_Sound]]:
    """The sounds of each bar of the file, by bar index."""
    loudness = Loudness(score, starts, tempo)
    links = ties_of(score.chords, starts, [track for track, _ in score.staff_tracks])
    by_bar: dict[tuple[int, int], list[_Sound]] = {}
    count = 0
    for index, chord in enumerate(score.chords):
        start = starts[chord.place.bar_index] + chord.place.offset_qn
        sounds = by_bar.setdefault((chord.staff, chord.place.bar_index), [])
        strokes = strokes_of(index, score.chords, links, tempo.at(start))
        first_qn = min((s.delay_qn for s in strokes if not s.grace), default=Fraction(0))
        for stroke in strokes:
            # Each stroke has the loudness of its own moment: a roll under a hairpin grows.
            dynamic = loudness.at(chord.staff, chord.voice, start + stroke.delay_qn)
            velocity = _velocity(stroke, chord, dynamic)
            sounds.append(_Sound(stroke, chord, velocity, stroke.delay_qn == first_qn))
            count += 1
            if stroke.length_qn.denominator > MAX_DENOMINATOR:
                raise fault("MV407", name, "its tied notes add up to no playable length")
            if count > MAX_NOTES:
                raise fault("MV408", name, f"more than {MAX_NOTES} notes")
    result: dict[int, list[_Sound]] = {}
    for (staff, bar), sounds in by_bar.items():
        if (staff, bar) not in score.bar_repeats:
            result.setdefault(bar, []).extend(sounds)
    for staff, bar in sorted(score.bar_repeats):
        source = _source_bar(score, staff, bar)
        result.setdefault(bar, []).extend(by_bar.get((staff, source), ()))
    return result


def _source_bar(score: WrittenScore, staff: int, bar: int) -> int:
    """The bar that a measure repeat repeats, through a row of such signs."""
    while bar > 0 and (staff, bar) in score.bar_repeats:
        bar -= score.bar_repeats[(staff, bar)]
    return max(bar, 0)


def _velocity(stroke: Stroke, chord: WrittenChord, dynamic: int) -> int:
    note = stroke.note
    velocity = dynamic
    for percent in chord.velocity_percents:
        velocity = velocity * percent // 100
    if note.velocity is not None:
        return min(note.velocity, 127)
    if note.velocity_percent:
        velocity += int(Fraction(velocity * note.velocity_percent, 100))
    return min(max(velocity, 1), 127)


def _note(sound: _Sound, measure: Measure, score: WrittenScore) -> Note:
    chord, stroke = sound.chord, sound.stroke
    in_bar = chord.place.offset_qn
    if stroke.delay_qn:
        in_bar += stroke.delay_qn
    lyric, syllabic = (None, "single") if stroke.grace else _lyric(chord, measure.pass_number)
    if lyric is not None and not sound.is_first:
        syllabic = HELD
    return Note(
        onset_qn=measure.start_qn + in_bar,
        length_qn=stroke.length_qn,
        gate_qn=stroke.gate_qn,
        pitch=stroke.pitch,
        velocity=sound.velocity,
        track=chord.track,
        staff=score.staff_tracks[chord.staff if chord.shown_staff is None else chord.shown_staff][1],
        voice=chord.voice,
        bar=measure.bar,
        pass_number=measure.pass_number,
        onset_in_bar_qn=in_bar,
        beat=(in_bar if measure.meter.denominator == 4 else in_bar / measure.meter.beat_qn) + 1,
        grace=stroke.grace,
        lyric=lyric,
        syllabic=syllabic,
        articulations=chord.articulations if not stroke.grace else (),
    )


def _lyric(chord: WrittenChord, pass_number: int) -> tuple[str | None, str]:
    """(text, syllabic) of the verse of this pass; where there are fewer verses, of the last one there is."""
    if not chord.lyrics:
        return None, "single"
    sung = [
        (verse, text, chord.syllabics[index] if index < len(chord.syllabics) else "single")
        for index, (verse, text) in enumerate(chord.lyrics)
        if verse <= pass_number
    ]
    if not sung:
        return None, "single"
    _, text, syllabic = max(sung)
    # An empty text is a note that an earlier syllable is held over.
    return (text, syllabic) if text else (None, "single")


def _tempi(
    score: WrittenScore,
    measures: Sequence[Measure],
    starts: Sequence[Fraction],
    tempo: PaperTempo,
    order: Sequence[int],
    name: str,
) -> tuple[TempoMark, ...]:
    marks: list[TempoMark] = []
    pauses: list[tuple[Fraction, Fraction]] = []
    by_bar: dict[int, list[tuple[Fraction, Fraction]]] = {}
    for pause in score.pauses:
        by_bar.setdefault(pause.place.bar_index, []).append((pause.place.offset_qn, pause.seconds))
    for position, (measure, index) in enumerate(zip(measures, order, strict=True)):
        here = starts[index]
        for time, value in tempo.between(here, here + measure.length_qn):
            marks.append(TempoMark(measure.start_qn + time - here, value))
        if len(marks) > MAX_TEMPI:
            raise fault(
                "MV408", name, f"more than {MAX_TEMPI} changes of tempo once its repeats are unrolled"
            )
        pauses.extend((measure.start_qn + offset, length) for offset, length in by_bar.get(index, ()))
        section = score.bars[index].section_break_s
        if section and position + 1 < len(measures):
            pauses.append((measure.end_qn, section))
    return played_tempi(marks, pauses)


def _marks(score: WrittenScore, measures: Sequence[Measure]) -> tuple[RehearsalMark, ...]:
    """Rehearsal marks where they are passed for the first time."""
    first = {measure.bar - 1: measure for measure in reversed(measures)}
    found = [
        RehearsalMark(name, first[place.bar_index].start_qn + place.offset_qn)
        for name, place in score.marks
        if place.bar_index in first
    ]
    return tuple(sorted(found, key=lambda mark: mark.onset_qn))
