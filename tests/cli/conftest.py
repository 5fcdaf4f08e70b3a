"""A small piece on disk, and the command as a function."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from musicvis.cli.command import main

DATA = Path(__file__).parents[1] / "compiler/score/data"

MANIFEST = """\
musicvis: 1
title: Waltz
seed: 3
score: {file: waltz.mscz, tail: 1s}
effects: effects.yaml
visuals:
  classes: {C: seashore, D: castle, E: lakeside, F: daisy, A: monastery, B: lighthouse, other: pier}
  rules:
    - where: {beat: 1}
      kick: 2
    - where: {pitch: G}
      class: {mushroom: 70%, seashore: 30%}
video: {size: 64x36, fps: 10}
"""
EFFECTS = """\
# who moves
visuals.depth:
  - {at: 1|1, from: 0.5, to: 0.9, shape: straight}
  - {at: 3|1, hold: 0.4}
"""

Run = Callable[..., Result]


@pytest.fixture
def waltz() -> Path:
    """The score of the readers' tests."""
    return DATA / "waltz.mscz"


@pytest.fixture
def piece(tmp_path: Path, waltz: Path) -> Path:
    """The folder of a small piece that is free of faults."""
    folder = tmp_path / "waltz"
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes(waltz.read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "effects.yaml").write_text(EFFECTS, encoding="utf-8")
    return folder


@pytest.fixture
def run() -> Run:
    """`musicvis` with these arguments on a terminal of 80 columns: output, stderr, exit_code."""

    def invoke(*arguments: object) -> Result:
        result = CliRunner(env={"COLUMNS": "80", "GITHUB_ACTIONS": ""}).invoke(
            main, [str(a) for a in arguments]
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke
