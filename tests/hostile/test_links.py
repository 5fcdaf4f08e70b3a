"""Links that a piece brings along lead nowhere: no command reads or writes a file of the user through one."""

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import click
import pytest
from click.testing import CliRunner
from musicvis.cli.command import main
from musicvis.cli.discover import PiecePath
from musicvis.tests.examples import PART

from .samples import WAV, waltz

Line = tuple[str, ...]
"""The words of a command line."""
SECRET = "the-secret-of-the-user"
CANARY = f"{SECRET}: [\n  {SECRET}\n"
"""Not YAML, not JSON, no score, no recording: whoever reads it would quote it."""
MANIFEST = """\
musicvis: 1
title: Waltz
score: {file: scores/waltz.mid, tail: 0s}
effects: lanes/effects.yaml
visuals: {resolution: 128, weights: weights/own}
audio: {buses: {vibes: {}, marimba: {stems: [{file: stems/good.wav}]}}}
video: {size: 64x36, fps: 10}
"""
EFFECTS = "vibes:\n     - {at: 1|1,   hold: 0.5}\n"
READ = (
    "piece.yaml",
    "scores",
    "scores/waltz.mid",
    "lanes",
    "lanes/effects.yaml",
    "stems",
    "stems/good.wav",
    "weights",
    "weights/own",
    "weights/own/config.json",
    "effects.json",
)
BUILD = ("piece.mp4", "piece.wav", "piece-silent.mp4", "piece.png", ".gitignore")
STEMS = tuple(f"build/stems/{name}-{kind}.wav" for name in ("vibes", "marimba") for kind in ("dry", "wet"))
OUTPUTS = tuple(f"out.{suffix}" for suffix in ("mp4", "mkv", "wav", "flac", "png", "yaml", "npz"))
WRITTEN = {
    "the folder of the film": ("build",),
    "a folder that -o names": ("out",),
    "the folder of the stems": ("build/stems",),
    "every file": (*(f"build/{name}" for name in BUILD), *STEMS, *OUTPUTS),
    "the stems alone": STEMS,
}
SLOW = {"--ray", "--workers", "--verify", "--trust-plugins", "--shard", "--cache-dir", "--help", "--version"}
TALK = {"--json", "--format", "--csv", "--quiet", "--strict", "--select", "--ignore", "--backend"}
"""Options that open no file of a piece by a name of their own: what costs time, and how a command talks."""


def leaves(group: click.Group, words: Line = ()) -> Iterator[tuple[Line, click.Command]]:
    """Every command that musicvis has, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*words, name))
        else:
            yield (*words, name), command


# `watch` serves until it is stopped; tests/watch holds it to the same doors.
COMMANDS = {words: command for words, command in leaves(main) if words != ("watch",)}


def values_of(parameter: click.Parameter) -> list[str]:
    """The values to try for a parameter: each name in the piece if it takes a path."""
    if isinstance(parameter.type, PiecePath):
        return [".", "piece.yaml", "lanes/effects.yaml"]
    if isinstance(parameter.type, click.Path):
        outputs = [*OUTPUTS, "out/new.yaml", "out/new.mp4", "out/new.png"]
        inputs = ["scores/waltz.mid", "effects.json", "piece.yaml", "weights/own", "."]
        return outputs if not parameter.type.exists and isinstance(parameter, click.Option) else inputs
    if isinstance(parameter.type, click.Choice):
        return list(parameter.type.choices)
    return {"what": ["1|1"], "--stems": ["dry,wet"]}.get(parameter.opts[0], ["1"])


def lines_of(words: Line, command: click.Command, *, places_only: bool = False) -> Iterator[Line]:
    """A command as it is usually typed, with each of its arguments in turn, and with each of its options.

    places_only   leave out options that name no file, and other names for what is read
    """
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    usual = [values_of(argument)[0] for argument in arguments]
    for place, argument in enumerate(() if places_only else arguments):
        for value in values_of(argument)[1:]:
            yield (*words, *usual[:place], value, *usual[place + 1 :])
    yield (*words, *usual)
    for option in command.params:
        if not isinstance(option, click.Option) or (SLOW | TALK).intersection(option.opts):
            continue
        if places_only and not isinstance(option.type, click.Path):
            continue
        name = option.opts[-1]
        for value in [None] if option.is_flag else values_of(option):
            yield (*words, *usual, name, *([] if value is None else [value]))


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "piece"
    for name in ("scores", "lanes", "stems", "weights/own", "build/stems"):
        (folder / name).mkdir(parents=True)
    (folder / "piece.yaml").write_text(MANIFEST)
    (folder / "scores/waltz.mid").write_bytes(waltz())
    (folder / "lanes/effects.yaml").write_text(EFFECTS)
    (folder / "stems/good.wav").write_bytes(WAV)
    (folder / "weights/own/config.json").write_text("{}")
    (folder / "effects.json").write_text("{}")
    monkeypatch.chdir(folder)
    return folder


def replaced(piece: Path, name: str) -> Path:
    """A link in the place of a name, to a canary of the user; the folder of that canary."""
    mine = piece.parent / "mine"
    mine.mkdir(exist_ok=True)
    place = piece / name
    if place.is_dir() or name == "out":
        for found in place.rglob("*") if place.is_dir() else ():
            if found.is_file():
                copy = mine / found.relative_to(place)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(CANARY)
        (mine / "canary").write_text(CANARY)
        if place.is_dir():
            place.rename(piece.parent / "away")
        place.symlink_to(mine)
    else:
        # Each its own: a file that is made at the end of a dangling link is harm, too.
        if name.endswith(".gitignore"):
            place.symlink_to(mine / "not there yet")
            return mine
        (mine / place.name).write_text(CANARY)
        place.unlink(missing_ok=True)
        place.symlink_to(mine / place.name)
    return mine


def held(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def harm(line: Line, mine: Path) -> str:
    """The harm that a command did to the user's files, in words; empty if none."""
    before = held(mine)
    done = CliRunner(env={"GITHUB_ACTIONS": ""}).invoke(main, line)
    if held(mine) != before:
        return "it wrote through the link"
    if SECRET in done.output:
        return f"it told what is in the file: {done.output}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return f"it raised {done.exception!r}"
    return ""


