"""The pieces that come with musicvis: they check without findings, and their programs make their scores."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.load import load_piece

PIECES = Path(__file__).parents[1] / "pieces"


@pytest.mark.parametrize("name", ["impassive", "paper-boat", "lantern-pond"])
def test_a_piece_has_no_findings(name: str) -> None:
    assert check_piece(load_piece(PIECES / name)) == ()


@pytest.mark.parametrize("name", ["impassive", "paper-boat", "lantern-pond"])
def test_its_program_writes_the_scores_that_are_here(name: str, tmp_path: Path) -> None:
    folder = copytree(PIECES / name, tmp_path / name, ignore=lambda *_: ["scores", "build", "__pycache__"])
    subprocess.run([sys.executable, folder / "compose.py"], check=True, cwd=tmp_path)
    made = {path.name: path.read_bytes() for path in (folder / "scores").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (PIECES / name / "scores").iterdir()}


def test_the_song_shows_all_of_its_words_and_each_verse_line_by_line() -> None:
    from musicvis.compiler.compile import hear
    from musicvis.compiler.picture.lyric_lines import lyric_lines

    heard = hear(load_piece(PIECES / "paper-boat"), Findings())
    assert heard.piece.video.lyrics is not None
    lines = [
        line.text for line in lyric_lines(heard.piece.video.lyrics, heard.notes, heard.clock, Findings())
    ]
    readme = (PIECES / "paper-boat/README.md").read_text(encoding="utf-8")
    verses = [line.strip("> \\") for line in readme.splitlines() if line.startswith("> ")]
    assert " ".join(lines) == " ".join(verses)
    assert max(map(len, lines)) <= 42 and min(map(len, lines)) >= 12


def test_the_pond_shows_its_pictures_its_videos_and_painted_subjects() -> None:
    import musicvis as mv

    sets = {"video.size": "64x36", "video.fps": 4, "visuals.resolution": 128}
    plan = mv.load(PIECES / "lantern-pond", set=sets).plan(bars="11..13")
    names, weights = plan.picture.by_name()
    strongest = dict(zip(names, weights.max(axis=0), strict=True))
    assert {"photos/pond.jpg", "clips/rings.mp4", "clips/lanterns.mp4 (for 1bar)", "rain"} <= set(names)
    frame = plan.frame(int(weights[:, names.index("clips/lanterns.mp4 (for 1bar)")].argmax()))
    assert strongest["clips/lanterns.mp4 (for 1bar)"] > 0.2
    # The lanterns are orange: red well above blue, where the pond at night is the other way round.
    bright = frame[frame.sum(axis=2) > 300].mean(axis=0)
    assert bright[0] > 1.3 * bright[2]


def test_the_pictures_of_the_pond_are_those_that_its_program_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np
    from musicvis.renderers.decoding.moving import moving
    from PIL import Image

    folder = PIECES / "lantern-pond"
    monkeypatch.syspath_prepend(str(folder))
    import paint

    drawn = paint.whole(paint.lily()).astype(int)
    kept = np.asarray(Image.open(folder / "photos/lily.jpg"), int)
    assert np.abs(drawn - kept).mean() < 4
    with (folder / "clips/rings.mp4").open("rb") as file:
        third = next(frame for frame in moving(file, 16) if frame.number == 20)
        drawn = paint.whole(paint.rings(third.time_s)).astype(int)
        assert np.abs(drawn - np.asarray(third.image(), int)).mean() < 6
