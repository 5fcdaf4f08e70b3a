"""The edges of a command: names that write to terminals, streams that are closed or full, memory that is."""

import csv
import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from musicvis.cli.command import main
from musicvis.cli.notes import csv_text
from musicvis.dsl.findings.plain import escaped

from .sweep import COMMANDS, MANIFEST, sound_piece

EVIL = "a\x1b[2J\u202e\x9b::x"
"""A folder's name that would empty a terminal and turn what follows it round."""


def shell(command: str, folder: Path, **limits: int) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))

    return subprocess.run(
        ["bash", "-c", command.replace("musicvis", f"{sys.executable} -m musicvis", 1)],
        cwd=folder,
        env={**os.environ, "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=limit if limits else None,
    )


@pytest.mark.parametrize(
    "line",
    [
        *(line for name, line in COMMANDS.items() if name != "compile"),
        ("plot", "PIECE", "-o", "a.gif"),
        ("compile", "PIECE", "--only", "audio", "-o", f"{EVIL}/a.wav"),
        ("compile", "PIECE/nothing"),
        ("notes", "PIECE/waltz.mid"),
        ("classes", EVIL),
        ("clean", "--cache-dir", EVIL),
        ("new", "PIECE/waltz.mid", "PIECE/new"),
        ("import", "PIECE/effects.json", "-o", "PIECE/effects.yaml"),
        ("weights", "add", "PIECE"),
        ("weights", "list"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_the_name_of_a_folder_comes_out_as_text(
    line: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound_piece(tmp_path / EVIL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSICVIS_WEIGHTS", str(tmp_path / EVIL / "weights"))
    words = tuple(word.replace("PIECE", EVIL) for word in line)
    done = CliRunner(env={"GITHUB_ACTIONS": ""}).invoke(main, words)
    assert all(c == "\n" or c == escaped(c) for c in done.output), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-2+3", "@x", "  =cmd|' /C calc'!A0"])
def test_no_cell_of_a_table_is_a_formula(cell: str) -> None:
    record = {"part": cell, "pitch": 60, "articulations": [cell], "classes": [], "rules": []}
    part, pitch, articulations, *_ = list(csv.reader(io.StringIO(csv_text([record]))))[1]
    assert (part, pitch, articulations) == (f"'{cell}", "60", f"'{cell}")


def test_numbers_and_words_of_a_table_stay_as_they_are() -> None:
    record = {"part": "Flute", "onset": "-1/3", "rest": "", "articulations": [], "classes": [], "rules": []}
    assert csv_text([record]).splitlines()[1] == "Flute,-1/3,,,,"


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_the_shell_has_closed_is_not_written_to(streams: str, tmp_path: Path) -> None:
    folder = sound_piece(tmp_path / "piece")
    assert shell(f"musicvis check . {streams}", folder).returncode == 0
    (folder / "piece.yaml").write_text(MANIFEST.replace("seed: 3", "sead: 3"), encoding="utf-8")
    done = shell(f"musicvis check . {streams}", folder)
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("line", ["notes .", "notes . --csv", "schema piece", "check . --format json"])
def test_a_full_device_for_the_output_is_reported(line: str, tmp_path: Path) -> None:
    done = shell(f"musicvis {line} > /dev/full", sound_piece(tmp_path / "piece"))
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].endswith("No space left on device")
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_running_out_of_memory_is_reported_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.chdir(sound_piece(tmp_path / "piece"))
    for place, line in {
        "dsl.load.load_piece": ("check", "."),
        "compiler.reports.note_list.piece_notes": ("notes", "."),
    }.items():
        monkeypatch.setattr(f"musicvis.{place}", full)
        done = CliRunner().invoke(main, line)
        assert done.exit_code == 1 and done.output.startswith("Error: the memory is full")


def test_a_disk_of_the_cache_that_is_full_is_named_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(sound_piece(tmp_path / "piece"))
    monkeypatch.setattr("musicvis.renderers.render.render", full)
    done = CliRunner().invoke(main, ("compile", ".", "--cache-dir", str(tmp_path / "cache")))
    assert done.exit_code == 1
    assert f"error: {tmp_path / 'cache'}: No space left on device" in done.output


def test_a_disk_of_the_film_that_is_full_is_named_by_the_film(tmp_path: Path) -> None:
    from musicvis.store.writing import published

    with pytest.raises(OSError) as caught, published(tmp_path / "film.mp4"):
        raise OSError(28, "No space left on device")
    assert caught.value.filename == str(tmp_path / "film.mp4")
