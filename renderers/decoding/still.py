"""Decodes a picture file to R'G'B' in sRGB: upright, with black for transparent areas.

Pillow gets four formats, and is stopped at limits before it unpacks anything. Of a picture that moves, the
first frame is taken. A colour profile (ICC.1) is converted by LittleCMS, which Pillow brings along.
"""

from __future__ import annotations

import io
import warnings
from typing import IO, TYPE_CHECKING

import numpy as np

from ...dsl.text.picture_header import MOST_PIXELS
from .faults import UnusableError, check_size

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PROFILE_BYTES = 4 << 20
"""A profile of a camera or a screen has some hundred bytes, one of a printer a million."""
AGAIN = "export it again as PNG or JPEG"
_WITH_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")


def still(file: IO[bytes], least_px: int, needed_px: int | None = None) -> Image:
    """The picture in a file: mode RGB, display sRGB.

    least_px    how long its sides must be
    needed_px   how long its shorter side will be at most: a larger JPEG is unpacked smaller, which is quicker

    Raises UnusableError for what is not a picture, is broken or beyond a limit.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, and of odd tags; sizes are measured here.
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
            check_size(*image.size, least_px, MOST_PIXELS)
            if needed_px is not None:
                # A JPEG is unpacked at a half, a quarter or an eighth where that is large enough.
                image.draft("RGB", (needed_px * 2, needed_px * 2))
            profile = image.info.get("icc_profile")
            image.load()
            # The first frame of a GIF may be larger than it says.
            check_size(*image.size, 1, MOST_PIXELS)
            return _opaque(_in_srgb(ImageOps.exif_transpose(image), profile))
    except UnidentifiedImageError as error:
        raise UnusableError("it is not a PNG, JPEG, WebP or GIF picture", AGAIN) from error
    # What Pillow raises for broken files: found with mutated ones.
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError) as error:
        raise UnusableError("it is broken", AGAIN) from error
    except (MemoryError, Image.DecompressionBombError, AttributeError) as error:
        raise UnusableError("it is broken, or unpacks to too much", AGAIN) from error


def _in_srgb(image: Image, profile: object) -> Image:
    """The picture in the colours of sRGB; one with a profile that cannot be used stays as it is."""
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= MOST_PROFILE_BYTES:
        return image
    from PIL import ImageCms

    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        if profile[16:20] != b"RGB ":
            return image
        image = image.convert("RGBA")
    if image.mode not in _SPACES.get(profile[16:20], ()):
        return image
    meant = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        return (
            ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode=meant,
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


_SPACES = {b"RGB ": ("RGB", "RGBA"), b"CMYK": ("CMYK",), b"GRAY": ("L",)}
"""The modes of Pillow that a profile can be meant for, by the space that it names (ICC.1, 7.2.8)."""


def _opaque(image: Image) -> Image:
    """The picture as R'G'B': 16 bits of grey become 8, and what is transparent is black."""
    from PIL import Image as Images

    if image.mode == "I" or image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.int64).clip(0, 65535) // 257
        return Images.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Images.new("RGBA", clear.size, (0, 0, 0, 255))
        return Images.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")
