"""docs/python.md: each command of `musicvis --help` has its row and its call, and every example runs."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import musicvis as mv
import pytest
from musicvis.cli.command import main
from musicvis.renderers.generators.biggan import fetch
from musicvis.renderers.generators.biggan.architecture import config_text, released
from musicvis.renderers.generators.biggan.library import add
from musicvis.renderers.generators.biggan.weights import write_safetensors
from musicvis.renderers.generators.embedded import sheet
from musicvis.tests.renderers.generators.random_weights import random_weights
from musicvis.tests.soundfont import FONT

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
TABLE = PAGE.partition("| command | call |\n|---|---|\n")[2].partition("\n\n")[0]
ROWS = dict(re.findall(r"^\| `([a-z ]+)` \| (.*) \|$", TABLE, re.MULTILINE))


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    """Each command that can be typed, those of groups too: `weights fetch`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        elif not command.hidden:
            yield f"{above}{name}"


def test_each_command_has_its_row() -> None:
    assert sorted(ROWS) == sorted(commands(main))
    assert len(ROWS) == len(TABLE.splitlines())


@pytest.mark.parametrize("command", ROWS)
def test_each_call_of_the_table_is_in_an_example_that_runs(command: str) -> None:
    calls = re.findall(r"`((?:mv|piece|plan|notation)\.[a-z_.]+)`", ROWS[command])
    if not calls:
        assert ROWS[command].startswith("none: ")
    # The piece of an example may have another name; what is called is the same.
    shown = "\n".join(BLOCKS)
    for call in calls:
        own = call if call.startswith("mv.") else call[call.index(".") :]
        assert re.search(rf"{re.escape(own)}\b", shown), call


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    architecture = released(128, channel_width=4)
    for name in ("my-weights", "server"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(config_text(architecture))
        write_safetensors(tmp_path / name / "model.safetensors", random_weights(architecture))
    # The addresses are of a package that need not be here, and no test loads half a gigabyte.
    release = fetch.Release("biggan-deep-128", "http://127.0.0.1:1/weights", "http://127.0.0.1:1/config")
    monkeypatch.setattr(fetch, "releases", lambda: {release.name: release})
    monkeypatch.setattr(
        fetch, "fetch", lambda wanted, library, told, sha256: add(tmp_path / "server", wanted.name, library)
    )
    few = sheet.examples()[:2]
    monkeypatch.setattr(sheet, "examples", lambda: few)
    monkeypatch.setenv("MUSICVIS_SOUNDS", str(tmp_path / "sounds"))
    (tmp_path / "small.sf2").write_bytes(FONT)
    monkeypatch.chdir(tmp_path)
    # What the tutorial made, in a smaller size.
    (tmp_path / "waltz.mscx").write_bytes((ROOT / "tests/compiler/score/data/waltz.mscx").read_bytes())
    manifest = mv.new("waltz.mscx").piece.manifest
    text = manifest.read_text().replace("1920x1080", "64x36").replace("fps: 30", "fps: 4")
    manifest.write_text(text.replace("  depth: 0.8", "  resolution: 128\n  depth: 0.8"))
    names: dict[str, object] = {"__name__": "page"}
    for block in BLOCKS:
        exec(block, names)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"passage.mp4", "passage.wav", "passage.png", "frame.png", "heard.mid", "second", "models"} <= made
    printed = capsys.readouterr().out
    assert "must end in .mp4" in printed
    assert "Small Sounds" in printed and "Deforum" in printed
    manifest = (tmp_path / "second/piece.yaml").read_text()
    assert "weights: own" in manifest and "{like" not in manifest and "C: seashore" in manifest
