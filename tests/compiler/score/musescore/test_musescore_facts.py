"""Scores of ours, one feature each, against MuseScore's own MIDI export of them.

The facts in data/musescore3.json were made by MuseScore 3.2.3, `mscore3 -f FILE -o out.mid`: notes as [tick,
pitch, velocity, ticks held], tempi as [tick, microseconds per quarter note], 480 ticks in a quarter note.
Where mscore3 is installed they are made again. Hairpins and rows of grace notes are played as since MuseScore
3.6: the facts in data/musescore4.json are from the npm package webmscore 1.2.1, which is MuseScore 4.0; it
ends every note a tick early, which is added.
"""

import json
import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from musicvis.compiler.score.model import Note, Score
from musicvis.compiler.score.read import read_score_file

DATA = Path(__file__).parents[1] / "data"
FACTS_3 = json.loads((DATA / "musescore3.json").read_text())
FACTS = FACTS_3 | json.loads((DATA / "musescore4.json").read_text())
# MuseScore puts pauses into MIDI as extra ticks, and drops a note whose key is already down on its channel:
# these have tests of their own below.
OTHERWISE = {
    "section_break.mscx",
    "breath.mscx",
    "voices.mscx",
    "unisons.mscx",
    "musescore2/arts.mscx",
}
# A slur of MuseScore 2 needs an element of its own that this file leaves out; mscore3 does not see it.
# MuseScore 4.0 holds a note behind an acciaccatura for its full length, past the next note's beginning.
GATES_OTHERWISE = {"musescore2/slur.mscx", "graces.mscx"}
PLAIN = sorted(set(FACTS) - OTHERWISE)


def matched(score: Score, facts: list[list[int]]) -> list[tuple[Note, list[int]]]:
    """Each note with the fact of its pitch at its tick: MuseScore rounds or cuts to a tick, so less than one
    apart.
    """
    left = [list(fact) for fact in facts]
    pairs = []
    for note in score.notes:
        near = [f for f in left if f[1] == note.pitch and abs(f[0] - note.onset_qn * 480) < 1]
        assert near, f"MuseScore plays no {note.pitch} at {float(note.onset_qn * 480)}"
        best = min(near, key=lambda f: (abs(f[0] - note.onset_qn * 480), f[2] != note.velocity))
        left.remove(best)
        pairs.append((note, best))
    assert left == []
    return pairs


def seconds_at(onset_qn: Fraction, tempi: list[tuple[Fraction, Fraction]]) -> float:
    """Seconds at a place, from (onset, quarters per minute) marks."""
    seconds = Fraction(0)
    for (start, tempo), following in zip(tempi, [*tempi[1:], None], strict=True):
        end = onset_qn if following is None else min(onset_qn, following[0])
        if end > start:
            seconds += (end - start) * 60 / tempo
    return float(seconds)


def score_seconds(score: Score) -> list[float]:
    marks = [(mark.onset_qn, mark.quarters_per_minute) for mark in score.tempi]
    return [seconds_at(note.onset_qn, marks) for note in score.notes]


def fact_marks(facts: dict[str, list[list[int]]]) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(tick, 480), Fraction(60_000_000, us)) for tick, us in facts["tempi"]]


@pytest.mark.parametrize("name", PLAIN)
def test_every_onset_pitch_velocity_and_gate_is_musescores(name: str) -> None:
    pairs = matched(read_score_file(DATA / name), FACTS[name]["notes"])
    assert [note.velocity for note, _ in pairs] == [fact[2] for _, fact in pairs]
    if name not in GATES_OTHERWISE:
        # Two ticks: MuseScore rounds the chord's length to ticks, then cuts each share of it.
        assert all(abs(note.gate_qn * 480 - fact[3]) < 2 for note, fact in pairs)


@pytest.mark.parametrize("name", [name for name in PLAIN if not name.startswith("tempi_in_repeats")])
def test_every_note_sounds_at_musescores_second(name: str) -> None:
    score = read_score_file(DATA / name)
    marks = fact_marks(FACTS[name])
    for (_, fact), ours in zip(matched(score, FACTS[name]["notes"]), score_seconds(score), strict=True):
        # One tick at 75 quarters a minute, and the microseconds that a MIDI tempo rounds off.
        assert abs(seconds_at(Fraction(fact[0], 480), marks) - ours) < 1 / 600 + 1e-4


@pytest.mark.parametrize("name", ["section_break.mscx", "breath.mscx"])
def test_a_pause_takes_the_seconds_that_musescore_gives_it(name: str) -> None:
    score = read_score_file(DATA / name)
    theirs = sorted(
        (seconds_at(Fraction(f[0], 480), fact_marks(FACTS[name])), f[1]) for f in FACTS[name]["notes"]
    )
    ours = sorted(zip(score_seconds(score), [note.pitch for note in score.notes], strict=True))
    assert [pitch for _, pitch in ours] == [pitch for _, pitch in theirs]
    assert [second for second, _ in ours] == pytest.approx([second for second, _ in theirs], abs=1e-4)


@pytest.mark.parametrize("name", ["voices.mscx", "unisons.mscx"])
def test_unisons_are_notes_of_their_own_though_musescore_plays_one(name: str) -> None:
    ours = {(note.onset_qn * 480, note.pitch) for note in read_score_file(DATA / name).notes}
    theirs = {(fact[0], fact[1]) for fact in FACTS[name]["notes"]}
    assert theirs <= ours
    assert ours - theirs <= {(1440, 67)}


def test_the_two_voices_of_a_unison_both_have_their_note() -> None:
    starts = [(n.onset_qn, n.pitch, n.voice) for n in read_score_file(DATA / "unisons.mscx").notes]
    assert starts == [(0, 60, 1), (0, 60, 2), (1, 64, 1), (1, 64, 2), (2, 67, 1), (3, 67, 2)]


def test_ornaments_are_named_on_each_of_their_notes() -> None:
    notes = read_score_file(DATA / "arpeggio_and_ornaments.mscx").notes
    names = {note.bar: set() for note in notes}
    for note in notes:
        names[note.bar] |= set(note.articulations)
    assert set.union(*names.values()) == {"trill", "mordent", "turn"}


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore 3 is not installed")
def test_the_facts_are_what_the_installed_musescore_exports(tmp_path: Path) -> None:
    jobs = [
        {"in": str(DATA / name), "out": str(tmp_path / f"{i}.mid")} for i, name in enumerate(sorted(FACTS_3))
    ]
    (tmp_path / "jobs.json").write_text(json.dumps(jobs))
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    subprocess.run(
        ["mscore3", "-f", "-j", str(tmp_path / "jobs.json")],
        check=True,
        capture_output=True,
        timeout=300,
        env=environment,
    )
    for index, name in enumerate(sorted(FACTS_3)):
        played = []
        for track in mido.MidiFile(tmp_path / f"{index}.mid").tracks:
            tick = 0
            for message in track:
                tick += message.time
                if message.type == "note_on" and message.velocity:
                    played.append([tick, message.note, message.velocity])
        assert sorted(played) == sorted(fact[:3] for fact in FACTS_3[name]["notes"]), name
