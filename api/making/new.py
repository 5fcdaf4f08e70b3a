"""`mv.new`: a piece for a score, or of recordings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..arguments import paths_of
from ..errors import RequestError, missing_packages_told, taken_files_told
from ..kinds import is_recording, is_score, not_a_piece
from . import recordings as of_recordings
from . import score as for_score

if TYPE_CHECKING:
    from .heard import Progress
    from .listening import Listening
    from .made import NewPiece

PathLike = str | os.PathLike[str]


def new(
    source: PathLike | Sequence[PathLike],
    folder: PathLike | None = None,
    *,
    by_lyrics: bool = False,
    classes_from: PathLike | None = None,
    listening: Listening | None = None,
    clock: PathLike | None = None,
    mapping: Literal["notes", "spectrum"] = "notes",
    progress: Progress | None = None,
) -> NewPiece:
    """Make a piece for a score, or of recordings, ready to compile; as `musicvis new`.

    Nothing is written over.

    source         a score; or a recording, or several: the stems of one piece
    folder         of the piece; None for one that is called like the source, in the current folder
    by_lyrics      of a score: propose a class for each sung word, by its meaning
    classes_from   of a score: a text file whose meaning chooses the classes
    listening      of recordings: what you know of them
    clock          of several recordings: the one whose beats count; None for their sum
    mapping        of recordings: what moves the picture, the detected notes or the spectrum
    progress       called with a stage, how many of its units are finished, and how many there are

    Raises PieceError for a file that cannot be used, RequestError for a call that cannot be and for files
    that exist already, MissingPackageError, and OSError where the disk refuses.
    """
    from ...dsl.findings.collector import Findings
    from ...dsl.findings.diagnostics import PieceError

    sources = paths_of(source)
    if not sources or any(path.is_dir() for path in sources):
        raise RequestError(
            "a piece is made for a file", 'name a score or a recording, as mv.new("waltz.mscz")'
        )
    target = None if folder is None else Path(folder)
    findings = Findings()
    with taken_files_told(), missing_packages_told():
        if all(map(is_recording, sources)):
            if by_lyrics or classes_from is not None:
                raise RequestError("a recording has no words to read", "by_lyrics is for scores")
            wanted = of_recordings.Wanted(
                sources, target, None if clock is None else Path(clock), mapping, listening or _usual()
            )
            return of_recordings.piece_of_recordings(wanted, findings, progress)
        if len(sources) > 1:
            raise RequestError("a piece is made for one score, or only for recordings")
        if listening is not None or clock is not None or mapping != "notes":
            raise RequestError("this is a score", "listening, clock and mapping are for recordings")
        score = sources[0]
        if not is_score(score) and (finding := not_a_piece(score)) is not None:
            raise PieceError([finding])
        text = None if classes_from is None else Path(classes_from)
        return for_score.piece_for_score(for_score.Wanted(score, target, by_lyrics, text), findings)


def _usual() -> Listening:
    from .listening import Listening

    return Listening()
