"""Default movements: lanes for exposure and zoom if the piece does not move them, unless visuals.play is
false."""

from fractions import Fraction
from math import ceil

from ...dsl.findings.span import THE_MANIFEST
from ...dsl.model.lane import By, Lane, Played, Point, Shape
from ...dsl.model.piece import Piece
from ...dsl.values.position import Duration, DurationUnit, Place
from ...dsl.values.selector import Where
from ..time.clock import Clock

SOFTEST, LOUDEST = 0.88, 1.06
"""The exposure in silence and at the loudest place: visibly quiet and full, without a flash."""
AVERAGED = Duration(Fraction(1, 2), DurationUnit.WHOLE_NOTES)
BREATH = 0.012
"""The amount by which the camera comes closer in each breath, as a share of the zoom."""
SHORTEST_BREATH_S = 1.6
"""The shortest breath: it lasts one bar, or as many bars as take at least this long."""
NAME = "visuals.play"
"""The name of a default lane in reports."""


def by_itself(piece: Piece, clock: Clock) -> tuple[Lane, ...]:
    """The default lanes: exposure by loudness, and a breathing camera."""
    if not piece.visuals.plays or piece.visuals.mapping != "notes":
        return ()
    moved = {lane.name for lane in piece.lanes}
    moved |= {f"visuals.{field}" for field in ("exposure", "zoom") if piece.visuals.steered(field) != 1.0}
    lanes: list[Lane] = []
    if "visuals.exposure" not in moved:
        louder = Played(By.LOUDNESS, Where(), is_ratio=True, low=SOFTEST, high=LOUDEST, over=AVERAGED)
        lanes.append(Lane("visuals.exposure", THE_MANIFEST, mode="multiply", played=louder, label=NAME))
    if "visuals.zoom" not in moved:
        lanes.append(_breath(clock))
    return tuple(lanes)


def _breath(clock: Clock) -> Lane:
    first = clock.position(Fraction(0))
    bar_s = clock.end_s / len(clock.measures)
    bars = ceil(SHORTEST_BREATH_S / bar_s) if bar_s > 0 else 1
    point = Point(
        Place(f"{first.bar}|1", THE_MANIFEST, bar=first.bar),
        THE_MANIFEST,
        shape=Shape.SINE,
        start=1.0,
        to=1.0 + BREATH,
        cycles=Fraction(len(clock.measures), bars),
        phase=0.75,
    )
    return Lane("visuals.zoom", THE_MANIFEST, (point,), mode="multiply", label=NAME)
