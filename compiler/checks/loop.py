"""Finds what cannot loop without a seam."""

from collections.abc import Iterator

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.piece import Piece
from ..plan import SoundPlan
from ..sound.loop import plays_on


def loop_findings(piece: Piece, sound: SoundPlan) -> Iterator[Diagnostic]:
    """A warning for what begins again with each round."""
    hint = "play the parts with the built-in instruments, or fade the film with video.post"
    if plays_on(sound):
        message = "the sound of this loop has a seam: a recording cannot loop"
        yield Diagnostic("MV704", piece.span, message, hint, Severity.WARNING)
    hint = "leave it out for the loop, or fade the film with video.post"
    if piece.visuals.motion.walk:
        message = "the picture of this loop has a seam: a walk does not end where it began"
        yield Diagnostic("MV704", piece.visuals.motion.walk_span, message, hint, Severity.WARNING)
    if piece.visuals.mapping == "spectrum":
        message = "the picture of this loop has a seam: a recording moves it"
        yield Diagnostic("MV704", piece.span, message, hint, Severity.WARNING)
