"""The written score of a piece from Python: as MusicXML, and engraved."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import names_of
from .errors import RequestError
from .output import checked_output, refuse_sources
from .pages import write_pages
from .sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..dsl.findings.diagnostics import Diagnostic
    from ..dsl.load import Loaded

KINDS = {"musicxml": ".musicxml", "svg": ".svg", "pdf": ".pdf"}
"""Each kind of file, and how its name ends."""


@dataclass(frozen=True, slots=True)
class Notation:
    """The written score; `Piece.notation` makes one."""

    title: str
    musicxml: str
    """MusicXML 4.0."""
    staff_count: int
    findings: tuple[Diagnostic, ...]
    """Warnings: that the notation was made of a MIDI file."""
    root: Path
    """The folder of the piece."""
    sources: tuple[Path, ...]
    """The files of the piece, which are not written over."""

    def svg(self) -> list[str]:
        """Pages of A4, engraved by Verovio; where it is not installed, pages by MuseScore.

        Raises PieceError MV661 where neither is there, MV662 where the score is not engraved.
        """
        from ..renderers.engraving.paper import paper_pages

        if (pages := self._by_musescore(".svg")) is not None:
            return [page.decode("utf-8", "replace") for page in pages]
        return paper_pages(self.musicxml, self.staff_count)

    def pdf(self) -> bytes:
        """The pages as a PDF. Raises as `svg` does."""
        from ..renderers.engraving.paper import pdf_of

        if (pages := self._by_musescore(".pdf")) is not None:
            return pages[0]
        return pdf_of(self.musicxml, self.staff_count, self.title)

    def unknown_letters(self) -> tuple[Diagnostic, ...]:
        """MV713 where its words have letters that no font here has; a PDF shows others for them."""
        from ..renderers.engraving.words import unknown_letters

        return tuple(unknown_letters(self.musicxml))

    def _by_musescore(self, suffix: str) -> list[bytes] | None:
        """The pages that MuseScore makes; None if Verovio is installed, or MuseScore is not."""
        from ..renderers.engraving.by_musescore import pages_by_musescore
        from ..renderers.sound.stems.players import musescore

        if find_spec("verovio") is not None or (program := musescore()) is None:
            return None
        return pages_by_musescore(program, self.musicxml, suffix)

    def export(self, path: str | os.PathLike[str], kind: str) -> list[Path]:
        """Write it as a file, and return its path; several pages of SVG are numbered files.

        kind   musicxml, svg or pdf, as `musicvis export --as`

        Of several pages, those of an earlier export to the same name are replaced, and those left over are
        removed. Raises RequestError for another kind, for a path that cannot be written, and where a numbered
        file is something else, PieceError as `svg` does.
        """
        from ..store.writing import published

        if kind not in KINDS:
            raise RequestError(f"there is no kind {kind!r}", f"the kinds are {', '.join(KINDS)}")
        target = checked_output(Path(path), self.root, {KINDS[kind]: ""}, f"a file for {kind}")
        if kind == "svg":
            return write_pages(target, self.svg(), self.root, self.sources)
        refuse_sources(target, self.sources)
        data = self.pdf() if kind == "pdf" else self.musicxml.encode()
        with published(target, self.root) as partial:
            partial.write_bytes(data)
        return [target]


def notation_of(loaded: Loaded, parts: Sequence[str] = ()) -> Notation:
    """The notation of a piece, of some parts or of all."""
    from ..compiler.heard_piece import hear
    from ..compiler.picture.score_layer import chosen_parts, is_quantised, staves_of
    from ..compiler.score.notation.quantised import quantised
    from ..compiler.score.notation.write import musicxml
    from ..dsl.findings.collector import Findings
    from ..dsl.findings.diagnostics import PieceError

    heard = hear(loaded, Findings())
    ref = heard.piece.score
    written = heard.files.written(ref.file, ref.span)
    findings = Findings([] if written is not None else [is_quantised(ref.span)])
    paper = quantised(heard.score) if written is None else written
    chosen = chosen_parts(tuple(names_of(parts)), ref.span, paper, heard.parts, findings)
    if findings.has_errors:
        raise PieceError(findings)
    text = musicxml(paper, str(ref.file), chosen)
    title = paper.title or heard.piece.title
    count = len(staves_of(paper, chosen))
    return Notation(title, text, count, tuple(findings), loaded.root, sources_of(loaded))
