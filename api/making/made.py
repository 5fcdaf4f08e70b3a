"""The result of a call that makes a piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...dsl.findings.diagnostics import Diagnostic
    from ..piece import Piece


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A piece that was made; `mv.new` makes one.

    folder     of the piece
    files      all that were written; files that lay in the folder already are not among them
    said       what became of the score and the recordings, in words
    findings   warnings about these
    """

    folder: Path
    files: tuple[Path, ...]
    said: tuple[str, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def piece(self) -> Piece:
        """The piece itself, as `mv.load` gives it."""
        from ..piece import load

        return load(self.folder)
