"""One picture or video file to square frames of one size: uint8 (3, size, size), as they are looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.files import open_known
from ...store.values.array_types import U8
from ..decoding.faults import UnusableError
from ..decoding.moving import moving
from ..decoding.still import still
from .sources import PICTURES

if TYPE_CHECKING:
    from PIL.Image import Image


LEAST_SIDE_PX = 64
MOST_PICTURE_BYTES = 128 << 20
MOST_VIDEO_BYTES = 16 << 30


def frames_of(path: Path, size_px: int, every: int) -> Iterator[U8]:
    """The frames of a file: of a video every so manieth, upright, their middle square, at that size.

    Raises PieceError (MV619) for a file that is broken, too small or too large.
    """
    try:
        descriptor = open_known(path)
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "look at it") from error
    with os.fdopen(descriptor, "rb") as file:
        is_picture = path.suffix.lower() in PICTURES
        limit = MOST_PICTURE_BYTES if is_picture else MOST_VIDEO_BYTES
        if os.fstat(file.fileno()).st_size > limit:
            raise unusable(path, f"it is larger than {limit >> 20} MiB", "make it smaller, or cut it")
        try:
            if is_picture:
                yield _squared(still(file, LEAST_SIDE_PX), size_px)
                return
            with closing(moving(file, LEAST_SIDE_PX)) as frames:
                for frame in frames:
                    if frame.number % every == 0:
                        yield _squared(frame.image(), size_px)
        except UnusableError as error:
            raise unusable(path, error.why, error.mend) from error


def _squared(image: Image, size_px: int) -> U8:
    """The middle square of a picture at a size: uint8 (3, size, size)."""
    from PIL import Image as Images

    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    # Cropped first, so that pixels beside the square do not bleed into it.
    small = image.crop(box).resize((size_px, size_px), Images.Resampling.LANCZOS, reducing_gap=3.0)
    return np.ascontiguousarray(np.asarray(small, np.uint8).transpose(2, 0, 1))


def unusable(path: Path, why: str, hint: str) -> PieceError:
    """MV619: a file from which nothing can be learned."""
    return PieceError([Diagnostic("MV619", Span(str(path)), f"{path.name} cannot be used: {why}", hint)])
