"""An edited word makes the segments new in which it stands, and no other."""

from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from musicvis.compiler.compile import compile_piece
from musicvis.dsl.load import load_piece
from musicvis.renderers.crews.job import Recipe
from musicvis.renderers.film.segment_nodes import segment_jobs

MANIFEST = """\
musicvis: 1
title: Snow
score: song.mid
visuals: {generator: embedded}
video: {size: 64x36, fps: 10, lyrics: {part: Voice}}
"""


@pytest.fixture
def keys(tmp_path: Path) -> Callable[[str], list[str]]:
    def of(last: str) -> list[str]:
        track = mido.MidiTrack([mido.MetaMessage("track_name", name="Voice")])
        for text in ("The ", "snow ", "is ", "deep. ", "Ring ", "on ", "and ", last):
            track.append(mido.MetaMessage("lyrics", text=text))
            track.append(mido.Message("note_on", note=60, velocity=80))
            track.append(mido.Message("note_off", note=60, time=480))
        mido.MidiFile(tracks=[track]).save(tmp_path / "song.mid")
        (tmp_path / "piece.yaml").write_text(MANIFEST, encoding="utf-8")
        plan = compile_piece(load_piece(tmp_path)).plan
        assert plan is not None
        return [job.node.key for job in segment_jobs(plan, Recipe("cpu"))]

    return of


def test_an_edited_word_makes_only_the_segments_of_its_line_new(keys: Callable[[str], list[str]]) -> None:
    before, after = keys("on."), keys("off.")
    changed = [one != two for one, two in zip(before, after, strict=True)]
    # Bar 1 has the first line. The second is sung in bar 2, and stays half a second into the ring-out.
    assert changed == [False, True, True, False]
    assert keys("on.") == before
