"""How fast a lane moves at its fastest, against the slope of its samples; when a bus counts as sounding."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from musicvis.compiler.checks.lanes import Sounding, steepest_per_s
from musicvis.compiler.lanes.curve import Curve
from musicvis.compiler.lanes.segment_values import Segment
from musicvis.compiler.time.clock import Clock
from musicvis.compiler.time.tempo_arrays import tempo_arrays
from musicvis.dsl.model.lane import Domain, Shape


def segment_of(clock: Clock, shape: Shape, **fields: Any) -> Segment:
    start_qn, end_qn = Fraction(1), Fraction(7)
    given: dict[str, Any] = {"start_value": 0.2, "target": -0.7, **fields}
    return Segment(clock.seconds(start_qn), clock.seconds(end_qn), start_qn, end_qn, shape, **given)


@pytest.fixture
def clock(make_score: Any) -> Clock:
    """At 60, and from the fifth crotchet on twice as fast."""
    return Clock.from_score(make_score(["4/4"] * 2, tempi=((0, 60), (4, 120))))


PLAIN = (
    Shape.STRAIGHT,
    Shape.HALF_COSINE,
    Shape.WHOLE_COSINE,
    Shape.HALF_SINE,
    Shape.QUARTER_SINE,
    Shape.QUARTER_COSINE,
    Shape.SMOOTHSTEP,
    Shape.SMOOTHERSTEP,
    Shape.EXPONENTIAL,
    Shape.SAWTOOTH,
    Shape.TRIANGLE,
    Shape.SINE,
)


@pytest.mark.parametrize("domain", Domain)
@pytest.mark.parametrize("shape", PLAIN)
def test_the_greatest_speed_is_that_of_the_samples(shape: Shape, domain: Domain, clock: Clock) -> None:
    part = segment_of(clock, shape, domain=domain, cycles=Fraction(3, 2))
    values_at = Curve((part,), tempo=tempo_arrays(clock)).values
    times_s = np.linspace(float(part.start_s), float(part.end_s), 400_001)[:-1]
    slopes = np.abs(np.diff(values_at(times_s))) / np.diff(times_s)
    # A sawtooth's fall is a jump, and told as one.
    measured = np.sort(slopes)[-3]
    stated = steepest_per_s(part, clock)
    assert stated >= measured * (1 - 1e-6)
    # In beats the steepest place may lie where the tempo is the slower one.
    assert stated <= measured * (1.001 if domain is Domain.SECONDS else 2.001)


def test_a_geometric_glide_is_fastest_at_its_greater_end(clock: Clock) -> None:
    # 0.1 to 0.8 in 4.5 s: 0.8 ln 8 / 4.5.
    part = segment_of(clock, Shape.GEOMETRIC, start_value=0.1, target=0.8, domain=Domain.SECONDS)
    assert steepest_per_s(part, clock) == pytest.approx(0.8 * np.log(8) / 4.5)


@pytest.mark.parametrize("ease", [Shape.SMOOTHSTEP, Shape.QUARTER_SINE, Shape.EXPONENTIAL])
def test_an_eased_glide_is_never_faster_than_its_reported_bound(ease: Shape, clock: Clock) -> None:
    part = segment_of(clock, Shape.HALF_COSINE, ease=ease, domain=Domain.SECONDS)
    times_s = np.linspace(float(part.start_s), float(part.end_s), 100_001)[:-1]
    slopes = np.abs(np.diff(Curve((part,)).values(times_s))) / np.diff(times_s)
    assert slopes.max() <= steepest_per_s(part, clock)


def test_a_bus_sounds_from_its_first_key_until_two_seconds_after_its_last() -> None:
    sounding = Sounding([(Fraction(1), Fraction(2)), (Fraction(10), Fraction(11))])
    assert [sounding.overlaps(at, at + 1e-9) for at in (0.9, 1.0, 3.9, 4.1, 9.9, 10.0, 12.9, 13.1)] == [
        False,
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert sounding.overlaps(Fraction(4), Fraction(11))
    assert not sounding.overlaps(Fraction(4), Fraction(10))
