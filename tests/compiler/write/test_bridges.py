"""Bridges to other programs, read back by readers that others wrote, and schedules that others write."""

import json
import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.plan import BarMark, Chapter
from musicvis.compiler.score.model import Meter
from musicvis.compiler.write.bridges.cues import osc, xtiming
from musicvis.compiler.write.bridges.deforum import deforum, frame_values, schedule
from musicvis.compiler.write.bridges.edl import edl
from musicvis.compiler.write.bridges.formula import FormulaError, evaluated
from musicvis.compiler.write.bridges.incoming import read_schedules
from musicvis.compiler.write.bridges.otio import otio
from musicvis.compiler.write.bridges.reaper import reaper
from musicvis.compiler.write.bridges.straight import corners
from musicvis.compiler.write.bridges.timeline import Cue, Tempo, Timeline
from musicvis.dsl.findings.diagnostics import PieceError

LANE = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5])
TIMELINE = Timeline(
    title='Waltz & "Boat"',
    film="waltz.mp4",
    fps=Fraction(10),
    frame_count=10,
    bars=[BarMark(1, 1, Fraction(0)), BarMark(2, 1, Fraction(2, 5)), BarMark(1, 2, Fraction(4, 5))],
    sections=[Chapter("A", Fraction(0)), Chapter("B", Fraction(4, 5))],
    tempi=[Tempo(Fraction(0), Fraction(150), Meter(3, 4)), Tempo(Fraction(4, 5), Fraction(90), Meter(6, 8))],
    cues=[
        Cue(Fraction(0), Fraction(3, 5), "harp", 60, 100, "Boat"),
        Cue(Fraction(0), Fraction(1, 5), "harp", 64, 90),
        Cue(Fraction(2, 5), Fraction(4, 5), "harp", 67, 80),
    ],
    lanes={"visuals.zoom": LANE},
)


def test_opentimelineio_reads_the_clip_its_markers_and_the_lanes(tmp_path: Path) -> None:
    reader = pytest.importorskip("opentimelineio")
    path = tmp_path / "waltz.otio"
    path.write_text(otio(TIMELINE), encoding="utf-8")
    timeline = reader.adapters.read_from_file(str(path))
    (clip,) = timeline.tracks[0]
    assert clip.media_reference.target_url == "waltz.mp4"
    assert (clip.duration().value, clip.duration().rate) == (10, 10)
    marks = [
        (mark.name, mark.marked_range.start_time.value, mark.marked_range.duration.value)
        for mark in clip.markers
    ]
    assert marks == [("A", 0, 8), ("bar 1", 0, 4), ("bar 2", 4, 4), ("B", 8, 2), ("bar 1 (time 2)", 8, 2)]
    assert list(timeline.metadata["musicvis"]["lanes"]["visuals.zoom"]) == LANE.tolist()


def test_the_reader_of_edit_lists_reads_the_event_and_its_locators() -> None:
    reader = pytest.importorskip("opentimelineio")
    pytest.importorskip("otio_cmx3600_adapter")
    timeline = reader.adapters.read_from_string(
        edl(replace(TIMELINE, fps=Fraction(25), frame_count=25)), "cmx_3600", rate=25
    )
    (clip,) = timeline.tracks[0]
    assert (timeline.name, clip.name, clip.duration().value) == ('Waltz & "Boat"', "waltz.mp4", 25)
    hour = 3600 * 25
    marks = [(mark.name, mark.color, mark.marked_range.start_time.value - hour) for mark in clip.markers]
    assert marks == [
        ("A", "RED", 0),
        ("bar 1", "GREEN", 0),
        ("bar 2", "GREEN", 10),
        ("B", "RED", 20),
        ("bar 1 (time 2)", "GREEN", 20),
    ]


def test_a_reader_of_reaper_projects_reads_tempi_markers_and_regions() -> None:
    reader = pytest.importorskip("rpp")
    project = reader.loads(reaper(replace(TIMELINE, sections=[Chapter('The "end"', Fraction(0))])))
    lines = [child for child in project.children if isinstance(child, list)]
    assert lines[0] == ["TEMPO", "150", "3", "4"]
    # 3/4 is 4 * 65536 + 3.
    points = [[float(value) for value in point[1:]] for point in project.find("TEMPOENVEX").children]
    assert points == [[0, 150, 1, 262147], [0.8, 90, 1, 524294]]
    marks = [(line[3], float(line[2]), line[4]) for line in lines if line[0] == "MARKER"]
    assert marks == [
        ("bar 1", 0, "0"),
        ("bar 2", 0.4, "0"),
        ("bar 1 (time 2)", 0.8, "0"),
        ("The 'end'", 0, "1"),
        ("", 1, "1"),
    ]


