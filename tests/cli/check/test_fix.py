"""check --fix writes what is certain, shows it first, and keeps everything else of a file."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main

Run = Callable[..., Result]
WRONG = """\
musicvis: 1
title: Waltz: the first   # mine
score: waltz.mscz
visuals:
  depth:80
  truncation: 50%    # half

video:
  size: 4k
  post:
  - {at: 1, title: X, color: #C75349}
  - {at: 2.3, titel: Y, color: red}
effects: lanes.yaml
"""
RIGHT = """\
musicvis: 1
title: "Waltz: the first"   # mine
score: waltz.mscz
visuals:
  depth: 80%
  truncation: 0.5    # half

video:
  size: 3840x2160
  post:
  - {at: 1, title: X, color: "#C75349"}
  - {at: 2|3, title: Y, color: "#FF0000"}
effects: lanes.yaml
"""
LANES = "Piano:\n  -{at: 1, to: 0.5, shape: linear}\n"


def check(*arguments: object, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)], input=answer)


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    score = Path(__file__).parents[2] / "compiler/score/data/waltz.mscz"
    (tmp_path / "waltz.mscz").write_bytes(score.read_bytes())
    (tmp_path / "piece.yaml").write_bytes(WRONG.encode())
    (tmp_path / "lanes.yaml").write_bytes(LANES.encode())
    return tmp_path


def test_what_is_certain_is_fixed_in_all_files_and_the_rest_stays(piece: Path) -> None:
    result = check("--fix", "--yes", piece)
    assert result.exit_code == 0, result.output
    assert (piece / "piece.yaml").read_bytes() == RIGHT.encode()
    assert (piece / "lanes.yaml").read_bytes() == LANES.replace("-{", "- {").replace(
        "linear", "straight"
    ).encode()
    assert "-  size: 4k\n+  size: 3840x2160\n" in result.stdout
    assert "wrote 11 fixes in 2 files" in result.stderr


def test_a_diff_alone_writes_nothing(piece: Path) -> None:
    result = check("--diff", piece)
    assert result.exit_code == 1
    assert "+  size: 3840x2160" in result.stdout
    assert (piece / "piece.yaml").read_bytes() == WRONG.encode()


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_written(answer: str, piece: Path) -> None:
    assert check("--fix", piece, answer=answer).exit_code == 1
    assert (piece / "piece.yaml").read_bytes() == WRONG.encode()


def test_line_ends_and_the_mark_of_windows_stay(piece: Path) -> None:
    (piece / "piece.yaml").write_bytes(b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode())
    assert check("--fix", "--yes", piece).exit_code == 0
    assert (piece / "piece.yaml").read_bytes() == b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()


def test_a_file_that_is_a_link_is_not_written_through(
    piece: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "mine.yaml"
    elsewhere.write_text(WRONG)
    (piece / "piece.yaml").unlink()
    (piece / "piece.yaml").symlink_to(elsewhere)
    result = check("--fix", "--yes", piece)
    assert result.exit_code == 1
    assert "is a symbolic link" in result.stdout
    assert elsewhere.read_text() == WRONG
    assert (piece / "lanes.yaml").read_text() == LANES


def test_a_file_that_changed_meanwhile_is_left_alone(piece: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited(text: str, **_: object) -> bool:
        (piece / "piece.yaml").write_text("musicvis: 1\n")
        return True

    monkeypatch.setattr(click, "confirm", edited)
    result = check("--fix", piece)
    assert result.exit_code == 1
    assert "changed since it was read" in result.stderr
    assert (piece / "piece.yaml").read_text() == "musicvis: 1\n"
    assert (piece / "lanes.yaml").read_text() == LANES


def test_a_piece_without_certain_fixes_says_so(piece: Path) -> None:
    (piece / "piece.yaml").write_text(RIGHT.replace("80%", "150"))
    (piece / "lanes.yaml").write_text("piano:\n  - {at: 1, to: 0.5}\n")
    result = check("--fix", piece)
    assert result.exit_code == 1
    assert "nothing can be fixed without you" in result.stderr


def test_findings_for_programs_hold_the_edits(piece: Path) -> None:
    import json

    (piece / "piece.yaml").write_text(RIGHT.replace("3840x2160", "4k"))
    (piece / "lanes.yaml").write_text("piano:\n  - {at: 1, to: 0.5}\n")
    (finding,) = json.loads(check("--json", "--select", "MV205", piece).stdout)
    (edit,) = finding["edits"]
    assert edit == {"line": 9, "column": 9, "end_line": 9, "end_column": 11, "text": "3840x2160"}
