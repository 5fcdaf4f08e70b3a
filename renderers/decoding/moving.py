"""A video file to frames with their times: upright as its phone was held, with square pixels.

PyAV gets an open file of a known kind and a list of decoders; it opens nothing else, and stops at limits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from ...dsl.text.video_header import video_kind
from .faults import UnusableError, check_size

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 40_000_000
MOST_DECODED = 2_000_000
DECODERS = frozenset(
    (
        *("h264", "hevc", "mpeg4", "mjpeg", "vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d"),
        *("prores", "gif"),
    )
)
"""The decoders that are used; FFmpeg has hundreds, some for formats that nobody has maintained for years."""
_CONTAINERS = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
_UNSAID, _BT_709, _HIGH = 2, 1, 720
"""Code points of ITU-T H.273: colours that are not said are BT.709 from so many rows on, BT.601 below."""
SEEK_S, BEFORE_S = 8.0, 1.0
"""The beginning from which on decoding skips ahead, and the least distance before it of the key frame, in
seconds."""


class Moving(NamedTuple):
    """A frame: its number, its time in seconds from the first, and what gives its picture (mode RGB)."""

    number: int
    time_s: float
    image: Callable[[], Image]


def moving(
    file: IO[bytes], least_px: int, from_s: float = 0.0, most: int = MOST_DECODED
) -> Generator[Moving]:
    """The frames of a video in order of time; a picture is only made on request.

    from_s   frames before it may be left out
    most     so many frames are decoded

    Raises UnusableError for what is not a video, is broken or beyond a limit.
    """
    import av
    from av.error import FFmpegError

    kind = video_kind(file.read(16))
    file.seek(0)
    if not kind:
        why = "its first bytes are not those of a video that musicvis reads"
        raise UnusableError(why, "export it as mp4")
    options = {
        # No protocol is called so: whatever a file asks FFmpeg to open besides is refused.
        "protocol_whitelist": "none",
        "format_whitelist": _CONTAINERS.get(kind, kind),
        "max_streams": "32",
    }
    if kind == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}
    with _told(), av.open(file, "r", format=kind, options=options, metadata_errors="replace") as box:
        if not box.streams.video:
            raise UnusableError("it holds no picture", "name a video")
        stream = box.streams.video[0]
        if stream.codec_context is None:
            raise UnusableError("FFmpeg does not know how its picture is stored", "export it as mp4")
        codec = stream.codec_context.codec.name
        if codec not in DECODERS:
            raise UnusableError(f"its picture is stored as {codec}, which is not read", "export it as mp4")
        check_size(stream.codec_context.width, stream.codec_context.height, least_px, MOST_PIXELS)
        stream.codec_context.thread_count = 1
        base = float(stream.time_base or 0)
        start = stream.start_time or 0
        if from_s > SEEK_S and base:
            try:
                box.seek(start + int((from_s - BEFORE_S) / base), stream=stream)
            except FFmpegError:
                box.seek(0)
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        latest_s = -1.0 / rate
        shape = stream.sample_aspect_ratio
        for number, frame in enumerate(box.decode(stream)):
            if number >= most:
                raise UnusableError(f"more than {most:,} of its frames would have to be decoded", "cut it")
            check_size(frame.width, frame.height, least_px, MOST_PIXELS)
            time_s = latest_s + 1.0 / rate if frame.pts is None or not base else (frame.pts - start) * base
            latest_s = max(time_s, latest_s)
            # Asked here: when the file is closed, its stream must not be touched any more.
            yield Moving(number, latest_s, partial(_image, frame, shape, _rotation(frame, stream)))


@contextmanager
def _told() -> Iterator[None]:
    from av.error import FFmpegError

    try:
        yield
    except FFmpegError as error:
        why = f"FFmpeg says: {error.strerror}"
        raise UnusableError(why, "play it, and export it again as mp4") from error
    # PyAV's own, for a frame of a kind that cannot be converted.
    except (ValueError, TypeError, MemoryError, ArithmeticError) as error:
        raise UnusableError("it is broken", "play it, and export it again as mp4") from error


def _image(frame: Any, shape: Fraction | None, turn: int) -> Image:
    """A frame upright, with square pixels.

    shape   width by height of a pixel as it is stored
    turn    degrees anticlockwise that put it upright
    """
    said = {}
    if frame.colorspace == _UNSAID and frame.height >= _HIGH:
        said = {"src_colorspace": _BT_709}
    image: Image = frame.to_image(**said)
    if shape and 0.25 <= shape <= 4 and shape != 1:
        image = image.resize((max(1, round(image.width * float(shape))), image.height))
    return image.rotate(turn, expand=True) if turn else image


def _rotation(frame: Any, stream: Any) -> int:
    """Degrees anticlockwise that put a frame upright: phones write how they were held."""
    turn = getattr(frame, "rotation", None)
    if turn is None:
        turn = -int(stream.metadata.get("rotate", "0") or 0)
    return int(round(float(turn) / 90.0) * 90) % 360
