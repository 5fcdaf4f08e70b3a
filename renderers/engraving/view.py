"""The score on one frame: the part of the sheet that is seen, the cursor, and the notes that sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from ...compiler.plan import TALL_MARGIN
from ...store.values.array_types import F32, F64
from ..picture.colour import BLACK, RGB_TO_YCBCR
from ..picture.planes import plane_views
from ..tensors import tensor_of
from .sheet import STRIP, Sheet, layer_px

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import ScorePlan

_Area = tuple[int, int, int, int]
"""Top, bottom, left and right, in pixels of the layer."""

CURSOR_AT = 0.3
"""The place of the cursor while a strip passes it, as a share of the film's width."""
CURSOR_PX = 1 / 400
"""Its width, of the film's height."""
CURSOR_OPACITY = 0.65
OVERHANG, MOST_OVERHANG = 0.3, 0.04
"""The overhang of the cursor above and below its system, as a share of the system's height; at most this
share of the layer's."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreView:
    """The score on one frame, ready to be laid over it."""

    top_px: int
    covers: tuple[F32, F32]
    """0..1: of Y' (h, w), and of Cb and Cr (h/2, w/2)."""
    levels: tuple[F32, F32, F32]
    """Levels of Y', Cb and Cr, times their cover."""

    def blend_onto(self, frame: torch.Tensor, opacity: float = 1.0) -> None:
        """Lay the score over one yuv420p frame (height·3/2, width) uint8, in place."""
        for index, (plane, levels) in enumerate(zip(plane_views(frame[None]), self.levels, strict=True)):
            top_px = self.top_px // (1 if index == 0 else 2)
            under = plane[0, top_px : top_px + levels.shape[0]]
            shade, light = (tensor_of(v, under.device) for v in (self.covers[min(index, 1)], levels))
            if opacity < 1:
                shade, light = shade * opacity, light * opacity
            # Rounded to nearest: the picture below is covered in shares, and so never exceeds 255.
            under.copy_((under * (1 - shade)).add_(light).add_(0.5))


