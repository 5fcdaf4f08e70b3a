"""Findings about text get the place in the music that the text around them speaks of."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.findings.span import Span
from ...dsl.model.piece import Piece
from ...dsl.values.position import Place
from .clock import Clock


def placed(findings: Iterable[Diagnostic], piece: Piece, clock: Clock) -> list[Diagnostic]:
    """Add bar and beat to the findings that are in a point of a lane or an entry of the film."""
    spoken = sorted(_places(piece), key=lambda pair: _start(pair[0]))
    starts = [_start(span) for span, _ in spoken]

    def with_place(finding: Diagnostic) -> Diagnostic:
        # Points are not nested: the last one that begins before the finding holds it, or none does.
        index = bisect_right(starts, _start(finding.span)) - 1
        if finding.place is not None or index < 0:
            return finding
        span, place = spoken[index]
        is_inside = (finding.span.line, finding.span.column) < (span.end_line, span.end_column)
        at = clock.at(place) if is_inside and span.file == finding.span.file else None
        return finding if at is None else finding.at(clock.musical_place(at))

    return [with_place(finding) for finding in findings]


def _places(piece: Piece) -> Iterator[tuple[Span, Place]]:
    for lane in piece.lanes:
        for point in lane.points:
            yield point.span, point.at
    for post in piece.video.post:
        yield post.span, post.at


def _start(span: Span) -> tuple[str, int, int]:
    return span.file, span.line, span.column
