"""Findings about text get the place in the music that the text around them speaks of."""

from collections.abc import Iterable, Iterator

from ..dsl.diagnostics import Diagnostic
from ..dsl.piece import Piece
from ..dsl.position import Place
from ..dsl.span import Span
from .clock import Clock


def placed(findings: Iterable[Diagnostic], piece: Piece, clock: Clock) -> list[Diagnostic]:
    """The same findings; one that lies in a point of a lane or an entry of the film has its bar and beat."""
    spoken = list(_places(piece))
    return [finding if finding.place else _placed(finding, spoken, clock) for finding in findings]


def _places(piece: Piece) -> Iterator[tuple[Span, Place]]:
    for lane in piece.lanes:
        for point in lane.points:
            yield point.span, point.at
    for post in piece.video.post:
        yield post.span, post.at


def _placed(finding: Diagnostic, spoken: Iterable[tuple[Span, Place]], clock: Clock) -> Diagnostic:
    inner = finding.span
    for outer, place in spoken:
        begins = outer.file == inner.file and (outer.line, outer.column) <= (inner.line, inner.column)
        if begins and (inner.line, inner.column) < (outer.end_line, outer.end_column):
            at = clock.locate(place, [])
            return finding if at is None else finding.at(clock.musical_place(at))
    return finding