def test_timing_tracks_do_not_overlap_and_count_milliseconds() -> None:
    tracks = {
        track.get("name"): [
            (mark.get("label"), mark.get("starttime"), mark.get("endtime")) for mark in track.iter("Effect")
        ]
        for track in ET.fromstring(xtiming(TIMELINE)).iter("timing")
    }
    assert tracks == {
        "Bars": [("bar 1", "0", "400"), ("bar 2", "400", "800"), ("bar 1 (time 2)", "800", "1000")],
        "Sections": [("A", "0", "800"), ("B", "800", "1000")],
        # The first C4 sounds until 600 ms, but the next note of the part begins before.
        "harp": [("C4 E4", "0", "400"), ("G4", "400", "800")],
        "harp words": [("Boat", "0", "600")],
    }


def test_python_osc_reads_each_bundle() -> None:
    pytest.importorskip("pythonosc")
    from pythonosc.osc_bundle import OscBundle

    data, position, found = osc(TIMELINE), 0, []
    while position < len(data):
        (size,) = struct.unpack_from(">i", data, position)
        bundle = data[position + 4 : position + 4 + size]
        seconds, rest = struct.unpack_from(">II", bundle, 8)
        message = OscBundle(bundle).content(0)
        found.append((round(seconds + rest / 2**32, 6), message.address, *message.params))
        position += 4 + size
    notes = [entry[2:5] for entry in found if entry[1] == "/musicvis/note"]
    assert notes == [("harp", 60, 100), ("harp", 64, 90), ("harp", 67, 80)]
    assert [entry[0] for entry in found] == sorted(entry[0] for entry in found)
    lane = [(entry[0], entry[3]) for entry in found if entry[1] == "/musicvis/lane"]
    # Only where the value changes: frames 5 to 8 are as frame 4.
    assert lane == [(0, 0), (0.1, 0.25), (0.2, 0.5), (0.3, 0.75), (0.4, 1), (0.9, 0.5)]


def test_a_lane_becomes_a_schedule_of_straight_lines() -> None:
    assert schedule(LANE) == "0:(0.0), 4:(1.0), 8:(1.0), 9:(0.5)"
    assert schedule(np.full(5, 1e-9)) == "0:(0.000000001)"
    read = read_schedules(deforum(TIMELINE), "a.json")
    assert read is not None and (read.program, read.fps) == ("Deforum", 10.0)
    assert read.fields["visuals.zoom"] == pytest.approx(LANE)


