"""A lane's samples equal its formula at any exact place, through any metre and tempo; splines as scipy's."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.resolve import Lanes
from musicvis.compiler.lanes.shapes import through_slopes
from musicvis.compiler.score.model import Measure, Meter, Score, TempoMark, Track
from musicvis.compiler.time.clock import Clock
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.lane import Domain, Lane, Point, Shape
from musicvis.dsl.values.position import Place
from musicvis.tests.examples import many
from scipy.interpolate import PchipInterpolator

SPAN = Span("effects.yaml", 1, 1, 1, 2)
HUE = Target("visuals.hue", -1000.0, 1000.0, 0.0)

Formula = Callable[[float, float], float]
SHAPES: dict[Shape, Formula] = {
    Shape.STRAIGHT: lambda u, c: u,
    Shape.HALF_COSINE: lambda u, c: (1 - math.cos(math.pi * u)) / 2,
    Shape.QUARTER_SINE: lambda u, c: math.sin(math.pi * u / 2),
    Shape.QUARTER_COSINE: lambda u, c: 1 - math.cos(math.pi * u / 2),
    Shape.SMOOTHSTEP: lambda u, c: u * u * (3 - 2 * u),
    Shape.SMOOTHERSTEP: lambda u, c: u**3 * (u * (6 * u - 15) + 10),
    Shape.EXPONENTIAL: lambda u, c: (math.exp(3 * u) - 1) / (math.exp(3) - 1),
    Shape.SAWTOOTH: lambda u, c: c * u - math.floor(c * u),
    Shape.TRIANGLE: lambda u, c: 1 - abs(1 - 2 * (c * u - math.floor(c * u))),
    Shape.SINE: lambda u, c: 0.5 + 0.5 * math.sin(2 * math.pi * (c * u + 0.25)),
    Shape.WHOLE_COSINE: lambda u, c: (1 - math.cos(2 * math.pi * u)) / 2,
    Shape.HALF_SINE: lambda u, c: math.sin(math.pi * u),
}
EASES = (Shape.HALF_COSINE, Shape.QUARTER_SINE, Shape.SMOOTHSTEP, Shape.EXPONENTIAL)
TEMPI = st.fractions(min_value=20, max_value=300, max_denominator=30)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Up to six bars of any metre under up to four tempi anywhere."""
    measures, start = [], Fraction(0)
    meters = st.builds(Meter, st.integers(1, 9), st.sampled_from([2, 4, 8]))
    for bar, meter in enumerate(draw(st.lists(meters, min_size=1, max_size=6)), 1):
        measures.append(Measure(bar, 1, start, meter.bar_qn, meter))
        start += meter.bar_qn
    places = st.fractions(min_value=0, max_value=start, max_denominator=16)
    tempi = [TempoMark(Fraction(0), draw(TEMPI))]
    tempi += [TempoMark(at, bpm) for at, bpm in sorted(draw(st.lists(st.tuples(places, TEMPI), max_size=3)))]
    return Clock.from_score(Score("", (Track(""),), (), tuple(measures), tuple(tempi)))


def place(clock: Clock, moment_qn: Fraction) -> Place:
    """A moment as one writes it."""
    position = clock.position(moment_qn)
    return Place(str(position), SPAN, bar=position.bar, beat=position.beat)


@given(
    clocks(),
    st.sampled_from(list(SHAPES)),
    st.sampled_from([None, *EASES]),
    st.booleans(),
    st.sampled_from(Domain),
    st.fractions(Fraction(1, 3), 5, max_denominator=6),
    st.data(),
)
@many(150)
def test_samples_equal_the_formula_at_random_exact_places(
    clock: Clock,
    shape: Shape,
    ease: Shape | None,
    mirrored: bool,
    domain: Domain,
    cycles: Fraction,
    data: st.DataObject,
) -> None:
    grid = st.fractions(min_value=0, max_value=clock.end_qn, max_denominator=24)
    first, moment, last = sorted(data.draw(st.tuples(grid, grid, grid), "places"))
    assume(first < last)
    point = Point(
        place(clock, first),
        SPAN,
        shape=shape,
        start=-20.0,
        to=None if shape in (Shape.WHOLE_COSINE, Shape.HALF_SINE) else 40.0,
        via=40.0 if shape in (Shape.WHOLE_COSINE, Shape.HALF_SINE) else None,
        cycles=cycles,
        phase=0.25,
        curvature=3.0,
        mirrored=mirrored,
        ease=ease,
        domain=domain,
    )
    written = [point]
    if last < clock.end_qn:
        written.append(Point(place(clock, last), SPAN, hold=7.0))
    curve = Lanes((Lane("visuals.hue", SPAN, tuple(written)),), clock, clock.end_qn, 1).curve(HUE)
    if domain is Domain.BEATS:
        u = (moment - first) / (last - first)
    else:
        u = (clock.seconds(moment) - clock.seconds(first)) / (clock.seconds(last) - clock.seconds(first))
    assume(u < 1)
    x = float(1 - u if mirrored else u)
    if ease is not None:
        x = SHAPES[ease](x, 1.0)
    turns = float(cycles) * x
    # At a reset a rounding of the time decides, and so it does where the ease makes one.
    assume(shape is not Shape.SAWTOOTH or abs(turns - round(turns)) > 1e-6)
    expected = -20.0 + 60.0 * SHAPES[shape](x, float(cycles))
    found = curve.values(np.array([float(clock.seconds(moment))]))[0]
    assert found == pytest.approx(expected, abs=1e-7)


