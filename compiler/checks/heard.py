"""What should be said of bars that were heard and not written, and of a recording that is another one now."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.piece import Piece, Stem
from ...dsl.text.files import MAX_AUDIO_BYTES, open_inside
from ..score.model import Score


def heard_findings(piece: Piece, score: Score, root: Path) -> Iterator[Diagnostic]:
    """Nothing for a score that somebody wrote. No percentage is told: none that was tried is honest."""
    heard = score.heard
    if heard is None:
        return
    meters: list[str] = []
    for measure in score.measures:
        if str(measure.meter) not in meters:
            meters.append(str(measure.meter))
    usual = max(meters, key=lambda meter: sum(str(m.meter) == meter for m in score.measures))
    others = " or ".join(f"{bpm:.0f}" for bpm in heard.other_bpm)
    yield Diagnostic(
        "MV547",
        piece.score.span,
        f"the bars of {piece.score.file} were heard, not written: {heard.bpm:.0f} beats a minute in {usual}"
        + (f"; others might count {others}" if others else ""),
        "listen to them: musicvis listen RECORDING --clicks clicks.wav; --half, --double, --meter and "
        "--first correct them",
        Severity.NOTE,
    )
    for name, digest in heard.recordings:
        stems = [
            stem
            for bus in piece.audio.buses
            for stem in bus.stems
            if stem.file is not None and stem.file.name == name
        ]
        digests = {digest_of(stem, root) for stem in stems}
        if digests and None not in digests and digest not in digests:
            yield Diagnostic(
                "MV548",
                stems[0].span,
                f"{piece.score.file} was heard from another {name} than the one that is here now",
                f"listen to it again: musicvis listen {stems[0].file}",
                Severity.WARNING,
            )


def digest_of(stem: Stem, root: Path) -> str | None:
    """SHA-256 of a stem's file; None where it cannot be read, which is told elsewhere."""
    assert stem.file is not None
    descriptor = open_inside(root, stem.file, MAX_AUDIO_BYTES, stem.span)
    if isinstance(descriptor, Diagnostic):
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
