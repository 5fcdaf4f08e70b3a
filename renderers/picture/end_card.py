"""The end card: the title and the credits of a piece, set around an axis as in films.

Roles are left of the axis in spaced small capitals and a fainter ink, names right of it; in a film that is
higher than wide each role is above its name. The block sits a little above the middle, where the eye has
it centred.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from ...store.values.array_types import F32
from .lettering import Font, lettering_of

if TYPE_CHECKING:
    from ...compiler.plan import TitlePlan

TITLE, NAME, ROLE = 0.085, 0.042, 0.029
"""Sizes of letters, of the film's shorter side: each about two thirds of the one above."""
TITLE_TRACKING, ROLE_TRACKING = 0.02, 0.14
"""Space between letters, of their size: capitals need air, and the more the smaller they are."""
FAINT = 0.66
"""The opacity of roles."""
LEADING, UNDER_TITLE, PAIR, APART = 1.7, 2.9, 1.25, 0.7
"""Line spacings in letter heights of the names: between lines, from title to first line, from a role to
its name, and the extra space before a line without a role."""
GAP = 1.2
"""Between role and name, of the names' size."""
RAISED = 0.03
"""The shift of the block above the middle, as a share of the film's height."""
WIDEST, TALLEST = 0.84, 0.8
"""Shares of the film; the rest is margin."""
SMALLEST = 0.4
SHORT = 24
"""The longest title that is letterspaced."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of letters: the anchor of its baseline, from the top of the block's axis."""

    text: str
    font: Font
    tracking_px: float
    x_px: float
    baseline_px: float
    anchor: str
    """`l`, `m` or `r`."""
    is_faint: bool = False

    @property
    def width_px(self) -> float:
        return _width(self.text, self.font, self.tracking_px)

    @property
    def reach_px(self) -> float:
        """The distance in pixels that it reaches from the axis, to either side."""
        share = {"l": (0.0, 1.0), "m": (0.5, 0.5), "r": (1.0, 0.0)}[self.anchor]
        return max(-(self.x_px - share[0] * self.width_px), self.x_px + share[1] * self.width_px)


def card_masks(title: TitlePlan, width_px: int, height_px: int) -> tuple[F32, F32]:
    """The ink coverage of each pixel, 0..1, of title and names, and of roles: (height, width) each."""
    share = 1.0
    while True:
        pieces, tall_px = _set(title, share * min(width_px, height_px), is_tall=height_px > width_px)
        fits = max(2 * piece.reach_px for piece in pieces) <= WIDEST * width_px
        if (fits and tall_px <= TALLEST * height_px) or share < SMALLEST:
            break
        share *= 0.94
    top_px = (height_px - tall_px) / 2 - RAISED * height_px
    masks = [Image.new("L", (width_px, height_px)) for _ in range(2)]
    draws = [ImageDraw.Draw(mask) for mask in masks]
    for piece in pieces:
        _draw(draws[piece.is_faint], piece, width_px / 2, top_px)
    strong, faint = (np.asarray(mask, np.float32) / np.float32(255) for mask in masks)
    return strong, np.asarray(faint * FAINT, np.float32)


def parted(line: str) -> tuple[str, str]:
    """The role and the name in a line; no role where it has no colon."""
    role, colon, name = line.partition(":")
    return (role.strip(), name.strip()) if colon and name.strip() else ("", line.strip())


def _set(title: TitlePlan, unit_px: float, *, is_tall: bool) -> tuple[list[_Piece], float]:
    """All letters of the card for a shorter side of that many pixels, and how tall the block is."""
    own = title.look.font
    size_px = NAME * unit_px
    head = lettering_of(title.text, own)
    head_font = head.font_at(max(4.0, TITLE * unit_px))
    baseline_px = 0.8 * head_font.size
    spaced = TITLE_TRACKING * head_font.size if _may_be_spaced(head.text) and len(head.text) < SHORT else 0.0
    pieces = [_Piece(head.text, head_font, spaced, 0.0, baseline_px, "m")]
    baseline_px += (UNDER_TITLE - LEADING) * size_px
    had_role = False
    for line in title.look.credits:
        role, name = parted(line)
        set_name = lettering_of(name, own)
        name_font = set_name.font_at(max(4.0, size_px))
        set_role = lettering_of(role.upper() if _may_be_spaced(role) else role, own)
        role_font = set_role.font_at(max(4.0, ROLE * unit_px))
        tracking_px = ROLE_TRACKING * role_font.size if _may_be_spaced(role) else 0.0
        baseline_px += (LEADING + APART * (had_role and not role)) * size_px
        had_role = bool(role)
        if not role:
            pieces.append(_Piece(set_name.text, name_font, 0.0, 0.0, baseline_px, "m"))
        elif is_tall:
            pieces.append(_Piece(set_role.text, role_font, tracking_px, 0.0, baseline_px, "m", True))
            baseline_px += PAIR * size_px
            pieces.append(_Piece(set_name.text, name_font, 0.0, 0.0, baseline_px, "m"))
        else:
            half_px = GAP * size_px / 2
            pieces.append(_Piece(set_role.text, role_font, tracking_px, -half_px, baseline_px, "r", True))
            pieces.append(_Piece(set_name.text, name_font, 0.0, half_px, baseline_px, "l"))
    return pieces, baseline_px + 0.25 * size_px


def _may_be_spaced(text: str) -> bool:
    """Whether letters may be spaced out: not in scripts that join them, or read from right to left."""
    kinds = {unicodedata.bidirectional(letter) for letter in text}
    combined = any(unicodedata.category(letter).startswith("M") for letter in text)
    return not kinds & {"R", "AL"} and not combined


def _width(text: str, font: Font, tracking_px: float) -> float:
    if not tracking_px:
        return float(font.getlength(text))
    return sum(font.getlength(letter) for letter in text) + tracking_px * max(len(text) - 1, 0)


def _draw(draw: ImageDraw.ImageDraw, piece: _Piece, axis_px: float, top_px: float) -> None:
    share = {"l": 0.0, "m": 0.5, "r": 1.0}[piece.anchor]
    x_px = axis_px + piece.x_px - share * piece.width_px
    letters: Sequence[str] = piece.text if piece.tracking_px else [piece.text]
    for letter in letters:
        draw.text((x_px, top_px + piece.baseline_px), letter, fill=255, font=piece.font, anchor="ls")
        x_px += piece.font.getlength(letter) + piece.tracking_px
