"""Titles: text in its colour over a soft shadow, drawn once, blended onto each frame that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from ..tensors import tensor_of
from .colour import BLACK, RGB_TO_YCBCR
from .lettering import Font, Lettering, lettering_of
from .lyrics import drawn_lyric
from .planes import plane_views

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import TitlePlan

F32 = NDArray[np.float32]

SIZE = 0.13  # of the film's height
SMALLEST = 0.045
WIDEST = 0.86  # of the film's width
TALLEST = 0.8  # of the film's height
SHADOW_OFFSET, SHADOW_BLUR = 0.045, 0.05  # of the font size


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A drawn title: its place, and for each plane its cover 0..1 and its levels times the cover."""

    top_px: int
    left_px: int
    covers: tuple[torch.Tensor, torch.Tensor]
    """Cover, 0 to 1, of Y' (h, w) and of the chroma planes (h/2, w/2)."""
    levels: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
    """Levels of Y', Cb and Cr."""

    def blend_onto(self, frame: torch.Tensor, opacity: float = 1.0) -> None:
        """Lay the title over one yuv420p frame (height·3/2, width) uint8, in place; opacity 0..1."""
        for index, (plane, levels) in enumerate(zip(plane_views(frame[None]), self.levels, strict=True)):
            scale, cover = (1, self.covers[0]) if index == 0 else (2, self.covers[1])
            top_px, left_px = self.top_px // scale, self.left_px // scale
            under = plane[0, top_px : top_px + levels.shape[0], left_px : left_px + levels.shape[1]]
            if opacity < 1:
                cover, levels = cover * opacity, levels * opacity
            under.copy_((under * (1 - cover) + levels).add_(0.5).clamp_(0, 255))


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
    if title.style is not None:
        return _trimmed(*drawn_lyric(title, title.style, width_px, height_px))
    setting = lettering_of(title.text)
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
    return _trimmed(cover, rgb)


def _trimmed(cover: F32, rgb: F32) -> tuple[int, int, F32, F32] | None:
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    if not rows.size:
        return None
    top, bottom = rows[0] // 2 * 2, (rows[-1] + 2) // 2 * 2
    left, right = columns[0] // 2 * 2, (columns[-1] + 2) // 2 * 2
    return int(top), int(left), cover[top:bottom, left:right], rgb[:, top:bottom, left:right]


def _fitted(setting: Lettering, width_px: int, height_px: int) -> tuple[list[str], Font]:
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
