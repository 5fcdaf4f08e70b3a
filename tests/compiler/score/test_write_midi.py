"""A heard score as MIDI, read by our own reader: bars and beats where they were heard, without drift."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from musicvis.compiler.reports.bar_shift import bar_shift, classes_of_bars
from musicvis.compiler.score.midi.write import (
    WrittenNote,
    WrittenScore,
    WrittenTrack,
    beat_length,
    beats_of,
    midi_bytes,
)
from musicvis.compiler.score.model import HeardFrom, Meter
from musicvis.compiler.score.read import read_score
from musicvis.compiler.time.clock import Clock

HEARD = HeardFrom((("Größe.mp3", "ab" * 32),), 97.3, (48.7, 194.6))


def written(
    beats_s: tuple[float, ...], places: tuple[int, ...], meter: Meter, *notes: WrittenNote
) -> WrittenScore:
    notes = notes or (WrittenNote(beats_s[0], beats_s[-1], 60, 0.5),)
    return WrittenScore(beats_s, places, meter, (WrittenTrack("Song", notes),), HEARD, (("A", 4),))


def test_five_minutes_of_uneven_beats_do_not_drift() -> None:
    steps = 0.6 + 0.1 * np.sin(np.arange(480)) + 1 / 3e6
    beats_s = tuple((0.35 + np.concatenate([[0.0], np.cumsum(steps)])).tolist())
    score = read_score(midi_bytes(written(beats_s, tuple(i % 4 for i in range(481)), Meter(4, 4))), "a.mid")
    clock = Clock.from_score(score)
    found = [float(clock.seconds(measure.start_qn)) for measure in score.measures]
    assert len(found) == 120
    assert found == pytest.approx([beat_s - 0.35 for beat_s in beats_s[:480:4]], abs=6e-5)


def test_an_even_beat_has_few_tempo_marks_and_does_not_drift() -> None:
    beats_s = tuple(60 / 126 * i for i in range(481))
    score = read_score(midi_bytes(written(beats_s, tuple(i % 4 for i in range(481)), Meter(4, 4))), "a.mid")
    # A MIDI file has whole microseconds: 60/126 s is 476190.476.
    assert len(score.tempi) <= 480 * 0.476 / 50 + 1
    clock = Clock.from_score(score)
    found = [float(clock.seconds(measure.start_qn)) for measure in score.measures]
    assert found == pytest.approx(beats_s[:480:4], abs=6e-5)


def test_a_pickup_is_a_first_shorter_bar() -> None:
    beats_s = tuple(0.5 * i for i in range(12))
    score = read_score(midi_bytes(written(beats_s, (3, *(i % 4 for i in range(11))), Meter(4, 4))), "a.mid")
    assert [(str(m.meter), m.length_qn) for m in score.measures[:3]] == [("1/4", 1), ("4/4", 4), ("4/4", 4)]
    assert score.findings == ()


def test_three_quavers_are_a_beat_of_six_eight() -> None:
    assert (beat_length(Meter(6, 8)), beats_of(Meter(6, 8))) == (Fraction(3, 2), 2)
    assert (beat_length(Meter(7, 8)), beats_of(Meter(7, 8))) == (Fraction(1, 2), 7)
    assert (beat_length(Meter(3, 4)), beats_of(Meter(3, 4))) == (1, 3)
    beats_s = tuple(0.75 * i for i in range(9))
    score = read_score(midi_bytes(written(beats_s, (0, 1) * 4 + (0,), Meter(6, 8))), "a.mid")
    clock = Clock.from_score(score)
    assert [float(clock.seconds(m.start_qn)) for m in score.measures] == pytest.approx(
        [0, 1.5, 3, 4.5], abs=1e-5
    )


def test_the_recordings_of_a_detected_score_are_read_back() -> None:
    data = midi_bytes(written((0.0, 0.6, 1.2, 1.8, 2.4), (0, 1, 2, 3, 0), Meter(4, 4)))
    score = read_score(data, "a.mid")
    assert score.heard == replace(HEARD, bar_1_s=0.0)
    later = read_score(midi_bytes(written((-0.4936, 0.5, 1.5), (0, 1, 2), Meter(3, 4))), "a.mid")
    assert later.heard == replace(HEARD, bar_1_s=-0.4936)
    assert [(mark.name, mark.onset_qn) for mark in score.marks] == [("A", 4)]
    assert [track.name for track in score.tracks] == ["Song"]
    assert midi_bytes(written((0.0, 0.6, 1.2, 1.8, 2.4), (0, 1, 2, 3, 0), Meter(4, 4))) == data


def test_notes_stand_at_their_times() -> None:
    beats_s = (0.0, 0.5, 1.1, 1.6, 2.2)
    score = read_score(
        midi_bytes(written(beats_s, (0, 1, 2, 3, 0), Meter(4, 4), WrittenNote(0.8, 1.35, 64, 1.0))), "a.mid"
    )
    (note,) = score.notes
    assert (note.onset_qn, note.gate_qn, note.velocity) == (Fraction(3, 2), 1, 127)


def test_the_shift_between_heard_and_written_bars_is_found() -> None:
    beats_s = tuple(0.5 * i for i in range(41))
    tune = [WrittenNote(2.0 * i, 2.0 * i + 1.9, 60 + (i * 5) % 12, 0.5) for i in range(10)]
    score = read_score(
        midi_bytes(written(beats_s, tuple(i % 4 for i in range(41)), Meter(4, 4), *tune)), "a.mid"
    )
    classes = classes_of_bars(score)
    assert classes[3].argmax() == 3
    later = bar_shift(classes[1:], classes)
    assert (later.bars, later.agreeing, later.compared, later.is_told) == (1, 9, 9, True)
    assert bar_shift(classes, classes[2:]).bars == -2
    assert not bar_shift(np.roll(classes, 6, axis=1), classes[:2]).is_told
