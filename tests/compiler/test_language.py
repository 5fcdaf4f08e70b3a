"""From the text of a manifest over a score with a repeat and a mark, to the plan: every lane, every place."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from musicvis.compiler.compile import Compilation, compile_piece
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.resolve import Lanes
from musicvis.compiler.plan import BusPlan, PicturePlan
from musicvis.compiler.score.model import Score
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.load import load_piece
from musicvis.dsl.read.lanes import Kind, read_lanes
from musicvis.dsl.read.reader import Reading
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import root_node
from musicvis.dsl.values.units import Unit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
FPS = 10

VERSES = ("lux", "nox", "pax", "vox")


def _bar(first: int, signs: str = "", inside: str = "") -> str:
    notes = "".join(
        f"<Chord><durationType>quarter</durationType><Lyrics><text>{VERSES[k]}</text></Lyrics>"
        f"<Note><pitch>{first + k}</pitch></Note></Chord>"
        for k in range(4)
    )
    return f"<Measure>{signs}<voice>{inside}{notes}</voice></Measure>"


SCORE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<museScore version="3.02"><Score>'
    '<Part><Staff id="1"/><trackName>Vibes</trackName><Instrument id="vibraphone"/></Part><Staff id="1">'
    + _bar(60, inside="<Tempo><tempo>1</tempo></Tempo>")
    + _bar(64, "<startRepeat/>", "<RehearsalMark><text>B</text></RehearsalMark>")
    + _bar(68, "<endRepeat>2</endRepeat>")
    + _bar(72, inside="<RehearsalMark><text>Coda</text></RehearsalMark>")
    + "</Staff></Score></museScore>"
)
"""Bars 1, 2, 3, 2, 3, 4 of 4/4 at one quarter a second: they begin at 0, 4, 8, 12, 16 and 20 s."""

MANIFEST = """
musicvis: 1
title: Lanes
score: {file: tune.mscx, tail: 1s}
audio:
  buses:
    vibes:
      stems: [{part: Vibes}]
      chain: [{tremolo: {rate: 6 Hz}}, {reverb: {wet: 20%}}]
      gain: 50%
video: {fps: 10, size: 32x32}
"""


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Compilation]:
    """Compile the manifest with more lines behind it, and lanes."""
    (tmp_path / "tune.mscx").write_text(SCORE, encoding="utf-8")

    def compiled(lanes: str = "", more: str = "") -> Compilation:
        effects = (
            "effects:\n" + "".join(f"  {line}\n" for line in lanes.strip().splitlines()) if lanes else ""
        )
        (tmp_path / "piece.yaml").write_text(MANIFEST + more + effects, encoding="utf-8")
        return compile_piece(load_piece(tmp_path))

    return compiled


@pytest.fixture
def picture(made: Callable[..., Compilation]) -> Callable[..., PicturePlan]:
    def planned(lanes: str = "", more: str = "") -> PicturePlan:
        found = made(lanes, more)
        assert found.plan is not None, found.diagnostics
        return found.plan.picture

    return planned


MIDDLE_S = 0.5 / FPS
"""A frame shows the moment in its middle."""


def at_s(values: NDArray[np.float32] | None, *times_s: float) -> list[float]:
    """The values of the frames that begin at these times."""
    assert values is not None
    return [pytest.approx(float(values[round(time_s * FPS)]), abs=1e-5) for time_s in times_s]


def bus_of(compilation: Compilation) -> BusPlan:
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan.sound.buses[0]


def test_the_camera_and_the_colours_have_lanes_and_values_of_their_own(
    picture: Callable[..., PicturePlan],
) -> None:
    lanes = """
