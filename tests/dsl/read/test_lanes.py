"""Lanes as written, and the original effects.json, to points."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from musicvis.dsl.findings.diagnostics import Severity
from musicvis.dsl.load import load_piece
from musicvis.dsl.model.lane import CycleUnit, Domain, Lane, Shape
from musicvis.dsl.values.position import place_text

LoadLanes = Callable[..., tuple[Lane, ...]]


@pytest.fixture
def lanes(tmp_path: Path) -> LoadLanes:
    """The lanes of a piece with these lines in a file of lanes and this audio block."""

    def load(text: str, audio: str = "", name: str = "effects.yaml") -> tuple[Lane, ...]:
        (tmp_path / "waltz.mscz").touch()
        (tmp_path / name).write_text(text, encoding="utf-8")
        manifest = f"musicvis: 1\ntitle: Waltz\nscore: waltz.mscz\neffects: {name}\n{audio}"
        (tmp_path / "piece.yaml").write_text(manifest, encoding="utf-8")
        loaded = load_piece(tmp_path)
        assert loaded.piece is not None, loaded.diagnostics
        return loaded.piece.lanes

    return load


def test_a_point_holds_glides_or_swings(lanes: LoadLanes) -> None:
    (lane,) = lanes("""
vibes:
  - {at: 2|1, hold: 0.3}
  - {at: 2|3, to: -0.8}
  - {at: 3, via: 0.5}
  - {at: 5|1, from: -0.2, to: -0.25, shape: sawtooth, cycles: per_beat}
""")
    hold, glide, swing, saw = lane.points
    assert lane.name == "vibes"
    assert (hold.shape, hold.hold, hold.to, hold.via) == (Shape.HOLD, 0.3, None, None)
    assert (glide.shape, glide.to, place_text(glide.at)) == (Shape.STRAIGHT, -0.8, "2|3")
    assert (swing.shape, swing.via) == (Shape.WHOLE_COSINE, 0.5)
    assert (saw.start, saw.to, saw.shape, saw.cycles) == (-0.2, -0.25, Shape.SAWTOOTH, CycleUnit.BEAT)


def test_options_of_a_point_arrive(lanes: LoadLanes) -> None:
    (lane,) = lanes("""
vibes:
  - {at: 1, to: 1, shape: exponential, curvature: -3, mirror: true,
     ease: smoothstep, domain: seconds, join: hard}
  - {at: 2, to: 0, shape: sine, cycles: 1/3, phase: 0.25}
  - {at: 3, to: 0, shape: triangle, cycles: 2.1}
""")
    first, second, third = lane.points
    assert (first.curvature, first.mirrored, first.ease, first.domain, first.hard) == (
        -3.0,
        True,
        Shape.SMOOTHSTEP,
        Domain.SECONDS,
        True,
    )
    assert (second.cycles, second.phase, second.hard) == (Fraction(1, 3), 0.25, False)
    assert third.cycles == Fraction(21, 10)


def test_a_lane_mirrors_another_or_lies_over_it(lanes: LoadLanes) -> None:
    right, left, wobble = lanes("""
glock.right: [{at: 1, to: 0.1}]
glock.left: {mirror: glock.right}
wobble: {over: glock.right, mode: add, points: [{at: 1, hold: 0.02}]}
""")
    assert (left.name, left.mirror_of, left.points) == ("glock.left", "glock.right", ())
    assert (wobble.name, wobble.mode, len(wobble.points)) == ("glock.right", "add", 1)
    assert right.mode == "set"


AUDIO = "audio: {buses: {vibes: {chain: [{tremolo: {rate: 6 Hz}}, {reverb: {}, label: room}]}}}\n"


def test_values_are_read_in_the_unit_of_their_parameter(lanes: LoadLanes) -> None:
    gain, rate, wet, depth = lanes(
        """
vibes.gain: [{at: 1, to: -6 dB}]
vibes.tremolo.rate: [{at: 1, to: 2/b}, {at: 2, hold: 0}]
vibes.room.wet: [{at: 1, to: 50%}]
visuals.depth: [{at: 1, to: 80%}]
""",
        AUDIO,
    )
    assert gain.points[0].to == pytest.approx(10 ** (-6 / 20))
    assert gain.points[0].in_decibels and not wet.points[0].in_decibels
    assert (rate.points[0].to, rate.units) == (2.0, {True})
    assert (wet.points[0].to, wet.units) == (0.5, {False})
    assert depth.points[0].to == 0.8


def test_without_buses_the_ending_tells_the_parameter(lanes: LoadLanes) -> None:
    gain, wet, ear = lanes(
        "flute.gain: [{at: 1, to: -6 dB}]\nflute.reverb.wet: [{at: 1, to: 5%}]\nflute: [{at: 1, to: -1}]\n",
        "audio: {chain: [{reverb: {}}]}\n",
    )
    assert gain.points[0].to == pytest.approx(0.501187, abs=1e-6)
    assert (wet.points[0].to, ear.points[0].to) == (0.05, -1.0)


ORIGINAL = """{
  "vibes": [
    {"effect": "none", "m1": 1, "b1": 1, "m2": 2, "b2": 1},
    {"effect": "straight", "m1": 2, "b1": 1, "m2": 2, "b2": 3, "ear_i": 0.3},
    {"effect": "straight", "m1": 2, "b1": 3, "m2": 3, "b2": 1, "ear_i": 0.3, "ear_f": -0.8},
    {"effect": "sawtooth", "m1": 5, "b1": 1, "m2": 6, "b2": 6.25,
     "ear_i": -0.2, "ear_f": 0.1, "cycles": "per beat"},
    {"effect": "whole_cosine", "m1": 6, "b1": 6.25, "m2": "end", "b2": 1, "ear_i": 0, "ear_mid": 0.5}
  ]
}
"""


def test_the_original_form_is_taken_as_it_is(lanes: LoadLanes) -> None:
    (lane,) = lanes(ORIGINAL, name="effects.json")
    none, constant, glide, saw, swing = lane.points
    assert (lane.name, lane.legacy_tail_s) == ("vibes", 3.0)
    assert all(point.domain is Domain.SECONDS and point.end is not None for point in lane.points)
    assert (none.shape, none.hold) == (Shape.HOLD, 0.0)
    assert (constant.shape, constant.hold) == (Shape.HOLD, 0.3)
    assert (glide.shape, glide.start, glide.to) == (Shape.STRAIGHT, 0.3, -0.8)
    assert (saw.shape, saw.cycles, saw.end and saw.end.beat) == (
        Shape.SAWTOOTH,
        CycleUnit.QUARTER,
        Fraction(25, 4),
    )
    assert (swing.shape, swing.start, swing.via, swing.end and swing.end.at_end) == (
        Shape.WHOLE_COSINE,
        0.0,
        0.5,
        True,
    )


def test_a_useless_value_of_the_original_form_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "waltz.mscz").touch()
    (tmp_path / "effects.json").write_text(
        '{"a": [{"effect": "straight", "m1": 1, "b1": 1, "m2": "end", "ear_i": 0.1, "ear_mid": 0.4}]}'
    )
    (tmp_path / "piece.yaml").write_text("musicvis: 1\ntitle: W\nscore: waltz.mscz\neffects: effects.json\n")
    loaded = load_piece(tmp_path)
    (finding,) = loaded.diagnostics
    assert (finding.code, finding.severity, finding.hint) == (
        "MV230",
        Severity.WARNING,
        "did you mean `ear_f`?",
    )
    assert loaded.piece is not None
