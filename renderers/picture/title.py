"""Titles: text in its colour over a soft shadow, drawn once, blended onto each frame that shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageFont, features

from ..tensors import tensor_of
from .colour import BLACK, RGB_TO_YCBCR

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import TitlePlan

F32 = NDArray[np.float32]
Font = ImageFont.FreeTypeFont

SIZE = 0.13  # of the film's height
SMALLEST = 0.045
WIDEST = 0.86  # of the film's width
TALLEST = 0.8  # of the film's height
SHADOW_OFFSET, SHADOW_BLUR = 0.045, 0.05  # of the font size
MOST_CHARACTERS = 400

# Tried in this order where the embedded font lacks a character; they are the system's, so a film with such a
# title may look different on another machine.
SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "YuGothM.ttc",
    "msyh.ttc",
)
PLAIN = str.maketrans(
    dict(zip("–—−♯♭øØłŁı¿¡", "---#boOlLi?!", strict=True))
    | {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A drawn title: its place, and for each plane its cover 0..1 and its levels times the cover."""

    top_px: int
    left_px: int
    covers: tuple[torch.Tensor, torch.Tensor]
    """Of Y' (h, w) and of the chroma planes (h/2, w/2)."""
    levels: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
    """Of Y', Cb and Cr."""

    def blend_onto(self, frame: torch.Tensor) -> None:
        """Lay the title over one yuv420p frame (height·3/2, width) uint8, in place."""
        from .chain import plane_views

        for index, (plane, levels) in enumerate(zip(plane_views(frame[None]), self.levels, strict=True)):
            scale, cover = (1, self.covers[0]) if index == 0 else (2, self.covers[1])
            top_px, left_px = self.top_px // scale, self.left_px // scale
            under = plane[0, top_px : top_px + levels.shape[0], left_px : left_px + levels.shape[1]]
            under.copy_((under * (1 - cover) + levels).add_(0.5).clamp_(0, 255))


@dataclass(frozen=True, slots=True)
class Setting:
    """A title as it can be drawn, and the font that has its characters; `remark` says what is special."""

    text: str
    font_at: Callable[[float], Font]
    remark: str = ""


def overlay_of(title: TitlePlan, width_px: int, height_px: int, device: torch.device) -> Overlay | None:
    """The title, drawn for films of that size; None where nothing of it can be seen.

    Raises ValueError for a colour that Pillow does not know.
    """

    drawn = drawn_title(title, width_px, height_px)
    if drawn is None:
        return None
    top_px, left_px, cover, rgb = drawn
    ycc = np.einsum("ij,jhw->ihw", np.array(RGB_TO_YCBCR), rgb) + np.array(BLACK)[:, None, None] * cover
    planes = [cover, ycc[0], *(_halved(plane) for plane in (cover, ycc[1], ycc[2]))]
    at_full, luma, at_half, blue, red = (tensor_of(p.astype(np.float32), device) for p in planes)
    return Overlay(top_px, left_px, (at_full, at_half), (luma, blue, red))


def drawn_title(title: TitlePlan, width_px: int, height_px: int) -> tuple[int, int, F32, F32] | None:
    """Top and left, even; cover (h, w) 0..1; R'G'B' (3, h, w) 0..1 times the cover; None if blank."""
    setting = setting_of(title.text)
    lines, font = _fitted(setting, width_px, height_px)
    text = _text_mask(lines, font, width_px, height_px)
    rgb = np.zeros((3, height_px, width_px), np.float32)
    cover = np.zeros((height_px, width_px), np.float32)
    if title.shadow is not None:
        offset_px = max(1, round(SHADOW_OFFSET * font.size))
        mask = Image.fromarray(np.roll(np.asarray(text), (offset_px, offset_px), (0, 1)))
        shade = np.asarray(mask.filter(ImageFilter.GaussianBlur(SHADOW_BLUR * font.size)), np.float32) / 255
        rgb, cover = _laid_over(rgb, cover, title.shadow, shade)
    rgb, cover = _laid_over(rgb, cover, title.color, np.asarray(text, np.float32) / 255)
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    if not rows.size:
        return None
    top, bottom = rows[0] // 2 * 2, (rows[-1] + 2) // 2 * 2
    left, right = columns[0] // 2 * 2, (columns[-1] + 2) // 2 * 2
    return int(top), int(left), cover[top:bottom, left:right], rgb[:, top:bottom, left:right]


