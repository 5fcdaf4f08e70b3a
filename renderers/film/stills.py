"""Finished frames as RGB pictures, from the encoder's input, for a page or a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...store.values.array_types import U8
from ..picture.colour import BLACK, RGB_TO_YCBCR
from ..picture.planes import plane_views
from ..tensors import tensor_of
from .frames import Workshop, made_chunk, shots_at_once, shots_of
from .slices import slice_of

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ..generators.protocol import Generator


def stills(picture: PicturePlan, generator: Generator, first: int, end: int) -> Iterator[U8]:
    """Frames first up to, not at, end: each uint8 (height, width, 3), R'G'B', with titles and fades."""
    workshop = Workshop.of(slice_of(picture, first, end), generator)
    shots = shots_of(workshop.picture)
    size = shots_at_once(generator)
    image: torch.Tensor | None = None
    for start in range(0, len(shots), size):
        some = shots[start : start + size]
        planes, image = made_chunk(workshop, some, image)
        for shot, frame in zip(some, planes, strict=True):
            for _ in range(shot.first, shot.end):
                yield rgb_of(frame)


def rgb_of(planes: U8) -> U8:
    """A frame (height·3/2, width) of yuv420p, BT.709 limited range, as R'G'B': uint8 (height, width, 3).

    The inverse of RGB_TO_YCBCR; each chroma sample serves the four pixels around it.
    """
    luma, cb, cr = (plane[0].numpy() for plane in plane_views(tensor_of(planes)[None]))
    whole = [luma, *(plane.repeat(2, 0).repeat(2, 1) for plane in (cb, cr))]
    levels = np.stack(whole, axis=2).astype(np.float64) - BLACK
    rgb = levels @ np.linalg.inv(np.array(RGB_TO_YCBCR)).T
    return np.clip(np.rint(255.0 * rgb), 0, 255).astype(np.uint8)
