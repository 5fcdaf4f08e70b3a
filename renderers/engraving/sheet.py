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
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ...store.values.array_types import F64, U8
from .engrave import SPACING, not_installed, pages_of
from .geometry import PageGeometry, geometry_of
from .words import Faces, faces_of, family

if TYPE_CHECKING:
    from ...compiler.plan import ScorePlan


STRIP, PAGE = "strip", "page"
MAX_PIXELS = 1 << 27
# In Verovio's units: a staff of five lines is 72 high; around a page.
_MARGIN = 60
_WIDEST_STRIP = 100_000
_PLAIN = {"header": "none", "footer": "none", "svgViewBox": True, "lyricSize": 4.0, **SPACING}


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
    return _sheet(score.text, score.mode, *layer_px(score, width_px, height_px))


def drawn_sheet(score: ScorePlan, width_px: int, height_px: int) -> Sheet:
    """The sheet of a score, kept while the process lives."""
    return _kept(score.text, score.mode, *layer_px(score, width_px, height_px))


@lru_cache(maxsize=2)
def _kept(text: str, mode: str, wide_px: int, high_px: int) -> Sheet:
    return _sheet(text, mode, wide_px, high_px)


def _sheet(text: str, mode: str, wide_px: int, high_px: int) -> Sheet:
    faces = faces_of(text)
    text = faces.known(text)
    pages = pages_of(text, _strip_options())[:1]
    if mode == PAGE:
        pages = pages_of(text, _page_options(geometry_of(pages[0]), wide_px / high_px))
    return _on_paper(pages, high_px, faces)


def _strip_options() -> dict[str, object]:
    """One system that never ends."""
    return {
        **_PLAIN,
        "breaks": "none",
        "adjustPageWidth": True,
        "adjustPageHeight": True,
        "pageWidth": _WIDEST_STRIP,
        **dict.fromkeys(("pageMarginLeft", "pageMarginRight", "pageMarginTop", "pageMarginBottom"), _MARGIN),
    }


def _page_options(strip: PageGeometry, aspect: float) -> dict[str, object]:
    """Pages of that aspect, which hold one system of the score, or two where it is low."""
    # Staves are some 180 units apart: a score of up to two staves leaves room for two systems.
    system = strip.height - 2 * _MARGIN
    count = 2 if system < 520 else 1
    high = round(count * system * 1.15 + 2 * _MARGIN)
    return {
        **_PLAIN,
        "breaks": "auto",
        "pageHeight": high,
        "pageWidth": max(round(high * aspect), 600),
        **dict.fromkeys(("pageMarginLeft", "pageMarginRight", "pageMarginTop", "pageMarginBottom"), _MARGIN),
    }


def _on_paper(pages: Sequence[str], high_px: int, faces: Faces) -> Sheet:
    """Pages, each as high as the film shows it."""
    placed = [geometry_of(page) for page in pages]
    widths = [max(1, round(page.width * high_px / page.height)) for page in placed]
    if sum(widths) * high_px > MAX_PIXELS:
        message = f"the score would be {sum(widths)} pixels long at a height of {high_px}"
        hint = "choose fewer parts or a smaller height"
        raise PieceError([Diagnostic("MV662", THE_MANIFEST, message, hint)])
    bars, moments, heads, inked = [], [], [], []
    for number, (page, wide_px) in enumerate(zip(placed, widths, strict=True)):
        ink, down_px = _in_the_middle(_inked(pages[number], wide_px, high_px, faces))
        inked.append(ink)
        x, y = wide_px / page.width, high_px / page.height
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


def _in_the_middle(ink: U8) -> tuple[U8, int]:
    """A page with as much paper above as below, and how far down that moves it."""
    rows = np.flatnonzero(ink.any(1))
    if not rows.size:
        return ink, 0
    down_px = int(ink.shape[0] - 1 - rows[-1] - rows[0]) // 2
    moved = np.roll(ink, down_px, 0)
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
