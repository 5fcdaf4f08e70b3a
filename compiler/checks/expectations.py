"""Checks that the score is the one that the manifest expects: its bars, metres and tempi."""

from collections.abc import Iterator
from fractions import Fraction

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.plain import counted
from ...dsl.model.piece import Piece
from ...dsl.values.position import Place, beat_text
from ..score.model import Measure, Score
from ..time.clock import Clock

TEMPO_SLACK = Fraction(1, 100)
"""Files keep tempi as rounded decimals; this many quarter notes per minute are not a difference."""


def unmet(piece: Piece, score: Score, clock: Clock) -> Iterator[Diagnostic]:
    """A finding for each promise of `score.expect` that the score does not keep."""
    written, found = piece.score, Findings()
    bar_count = len({measure.bar for measure in score.measures})
    if written.expect_bars is not None and bar_count != written.expect_bars:
        found.error(
            "MV324",
            dict(piece.spans).get("/score/expect/bars", written.span),
            f"the score has {counted(bar_count, 'bar')}, {written.expect_bars} are expected",
            "an edited score may move every place of this piece; look it through, then write the new count",
        )
    for place, meter in written.expect_meter:
        at = clock.locate(place, found)
        if at is None:
            continue
        measure = clock.measures[clock.measure_index(at)]
        # A pickup of one beat under 4/4 may be expected as played, 1/4, or as written.
        if meter != str(measure.meter) and Fraction(meter) * 4 != measure.length_qn:
            has = meter_text(measure)
            found.add(_differs(place, clock, at, f"the metre at {place.text} is {has}, {meter} is expected"))
    for place, tempo in written.expect_tempo:
        at = clock.locate(place, found)
        if at is None:
            continue
        plays = 60 / clock.pace(at)
        if abs(plays - tempo) > TEMPO_SLACK:
            message = f"the tempo at {place.text} is {float(plays):g} quarter notes per minute"
            found.add(_differs(place, clock, at, f"{message}, {float(tempo):g} are expected"))
    yield from found


def meter_text(measure: Measure) -> str:
    """The metre of a bar, and what is played of it where that is not a whole bar."""
    if measure.length_qn == measure.meter.bar_qn:
        return str(measure.meter)
    beats = measure.length_qn / measure.meter.beat_qn
    return f"{measure.meter} of which {beat_text(beats)} {'beat is' if beats == 1 else 'beats are'} played"


def _differs(place: Place, clock: Clock, at: Fraction, message: str) -> Diagnostic:
    hint = "an edited score may move other places, too; look the piece through, then correct score.expect"
    return Diagnostic("MV324", place.span, message, hint, place=clock.musical_place(at))
