"""The original program's arrays, to the last of their digits, and how far the exact curves are from them."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.segments import lane_segments
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.time.tempo_arrays import tempo_arrays
from musicvis.compiler.write.legacy_grid import pan_grid, spread_bars
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.model.lane import Lane
from musicvis.dsl.read.legacy_effects import read_upstream
from musicvis.dsl.read.reader import Reading
from musicvis.dsl.text.yaml_reader import parse_source
from musicvis.dsl.text.yaml_source import root_node

LANES = ("vibes", "marimba", "glockxyloright", "glockxyloleft")


@pytest.fixture(scope="module")
def upstream() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((Path(__file__).parents[1] / "upstream_grid.json").read_text())
    return data


@pytest.fixture(scope="module")
def lanes(original_effects: str) -> tuple[Lane, ...]:
    source, findings = parse_source(original_effects, "effects.json")
    assert not findings
    return read_upstream(root_node(source), Reading())


def test_the_bars_of_the_original_program_end_two_and_a_half_seconds_early(
    upstream: dict[str, Any], original_clock: Clock
) -> None:
    found = spread_bars(original_clock)
    expected = [(start, end) for _, start, end in upstream["bars"]]
    np.testing.assert_allclose([(float(start), float(end)) for start, end, _ in found], expected, atol=1e-6)
    assert float(original_clock.end_s - found[-1][1]) == pytest.approx(2.5, abs=1e-6)


@pytest.mark.parametrize("name", LANES)
def test_c2_the_grid_is_that_of_the_original_program(
    name: str, upstream: dict[str, Any], lanes: tuple[Lane, ...], original_clock: Clock
) -> None:
    """To 1e-9 at each checkpoint, equal lengths, and the sum over all values."""
    grid, wanted = pan_grid(lanes, original_clock)[name], upstream["lanes"][name]
    assert grid.shape == (wanted["length_ms"],)
    times_s, values = np.array(wanted["checkpoints"]).T
    np.testing.assert_allclose(grid[np.floor(1000 * times_s).astype(int)], values, atol=1e-9)
    assert hashlib.sha256(np.round(grid, 9).tobytes()).hexdigest()[:16] == wanted["sha256"]


@pytest.mark.parametrize("name", LANES)
def test_c3_the_exact_curve_differs_by_the_drift_of_the_original_and_by_nothing_else(
    name: str, upstream: dict[str, Any], lanes: tuple[Lane, ...], original_clock: Clock
) -> None:
    """To three digits, in the middle of each millisecond of the original's length."""
    wanted = upstream["lanes"][name]["difference"]
    lane = next(lane for lane in lanes if lane.name == name)
    findings = Findings()
    end_qn = original_clock.quarters(original_clock.end_s + 3)
    segments = lane_segments(lane, Target(name, -1, 1, 0), original_clock, end_qn, 1, findings)
    curve = Curve(segments, 0.0, tempo_arrays(original_clock), -1, 1)
    grid = pan_grid(lanes, original_clock)[name]
    times_s = (np.arange(grid.size) + 0.5) / 1000
    apart = np.abs(curve.values(times_s) - grid)
    assert apart.max() == pytest.approx(wanted["max_abs_all"], rel=1e-3)
    assert times_s[apart.argmax()] == pytest.approx(wanted["at_s"], abs=2e-3)
    assert np.sqrt((apart**2).mean()) == pytest.approx(wanted["rms"], rel=1e-3)
    near = [np.abs(times_s - jump.time_s) <= 0.040 for jump in curve.jumps()]
    quiet = ~np.any(near, axis=0) if near else np.ones(times_s.size, bool)
    assert apart[quiet].max() == pytest.approx(wanted["max_abs_excluding_40ms_around_jumps"], rel=1e-3)
    assert not findings


def test_a_piece_without_a_change_has_no_bars_in_the_original_program(make_score: Any) -> None:
    assert spread_bars(Clock.from_score(make_score(["4/4"] * 4))) == ()


def test_two_minims_count_as_four_crotchets_in_the_original_program(make_score: Any) -> None:
    clock = Clock.from_score(make_score(["2/2", "2/2", "4/4"]))
    assert [end - start for start, end, _ in spread_bars(clock)] == [Fraction(2)] * 4
