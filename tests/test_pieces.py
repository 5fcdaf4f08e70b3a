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


@pytest.mark.parametrize("name", ["impassive", "paper-boat"])
def test_a_piece_has_no_findings(name: str) -> None:
    assert check_piece(load_piece(PIECES / name)) == ()


@pytest.mark.parametrize("name", ["impassive", "paper-boat"])
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
