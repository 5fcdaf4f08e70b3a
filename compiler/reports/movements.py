"""The movement of each lane at a place, in words."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ...dsl.findings.span import Span
from ...dsl.model.lane import By, Lane, Played
from ...dsl.values.units import Quarters
from ..heard_piece import Heard
from ..lanes.by_itself import NAME as BY_ITSELF
from ..lanes.controlled import controller_name
from ..lanes.curve import Curve
from ..lanes.segment_values import Segment
from ..lazy_numpy import np
from ..time.clock import Clock
from .lane_curves import LaneCurves


@dataclass(frozen=True, slots=True)
class Movement:
    """A lane's movement: its value from here on, a description in words, and the point that sets it."""

    lane: str
    value: float
    words: str
    span: Span


def movements_at(heard: Heard, at: Quarters) -> Iterator[Movement]:
    """Each lane in written order; what is laid over another lane comes with its own words."""
    piece, clock = heard.piece, heard.clock
    curves = LaneCurves(heard)
    at_s = np.array([float(clock.seconds(at))])
    for lane in curves.lanes:
        curve = _hard(curves.of(lane))
        if curves.is_mixed(lane):
            curve = _in_hertz(curve)
        value = float(curve.values(at_s)[0])
        if lane.played is not None and lane.mode == "set":
            yield Movement(lane.name, value, played_words(lane, lane.played), lane.span)
            continue
        if lane.mode == "set":
            words, span = _what_it_does(curve, _pointed(lane, piece.lanes), at, clock)
            note = f"mirrors {lane.mirror_of}: " if lane.mirror_of is not None else ""
            yield Movement(lane.name, value, note + words, span)
            continue
        laid = [layer.curve for layer in curve.layers if layer.mode == lane.mode]
        same = [other for other in curves.lanes if other.name == lane.name and other.mode == lane.mode]
        # A mirror brings the layers of its source, before its own.
        own = laid[same.index(lane) - len(same)]
        if lane.played is not None:
            words, span = played_words(lane, lane.played, float(own.values(at_s)[0])), lane.span
        else:
            words, span = _what_it_does(own, lane, at, clock)
        if lane.label == BY_ITSELF:
            words += f"; by itself, until {BY_ITSELF} is false"
        yield Movement(f"{lane.name} ({lane.mode})", value, words, span)


def played_words(lane: Lane, played: Played, now: float | None = None) -> str:
    """A description of what notes do to a lane, and by how much at this moment."""
    whose = f"the notes of {', '.join(played.where.parts)}" if played.where.parts else "all notes"
    if len(played.where.spans) > bool(played.where.parts):
        whose += " that `where` means"
    if played.by is By.CONTROLLER:
        whose = f" of {', '.join(played.where.parts)}" if played.where.parts else ""
        ends = f"{_number(played.low)} to {_number(played.high)}"
        words = f"follows {controller_name(played.controller)}{whose}, {ends}"
    elif played.by is By.NOTES:
        unit = " dB" if played.in_decibels else ""
        words = f"struck by {whose}, {played.amount:+.4g}{unit} by a full one"
    else:
        words = f"follows the {played.by.value} of {whose}, {_number(played.low)} to {_number(played.high)}"
    if now is None:
        return words
    return f"{words}; now {f'times {now:.4g}' if lane.mode == 'multiply' else f'{now:+.4g}'}"


def _hard(curve: Curve) -> Curve:
    """The curve with its jumps as written: at a jump, the value after it."""
    layers = tuple(replace(layer, curve=_hard(layer.curve)) for layer in curve.layers)
    return replace(curve, declick_s=0.0, layers=layers)


def _in_hertz(curve: Curve) -> Curve:
    """A curve of hertz and cycles per beat with the segments of its sum: from where to where, in hertz."""
    segments = []
    for segment in curve.segments:
        ends_s = np.array([float(segment.start_s), float(segment.end_s) - 1e-9])
        first, last = curve.values(ends_s).tolist()
        segments.append(replace(segment, start_value=first, target=last))
    return replace(curve, segments=tuple(segments), layers=())


def _pointed(lane: Lane, lanes: Sequence[Lane]) -> Lane:
    """The lane that has the points: itself, or the one at the end of a chain of mirrors."""
    for _ in lanes:
        if lane.mirror_of is None:
            break
        lane = next((other for other in lanes if other.name == lane.mirror_of and other.mode == "set"), lane)
    return lane


def _what_it_does(curve: Curve, lane: Lane, at: Fraction, clock: Clock) -> tuple[str, Span]:
    """A description of a lane's movement, and the place in the file that sets it."""
    i = bisect_right([segment.start_qn for segment in curve.segments], at) - 1
    if not curve.segments:
        return "has no points", lane.span
    if i < 0:
        return f"rests; its first point stands at {clock.position(curve.segments[0].start_qn)}", lane.span
    segment, span = curve.segments[i], lane.points[i].span
    if at >= segment.end_qn:
        arrived = f"where it arrived at {place_text(segment.end_qn, clock)}"
        return f"stays at {_number(curve.scale * segment.last_value)}, {arrived}", span
    since, until = (place_text(moment, clock) for moment in (segment.start_qn, segment.end_qn))
    is_last = i + 1 == len(curve.segments)
    if segment.shape.value == "hold":
        end = "to the end" if is_last else f"until {until}"
        return f"holds {_number(curve.scale * segment.start_value)} from {since} {end}", span
    share = _share(segment, at, clock)
    return f"{_moving(segment, curve.scale)}, from {since} until {until}, {share:.0%} of the way", span


def _moving(segment: Segment, scale: float) -> str:
    low, high = (_number(scale * value) for value in (segment.start_value, segment.target))
    shape = segment.shape.value
    extras = "".join(
        (
            ", backwards" if segment.mirrored else "",
            f", eased by {segment.ease.value}" if segment.ease is not None else "",
            ", by the clock" if segment.domain.value == "seconds" else "",
            ", even in decibels" if segment.by_ratio else "",
        )
    )
    if shape in ("sawtooth", "triangle", "sine", "drift"):
        count = float(segment.cycles)
        cycles = f"{count:g} cycle{'' if count == 1 else 's'}"
        return f"{shape} between {low} and {high}, {cycles}{extras}"
    if shape in ("whole_cosine", "half_sine"):
        return f"swings from {low} via {high} and back ({shape}{extras})"
    return f"glides from {low} to {high} ({shape}{extras})"


def _share(segment: Segment, at: Fraction, clock: Clock) -> float:
    if segment.domain.value == "seconds":
        return float((clock.seconds(at) - segment.start_s) / (segment.end_s - segment.start_s))
    return float((at - segment.start_qn) / (segment.end_qn - segment.start_qn))


def place_text(moment: Fraction, clock: Clock) -> str:
    return "the end" if moment == clock.end_qn else str(clock.position(moment))


def _number(value: float) -> str:
    return f"{round(value, 9) + 0.0:.4g}"
