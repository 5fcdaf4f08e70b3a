"""Notes as a table, JSON and CSV, with classes and rules; classes by name."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

Run = Callable[..., Result]

KEYS = [
    "bar",
    "pass",
    "beat",
    "onset_in_bar_qn",
    "onset_qn",
    "length_qn",
    "gate_qn",
    "onset_s",
    "part",
    "track",
    "staff",
    "voice",
    "pitch",
    "velocity",
    "grace",
    "lyric",
    "word",
    "articulations",
    "classes",
    "rules",
]


def test_json_holds_every_note_with_what_it_shows_and_by_which_rule(piece: Path, run: Run) -> None:
    records = json.loads(run("notes", piece, "--json").stdout)
    assert [list(record) for record in records] == [KEYS] * 40
    first = records[0]
    assert (first["bar"], first["beat"], first["onset_qn"], first["pitch"]) == (1, "1", "0", 65)
    assert first["classes"] == [{"name": "daisy", "index": 985, "weight": 1.0}]
    assert first["rules"] == [{"number": 1, "line": 9}]
    sharp = next(record for record in records if record["pitch"] == 70)
    assert sharp["classes"] == [{"name": "pier", "index": 718, "weight": 1.0}]
    g_sharp = next(record for record in records if record["pitch"] % 12 == 8)
    assert g_sharp["classes"] == [{"name": "pier", "index": 718, "weight": 1.0}]


def test_a_rule_with_several_classes_shows_in_every_form(piece: Path, run: Run) -> None:
    text = (piece / "piece.yaml").read_text().replace("{pitch: G}", "{pitch: F}")
    (piece / "piece.yaml").write_text(text)
    first = json.loads(run("notes", piece, "--json").stdout)[0]
    assert [(entry["name"], entry["weight"]) for entry in first["classes"]] == [
        ("mushroom", 0.7),
        ("seashore", 0.3),
    ]
    assert [rule["number"] for rule in first["rules"]] == [1, 2]
    row = next(csv.DictReader(io.StringIO(run("notes", piece, "--csv").stdout)))
    assert (row["classes"], row["rules"]) == ("mushroom 70%, seashore 30%", "1 2")


def test_csv_and_json_say_the_same(piece: Path, run: Run) -> None:
    records = json.loads(run("notes", piece, "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("notes", piece, "--csv").stdout)))
    assert list(rows[0]) == KEYS
    assert [row["onset_s"] for row in rows] == [str(record["onset_s"]) for record in records]


def test_notes_by_part_and_by_bars(piece: Path, run: Run) -> None:
    everything = json.loads(run("notes", piece, "--json").stdout)
    clarinet = json.loads(run("notes", piece, "--json", "--part", "CLAR*").stdout)
    assert {record["part"] for record in clarinet} == {"Clarinet"}
    assert 0 < len(clarinet) < len(everything)
    fourth = json.loads(run("notes", piece, "--json", "--bars", "4..5").stdout)
    assert fourth == [record for record in everything if record["bar"] == 4]


def test_a_passage_that_is_not_there_is_a_finding(piece: Path, waltz: Path, run: Run) -> None:
    for source in (piece, waltz):
        result = run("notes", source, "--bars", "400..500")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "MV301" in result.stderr


def test_a_track_that_belongs_to_no_part_goes_by_its_own_name(piece: Path, run: Run) -> None:
    with (piece / "piece.yaml").open("a") as manifest:
        manifest.write("parts: {winds: {tracks: Clar*}}\n")
    records = json.loads(run("notes", piece, "--json").stdout)
    assert {record["part"] for record in records} == {"winds", "Piano"}
    assert {len(record["classes"]) for record in records if record["part"] == "Piano"} == {0}


def test_a_score_file_needs_no_piece(waltz: Path, run: Run) -> None:
    records = json.loads(run("notes", waltz, "--json").stdout)
    assert len(records) == 40
    assert all(record["classes"] == record["rules"] == [] for record in records)


def test_the_table_fits_80_columns_and_its_count_is_talk(piece: Path, run: Run) -> None:
    text = (piece / "piece.yaml").read_text().replace("{pitch: G}", "{pitch: [F, A#]}")
    (piece / "piece.yaml").write_text(text.replace("seashore: 30%", "computer keyboard: 30%"))
    result = run("notes", piece)
    lines = result.stdout.splitlines()
    assert len(lines) == 41
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["bar|beat", "seconds", "part", "pitch", "vel", "length", "classes", "rules"]
    assert any("…" in line for line in lines)
    assert result.stderr == "40 notes; * marks a grace note\n"


def test_classes_by_an_exact_name_come_first(run: Run) -> None:
    lines = run("classes", "drum").stdout.splitlines()
    assert lines[0].split(None, 1) == ["541", "drum, membranophone, tympan: drawn"]
    found = json.loads(run("classes", "--json", "drum").stdout)
    assert [entry["index"] for entry in found] == [int(line.split()[0]) for line in lines]
    assert found[0]["names"] == ["drum", "membranophone", "tympan"]


def test_own_pictures_and_videos_are_listed_and_completed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.cli.complete import class_words
    from musicvis.cli.notes import classes

    score = Path(__file__).parents[1] / "compiler/score/data/waltz.mscz"
    assert run("new", score, tmp_path / "own").exit_code == 0
    manifest = tmp_path / "own/piece.yaml"
    classes_written = "{C: photos/sea.jpg, D: {video: clips/hands.mp4, to: 2s}, other: castle}"
    written = f"\nvisuals:\n  classes: {classes_written}\n"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text[: text.index("\nvisuals:")] + written, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "own")
    lines = run("classes").stdout.splitlines()
    assert [line.split(None, 1)[1] for line in lines] == [
        "photos/sea.jpg: own picture",
        "clips/hands.mp4 (0s..2s): own video",
    ]
    (found,) = json.loads(run("classes", "--json", "hands.mp4").stdout)
    assert (found["names"], found["look"]) == (["clips/hands.mp4 (0s..2s)"], "own video")
    context = click.Context(classes)
    assert class_words(context, classes.params[0], "photos/")[0].value == "photos/sea.jpg"


def test_a_word_that_is_no_class_has_exit_code_1(run: Run) -> None:
    result = run("classes", "--json", "xyzzyq")
    assert (result.exit_code, result.stdout) == (1, "[]\n")
    assert "no class" in result.stderr


def test_classes_take_the_piece_as_other_commands_do(piece: Path, run: Run) -> None:
    by_word, by_option = run("classes", "drum", piece), run("classes", "drum", "--piece", piece)
    assert by_word.exit_code == 0 and by_word.stdout == by_option.stdout
    assert run("classes", "drum", piece, "--piece", piece).exit_code == 2
    # A piece alone names no subject of ImageNet's thousand.
    assert "name a subject" in run("classes", piece).stderr
