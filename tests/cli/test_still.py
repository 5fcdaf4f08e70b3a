"""`musicvis still`: the frame at a place is that of the film, and a sheet holds as many as are asked for."""

import json
from collections.abc import Callable
from pathlib import Path

import musicvis as mv
import numpy as np
import pytest
from click.testing import Result
from PIL import Image

Run = Callable[..., Result]


@pytest.fixture
def piece(piece: Path) -> Path:
    """The piece with a generator as small as it can be."""
    manifest = piece / "piece.yaml"
    text = manifest.read_text(encoding="utf-8").replace("visuals:\n", "visuals:\n  resolution: 128\n")
    manifest.write_text(text, encoding="utf-8")
    return piece


def test_the_frame_at_a_place_is_that_of_the_film_to_the_pixel(run: Run, piece: Path) -> None:
    made = run("still", "2:1", piece, "--json")
    assert made.exit_code == 0, made.stderr
    told = json.loads(made.stdout)
    assert Path(told["still"]) == piece / "build/waltz-2-1.png"
    plan = mv.load(piece).plan()
    bar = next(bar for bar in plan.bars if bar.bar == 2)
    (number,) = told["frames"]
    # The frame whose middle is the first at or after the bar line.
    assert number - 1 < bar.start_s * 10 - 0.5 <= number
    with Image.open(told["still"]) as image:
        assert (np.asarray(image) == plan.frame(number)).all()


def test_a_sheet_shows_frames_from_all_of_the_film(run: Run, piece: Path) -> None:
    sheet = piece / "sheet.png"
    made = run("still", "--sheet", piece, "--count", "2", "-o", sheet, "--seconds", "1", "--json")
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout)["frames"] == [2, 7]
    with Image.open(sheet) as image:
        # Two frames of 64x36 with 8 pixels around each.
        assert image.size == (2 * 64 + 3 * 8, 36 + 2 * 8)


@pytest.mark.parametrize("words", [(), ("1:1", "--sheet")])
def test_a_place_or_a_sheet_is_asked_for_and_not_both(run: Run, piece: Path, words: tuple[str, ...]) -> None:
    first, *rest = (*words, None) if words else (None,)
    said = [word for word in (first, piece if first else None, *rest) if word is not None]
    assert run("still", *said).exit_code == 2
    assert "write a PLACE" in run("still", piece).stderr


def test_a_place_that_the_film_does_not_have_writes_nothing(run: Run, piece: Path) -> None:
    made = run("still", "99:1", piece)
    assert made.exit_code != 0 and not list(piece.glob("build/*.png"))
    outside = run("still", piece, "3:1", "--bars", "1..2")
    assert outside.exit_code == 2 and "not in this film" in outside.stderr