visuals.hue: [{at: 1|1, to: 90, shape: straight}, {at: 2|1, hold: -30}]
visuals.zoom: [{at: 1|1, from: 1, to: 4, shape: geometric}, {at: 2|1, hold: 1}]
visuals.rotation: [{at: 1|3, hold: 5}]
"""
    plan = picture(lanes, "visuals: {rotation: -20}\n")
    hue = plan.steering.lane("hue_deg")
    assert at_s(hue, 0, 2, 4, 20) == [90 * MIDDLE_S / 4, 45 + 90 * MIDDLE_S / 4, -30, -30]
    assert at_s(plan.steering.lane("zoom"), 0, 2, 4) == [4 ** (MIDDLE_S / 4), 2 * 4 ** (MIDDLE_S / 4), 1]
    assert at_s(plan.steering.lane("rotation_deg"), 0, 1.9, 2, 20) == [-20, -20, 5, 5]
    still = picture("", "visuals: {zoom: 1.5}\n")
    # Beside the zoom, the exposure plays by itself.
    assert still.steering.names == ("zoom", "exposure")
    assert set(still.steering.values[0].tolist()) == {1.5}


def test_depth_truncation_motion_and_brightness_have_lanes(picture: Callable[..., PicturePlan]) -> None:
    plan = picture(
        """
visuals.depth: [{at: 1|1, hold: 50%}, {at: 4|1, hold: 20%}]
visuals.truncation: [{at: 1|1, hold: 1}, {at: 4|1, hold: 0.1}]
visuals.motion.amount: [{at: 1|1, hold: 1}, {at: 4|1, hold: 0}]
visuals.motion.jitter: [{at: 1|1, hold: 0}]
video.brightness: [{at: 1|1, to: 100%, from: 0, shape: straight}, {at: 2|1, hold: 25%}]
"""
    )
    assert plan.class_weights[: 19 * FPS].sum(axis=1).max() == pytest.approx(0.5, abs=1e-4)
    assert plan.class_weights[21 * FPS : 23 * FPS].sum(axis=1).max() == pytest.approx(0.2, abs=1e-4)
    assert np.abs(plan.noise[20 * FPS :]).max() <= 0.2
    assert np.abs(np.diff(plan.noise[22 * FPS : 24 * FPS], axis=0)).max() < 1e-3
    assert np.abs(np.diff(plan.noise[: 10 * FPS], axis=0)).max() > 0.01
    assert at_s(plan.brightness, 0, 1, 2, 5) == [MIDDLE_S / 4, (1 + MIDDLE_S) / 4, (2 + MIDDLE_S) / 4, 0.25]
    wilder = picture("visuals.motion.jitter: [{at: 1|1, hold: 100%}]")
    assert np.abs(wilder.noise - picture("visuals.motion.jitter: [{at: 1|1, hold: 0}]").noise).max() > 0.1


def test_gain_in_decibels_and_every_parameter_of_the_chain(made: Callable[..., Compilation]) -> None:
    bus = bus_of(
        made("""
