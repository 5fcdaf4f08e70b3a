"""A picture of the piece's own, decoded: upright, opaque, R'G'B', no larger than it will be seen."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_plain
from ....dsl.text.picture_header import MAX_PICTURE_BYTES, picture_header

if TYPE_CHECKING:
    from PIL.Image import Image

    from ....compiler.plan import OwnPicture

U8 = NDArray[np.uint8]

FORMATS = ("PNG", "JPEG", "WEBP")
EXPORT_AGAIN = "export it again as PNG or JPEG"


def decoded_picture(own: OwnPicture, side_px: int) -> U8:
    """The picture, its shorter side at most side_px long: shape (height, width, 3), display sRGB.

    Raises PieceError (MV721) for a file that is broken, (MV723) where the file is not there any more or is
    not what it was when the piece was compiled.
    """
    data = _bytes_of(own)
    try:
        picture_header(data)
    except ValueError as error:
        raise _broken(own, str(error)) from error
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, and of odd tags; the size is measured above.
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            return _upright(image, side_px)
    # What Pillow raises for broken files.
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError) as error:
        raise _broken(own, "it is broken") from error
    except (MemoryError, Image.DecompressionBombError, AttributeError) as error:
        raise _broken(own, "it is broken, or unpacks to too much") from error


def _bytes_of(own: OwnPicture) -> bytes:
    try:
        with os.fdopen(open_plain(own.path), "rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise _other(own, f"{own.name} cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest() != own.sha256:
        raise _other(own, f"{own.name} is not the picture that the film was compiled with")
    return data


def _upright(image: Image, side_px: int) -> U8:
    from PIL import Image as Images
    from PIL import ImageOps

    # A JPEG is unpacked at a half, a quarter or an eighth where that is large enough.
    image.draft("RGB", (side_px * 2, side_px * 2))
    plain = _opaque(ImageOps.exif_transpose(image))
    shrink = min(1.0, side_px / min(plain.size))
    if shrink < 1:
        width_px, height_px = (max(1, round(side * shrink)) for side in plain.size)
        plain = plain.resize((width_px, height_px), Images.Resampling.LANCZOS, reducing_gap=3.0)
    return np.ascontiguousarray(np.asarray(plain, np.uint8))


def _opaque(image: Image) -> Image:
    """The picture as R'G'B': 16 bits of grey become 8, and what is transparent is black."""
    from PIL import Image as Images

    if image.mode == "I" or image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.int64).clip(0, 65535) // 257
        return Images.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Images.new("RGBA", clear.size, (0, 0, 0, 255))
        return Images.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")


def _broken(own: OwnPicture, why: str) -> PieceError:
    message = f"{own.name} cannot be shown: {why}"
    return PieceError([Diagnostic("MV721", Span(str(own.path)), message, EXPORT_AGAIN)])


def _other(own: OwnPicture, message: str) -> PieceError:
    hint = "compile again; on other machines, the folder of the piece must hold the same pictures"
    return PieceError([Diagnostic("MV723", Span(str(own.path)), message, hint)])
