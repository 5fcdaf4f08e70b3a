"""Titles: text in its colour over a soft shadow, drawn once, blended onto each frame that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from ...compiler.plan import TALL_MARGIN
from ...store.values.array_types import F32
from ..tensors import tensor_of
from .colour import BLACK, RGB_TO_YCBCR
from .end_card import NAME, card_masks
from .lettering import Font, lettering_of
from .lyrics import MARGIN, OUTLINE, drawn_lyric, halo_around, rim_around
from .planes import plane_views

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import TitlePlan


SMALLEST = 0.35  # of the written size, for a text that does not fit
WIDEST = 0.86  # of the film's width
SECOND = 0.5  # of the size: a line below the title
BELOW = 0.12  # of the size: what is more between the title and the line below it
ONE_LINE = 0.78  # of the size: a text is rather set so small than broken
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
    letters: NDArray[np.bool_]
    """(h, w): where nothing but a letter is seen."""
    touched: NDArray[np.bool_]
    """(h, w): where a letter or its smooth edge is."""
    around_px: int
    """The distance from a letter within which the picture decides whether it can be read."""

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
    letters, touched = _letters(title, cover, rgb)
    size = title.look.size if title.style is None else title.style.size
    around_px = max(3, round(OUTLINE * size * min(width_px, height_px)))
    return Overlay(top_px, left_px, (at_full, at_half), (luma, blue, red), letters, touched, around_px)


def drawn_title(title: TitlePlan, width_px: int, height_px: int) -> tuple[int, int, F32, F32] | None:
    """Top and left, even; cover (h, w) 0..1; R'G'B' (3, h, w) 0..1 times the cover; None if blank."""
    if title.style is not None:
        return _trimmed(*drawn_lyric(title, title.style, width_px, height_px))
    if title.look.ground is not None:
        full = np.ones((height_px, width_px), np.float32)
        return _trimmed(full, _laid_over(full * 0, full, title.look.ground, full)[0])
    if title.look.credits:
        return _trimmed(*_card(title, width_px, height_px))
    lines = _fitted(title, width_px, height_px)
    size_px = lines[0].font.size
    text = _text_mask(lines, title.look.place, width_px, height_px)
    rgb = np.zeros((3, height_px, width_px), np.float32)
    cover = np.zeros((height_px, width_px), np.float32)
    if title.shadow is not None:
        offset_px = max(1, round(SHADOW_OFFSET * size_px))
        mask = Image.fromarray(np.roll(np.asarray(text), (offset_px, offset_px), (0, 1)))
        shade = np.asarray(mask.filter(ImageFilter.GaussianBlur(SHADOW_BLUR * size_px)), np.float32) / 255
        rgb, cover = _laid_over(rgb, cover, title.shadow, shade)
    if title.look.rim is not None and text.getbbox() is not None:
        rgb, cover = _laid_over(rgb, cover, title.look.rim, halo_around(text, lines[-1].font.size))
    rgb, cover = _laid_over(rgb, cover, title.color, np.asarray(text, np.float32) / 255)
    return _trimmed(cover, rgb)


def _card(title: TitlePlan, width_px: int, height_px: int) -> tuple[F32, F32]:
    """Cover and colours of an end card."""
    rgb, cover = np.zeros((3, height_px, width_px), np.float32), np.zeros((height_px, width_px), np.float32)
    strong, faint = card_masks(title, width_px, height_px)
    if title.look.rim is not None:
        text = Image.fromarray(((strong + faint).clip(0, 1) * 255).astype(np.uint8))
        rgb, cover = _laid_over(rgb, cover, title.look.rim, rim_around(text, NAME * min(width_px, height_px)))
    for ink in (faint, strong):
        rgb, cover = _laid_over(rgb, cover, title.color, ink)
    return cover, rgb


def _letters(title: TitlePlan, cover: F32, rgb: F32) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks of pixels that are all letter, and of those that may be part of one, by the letters' colours."""
    colours = [title.color] if title.style is None else [title.color, title.style.lit_color]
    solid = np.zeros(cover.shape, bool)
    for colour in colours:
        values = np.array(ImageColor.getrgb(colour)[:3], np.float32)[:, None, None] / 255
        off = np.abs(rgb - values).max(0)
        solid |= (off < 0.02) & (cover > 0.99)
    # The smooth edge of a letter is a pixel wide.
    grown = Image.fromarray(solid.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))
    return solid, np.asarray(grown) > 0


