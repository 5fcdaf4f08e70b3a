"""Automation as written: a lane is a list of points, each with the movement up to the next one."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from ..findings.span import Span
from ..values.position import Duration, DurationUnit, Place
from ..values.selector import Where


class Shape(StrEnum):
    """The shapes of a lane between two points; the formulas are in compiler/lanes/shapes.py."""

    HOLD = "hold"
    STRAIGHT = "straight"
    HALF_COSINE = "half_cosine"
    WHOLE_COSINE = "whole_cosine"
    HALF_SINE = "half_sine"
    QUARTER_SINE = "quarter_sine"
    QUARTER_COSINE = "quarter_cosine"
    SMOOTHSTEP = "smoothstep"
    SMOOTHERSTEP = "smootherstep"
    EXPONENTIAL = "exponential"
    GEOMETRIC = "geometric"
    SAWTOOTH = "sawtooth"
    TRIANGLE = "triangle"
    SINE = "sine"
    DRIFT = "drift"
    ORBIT = "orbit"
    SPIRAL = "spiral"
    THROUGH = "through"


class CycleUnit(StrEnum):
    """The length of one cycle of a periodic shape, in units of the score."""

    QUARTER = "per_quarter"
    BEAT = "per_beat"
    BAR = "per_bar"


class Domain(StrEnum):
    """The time along which a segment runs: musical time follows tempo changes, seconds do not."""

    BEATS = "beats"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a lane: the movement from `at` until the next point.

    `hold` keeps a value; `to` glides there; `via` swings there and back (whole_cosine, half_sine); `turns`
    goes round in degrees. `start` is
    the written `from`: None means from where the lane is. `end` is set by the legacy form only, whose
    segments name their end: that neighbours meet is checked where the metre is known. Its effect "none" is a
    hold at 0.
    """

    at: Place
    span: Span
    shape: Shape = Shape.HOLD
    hold: float | None = None
    to: float | None = None
    via: float | None = None
    turns: float | None = None
    """Rounds of an orbit, clockwise from above."""
    start: float | None = None
    cycles: Fraction | CycleUnit | None = None
    phase: float = 0.0
    curvature: float = 4.0
    """k of the exponential shape."""
    mirrored: bool = False
    """`mirror: true`: the shape runs backwards, u becomes 1 - u."""
    ease: Shape | None = None
    """Time within the segment is bent by this shape first."""
    domain: Domain = Domain.BEATS
    hard: bool = False
    """`join: hard`: jumps at this point stay hard."""
    end: Place | None = None
    in_decibels: bool = False
    """Whether its target is a level in decibels, so that it moves evenly in decibels."""
    counted: frozenset[str] = frozenset()
    """Those of `hold`, `to`, `via` and `start` that are rates in cycles per beat (`2/b`) instead of hertz."""
    pointer: str = field(default="", compare=False, repr=False)
    """JSON pointer of the point in its file; empty if no point in a file corresponds to it."""


class By(StrEnum):
    """The property of the music that plays a lane; the formulas are in compiler/lanes/playing.py."""

    NOTES = "notes"
    """Every note raises it, and it decays."""
    LOUDNESS = "loudness"
    CONTOUR = "contour"
    """The height of the highest note that sounds."""
    EAR = "ear"
    """The place of the notes between the ears."""
    DENSITY = "density"
    """The number of onsets per beat."""
    CONTROLLER = "controller"
    """A MIDI controller of a part: written `cc: 7` and not `by`."""


PAN, PEDAL = "10", "64"
CENTRED = ("8", PAN, "bend")
"""Controllers that rest in the middle of their range: balance, pan and pitch bend."""
NO_TIME = Duration(Fraction(0), DurationUnit.SECONDS)
A_SIXTEENTH = Duration(Fraction(1, 16), DurationUnit.WHOLE_NOTES)
A_QUARTER = Duration(Fraction(1, 4), DurationUnit.WHOLE_NOTES)


@dataclass(frozen=True, slots=True)
class Played:
    """How notes play a lane: `by: notes` strikes it, all others move it between `low` and `high`.

    `amount` is what a note of full velocity adds: in the lane's own unit, or a share of its value where
    `is_ratio` is set; in decibels where `in_decibels` is. A controller goes evenly in decibels from `low` to
    `high` where `in_decibels` is set.
    """

    by: By
    where: Where
    amount: float = 0.0
    in_decibels: bool = False
    is_ratio: bool = False
    low: float = 0.0
    """The written `from`: the value of the softest, the lowest, the left, the emptiest."""
    high: float = 0.0
    attack: Duration = NO_TIME
    """The time of the rise, which ends at the onset."""
    hold: Duration = NO_TIME
    decay: Duration = A_SIXTEENTH
    """The time to 1/e."""
    velocity: float = 1.0
    """The exponent of a note's velocity."""
    most: float = 1.5
    """The upper limit of overlapping strokes, in notes of full velocity."""
    over: Duration = A_QUARTER
    """The width of the window over which loudness, contour, ear and density are averaged."""
    controller: str = ""
    """For CONTROLLER: "0".."119", "bend" or "pressure"."""
    is_long: bool = False
    """`tail: long`: a decay may last until after the next note."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One automated parameter over the piece: a bus's `ear`, or a dotted name such as `visuals.depth`."""

    name: str
    span: Span
    points: tuple[Point, ...] = ()
    mirror_of: str | None = None
    """The lane is the negative of this one; it has no points of its own."""
    mode: str = "set"
    """`set`, or `add` / `multiply`: laid over the lane of the same name."""
    legacy_tail_s: float | None = None
    """Seconds after the last bar that an `end` of the legacy form includes; None for the form of today."""
    played: Played | None = None
    """The notes or controller that play the lane, in place of points."""
    label: str = ""
    """The composer's name for a lane that is laid over another one; empty if it has its own name."""
    pointer: str = field(default="", compare=False, repr=False)
    """JSON pointer of the list of points in its file; empty if there is none."""

    @property
    def units(self) -> frozenset[bool]:
        """Whether values are in cycles per beat: {True}, {False}, or both for a mixture; 0 does not count.

        What notes play is in hertz.
        """
        if self.played is not None:
            return frozenset({False})
        return frozenset(
            name in point.counted
            for point in self.points
            for name in ("hold", "to", "via", "start")
            if getattr(point, name)
        )

    def only(self, counted: bool) -> "Lane":
        """A copy with the values of one unit, and 0 in place of the others."""

        def kept(point: Point, name: str, value: float | None) -> float | None:
            return value if value is None or (name in point.counted) is counted else 0.0

        points = tuple(
            replace(
                point,
                hold=kept(point, "hold", point.hold),
                to=kept(point, "to", point.to),
                via=kept(point, "via", point.via),
                start=kept(point, "start", point.start),
            )
            for point in self.points
        )
        return replace(self, points=points)
