"""Lanes that MIDI controllers move, against values that the files' own numbers give."""

from pathlib import Path

import mido
import numpy as np
import pytest
from musicvis.compiler.compile import check_piece
from musicvis.compiler.heard_piece import hear
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.reports.lane_curves import LaneCurves
from musicvis.dsl.load import load_piece


def event(kind: str, time: int = 0, channel: int = 0, **values: int) -> mido.Message:
    return mido.Message(kind, channel=channel, time=time, **values)


def cc(number: int, value: int, time: int = 0, channel: int = 0) -> mido.Message:
    return event("control_change", time, channel, control=number, value=value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """At 120 quarters a minute, 480 ticks each: a lead of two seconds with events, and a bass."""
    here = tmp_path_factory.mktemp("controllers")
    file = mido.MidiFile(ticks_per_beat=480)
    lead, bass = mido.MidiTrack(), mido.MidiTrack()
    lead += [
        mido.MetaMessage("track_name", name="lead"),
        event("note_on", note=60, velocity=90),
        cc(1, 127, 480),
        cc(64, 127),
        cc(10, 64),
        cc(11, 64),
        event("pitchwheel", pitch=8191),
        event("aftertouch", value=127),
        cc(1, 0, 480),
        cc(64, 0),
        cc(10, 0),
        event("pitchwheel", pitch=-8192),
        event("note_off", 960, note=60),
    ]
    bass += [
        mido.MetaMessage("track_name", name="bass"),
        cc(1, 32, channel=1),
        event("note_on", channel=1, note=40, velocity=90),
        event("note_off", 1920, 1, note=40),
    ]
    file.tracks += [lead, bass]
    file.save(here / "score.mid")
    return here


def curve(folder: Path, lane: str) -> tuple[Curve, list[str]]:
    path = folder / "piece.yaml"
    path.write_text(f"musicvis: 1\ntitle: T\nscore: score.mid\neffects:\n  {lane}\n")
    heard = hear(load_piece(path), [])
    curves = LaneCurves(heard)
    found = curves.of(curves.lanes[0])
    return found, [finding.code for finding in curves._lanes.findings]


@pytest.mark.parametrize(
    ("lane", "quarter_s", "three_quarters_s", "later_s"),
    [
        ("visuals.zoom: {cc: 1, part: lead, from: 1, to: 1.5}", 1, 1.5, 1),
        ("visuals.depth: {cc: pedal, part: lead}", 0, 1, 0),
        ("lead: {cc: 10}", 0, 0, -1),
        # Before its first event the wheel stands in the middle.
        ("visuals.hue: {cc: bend, part: lead, from: -30, to: 30}", 0, 30, -30),
        ("visuals.depth: {cc: pressure, part: lead, to: 50%}", 0, 0.5, 0.5),
        # Of a bus, its own part; in decibels, evenly: 32 of 127 of the way from -20 dB to 0 dB.
        ("bass.gain: {cc: 1, from: -20 dB, to: 0 dB}", *[10 ** (-(1 - 32 / 127))] * 3),
        ("bass.gain: {cc: 1}", *[32 / 127] * 3),
        # Expression that was not set yet is full.
        ("lead.gain: {cc: 11}", 1, 64 / 127, 64 / 127),
    ],
)
def test_a_lane_is_where_the_controller_is(
    folder: Path, lane: str, quarter_s: float, three_quarters_s: float, later_s: float
) -> None:
    found, codes = curve(folder, lane)
    values = found.values(np.array([0.25, 0.75, 1.25]))
    assert values == pytest.approx([quarter_s, three_quarters_s, later_s])
    assert codes == []


def test_a_step_takes_ten_milliseconds_or_is_averaged(folder: Path) -> None:
    found, _ = curve(folder, "visuals.depth: {cc: 1, part: lead}")
    assert found.values(np.array([0.4999, 0.505, 0.51])) == pytest.approx([0, 0.5, 1])
    # A triangle of a quarter note, half a second, around the step at 0.5 s.
    found, _ = curve(folder, "visuals.depth: {cc: 1, part: lead, over: 1/4}")
    assert found.values(np.array([0.2, 0.505, 0.8])) == pytest.approx([0, 0.5, 1], abs=0.05)


def test_a_controller_that_the_score_does_not_have_is_reported(folder: Path) -> None:
    found, codes = curve(folder, "visuals.depth: {cc: 2}")
    assert found.constant is not None
    assert codes == ["MV680"]


def test_of_several_parts_the_first_is_used_and_reported(folder: Path) -> None:
    found, codes = curve(folder, "visuals.depth: {cc: 1}")
    assert found.values(np.array([0.75])) == pytest.approx([1])
    assert codes == ["MV681"]


def test_a_controller_that_would_set_the_level_twice_is_reported(folder: Path) -> None:
    from musicvis.compiler.compile import compile_piece

    for lane, codes in (("lead.gain: {cc: 11}", {"MV685"}), ("lead.gain: {cc: 1}", set())):
        path = folder / "piece.yaml"
        path.write_text(f"musicvis: 1\ntitle: T\nscore: score.mid\neffects:\n  {lane}\n")
        found = {finding.code for finding in compile_piece(load_piece(path)).diagnostics}
        assert found & {"MV685"} == codes


@pytest.mark.parametrize(
    ("lane", "message"),
    [
        ("lead.gain: {cc: 11}", "3 MIDI events are not played: 1 of aftertouch, 2 of modulation"),
        (
            "visuals.depth: {cc: 1, part: bass}",
            "2 MIDI events are not played: 1 of aftertouch, 1 of modulation",
        ),
        ("visuals.depth: {cc: pressure, part: lead}", "2 MIDI events are not played: 2 of modulation"),
        # Two lanes follow both parts.
        (
            "bass.gain: {cc: 1}\n  visuals.depth: {cc: 1, part: lead}",
            "1 MIDI event is not played: 1 of aftertouch",
        ),
        (
            "bass.gain: {cc: 1}\n  lead.gain: {cc: 1}\n  visuals.hue: {cc: pressure, part: lead}",
            None,
        ),
    ],
)
def test_what_a_lane_follows_does_not_count_as_not_played(
    folder: Path, lane: str, message: str | None
) -> None:
    path = folder / "piece.yaml"
    path.write_text(f"musicvis: 1\ntitle: T\nscore: score.mid\neffects:\n  {lane}\n")
    told = [f.message for f in check_piece(load_piece(path)) if f.code == "MV415"]
    assert told == ([] if message is None else [message])
