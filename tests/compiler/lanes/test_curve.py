"""Curves equal their formulas, do not click, and do not depend on how they are asked."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from musicvis.compiler.lanes.curve import Curve, Layer
from musicvis.compiler.lanes.parameters import Target
from musicvis.compiler.lanes.segment_values import Segment, values_at
from musicvis.compiler.lanes.segments import lane_segments
from musicvis.compiler.lanes.shapes import plain_shape
from musicvis.compiler.time.clock import Clock, sample_at
from musicvis.compiler.time.tempo_arrays import tempo_arrays
from musicvis.dsl.findings.collector import Findings
from musicvis.dsl.findings.diagnostics import Diagnostic
from musicvis.dsl.findings.span import Span
from musicvis.dsl.model.lane import CycleUnit, Domain, Lane, Point, Shape
from musicvis.dsl.values.position import Place
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SPAN = Span("effects.json", 1, 1, 1, 2)
EAR = Target("ear", -1.0, 1.0, 0.0, 0.010)

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
)
RISING = tuple(shape for shape in PLAIN if shape not in (Shape.WHOLE_COSINE, Shape.HALF_SINE))
FORMULAS: dict[Shape, Callable[[Any], Any]] = {
    Shape.STRAIGHT: lambda u: u,
    Shape.HALF_COSINE: lambda u: (1 - mpmath.cos(mpmath.pi * u)) / 2,
    Shape.WHOLE_COSINE: lambda u: (1 - mpmath.cos(2 * mpmath.pi * u)) / 2,
    Shape.HALF_SINE: lambda u: mpmath.sin(mpmath.pi * u),
    Shape.QUARTER_SINE: lambda u: mpmath.sin(mpmath.pi * u / 2),
    Shape.QUARTER_COSINE: lambda u: 1 - mpmath.cos(mpmath.pi * u / 2),
    Shape.SMOOTHSTEP: lambda u: 3 * u**2 - 2 * u**3,
    Shape.SMOOTHERSTEP: lambda u: 6 * u**5 - 15 * u**4 + 10 * u**3,
    Shape.EXPONENTIAL: lambda u: (mpmath.exp(4 * u) - 1) / (mpmath.exp(4) - 1),
    Shape.SAWTOOTH: lambda u: 3 * u - mpmath.floor(3 * u),
    Shape.TRIANGLE: lambda u: 1 - abs(1 - 2 * (3 * u - mpmath.floor(3 * u))),
    Shape.SINE: lambda u: mpmath.mpf(1) / 2 + mpmath.sin(2 * mpmath.pi * (3 * u + mpmath.mpf("0.125"))) / 2,
}


def segment(shape: Shape = Shape.STRAIGHT, v0: float = 0.0, v1: float = 1.0, **changes: Any) -> Segment:
    """A segment from 1 s to 3 s of a piece at one quarter note a second."""
    times = {"start_s": Fraction(1), "end_s": Fraction(3), "start_qn": Fraction(1), "end_qn": Fraction(3)}
    fields = {"domain": Domain.SECONDS, **times, **changes}
    return Segment(shape=shape, start_value=v0, target=v1, **fields)


def at(curve: Curve, *times_s: float) -> list[float]:
    return [float(value) for value in curve.values(np.array(times_s, np.float64))]


@pytest.mark.parametrize("shape", FORMULAS)
@given(u=st.floats(0, 1))
def test_c4_every_shape_equals_its_formula(shape: Shape, u: float) -> None:
    """C4, to 1e-12: against mpmath with 30 digits."""
    cycles = Fraction(3) if shape in (Shape.SAWTOOTH, Shape.TRIANGLE, Shape.SINE) else Fraction(1)
    stretch = segment(shape, 0.0, 1.0, cycles=cycles, phase=0.125)
    with mpmath.workdps(30):
        expected = float(FORMULAS[shape](mpmath.mpf(u)))
        resets = np.array([int(mpmath.floor(3 * mpmath.mpf(u))) if u < 1 else 2])
    if shape is Shape.SAWTOOTH and u == 1:
        expected = 1.0
    assert values_at(stretch, np.array([u]), resets)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("shape", "start", "middle", "end"),
    [
        (Shape.STRAIGHT, 0, 0.5, 1),
        (Shape.HALF_COSINE, 0, 0.5, 1),
        (Shape.WHOLE_COSINE, 0, 1, 0),
        (Shape.HALF_SINE, 0, 1, 0),
        (Shape.QUARTER_SINE, 0, 0.7071067811865476, 1),
        (Shape.QUARTER_COSINE, 0, 1 - 0.7071067811865476, 1),
        (Shape.SMOOTHSTEP, 0, 0.5, 1),
        (Shape.SMOOTHERSTEP, 0, 0.5, 1),
        (Shape.EXPONENTIAL, 0, 0.11920292202211755, 1),
    ],
)
def test_c4_shapes_at_their_start_middle_and_end(
    shape: Shape, start: float, middle: float, end: float
) -> None:
    found = plain_shape(shape, np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(found, [start, middle, end], atol=1e-12)


@pytest.mark.parametrize("shape", RISING)
def test_c4_shapes_that_rise_never_fall(shape: Shape) -> None:
    assert (np.diff(plain_shape(shape, np.linspace(0, 1, 4001))) >= 0).all()


@pytest.mark.parametrize("shape", [Shape.HALF_COSINE, Shape.SMOOTHSTEP, Shape.SMOOTHERSTEP])
def test_c4_s_shapes_are_their_own_reflection(shape: Shape) -> None:
    u = np.linspace(0, 1, 401)
    np.testing.assert_allclose(plain_shape(shape, u) + plain_shape(shape, 1 - u), 1.0, atol=1e-12)


def test_a_mirrored_sawtooth_falls_slowly_and_leaps_up() -> None:
    curve = Curve((segment(Shape.SAWTOOTH, 0.0, 1.0, cycles=Fraction(2), mirrored=True),))
    assert at(curve, 1.0, 1.5, 1.75, 2.0, 2.5) == [1.0, 0.5, 0.25, 1.0, 0.5]
    assert [(jump.time_s, jump.before, jump.after) for jump in curve.jumps()] == [
        (1.0, 0.0, 1.0),
        (2.0, 0.0, 1.0),
    ]


def test_an_eased_sawtooth_resets_where_the_ease_says() -> None:
    curve = Curve((segment(Shape.SAWTOOTH, 0.0, 1.0, cycles=Fraction(4), ease=Shape.HALF_COSINE),))
    # E(u) = k/4 at u = acos(1 − k/2)/π
    expected = [1 + 2 * float(np.arccos(1 - k / 2)) / np.pi for k in (1, 2, 3)]
    assert [jump.time_s for jump in curve.jumps()] == pytest.approx(expected, abs=1e-12)


def test_a_geometric_glide_multiplies() -> None:
    assert at(Curve((segment(Shape.GEOMETRIC, 2.0, 8.0),)), 1.0, 2.0, 2.999999999) == pytest.approx([2, 4, 8])


@pytest.mark.parametrize("key", range(8))
def test_drift_stays_between_its_ends_and_goes_nearly_all_of_the_way(key: int) -> None:
    curve = Curve((segment(Shape.DRIFT, 0.5, 1.0, cycles=Fraction(200), key=(key, 7)),), before=0.5)
    values = curve.values(np.linspace(1, 3, 20_000, endpoint=False))
    assert values.min() >= 0.5 and values.max() <= 1.0
    # Knots are spread evenly: 200 of them leave a tenth of the way out with a chance of 1e-9.
    assert values.max() > 0.95
    knots = curve.values(1 + np.arange(1, 200) / 100)
    assert knots.mean() == pytest.approx(0.75, abs=0.05)


def test_drift_is_seeded_bounded_and_starts_and_ends_at_rest() -> None:
    def drifting(key: tuple[int, int]) -> F64:
        curve = Curve((segment(Shape.DRIFT, 0.2, 0.5, cycles=Fraction(9, 2), key=key),), before=0.2)
        return curve.values(np.linspace(0.0, 4.0, 2001))

    one = drifting((1, 2))
    np.testing.assert_array_equal(one, drifting((1, 2)))
    assert np.abs(one - drifting((1, 3))).max() > 0.05
    assert np.abs(one - 0.2).max() <= 0.3 + 1e-12
    assert np.ptp(one) > 0.1
    assert one[[0, 500, 1500, 2000]] == pytest.approx([0.2] * 4, abs=1e-9)
    assert np.abs(np.diff(one)).max() < 0.02


def lane_curve(
    name: str, original: dict[str, Any], clock: Clock, domain: Domain, declick_s: float = 0.0
) -> tuple[Curve, list[Diagnostic]]:
    """A lane of the original piece, rebuilt from its segments in the legacy form."""

    def place(text: str) -> Place:
        if text == "end":
            return Place(text, SPAN, at_end=True)
        bar, _, beat = text.partition(".")
        return Place(text, SPAN, bar=int(bar), beat=Fraction(beat))

    points = []
    for start, end, effect, v0, v1, _ in original["lanes"][name]["segments"]:
        values: dict[str, Any] = {
            "start": v0,
            "to": v1,
            "shape": Shape(effect) if effect != "none" else Shape.HOLD,
        }
        if effect == "none" or (v0 == v1 and effect == "straight"):
            values = {"hold": v0}
        elif effect == "whole_cosine":
            values = {"start": v0, "via": v1, "shape": Shape.WHOLE_COSINE}
        elif effect == "sawtooth":
            values["cycles"] = CycleUnit.QUARTER
        points.append(Point(place(start), SPAN, end=place(end), domain=domain, **values))
    findings = Findings()
    lane = Lane(name, SPAN, tuple(points), legacy_tail_s=3.0)
    segments = lane_segments(lane, EAR, clock, clock.quarters(clock.end_s + 3), 1, findings)
    return Curve(segments, 0.0, tempo_arrays(clock), -1, 1, declick_s), findings


@pytest.mark.parametrize("domain", Domain)
@pytest.mark.parametrize("name", ["vibes", "marimba", "glockxyloright", "glockxyloleft"])
def test_c1_the_ear_lanes_of_the_original_piece(
    name: str, domain: Domain, original: dict[str, Any], original_clock: Clock
) -> None:
    """C1: 96 points to 1e-6, in seconds and, as no glide crosses a tempo, in beats too."""
    curve, findings = lane_curve(name, original, original_clock, domain)
    times_s, expected = np.array(original["lanes"][name]["checkpoints"]).T
    assert len(times_s) in (20, 28)
    np.testing.assert_allclose(curve.values(times_s), expected, atol=1e-6)
    assert not findings
    assert float(curve.segments[-1].end_s) == pytest.approx(46.535092, abs=1e-6)


@pytest.mark.parametrize("name", ["vibes", "marimba"])
def test_c1_the_jumps_and_first_samples_of_the_original_piece(
    name: str, original: dict[str, Any], original_clock: Clock
) -> None:
    curve, _ = lane_curve(name, original, original_clock, Domain.SECONDS)
    found = [(jump.time_s, jump.before, jump.after) for jump in curve.jumps()]
    np.testing.assert_allclose(found, original["lanes"][name]["jumps"], atol=1e-6)
    firsts = [int(sample_at(part.start_s, 48000)) for part in curve.segments]
    assert firsts == [row[5] for row in original["lanes"][name]["segments"]]


def test_c5_beats_follow_a_fermata_and_seconds_do_not(original_clock: Clock) -> None:
    """C5: straight 0 to 1 over bar 18, whose last beat is slow, seen at 18|4."""
    clock = original_clock
    times = {"start_qn": Fraction(62), "end_qn": Fraction(66), "start_s": clock.seconds(Fraction(62))}
    for domain, expected in ((Domain.BEATS, 0.75), (Domain.SECONDS, 0.431137745)):
        part = segment(**times, end_s=clock.end_s, domain=domain)
        curve = Curve((part,), tempo=tempo_arrays(clock))
        assert at(curve, float(clock.seconds(Fraction(65)))) == pytest.approx([expected], abs=1e-6)


def test_c5_resets_of_a_sawtooth_differ_by_70_ms(original_clock: Clock) -> None:
    """C5: one cycle a quarter note over 3.1 to 5.1; the tempo falls from 95 to 90 at 4.1."""
    clock = original_clock
    resets = {}
    for domain in Domain:
        part = segment(
            Shape.SAWTOOTH,
            start_qn=Fraction(5),
            end_qn=Fraction(13),
            start_s=clock.seconds(Fraction(5)),
            end_s=clock.seconds(Fraction(13)),
            cycles=Fraction(8),
            domain=domain,
        )
        resets[domain] = np.array([jump.time_s for jump in Curve((part,), tempo=tempo_arrays(clock)).jumps()])
    on_beats = [float(clock.seconds(Fraction(q))) for q in range(6, 13)]
    np.testing.assert_allclose(resets[Domain.BEATS], on_beats, atol=1e-12)
    assert np.abs(resets[Domain.BEATS] - resets[Domain.SECONDS]).max() == pytest.approx(0.0702, abs=5e-5)


@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(0.002, 0.2))
def test_c6_a_jump_is_softened_within_half_its_width_and_nowhere_else(
    v0: float, v1: float, width_s: float
) -> None:
    parts = (
        segment(Shape.HALF_COSINE, v0, v1),
        segment(Shape.STRAIGHT, v1 / 2, v0, start_s=Fraction(3), end_s=Fraction(5)),
    )
    soft, raw = Curve(parts, v0, declick_s=width_s), Curve(parts, v0)
    times_s = np.arange(0, 6, 0.001)
    away = np.abs(times_s - 3.0) >= width_s / 2
    np.testing.assert_allclose(soft.values(times_s)[away], raw.values(times_s)[away], atol=1e-12)
    assert at(soft, 3.0)[0] == pytest.approx((v1 + v1 / 2) / 2, abs=1e-9 if abs(v1) > 1e-5 else 1e-5)


@pytest.mark.parametrize(("jump", "limit_dbfs"), [(1.0, -115.0), (0.6, -120.0), (0.05, -140.0)])
def test_c6_a_softened_jump_does_not_click(jump: float, limit_dbfs: float) -> None:
    """C6: what a 997 Hz sine under a gain jump of 10 ms leaves above 4 kHz."""
    hold = {"start_s": Fraction(1), "end_s": Fraction(2)}
    curve = Curve((segment(Shape.HOLD, jump, jump, **hold),), declick_s=0.010)
    n = np.arange(96_000)
    t = n / 48_000
    sound = np.sin(2 * np.pi * 997 * t) * curve.values(t)
    window = np.blackman(n.size) ** 2
    spectrum = np.fft.rfft(sound * window)
    spectrum[np.fft.rfftfreq(n.size, 1 / 48_000) < 4000] = 0
    high = np.fft.irfft(spectrum)[24_000:72_000] / window[24_000:72_000]
    assert 20 * np.log10(np.abs(high[16_000:32_000]).max()) <= limit_dbfs


@given(st.integers(0, 5), st.integers(0, 400_000), st.integers(1, 3000))
def test_blocks_give_the_same_bits_as_the_whole(which: int, first: int, count: int) -> None:
    curve = EXAMPLES[which]
    whole = curve.values((first + np.arange(count)) / 48_000)
    cut = count // 3
    parts = [curve.values((first + np.arange(*stretch)) / 48_000) for stretch in ((0, cut), (cut, count))]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@given(st.integers(0, 5), st.lists(st.floats(-1, 9), min_size=1, max_size=30))
def test_times_may_come_in_any_order(which: int, times_s: list[float]) -> None:
    curve = EXAMPLES[which]
    one_by_one = [at(curve, time_s)[0] for time_s in times_s]
    assert at(curve, *times_s) == one_by_one


def example_curves() -> tuple[Curve, ...]:
    saw = segment(Shape.SAWTOOTH, -0.5, 0.5, cycles=Fraction(37, 3))
    late = segment(Shape.HALF_COSINE, 0.4, -0.4, start_s=Fraction(4), end_s=Fraction(5))
    base = Curve((saw, late), before=0.1, low=-1, high=1, declick_s=0.01)
    return (
        base,
        base.mirrored(),
        base.seen_from(Fraction(5, 4)),
        Curve((saw,), layers=(Layer("multiply", base), Layer("add", base.mirrored()))),
        Curve((segment(Shape.SINE, cycles=Fraction(5)), late), declick_s=0.3),
        Curve.constant_of(0.25),
    )


EXAMPLES = example_curves()


def test_a_sample_on_a_reset_is_halfway_and_not_a_spike() -> None:
    """Resets every 1/12 s fall on samples that u alone would put on either side."""
    curve = Curve((segment(Shape.SAWTOOTH, 0.0, 1.0, cycles=Fraction(24)),), declick_s=0.01)
    values = curve.values(np.arange(47_000, 145_000) / 48_000)
    assert values.min() >= -1e-9
    assert values.max() <= 1 + 1e-9
    # The steepest point of Q is 15/8 of the mean slope: 1.875 / (0.01 s · 48 kHz) for each sample.
    assert np.abs(np.diff(values)).max() < 1.875 / 480 + 24 / 96_000


def test_a_gap_and_the_end_hold_the_last_value() -> None:
    later = segment(Shape.STRAIGHT, 1.0, 0.0, start_s=Fraction(5), end_s=Fraction(6))
    curve = Curve((segment(), later), before=-1.0)
    assert at(curve, 0.0, 0.999, 2.0, 3.0, 4.9, 5.5, 6.0, 99.0) == [-1, -1, 0.5, 1, 1, 0.5, 0, 0]


def test_a_mirror_is_the_negative() -> None:
    curve = EXAMPLES[0]
    times_s = np.linspace(-1, 7, 1001)
    np.testing.assert_array_equal(curve.mirrored().values(times_s), -curve.values(times_s))


def test_layers_add_and_multiply_and_the_range_is_kept() -> None:
    base = Curve((segment(),), low=0.0, high=1.0)
    ripple = Curve((segment(Shape.HOLD, 0.75, 0.75),), before=0.0)
    half = Curve.constant_of(0.5)
    layered = Curve(base.segments, low=0.0, high=1.0, layers=(Layer("add", ripple), Layer("multiply", half)))
    assert at(layered, 1.0, 2.0, 2.9999999) == pytest.approx([0.375, 0.625, 0.875], abs=1e-6)
    assert at(Curve(base.segments, low=0.0, high=1.0, layers=(Layer("add", ripple),)), 2.0) == [1.0]


def test_only_a_curve_that_never_changes_is_constant() -> None:
    level = segment(Shape.HOLD, 0.5, 0.5)
    assert Curve.constant_of(0.3).constant == 0.3
    assert Curve((level,), before=0.5).constant == 0.5
    assert Curve((level,), before=0.4).constant is None
    assert Curve((level,), before=0.4, origin_s=Fraction(1)).constant == 0.5
    assert Curve((segment(),)).constant is None
    assert Curve((level,), before=0.5, layers=(Layer("add", Curve((segment(),))),)).constant is None


def test_a_film_that_begins_later_sees_the_same_values() -> None:
    curve = EXAMPLES[0]
    times_s = np.linspace(0, 4, 1001)
    np.testing.assert_allclose(
        curve.seen_from(Fraction(3, 2)).values(times_s), curve.values(times_s + 1.5), atol=1e-12
    )
