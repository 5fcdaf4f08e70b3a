"""Flashes: when a picture goes up and down in luminance over a quarter of itself, planned or rendered.

WCAG 2.2, success criterion 2.3.1: a general flash is a pair of opposing changes of relative luminance by 0.1
or more, the darker of them below 0.8; a red flash is one of saturated red. ITU-R BT.1702 has the same of
screens of 200 cd/m², and counts what covers a quarter of the screen. Both allow three in a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .lazy_numpy import np

if TYPE_CHECKING:
    from ..store.values.array_types import F32


STEP, DARKER_BELOW = 0.1, 0.8
RED_STEP = 20.0 / 320.0
"""A step of (R - G - B), each 0..1; the criterion calls it 20, of values times 320."""
AREA = 0.25
MOST = 3
"""Flashes in a second."""
TOGETHER_S = 0.07
"""Changes of different places within this time are one."""


@dataclass(frozen=True, slots=True)
class Flashing:
    """The worst flashing of a film: that many flashes in the second that begins with a frame."""

    count: int
    frame: int = 0

    @property
    def is_safe(self) -> bool:
        return self.count <= MOST


def changes(levels: F32, fps: Fraction, step: float = STEP) -> list[tuple[int, bool]]:
    """The frames at which a quarter of the picture has changed by a step, alternating; whether upwards.

    levels   float32 (frames, places), 0..1: luminances
    """
    if not len(levels):
        return []
    low, high = levels[0].copy(), levels[0].copy()
    turned = np.zeros(low.shape, np.int8)
    together = max(1, round(float(fps) * TOGETHER_S))
    rose = np.full(low.shape, -together - 1)
    fell = rose.copy()
    found: list[tuple[int, bool]] = []
    for frame in range(1, len(levels)):
        now = levels[frame]
        np.minimum(low, now, out=low)
        np.maximum(high, now, out=high)
        up = (now - low >= step) & (low < DARKER_BELOW)
        down = (high - now >= step) & (now < DARKER_BELOW)
        rose[up & (turned <= 0)] = frame
        fell[down & (turned >= 0)] = frame
        turned[up], turned[down] = 1, -1
        low[up | down] = now[up | down]
        high[up | down] = now[up | down]
        for is_up, times in ((True, rose), (False, fell)):
            if found and found[-1][1] is is_up:
                continue
            if float((times > frame - together).mean()) >= AREA:
                found.append((frame, is_up))
                times[:] = -together - 1
    return found


def seconds(found: Sequence[tuple[int, bool]], fps: Fraction) -> list[Flashing]:
    """The flashes in the second from each change on: two opposing changes are one flash."""
    frames = [frame for frame, _ in found]
    counted, end = [], 0
    for begin, frame in enumerate(frames):
        while end < len(frames) and frames[end] < frame + fps:
            end += 1
        counted.append(Flashing((end - begin) // 2, frame))
    return counted


def worst(each: Sequence[Flashing]) -> Flashing:
    """The second with the most flashes, the first of them."""
    return max(each, key=lambda flash: flash.count, default=Flashing(0))


def flashing(luminance: F32, red: F32 | None, fps: Fraction) -> Flashing:
    """The worst flashing of frames.

    luminance   float32 (frames, places), relative, 0..1
    red         float32 (frames, places), R - G - B where red is saturated, else 0; None where nobody knows
    """
    general = worst(seconds(changes(luminance, fps), fps))
    if red is None or not red.any():
        return general
    return max(general, worst(seconds(changes(red, fps, RED_STEP), fps)), key=lambda flash: flash.count)
