"""Changes the shape of a point, or divides a movement at a new point.

Musical decisions alone: keys of points in, keys of points out. watch/points.py writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from ..compiler.lanes.segment_values import Segment
from ..compiler.time.clock import Clock
from ..dsl.model.lane import CycleUnit, Domain, Point, Shape
from ..dsl.model.shapes import SHAPES, Family
from ..dsl.values.position import DurationUnit
from ..dsl.values.units import Quarters
from .body import Written
from .points import Keys
from .spelling import EditError, number_text

SAME = 1e-9
"""Values that differ by less are one."""
DOES: Mapping[Family, str] = {
    Family.LEVEL: "hold",
    Family.EASE: "to",
    Family.WAY: "to",
    Family.PERIODIC: "to",
    Family.SWING: "via",
    Family.ROUND: "turns",
}
"""The key of a shape's target."""
USUAL: Mapping[str, Shape] = {"to": Shape.STRAIGHT, "via": Shape.WHOLE_COSINE, "turns": Shape.ORBIT}
"""The shape that is meant where none is written."""
_ANY = ("from", "domain", "join")
"""Keys that every shape takes, but a value that stays."""
_HALVES: Mapping[Shape, tuple[Shape, Shape]] = {
    # (1 - cos 2πu)/2 is two half cosines, there and back; sin πu is a quarter sine and a quarter cosine.
    Shape.WHOLE_COSINE: (Shape.HALF_COSINE, Shape.HALF_COSINE),
    Shape.HALF_SINE: (Shape.QUARTER_SINE, Shape.QUARTER_COSINE),
}
_YOURSELF = "write it in your editor"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A point of a lane with its surroundings.

    standing   where the lane comes from
    next_value where the following point begins; None behind the last one
    low, high  what values may be
    """

    point: Point
    segment: Segment
    standing: float
    next_value: float | None
    low: float
    high: float
    clock: Clock

    @property
    def other(self) -> float:
        """A target for a lane that was constant: the next value, or half way to the farther limit."""
        here = self.segment.start_value
        if self.next_value is not None and abs(self.next_value - here) > SAME:
            return self.next_value
        far = max((self.low, self.high), key=lambda end: abs(end - here))
        if not isfinite(far):
            far = here + 2 * max(abs(here), 1.0)
        return float(f"{(here + far) / 2:.3g}")


def reshaped(written: Written, shape: Shape, stretch: Stretch) -> Keys:
    """The keys of a point with another shape: both ends of its way stay as far as the shape has them.

    Raises EditError where the shape is not allowed there.
    """
    facts, start = SHAPES[shape], stretch.segment.start_value
    does = DOES[facts.family]
    if does == "hold":
        return {"hold": start, **({"join": None} if "join" in written else {})}
    keys: dict[str, float | str | None] = {}
    if "from" in written:
        keys["from"] = None
    elif "hold" in written and abs(stretch.standing - start) > SAME:
        # It jumped here, and still does.
        keys["from"] = start
    keys[does] = _goal(written, does, stretch)
    if shape is Shape.GEOMETRIC and start * stretch.segment.target <= 0 and "to" in written:
        ends = f"from {start:g} to {stretch.segment.target:g}"
        raise EditError(f"geometric moves by equal ratios, and there is none {ends}: take exponential")
    if "shape" in written or USUAL[does] is not shape:
        keys["shape"] = shape.value
    kept = [key for key in written if key not in keys and key in (*facts.keys, *_ANY)]
    keys |= dict.fromkeys(kept)
    if facts.family is Family.PERIODIC and "cycles" not in written:
        keys["cycles"] = _cycles_for(stretch)
    return keys


def _goal(written: Written, does: str, stretch: Stretch) -> float | str | None:
    if does in written:
        return None
    if does == "turns":
        return "1"
    if "hold" in written or "turns" in written:
        return stretch.other
    return stretch.segment.target


def _cycles_for(stretch: Stretch) -> str:
    segment, clock = stretch.segment, stretch.clock
    bars = clock.count(segment.end_qn, DurationUnit.BARS) - clock.count(segment.start_qn, DurationUnit.BARS)
    return (CycleUnit.BAR if bars >= 2 else CycleUnit.BEAT).value


def dividing(
    stretch: Stretch, at_qn: Quarters, value: float
) -> Callable[[Written], tuple[Keys, Keys]] | None:
    """The function that divides a returning or turning movement; None for one that arrives or stays.

    A swing turns round at the new point; what repeats goes on from it in phase. Raises EditError, from the
    function that comes back, where the language cannot say that.
    """
    match SHAPES[stretch.point.shape].family:
        case Family.SWING:
            return lambda written: _swing(written, stretch, value)
        case Family.PERIODIC:
            return lambda written: _periodic(written, stretch, at_qn)
        case Family.ROUND:
            return lambda written: _turns(written, stretch, at_qn)
    return None


def _swing(written: Written, stretch: Stretch, value: float) -> tuple[Keys, Keys]:
    if "ease" in written:
        raise EditError(f"`ease` bends the whole swing, and would not bend its halves so: {_YOURSELF}")
    there, back = _HALVES[stretch.segment.shape]
    kept = {key: None for key in ("from", "domain", "join") if key in written}
    first: Keys = {"to": value, "shape": there.value, **kept}
    again = {"domain": None} if "domain" in written else {}
    return first, {"to": stretch.segment.start_value, "shape": back.value, **again}


def _periodic(written: Written, stretch: Stretch, at_qn: Quarters) -> tuple[Keys, Keys]:
    segment = stretch.segment
    name = segment.shape.value
    if segment.shape is Shape.DRIFT:
        raise EditError(f"a drift wanders anew from each point, so its halves would be others: {_YOURSELF}")
    if "ease" in written or segment.mirrored:
        bent = "`ease`" if "ease" in written else "`mirror`"
        raise EditError(f"with {bent} the halves of a {name} would not run as the whole does: {_YOURSELF}")
    share = _share(stretch, at_qn)
    passed = segment.cycles * share
    cycles = written.get("cycles", 1)
    first: dict[str, float | str | None] = dict.fromkeys(key for key in written if key != "at")
    second: dict[str, float | str | None] = {"from": segment.start_value, "to": None, "shape": None}
    if isinstance(cycles, str) and cycles.startswith("per_"):
        if passed != _passed(CycleUnit(cycles), segment, at_qn, stretch.clock):
            raise EditError(f"bars or beats of this {name} differ in length: its halves would run otherwise")
        second["cycles"] = None
    else:
        first["cycles"] = _ratio(passed)
        second["cycles"] = _ratio(segment.cycles - passed)
    if segment.shape is Shape.SINE:
        phase = (segment.phase + float(passed)) % 1.0
        if min(phase, 1.0 - phase) > SAME:
            second["phase"] = number_text(phase, 0)
    elif passed.denominator != 1:
        raise EditError(_only_where_it_begins(stretch, passed))
    if "domain" in written:
        second["domain"] = None
    return first, second


def _turns(written: Written, stretch: Stretch, at_qn: Quarters) -> tuple[Keys, Keys]:
    bent = next((key for key in ("distance", "elevation", "ease", "mirror") if key in written), None)
    if bent is not None:
        raise EditError(f"with `{bent}` the halves would not go round as the whole does: {_YOURSELF}")
    turns, share = Fraction(str(written["turns"])), _share(stretch, at_qn)
    first = dict.fromkeys(key for key in written if key != "at")
    shape = {"shape": None} if "shape" in written else {}
    domain = {"domain": None} if "domain" in written else {}
    before, after = (number_text(float(turns * part), 0) for part in (share, 1 - share))
    return {**first, "turns": before}, {"turns": after, **shape, **domain}


def _share(stretch: Stretch, at_qn: Quarters) -> Fraction:
    """The progress of a place within a segment, 0..1, along what the segment follows."""
    segment = stretch.segment
    if segment.domain is Domain.SECONDS:
        at_s = stretch.clock.seconds(at_qn)
        return (at_s - segment.start_s) / (segment.end_s - segment.start_s)
    return (at_qn - segment.start_qn) / (segment.end_qn - segment.start_qn)


def _passed(unit: CycleUnit, segment: Segment, at_qn: Quarters, clock: Clock) -> Fraction:
    if unit is CycleUnit.QUARTER:
        return at_qn - segment.start_qn
    counted = DurationUnit.BEATS if unit is CycleUnit.BEAT else DurationUnit.BARS
    return clock.count(at_qn, counted) - clock.count(segment.start_qn, counted)


def _only_where_it_begins(stretch: Stretch, passed: Fraction) -> str:
    """A sawtooth or a triangle has no phase: where it can be divided, in words."""
    segment, clock = stretch.segment, stretch.clock
    name = segment.shape.value
    whole = [k for k in (int(passed), int(passed) + 1) if 0 < k < segment.cycles]
    if segment.domain is Domain.SECONDS or not whole:
        return f"a {name} can be divided only where it begins anew: make it a sine, or {_YOURSELF}"
    length = segment.end_qn - segment.start_qn
    places = [str(clock.position(Quarters(segment.start_qn + length * k / segment.cycles))) for k in whole]
    return f"a {name} can be divided only where it begins anew, e.g. at {' or '.join(places)}"


def _ratio(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
