"""Lanes become curves: points to segments, cycles counted exactly, legacy ends, faults with their place."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.lanes.parameters import Target, beat_rate, ear_target, plugin_targets, visual_targets
from musicvis.compiler.lanes.resolve import Lanes
from musicvis.compiler.score.model import Score
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.audio import Bus, Effect
from musicvis.dsl.model.lane import CycleUnit, Lane, Point, Shape
from musicvis.dsl.model.visuals import Visuals
from musicvis.dsl.values.position import Place

SPAN = Span("effects.yaml", 7, 5, 7, 30)
EAR = Target("vibes", -1.0, 1.0, 0.0, 0.010)
MakeScore = Callable[..., Score]
MakePlace = Callable[..., Place]


@pytest.fixture
def clock(make_score: MakeScore) -> Clock:
    """Eight quarters of 4/4, then 6/8 and 5/4: bars at 0, 4, 8 and 11 up to 16, one second to the quarter."""
    return Clock.from_score(make_score(["4/4", "4/4", "6/8", "5/4"]))


def lanes_of(clock: Clock, *lanes: Lane) -> Lanes:
    return Lanes(lanes, clock, clock.quarters(clock.end_s + 3), 7)


def points(make_place: MakePlace, *written: dict[str, Any]) -> tuple[Point, ...]:
    return tuple(Point(make_place(fields.pop("at")), SPAN, **fields) for fields in map(dict, written))


def values(lanes: Lanes, *times_s: float, target: Target = EAR) -> list[float]:
    return [float(v) for v in lanes.curve(target).values(np.array(times_s, np.float64))]


def test_a_point_acts_until_the_next_and_begins_where_the_lane_stands(
    clock: Clock, make_place: MakePlace
) -> None:
    written = points(
        make_place,
        {"at": "1|3", "hold": 0.5},
        {"at": "2|1", "to": -0.5, "shape": Shape.STRAIGHT},
        {"at": "2|3", "start": 0.0, "to": 1.0, "shape": Shape.STRAIGHT},
        {"at": "3|1", "via": 0.0, "shape": Shape.WHOLE_COSINE},
        {"at": "4|1", "hold": -0.25},
    )
    lanes = lanes_of(clock, Lane("vibes", SPAN, written))
    #         before  holds  glides    from 0     swings to 0 and back to 1     holds
    assert values(lanes, 1.0, 3.0, 5.0, 7.0, 9.5, 11.5, 30.0) == pytest.approx(
        [0, 0.5, 0, 0.5, 0, -0.25, -0.25]
    )
    assert not lanes.findings


def test_the_last_glide_ends_with_the_last_bar(clock: Clock, make_place: MakePlace) -> None:
    written = points(make_place, {"at": "4|1", "to": 1.0, "shape": Shape.STRAIGHT})
    assert values(lanes_of(clock, Lane("vibes", SPAN, written)), 13.5, 16.0, 18.0) == pytest.approx(
        [0.5, 1, 1]
    )


@pytest.mark.parametrize(
    ("unit", "count"),
    [(CycleUnit.QUARTER, 8), (CycleUnit.BEAT, 1 + 6 + 4), (CycleUnit.BAR, Fraction(41, 20))],
)
def test_cycles_are_counted_exactly_through_changes_of_metre(
    clock: Clock, make_place: MakePlace, unit: CycleUnit, count: Fraction
) -> None:
    """From 2|4 to 4|5: one quarter of 4/4, all of 6/8, four of five quarters."""
    shape = {"shape": Shape.SAWTOOTH, "cycles": unit, "start": 0.0, "to": 1.0}
    written = points(make_place, {"at": "2|4", **shape}, {"at": "4|5", "hold": 0.0})
    curve = lanes_of(clock, Lane("vibes", SPAN, written)).curve(EAR)
    assert curve.segments[0].cycles == count


def test_a_legacy_lane_ends_after_its_tail_and_says_where_it_has_gaps(
    clock: Clock, make_place: MakePlace
) -> None:
    one = {"at": "1|1", "end": make_place("2|1"), "start": 0.0, "to": 0.8, "shape": Shape.STRAIGHT}
    two = {"at": "3|1", "end": make_place("end"), "start": 0.0, "to": 1.0, "shape": Shape.STRAIGHT}
    lanes = lanes_of(clock, Lane("vibes", SPAN, points(make_place, one, two), legacy_tail_s=3.0))
    # Bar 3 begins at 8 s, the last bar ends at 16 s and the tail at 19 s.
    assert values(lanes, 2.0, 6.0, 13.5, 19.0) == pytest.approx([0.4, 0.8, 0.5, 1.0])
    assert [(found.code, str(found.place)) for found in lanes.findings] == [
        ("MV314", "bar 2 beat 1 (4.00 s)")
    ]


def test_a_mirror_is_negative_and_counts_as_known(clock: Clock, make_place: MakePlace) -> None:
    right = Lane("right", SPAN, points(make_place, {"at": "1|2", "hold": 0.5}))
    lanes = lanes_of(clock, right, Lane("vibes", SPAN, mirror_of="right"))
    assert values(lanes, 0.5, 2.0) == [0.0, -0.5]
    assert not list(lanes.unknown(["vibes"]))


def test_the_mirror_of_a_parameter_keeps_its_own_range(clock: Clock, make_place: MakePlace) -> None:
    gain = Target("gain", 0.0, 1.0, 0.8)
    source = Lane("other", SPAN, points(make_place, {"at": "1|2", "hold": -0.5}))
    lanes = lanes_of(clock, source, Lane("gain", SPAN, mirror_of="other"))
    assert values(lanes, 0.5, 2.0, target=gain) == [0.8, 0.5]


def test_layers_lie_over_the_lane_of_their_name(clock: Clock, make_place: MakePlace) -> None:
    base = Lane("vibes", SPAN, points(make_place, {"at": "1|1", "hold": 0.4}))
    add = Lane("vibes", SPAN, points(make_place, {"at": "2|1", "hold": 0.2}), mode="add")
    half = Lane("vibes", SPAN, points(make_place, {"at": "3|1", "hold": 0.5}), mode="multiply")
    assert values(lanes_of(clock, base, add, half), 2.0, 5.0, 9.0) == pytest.approx([0.4, 0.6, 0.3])


def test_drift_is_seeded_by_piece_lane_and_place(clock: Clock, make_place: MakePlace) -> None:
    drift = {"at": "2|1", "to": 0.5, "start": 0.0, "shape": Shape.DRIFT, "cycles": CycleUnit.QUARTER}
    times_s = np.linspace(4.0, 16.0, 200)

    def drawn(name: str, *before: dict[str, Any]) -> Any:
        lanes = lanes_of(clock, Lane(name, SPAN, points(make_place, *before, drift)))
        return lanes.curve(Target(name, -1, 1, 0.0)).values(times_s)

    alone = drawn("vibes")
    np.testing.assert_array_equal(alone, drawn("vibes", {"at": "1|1", "hold": 0.0}))
    assert np.abs(alone - drawn("marimba")).max() > 0.05


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ([{"at": "2|1", "hold": 0.0}, {"at": "1|1", "hold": 0.0}], "MV214"),
        ([{"at": "1|5", "hold": 0.0}, {"at": "2|1", "hold": 0.0}], "MV214"),
        ([{"at": "1|1", "start": -1.0, "to": 1.0, "shape": Shape.GEOMETRIC}], "MV315"),
        ([{"at": "1|1", "to": 1.0, "shape": Shape.SAWTOOTH, "cycles": Fraction(10**9)}], "MV316"),
        ([{"at": "9|1", "hold": 0.0}], "MV301"),
        ([{"at": "3|7.5", "hold": 0.0}], "MV302"),
        ([{"at": "1|1", "hold": 1.5}], "MV231"),
    ],
)
def test_a_fault_is_reported_at_its_point(
    clock: Clock, make_place: MakePlace, written: list[dict[str, Any]], code: str
) -> None:
    lanes = lanes_of(clock, Lane("vibes", SPAN, points(make_place, *written)))
    lanes.curve(EAR)
    assert [found.code for found in lanes.findings] == [code]


def test_legacy_segments_may_not_overlap_or_run_backwards(clock: Clock, make_place: MakePlace) -> None:
    one = {"at": "1|1", "end": make_place("3|1"), "hold": 0.1}
    two = {"at": "2|1", "end": make_place("end"), "hold": 0.1}
    three = {"at": "3|1", "end": make_place("2|1"), "hold": 0.1}
    for written, code in (((one, two), "MV313"), ((three,), "MV312")):
        lanes = lanes_of(clock, Lane("vibes", SPAN, points(make_place, *written), legacy_tail_s=3.0))
        lanes.curve(EAR)
        assert [found.code for found in lanes.findings] == [code]


def test_a_lane_of_nothing_gets_the_nearest_name(clock: Clock, make_place: MakePlace) -> None:
    lanes = lanes_of(clock, Lane("vibse", SPAN, points(make_place, {"at": "1|1", "hold": 0.5})))
    lanes.curve(EAR)
    assert list(lanes.unknown(["vibes"])) == [
        Diagnostic(
            "MV310", SPAN, "there is no bus or parameter vibse that a lane could move", "did you mean vibes?"
        )
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("visuals.layers.flut.hue", "did you mean visuals.layers.flute.hue?"),
        ("visuals.layers.flute.heu", "did you mean visuals.layers.flute.hue?"),
        # hue is near to zoom in nothing but the layer.
        ("visuals.layers.flute.zoom", "visuals.layers.flute has no zoom; it has depth, hue"),
        ("vibes.reverb.wet", "vibes has no reverb; it has gain"),
        ("foo.bar", "the buses are vibes"),
    ],
)
def test_a_lane_of_nothing_names_what_its_bus_or_layer_has(clock: Clock, name: str, hint: str) -> None:
    lanes = lanes_of(clock, Lane(name, SPAN, ()))
    for known in ("vibes", "vibes.gain", "visuals.layers.flute.depth", "visuals.layers.flute.hue"):
        lanes.curve(replace(EAR, name=known))
    (finding,) = lanes.unknown(["vibes"])
    assert finding.hint == hint


def test_each_parameter_has_its_range_and_its_written_value_before_the_lane() -> None:
    bus = Bus("vibes", SPAN, (), (Effect("tremolo", (("rate", 5.0),), SPAN),), gain=0.7, ear="effects.yaml#v")
    assert ear_target(bus).name == "effects.yaml#v"
    targets = dict(plugin_targets(bus, bus.chain[0]))
    assert (targets["rate"].name, targets["rate"].neutral) == ("vibes.tremolo.rate", 5.0)
    assert targets["depth"].neutral == 0.33
    assert "shape" not in targets
    pictures = {target.name: target for target in visual_targets(Visuals(depth=0.3))}
    assert pictures["visuals.depth"].neutral == 0.3


def test_a_rate_in_beats_follows_metre_and_tempo(make_score: MakeScore) -> None:
    clock = Clock.from_score(make_score(["4/4", "6/8"], [(0, 60), (2, 120)]))
    curve = beat_rate(clock)
    # Quarters at 60, then at 120, then quavers at 120 quarters a minute.
    assert curve.values(np.array([0.0, 1.9, 2.1, 2.9, 3.1, 99.0])).tolist() == [1, 1, 2, 2, 4, 4]