@given(clocks(), st.data())
def test_what_is_written_as_bar_and_beat_comes_back_from_its_second(
    clock: Clock, data: st.DataObject
) -> None:
    moment = data.draw(st.fractions(min_value=0, max_value=clock.end_qn, max_denominator=96))
    written = place(clock, moment)
    there = clock.locate(written, Findings())
    assert there is not None
    back = clock.position(clock.quarters(clock.seconds(there)))
    assert (back.bar, back.beat) == (written.bar, written.beat)


@given(
    # Hundredths: scipy itself overflows on the smallest floats.
    st.lists(
        st.tuples(st.integers(10, 1000), st.integers(-5000, 5000)).map(
            lambda pair: (pair[0] / 100, pair[1] / 100)
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(-5000, 5000).map(lambda hundredths: hundredths / 100),
)
def test_slopes_through_points_are_those_of_scipy(steps: list[tuple[float, float]], first: float) -> None:
    lengths = [length for length, _ in steps]
    values = np.array([first, *(value for _, value in steps)])
    places = np.concatenate([[0.0], np.cumsum(lengths)])
    slopes = through_slopes(np.diff(places).tolist(), np.diff(values).tolist())
    expected = PchipInterpolator(places, values).derivative()(places)
    np.testing.assert_allclose(slopes, expected, atol=1e-6, rtol=1e-9)


@pytest.mark.parametrize("domain", Domain)
def test_a_lane_through_points_is_one_curve_and_stops_where_another_shape_does(domain: Domain) -> None:
    measures = tuple(Measure(k + 1, 1, Fraction(4 * k), Fraction(4), Meter(4, 4)) for k in range(6))
    tempi = (TempoMark(Fraction(0), Fraction(60)), TempoMark(Fraction(6), Fraction(120)))
    clock = Clock.from_score(Score("", (Track(""),), (), measures, tempi))

    def point(at: int, to: float) -> Point:
        return Point(place(clock, Fraction(at)), SPAN, shape=Shape.THROUGH, to=to, domain=domain)

    hold = Point(place(clock, Fraction(16)), SPAN, hold=5.0)
    again = Point(place(clock, Fraction(18)), SPAN, shape=Shape.THROUGH, to=10.0, start=1.0, domain=domain)
    written = (point(2, 10.0), point(5, 30.0), point(10, 20.0), point(12, -5.0), hold, again)
    curve = Lanes((Lane("visuals.hue", SPAN, written),), clock, clock.end_qn, 1).curve(HUE)
    knots_qn = [2, 5, 10, 12, 16]
    moments_qn = [Fraction(k, 8) for k in range(16, 128)]
    times_s = np.array([float(clock.seconds(q)) for q in moments_qn])
    along = [float(q) for q in moments_qn] if domain is Domain.BEATS else times_s.tolist()
    knots = knots_qn if domain is Domain.BEATS else [float(clock.seconds(Fraction(q))) for q in knots_qn]
    expected = PchipInterpolator(knots, [0.0, 10.0, 30.0, 20.0, -5.0])(along)
    np.testing.assert_allclose(curve.values(times_s), expected, atol=1e-9)
    # Alone it is a straight line from 1 to 10.
    late = [float(clock.seconds(Fraction(q))) for q in (17, 18, 21)]
    np.testing.assert_allclose(curve.values(np.array(late)), [5.0, 1.0, 5.5], atol=1e-9)
