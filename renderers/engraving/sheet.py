"""A score drawn for one film: how much ink is on each pixel, and where bars, moments and note heads are."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ...store.values.array_types import F64, U8
from .engrave import ONE_LINE, SPACING, margins, not_installed, pages_of
from .geometry import PageGeometry, geometry_of
from .lines import with_lines
from .words import Faces, faces_of, family

if TYPE_CHECKING:
    from ...compiler.plan import ScorePlan


STRIP, PAGE = "strip", "page"
MAX_PIXELS = 1 << 27
LARGEST = 0.055
"""The most that a staff is high, of the film's shorter side: pages with more room hold more systems."""
# In Verovio's units: a staff of five lines; around a page; between two systems.
_STAFF, _MARGIN, _BETWEEN = 72, 40, 36
# Where a system does not fit its page, as one with many marks over it, pages are higher, and staves smaller.
_MORE = (1.0, 1.1, 1.25, 1.5, 2.0)
_PLAIN = {"footer": "none", "svgViewBox": True, "lyricSize": 4.0, **SPACING, **margins(_MARGIN)}
STRIP_OPTIONS = {**_PLAIN, **ONE_LINE}


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Pages of ink; a strip is one page.

    pages      uint8 (height, width) each, 0 paper .. 255 ink, all as high as the film shows them
    bars       (n, 6): bar index, page, left, right, top, bottom in pixels
    moments    (n, 3): bar index, offset in quarter notes, x in pixels; ascending within a bar
    heads      (n, 8): bar index, chord, note, page, left, top, right, bottom in pixels
    """

    pages: tuple[NDArray[np.uint8], ...]
    bars: F64
    moments: F64
    heads: F64


def layer_px(score: ScorePlan, width_px: int, height_px: int) -> tuple[int, int]:
    """Width and height of the score in a film, both even."""
    return width_px, max(2, round(score.height * height_px / 2) * 2)


def draw_sheet(score: ScorePlan, width_px: int, height_px: int) -> Sheet:
    """The score drawn for films of that size.

    Raises PieceError MV661 where an engraver is missing, MV662 where the score is not engraved.
    """
    largest_px = LARGEST * min(width_px, height_px)
    return _sheet(score.text, score.mode, *layer_px(score, width_px, height_px), largest_px)


def drawn_sheet(score: ScorePlan, width_px: int, height_px: int) -> Sheet:
    """The sheet, drawn once and cached while the process lives."""
    largest_px = LARGEST * min(width_px, height_px)
    return _kept(score.text, score.mode, *layer_px(score, width_px, height_px), largest_px)


@lru_cache(maxsize=2)
def _kept(text: str, mode: str, wide_px: int, high_px: int, largest_px: float) -> Sheet:
    return _sheet(text, mode, wide_px, high_px, largest_px)


def _sheet(text: str, mode: str, wide_px: int, high_px: int, largest_px: float) -> Sheet:
    """largest_px   the most pixels that a staff is high"""
    faces = faces_of(text)
    text = faces.known(text)
    strip = pages_of(text, STRIP_OPTIONS)[0]
    line = geometry_of(strip)
    if mode == STRIP:
        share = min(1.0, largest_px * line.height / (_STAFF * high_px))
        return _on_paper([strip], _inks([strip], max(1, round(share * high_px)), faces), high_px)
    high = max(_page_height(line), round(_STAFF * high_px / largest_px))
    for more in _MORE:
        options = _page_options(round(more * high), wide_px / high_px)
        pages = pages_of(with_lines(text, line, options["pageWidth"], _MARGIN), options)
        inks = _inks(pages, high_px, faces)
        if not any(ink[[0, -1]].any() for ink in inks):
            break
    return _on_paper(pages, inks, high_px)


def _page_height(strip: PageGeometry) -> int:
    """The height of a page that holds one system of the score, or two where it is low."""
    # Staves lie some 180 units apart: a score of up to two staves leaves room for two systems.
    system = strip.height - 2 * _MARGIN
    count = 2 if system < 520 else 1
    return round(count * (system + _BETWEEN) + 2 * _MARGIN)


def _page_options(high: int, aspect: float) -> dict[str, Any]:
    """Pages of that height and aspect."""
    return {
        **_PLAIN,
        "header": "none",
        "breaks": "line",
        "pageHeight": high,
        "pageWidth": round(high * aspect),
    }


def _inks(pages: Sequence[str], drawn_px: int, faces: Faces) -> list[U8]:
    """The ink of pages, each drawn so high."""
    placed = [geometry_of(page) for page in pages]
    widths = [max(1, round(page.width * drawn_px / page.height)) for page in placed]
    if sum(widths) * drawn_px > MAX_PIXELS:
        message = f"the score would be {sum(widths)} pixels long at a height of {drawn_px}"
        hint = "choose fewer parts or a smaller height"
        raise PieceError([Diagnostic("MV662", THE_MANIFEST, message, hint)])
    return [_inked(page, wide_px, drawn_px, faces) for page, wide_px in zip(pages, widths, strict=True)]


def _on_paper(pages: Sequence[str], inks: Sequence[U8], high_px: int) -> Sheet:
    """Pages and their ink, on paper as high as the film shows it."""
    bars, moments, heads, inked = [], [], [], []
    for number, (page, drawn) in enumerate(zip(map(geometry_of, pages), inks, strict=True)):
        ink, down_px = _in_the_middle(drawn, high_px)
        inked.append(ink)
        drawn_px, wide_px = drawn.shape
        x, y = wide_px / page.width, drawn_px / page.height
        for index, box in page.bars.items():
            top, bottom = box.top * y + down_px, box.bottom * y + down_px
            bars.append((index, number, box.left * x, box.right * x, top, bottom))
        for index, offset, chord, note, box in page.heads:
            sides = box.left * x, box.top * y + down_px, box.right * x, box.bottom * y + down_px
            heads.append((index, chord, note, number, *sides))
            moments.append((index, offset, (box.left + box.right) / 2 * x))
    return Sheet(
        tuple(inked),
        _rows(bars, 6),
        _first_of_each(_rows(moments, 3)),
        _rows(heads, 8),
    )


def _in_the_middle(ink: U8, high_px: int) -> tuple[U8, int]:
    """A page of that height with as much paper above the ink as below, and how far down that moves it."""
    rows = np.flatnonzero(ink.any(1))
    first, end = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 0)
    down_px = (high_px - (end - first)) // 2 - first
    moved = np.zeros((high_px, ink.shape[1]), np.uint8)
    moved[first + down_px : end + down_px] = ink[first:end]
    moved.flags.writeable = False
    return moved, down_px


def _rows(rows: Sequence[tuple[float, ...]], width: int) -> F64:
    found = np.array(sorted(rows), np.float64).reshape(-1, width)
    found.flags.writeable = False
    return found


def _first_of_each(moments: F64) -> F64:
    """One place for each moment, the leftmost; none to the left of the one before it in its bar."""
    if not len(moments):
        return moments
    keep = np.ones(len(moments), bool)
    keep[1:] = (moments[1:, :2] != moments[:-1, :2]).any(1)
    found = moments[keep].copy()
    for bar in np.unique(found[:, 0]):
        rows = found[:, 0] == bar
        found[rows, 2] = np.maximum.accumulate(found[rows, 2])
    found.flags.writeable = False
    return found


def _inked(svg: str, wide_px: int, high_px: int, faces: Faces) -> U8:
    """A page as ink: uint8 (height, width)."""
    if find_spec("resvg_py") is None:
        raise PieceError([not_installed(THE_MANIFEST)])
    import resvg_py
    from PIL import Image

    with tempfile.TemporaryDirectory(prefix="musicvis-engraving-") as folder:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            width=wide_px,
            height=high_px,
            skip_system_fonts=True,
            font_files=faces.files(Path(folder)),
            sans_serif_family=family(faces.first),
        )
    with warnings.catch_warnings():
        # It is our own picture, and not larger than MAX_PIXELS.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(BytesIO(bytes(png)))
    alpha = image.convert("RGBA").getchannel("A")
    found = np.asarray(alpha if alpha.size == (wide_px, high_px) else alpha.resize((wide_px, high_px)))
    found.flags.writeable = False
    return found