def _trimmed(cover: F32, rgb: F32) -> tuple[int, int, F32, F32] | None:
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    if not rows.size:
        return None
    top, bottom = rows[0] // 2 * 2, (rows[-1] + 2) // 2 * 2
    left, right = columns[0] // 2 * 2, (columns[-1] + 2) // 2 * 2
    return int(top), int(left), cover[top:bottom, left:right], rgb[:, top:bottom, left:right]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of letters, and the font that sets it."""

    text: str
    font: Font
    above_px: float = 0.0
    """Empty, above it."""

    @property
    def height_px(self) -> float:
        return 1.2 * self.font.size + self.above_px


def _fitted(title: TitlePlan, width_px: int, height_px: int) -> list[_Line]:
    """The lines of a title and of its subtitle: broken between words, and as small as it takes to fit."""
    look = title.look
    settings = [(1.0, lettering_of(title.text, look.font))]
    if look.subtitle:
        settings.append((SECOND, lettering_of(look.subtitle, look.font)))
    widest_px, tallest_px = WIDEST * width_px, TALLEST * height_px
    share = 1.0
    while True:
        lines: list[_Line] = []
        for part, setting in settings:
            size_px = max(4.0, share * part * look.size * min(width_px, height_px))
            font = setting.font_at(size_px)
            if "\n" not in setting.text and (long_px := font.getlength(setting.text)) > widest_px:
                # A little smaller, most titles are one line. Lengths go by whole sizes: 1 % is room for that.
                smaller = 0.99 * widest_px / long_px
                font = setting.font_at(size_px * smaller) if smaller >= ONE_LINE else font
            above_px = BELOW * share * look.size * min(width_px, height_px) if lines else 0.0
            for text in _broken(setting.text, font, widest_px):
                lines.append(_Line(text, font, above_px))
                above_px = 0.0
        fits = all(line.font.getlength(line.text) <= widest_px for line in lines)
        if (fits and sum(line.height_px for line in lines) <= tallest_px) or share < SMALLEST:
            return lines
        share *= 0.92


def _broken(text: str, font: Font, width_px: float) -> list[str]:
    """Breaks a text into the fewest lines that hold it, all about equally long: no last word is alone."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        words = paragraph.split()
        fewest = _filled(words, font, width_px)
        low_px, high_px = 0.0, width_px
        while len(fewest) > 1 and high_px - low_px > 1:
            middle_px = (low_px + high_px) / 2
            tried = _filled(words, font, middle_px)
            if len(tried) > len(fewest) or max(map(font.getlength, tried)) > width_px:
                low_px = middle_px
            else:
                high_px, fewest = middle_px, tried
        lines += fewest
    return lines


def _filled(words: Sequence[str], font: Font, width_px: float) -> list[str]:
    """Lines of words, each as full as the width allows."""
    lines: list[str] = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width_px:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _text_mask(lines: Sequence[_Line], place: str, width_px: int, height_px: int) -> Image.Image:
    """The lines, each centred, the block at its place in the film."""
    mask = Image.new("L", (width_px, height_px))
    draw = ImageDraw.Draw(mask)
    tall_px = sum(line.height_px for line in lines)
    margin_px = (TALL_MARGIN if height_px > width_px else MARGIN) * height_px
    top_px = {"top": margin_px, "bottom": height_px - margin_px - tall_px}.get(
        place, (height_px - tall_px) / 2
    )
    for line in lines:
        middle_px = top_px + (line.above_px + line.height_px) / 2
        draw.text((width_px / 2, middle_px), line.text, fill=255, font=line.font, anchor="mm")
        top_px += line.height_px
    return mask


def _laid_over(rgb: F32, cover: F32, colour: str, mask: NDArray[np.floating]) -> tuple[F32, F32]:
    """Porter and Duff's "over" (1984) of a plain colour, colours times their cover."""
    values = np.array(ImageColor.getrgb(colour)[:3], np.float32)[:, None, None] / 255
    return values * mask + rgb * (1 - mask), mask + cover * (1 - mask)


def _halved(plane: NDArray[np.float64] | F32) -> NDArray[np.float64] | F32:
    """Each two by two pixels averaged."""
    height_px, width_px = plane.shape
    return plane.reshape(height_px // 2, 2, width_px // 2, 2).mean((1, 3))  # type: ignore[no-any-return]