def setting_of(text: str) -> Setting:
    """The text in the embedded font if that has all of it, else in a font of the system, else plainer."""
    composed = unicodedata.normalize("NFC", text)[:MOST_CHARACTERS]
    text = "".join(c for c in composed if c == "\n" or unicodedata.category(c)[0] != "C")
    missing = _missing(text, _embedded_font(32))
    if not missing:
        return Setting(text, _embedded_font)
    lacking = " ".join(missing)
    for name in SYSTEM_FONTS:
        try:
            font = ImageFont.truetype(name, 32)
        except OSError:
            continue
        if not _missing(text, font):
            return Setting(
                text,
                lambda size_px, name=name: ImageFont.truetype(name, size_px),  # type: ignore[misc]
                f"the embedded font has no {lacking}; the title is set in this system's {name}",
            )
    plain = "".join(_plain(c) if c in missing else c for c in text)
    return Setting(plain, _embedded_font, f"no font here has {lacking}; the title reads {plain!r}")


def _embedded_font(size_px: float) -> Font:
    """Pillow's own Aileron, kerned where Pillow has raqm."""
    font = ImageFont.load_default(size_px)
    if not isinstance(font, Font):
        raise ModuleNotFoundError("titles need a Pillow with FreeType", name="Pillow with FreeType")
    if features.check("raqm") and isinstance(font.path, BytesIO):
        return ImageFont.truetype(BytesIO(font.path.getvalue()), size_px, layout_engine=ImageFont.Layout.RAQM)
    return font


def _missing(text: str, font: Font) -> list[str]:
    """The characters of the text that the font draws as its box for the unknown."""
    unknown = _glyph(font, "\uffff")
    return [c for c in dict.fromkeys(text) if not c.isspace() and _glyph(font, c) == unknown]


def _glyph(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _plain(character: str) -> str:
    """The nearest ASCII: é as e, – as -, and what has none as ?."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    plain = bare.translate(PLAIN)
    return plain if plain.isascii() else "?"


def _fitted(setting: Setting, width_px: int, height_px: int) -> tuple[list[str], Font]:
    """Lines and font: broken between words, and as small as it takes to fit."""
    size = SIZE
    while True:
        font = setting.font_at(max(4.0, size * height_px))
        lines = _broken(setting.text, font, WIDEST * width_px)
        widest_px = max((font.getlength(line) for line in lines), default=0.0)
        fits = widest_px <= WIDEST * width_px and _line_px(font) * len(lines) <= TALLEST * height_px
        if fits or size < SMALLEST:
            return lines, font
        size *= 0.92


def _broken(text: str, font: Font, width_px: float) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width_px:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _text_mask(lines: Sequence[str], font: Font, width_px: int, height_px: int) -> Image.Image:
    """The lines, each centred, the block in the middle of the film."""
    mask = Image.new("L", (width_px, height_px))
    draw = ImageDraw.Draw(mask)
    for index, line in enumerate(lines):
        middle_px = height_px / 2 + (index - (len(lines) - 1) / 2) * _line_px(font)
        draw.text((width_px / 2, middle_px), line, fill=255, font=font, anchor="mm")
    return mask


def _line_px(font: Font) -> float:
    return 1.2 * font.size


def _laid_over(rgb: F32, cover: F32, colour: str, mask: NDArray[np.floating]) -> tuple[F32, F32]:
    """Porter and Duff's "over" (1984) of a plain colour, colours times their cover."""
    values = np.array(ImageColor.getrgb(colour)[:3], np.float32)[:, None, None] / 255
    return values * mask + rgb * (1 - mask), mask + cover * (1 - mask)


def _halved(plane: NDArray[np.float64] | F32) -> NDArray[np.float64] | F32:
    """Each two by two pixels averaged."""
    height_px, width_px = plane.shape
    return plane.reshape(height_px // 2, 2, width_px // 2, 2).mean((1, 3))  # type: ignore[no-any-return]
