"""Findings about detected bars, and about files that were made from another recording."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, Edit, Severity
from ...dsl.model.audio import Stem
from ...dsl.model.piece import Piece
from ...dsl.text.files import MAX_AUDIO_BYTES, open_inside, read_inside
from ...dsl.text.spectrum_header import MAX_SPECTRUM_BYTES, spectrum_header
from ...dsl.text.typed import typed
from ...dsl.values.position import seconds_text
from ..score.model import Score

SAME_S = 0.001
"""The tolerance within which a written offset counts as the detected one."""


def heard_findings(piece: Piece, score: Score, root: Path) -> Iterator[Diagnostic]:
    """Findings about a detected score; none for a written one. They give no percentage: none that was
    tried is honest.
    """
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
        f"the bars of {piece.score.file} were detected from a recording: {heard.bpm:.0f} beats a minute "
        f"in {usual}" + (f"; also possible: {others}" if others else ""),
        _listen_hint(piece),
        Severity.NOTE,
    )
    yield from _heard_elsewhere(piece, heard.recordings, root)
    if heard.bar_1_s is not None:
        yield from _offsets(piece, heard.recordings, heard.bar_1_s, root)


def spectrum_findings(piece: Piece, root: Path) -> Iterator[Diagnostic]:
    """A warning where the spectrum was made from a recording that is not in the piece."""
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
        files = (str(stems[0].file), "--spectrum", str(spectrum.file))
        hint = f"make it again: {typed('musicvis', 'listen', *files, '--replace')}"
        message = f"{spectrum.file} was made from a recording that is not in the piece"
        yield Diagnostic("MV655", spectrum.span, message, hint, Severity.WARNING)


def _listen_hint(piece: Piece) -> str:
    """The command with which to hear the bars, and to correct them."""
    stems, ways = _recorded(piece), "--half, --double, --meter or --first"
    if not stems:
        return f"put the recording into the piece, and listen: musicvis listen RECORDING; {ways} correct them"
    if len(stems) == 1:
        again = _listen_again(piece, stems[0], "--clicks", "clicks.wav")
        return f"listen to them: {again}; {ways} correct them"
    # The bars come from all stems together: a single stem may suggest other bars.
    return f"`musicvis watch` plays and shows them; to correct them, type musicvis new again, with {ways}"


def _listen_again(piece: Piece, stem: Stem, *more: str) -> str:
    """The command that writes the score of the piece again, as heard in a stem."""
    score = str(piece.score.file)
    return typed("musicvis", "listen", str(stem.file), "-o", score, "--replace", *more)


def _offsets(
    piece: Piece, recordings: Sequence[tuple[str, str]], bar_1_s: float, root: Path
) -> Iterator[Diagnostic]:
    """Warnings for recordings in which bar 1 begins at another time than the offset says."""
    digests, places = {digest for _, digest in recordings}, {span: key for key, span in piece.spans}
    for stem in _recorded(piece):
        offset_s = stem.offset_s or 0.0
        if stem.aligned or abs(offset_s - bar_1_s) < SAME_S or digest_of(stem, root) not in digests:
            continue
        right, written = seconds_text(bar_1_s), dict(piece.spans).get(f"{places.get(stem.span)}/offset")
        message = f"bar 1 begins at {right} of {stem.file}, but its offset is {seconds_text(offset_s)}"
        edits = (Edit(written, right),) if written is not None else ()
        hint = f"write offset: {right}"
        yield Diagnostic("MV916", written or stem.span, message, hint, Severity.WARNING, edits=edits)


def _heard_elsewhere(piece: Piece, recordings: Sequence[tuple[str, str]], root: Path) -> Iterator[Diagnostic]:
    """Warnings where a score was heard from a recording that has other bytes now, or that is gone."""
    stems = _recorded(piece)
    named = False
    for name, digest in recordings:
        namesakes = [stem for stem in stems if stem.file is not None and stem.file.name == name]
        named = named or bool(namesakes)
        digests = {digest_of(stem, root) for stem in namesakes}
        if digests and None not in digests and digest not in digests:
            message = f"{piece.score.file} was detected from another {name} than the present one"
            hint = f"listen to it again: {_listen_again(piece, namesakes[0])}"
            yield Diagnostic("MV548", namesakes[0].span, message, hint, Severity.WARNING)
    if named or not stems or not recordings:
        return
    digests = {digest_of(stem, root) for stem in stems}
    if None not in digests and not digests & {digest for _, digest in recordings}:
        first = recordings[0][0]
        message = f"{piece.score.file} was detected from {first}, but the piece has other recordings"
        hint = f"listen to the one that sounds: {_listen_again(piece, stems[0])}"
        yield Diagnostic("MV548", stems[0].span, message, hint, Severity.WARNING)


def _recorded(piece: Piece) -> list[Stem]:
    """The stems that are recordings."""
    return [stem for bus in piece.audio.buses for stem in bus.stems if stem.file is not None]


def digest_of(stem: Stem, root: Path) -> str | None:
    """SHA-256 of a stem's file; None where it cannot be read, which is reported elsewhere."""
    assert stem.file is not None
    descriptor = open_inside(root, stem.file, MAX_AUDIO_BYTES, stem.span)
    if isinstance(descriptor, Diagnostic):
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
