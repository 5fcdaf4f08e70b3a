"""What is allowed but hardly meant: rules that catch nothing, lanes that leap, or move unheard."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from ..dsl.diagnostics import Diagnostic, Severity
from ..dsl.lane import Lane
from ..dsl.piece import Bus, Piece
from .clock import Clock
from .curve import Curve
from .parameters import ear_target, gain_target
from .plan import SoundPlan
from .rules import Cast
from .stage import Sources, has_recording, stem_intervals

JUMP_HEARD = 0.02
"""A smaller jump is not worth a word (audio.md 2.5)."""
RING_S = Fraction(2)
"""How long a note is counted as sounding after its key is let go."""

Interval = tuple[Fraction, Fraction]


def lint(
    piece: Piece, clock: Clock, shown: Cast, buses: Sequence[Bus], sound: SoundPlan, sources: Sources
) -> Iterator[Diagnostic]:
    """Warnings that need the score."""
    yield from _idle_rules(piece, shown)
    yield from _unseen_classes(piece, shown)
    yield from _past_the_end(piece.lanes, clock)
    written = {lane.name: lane for lane in piece.lanes if lane.mode == "set" and lane.mirror_of is None}
    for bus, plan in zip(buses, sound.buses, strict=True):
        moving = [(ear_target(bus).name, plan.ear), (gain_target(bus).name, plan.gain)]
        lanes = [(written[name], curve) for name, curve in moving if name in written and curve.segments]
        if lanes and not has_recording(bus):
            sounding = _Sounding(stem_intervals(bus, sources))
            for lane, curve in lanes:
                yield from _silent_moves(lane, curve, bus, sounding, clock)
                yield from _leaps(lane, curve, bus, sounding, clock)


def _idle_rules(piece: Piece, shown: Cast) -> Iterator[Diagnostic]:
    for rule, count in zip(piece.visuals.rules, shown.rule_matches, strict=True):
        if not count:
            yield Diagnostic(
                "MV340",
                rule.span,
                "this rule matches no note",
                "look with `musicvis notes` at what the parts play there",
                Severity.WARNING,
            )


def _unseen_classes(piece: Piece, shown: Cast) -> Iterator[Diagnostic]:
    written = dict(piece.visuals.classes)
    for key in shown.unused_keys:
        weights = written[key]
        # The classes of a list are numbered; a score need not reach all of them.
        if key.isdecimal() or not weights:
            continue
        yield Diagnostic(
            "MV341",
            weights[0].span,
            f"{weights[0].name} is never shown: no note has {key}",
            "give another key this class, or leave it",
            Severity.NOTE,
        )


def _past_the_end(lanes: Iterable[Lane], clock: Clock) -> Iterator[Diagnostic]:
    scratch: list[Diagnostic] = []
    for lane in lanes:
        for point in lane.points:
            at = clock.locate(point.at, scratch)
            if at is not None and at >= clock.end_qn:
                yield Diagnostic(
                    "MV343",
                    point.span,
                    f"{lane.name} has a point at {point.at.text}, when the last bar is over",
                    "let it stand before the end of the last bar",
                    Severity.WARNING,
                    clock.musical_place(at),
                )


class _Sounding:
    """When a bus sounds: its notes with their ring, asked by time."""

    def __init__(self, held: Sequence[Interval]) -> None:
        self._starts = [start for start, _ in held]
        self._ends = list(accumulate((end + RING_S for _, end in held), max))

    def overlaps(self, start_s: Fraction | float, end_s: Fraction | float) -> bool:
        """Whether anything sounds at some time after start_s and before end_s."""
        last = bisect_left(self._starts, end_s) - 1
        return last >= 0 and self._ends[last] > start_s


def _silent_moves(
    lane: Lane, curve: Curve, bus: Bus, sounding: _Sounding, clock: Clock
) -> Iterator[Diagnostic]:
    for point, segment in zip(lane.points, curve.segments, strict=False):
        moves = segment.start_value != segment.target
        if moves and not sounding.overlaps(segment.start_s, segment.end_s):
            yield Diagnostic(
                "MV342",
                point.span,
                f"{lane.name} moves from {clock.position(segment.start_qn)} "
                f"to {clock.position(segment.end_qn)}, but bus {bus.name} is silent there",
                "move the point to where it is heard",
                Severity.WARNING,
                clock.musical_place(segment.start_qn),
            )


def _leaps(lane: Lane, curve: Curve, bus: Bus, sounding: _Sounding, clock: Clock) -> Iterator[Diagnostic]:
    origin_s = float(curve.origin_s)
    resets: dict[int, int] = {}
    for jump in curve.jumps():
        at_s = jump.time_s + origin_s
        if abs(jump.size) <= JUMP_HEARD or not sounding.overlaps(at_s, at_s + 1e-9):
            continue
        if jump.is_reset:
            resets[jump.segment] = resets.get(jump.segment, 0) + 1
            continue
        segment = curve.segments[jump.segment]
        yield Diagnostic(
            "MV344",
            lane.points[jump.segment].span,
            f"{lane.name} jumps from {jump.before:g} to {jump.after:g} while bus {bus.name} sounds",
            f"leave out `from`, or glide to {jump.after:g} before",
            Severity.WARNING,
            clock.musical_place(segment.start_qn),
        )
    for index, count in resets.items():
        segment = curve.segments[index]
        size = abs(segment.target - segment.start_value)
        yield Diagnostic(
            "MV344",
            lane.points[index].span,
            f"the sawtooth of {lane.name} falls back by {size:g} {count} times while bus {bus.name} sounds",
            "write shape: triangle for a swing without jumps",
            Severity.WARNING,
            clock.musical_place(segment.start_qn),
        )
