"""fmt changes layout and nothing else, in place, at once or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

LOOSE = "vibes:\n- {at: 1|1,hold: 0}  # first\n- { at: 12|1, to: 0.5 }\n"
TIDY = "vibes:\n  - {at: 1|1,  hold: 0}     # first\n  - {at: 12|1, to: 0.5}\n"


def test_a_piece_is_its_manifest_and_the_lanes_that_it_names(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(LOOSE)
    (piece / "piece.yaml").write_text((piece / "piece.yaml").read_text().replace("{beat: 1}", "{ beat: 1 }"))
    result = run("fmt", piece)
    assert result.exit_code == 0
    assert (piece / "effects.yaml").read_text().splitlines()[2] == "  - {at: 12|1, to: 0.5}"
    assert "- where: {beat: 1}\n" in (piece / "piece.yaml").read_text()
    assert result.stderr.splitlines()[-1] == "2 of 2 files changed"
    assert run("fmt", "--check", piece).exit_code == 0


def test_check_changes_nothing_and_has_exit_code_1(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(LOOSE)
    result = run("fmt", "--check", piece / "effects.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "effects.yaml would change" in result.stderr
    assert result.stderr.splitlines()[-1] == "1 of 1 file would change"
    assert (piece / "effects.yaml").read_text() == LOOSE


def test_a_file_that_cannot_be_read_is_left_as_it_is(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text("a: [1\n")
    result = run("fmt", piece)
    assert result.exit_code == 1
    assert "effects.yaml:1:4: error[MV122]" in result.stderr
    assert (piece / "effects.yaml").read_text() == "a: [1\n"


def test_the_permissions_of_a_file_stay(piece: Path, run: Run) -> None:
    (piece / "effects.yaml").write_text(LOOSE)
    (piece / "effects.yaml").chmod(0o640)
    run("fmt", piece)
    assert (piece / "effects.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in piece.iterdir()) == ["effects.yaml", "piece.yaml", "waltz.mscz"]


def test_the_piece_around_the_current_folder_is_meant_without_a_name(
    piece: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (piece / "build").mkdir()
    monkeypatch.chdir(piece / "build")
    assert run("fmt", "--check").exit_code == 0
    monkeypatch.chdir("/")
    assert run("fmt", "--check").exit_code == 2


@pytest.mark.parametrize("name", ["impassive", "paper-boat"])
def test_the_example_pieces_are_laid_out(name: str, run: Run) -> None:
    assert run("fmt", "--check", Path(__file__).parents[2] / "pieces" / name).exit_code == 0