def test_a_schedule_means_what_deforum_makes_of_it() -> None:
    # Lines go from number to number, and a formula holds until the next keyframe.
    assert frame_values("0:(1.0), 4:(2.0)", 7) == pytest.approx([1, 1.25, 1.5, 1.75, 2, 2, 2])
    mixed = frame_values("0:(0.5 + 0.2*sin(3.14*t/2)), 3: (1),\n 5:(t/50)", 7)
    waves = [0.5 + 0.2 * np.sin(3.14 * t / 2) for t in range(3)]
    assert mixed == pytest.approx([*waves, 1, 1 + (0.1 - 1) / 2, 0.1, 0.12])
    assert frame_values("0:(where(t>1, (t), -1))", 3) == pytest.approx([-1, -1, 2])
    # max_f is the number of the last frame, in formulas and before the colon.
    assert frame_values("0:(t/max_f)", 5) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert frame_values("0:(0), max_f-2:(4), max_f:(0)", 7) == pytest.approx([0, 1, 2, 3, 4, 2, 0])


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')",
        "t.__class__",
        "(lambda: 1)()",
        "[1][0]",
        "open('x')",
        "'a' * 9",
        "f'{t}'",
        "9**9**9**9",
        "1/0",
        "log(t - 5)",
        "sin()",
        "(" * 500,
        "t" + "+t" * 600,
        "True",
        "-(t > 1)",
        "(t > 1) - (t > 2)",
        "+(t > 1)",
    ],
)
def test_a_formula_that_is_no_formula_is_refused_and_nothing_runs(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluated(formula, np.arange(3.0), 3)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("0:(1.0),\n 30:(2.0", "MV682", 2, 2),
        ("0:(1.0) 30:(2.0)", "MV682", 1, 8),
        ("0:(1.0), 9999999:(2.0)", "MV682", 1, 1),
        ("0:(open(t))", "MV683", 1, 1),
        ("0:(1), max_f:(2)", "MV682", 1, 8),
        (json.dumps({"max_frames": 3, "zoom": "5:(1)"}), "MV682", 1, 1),
        (json.dumps({"keyframes": [], "options": {}}), "MV682", 1, 1),
        (json.dumps({"keyframes": [{"frame": 1e300, "zoom": 1}], "options": {}}), "MV682", 1, 1),
    ],
)
def test_a_damaged_schedule_is_a_finding_at_its_place(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(PieceError) as error:
        read_schedules(text, "a.txt")
    (finding,) = error.value.findings
    assert (finding.code, finding.span.line, finding.span.column) == (code, line, column)


def test_prompts_of_a_settings_file_are_no_lanes() -> None:
    settings = {
        "max_frames": 3,
        "fps": 15,
        "zoom": "0:(1), 2:(2)",
        "sampler_schedule": '0:("Euler a")',
        "W": 512,
    }
    read = read_schedules(json.dumps(settings, indent=1), "settings.txt")
    assert read is not None and {name: list(values) for name, values in read.fields.items()} == {
        "zoom": [1, 1.5, 2]
    }


KEYFRAMES = [
    {"frame": 0, "zoom": 1, "angle": "0", "angle_i": "S", "tilt": 0, "tilt_i": "sin(p=4)"},
    {"frame": 2, "zoom": 2, "angle": 10, "zoom_i": ""},
    {"frame": 4, "zoom": "", "angle": 20, "angle_i": "L", "tilt": 4},
    {"frame": 6, "zoom": 2, "angle": 22},
]


def test_a_saved_document_of_parseq_goes_straight_and_in_steps() -> None:
    document = {"options": {"output_fps": 20, "bpm": 120}, "managedFields": ["zoom"], "keyframes": KEYFRAMES}
    read = read_schedules(json.dumps(document), "a.json")
    assert read is not None and (read.program, read.fps) == ("Parseq", 20.0)
    assert read.fields["zoom"] == pytest.approx([1, 1.5, 2, 2, 2, 2, 2])
    assert read.fields["angle"] == pytest.approx([0, 0, 10, 10, 20, 21, 22])
    (finding,) = read.findings
    assert finding.code == "MV684" and "tilt: sin(p=4)" in finding.message


def test_a_rendered_document_of_parseq_is_taken_as_parseq_worked_it_out() -> None:
    frames = [
        {"frame": k, "zoom": k * k, "zoom_delta": 9, "zoom_pc": 9, "deforum_prompt": "x"} for k in range(4)
    ]
    document = {"options": {"output_fps": "20"}, "keyframes": KEYFRAMES, "rendered_frames": frames}
    read = read_schedules(json.dumps(document), "a.json")
    assert read is not None and read.findings == ()
    assert {name: list(values) for name, values in read.fields.items()} == {"zoom": [0, 1, 4, 9]}


@pytest.mark.parametrize("written", ["1e-300", "0", "-15", "1e9", "true", '"fast"', "9" * 400])
def test_a_frame_rate_that_is_none_is_not_read(written: str) -> None:
    settings = f'{{"fps": {written}, "zoom": "0:(1), 3:(2)"}}'
    document = f'{{"options": {{"output_fps": {written}}}, "keyframes": [{{"frame": 0, "zoom": 1}}]}}'
    for text in (settings, document):
        read = read_schedules(text, "a.json")
        assert read is not None and read.fps is None


def test_a_text_that_is_not_a_schedule_is_left_to_other_readers() -> None:
    for text in ("", "{}", "[]", "piano: []", '{"piano": [{"effect": "none"}]}', "{" * 100_000):
        assert read_schedules(text, "a.json") is None


def test_corners_are_as_near_as_asked() -> None:
    wave = np.sin(np.arange(500) / 20)
    kept = corners(wave, 0.01)
    lines = np.interp(np.arange(500), kept, wave[kept])
    assert np.abs(lines - wave).max() <= 0.01
    assert len(kept) < 120
    assert corners(np.array([3.0]), 0.0) == [0]


def test_long_files_take_no_longer_than_they_are_long() -> None:
    frames = 20_000
    zigzag = np.arange(frames) % 2 * 1.0
    assert len(corners(zigzag, 0.01)) == frames
    # One whose farthest point is always at an end takes longer; it ends when it is more than is written.
    falling = zigzag * np.linspace(1.0, 0.1, frames)
    assert len(corners(falling, 0.01, 50)) == 51
    text = ", ".join(f"{k}:({k % 2})" for k in range(frames))
    assert frame_values(text)[:4].tolist() == [0, 1, 0, 1]
    keys = [{"frame": k, "zoom": k % 2, "zoom_i": "SL"[k % 2]} for k in range(frames)]
    read = read_schedules(json.dumps({"options": {"output_fps": 20}, "keyframes": keys}), "a.json")
    assert read is not None and read.fields["zoom"].size == frames


def test_more_schedules_than_any_program_has_are_refused() -> None:
    many = {f"field{k}": "0:(1)" for k in range(101)} | {"max_frames": 200_000}
    with pytest.raises(PieceError) as error:
        read_schedules(json.dumps(many), "a.json")
    assert error.value.findings[0].code == "MV682"
