"""One picture or video file to square frames of one size: uint8 (3, size, size), as they are looked at.

Pillow gets three formats, PyAV an open file of a known kind and a list of decoders, and both stop at limits
before they unpack anything.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.files import open_known
from .sources import PICTURES

if TYPE_CHECKING:
    from PIL import Image

U8 = NDArray[np.uint8]

LEAST_SIDE_PX = 64
MOST_PIXELS = 40_000_000
MOST_PICTURE_BYTES = 128 << 20
MOST_VIDEO_BYTES = 16 << 30
MOST_DECODED = 2_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
DECODERS = frozenset(
    ("h264", "hevc", "mpeg4", "mjpeg", "vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d", "prores")
)
"""Decoders that are used; FFmpeg has hundreds, some for formats that nobody has looked at for years."""


def frames_of(path: Path, size_px: int, every: int) -> Iterator[U8]:
    """The frames of a file: of a video every so manieth, upright, their middle square, at that size.

    Raises PieceError (MV619) for a file that is broken, too small or too large.
    """
    try:
        descriptor = open_known(path)
    except OSError as error:
        raise unusable(path, error.strerror or str(error), "look at it") from error
    with os.fdopen(descriptor, "rb") as file:
        limit = MOST_PICTURE_BYTES if path.suffix.lower() in PICTURES else MOST_VIDEO_BYTES
        if os.fstat(file.fileno()).st_size > limit:
            raise unusable(path, f"it is larger than {limit >> 20} MiB", "make it smaller, or cut it")
        if path.suffix.lower() in PICTURES:
            yield _squared(_picture(file, path), size_px)
            return
        for image in _video(file, path, every):
            yield _squared(image, size_px)


def _picture(file: Any, path: Path) -> Image.Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; ours are measured here.
            warnings.simplefilter("ignore")
            image = Image.open(file, formats=FORMATS)
            _check_size(path, *image.size)
            return _opaque(ImageOps.exif_transpose(image))
    except PieceError:
        raise
    except UnidentifiedImageError as error:
        raise unusable(path, "it is not a PNG, JPEG or WebP picture", "export it again") from error
    # What Pillow raises for broken files: found with mutated ones.
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
    ) as error:
        raise unusable(path, "it is broken", "export it again") from error
    except (MemoryError, Image.DecompressionBombError, ZeroDivisionError, AttributeError) as error:
        raise unusable(path, "it is broken, or unpacks to too much", "export it again") from error


def _opaque(image: Image.Image) -> Image.Image:
    """The picture as R'G'B'; what is transparent is black."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (0, 0, 0, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")


def _video(file: Any, path: Path, every: int) -> Iterator[Image.Image]:
    import av
    from av.error import FFmpegError

    kind = _kind_of(file)
    if not kind:
        raise unusable(
            path, "it does not begin as one of the kinds of video that are read", "export it as mp4"
        )
    options = {
        # No protocol is called so: whatever a file asks FFmpeg to open besides is refused.
        "protocol_whitelist": "none",
        "format_whitelist": {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}.get(kind, kind),
        "max_streams": "32",
    }
    if kind == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}
    try:
        with av.open(file, "r", format=kind, options=options, metadata_errors="replace") as box:
            if not box.streams.video:
                raise unusable(path, "it holds no picture", "name a video")
            stream = box.streams.video[0]
            codec = stream.codec_context.codec.name
            if codec not in DECODERS:
                raise unusable(
                    path, f"its picture is stored as {codec}, which is not read", "export it as mp4"
                )
            _check_size(path, stream.codec_context.width, stream.codec_context.height)
            stream.codec_context.thread_count = 1
            for number, frame in enumerate(box.decode(stream)):
                if number >= MOST_DECODED:
                    raise unusable(path, f"it has more than {MOST_DECODED:,} frames", "cut it")
                if number % every:
                    continue
                _check_size(path, frame.width, frame.height)
                image: Image.Image = frame.to_image()
                turn = _rotation(frame, stream)
                yield image.rotate(turn, expand=True) if turn else image
    except FFmpegError as error:
        why = f"FFmpeg says: {error.strerror}"
        raise unusable(path, why, "play it, and export it again as mp4") from error


def _kind_of(file: Any) -> str:
    """FFmpeg's name for the container of an open file, by its first bytes; empty for what is not read."""
    head = file.read(16)
    file.seek(0)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    return "avi" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else ""


def _rotation(frame: Any, stream: Any) -> int:
    """Degrees anticlockwise that put a frame upright: phones write how they were held."""
    turn = getattr(frame, "rotation", None)
    if turn is None:
        turn = -int(stream.metadata.get("rotate", "0") or 0)
    return int(round(float(turn) / 90.0) * 90) % 360


def _check_size(path: Path, width_px: int, height_px: int) -> None:
    if min(width_px, height_px) < LEAST_SIDE_PX:
        why = f"it has {width_px}x{height_px} pixels, and {LEAST_SIDE_PX} a side are the least"
        raise unusable(path, why, "use larger pictures")
    if width_px * height_px > MOST_PIXELS:
        why = f"it has {width_px}x{height_px} pixels, and {MOST_PIXELS // 1_000_000} million are the most"
        raise unusable(path, why, "make it smaller")


def _squared(image: Image.Image, size_px: int) -> U8:
    """The middle square of a picture at a size: uint8 (3, size, size)."""
    from PIL import Image

    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    # Cut out first: what lies beside the square must not reach into it.
    small = image.crop(box).resize((size_px, size_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.ascontiguousarray(np.asarray(small, np.uint8).transpose(2, 0, 1))


def unusable(path: Path, why: str, hint: str) -> PieceError:
    """MV619: a file from which nothing can be learned."""
    return PieceError([Diagnostic("MV619", Span(str(path)), f"{path.name} cannot be used: {why}", hint)])
