"""Documents of Parseq that we write: what Parseq and Deforum read in them, and what we read back."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.plan import BarMark, Chapter
from musicvis.compiler.score.model import Meter
from musicvis.compiler.write.bridges.incoming import read_schedules
from musicvis.compiler.write.bridges.parseq import parseq
from musicvis.compiler.write.bridges.timeline import BridgeError, Tempo, Timeline

ZOOM = np.array([1.0, 1.25, 1.5, 1.75, 2.0, 2.0, 2.0, 2.0, 1.0, 0.5])
HUE = 30.0 * np.sin(np.arange(10))
TIMELINE = Timeline(
    title="Waltz",
    film="waltz.mp4",
    fps=Fraction(25, 2),
    frame_count=10,
    bars=[BarMark(1, 1, Fraction(0)), BarMark(2, 1, Fraction(2, 5))],
    sections=[Chapter("A", Fraction(2, 5))],
    tempi=[Tempo(Fraction(0), Fraction(150), Meter(3, 4))],
    lanes={"zoom": ZOOM, "visuals.hue": HUE, "still": np.zeros(10)},
)


def document(timeline: Timeline = TIMELINE) -> Any:
    return json.loads(parseq(timeline))


def test_frames_hold_what_parseq_works_out() -> None:
    # As its parseq-renderer.ts does: the largest value is by its size; the step of zoom is a factor about 1.
    frames = document()["rendered_frames"]
    assert [frame["frame"] for frame in frames] == list(range(10))
    assert frames[4] == pytest.approx(
        {
            "frame": 4,
            "zoom": 2.0,
            "zoom_delta": 1.25,
            "zoom_pc": 100.0,
            "visuals_hue": HUE[4],
            "visuals_hue_delta": HUE[4] - HUE[3],
            "visuals_hue_pc": HUE[4] / np.abs(HUE).max() * 100.0,
            "still": 0.0,
            "still_delta": 0.0,
            "still_pc": 0.0,
        },
        rel=1e-6,
    )
    # In the first frame a step is the value itself.
    assert (frames[0]["zoom_delta"], frames[9]["zoom_delta"], frames[0]["zoom_pc"]) == (1.0, 0.5, 50.0)
    meta = document()["rendered_frames_meta"]
    assert meta["still"] == {"max": 0.0, "min": 0.0, "isFlat": True}
    assert meta["visuals_hue"]["max"] == pytest.approx(np.abs(HUE).max())
    # Without a prompt in the first frame Deforum keeps its own.
    assert "deforum_prompt" not in frames[0]


def test_keyframes_stand_at_corners_with_bars_and_sections_as_remarks() -> None:
    keys = {key["frame"]: key for key in document()["keyframes"]}
    assert [frame for frame, key in keys.items() if "zoom" in key] == [0, 4, 7, 8, 9]
    assert keys[0] | {"frame": 0, "zoom": 1.0, "zoom_i": "L", "info": "bar 1"} == keys[0]
    assert keys[5]["info"] == "A, bar 2"
    assert [frame for frame, key in keys.items() if "still" in key] == [0, 9]


def test_the_document_has_every_key_that_parseq_needs() -> None:
    # parseq-renderer.ts refuses a document without these.
    written = document()
    assert len(written["keyframes"]) >= 2
    assert (written["options"]["output_fps"], written["options"]["bpm"]) == (12.5, 150.0)
    assert written["managedFields"] == ["zoom", "visuals_hue", "still"]
    assert written["prompts"]["enabled"] is False and written["prompts"]["format"] == "v2"


def test_a_film_of_one_frame_is_no_document() -> None:
    with pytest.raises(BridgeError, match="one frame"):
        parseq(replace(TIMELINE, frame_count=1, lanes={"zoom": ZOOM[:1]}))


@pytest.mark.parametrize("only", ["keyframes", "rendered_frames"])
def test_we_read_the_values_of_the_lanes_back(only: str) -> None:
    written = document()
    if only == "keyframes":
        del written["rendered_frames"]
    else:
        written = {"rendered_frames": written["rendered_frames"]}
    read = read_schedules(json.dumps(written), "a.json")
    assert read is not None and read.program == "Parseq" and read.findings == ()
    assert read.fps == (12.5 if only == "keyframes" else None)
    assert list(read.fields) == ["zoom", "visuals_hue", "still"]
    for name, lane in zip(read.fields, TIMELINE.lanes.values(), strict=True):
        assert read.fields[name] == pytest.approx(lane, abs=1e-5 * max(float(np.ptp(lane)), 1.0))


@pytest.mark.parametrize("name", ["frame", "info", "a.zoom_i", "b.zoom_delta", "1st"])
def test_a_name_that_means_something_else_in_parseq_is_refused(name: str) -> None:
    with pytest.raises(BridgeError, match=name) as error:
        parseq(replace(TIMELINE, lanes={name: ZOOM}))
    assert f"--lane {name}=" in error.value.hint


def test_a_field_is_named_in_letters_digits_and_underscores() -> None:
    assert document(replace(TIMELINE, lanes={"vibes-8d.azimuth": ZOOM}))["managedFields"] == [
        "vibes_8d_azimuth"
    ]


def test_two_lanes_of_one_field_are_refused() -> None:
    with pytest.raises(BridgeError, match="one field"):
        parseq(replace(TIMELINE, lanes={"a.b": ZOOM, "a_b": ZOOM}))
