"""MusicXML to pages of SVG, by Verovio in a process of its own."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.plain import shown
from ...dsl.findings.span import THE_MANIFEST, Span
from ...store.sandbox import run_program
from .letters import FONT, with_signs
from .process import DONE, MAX_PAGES
from .words import faces_of

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE_S = 300.0
MAX_TEXT_CHARACTERS = 64 << 20
MAX_SVG_BYTES = 512 << 20
SPACING = {
    "lyricWordSpace": 3.0,
    "lyricTopMinMargin": 3.0,
    "lyricHeightFactor": 1.2,
    "defaultTopMargin": 1.0,
    "defaultBottomMargin": 0.75,
}
"""Room around words, in Verovio's options: its own leaves them close to beams and staves."""
ONE_LINE = {
    "breaks": "none",
    "header": "none",
    "adjustPageWidth": True,
    "adjustPageHeight": True,
    "pageWidth": 100_000,
}
"""One line that never ends."""
_PROCESS = "musicvis.renderers.engraving.process"
_SMALLER = "choose fewer parts"


def pages_of(text: str, options: Mapping[str, object], span: Span = THE_MANIFEST) -> list[str]:
    """The pages of a score as SVG, its signs drawn as paths.

    text      MusicXML
    options   Verovio's; the font is ours
    span      what a finding is about

    Raises PieceError MV661 where Verovio is not installed, MV662 where it does not engrave the score.
    """
    if find_spec("verovio") is None:
        raise PieceError([not_installed(span)])
    if len(text) > MAX_TEXT_CHARACTERS:
        raise PieceError([_fault(span, f"{len(text)} characters of MusicXML, at most {MAX_TEXT_CHARACTERS}")])
    faces = faces_of(text)
    with tempfile.TemporaryDirectory(prefix="musicvis-engraving-") as folder:
        options_file, source = Path(folder, "options.json"), Path(folder, "score.musicxml")
        # Verovio makes random ids for elements without one unless it is seeded.
        ours = {"font": FONT, "smuflTextFont": "none", "xmlIdSeed": 1}
        options_file.write_text(json.dumps({**options, **ours}), encoding="utf-8")
        source.write_text(faces.padded(text), encoding="utf-8")
        packages = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
        words = ["-P", "-m", _PROCESS, options_file.name, source.name, "."]
        ended = run_program(Path(sys.executable), words, Path(folder), DEADLINE_S, {"PYTHONPATH": packages})
        if ended.is_late:
            raise PieceError([_fault(span, f"Verovio did not engrave it within {DEADLINE_S:.0f} s")])
        pages = [Path(folder, f"page-{number}.svg") for number in range(1, MAX_PAGES + 1)]
        pages = [page for page in pages if page.is_file()]
        if not Path(folder, DONE).is_file() or not pages:
            raise PieceError([_fault(span, f"Verovio gave up: {_reason(ended.said)}")])
        if sum(page.stat().st_size for page in pages) > MAX_SVG_BYTES:
            raise PieceError([_fault(span, f"its pages are more than {MAX_SVG_BYTES >> 20} MB")])
        return [with_signs(page.read_text(encoding="utf-8"), faces) for page in pages]


def margins(size: int) -> dict[str, int]:
    """Options for the same margin on all sides of a page."""
    sides = ("Left", "Right", "Top", "Bottom")
    return {f"pageMargin{side}": size for side in sides}


def not_installed(span: Span) -> Diagnostic:
    """MV661."""
    from ...dsl.installing import install_command

    message = "Verovio and resvg draw the score, and they are not installed"
    return Diagnostic("MV661", span, message, f"type `{install_command('score')}`")


def _fault(span: Span, message: str) -> Diagnostic:
    return Diagnostic("MV662", span, f"the score is not engraved: {message}", _SMALLER)


def _reason(said: str) -> str:
    lines = [re.sub(r"^\[\w+\] *", "", line.strip()) for line in said.splitlines() if line.strip()]
    return shown(lines[-1][:200]) if lines else "it gave no reason"
