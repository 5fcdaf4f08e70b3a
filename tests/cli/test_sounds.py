"""`musicvis sounds`: fonts are listed with their licence, and a file is taken whole or not at all."""

import json
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from musicvis.compiler.sound import soundfonts
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.tests.soundfont import FONT


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["sounds", *map(str, words)])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICVIS_SOUNDS", str(tmp_path / "own"))
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (tmp_path / "system",))
    return tmp_path


def test_a_soundfont_that_was_added_is_listed_with_what_it_says_of_itself(folder: Path) -> None:
    (folder / "small.sf2").write_bytes(FONT)
    added = run("add", folder / "small.sf2")
    assert added.exit_code == 0 and "sounds: small.sf2" in added.output and "CC0" in added.output
    (entry,) = json.loads(run("list", "--json").output)
    assert entry == {
        "name": "small.sf2",
        "title": "Small Sounds",
        "copyright": "CC0",
        "size_bytes": len(FONT),
        "path": str(folder / "own/small.sf2"),
        "other_names": [],
        "hidden_by": None,
    }
    assert "Small Sounds, CC0" in run("list").output
    again = run("add", folder / "small.sf2")
    assert again.exit_code == 1 and "already exists" in again.output


@pytest.mark.parametrize(("name", "data"), [("a.sf2", b"RIFF\0\0\0\0WAVE"), ("a.sf2", b""), ("a.wav", FONT)])
def test_a_file_that_is_not_a_soundfont_is_refused(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    assert run("add", folder / name).exit_code != 0
    assert not (folder / "own").exists()


def test_a_name_that_no_piece_can_say_is_not_taken_and_what_a_font_says_commands_no_terminal(
    folder: Path,
) -> None:
    for name in ("a: b.sf2", "a\nb.sf2"):
        (folder / name).write_bytes(FONT)
        refused = run("add", folder / name)
        assert refused.exit_code == 2 and "another name" in refused.stderr
    (folder / "loud.sf2").write_bytes(FONT.replace(b"CC0\0", b"\x1b[2J"))
    added = CliRunner().invoke(main, ["sounds", "add", str(folder / "loud.sf2")], color=True)
    assert "it says: \\x1b[2J" in added.output and "\x1b" not in added.output


def test_a_soundfont_that_is_cut_off_is_not_taken(folder: Path) -> None:
    (folder / "a.sf2").write_bytes(FONT[:-2])
    cut = run("add", folder / "a.sf2")
    assert cut.exit_code == 1 and f"it says {len(FONT)} bytes, but has {len(FONT) - 2}" in cut.stderr


def test_without_a_home_folder_the_system_soundfonts_are_listed_with_a_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("MUSICVIS_SOUNDS")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    (folder / "system").mkdir()
    (folder / "system/a.sf2").write_bytes(FONT)
    assert [entry["name"] for entry in json.loads(run("list", "--json").output)] == ["a.sf2"]
    (folder / "small.sf2").write_bytes(FONT)
    added = run("add", folder / "small.sf2")
    assert added.exit_code == 1 and "MUSICVIS_SOUNDS" in added.output


def test_one_file_under_two_names_of_the_system_is_listed_once(folder: Path) -> None:
    (folder / "system").mkdir()
    (folder / "system/a.sf2").write_bytes(FONT)
    (folder / "system/default.sf2").symlink_to("a.sf2")
    (entry,) = json.loads(run("list", "--json").output)
    assert (entry["name"], entry["other_names"], entry["hidden_by"]) == ("a.sf2", ["default.sf2"], None)
    assert run("list").output.endswith("  also named default.sf2\n")
    (folder / "system/a.sf2").write_bytes(FONT[:9])
    assert run("list").exit_code == 0 and json.loads(run("list", "--json").output) == []


def meant(folder: Path, name: str) -> Path | Diagnostic:
    """The soundfont that a piece gets for a name, or the finding."""
    (folder / "piece").mkdir(exist_ok=True)
    return soundfonts.soundfont_at(folder / "piece", PurePosixPath(name), Span("piece.yaml"))


def test_of_two_files_of_one_name_the_users_is_used_as_the_list_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, own = folder / "system/a.sf2", folder / "second/a.sf2", folder / "own/a.sf2"
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (first.parent, second.parent))
    for place in (first, second):
        place.parent.mkdir()
        place.write_bytes(FONT)
    listed = [(entry["path"], entry["hidden_by"]) for entry in json.loads(run("list", "--json").output)]
    assert listed == [(str(first), None), (str(second), str(first))]
    assert meant(folder, "a.sf2") == first
    (folder / "a.sf2").write_bytes(FONT)
    assert f"this name meant {first} before" in run("add", folder / "a.sf2").output
    lines = run("list").output.splitlines()
    assert [" hidden: " in line for line in lines] == [False, True, True]
    assert lines[1].endswith(f"{first}  hidden: this name means {own}")
    assert meant(folder, "a.sf2") == own
    # A file that cannot be played hides the others all the same: nobody is to hear another by surprise.
    own.write_bytes(FONT[:-2])
    refused = meant(folder, "a.sf2")
    assert isinstance(refused, Diagnostic) and refused.code == "MV513" and str(own) in refused.message
    assert f"hidden: this name means {own}" in run("list").output


def test_one_folder_under_two_names_is_listed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "system").mkdir()
    (folder / "system/a.sf2").write_bytes(FONT)
    (folder / "second").symlink_to("system")
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (folder / "system", folder / "second"))
    (entry,) = json.loads(run("list", "--json").output)
    assert (entry["path"], entry["other_names"]) == (str(folder / "system/a.sf2"), [])


def test_a_link_whose_name_means_another_file_is_no_name_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "system").mkdir()
    (folder / "second").mkdir()
    (folder / "system/a.sf2").write_bytes(FONT)
    (folder / "second/b.sf2").write_bytes(FONT)
    (folder / "second/a.sf2").symlink_to("b.sf2")
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", (folder / "system", folder / "second"))
    listed = [
        (entry["name"], entry["other_names"], entry["hidden_by"])
        for entry in json.loads(run("list", "--json").output)
    ]
    assert listed == [("a.sf2", [], None), ("b.sf2", [], None)]
