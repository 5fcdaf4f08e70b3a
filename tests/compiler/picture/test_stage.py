"""Lights stand where their notes are heard, a film plays by itself, and lanes are played in a whole piece."""

from pathlib import Path

import numpy as np
import pytest
from mido import Message, MetaMessage, MidiFile, MidiTrack
from musicvis.compiler.compile import check_piece, compile_piece
from musicvis.compiler.plan import Plan
from musicvis.dsl.load import load_piece

HEAD = "musicvis: 1\ntitle: Two\nscore: {file: two.mid, tail: 1s}\nvideo: {size: 64x36, fps: 20}\n"


def write_score(folder: Path) -> None:
    """A flute with C5 E5 G5 and a bass with C2 C3, two quarters each at 120 a minute, in two bars of 4/4."""
    midi = MidiFile(ticks_per_beat=480)
    head = MidiTrack([MetaMessage("time_signature", numerator=4, denominator=4)])
    midi.tracks.append(head)
    for channel, (name, program, pitches) in enumerate((("Flute", 73, (72, 76, 79)), ("Bass", 32, (36, 48)))):
        sound = Message("program_change", program=program, channel=channel)
        track = MidiTrack([MetaMessage("track_name", name=name), sound])
        for pitch in pitches:
            track.append(Message("note_on", note=pitch, velocity=100, channel=channel))
            track.append(Message("note_off", note=pitch, time=960, channel=channel))
        midi.tracks.append(track)
    midi.save(folder / "two.mid")


def plan_of(folder: Path, text: str = "", bars: str | None = None) -> Plan:
    write_score(folder)
    (folder / "piece.yaml").write_text(HEAD + text, encoding="utf-8")
    compilation = compile_piece(load_piece(folder, bars=bars))
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def findings_of(folder: Path, text: str) -> list[tuple[str, int]]:
    write_score(folder)
    (folder / "piece.yaml").write_text(HEAD + text, encoding="utf-8")
    return [(found.code, found.span.line) for found in check_piece(load_piece(folder))]


def lights_at(plan: Plan, frame: int) -> np.ndarray:
    lights = plan.picture.lights
    assert lights is not None
    return lights[lights[:, 0] == frame]


EARS = "effects: {Flute: [{at: 1, hold: -0.5}], Bass: [{at: 1, hold: 1}]}\n"


def test_a_spark_stands_across_by_its_ear_and_up_by_its_pitch(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, EARS + "visuals: {rules: [{where: {}, spark: true}]}\n")
    first, second, third = (lights_at(plan, frame) for frame in (0, 20, 40))
    # C5 is the lowest of the flute, E5 4 of its 7 semitones up, G5 the highest; the bass has C2 and C3.
    strongest = {round(float(row[2]), 3): float(row[3]) for row in first}
    assert strongest == pytest.approx({-0.45: -0.78, 0.9: -0.78})
    newest = second[second[:, 5] > 0.5]
    assert newest[newest[:, 2] < 0][0, 3] == pytest.approx(0.78 * (2 * 4 / 7 - 1), abs=1e-5)
    assert newest[newest[:, 2] > 0][0, 3] == pytest.approx(0.78)
    assert third[third[:, 5] > 0.5][0, 3] == pytest.approx(0.78)


def test_a_light_begins_with_the_frame_that_shows_its_onset_and_fades(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "visuals: {rules: [{where: {pitch: E5}, spark: {decay: 0.2s, strength: 1}}]}\n")
    lights = plan.picture.lights
    assert lights is not None
    assert lights[0, 0] == 20  # 1 s at 20 frames a second
    assert (np.diff(lights[:, 5]) < 0).all()
    # In the middle of frame 20 an eighth of the decay is over.
    fallen = np.exp(-5)
    assert lights[0, 5] == pytest.approx(100 / 127 * (np.exp(-0.125) - fallen) / (1 - fallen), abs=1e-4)


def test_a_later_rule_takes_a_light_away_and_a_ring_grows(tmp_path: Path) -> None:
    rules = "[{where: {}, ring: {size: 50%}}, {where: {part: Bass}, ring: false}]"
    plan = plan_of(tmp_path, f"{EARS}visuals: {{rules: {rules}}}\n")
    lights = plan.picture.lights
    assert lights is not None
    assert (lights[:, 1] == 1).all()
    assert (lights[:, 2] < 0).all()
    of_first = lights[np.isclose(lights[:, 3], -0.78)]
    assert (np.diff(of_first[:, 4]) > 0).all()
    assert of_first[-1, 4] < 0.5


def test_parts_that_nothing_places_stand_side_by_side_with_notes_as_on_a_keyboard(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "visuals: {rules: [{where: {}, spark: {decay: 0.05s}}]}\n")
    first, second = lights_at(plan, 0), lights_at(plan, 20)
    assert (first[:, 2] < second[:, 2]).sum() == 2
    assert sorted(np.sign(first[:, 2])) == [-1, 1]


