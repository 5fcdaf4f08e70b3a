"""The same music makes the same plan, however its manifest is written and its files are called."""

import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from musicvis.compiler.compile import compile_piece
from musicvis.compiler.plan import Plan
from musicvis.dsl.load import load_piece
from musicvis.store.values.keys import digest_of

WALTZ = Path(__file__).parents[1] / "score/data/waltz.mscz"
ONE = """musicvis: 1
title: Waltz
seed: 7
score: {file: waltz.mscz, tail: 2s}
audio:
  chains:
    hall: [{reverb: {room_size: 56.8%, damping: 100%, wet: 20%, dry: 50%}}]
  buses:
    low:
      stems: [{score: waltz.mscz, gain: 80%}]
      chain: [{tremolo: {rate: 6 Hz, depth: 33%}}, hall]
      gain: 50%
visuals:
  depth: 50%
  classes: {A: monastery, B: marimba, C: screen}
  motion: {memory: motif}
video:
  size: 64x36
  fps: 10
  post:
    - {at: 1|1, for: 0.62s, title: Waltz, color: "#C75349"}
effects:
  low:
    - {at: 1|1, to: 0.5, shape: half_cosine}
    - {at: 3|1, hold: -1}
  visuals.hue:
    - {at: 1|1, to: 90}
"""
OTHER = """# Keys in another order, numbers spelled otherwise, another title, another file.
musicvis: 1
effects:
  visuals.hue:
    - {to: 90.0, at: 1|1}
  low:
    - {shape: half_cosine, at: 1|1, to: 0.50}
    - {at: 3|1, hold: -1.0}
video:
  fps: 10.0
  post:
    - at: 1|1
      color: "#C75349"
      title: "Waltz"
      for: 620ms
  size: 64x36
visuals:
  motion: {memory: motif}
  classes:
    C: screen
    B: marimba
    A: 663   # monastery
  depth: 0.5
audio:
  buses:
    low:
      gain: 0.5
      chain: [{tremolo: {depth: 0.33, rate: 6Hz}}, hall]
      stems: [{gain: 0.8, score: other/tune.mscz}]
  chains:
    hall: [{reverb: {dry: 0.5, wet: 0.2, damping: 1, room_size: 0.568}}]
score: {tail: 2000ms, file: other/tune.mscz}
seed: 7
title: Another title
"""


def plan_of(folder: Path, text: str, score: str) -> Plan:
    (folder / score).parent.mkdir(parents=True)
    shutil.copy(WALTZ, folder / score)
    (folder / "piece.yaml").write_text(text)
    plan = compile_piece(load_piece(folder)).plan
    assert plan is not None
    return plan


def differences(one: Any, two: Any, where: str) -> list[str]:
    """The fields in which two plans differ."""
    if type(one) is type(two) and is_dataclass(one):
        names = [field.name for field in fields(one)]
        return [d for n in names for d in differences(getattr(one, n), getattr(two, n), f"{where}.{n}")]
    if type(one) is type(two) is tuple and len(one) == len(two):
        return [d for pair in zip(one, two, strict=True) for d in differences(*pair, where)]
    return [] if digest_of(one) == digest_of(two) else [where]


@pytest.mark.parametrize("more", ["", "\n# a comment at the end\n"], ids=["other", "with a comment"])
def test_only_names_tell_two_spellings_of_one_piece_apart(tmp_path: Path, more: str) -> None:
    one = plan_of(tmp_path / "one", ONE, "waltz.mscz")
    two = plan_of(tmp_path / "two", OTHER + more, "other/tune.mscz")
    assert differences(one, two, "plan") == ["plan.title", "plan.sound.buses.stems.name"]


def test_another_number_is_another_plan(tmp_path: Path) -> None:
    one = plan_of(tmp_path / "one", ONE, "waltz.mscz")
    two = plan_of(tmp_path / "two", ONE.replace("wet: 20%", "wet: 21%"), "waltz.mscz")
    assert differences(one, two, "plan") == ["plan.sound.buses.chain.constants"]
