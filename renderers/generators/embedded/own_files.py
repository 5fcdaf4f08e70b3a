"""A picture of the piece's own, decoded: upright, opaque, in sRGB, no larger than it will be seen."""

from __future__ import annotations

import hashlib
import io
import math
import os
from typing import TYPE_CHECKING

import numpy as np

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_plain
from ....dsl.text.picture_header import LEAST_SIDE_PX, MAX_PICTURE_BYTES, picture_header
from ....store.values.array_types import U8
from ...decoding.faults import UnusableError
from ...decoding.still import AGAIN, still

if TYPE_CHECKING:
    from PIL.Image import Image

    from ....compiler.plan import OwnPicture


SHARPNESS = 1.25
"""The number of picture rows that are kept per row of the frame."""


def decoded_picture(own: OwnPicture, side_px: int) -> U8:
    """The picture, its shorter side at most side_px long: shape (height, width, 3), display sRGB.

    Raises PieceError (MV721) for a file that is broken, (MV723) where the file is not there any more or is
    not what it was when the piece was compiled.
    """
    data = _bytes_of(own)
    try:
        picture_header(data)
        image = still(io.BytesIO(data), LEAST_SIDE_PX, side_px)
    except ValueError as error:
        raise _broken(own, str(error), AGAIN) from error
    except UnusableError as error:
        raise _broken(own, error.why, error.mend) from error
    return np.ascontiguousarray(np.asarray(made_small(image, side_px), np.uint8))


def own_side_px(size_px: tuple[int, int]) -> int:
    """The number of rows that are kept of an own picture for images of that height and width."""
    return math.ceil(SHARPNESS * min(size_px))


def made_small(image: Image, side_px: int) -> Image:
    """A picture whose shorter side is at most so long."""
    from PIL import Image as Images

    shrink = side_px / min(image.size)
    if shrink >= 1:
        return image
    width_px, height_px = (max(1, round(side * shrink)) for side in image.size)
    return image.resize((width_px, height_px), Images.Resampling.LANCZOS, reducing_gap=3.0)


def _bytes_of(own: OwnPicture) -> bytes:
    try:
        with os.fdopen(open_plain(own.path), "rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise other_file(own, f"{own.name} cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest() != own.sha256:
        raise other_file(own, f"{own.name} is not the picture that the film was compiled with")
    return data


def _broken(own: OwnPicture, why: str, mend: str) -> PieceError:
    message = f"{own.name} cannot be shown: {why}"
    return PieceError([Diagnostic("MV721", Span(str(own.path)), message, mend)])


def other_file(own: OwnPicture, message: str) -> PieceError:
    """MV723: a file that is not what it was."""
    hint = "compile again; on other machines, the folder of the piece must hold the same pictures"
    return PieceError([Diagnostic("MV723", Span(str(own.path)), message, hint)])
