"""The original's lanes and their conversion are one movement, at every checkpoint of the original piece."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.resolve import Lanes
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.write.convert_effects import compared, converted
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.model.audio import Audio
from musicvis.dsl.model.lane import Lane
from musicvis.dsl.read.lanes import lane_kinds, read_lanes
from musicvis.dsl.read.legacy_effects import read_upstream
from musicvis.dsl.read.reader import Reading
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import root_node

SWINGS = ("whole_cosine", "half_sine")


def legacy_of(original: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The checkpoints' segments in the form of an original effects.json."""
    sets: dict[str, list[dict[str, Any]]] = {}
    for name, lane in original["lanes"].items():
        sets[name] = []
        for start, end, effect, v0, v1, _ in lane["segments"]:
            segment: dict[str, Any] = {"effect": effect} | place(start, "1") | place(end, "2")
            if effect != "none":
                segment |= {"ear_i": v0, ("ear_mid" if effect in SWINGS else "ear_f"): v1}
            if effect == "sawtooth":
                segment["cycles"] = "per_beat"
            sets[name].append(segment)
    return sets


def place(text: str, number: str) -> dict[str, Any]:
    if text == "end":
        return {f"m{number}": "end"}
    bar, _, beat = text.partition(".")
    return {f"m{number}": int(bar), f"b{number}": float(beat) if "." in beat else int(beat)}


def lanes_of(sets: dict[str, list[dict[str, Any]]]) -> tuple[Lane, ...]:
    import json

    source, findings = parse_source(json.dumps(sets, indent=4), "effects.json")
    assert not findings
    return read_upstream(root_node(source), Reading())


def values(text: str, name: str, clock: Clock, times_s: Any) -> Any:
    """A lane of a converted file at these times."""
    source, findings = parse_source(text, "effects.yaml")
    assert not findings
    today = read_lanes(root_node(source), lane_kinds(Audio()), Reading())
    made = Lanes(today, clock, clock.quarters(clock.end_s + 3), 0)
    return made.curve(Target(name, -1.0, 1.0, 0.0, 0.01)).values(times_s)


@pytest.fixture(scope="module")
def lanes(original: dict[str, Any]) -> tuple[Lane, ...]:
    return lanes_of(legacy_of(original))


@pytest.mark.parametrize("knows_score", [True, False])
def test_the_original_piece_moves_as_it_did(
    lanes: tuple[Lane, ...], original: dict[str, Any], original_clock: Clock, knows_score: bool
) -> None:
    text = converted(lanes, original_clock if knows_score else None, Findings())
    assert text is not None
    assert compared(lanes, text, original_clock).most < 1e-9
    assert compared(lanes, text, original_clock).places > 500
    for name, lane in original["lanes"].items():
        times_s, expected = np.array(lane["checkpoints"]).T
        # The checkpoints are rounded to a millionth of a second, and samples of 1 ms steps lie between.
        np.testing.assert_allclose(values(text, name, original_clock, times_s), expected, atol=2e-5)


def test_the_original_piece_takes_a_line_for_each_point(
    lanes: tuple[Lane, ...], original_clock: Clock
) -> None:
    text = converted(lanes, original_clock, Findings())
    assert text is not None
    lines = text.splitlines()
    assert len(lines) == 50
    assert "  - {at: 6|6.25, via: 0.5,  shape: whole_cosine}" in lines
    assert lines[-1] == "glockxyloleft: {mirror: glockxyloright}"
    # Tempi change on bar lines where segments meet: nothing needs to go by the clock.
    assert "domain" not in text


def straight(*ends: Any, **more: Any) -> dict[str, list[dict[str, Any]]]:
    m1, b1, m2, b2 = ends
    return {
        "a": [
            {"effect": "straight", "m1": m1, "b1": b1, "m2": m2, "b2": b2, "ear_i": 0.0, "ear_f": 0.8, **more}
        ]
    }


def test_a_movement_through_a_change_of_tempo_goes_by_the_clock(original_clock: Clock) -> None:
    lanes = lanes_of(straight(3, 1, 5, 1))
    text = converted(lanes, original_clock, Findings())
    assert text == (
        "a:\n  - {at: 3|1, to: 0.8, shape: straight, domain: seconds}\n  - {at: 5|1, hold: 0.8}\n"
    )
    assert compared(lanes, text, original_clock).most < 1e-9


def test_a_movement_into_the_ring_out_reaches_its_end_there(original_clock: Clock) -> None:
    lanes = lanes_of(
        {"a": [{"effect": "half_cosine", "m1": 17, "b1": 1, "m2": "end", "ear_i": 0, "ear_f": 1}]}
    )
    text = converted(lanes, original_clock, Findings())
    assert text is not None
    assert "{at: end+3s, hold: 1}" in text
    assert compared(lanes, text, original_clock).most < 1e-9


def test_a_gap_holds_the_last_value(original_clock: Clock) -> None:
    sets = straight(2, 1, 2, 3)
    sets["a"].append(
        {"effect": "half_sine", "m1": 3, "b1": 2, "m2": 4, "b2": 1, "ear_i": 0.1, "ear_mid": 0.5}
    )
    lanes = lanes_of(sets)
    for clock in (original_clock, None):
        text = converted(lanes, clock, Findings())
        assert text is not None
        assert "{at: 2|3, hold: 0.8}" in text.replace(" " * 2, " ")
        assert compared(lanes, text, original_clock).most < 1e-9


def test_beat_5_of_4_is_beat_1_of_the_next_bar(original_clock: Clock) -> None:
    sets = straight(2, 1, 2, 5)
    sets["a"].append({"effect": "none", "m1": 3, "b1": 1, "m2": "end"})
    for clock in (original_clock, None):
        text = converted(lanes_of(sets), clock, Findings())
        assert text is not None
        assert text.count("at:") == 2


def test_overlapping_segments_are_a_finding_where_the_score_is_known(original_clock: Clock) -> None:
    sets = straight(2, 1, 4, 1)
    sets["a"].append({"effect": "none", "m1": 3, "b1": 1, "m2": "end"})
    findings = Findings()
    assert converted(lanes_of(sets), original_clock, findings) is None
    assert [found.code for found in findings] == ["MV313"]


@pytest.mark.parametrize("cycles", [3, Fraction(5, 2), "per_beat"])
def test_a_sawtooth_keeps_its_cycles(cycles: Any, original_clock: Clock) -> None:
    written = float(cycles) if isinstance(cycles, Fraction) else cycles
    sets = straight(5, 1, 6, 1, cycles=written)
    sets["a"][0]["effect"] = "sawtooth"
    lanes = lanes_of(sets)
    text = converted(lanes, original_clock, Findings())
    assert text is not None
    assert compared(lanes, text, original_clock).most < 1e-9
