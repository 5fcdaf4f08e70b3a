"""Words that are sung, drawn: those that have begun in their own colour, on a box or over a shadow."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from ...compiler.plan import TALL_MARGIN
from ...store.values.array_types import F32
from .lettering import Font, lettering_of

if TYPE_CHECKING:
    from ...compiler.plan import LyricStyle, TitlePlan


WIDEST = 0.86  # of the film's width
MARGIN = 0.08  # of the height
LINE, PAD, ROUND = 1.25, 0.35, 0.3  # of the font size
BOX = 0.62  # on white, the contrast of white letters is 6 and that of the lit ones 4
OUTLINE, BLUR = 0.09, 0.06  # of the font size
HALO = (0.5, 2.0)  # how far a halo is blurred, near and far, of a rim's width
HALO_RIM = np.float32(0.8)  # the near one's share
RIM = np.float32(0.8)  # how dense a rim is where it touches its letters
SMALLEST = 0.6  # of the written size, for a word that is wider than the film


def drawn_lyric(title: TitlePlan, style: LyricStyle, width_px: int, height_px: int) -> tuple[F32, F32]:
    """Cover (h, w) 0..1, and R'G'B' (3, h, w) 0..1 times the cover."""
    setting = lettering_of(title.text, style.font)
    size_px = max(6.0, style.size * min(width_px, height_px))
    font = setting.font_at(size_px)
    widest_px = WIDEST * width_px
    longest_px = max((font.getlength(word) for word in setting.text.split()), default=0.0)
    if longest_px > widest_px:
        size_px *= max(widest_px / longest_px, SMALLEST)
        font = setting.font_at(size_px)
    lines = _broken(setting.text, font, widest_px)
    text, lit = _masks(lines, title, style, font, width_px, height_px)
    rgb: NDArray[Any] = np.zeros((3, height_px, width_px), np.float32)
    cover: NDArray[Any] = np.zeros((height_px, width_px), np.float32)
    if style.background == "box" and text.getbbox() is not None:
        cover = np.asarray(_box(text, font), np.float32) / 255 * BOX
    elif style.background == "shadow":
        cover = rim_around(text, font.size)
    whole, begun = (np.asarray(mask, np.float32) / 255 for mask in (text, lit))
    for colour, mask in ((title.color, whole - begun), (style.lit_color, begun)):
        values = np.array(ImageColor.getrgb(colour)[:3], np.float32)[:, None, None] / 255
        rgb = values * mask + rgb * (1 - mask)
        cover = mask + cover * (1 - mask)
    return cover.astype(np.float32), rgb.astype(np.float32)


def rim_around(text: Image.Image, size_px: float) -> F32:
    """(h, w), 0..1: a soft rim around letters of that size, dense where it touches them."""
    from scipy.ndimage import maximum_filter

    rim_px = max(1, round(OUTLINE * size_px))
    wide = np.asarray(maximum_filter(np.asarray(text), 2 * rim_px + 1))
    soft = Image.fromarray(wide).filter(ImageFilter.GaussianBlur(BLUR * size_px))
    return np.maximum(np.asarray(soft, np.float32) / 255, wide.astype(np.float32) / 255 * RIM)


def halo_around(text: Image.Image, size_px: float) -> F32:
    """(h, w), 0..1: the same for large letters: it has no edge of its own."""
    from scipy.ndimage import maximum_filter

    rim_px = max(1, round(OUTLINE * size_px))
    wide = np.asarray(maximum_filter(np.asarray(text), 2 * rim_px + 1))
    near, far = (
        np.asarray(Image.fromarray(wide).filter(ImageFilter.GaussianBlur(share * rim_px)), np.float32) / 255
        for share in HALO
    )
    return np.asarray(HALO_RIM * near + (1 - HALO_RIM) * far, np.float32)


def _broken(text: str, font: Font, width_px: float) -> list[str]:
    """Lines of words, the first as short as it may be, so that all are about equally long."""
    words = text.split()
    count = max(1, -(-int(font.getlength(text)) // max(int(width_px), 1)))
    goal_px = font.getlength(text) / count
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        fits = lines and font.getlength(longer) <= width_px
        if fits and (len(lines) == count or font.getlength(longer) <= goal_px * 1.15):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _masks(
    lines: list[str], title: TitlePlan, style: LyricStyle, font: Font, width_px: int, height_px: int
) -> tuple[Image.Image, Image.Image]:
    """Masks of all letters, and of the letters whose singing has begun."""
    text, lit = Image.new("L", (width_px, height_px)), Image.new("L", (width_px, height_px))
    line_px = LINE * font.size
    margin_px = (TALL_MARGIN if height_px > width_px else MARGIN) * height_px
    row_px = title.row * (line_px * (2 if height_px > width_px else 1) + 2 * PAD * font.size)
    tall_px = line_px * len(lines)
    top_px = {
        "top": margin_px + row_px,
        "middle": (height_px - tall_px) / 2 + row_px,
    }.get(style.place, height_px - margin_px - tall_px - row_px)
    left = title.lit
    for number, line in enumerate(lines):
        own = Image.new("L", (width_px, height_px))
        middle_px = top_px + (number + 0.5) * line_px
        ImageDraw.Draw(own).text((width_px / 2, middle_px), line, fill=255, font=font, anchor="mm")
        text.paste(255, mask=own)
        if left > 0:
            long_px, lit_px = font.getlength(line), font.getlength(line[:left].rstrip())
            first_px = (width_px - long_px) / 2
            if left >= len(line):
                lit.paste(255, mask=own)
            elif _from_right(line):
                edge = round(first_px + long_px - lit_px)
                lit.paste(own.crop((edge, 0, width_px, height_px)), (edge, 0))
            else:
                # In the middle of a space; where the script writes none, right behind the letter.
                gap_px = font.getlength(" ") / 2 if line[left : left + 1].isspace() else 0.0
                edge = round(first_px + lit_px + gap_px)
                lit.paste(own.crop((0, 0, edge, height_px)), (0, 0))
        left -= len(line) + 1
    return text, lit


def _from_right(line: str) -> bool:
    kinds = (unicodedata.bidirectional(character) for character in line)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)


def _box(text: Image.Image, font: Font) -> Image.Image:
    box = Image.new("L", text.size)
    left, top, right, bottom = text.getbbox() or (0, 0, 0, 0)
    pad = round(PAD * font.size)
    ImageDraw.Draw(box).rounded_rectangle(
        (left - pad, top - pad, right + pad, bottom + pad), round(ROUND * font.size), fill=255
    )
    return box
