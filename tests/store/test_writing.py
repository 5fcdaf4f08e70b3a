"""What a file meets on its way to its place: the pipe, the link or the picture of a user stays as it is."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from av.error import err_check
from click.testing import CliRunner, Result
from musicvis.cli.command import main
from musicvis.renderers.sound.listening.clicks import write_clicks
from musicvis.renderers.sound.wave import write_wav
from musicvis.store.writing import meant_by, published, write_new
from musicvis.tests.hostile.samples import waltz

MANIFEST = """\
musicvis: 1
title: Waltz
score: waltz.mid
visuals: {classes: {other: mine.png}}
"""


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A piece that shows a picture, and is the current folder."""
    from PIL import Image

    (tmp_path / "waltz.mid").write_bytes(waltz())
    (tmp_path / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    Image.new("RGB", (32, 32), "red").save(tmp_path / "mine.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_full_disk_that_ffmpeg_meets_has_the_name_of_the_file(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with pytest.raises(OSError, match="No space left") as raised, published(film):
        # Of a kind whose name cannot be changed.
        err_check(-errno.ENOSPC)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(film))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_goes_with_the_next_write_and_nothing_else(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal\n"
        "from musicvis.store.writing import published\n"
        f"with published(pathlib.Path({str(tmp_path / 'a.mid')!r})) as partial:\n"
        "    partial.write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    others = [".b.0123abcd.partial.mid", ".a.0123abcd.partial.wav", ".a.mine.partial.mid", "a.0123abcd.mid"]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / ".a.00000000.partial.mid").mkdir()
    (tmp_path / ".a.11111111.partial.mid").symlink_to("a.0123abcd.mid")
    with published(tmp_path / "a.mid") as held:
        for path in tmp_path.iterdir():
            os.utime(path, (0, 0), follow_symlinks=False)
        # A second writer to the same name, while the first one writes.
        with published(tmp_path / "a.mid") as second:
            second.write_bytes(b"two")
            assert held.exists() and not left.exists()
        held.write_bytes(b"one")
    assert (tmp_path / "a.mid").read_bytes() == b"one"
    kept = {*others, ".a.00000000.partial.mid", ".a.11111111.partial.mid", "a.mid"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_new_file_on_a_full_disk_is_named_and_not_its_unfinished_part(tmp_path: Path) -> None:
    # Nobody can make a file there, whoever he is.
    with pytest.raises(OSError) as raised:
        write_new({Path("/proc/new.yaml"): b"x"})
    assert raised.value.filename == "/proc/new.yaml"


def test_a_copy_that_has_no_room_is_not_called_its_source(tmp_path: Path) -> None:
    copy = tmp_path / "copy.sf2"
    with pytest.raises(OSError) as raised, published(copy) as partial:
        raise OSError(errno.ENOSPC, "No space left on device", "/source.sf2", None, str(partial))
    assert raised.value.filename == str(copy)


def test_clicks_that_cannot_be_written_are_no_fault_of_the_recording(tmp_path: Path) -> None:
    recording = tmp_path / "a.wav"
    write_wav(recording, [np.zeros((4800, 2), np.float32)], 48_000)
    with pytest.raises(OSError) as raised:
        write_clicks(recording, Path("/proc/clicks.wav"), [0.0], [0])
    assert raised.value.filename == "/proc/clicks.wav"


def test_a_pipe_is_no_place_for_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"), published(pipe):
        raise AssertionError("it was opened")
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


def test_links_in_a_circle_mean_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError) as raised:
        meant_by(tmp_path / "a")
    assert raised.value.errno == errno.ELOOP
    with pytest.raises(OSError), published(tmp_path / "a"):
        raise AssertionError("it was opened")


@pytest.mark.parametrize(
    "words", [("plot", ".", "-o"), ("still", "1|1", ".", "-o"), ("classes", "--sheet")], ids=lambda w: w[0]
)
def test_a_picture_is_written_to_no_pipe_and_through_no_circle(piece: Path, words: tuple[str, ...]) -> None:
    outside = piece / "outside"
    outside.mkdir()
    os.mkfifo(outside / "pipe.png")
    (outside / "circle.png").symlink_to("circle.png")
    for name in ("pipe.png", "circle.png", "nowhere/new.png"):
        done = run(*words, str(outside / name))
        assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.output
    assert sorted(path.name for path in outside.iterdir()) == ["circle.png", "pipe.png"]


def test_a_plot_does_not_replace_a_picture_of_its_piece(piece: Path) -> None:
    mine = (piece / "mine.png").read_bytes()
    done = run("plot", ".", "-o", "mine.png")
    assert done.exit_code == 2 and "the piece is made from" in done.output
    assert (piece / "mine.png").read_bytes() == mine


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 75), (signal.SIGHUP, 129)])
def test_a_signal_that_ends_a_command_leaves_no_unfinished_file(
    piece: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    from musicvis.renderers import plot

    def ended(*words: object) -> None:
        assert list(piece.glob(".*.partial.png"))
        os.kill(os.getpid(), number)

    monkeypatch.setattr(plot, "storyboard", ended)
    done = run("plot", ".", "-o", "new.png")
    assert done.exit_code == code
    assert not list(piece.glob("*new*")) and not list(piece.glob(".*.partial.png"))
    assert signal.getsignal(number) is signal.SIG_DFL
