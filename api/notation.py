"""The written score of a piece from Python: as MusicXML, and engraved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.load import Loaded


@dataclass(frozen=True, slots=True)
class Notation:
    """A score as it is written; `Piece.notation` makes one."""

    title: str
    musicxml: str
    """MusicXML 4.0."""
    staff_count: int
    findings: tuple[Diagnostic, ...]
    """Warnings: that the notation was made of a MIDI file."""

    def svg(self) -> list[str]:
        """Pages of A4, engraved by Verovio.

        Raises PieceError MV661 where Verovio is missing, MV662 where it does not engrave the score.
        """
        from ..renderers.engraving.paper import paper_pages

        return paper_pages(self.musicxml, self.staff_count)

    def pdf(self) -> bytes:
        """The same pages as a PDF. Raises as `svg` does."""
        from ..renderers.engraving.paper import pdf_of

        return pdf_of(self.svg(), self.title)


def notation_of(loaded: Loaded, parts: Sequence[str] = ()) -> Notation:
    """The notation of a piece, of some parts or of all."""
    from ..compiler.compile import hear
    from ..compiler.picture.score_layer import chosen_parts, is_quantised, staves_of
    from ..compiler.score.notation.quantised import quantised
    from ..compiler.score.notation.write import musicxml
    from ..dsl.findings.diagnostics import PieceError, has_errors

    found: list[Diagnostic] = []
    heard = hear(loaded, found)
    ref = heard.piece.score
    written = heard.shelf.written(ref.file, ref.span)
    findings = [] if written is not None else [is_quantised(ref.span)]
    paper = quantised(heard.score) if written is None else written
    chosen = chosen_parts(tuple(parts), ref.span, paper, heard.parts, findings)
    if has_errors(findings):
        raise PieceError(findings)
    text = musicxml(paper, str(ref.file), chosen)
    title = paper.title or heard.piece.title
    return Notation(title, text, len(staves_of(paper, chosen)), tuple(findings))
