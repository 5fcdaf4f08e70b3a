"""The pieces that come with musicvis: they check without findings, and their programs make their scores."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from musicvis.compiler.compile import check_piece
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.load import load_piece

PIECES = Path(__file__).parents[1] / "pieces"
NAMES = ["impassive", "paper-boat", "lantern-pond", "night-train"]
ELSEWHERE = {
    "a program or file that does not come with musicvis": "vst3 preset parameters soundfont sounds sofa font",
    "BigGAN's weights or a trained model": "weights weights_sha256 walk move",
    "the extra `score`, without which no piece here may fail": "ink opacity",
    "a recording in place of the score": "mapping spectrum pitch_sensitivity tempo_sensitivity smooth_factor "
    "num_classes sort_classes_by_power align",
    "`musicvis pin` has written what it becomes": "like",
}
"""Keys of docs/manifest.md that no piece here can have, by what they need; docs and tests show each."""


@pytest.mark.parametrize("name", NAMES)
def test_a_piece_has_no_findings(name: str) -> None:
    assert check_piece(load_piece(PIECES / name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_its_program_writes_the_scores_that_are_here(name: str, tmp_path: Path) -> None:
    folder = copytree(PIECES / name, tmp_path / name, ignore=lambda *_: ["scores", "build", "__pycache__"])
    subprocess.run([sys.executable, folder / "compose.py"], check=True, cwd=tmp_path)
    made = {path.name: path.read_bytes() for path in (folder / "scores").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (PIECES / name / "scores").iterdir()}


def test_every_key_of_the_manual_occurs_in_a_piece() -> None:
    import yaml

    def keys(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from str(key).split(".")
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    manual = (PIECES.parent / "docs/manifest.md").read_text(encoding="utf-8")
    tables = "".join(re.findall(r"<!-- table: .*?<!-- end -->", manual, re.DOTALL))
    named = {key.rpartition(".")[2] for key in re.findall(r"^\| `([^`]+)`", tables, re.MULTILINE)}
    texts = [path.read_text(encoding="utf-8") for path in PIECES.glob("*/*.yaml")]
    used = {key for text in texts for key in keys(yaml.safe_load(text))}
    elsewhere = set(" ".join(ELSEWHERE.values()).split())
    assert named - used - elsewhere == set()
    assert elsewhere - used == elsewhere, "a key of ELSEWHERE occurs in a piece now"


def test_the_song_shows_all_of_its_words_and_each_verse_line_by_line() -> None:
    from musicvis.compiler.heard_piece import hear
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

    drawn = paint.whole(paint.lily((200, 112))).astype(int)
    kept = Image.open(folder / "photos/lily.jpg")
    assert kept.size == paint.PHOTO_PX
    # The shine on the water is drawn anew for each size; the picture of the pond is 54 levels away.
    assert np.abs(drawn - np.asarray(kept.resize((200, 112)), int)).mean() < 14
    with (folder / "clips/rings.mp4").open("rb") as file:
        third = next(frame for frame in moving(file, 16) if frame.number == 20)
        drawn = paint.whole(paint.rings(third.time_s)).astype(int)
        assert np.abs(drawn - np.asarray(third.image(), int)).mean() < 6
