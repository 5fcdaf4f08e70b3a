"""One piece from its formats: data/waltz.mscx is ours, the others are MuseScore 3.2.3's exports of it."""

from fractions import Fraction
from pathlib import Path

import pytest
from musicvis.compiler.score.model import Note, Score
from musicvis.compiler.score.read import read_score_file

DATA = Path(__file__).parent / "data"


def heard(score: Score) -> list[tuple[int, int, int, int]]:
    """(tick, pitch, bar as played, velocity), in order; MIDI cuts onsets inside a chord to ticks."""
    starts = {(m.bar, m.pass_number): i for i, m in enumerate(score.measures, start=1)}
    return sorted(
        (int(n.onset_qn * 480), n.pitch, starts[(n.bar, n.pass_number)], n.velocity) for n in score.notes
    )


def on_paper(note: Note) -> tuple[object, ...]:
    return (
        note.onset_qn,
        note.pitch,
        note.length_qn,
        note.gate_qn,
        note.velocity,
        note.bar,
        note.pass_number,
        note.beat,
        note.staff,
        note.voice,
        note.grace,
    )


@pytest.mark.parametrize("name", ["waltz.mscz", "waltz.musicxml", "waltz.mxl"])
def test_notated_formats_give_the_same_notes_to_the_last_fraction(name: str) -> None:
    score = read_score_file(DATA / name)
    original = read_score_file(DATA / "waltz.mscx")
    assert sorted(map(on_paper, score.notes)) == sorted(map(on_paper, original.notes))
    assert score.tempi == original.tempi
    assert [(m.bar, m.pass_number, m.start_qn, m.length_qn) for m in score.measures] == [
        (m.bar, m.pass_number, m.start_qn, m.length_qn) for m in original.measures
    ]
    assert [(t.name, t.program, t.staff_count) for t in score.tracks] == [
        (t.name, t.program, t.staff_count) for t in original.tracks
    ]


def test_the_midi_export_sounds_at_the_same_ticks_in_the_same_bars() -> None:
    midi, notated = heard(read_score_file(DATA / "waltz.mid")), heard(read_score_file(DATA / "waltz.mscx"))
    assert [note[:3] for note in midi] == [note[:3] for note in notated]
    # MuseScore 3.2.3, which made the MIDI file, ends a hairpin a tick earlier than MuseScore 3.6, and grace
    # notes there are as loud as their chord.
    assert all(abs(a[3] - b[3]) <= 1 for a, b in zip(midi, notated, strict=True))


def test_the_waltz_is_what_its_maker_wrote() -> None:
    score = read_score_file(DATA / "waltz.mscx")
    assert [(m.bar, m.pass_number, m.printed) for m in score.measures] == [
        (1, 1, ""),
        (2, 1, "1"),
        (3, 1, "2"),
        (2, 2, "1"),
        (4, 1, "3"),
        (5, 1, "4"),
    ]
    clarinet = [n for n in score.notes if n.track == 0]
    # The pickup, then a half note and a triplet that starts on beat 3 of the first full bar.
    assert [(n.onset_qn, n.pitch) for n in clarinet[:5]] == [
        (0, 65),
        (1, 70),
        (3, 69),
        (Fraction(10, 3), 70),
        (Fraction(11, 3), 72),
    ]
    # A tie inside bar 3: one note of three quarters, accented at f: 96 * 150 % is more than 127.
    assert (clarinet[5].length_qn, clarinet[5].velocity, clarinet[5].articulations) == (3, 127, ("accent",))
    # The hairpin from p (49) to f (96) over three quarters, at its second quarter: 49 + 47 * 2/3.
    assert clarinet[2].velocity == 49 + 47 * 2 // 3
    assert [(str(t.onset_qn), str(t.quarters_per_minute)) for t in score.tempi] == [("0", "95"), ("12", "75")]
