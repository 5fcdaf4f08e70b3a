"""`musicvis check` as a command: what it says of several pieces, and its exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from musicvis.cli import check as check_module
from musicvis.cli.command import main
from musicvis.tests.fonts import square_font

JUMP = "musicvis: 1\ntitle: Waltz\nscore: waltz.mid\neffects:\n  vibes:\n    - {at: 2|1, from: 0.5, to: 0}"
CLEAN = "musicvis: 1\ntitle: Waltz\nscore: waltz.mid\n"


@pytest.fixture
def folder(tmp_path: Path, waltz_bytes: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    for name, text in (("clean", CLEAN), ("jump", JUMP)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "waltz.mid").write_bytes(waltz_bytes)
        (tmp_path / name / "piece.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments])


def test_warnings_fail_only_where_they_are_told_to(folder: Path) -> None:
    assert run("jump").exit_code == 0
    assert run("jump", "--strict").exit_code == 1
    assert run("clean", "--strict").exit_code == 0


def test_errors_fail(folder: Path) -> None:
    (folder / "clean/piece.yaml").write_text("musicvis: 1\n", encoding="utf-8")
    assert run("clean").exit_code == 1


def test_select_and_ignore_take_codes_and_their_beginnings(folder: Path) -> None:
    assert "MV344" in run("jump", "--select", "MV344").stdout
    assert "MV344" in run("jump", "--select", "mv3,MV101").stdout
    assert run("jump", "--select", "MV2").stdout == ""
    assert run("jump", "--ignore", "MV34", "--strict").exit_code == 0


def test_a_title_with_a_character_that_no_font_has_is_reported_at_its_entry(folder: Path) -> None:
    titles = "".join(f"    - {{at: 1, for: 2s, title: {title}}}\n" for title in ("Größe", "Größe \U00012000"))
    post = f"video:\n  post:\n{titles}"
    (folder / "clean/piece.yaml").write_text(CLEAN + post, encoding="utf-8")
    told = run("clean", "--format", "concise").stdout.splitlines()
    assert len(told) == 1
    assert told[0].startswith("clean/piece.yaml:7:7: warning[MV366]") and "it reads 'Größe ?'" in told[0]


def test_a_text_in_a_font_of_its_own_is_judged_by_that_font(folder: Path) -> None:
    sign = "\U00012000"
    square_font(folder / "clean/signs.ttf", sign)
    titles = f"{{at: 1, for: 2s, title: {sign}, subtitle: {sign}"
    for font, kinds in ((", font: signs.ttf", []), ("", ["title", "subtitle", "credits"])):
        video = f"video: {{post: [{titles}{font}}}], ending: {{credits: [{sign}]{font}}}}}\n"
        (folder / "clean/piece.yaml").write_text(CLEAN + video, encoding="utf-8")
        told = run("clean", "--format", "concise", "--select", "MV366").stdout.splitlines()
        assert [line.split("warning[MV366]: ")[1].split()[0] for line in told] == kinds


@pytest.mark.parametrize("code", ["MV999", "jump", ",", ""])
def test_a_code_that_there_is_not_is_wrong_use(folder: Path, code: str) -> None:
    result = run("jump", "--ignore", code)
    assert result.exit_code == 2
    assert "no code begins with" in result.stderr


def test_without_a_piece_here_all_pieces_below_are_checked(folder: Path) -> None:
    (folder / ".git/clean").mkdir(parents=True)
    (folder / ".git/clean/piece.yaml").write_text("not a piece", encoding="utf-8")
    result = run("--format", "concise")
    assert result.stdout.startswith("jump/piece.yaml:6:7: warning[MV344]:")
    assert result.stderr == "1 warning\n"


def test_where_there_is_no_piece_at_all_the_command_was_used_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run().exit_code == 2


def test_a_comment_leaves_out_the_finding_of_its_line(folder: Path) -> None:
    manifest = folder / "jump/piece.yaml"
    manifest.write_text(JUMP + "  # musicvis: ignore[MV344]\n", encoding="utf-8")
    assert run("jump").stderr == "no findings\n"
    above = JUMP.replace(
        "    - {at", "    # it snaps: musicvis: ignore[MV1]\n    # musicvis: ignore[MV34]\n    - {at"
    )
    manifest.write_text(above, encoding="utf-8")
    assert run("jump", "--ignore", "MV216").stderr == "no findings\n"


def test_a_comment_that_leaves_out_nothing_is_a_note_at_its_code(folder: Path) -> None:
    manifest = folder / "jump/piece.yaml"
    manifest.write_text(JUMP + "  # musicvis: ignore[MV344, MV206]\n", encoding="utf-8")
    result = run("jump", "--format", "concise", "--strict")
    column = len("    - {at: 2|1, from: 0.5, to: 0}  # musicvis: ignore[MV344, ") + 1
    assert result.stdout.startswith(f"jump/piece.yaml:6:{column}: note[MV216]:")
    assert result.exit_code == 0


def test_a_fault_of_ours_is_not_taken_for_a_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(check_module, "_checked", broken)
    result = run("jump")
    assert result.exit_code == 2
    assert "please report" in result.stderr


def test_colour_is_for_terminals_and_for_those_who_want_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from io import StringIO

    from musicvis.cli.report import wants_colour

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert wants_colour(Terminal())
    assert not wants_colour(StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())


def test_the_old_grid_is_written_as_arrays(folder: Path) -> None:
    import numpy as np

    old = '{"vibes": [{"effect": "straight", "m1": 1, "b1": 1, "m2": 3, "b2": 4, "ear_i": 0.25}]}'
    (folder / "clean/effects.json").write_text(old, encoding="utf-8")
    (folder / "clean/piece.yaml").write_text(CLEAN + "effects: effects.json\n", encoding="utf-8")
    assert run("clean", "--legacy-pan-grid", "grid.npz").exit_code == 0
    with np.load(folder / "grid.npz") as grid:
        # Three bars of 1.5 s, a millisecond short.
        assert grid["vibes"].tolist() == [0.25] * 4499


def test_the_old_grid_has_no_bars_after_the_last_change_of_tempo(folder: Path) -> None:
    old = '{"vibes": [{"effect": "straight", "m1": 1, "b1": 1, "m2": 4, "b2": 2, "ear_i": 0.25}]}'
    (folder / "clean/effects.json").write_text(old, encoding="utf-8")
    (folder / "clean/piece.yaml").write_text(CLEAN + "effects: effects.json\n", encoding="utf-8")
    result = run("clean", "--legacy-pan-grid", "grid.npz")
    assert (result.exit_code, "bar 4 was not known" in result.stderr) == (2, True)


def test_the_module_checks_as_the_command_does(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musicvis", "check", "jump", "--strict"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "1 warning\n")
