"""Classes by name: what a picture can show, of a generator and of a piece."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_classes_by_an_exact_name_come_first(run: Run) -> None:
    lines = run("classes", "drum").stdout.splitlines()
    assert lines[0].split(None, 1) == ["541", "drum, membranophone, tympan: drawn"]
    found = json.loads(run("classes", "--json", "drum").stdout)
    assert [entry["index"] for entry in found] == [int(line.split()[0]) for line in lines]
    assert found[0]["names"] == ["drum", "membranophone", "tympan"]


def test_own_pictures_and_videos_are_listed_and_completed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvis.cli.classes import classes
    from musicvis.cli.complete import class_words

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
        "photos/sea.jpg: own picture: the file is missing",
        "clips/hands.mp4 (0s..2s): own video: the file is missing",
    ]
    for name in ("photos/sea.jpg", "clips/hands.mp4"):
        (tmp_path / "own" / name).parent.mkdir()
        (tmp_path / "own" / name).touch()
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
    assert run("classes", piece / "piece.yaml", "drum").stdout == by_word.stdout
    assert run("classes", "drum", piece, "--piece", piece).exit_code == 2
    # A piece alone names no subject of ImageNet's thousand.
    assert "name a subject" in run("classes", piece).stderr


@pytest.mark.parametrize(
    ("name", "said"), [("none/sheet.png", "make the folder first"), ("sheet.pdf", "must end in .png")]
)
def test_a_sheet_that_cannot_be_written_is_refused_before_it_is_drawn(
    tmp_path: Path, run: Run, name: str, said: str
) -> None:
    refused = run("classes", "--sheet", tmp_path / name)
    assert refused.exit_code == 2 and said in refused.stderr


@pytest.mark.parametrize("words", [("plot", "PIECE", "-o"), ("classes", "--sheet")])
def test_no_picture_of_the_piece_is_replaced(piece: Path, run: Run, words: tuple[str, ...]) -> None:
    from PIL import Image

    (piece / "photos").mkdir()
    sea = piece / "photos/sea.png"
    Image.new("RGB", (32, 32), "navy").save(sea)
    before, manifest = sea.read_bytes(), piece / "piece.yaml"
    manifest.write_text(manifest.read_text().replace("C: seashore", "C: photos/sea.png"))
    refused = run(*(piece if word == "PIECE" else word for word in words), sea)
    assert refused.exit_code == 2 and "it would be replaced" in refused.stderr
    assert sea.read_bytes() == before
