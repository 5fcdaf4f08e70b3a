"""Notes as a table, JSON and CSV, with classes and rules."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

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
