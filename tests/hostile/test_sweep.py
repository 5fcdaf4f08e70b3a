"""Bad input through the real command: exit code 1 or 2, a finding with its mend, and nothing changed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sweep import COMMANDS, MUST_FAIL, SPOILT, WORDS, Words, faults, sound_piece, strange_files


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    return sound_piece(tmp_path / "piece")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("compile", "plot")])
def test_the_piece_itself_is_sound(piece: Path, command: str) -> None:
    words = tuple("." if word == "PIECE" else word for word in COMMANDS[command])
    assert faults(words, piece, must_fail=False) == []


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_piece_ends_every_command_with_findings(piece: Path, name: str) -> None:
    SPOILT[name](piece)
    for command, line in COMMANDS.items():
        words = tuple("." if word == "PIECE" else word for word in line)
        assert faults(words, piece, command in MUST_FAIL) == [], command


@pytest.mark.parametrize("words", WORDS, ids=str)
def test_words_that_cannot_be_followed_are_reported(piece: Path, words: Words) -> None:
    strange_files(piece)
    assert faults(words.line, piece) == []


@pytest.fixture
def stranger() -> Iterator[Path]:
    """The folder of a piece that this process may look at, but not into some of its files."""
    with tempfile.TemporaryDirectory() as name:
        folder = sound_piece(Path(name) / "piece")
        # What is imported late must be there before root becomes nobody.
        for line in COMMANDS.values():
            faults(tuple("nowhere" if word == "PIECE" else word for word in line), folder)
            if line[0] in ("check", "notes", "explain"):
                faults(tuple("." if word == "PIECE" else word for word in line), folder, must_fail=False)
        is_root = os.geteuid() == 0
        if is_root:
            for path in (Path(name), folder, *folder.iterdir()):
                os.chown(path, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o700)


@pytest.mark.parametrize("name", ["piece.yaml", "effects.yaml", "waltz.mid", "good.wav"])
def test_a_file_that_may_not_be_read_is_a_finding(stranger: Path, name: str) -> None:
    (stranger / name).chmod(0)
    for command in ("check", "explain"):
        words = tuple("." if word == "PIECE" else word for word in COMMANDS[command])
        assert faults(words, stranger) == []


def test_a_folder_that_may_not_be_looked_into_is_wrong_use(stranger: Path) -> None:
    stranger.chmod(0)
    try:
        for command in ("check", "compile", "plan", "plot", "fmt", "explain"):
            words = tuple("piece" if word == "PIECE" else word for word in COMMANDS[command])
            assert faults(words, stranger.parent) == []
    finally:
        stranger.chmod(0o700)


def test_a_folder_that_may_not_be_written_to_stays_as_it_is(stranger: Path) -> None:
    stranger.chmod(0o500)
    assert faults(("compile", ".", "-o", "a.mp4"), stranger) == []
    assert faults(("import", "effects.json", "-o", "new.yaml"), stranger) == []


def outside(words: tuple[str, ...], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "musicvis", *words],
        cwd=folder,
        env={**os.environ, "GITHUB_ACTIONS": "", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        errors="replace",
    )


def test_a_stream_that_cannot_write_a_letter_gets_numbers_in_their_place(piece: Path) -> None:
    (piece / "piece.yaml").write_text("musicvis: 1\ntitle: W\n春: 1\n", encoding="utf-8")
    done = outside(("check", "--format", "text"), piece, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 1 and "`\\u6625` is not a key" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_name_that_is_no_text_is_a_name_all_the_same(piece: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(piece) + b"/\xff\xfe"))
    folder.mkdir()
    (folder / "piece.yaml").write_text("musicvis: 1\n", encoding="utf-8")
    for form in ("text", "concise", "json", "github", "sarif"):
        done = outside(("check", "--format", form, str(folder)), piece)
        assert done.returncode == 1 and "MV203" in done.stdout and not done.stderr.startswith("Traceback")


def test_a_closed_pipe_gives_no_traceback(piece: Path) -> None:
    command = f"{sys.executable} -m musicvis notes . --json | head -c 1"
    done = subprocess.run(command, shell=True, cwd=piece, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr


def test_a_current_folder_that_is_gone_is_wrong_use(piece: Path) -> None:
    gone = piece / "gone"
    command = f"mkdir gone && cd gone && rmdir '{gone}' && {sys.executable} -P -m musicvis check"
    done = subprocess.run(command, shell=True, cwd=piece, capture_output=True, text=True, timeout=300)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr


def test_limits_of_the_environment_are_judged_before_anything_is_made(piece: Path) -> None:
    done = outside(("compile", "."), piece, MUSICVIS_CACHE_LIMIT="a lot")
    assert done.returncode == 2 and "'a lot' is not a size" in done.stderr
    assert not (piece / "build").exists()


@pytest.mark.parametrize("place", ["build", "build/piece.mp4", "build/.gitignore"])
def test_a_link_that_a_piece_brings_along_is_not_written_through(piece: Path, place: str) -> None:
    mine = piece.parent / "mine"
    mine.mkdir() if place == "build" else mine.with_suffix(".mp4").write_text("mine")
    if place != "build":
        (piece / "build").mkdir()
    target = mine if place == "build" else mine.with_suffix(".mp4")
    if place.endswith(".gitignore"):
        target = piece.parent / "not there yet"
    (piece / place).symlink_to(target)
    for words in (("compile", ".", "--device", "nowhere"), ("plot", ".")):
        faults(words, piece, must_fail=False)
    assert not (piece.parent / "not there yet").exists()
    assert list(mine.iterdir()) == [] if mine.is_dir() else mine.with_suffix(".mp4").read_text() == "mine"
