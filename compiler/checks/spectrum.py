"""Checks of `mapping: spectrum`: keys without effect, and classes that do not fit."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.findings.span import Span
from ...dsl.model.piece import Piece
from ...dsl.values.pitch_classes import PITCH_CLASSES

OF_NOTES = ("rules", "envelope", "keep", "motion/amount", "motion/memory", "motion/walk")


def mapping_findings(piece: Piece) -> Iterator[Diagnostic]:
    """Errors where the spectrum cannot be mapped, warnings where a key says nothing."""
    visuals, spans = piece.visuals, dict(piece.spans)
    at = spans.get("/visuals/mapping", piece.span)
    if visuals.mapping != "spectrum":
        if visuals.spectrum is not None:
            yield _idle(
                "visuals.spectrum",
                spans.get("/visuals/spectrum", at),
                "write mapping: spectrum, or leave it out",
            )
        return
    if visuals.spectrum is None or visuals.spectrum.file is None:
        hint = (
            "musicvis listen song.mp3 --spectrum song.spectrum makes one; name it under visuals.spectrum.file"
        )
        yield Diagnostic("MV550", at, "mapping: spectrum needs a spectrum", hint)
        return
    for key in OF_NOTES:
        if (span := spans.get(f"/visuals/{key}")) is not None:
            yield _idle(f"visuals.{key.replace('/', '.')}", span, "leave it out, or write mapping: notes")
    for lane in piece.lanes:
        if lane.name == "visuals.motion.amount":
            yield _idle("the lane visuals.motion.amount", lane.span, "leave it out, or write mapping: notes")
    if visuals.classes_by != "pitch":
        span = spans.get("/visuals/classes_by", at)
        message = f"a spectrum has only pitch classes, not classes by {visuals.classes_by}"
        yield Diagnostic("MV553", span, message, "leave classes_by out")
    elif visuals.classes and not all(key in PITCH_CLASSES for key, _ in visuals.classes):
        count, wanted = len(visuals.classes), visuals.spectrum.num_classes
        if count not in (12, wanted):
            span = spans.get("/visuals/classes", at)
            message = f"{count} class{'' if count == 1 else 'es'} for {wanted} of the 12 pitch classes"
            hint = f"name 12{f' or {wanted}' if wanted != 12 else ''}, or write num_classes: {min(count, 12)}"
            yield Diagnostic("MV553", span, message, hint)


def no_spectrum(name: PurePosixPath, span: Span, reason: Exception) -> Diagnostic:
    """The finding for a file that cannot be used."""
    hint = f"make it again: musicvis listen RECORDING --spectrum {name} --replace"
    return Diagnostic("MV550", span, f"{name} cannot be used as a spectrum: {reason}", hint)


def _idle(key: str, span: Span, hint: str) -> Diagnostic:
    return Diagnostic("MV551", span, f"{key} does nothing here", hint, Severity.WARNING)
