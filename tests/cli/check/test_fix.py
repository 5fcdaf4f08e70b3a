"""check --fix writes what is certain, shows it first, and keeps everything else of a file."""

import re
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


def test_certain_fixes_are_made_in_all_files_and_the_rest_is_unchanged(piece: Path) -> None:
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
    assert "musicvis cannot fix any of these for you" in result.stderr


def test_findings_for_programs_hold_the_edits(piece: Path) -> None:
    import json

    (piece / "piece.yaml").write_text(RIGHT.replace("3840x2160", "4k"))
    (piece / "lanes.yaml").write_text("piano:\n  - {at: 1, to: 0.5}\n")
    (finding,) = json.loads(check("--json", "--select", "MV205", piece).stdout)
    (edit,) = finding["edits"]
    assert edit == {"line": 9, "column": 9, "end_line": 9, "end_column": 11, "text": "3840x2160"}


CLASSES = """\
musicvis: 1
title: W
score: waltz.mscz
visuals:
  classes: {C: monastry, D: "spider wev", other: castle}
  rules:
    - {where: {beat: 1}, class: {mushrom: 70%, jackfriut: 30%}}
    - {where: {beat: 2}, class: hot-air baloon}
    - {where: {beat: 3}, class: zzzzzz}
"""


def test_a_class_that_is_one_letter_off_is_fixed_and_what_is_a_guess_is_not(piece: Path) -> None:
    (piece / "piece.yaml").write_text(CLASSES, encoding="utf-8")
    result = check("--fix", "--yes", piece)
    assert result.exit_code == 1 and "wrote 4 fixes in 1 file" in result.stderr
    fixed = CLASSES.replace("monastry", "monastery").replace('"spider wev"', "spider web")
    fixed = fixed.replace("mushrom:", "mushroom:").replace("jackfriut", "jackfruit")
    assert (piece / "piece.yaml").read_text(encoding="utf-8") == fixed
    assert "did you mean balloon?" in result.stdout and result.stdout.count("error[MV331]") == 2


def test_the_offer_to_fix_reads_right_for_one_finding_for_all_and_for_some(piece: Path) -> None:
    for subject, ending, said in (
        ("monastry", "", "can fix it, and"),
        ("monastry", "video: {fps: 30, sise: 1280x720}\n", "can fix all of them, and"),
        ("zzzzzz", "video: {fps: 30, sise: 1280x720}\n", "can fix 1 of them, and"),
    ):
        classes = f"{{C: {subject}, other: castle}}"
        manifest = f"musicvis: 1\ntitle: W\nscore: waltz.mscz\nvisuals: {{classes: {classes}}}\n"
        (piece / "piece.yaml").write_text(manifest + ending, encoding="utf-8")
        result = check("--ignore", "MV69,MV4", piece)
        assert said in result.stderr, result.stderr
        assert check("--diff", piece).stderr.startswith("2 fixes" if "all" in said else "1 fix ")


def test_many_unknown_lanes_are_counted_and_all_are_shown_on_request(piece: Path) -> None:
    lanes = "".join(f"{name * 3}:\n  - {{at: 1|1, hold: 0}}\n" for name in map(chr, range(0x4E00, 0x4E28)))
    (piece / "piece.yaml").write_text("musicvis: 1\ntitle: W\nscore: waltz.mscz\neffects: lanes.yaml\n")
    (piece / "lanes.yaml").write_text(lanes, encoding="utf-8")
    short, full = check(piece), check("--all", piece)
    assert short.stdout.count("error[MV") == 20 and "and 20 more like it, the last on line 79" in short.stdout
    assert "20 of them are counted only; musicvis check --all shows each" in short.stderr
    assert full.stdout.count("error[MV") == 40 and "counted only" not in full.stderr
    assert short.exit_code == full.exit_code == 1


def test_the_mistake_in_the_tutorial_is_one_that_is_fixed(piece: Path) -> None:
    tutorial = Path(__file__).parents[3] / "docs/tutorial.md"
    (wrong,) = re.findall(r"^      class: (\w+)$", tutorial.read_text(encoding="utf-8"), re.MULTILINE)
    rules = f"  rules: [{{where: {{beat: 1}}, class: {wrong}}}]"
    manifest = f"musicvis: 1\ntitle: W\nscore: waltz.mscz\nvisuals:\n{rules}\n"
    (piece / "piece.yaml").write_text(manifest, encoding="utf-8")
    assert f"{wrong} is not one of" in check(piece).stdout
    check("--fix", "--yes", piece)
    assert "error[MV331]" not in check(piece).stdout
    assert f"class: {wrong}}}" not in (piece / "piece.yaml").read_text(encoding="utf-8")


def test_a_subject_beside_imagenets_may_be_written_as_its_number_and_notes_say_where(piece: Path) -> None:
    manifest = "musicvis: 1\ntitle: W\nscore: waltz.mscz\nvisuals:\n  classes: {C: 1004, other: pier}\n"
    (piece / "piece.yaml").write_text(manifest, encoding="utf-8")
    result = check(piece)
    assert result.exit_code == 0 and "for rain" in result.stdout
    # Each where its subject is: 1004, and pier.
    assert "piece.yaml:5:16: note[MV692]" in result.stdout
    assert result.stdout.count("piece.yaml:5:29: note[MV69") == result.stdout.count("note[MV69") - 1
    (piece / "piece.yaml").write_text(manifest.replace("1004", "1999"), encoding="utf-8")
    assert "there is no class 1999" in check(piece).stdout
