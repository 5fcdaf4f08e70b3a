"""A score on paper by MuseScore, where Verovio is not installed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ...store.sandbox import run_program
from .engrave import DEADLINE_S, MAX_SVG_BYTES


def pages_by_musescore(program: Path, text: str, suffix: str) -> list[bytes]:
    """The pages that MuseScore makes from MusicXML: one PDF, or an SVG for each page.

    suffix   .pdf or .svg

    Raises PieceError MV662 where it makes nothing.
    """
    with tempfile.TemporaryDirectory(prefix="musicvis-engraving-") as name:
        folder = Path(name)
        (folder / "score.musicxml").write_text(text, encoding="utf-8")
        words = ["-f", "score.musicxml", "-o", f"out{suffix}"]
        ended = run_program(program, words, folder, DEADLINE_S, {"QT_QPA_PLATFORM": "offscreen"})
        # Of several pages of SVG, MuseScore numbers each: out-1.svg, out-2.svg.
        found = [path for path in folder.glob(f"out*{suffix}") if path.is_file() and not path.is_symlink()]
        found.sort(key=lambda path: (len(path.name), path.name))
        if ended.is_late or not found or sum(path.stat().st_size for path in found) > MAX_SVG_BYTES:
            message = f"MuseScore did not engrave the score: exit code {ended.exit_code}"
            raise PieceError([Diagnostic("MV662", THE_MANIFEST, message, "open the score in MuseScore")])
        return [path.read_bytes() for path in found]