class ScoreStand:
    """Shows the frames of a picture their score."""

    def __init__(self, score: ScorePlan, sheet: Sheet, width_px: int, height_px: int) -> None:
        self.score = score
        self.sheet = sheet
        self.width_px, self.high_px = layer_px(score, width_px, height_px)
        free_px = height_px - self.high_px
        # Players of tall films lay their buttons over the top and the bottom.
        margin_px = min(int(TALL_MARGIN * height_px) if height_px > width_px else 0, free_px) // 2 * 2
        self.top_px = {"top": margin_px, "middle": free_px // 4 * 2}.get(score.place, free_px - margin_px)
        self.cursor_px = max(2, round(CURSOR_PX * height_px))
        self.ink, self.lit, self.ground = (_levels(colour) for colour in (score.ink, score.lit, score.ground))

    @cached_property
    def _bars(self) -> dict[int, int]:
        return {int(bar): row for row, bar in enumerate(self.sheet.bars[:, 0])}

    @cached_property
    def _heads(self) -> dict[tuple[int, int, int], int]:
        return {(int(b), int(c), int(n)): row for row, (b, c, n) in enumerate(self.sheet.heads[:, :3])}

    def x_of(self, bar: int, offset_qn: float) -> float:
        """The x of a place on its page: between two moments evenly, and so to the bar line."""
        row = self.sheet.bars[self._bars[bar]]
        first, end = np.searchsorted(self.sheet.moments[:, 0], [bar, bar + 1])
        offsets, places = self.sheet.moments[first:end, 1], self.sheet.moments[first:end, 2]
        if not len(offsets) or offsets[0] > 0:
            offsets, places = np.append(0.0, offsets), np.append(row[2], places)
        length = self.score.bar_lengths_qn[bar]
        return float(
            np.interp(offset_qn, np.append(offsets, max(length, offsets[-1])), np.append(places, row[3]))
        )

    def view(self, frame: int) -> ScoreView | None:
        """The score on a frame; None where none of it can be seen."""
        bar, offset_qn = int(self.score.places[frame, 0]), float(self.score.places[frame, 1])
        if bar not in self._bars:
            return None
        row = self.sheet.bars[self._bars[bar]]
        x = self.x_of(bar, offset_qn)
        turned = self._turned(frame, int(row[1]))
        if turned is not None:
            row, x = turned
        page = int(row[1])
        paper = self.sheet.pages[page]
        left = self._left(paper.shape[1], x)
        ink = _window(paper, left, self.width_px)
        lit = self._lit(frame, page, left)
        cursor = self._cursor(x - left, row[4], row[5])
        covers, levels = [], []
        # Chroma has half as many rows and columns.
        for scale, planes in ((1, (0,)), (2, (1, 2))):
            seen = ink if scale == 1 else _halved(ink)
            cover = np.float32(self.score.opacity) * (1 - seen) + seen
            covers.append(_with_cursor(cover, cursor, scale, np.float32(1)))
            for plane in planes:
                values = self._inked(seen, lit, plane, scale)
                levels.append(_with_cursor(values, cursor, scale, self.lit[plane]))
        return ScoreView(self.top_px, (covers[0], covers[1]), (levels[0], levels[1], levels[2]))

    def _turned(self, frame: int, page: int) -> tuple[F64, float] | None:
        """The page turn in progress: the bar after it, and the x of the cursor on its way to a note."""
        bar, share = int(self.score.ahead[frame, 0]), float(self.score.ahead[frame, 1])
        if bar not in self._bars or int(self.sheet.bars[self._bars[bar], 1]) == page:
            return None
        row = self.sheet.bars[self._bars[bar]]
        return row, float(row[2] + share * (self.x_of(bar, 0.0) - row[2]))

    def _left(self, sheet_px: int, x: float) -> float:
        """The column of the sheet at the film's left edge."""
        if self.score.mode == STRIP and sheet_px > self.width_px:
            return x - CURSOR_AT * self.width_px
        return (sheet_px - self.width_px) / 2

    def _lit(self, frame: int, page: int, left: float) -> list[_Area]:
        """The heads that sound, within the film's width."""
        found = []
        rows = self.score.sounding
        for _, _, *key in rows[(rows[:, 0] <= frame) & (frame < rows[:, 1])].tolist():
            index = self._heads.get((key[0], key[1], key[2]))
            if index is None or int(self.sheet.heads[index, 3]) != page:
                continue
            x0, y0, x1, y1 = self.sheet.heads[index, 4:8]
            first, end = max(int(np.floor(x0 - left)), 0), min(int(np.ceil(x1 - left)), self.width_px)
            if first < end:
                found.append((max(int(np.floor(y0)), 0), min(int(np.ceil(y1)), self.high_px), first, end))
        return found

    def _inked(self, ink: F32, lit: list[_Area], plane: int, scale: int) -> F32:
        """The levels of a plane times their cover: ground, ink, and ink that is lit."""
        ground = np.float32(self.score.opacity) * self.ground[plane]
        levels: F32 = ink * (self.ink[plane] - ground)
        levels += ground
        for area in lit:
            part = _part(area, scale)
            levels[part] += ink[part] * (self.lit[plane] - self.ink[plane])
        return levels

    def _cursor(self, x: float, top: float, bottom: float) -> _Area:
        """The place of the cursor."""
        over = min(OVERHANG * (bottom - top), MOST_OVERHANG * self.high_px)
        first = round(x - self.cursor_px / 2)
        return (
            max(int(top - over), 0),
            min(int(bottom + over) + 1, self.high_px),
            max(first, 0),
            max(min(first + self.cursor_px, self.width_px), 0),
        )


def _part(area: _Area, scale: int) -> tuple[slice, slice]:
    """The rows and columns of an area in a subsampled plane."""
    top, bottom, first, end = area
    return slice(top // scale, -(-bottom // scale)), slice(first // scale, -(-end // scale))


def _with_cursor(values: F32, cursor: _Area, scale: int, value: np.float32) -> F32:
    """A plane with the cursor over it, in place."""
    part = _part(cursor, scale)
    values[part] = values[part] * np.float32(1 - CURSOR_OPACITY) + np.float32(CURSOR_OPACITY) * value
    return values


def _levels(colour: str) -> F32:
    """Y', Cb and Cr of a colour."""
    rgb = np.array(ImageColor.getrgb(colour)[:3], np.float64) / 255
    levels: F32 = (np.array(RGB_TO_YCBCR) @ rgb + np.array(BLACK)).astype(np.float32)
    return levels


def _window(ink: NDArray[np.uint8], left: float, width_px: int) -> F32:
    """Columns of a sheet from `left` on, which may be between two: float32 (h, width), 0 beyond it."""
    whole = int(np.floor(left))
    share = np.float32((left - whole) / 255)
    found = np.zeros((ink.shape[0], width_px + 1), np.uint8)
    first, end = max(whole, 0), min(whole + width_px + 1, ink.shape[1])
    if first < end:
        found[:, first - whole : end - whole] = ink[:, first:end]
    seen = found[:, :-1] * np.float32(1 / 255 - share)
    if share:
        seen += found[:, 1:] * share
    return seen


def _halved(plane: F32) -> F32:
    """Each two by two pixels averaged."""
    rows = plane[::2] + plane[1::2]
    return (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
