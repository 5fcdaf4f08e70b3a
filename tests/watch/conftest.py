"""A small piece with two buses, of which one moves, in a folder that a test may write into."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "compiler/score/data"
MANIFEST = """\
musicvis: 1
title: Waltz
seed: 3
score: {file: waltz.mscz, tail: 1s}
effects: effects.yaml
audio:
  buses:
    near:
      stems: [{score: waltz.mscz, gain: 70%}]
    far:
      stems: [{score: waltz.mscz, gain: -6 dB}]
      space: binaural
visuals:
  generator: embedded
  resolution: 128
  classes: {C: seashore, D: castle, E: lakeside, F: daisy, A: monastery, B: lighthouse, other: pier}
  rules:
    - where: {range: 2..3, beat: 1}
      kick: 2
video: {size: 64x36, fps: 6}
"""
EFFECTS = """\
# who moves
near:
  - {at: 1|1,  to: 0.5,   shape: half_cosine}   # to the right
  - {at: 2|1,  hold: 0.5}
  - {at: 3|1,  via: -0.4, shape: whole_cosine}
visuals.zoom:
  - {at: 1|1, from: 1, to: 1.5, shape: sine, cycles: per_bar}
"""


@pytest.fixture
def piece(tmp_path: Path) -> Path:
    """The folder of a piece that is free of faults."""
    folder = tmp_path / "waltz"
    folder.mkdir()
    (folder / "waltz.mscz").write_bytes((DATA / "waltz.mscz").read_bytes())
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "effects.yaml").write_text(EFFECTS, encoding="utf-8")
    return folder
