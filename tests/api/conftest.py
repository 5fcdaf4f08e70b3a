"""A small piece as the Python interface sees it, its cache shared by all tests of a file."""

from pathlib import Path

import musicvis as mv
import pytest

DATA = Path(__file__).parents[1] / "compiler/score/data"
MANIFEST = """\
musicvis: 1
title: Waltz
seed: 3
score: {file: waltz.mscz, tail: 1s}
effects:
  visuals.depth:
    - {at: 1|1, from: 0.5, to: 0.9, shape: straight}
    - {at: 3|1, hold: 0.4}
visuals:
  generator: embedded
  resolution: 128
  classes: {C: seashore, D: castle, E: lakeside, F: daisy, A: monastery, B: lighthouse, other: pier}
  rules:
    - where: {beat: 1}
      kick: 2
    - where: {pitch: G}
      class: {mushroom: 70%, seashore: 30%}
video:
  size: 64x36
  fps: 4
  post:
    - {title: Waltz, at: 1|1, for: 2s}
    - {fade_in: 1s, at: 1|1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a piece that is free of faults."""
    folder = tmp_path_factory.mktemp("pieces") / "waltz"
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def piece(folder: Path) -> mv.Piece:
    """The piece, with a cache of this file's own."""
    return mv.load(folder, cache=folder.parent / "cache")


@pytest.fixture(scope="module")
def plan(piece: mv.Piece) -> mv.Plan:
    """Its first bar."""
    return piece.plan(bars="1..2")