vibes.gain: [{at: 1|1, hold: -6 dB}, {at: 2|1, to: 0 dB, shape: straight}, {at: 3|1, hold: 100%}]
vibes.tremolo.rate: [{at: 2|1, to: 9 Hz}, {at: 3|1, hold: 9 Hz}]
vibes.tremolo.depth: [{at: 2|1, to: 100%}]
vibes.reverb.wet: [{at: 4|1, to: 60%}]
vibes: [{at: 1|1, via: -0.5}, {at: 2|1, hold: 0.25}]
""")
    )
    times_s = np.array([1.0, 6.0, 9.0])
    half = 10 ** (-6 / 20)
    np.testing.assert_allclose(bus.gain.values(times_s), [half, half**0.5, 1], atol=1e-9)
    tremolo, reverb = (dict(effect.automation) for effect in bus.chain)
    np.testing.assert_allclose(tremolo["rate"].values(times_s), [6, 7.5, 9], atol=1e-9)
    assert tremolo["depth"].values(np.array([24.0]))[0] == 1
    np.testing.assert_allclose(reverb["wet"].values(np.array([10.0, 22.0])), [0.2, 0.4], atol=1e-9)
    np.testing.assert_allclose(bus.ear.values(np.array([2.0, 5.0])), [-0.5, 0.25], atol=1e-9)


@pytest.mark.parametrize(
    ("place", "second"),
    [
        ("2", 4.0),
        ("3|2.5", 9.5),
        ("3|1+1/3", 8 + 1 / 3),
        ("2@2", 12.0),
        ("3@2|3", 18.0),
        ("@B", 4.0),
        ("@B|3", 6.0),
        ("@coda|2", 21.0),
        ("end-4s", 20.0),
        ("end-2b", 22.0),
        ("end-1bar", 20.0),
    ],
)
def test_a_point_stands_where_its_place_is(
    made: Callable[..., Compilation], place: str, second: float
) -> None:
    found = made(f'vibes.gain: [{{at: "{place}", hold: 100%}}]')
    (jump,) = bus_of(found).gain.jumps()
    assert jump.time_s == pytest.approx(second, abs=1e-12)


@pytest.mark.parametrize("shown", ["through", "straight", "smoothstep", "exponential", "triangle", "sine"])
def test_layers_and_mirrors_act_on_the_picture_as_on_sound(
    picture: Callable[..., PicturePlan], shown: str
) -> None:
    cycles = ", cycles: per_bar" if shown in ("triangle", "sine") else ""
    once = f"visuals.hue: [{{at: 1|1, to: 60, shape: {shown}{cycles}}}, {{at: 4|1, hold: 0}}]\n"
    double = "again: {over: visuals.hue, mode: multiply, points: [{at: 1|1, hold: 2}]}\n"
    raised = "up: {over: visuals.hue, mode: add, points: [{at: 1|1, hold: 10}]}\n"
    plain, made = (picture(text).steering.lane("hue_deg") for text in (once, once + double + raised))
    assert plain is not None
    assert made is not None
    # What is added comes before what multiplies, whatever the order in which they are written.
    np.testing.assert_allclose(made, 2 * (plain + 10), atol=1e-4)
    opposite = picture("visuals.rotation: {mirror: visuals.hue}\n" + once).steering.lane("rotation_deg")
    np.testing.assert_allclose(opposite, -plain, atol=1e-4)


RULES = """
visuals:
  classes: [drum]
  rules:
    - {where: {lyric: "L*"}, class: {wok: 70%, shoji: 30%}, hue: 40, layer: 1}
    - {where: {pitch: "72"}, hue: -40}
    - {where: {section: '@Coda', lyric: nox}, truncation: 0.1, depth: 10%}
"""


def test_rules_by_lyric_colour_and_section_reach_the_picture(picture: Callable[..., PicturePlan]) -> None:
    plan = picture("", RULES)
    assert plan.class_indices.tolist() == [541, 789, 909]
    drum, shoji, wok = plan.class_weights[3].tolist()
    assert drum == 0
    assert wok / shoji == pytest.approx(7 / 3, rel=1e-4)
    # `lux` is the first note of each bar; in the last it is 72 too, and the later rule wins.
    hue = plan.steering.lane("hue_deg")
    assert at_s(hue, 0.5) == [40]
    assert hue is not None
    assert hue[49] > 38
    assert hue[209] < -38


def test_what_sounds_with_memory_sees_its_second_pass_as_its_first(
    picture: Callable[..., PicturePlan],
) -> None:
    plan = picture("", "visuals: {motion: {memory: motif}}\n")
    # Bars 2 and 3 of the first pass from 4 to 12 s, of the second from 12 to 20 s; the glides take 1.2 s.
    np.testing.assert_allclose(plan.noise[14 * FPS : 20 * FPS], plan.noise[6 * FPS : 12 * FPS], atol=1e-6)
    clock = picture("", "visuals: {motion: {memory: clock}}\n")
    assert np.abs(clock.noise[14 * FPS : 20 * FPS] - clock.noise[6 * FPS : 12 * FPS]).max() > 0.3


def test_two_frame_rates_meet_in_every_control(picture: Callable[..., PicturePlan], tmp_path: Path) -> None:
    lanes = """
