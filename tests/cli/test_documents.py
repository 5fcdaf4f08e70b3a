"""A program that asks for JSON gets one document on stdout, whatever happens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
READERS = (("check",), ("compile",), ("plan",), ("notes",), ("plot",), ("subtitles",), ("explain", "1:1"))


def codes(document: Any) -> list[str]:
    found = document if isinstance(document, list) else document["findings"]
    return [finding["code"] for finding in found]


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_the_errors_of_a_piece_are_the_document_and_the_exit_code_stays(
    piece: Path, run: Run, words: tuple[str, ...]
) -> None:
    manifest = piece / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("title:", "tilte:"), encoding="utf-8")
    told = run(*words, piece, "--json")
    assert {"MV202", "MV203"} <= set(codes(json.loads(told.stdout)))
    assert told.exit_code == run(*words, piece).exit_code == 1
    assert not (piece / "build").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--nothing", "--json"),
        ("--nothing", "check", "--format", "json"),
        ("check", "nowhere", "--format=json"),
        ("notes", "nowhere", "--json"),
        ("plan", "--json", "--format", "text"),
        ("explain", "--json"),
        ("nothing", "--json"),
        ("compile", "nowhere", "--json"),
        ("schema", "nothing", "--json"),
        ("import", "nowhere", "--json"),
    ],
    ids=" ".join,
)
def test_a_wrong_use_is_a_finding_with_code_2(
    run: Run, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(*words)
    document = json.loads(told.stdout)
    assert told.exit_code == 2 and codes(document) == ["MV570"]
    assert isinstance(document, list) == ("check" in words)
    # A person reads the same on stderr, and nothing on stdout is for one.
    assert "Usage: " in told.stderr and run(*words[:1], "--nothing").stdout == ""


def test_what_follows_two_dashes_asks_for_nothing(run: Run) -> None:
    assert run("check", "--", "--json").stdout == ""


def test_a_fault_outside_of_the_piece_is_the_document(
    piece: Path, run: Run, waltz: Path, tmp_path: Path
) -> None:
    told = run("new", waltz, piece, "--json")
    assert told.exit_code == 1 and codes(json.loads(told.stdout)) == ["MV571"]
    (tmp_path / "folder.png").mkdir()
    told = run("plot", piece, "-o", tmp_path / "nowhere" / "a.png", "--json")
    assert told.exit_code == 2 and codes(json.loads(told.stdout))[-1] == "MV570"


def test_a_command_that_breaks_leaves_a_document(
    piece: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.api import check

    def broken(loaded: object) -> list[object]:
        raise KeyError("x")

    monkeypatch.setattr(check, "findings_of", broken)
    told = run("check", piece, "--json")
    assert told.exit_code == 2 and codes(json.loads(told.stdout)) == ["MV571"]


def test_objects_hold_the_warnings_of_a_success(piece: Path, run: Run) -> None:
    manifest = piece / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("{beat: 1}", "{beat: 9}"), encoding="utf-8")
    told = run("plan", piece, "--json")
    document = json.loads(told.stdout)
    assert told.exit_code == 0 and document["findings"], told.stderr
    assert document["nodes"] and all(found["code"] in told.stderr for found in document["findings"])


def test_fixes_say_what_they_changed_and_what_is_left(piece: Path, run: Run) -> None:
    manifest = piece / "piece.yaml"
    before = manifest.read_text().replace("title:", "tilte:").replace("castle", "zzzzzz")
    manifest.write_text(before, encoding="utf-8")
    assert codes(json.loads(run("check", piece, "--fix", "--json").stdout)) == ["MV570"]
    shown = json.loads(run("check", piece, "--diff", "--json").stdout)
    assert not shown["is_written"] and {"MV202", "MV203"} <= set(codes(shown))
    assert manifest.read_text() == before
    told = run("check", piece, "--fix", "--yes", "--json")
    written = json.loads(told.stdout)
    assert written["is_written"] and told.exit_code == 1 and "MV331" in codes(written)
    [file] = written["files"]
    assert (file["file"], file["fixes"]) == (str(manifest), 1) and "+title: Waltz" in file["diff"]
    assert manifest.read_text() == before.replace("tilte:", "title:")


def test_a_piece_that_needs_no_fix_gets_an_empty_answer(piece: Path, run: Run) -> None:
    told = run("check", piece, "--fix", "--yes", "--json")
    document = json.loads(told.stdout)
    assert (document["is_written"], document["files"], told.exit_code) == (False, [], 0)


def test_commands_that_write_name_what_they_wrote(
    piece: Path, run: Run, waltz: Path, tmp_path: Path, own_cache: Path
) -> None:
    made = json.loads(run("new", waltz, tmp_path / "fresh", "--json").stdout)
    assert made["folder"] == str(tmp_path / "fresh")
    on_disk = {str(path) for path in (tmp_path / "fresh").rglob("*") if path.is_file()}
    assert set(made["files"]) == on_disk and made["files"][-1].endswith("piece.yaml")
    drawn = json.loads(run("plot", piece, "--json").stdout)
    assert Path(drawn["plot"]) == piece / "build" / "waltz.png" and Path(drawn["plot"]).is_file()
    lanes = piece / "effects.yaml"
    lanes.write_text(lanes.read_text().replace("  - {", "     - {"), encoding="utf-8")
    states = [
        {
            file["file"]: file["state"]
            for file in json.loads(run("fmt", piece, *flag, "--json").stdout)["files"]
        }
        for flag in (("--check",), (), ())
    ]
    assert [state[str(lanes)] for state in states] == ["would change", "laid out", "unchanged"]
    cleaned = json.loads(run("clean", "--verify", "--json").stdout)
    assert (cleaned["cache"], cleaned["kept_entries"], cleaned["damaged"]) == (str(own_cache), 0, 0)
    assert json.loads(run("pin", piece, "--json").stdout)["pinned"] == []


def test_imported_lanes_are_the_document_or_the_file_that_it_names(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "effects.json"
    old.write_text('{"a": [{"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1, "ear_i": 0.5}]}')
    told = json.loads(run("import", old, "--json").stdout)
    assert told["output"] is None and told["lanes"] == run("import", old).stdout
    named = json.loads(run("import", old, "-o", tmp_path / "new.yaml", "--json").stdout)
    assert named["lanes"] is None and (tmp_path / "new.yaml").read_text() == told["lanes"]


def test_a_schema_is_json_with_and_without_the_word(run: Run) -> None:
    assert run("schema", "piece", "--json").stdout == run("schema", "piece").stdout


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc")
@pytest.mark.parametrize("command", ["compile", "plot"])
def test_a_folder_of_the_system_is_refused_in_plain_words(piece: Path, run: Run, command: str) -> None:
    told = run(command, piece, "-o", "/proc/a.mp4" if command == "compile" else "/proc/a.png")
    assert told.exit_code in (1, 2)
    assert "a folder of the system itself, where no files can be made" in " ".join(told.stderr.split())
