"""What should be said of bars that were heard, and of files that were made from another recording."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, Severity
from ...dsl.model.piece import Piece, Stem
from ...dsl.text.files import MAX_AUDIO_BYTES, open_inside, read_inside
from ...dsl.text.spectrum_header import MAX_SPECTRUM_BYTES, spectrum_header
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
    yield from _heard_elsewhere(piece, heard.recordings, root)


def spectrum_findings(piece: Piece, root: Path) -> Iterator[Diagnostic]:
    """A warning where the spectrum was made of a recording that is not in the piece."""
    spectrum, stems = piece.visuals.spectrum, _recorded(piece)
    if piece.visuals.mapping != "spectrum" or spectrum is None or spectrum.file is None or not stems:
        return
    data = read_inside(root, spectrum.file, MAX_SPECTRUM_BYTES, spectrum.span)
    try:
        source = spectrum_header(data).sha256 if isinstance(data, bytes) else None
    except ValueError:
        return  # told where it is read
    digests = {digest_of(stem, root) for stem in stems}
    if source is not None and None not in digests and source not in digests:
        hint = f"make it again: musicvis listen {stems[0].file} --spectrum {spectrum.file} --replace"
        message = f"{spectrum.file} was made of a recording that is not in the piece"
        yield Diagnostic("MV655", spectrum.span, message, hint, Severity.WARNING)


def _heard_elsewhere(piece: Piece, recordings: Sequence[tuple[str, str]], root: Path) -> Iterator[Diagnostic]:
    """Warnings where a score was heard from a recording that has other bytes now, or that is gone."""
    stems = _recorded(piece)
    named = False
    for name, digest in recordings:
        namesakes = [stem for stem in stems if stem.file is not None and stem.file.name == name]
        named = named or bool(namesakes)
        digests = {digest_of(stem, root) for stem in namesakes}
        if digests and None not in digests and digest not in digests:
            message = f"{piece.score.file} was heard from another {name} than the one that is here now"
            hint = f"listen to it again: musicvis listen {namesakes[0].file}"
            yield Diagnostic("MV548", namesakes[0].span, message, hint, Severity.WARNING)
    if named or not stems or not recordings:
        return
    digests = {digest_of(stem, root) for stem in stems}
    if None not in digests and not digests & {digest for _, digest in recordings}:
        first = recordings[0][0]
        message = f"{piece.score.file} was heard from {first}, and the piece has other recordings"
        hint = f"listen to the one that sounds: musicvis listen {stems[0].file}"
        yield Diagnostic("MV548", stems[0].span, message, hint, Severity.WARNING)


def _recorded(piece: Piece) -> list[Stem]:
    """The stems that are recordings."""
    return [stem for bus in piece.audio.buses for stem in bus.stems if stem.file is not None]


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
