"""A score on paper: pages of A4 as SVG, and as one PDF."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from ...dsl.findings.diagnostics import PieceError
from ...dsl.findings.span import THE_MANIFEST
from .engrave import ONE_LINE, SPACING, margins, not_installed, pages_of
from .geometry import geometry_of
from .lines import with_lines
from .words import faces_of

# In Verovio's units, tenths of a millimetre: its staff of five lines is eight units high.
_A4 = (2100, 2970)
_MARGIN = 120
# The most staves of a system, and the size of a unit that leaves room for them: 9 is a staff of 7.2 mm.
_UNITS = ((2, 8.5), (4, 7.5), (8, 6.5), (12, 5.5), (20, 4.5))
_SMALLEST = 3.5
_MM = 0.1
_POINTS = 72 / 254
"""Points of a PDF, 72 to an inch, to a tenth of a millimetre."""


def paper_pages(text: str, staff_count: int) -> list[str]:
    """MusicXML as pages of A4; `staff_count` is how many staves a system has.

    Raises PieceError MV661 where Verovio is missing, MV662 where it does not engrave the score.
    """
    unit = next((size for most, size in _UNITS if staff_count <= most), _SMALLEST)
    plain = {"footer": "none", "svgViewBox": True, "unit": unit, **SPACING, **margins(_MARGIN)}
    line = pages_of(text, {**plain, **ONE_LINE})[0]
    broken = with_lines(text, geometry_of(line), _A4[0], _MARGIN)
    options = {
        **plain,
        "breaks": "line",
        "header": "auto",
        "pageWidth": _A4[0],
        "pageHeight": _A4[1],
        "justifyVertically": True,
    }
    return [page.replace("<svg ", f"<svg {_size(_MM, 'mm')} ", 1) for page in pages_of(broken, options)]


def _size(scale: float, unit: str) -> str:
    """The attributes of an A4 page."""
    return f'width="{_A4[0] * scale:g}{unit}" height="{_A4[1] * scale:g}{unit}"'


def pdf_of(text: str, staff_count: int, title: str) -> bytes:
    """The pages as one PDF: lines and letters, no pixels. A letter that no font here has is the nearest
    that one has.

    Raises as `paper_pages`, and MV661 where a package is missing.
    """
    if any(find_spec(name) is None for name in ("svg2pdf_py", "pypdf")):
        raise PieceError([not_installed(THE_MANIFEST)])
    import pypdf
    import svg2pdf_py

    faces = faces_of(text)
    pages = paper_pages(faces.known(text), staff_count)
    in_points = [page.replace(_size(_MM, "mm"), _size(_POINTS, ""), 1) for page in pages]
    with tempfile.TemporaryDirectory(prefix="musicvis-engraving-") as folder:
        fonts = svg2pdf_py.FontDatabase()
        for path in faces.files(Path(folder)):
            fonts.load_font_file(path)
        made = svg2pdf_py.svg_pages_to_pdfs(in_points, fonts)
    writer = pypdf.PdfWriter()
    for page in made:
        writer.append(BytesIO(page))
    writer.add_metadata({"/Title": title, "/Producer": "musicvis"})
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