visuals.hue: [{at: 1|1, to: 90, shape: sine, cycles: per_beat}]
visuals.zoom: [{at: 1|1, to: 2, shape: drift, cycles: 7}]
visuals.rotation: [{at: 1|1, to: 33, shape: through}, {at: 3|1, to: -5, shape: through}]
"""
    slow = picture(lanes)
    (tmp_path / "piece.yaml").write_text(
        (tmp_path / "piece.yaml").read_text(encoding="utf-8").replace("fps: 10", "fps: 30"), encoding="utf-8"
    )
    fast = compile_piece(load_piece(tmp_path)).plan
    assert fast is not None
    for one, two in (
        (slow.steering.lane("hue_deg"), fast.picture.steering.lane("hue_deg")),
        (slow.steering.lane("zoom"), fast.picture.steering.lane("zoom")),
        (slow.steering.lane("rotation_deg"), fast.picture.steering.lane("rotation_deg")),
        (slow.noise, fast.picture.noise),
    ):
        assert one is not None
        assert two is not None
        np.testing.assert_allclose(one[:240], two[1:720:3], atol=1e-5)


@pytest.mark.parametrize(
    ("points", "half_way"),
    [
        ("{at: 1|1, from: 0 dB, to: -20 dB}", 10 ** (-10 / 20)),
        ("{at: 1|1, to: -20 dB}", (0.5 * 0.1) ** 0.5),
        ("{at: 1|1, from: 0 dB, to: 10%}", 0.55),
        ("{at: 1|1, from: 0, to: -20 dB}", 0.05),
        ("{at: 1|1, from: 0 dB, via: -20 dB}", 0.1),
        ("{at: 1|1, from: 0 dB, to: -20 dB, shape: through}", 10 ** (-10 / 20)),
    ],
)
def test_levels_in_decibels_glide_in_decibels(
    made: Callable[..., Compilation], points: str, half_way: float
) -> None:
    found = made(f"vibes.gain: [{points}, {{at: 2|1, hold: 0.2}}]")
    assert found.plan is not None, found.diagnostics
    gain = found.plan.sound.buses[0].gain
    assert gain.values(np.array([2.0]))[0] == pytest.approx(half_way, rel=1e-9)


@pytest.mark.parametrize(
    ("points", "at_2", "at_6"),
    [
        # The manifest says 6 Hz; the tempo is 60, and 120 from bar 2 on.
        ("{at: 1|1, to: 2/b}, {at: 2|1, hold: 2/b}", 4.0, 4.0),
        ("{at: 1|1, from: 4 Hz, to: 2/b}, {at: 2|1, hold: 3 Hz}", 3.0, 3.0),
        ("{at: 1|1, hold: 2/b}, {at: 2|1, to: 8 Hz}", 2.0, 6.0),
        ("{at: 1|1, hold: 2/b}, {at: 2|1, to: 1/b}", 2.0, 3.0),
    ],
)
def test_a_rate_glides_from_hertz_to_cycles_per_beat(
    make_score: Callable[..., Score], points: str, at_2: float, at_6: float
) -> None:
    clock = Clock.from_score(make_score(["4/4"] * 2, [(0, 60), (4, 120)]))
    source, _ = parse_source(f"v.tremolo.rate: [{points}]", "effects.yaml")
    reading = Reading()
    lanes = Lanes(
        read_lanes(root_node(source), lambda name: Kind(Unit.RATE), reading), clock, clock.end_qn, 1
    )
    curve = lanes.parameter(Target("v.tremolo.rate", 0.01, 100.0, 6.0), False)
    # Half way through bar 1 is 2 s, half way through bar 2 is 5 s.
    assert curve.values(np.array([2.0, 5.0])).tolist() == pytest.approx([at_2, at_6])
    assert not reading.findings and not lanes.findings
