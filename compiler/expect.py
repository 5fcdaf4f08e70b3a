"""Whether the score is the one that the manifest was written for: its bars, metres and tempi."""

from collections.abc import Iterator
from fractions import Fraction

from ..dsl.diagnostics import Diagnostic
from ..dsl.piece import ScoreRef
from ..dsl.position import Place
from .clock import Clock
from .score.model import Score

TEMPO_SLACK = Fraction(1, 100)
"""Files keep tempi as rounded decimals; this many quarter notes per minute are no difference."""


def unmet(written: ScoreRef, score: Score, clock: Clock) -> Iterator[Diagnostic]:
    """A finding for each promise of `score.expect` that the score does not keep."""
    bar_count = len({measure.bar for measure in score.measures})
    if written.expect_bars is not None and bar_count != written.expect_bars:
        yield Diagnostic(
            "MV324",
            written.span,
            f"the score has {bar_count} bars, {written.expect_bars} are expected",
            "an edited score may move every place of this piece; look it through, then write the new count",
        )
    for place, meter in written.expect_meter:
        found: list[Diagnostic] = []
        at = clock.locate(place, found)
        yield from found
        if at is None:
            continue
        has = str(clock.measures[clock.measure_index(at)].meter)
        if has != meter:
            yield _differs(place, clock, at, f"the metre at {place.text} is {has}, {meter} is expected")
    for place, tempo in written.expect_tempo:
        found = []
        at = clock.locate(place, found)
        yield from found
        if at is None:
            continue
        plays = 60 / clock.pace(at)
        if abs(plays - tempo) > TEMPO_SLACK:
            message = f"the tempo at {place.text} is {float(plays):g} quarter notes per minute"
            yield _differs(place, clock, at, f"{message}, {float(tempo):g} are expected")


def _differs(place: Place, clock: Clock, at: Fraction, message: str) -> Diagnostic:
    hint = "an edited score may move other places, too; look the piece through, then correct score.expect"
    return Diagnostic("MV324", place.span, message, hint, place=clock.musical_place(at))
