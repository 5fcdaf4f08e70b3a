"""The kind of a path: a piece, or a score, a recording or a project of another program."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..compiler.score.read import SUFFIXES
from ..dsl.findings.span import MANIFEST
from ..dsl.text.audio_headers import RECORDINGS
from .names import piece_folder

if TYPE_CHECKING:
    from ..dsl.findings.diagnostics import Diagnostic

# .xml may be anything.
SCORES = tuple(suffix for suffix in SUFFIXES if suffix != ".xml")
OTHERS = {
    **dict.fromkeys((".sib", ".musx", ".mus", ".dorico", ".ove", ".ptb"), "MusicXML"),
    **dict.fromkeys((".gp", ".gp3", ".gp4", ".gp5", ".gpx", ".tg", ".enc"), "MusicXML or MIDI"),
    **dict.fromkeys((".ly", ".mei", ".capx", ".cap"), "MusicXML or MIDI"),
    **dict.fromkeys(
        (".cpr", ".als", ".flp", ".rpp", ".ptx", ".logicx", ".band", ".song", ".bwproject"), "MIDI"
    ),
    **dict.fromkeys((".pdf", ".png", ".jpg", ".jpeg"), "MusicXML or MIDI"),
}
"""Files of other programs, and what to export from these."""
PROJECT = ".dawproject"
NAMED = 3
LISTED_MOST = 2000


def manifest_at(path: str | os.PathLike[str]) -> Path:
    """The manifest of a folder; a file is one itself."""
    path = Path(path)
    return path / MANIFEST if path.is_dir() else path


def is_score(path: Path) -> bool:
    """Whether a file's name is that of a score; .xml is not checked here, as it may be anything."""
    return path.suffix.lower() in SCORES


def is_recording(path: Path) -> bool:
    """Whether a file's name is that of a recording."""
    return path.suffix.lower() in RECORDINGS


def exported(path: Path) -> Path:
    """The name that another program's file has after it is exported as a score."""
    return path.with_suffix(".mid" if OTHERS[path.suffix.lower()] == "MIDI" else ".musicxml")


def scores_in(folder: Path) -> list[Path]:
    """The scores in a folder, by name; a folder that cannot be read has none."""
    return sorted(path for path in _files(folder) if is_score(path))


def recordings_in(folder: Path) -> list[Path]:
    """The recordings in a folder, by name."""
    return sorted(path for path in _files(folder) if is_recording(path))


def pieces_in(folder: Path) -> list[Path]:
    """The folders of pieces right inside a folder, by name."""
    return sorted(path for path in _files(folder) if (path / MANIFEST).is_file())


def not_a_piece(path: Path) -> Diagnostic | None:
    """The finding (MV925) for a path that is not a piece, with the call that makes a piece from it.

    None where it may be one, or is not there.
    """
    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.findings.span import Span

    said = _folder_words(path) if path.is_dir() else _file_words(path) if path.exists() else None
    return None if said is None else Diagnostic("MV925", Span(str(path)), *said)


def _file_words(path: Path) -> tuple[str, str] | None:
    """The description of a file of this kind, and the call that reads it."""
    what = "a recording" if is_recording(path) else "a score" if is_score(path) else ""
    if what and (piece := _piece_of(path)) is not None:
        return f"{path} is {what}, not a piece", f"its piece is in {piece}: {_call('load', piece)}"
    if is_recording(path):
        makes = f"{_made_by(path)} hears its beats and notes and makes a piece of it"
        return (
            f"{path} is a recording, not a piece",
            f"{makes}; {_call('listen', path)} writes its score alone",
        )
    if is_score(path):
        reads = f"{_call('read_score', path)} reads its notes alone"
        return f"{path} is a score, not a piece", f"{_made_by(path)} makes a piece for it; {reads}"
    if path.suffix.lower() == PROJECT:
        score = path.with_suffix(".mid")
        hint = f"export MIDI from the program that made it; then {_made_by(score)} makes a piece for it"
        return f"{path} holds automation and no score", f"{hint}, and mv.import_lanes reads the automation"
    if path.suffix.lower() in OTHERS:
        wanted, after = OTHERS[path.suffix.lower()], _made_by(exported(path))
        hint = f"export {wanted} from the program that made it; then {after} makes a piece for it"
        return f"musicvis cannot read {path}", hint
    return None


def _piece_of(path: Path) -> Path | None:
    """The piece's folder that contains a score or a recording, or that has its name."""
    above = path.parent.parent if path.parent.name in ("scores", "stems") else path.parent
    folders = (path.with_name(piece_folder(path)), path.parent, above)
    return next((folder for folder in folders if (folder / MANIFEST).is_file()), None)


def _folder_words(folder: Path) -> tuple[str, str] | None:
    """For a folder: None where it has a manifest, or nothing that could become or be a piece."""
    if (folder / MANIFEST).is_file():
        return None
    message = f"{folder} has no {MANIFEST}"
    if pieces := pieces_in(folder):
        return f"{message}; it holds {_listed(pieces)}", f"load one of them: {_call('load', pieces[0])}"
    if found := scores_in(folder) or recordings_in(folder):
        return message, f"{_call('new', found[0], folder)} makes it a piece for {found[0].name}"
    return None


def _listed(paths: list[Path]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ("the piece " if len(paths) == 1 else "pieces: ") + ", ".join(p.name for p in paths[:NAMED]) + more


def _made_by(path: Path) -> str:
    return _call("new", path, path.with_name(piece_folder(path)))


def _call(name: str, *paths: Path) -> str:
    """A Python call as one types it."""
    return f"mv.{name}({', '.join(repr(str(path)) for path in paths)})"


def _files(folder: Path) -> Iterable[Path]:
    try:
        return [path for path in islice(folder.iterdir(), LISTED_MOST) if not path.name.startswith(".")]
    except OSError:
        return []
