"""Measures the flashes of a finished film from small images of its frames, kept with the segments."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import Flashing, flashing
from ..picture.colour import BLACK, RGB_TO_YCBCR

if TYPE_CHECKING:
    from ...store.values.array_types import U8

ROWS, COLUMNS = 36, 64
SAMPLES = 2
"""The number of sampled pixels in each place, across and down."""
SATURATED = 0.8
"""WCAG: red is saturated where R / (R + G + B) is at least that."""
LOOKS = "looks"
"""The fact of a segment that holds its looks."""


def look_at(planes: U8) -> NDArray[np.uint8]:
    """A frame (h·3/2, w) of yuv420p, small: uint8 (2, 36, 64), the roots of its luminance and of its red."""
    height_px, width_px = planes.shape[0] * 2 // 3, planes.shape[1]
    rows, columns = _places(height_px, width_px)
    half = width_px // 2
    chroma = planes[height_px:].reshape(2, height_px // 2, half)
    at = np.ix_(rows // 2, columns // 2)
    levels = np.stack([planes[np.ix_(rows, columns)], chroma[0][at], chroma[1][at]]).astype(np.float32)
    back = np.linalg.inv(np.array(RGB_TO_YCBCR)).astype(np.float32)
    rgb = np.tensordot(back, levels - np.array(BLACK, np.float32)[:, None, None], 1).clip(0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = linear.reshape(3, ROWS, SAMPLES, COLUMNS, SAMPLES).mean((2, 4))
    red, green, blue = linear
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    is_red = red >= SATURATED * np.maximum(red + green + blue, 1e-6)
    redness = np.where(is_red, red - green - blue, 0.0).clip(0, 1)
    small: NDArray[np.uint8] = np.rint(255 * np.sqrt(np.stack([luminance, redness]))).astype(np.uint8)
    return small


@lru_cache(maxsize=4)
def _places(height_px: int, width_px: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows and columns that are looked at."""

    def spread(count: int, size_px: int) -> NDArray[np.intp]:
        return ((np.arange(count) + 0.5) * size_px / count).astype(np.intp).clip(0, size_px // 2 * 2 - 1)

    return spread(ROWS * SAMPLES, height_px), spread(COLUMNS * SAMPLES, width_px)


def packed(looks: Sequence[NDArray[np.uint8]]) -> str:
    """The small images of a segment as a text: the changes from frame to frame, compressed."""
    frames = np.stack(looks)
    steps = np.diff(frames, axis=0, prepend=np.zeros_like(frames[:1]))
    return base64.b85encode(zlib.compress(steps.tobytes(), 6)).decode("ascii")


def unpacked(text: str, frame_count: int) -> NDArray[np.uint8]:
    """The inverse of packing: uint8 (frames, 2, 36, 64). Raises ValueError for a wrong frame count."""
    size = frame_count * 2 * ROWS * COLUMNS
    try:
        state = zlib.decompressobj()
        data = state.decompress(base64.b85decode(text), size)
        if not state.eof:
            raise ValueError("there are more or fewer of them")
        steps = np.frombuffer(data, np.uint8).reshape(frame_count, 2, ROWS, COLUMNS)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return np.cumsum(steps, axis=0, dtype=np.uint8)


def film_flashing(segments: Iterable[tuple[object, int]], fps: Fraction) -> Flashing | None:
    """The worst flashing of a film's segments in order; None if one has no looks.

    segments   the looks of each as packed, and how many frames it has
    """
    looks: list[Any] = []
    for text, frame_count in segments:
        if not isinstance(text, str):
            return None
        try:
            looks.append(unpacked(text, frame_count))
        except ValueError:
            return None
    if not looks:
        return None
    roots = np.concatenate(looks).astype(np.float32) / np.float32(255)
    flat = np.asarray(roots * roots, np.float32).reshape(len(roots), 2, ROWS * COLUMNS)
    return flashing(flat[:, 0], flat[:, 1], fps)
