"""The picture plays the music: rendered frames change most where the notes begin, at every frame rate."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from mido import Message, MidiFile, MidiTrack
from musicvis.compiler.compile import compile_piece
from musicvis.dsl.load import load_piece
from musicvis.renderers.generators.embedded.painter import EmbeddedGenerator
from musicvis.renderers.render import render
from musicvis.renderers.request import Request

ONSETS_S = (0.31, 0.87, 1.5, 2.13, 2.61)
PITCHES = (60, 64, 67, 69, 71)
MANIFEST = """\
musicvis: 1
title: Strokes
score: {file: strokes.mid, tail: 0.4s}
visuals:
  generator: embedded
  resolution: 128
  classes: {C: seashore, E: lakeside, G: volcano, A: monastery, B: lighthouse}
video: {size: 64x36, frame: fill}
"""


class Silent:
    def progress(self, stage: str, done: int, total: int) -> None: ...
    def message(self, text: str) -> None: ...


def strokes(folder: Path) -> Path:
    """Notes of 0.2 s at ONSETS_S: at 120 quarters a minute and 500 ticks each, a tick is a millisecond."""
    midi, track, now = MidiFile(ticks_per_beat=500), MidiTrack(), 0
    for onset_s, pitch in zip(ONSETS_S, PITCHES, strict=True):
        at = round(onset_s * 1000)
        track.append(Message("note_on", note=pitch, velocity=110, time=at - now))
        track.append(Message("note_off", note=pitch, time=200))
        now = at + 200
    midi.tracks.append(track)
    midi.save(folder / "strokes.mid")
    (folder / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder


def changes(film: Path) -> list[float]:
    with av.open(str(film)) as file:
        frames = [frame.to_ndarray(format="gray").astype(float) for frame in file.decode(video=0)]
    return [0.0, *(float(np.abs(b - a).mean()) for a, b in pairwise(frames))]


@pytest.fixture(scope="module")
def painter() -> EmbeddedGenerator:
    return EmbeddedGenerator(0, (48, 48))


@pytest.mark.parametrize("fps", [Fraction(15), Fraction(24), Fraction(30000, 1001)])
def test_the_largest_change_comes_with_the_frame_that_begins_nearest_to_the_onset(
    tmp_path: Path, painter: EmbeddedGenerator, fps: Fraction
) -> None:
    plan = compile_piece(load_piece(strokes(tmp_path), fps=str(fps))).plan
    assert plan is not None
    render(plan, tmp_path / "film.mp4", Request(only="video"), reporter=Silent(), generator=painter)
    change = changes(tmp_path / "film.mp4")
    for onset_s in ONSETS_S:
        near = range(round((onset_s - 0.15) * fps), round((onset_s + 0.2) * fps) + 1)
        largest = max(near, key=lambda frame: change[frame])
        assert abs(largest / fps - Fraction(onset_s)) <= Fraction(501, 1000) / fps, (onset_s, largest)
