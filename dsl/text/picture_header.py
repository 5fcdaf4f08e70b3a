"""Headers of pictures: kind and size, read from the bytes alone, before anything unpacks them.

PNG: W3C, Portable Network Graphics, third edition. JPEG: ITU-T T.81, annex B. WebP: RFC 9649. GIF:
CompuServe, Graphics Interchange Format, version 89a.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""A class with such an ending is a picture of the piece."""
MAX_PICTURE_BYTES = 64 << 20
LEAST_SIDE_PX = 16
MOST_PIXELS = 40_000_000
SIZES = (
    f"at least {LEAST_SIDE_PX} pixels a side, and at most {MOST_PIXELS // 1_000_000} million in all, "
    "e.g. 1920x1080"
)
"""The sizes that are allowed, for hints."""

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_SEGMENTS = 10_000
_NO_LENGTH = (0x01, *range(0xD0, 0xD9))
"""JPEG markers without a segment."""
_NOT_FRAMES = (0xC4, 0xC8, 0xCC)
"""Tables and a reserved marker among those of frames, C0 to CF."""
_CUT_OFF = "it is cut off before its end"
_HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
"""Brands of the HEIF files that phones write."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """The kind and the stored size of a picture; the rotation that a phone records is not applied."""

    kind: str
    """`PNG`, `JPEG`, `WebP` or `GIF`."""
    width_px: int
    height_px: int


class SizeError(ValueError):
    """Raised for a picture or a video that is too small or too large."""


def check_size(width_px: int, height_px: int) -> None:
    """Raises SizeError for a size beyond the limits, with the fault in words."""
    size = f"{width_px}x{height_px} pixels"
    if min(width_px, height_px) < LEAST_SIDE_PX:
        raise SizeError(f"it has {size}; each side needs at least {LEAST_SIDE_PX}")
    if width_px * height_px > MOST_PIXELS:
        raise SizeError(f"it has {size}; at most {MOST_PIXELS // 1_000_000} million are allowed")


def picture_header(data: bytes) -> PictureHeader:
    """The header of a picture; raises ValueError with the fault in words, SizeError for its size."""
    if data.startswith(_PNG):
        found = _png(data)
    elif data.startswith(b"\xff\xd8\xff"):
        found = _jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _webp(data)
    elif data[:6] in (b"GIF87a", b"GIF89a"):
        found = _gif(data)
    else:
        is_heic = data[4:8] == b"ftyp" and data[8:12] in _HEIC
        raise ValueError(f"it is {'HEIC, ' if is_heic else ''}not a PNG, JPEG, WebP or GIF picture")
    check_size(found.width_px, found.height_px)
    return found


def _png(data: bytes) -> PictureHeader:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise ValueError(_CUT_OFF)
    width_px, height_px = struct.unpack(">II", data[16:24])
    if b"IEND" not in data[-64:] and data.rfind(b"\0\0\0\0IEND\xaeB`\x82") < 0:
        raise ValueError(_CUT_OFF)
    return PictureHeader("PNG", width_px, height_px)


def _jpeg(data: bytes) -> PictureHeader:
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if len(data) < at + 4 or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _NO_LENGTH:
            at += 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES:
            if len(data) < at + 9:
                break
            height_px, width_px = struct.unpack(">HH", data[at + 5 : at + 9])
            if data.rfind(b"\xff\xd9") < at:
                break
            return PictureHeader("JPEG", width_px, height_px)
        at += 2 + max(2, struct.unpack(">H", data[at + 2 : at + 4])[0])
    raise ValueError(_CUT_OFF)


def _webp(data: bytes) -> PictureHeader:
    if len(data) < 30 or len(data) < struct.unpack("<I", data[4:8])[0] + 8:
        raise ValueError(_CUT_OFF)
    match data[12:16]:
        case b"VP8X":
            width_px, height_px = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width_px, height_px = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width_px, height_px = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
        case _:
            raise ValueError("its first chunk holds no picture")
    return PictureHeader("WebP", width_px, height_px)


def _gif(data: bytes) -> PictureHeader:
    """The size of all its frames together; it ends with a semicolon."""
    if len(data) < 14 or data[-256:].rstrip(b"\0")[-1:] != b";":
        raise ValueError(_CUT_OFF)
    return PictureHeader("GIF", *struct.unpack("<HH", data[6:10]))