def test_a_film_plays_by_itself_and_one_key_turns_that_off(tmp_path: Path) -> None:
    picture = plan_of(tmp_path).picture
    assert picture.lights is not None
    # The tune alone sparkles: one light for each of its three notes.
    assert len(np.unique(picture.lights[:, 3])) == 3
    moved = picture.steering.lanes()
    assert 0.8 < moved["exposure"].min() < moved["exposure"].max() < 1.1
    assert np.ptp(moved["zoom"]) < 0.02
    silent = plan_of(tmp_path, "visuals: {play: false}\n").picture
    assert silent.lights is None
    assert silent.steering.names == ()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("effects: {visuals.zoom: [{at: 1, hold: 1}]}\n", "zoom"),
        ("effects: {visuals.exposure: [{at: 1, hold: 1}]}\n", "exposure"),
        ("visuals: {zoom: 1.5}\n", "zoom"),
        ("visuals: {rules: [{where: {}, glow: false}]}\n", "lights"),
    ],
)
def test_default_movements_give_way_to_the_pieces_own(tmp_path: Path, said: str, name: str) -> None:
    picture = plan_of(tmp_path, said).picture
    values = picture.lights if name == "lights" else picture.steering.lane(name)
    assert values is None or len(set(values.tolist())) == 1


def test_a_passage_shows_the_frames_of_the_whole_film(tmp_path: Path) -> None:
    lanes = "visuals.hue: {by: contour, from: -30, to: 30}, visuals.zoom: {by: notes, amount: 10%}"
    text = f"effects: {{{lanes}}}\n"
    whole, passage = plan_of(tmp_path, text).picture, plan_of(tmp_path, text, bars="2..3").picture
    count = passage.frame_count
    for name in ("hue_deg", "zoom", "exposure"):
        seen = whole.steering.lanes()[name][40 : 40 + count]
        assert np.array_equal(passage.steering.lanes()[name], seen), name
    assert passage.lights is not None
    assert whole.lights is not None
    later = whole.lights[whole.lights[:, 0] >= 40]
    assert np.array_equal(passage.lights[:, 1:], later[: len(passage.lights), 1:])


def test_the_ear_that_moves_moves_the_lane_that_follows_it(tmp_path: Path) -> None:
    text = (
        "effects:\n"
        "  Flute: [{at: 1, from: -1, to: 1}]\n"
        "  visuals.hue: {by: ear, part: Flute, from: -90, to: 90, over: 0.1s}\n"
    )
    hue = plan_of(tmp_path, text).picture.steering.lane("hue_deg")
    assert hue is not None
    # At the onsets, 0, 1 and 2 s of the 4 s of two bars, the flute stands at -1, -0.5 and 0.
    assert hue[[10, 30, 50]] == pytest.approx([-90, -45, 0], abs=3)


def test_a_gain_that_notes_strike_has_no_step(tmp_path: Path) -> None:
    text = "effects: {Bass.gain: {by: notes, part: Flute, amount: -12 dB, decay: 1/4, tail: long}}\n"
    buses = {bus.name: bus for bus in plan_of(tmp_path, text).sound.buses}
    gain = buses["Bass"].gain.values(np.arange(0, 3 * 48_000) / 48_000)
    # At the third note the first has faded for four decays of half a second, and the second for two.
    fallen = np.exp(-6)
    level = 100 / 127 * sum((np.exp(-k) - fallen) / (1 - fallen) for k in (0, 2, 4))
    assert gain.min() == pytest.approx(10 ** (-12 / 20 * level), rel=0.001)
    # A quintic of 10 ms would be as steep; a step would be a thousand times so.
    assert np.abs(np.diff(gain))[1000:].max() < 4e-3


def test_lanes_that_no_note_plays_and_ears_that_follow_themselves_are_findings(tmp_path: Path) -> None:
    silent = "effects:\n  visuals.hue: {by: notes, part: Flute, where: {pitch: C1}, amount: 10}\n"
    assert findings_of(tmp_path, silent) == [("MV670", 6)]
    circle = "effects:\n  Flute: {by: ear, from: -1, to: 1}\n"
    assert findings_of(tmp_path, circle) == [("MV671", 6)]
    nobody = "effects:\n  visuals.hue: {by: notes, part: Oboe, amount: 10}\n"
    assert findings_of(tmp_path, nobody) == [("MV320", 6)]
    beyond = "effects:\n  visuals.depth: {by: loudness, from: 0, to: 140%}\n"
    assert findings_of(tmp_path, beyond) == [("MV231", 6)]


def test_a_lane_that_would_flash_is_a_finding_with_its_place_and_is_held(tmp_path: Path) -> None:
    text = "effects:\n  video.brightness: [{at: 1|1, from: 0.2, to: 1, shape: sine, cycles: 24}]\n"
    assert findings_of(tmp_path, text) == [("MV672", 6)]
    picture = plan_of(tmp_path, text).picture
    assert np.ptp(picture.brightness[10:60]) < 0.7
