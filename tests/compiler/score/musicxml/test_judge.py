"""The MusicXML reader against music21, which shares no code with it: its corpus, and what it writes."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from musicvis.compiler.score.model import Score
from musicvis.compiler.score.read import read_score, read_score_file

music21 = pytest.importorskip("music21")

Heard = tuple[Fraction, int, Fraction]
# Without repeats, ornaments and grace notes, which music21 does not play.
CORPUS = ("bach/bwv66.6", "bach/bwv10.7", "bach/bwv102.7", "schoenberg/opus19/movement2")


def ours(score: Score) -> Counter[Heard]:
    return Counter((n.onset_qn, n.pitch, n.length_qn) for n in score.notes if not n.grace)


def theirs(parsed: Any) -> Counter[Heard]:
    """(onset, pitch, length) of every note at sounding pitch, tied notes joined."""
    found: Counter[Heard] = Counter()
    for part in parsed.toSoundingPitch().parts:
        for element in part.stripTies().flatten().notes:
            if element.duration.isGrace or "Harmony" in element.classes:
                continue
            onset = Fraction(element.offset).limit_denominator(65_536)
            length = Fraction(element.quarterLength).limit_denominator(65_536)
            found.update((onset, round(pitch.ps), length) for pitch in element.pitches)
    return found


@pytest.mark.parametrize("work", CORPUS)
def test_every_note_of_a_published_score_is_where_music21_finds_it(work: str) -> None:
    path = Path(str(music21.corpus.getWork(work)))
    parsed = music21.converter.parse(path, forceSource=True, storePickle=False)
    assert ours(read_score_file(path)) == theirs(parsed)


def written(score: Any) -> bytes:
    exporter = music21.musicxml.m21ToXml.GeneralObjectExporter(score)
    return bytes(exporter.parse())


def test_tuplets_ties_chords_and_transposition_that_music21_writes_are_read_back() -> None:
    note, chord, stream = music21.note, music21.chord, music21.stream
    upper = stream.Part([music21.instrument.Clarinet(), music21.meter.TimeSignature("3/4")])
    for number in range(9):
        upper.append(note.Note(60 + number, quarterLength=Fraction(1, 3)))
    for number in range(5):
        upper.append(note.Note(70 - number, quarterLength=Fraction(4, 5)))
    upper.append(note.Note("E4", quarterLength=6.5))
    lower = stream.Part([music21.instrument.Piano(), music21.meter.TimeSignature("3/4")])
    for number in range(4):
        lower.append(chord.Chord([48 + number, 52 + number, 55 + number], quarterLength=1.75))
        lower.append(note.Rest(quarterLength=0.25))
    score = stream.Score([upper, lower])
    data = written(score)
    parsed = music21.converter.parseData(data, format="musicxml")
    read = read_score(data, "a.musicxml")
    assert ours(read) == theirs(parsed)
    # A clarinet in B flat sounds a tone lower than it is written, and is written from these sounds.
    assert len(read.tracks) == 2 and len(read.notes) == 9 + 5 + 1 + 4 * 3