def is_due(name: str, line: Line) -> bool:
    """Whether a link and an option that names no file meet: all do in `make soak`, else one pair of three."""
    whole = os.environ.get("MUSICVIS_EXAMPLES") == "soak"
    return whole or crc32(" ".join((name, *line)).encode()) % PART == 0


@pytest.mark.parametrize("name", READ)
def test_no_command_reads_or_tells_what_a_link_of_a_piece_leads_to(piece: Path, name: str) -> None:
    mine = replaced(piece, name)
    for words, command in COMMANDS.items():
        places = list(lines_of(words, command, places_only=True))
        for line in lines_of(words, command):
            if line not in places and not is_due(name, line):
                continue
            # The piece is sound where only a file beside it is a link: nothing else is worth its render.
            if name != "effects.json" or name in line:
                assert harm(line, mine) == "", line


@pytest.mark.parametrize("name", WRITTEN)
def test_no_command_writes_through_a_link_of_a_piece(piece: Path, name: str) -> None:
    (piece / "piece.yaml").write_text(MANIFEST.replace(", weights: weights/own", ""))
    for link in WRITTEN[name]:
        mine = replaced(piece, link)
    lines: list[Line] = [("--only", "stems", "--stems", "dry,wet")]
    if "stems" not in name:
        for words, command in COMMANDS.items():
            if words != ("compile",):
                for line in lines_of(words, command, places_only=True):
                    assert harm(line, mine) == "", line
        lines += [("--only", "audio"), ("--device", "nowhere"), ("-o", "out.wav"), ("-o", "out.flac")]
        lines += [("--device", "nowhere", "-o", out) for out in ("out.mp4", "out.mkv", "out/new.mp4")]
    for line in lines:
        assert harm(("compile", ".", *line), mine) == "", line


def test_a_name_that_no_link_stands_at_is_written_as_before(piece: Path) -> None:
    (piece / "piece.yaml").write_text(MANIFEST.replace(", weights: weights/own", ""))
    done = CliRunner().invoke(main, ("compile", ".", "--only", "stems", "--stems", "dry,wet"))
    assert done.exit_code == 0, done.output
    assert len(list((piece / "build" / "stems").iterdir())) == 4
    assert CliRunner().invoke(main, ("fmt", ".")).exit_code == 0
    assert (piece / "lanes/effects.yaml").read_text() == "vibes:\n  - {at: 1|1, hold: 0.5}\n"
