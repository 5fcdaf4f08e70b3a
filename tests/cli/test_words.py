"""Words from the command line: a song of two lines, its classes by meaning, its subtitles."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from click.testing import Result
from musicvis.api.edits.pin import pinned

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
    assert lines == ["mountain: mountain", "church: church"]
    assert "    hill: mountain  # like mountain\n" in text and "class: church}" in text
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


def test_subtitles_are_written_where_they_are_wanted_in_the_kind_of_the_ending(
    song: Path, run: Run, tmp_path: Path
) -> None:
    run("subtitles", song)
    (beside,) = (song / "build").glob("*.lrc")
    made = run("subtitles", song, "-o", tmp_path / "mine.LRC", "--json")
    assert json.loads(made.stdout)["files"] == [str(tmp_path / "mine.LRC")]
    assert (tmp_path / "mine.LRC").read_bytes() == beside.read_bytes()
    assert run("subtitles", song, "-o", tmp_path / "mine.ass").exit_code == 2
    assert {path.name for path in tmp_path.glob("mine*")} == {"mine.LRC"}


def test_a_new_piece_proposes_classes_word_by_word(song: Path, run: Run, tmp_path: Path) -> None:
    run("new", song / "song.mid", tmp_path / "made", "--by-lyrics")
    text = (tmp_path / "made" / "piece.yaml").read_text(encoding="utf-8")
    assert "classes_by: lyric" in text
    assert re.search(r"    bell: chime +# [01]\.\d\d\n", text)
    assert run("check", tmp_path / "made").exit_code == 0


def test_proposals_of_a_song_with_sharps_keep_its_first_subject_for_the_rest(
    run: Run, tmp_path: Path
) -> None:
    track = mido.MidiTrack([mido.MetaMessage("lyrics", text="bell ")])
    for pitch in (61, 66):
        track.append(mido.Message("note_on", note=pitch, velocity=80))
        track.append(mido.Message("note_off", note=pitch, time=480))
    mido.MidiFile(tracks=[track]).save(tmp_path / "sharp.mid")
    assert run("new", tmp_path / "sharp.mid", tmp_path / "made", "--by-lyrics").exit_code == 0
    text = (tmp_path / "made/piece.yaml").read_text(encoding="utf-8")
    assert re.search(r"    other: [a-z]", text) and "    bell: " in text


def test_a_whole_text_gives_the_classes_of_a_new_piece(song: Path, run: Run, tmp_path: Path) -> None:
    text = tmp_path / "words.txt"
    text.write_text("\ufeffThe snow lies deep upon the hill,\nbells; bells! A castle on the hill.\n")
    made = run("new", song / "song.mid", tmp_path / "made", "--classes-from", text)
    assert made.exit_code == 0 and "MV6" not in made.stderr
    piece = (tmp_path / "made/piece.yaml").read_text(encoding="utf-8")
    # All notes of the song are C: the class that is meant most, by two bells.
    assert re.search(r"    C: chime +# bells\n", piece)
    assert run("check", tmp_path / "made").exit_code == 0


@pytest.mark.parametrize(
    ("data", "code", "fails"),
    [
        ("Läuten Glöckchen".encode("utf-16"), "MV007", True),
        ("Glöckchen ".encode("latin-1"), "MV007", True),
        (b"bell " * 220_000, "MV005", True),
        (b"qqxzy vvkk", "MV653", True),
        (b"", "MV653", True),
        (b"an elephant", "MV654", False),
        (None, "MV001", True),
    ],
)
def test_a_text_that_cannot_be_used_is_a_finding(
    song: Path, run: Run, tmp_path: Path, data: bytes | None, code: str, fails: bool
) -> None:
    text, folder = tmp_path / "words.txt", tmp_path / "made"
    if data is not None:
        text.write_bytes(data)
    made = run("new", song / "song.mid", folder, "--classes-from", text)
    assert f"[{code}]" in made.stderr
    assert (made.exit_code == 1) is fails and folder.exists() is not fails
    assert "Traceback" not in made.stderr


def test_both_ways_to_choose_classes_by_words_at_once_are_refused(
    song: Path, run: Run, tmp_path: Path
) -> None:
    made = run("new", song / "song.mid", tmp_path / "made", "--classes-from", "a.txt", "--by-lyrics")
    assert made.exit_code == 2 and "leave one out" in made.stderr
