"""Finds the alpha channel of overlays from two frames: over black, and over white.

A title of colour c that covers a share a of the ground is a·c over black and a·c + (1 - a) over white, in
display values; so the luma of both tells a, and the frame over black, divided by it, the colour. What adds
light covers as much as it is bright.
"""

from __future__ import annotations

import numpy as np

from ...store.values.array_types import F64, U8

BLACK, REACH, NEUTRAL = 16.0, 219.0, 128.0
"""Luma of black and from there to white in limited range, and chroma of no colour."""


def parted(on_black: U8, on_white: U8) -> tuple[U8, U8]:
    """A frame with premultiplied colours made straight, and its alpha.

    on_black, on_white   the same frame over both, (height·3/2, width), yuv420p, limited range
    returns              the frame of straight colours, as they; alpha, uint8 (height, width)
    """
    rows, width_px = on_black.shape
    height_px = rows * 2 // 3
    luma = on_black[:height_px].astype(np.float64)
    alpha = (1.0 - (on_white[:height_px] - luma) / REACH).clip(0.0, 1.0)
    # What the rounding of luma leaves is nothing.
    alpha[alpha < 1.0 / REACH] = 0.0
    straight = on_black.copy()
    straight[:height_px] = _undivided(luma, BLACK, alpha)
    quarter = alpha.reshape(height_px // 2, 2, width_px // 2, 2).mean((1, 3))
    chroma = on_black[height_px:].reshape(2, height_px // 2, width_px // 2).astype(np.float64)
    straight[height_px:] = _undivided(chroma, NEUTRAL, quarter).reshape(-1, width_px)
    return straight, np.rint(alpha * 255.0).astype(np.uint8)


def _undivided(levels: F64, middle: float, alpha: F64) -> U8:
    away = np.where(alpha > 0, (levels - middle) / np.where(alpha > 0, alpha, 1.0), 0.0)
    return np.rint(middle + away).clip(16, 240).astype(np.uint8)
