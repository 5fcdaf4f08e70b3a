"""The door of the score readers: any score file as one exact Score, whatever its format."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.files import read_named
from .guard.faults import fault
from .guard.limits import MAX_MIDI_BYTES, MAX_SCORE_BYTES
from .model import Score

if TYPE_CHECKING:
    from .playback.written import WrittenScore

_ZIP = b"PK\x03\x04"
_MIDI = b"MThd"


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of score file: the suffixes that name it, what reads its bytes, and how many it may have."""

    suffixes: tuple[str, ...]
    read: Callable[[bytes, str, str], Score]
    """From the bytes, the name of the file, and the SHA-256 of the bytes."""
    written: "Callable[[bytes, str, Findings], WrittenScore] | None"
    """The score on paper, from the bytes and the name; None where the format holds none."""
    most_bytes: int = MAX_SCORE_BYTES


def _read_midi(data: bytes, name: str, digest: str) -> Score:
    from .midi.read import read_midi

    return read_midi(data, name, digest)


def _read_musicxml(data: bytes, name: str, digest: str) -> Score:
    from .musicxml.read import read_musicxml

    return read_musicxml(data, name, digest)


def _written_musicxml(data: bytes, name: str, findings: Findings) -> "WrittenScore":
    from .musicxml.read import written_musicxml

    return written_musicxml(data, name, findings)


def _read_foreign(data: bytes, name: str, digest: str) -> Score:
    from .foreign.read import read_foreign

    return read_foreign(data, name, digest)


def _written_foreign(data: bytes, name: str, findings: Findings) -> "WrittenScore":
    from .foreign.read import written_foreign

    return written_foreign(data, name, findings)


def _read_musescore(data: bytes, name: str, digest: str) -> Score:
    from .playback.play import play

    findings = Findings()
    return play(_written_musescore(data, name, findings), name, digest, findings)


def _written_musescore(data: bytes, name: str, findings: Findings) -> "WrittenScore":
    from .guard.archive import root_document, side_document
    from .guard.xml import parse_xml
    from .musescore.read import read_mscx

    is_archive = data.startswith(_ZIP)
    document = root_document(data, name, (".mscx",)) if is_archive else data
    # MuseScore 4 keeps the style, and so the swing, in a file beside the score.
    style = side_document(data, name, "score_style.mss") if is_archive else None
    sheet = parse_xml(document, name)
    return read_mscx(sheet, name, findings, None if style is None else parse_xml(style, name))


MIDI = Reader((".mid", ".midi", ".kar", ".rmi"), _read_midi, None, MAX_MIDI_BYTES)
READERS = (
    Reader((".mscz", ".mscx"), _read_musescore, _written_musescore),
    Reader((".musicxml", ".xml", ".mxl"), _read_musicxml, _written_musicxml),
    MIDI,
    # Formats that music21 reads, in a process of its own.
    Reader((".abc", ".krn"), _read_foreign, _written_foreign),
)
NOTATED = tuple(suffix for reader in READERS if reader.written is not None for suffix in reader.suffixes)
"""Suffixes of scores that hold notation, not only sound."""
SUFFIXES = tuple(suffix for reader in READERS for suffix in reader.suffixes)
"""Suffixes of all scores; the schema's pattern and description of `score` are written from here."""


def read_score(data: bytes, name: str) -> Score:
    """Reads a score from the bytes of a file called `name`; the suffix states the format, the content is
    checked against it.

    Raises PieceError with MV4xx findings whose span is in `name`; warnings come as `Score.findings`.
    """
    return _reader_of(data, name).read(data, name, hashlib.sha256(data).hexdigest())


def written_score(data: bytes, name: str) -> "WrittenScore | None":
    """The score as it is on paper; None for a format without notation.

    Raises PieceError as `read_score` does.
    """
    written = _reader_of(data, name).written
    return None if written is None else written(data, name, Findings())


def _reader_of(data: bytes, name: str) -> Reader:
    suffix = PurePath(name).suffix.lower()
    reader = next((reader for reader in READERS if suffix in reader.suffixes), None)
    if reader is None:
        message = f"no score ends in {suffix}" if suffix else "its name has no ending"
        hint = f"use {', '.join(SUFFIXES)}; to make a score from a recording, type musicvis new RECORDING"
        raise fault("MV400", name, message, hint)
    if len(data) > reader.most_bytes:
        raise fault("MV401", name, f"{len(data)} bytes, at most {reader.most_bytes}")
    if reader is not MIDI and data.startswith(_MIDI):
        raise fault("MV400", name, f"it is a MIDI file, not {suffix}", "rename it to .mid")
    return reader


def read_score_file(path: Path) -> Score:
    """The score in a file. Raises PieceError, also for a file that is missing or too large to be one."""
    data = read_named(path, MAX_SCORE_BYTES, Span(str(path)))
    if isinstance(data, Diagnostic):
        raise PieceError([data])
    return read_score(data, str(path))
