"""Finds what cannot loop without a seam."""

from collections.abc import Iterator

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.piece import Piece


def loop_findings(piece: Piece) -> Iterator[Diagnostic]:
    """A warning for what begins again with each round."""
    hint = "leave it out for the loop, or fade the film with video.post"
    if piece.visuals.motion.walk:
        message = "the picture of this loop has a seam: a walk does not end where it began"
        yield Diagnostic("MV704", piece.visuals.motion.walk_span, message, hint, Severity.WARNING)
    if piece.visuals.mapping == "spectrum":
        message = "the picture of this loop has a seam: a recording moves it"
        span = dict(piece.spans).get("/visuals/mapping", piece.span)
        hint = "write `mapping: notes`, or fade the film with video.post"
        yield Diagnostic("MV704", span, message, hint, Severity.WARNING)
