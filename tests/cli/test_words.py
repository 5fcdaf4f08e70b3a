"""Words from the command line: a song of two lines, its classes by meaning, its subtitles."""

import json
from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from click.testing import Result
from musicvis.cli.pin import pinned

Run = Callable[..., Result]
SONG = ("The ", "snow ", "lies ", "deep ", "up", "on ", "the ", "hill. ", "Ring ", "the ", "bell!")
MANIFEST = """\
musicvis: 1
title: Snow
score: song.mid
visuals:
  classes_by: meaning
  classes:
    hill: {like: mountain}
    other: pier   # stays
  rules: [{where: {word: upon}, class: {like: church}}]
video: {size: 64x36, fps: 10, lyrics: {part: Voice, fade: 0s}}
"""


@pytest.fixture
def song(tmp_path: Path) -> Path:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Voice")])
    for text in SONG:
        track.append(mido.MetaMessage("lyrics", text=text))
        track.append(mido.Message("note_on", note=60, velocity=80))
        track.append(mido.Message("note_off", note=60, time=480))
    mido.MidiFile(tracks=[track]).save(tmp_path / "song.mid")
    (tmp_path / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


def test_notes_tell_the_word_of_each_syllable(song: Path, run: Run) -> None:
    records = json.loads(run("notes", song, "--json").stdout)
    assert [record["word"] for record in records][3:8] == ["deep", "upon", "upon", "the", "hill."]
    assert [record["classes"][0]["name"] for record in records][4:6] == ["church", "church"]


def test_ten_classes_are_listed_by_meaning(run: Run) -> None:
    found = json.loads(run("classes", "--like", "church bells", "--json").stdout)
    assert len(found) == 10
    assert "church" in {entry["names"][0] for entry in found[:3]}


def test_pin_writes_the_answers_and_leaves_all_else() -> None:
    text, lines = pinned(MANIFEST, "piece.yaml")
    assert len(lines) == 2
    assert "like:" not in text
    assert "    other: pier   # stays\n" in text
    assert pinned(text, "piece.yaml") == (text, [])


def test_subtitles_have_the_lines_and_the_times_of_the_words(song: Path, run: Run) -> None:
    run("subtitles", song)
    (srt,) = (song / "build").glob("*.srt")
    assert srt.read_text(encoding="utf-8") == (
        "1\n00:00:00,000 --> 00:00:04,000\nThe snow lies deep upon the hill.\n\n"
        "2\n00:00:04,000 --> 00:00:06,000\nRing the bell!\n"
    )
    assert "<00:00:04.500>the" in srt.with_suffix(".vtt").read_text(encoding="utf-8")
    assert "[00:04.00] <00:04.00> Ring" in srt.with_suffix(".lrc").read_text(encoding="utf-8")


def test_a_new_piece_proposes_classes_word_by_word(song: Path, run: Run, tmp_path: Path) -> None:
    run("new", song / "song.mid", tmp_path / "made", "--by-lyrics")
    text = (tmp_path / "made" / "piece.yaml").read_text(encoding="utf-8")
    assert "classes_by: lyric" in text
    assert "    bell: " in text
    assert run("check", tmp_path / "made").exit_code == 0
