"""A part of a video as small pictures that can be taken in any order: decoded once, and kept in the store.

Segments are rendered in any order and by several processes, and a decoder goes forwards alone. So the part is
decoded once to pictures no larger than they will be seen, each a JPEG of its own: which decoders, rates and
rotations the video has is forgotten from there on.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.files import open_plain
from ...dsl.text.picture_header import LEAST_SIDE_PX
from ...dsl.text.video_header import MAX_VIDEO_BYTES, MOST_SHOWN_S
from ...store.graph import Progress, Task
from ...store.node import Node
from ...store.packages import packages
from ...store.store import Made, Store, made
from ...store.values.array_types import U8
from .faults import UnusableError
from .moving import Moving, moving

if TYPE_CHECKING:
    from PIL.Image import Image

    from ...compiler.plan import OwnPicture


CLIP_VERSION = 1
"""Raised when the pictures that a video becomes change."""
FRAMES = "frames"
MOST_SIDE_PX = 720
"""Rows of a picture: a video is softer than a photograph."""
USUAL_RATE = 25.0
"""The duration of a video with a single picture, in seconds."""
QUALITY = 92
MOST_DECODED = 100_000
"""The most frames decoded for a part: a minute at 240 frames a second has 14,400; a seek may begin early."""
MOST_BYTES = 1 << 30
_HEAD, _ENTRY = struct.Struct("<8sId"), struct.Struct("<dQI")
_MAGIC = b"mvclip1\0"


def clip_node(own: OwnPicture, side_px: int) -> Node:
    """The node of a video's pictures, with at most that many rows."""
    assert own.clip is not None
    end = "the end" if own.clip.to_s is None else f"{own.clip.to_s:.3f} s"
    reads = {
        "video": own.sha256,
        "part": f"{own.clip.from_s:.3f} s to {end}",
        "height": str(_side(side_px)),
        "pictures": f"{own.clip.rate} a second",
        "decoder": packages("av", "Pillow"),
    }
    return Node.of("clip", CLIP_VERSION, own.name, reads)


def part_of(own: OwnPicture) -> tuple[object, ...]:
    """The values that distinguish a part's pictures from those of another part, whatever comes after it."""
    assert own.clip is not None
    return own.sha256, own.clip.from_s, own.clip.to_s, own.clip.rate


def clip_task(own: OwnPicture, side_px: int) -> Task:
    """The pictures of a video as a task of the build."""
    node = clip_node(own, side_px)

    def make(store: Store, entries: Any, progress: Progress) -> Made:
        return _made(own, side_px, store)

    def node_of(inputs: Any) -> Node:
        return node

    return Task(node.stage, node.name, (FRAMES,), node_of, make)


def clip_frames(own: OwnPicture, side_px: int, store: Store | None) -> ClipFrames:
    """The pictures of a video, out of the store where there is one.

    Raises PieceError (MV710, MV711, MV712) for a video that cannot be used, (MV723) for another file than
    that which the piece was compiled with.
    """
    node = clip_node(own, side_px)
    if store is None or (store.is_read_only and store.get(node.key) is None):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - kept open by its reader
        try:
            _write(own, side_px, file)
        except BaseException:
            file.close()
            raise
        return ClipFrames(file)
    entry = made(store, node, lambda: _made(own, side_px, store))
    assert entry is not None
    return ClipFrames(entry.files[FRAMES].open("rb"))


class ClipFrames:
    """The pictures of a video in the order of their times; threads may share it.

    times_s    when each is seen first, from the beginning of the part: float64 (count,)
    length_s   of the part
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._lock = file, threading.Lock()
        file.seek(0)
        magic, count, self.length_s = _HEAD.unpack(file.read(_HEAD.size))
        if magic != _MAGIC:
            raise ValueError("no pictures of a video")
        entries = [_ENTRY.unpack(file.read(_ENTRY.size)) for _ in range(count)]
        self.times_s = np.array([entry[0] for entry in entries])
        self._places = [entry[1:] for entry in entries]

    def __len__(self) -> int:
        return len(self._places)

    def __del__(self) -> None:
        with suppress(Exception):
            self._file.close()

    def number_at(self, passed: float, then: str, is_stretched: bool) -> int:
        """The picture that is visible after that time: seconds, or stretched shares of the part."""
        at_s = passed * self.length_s if is_stretched else passed
        turns, into_s = divmod(at_s, self.length_s)
        if then == "hold" and turns >= 1:
            into_s = self.length_s
        elif then == "back" and turns % 2 == 1:
            into_s = self.length_s - into_s
        return max(int(self.times_s.searchsorted(into_s + 1e-6, "right")) - 1, 0)

    def pixels(self, number: int) -> U8:
        """A picture: uint8 (height, width, 3), display sRGB."""
        from PIL import Image

        at, length = self._places[number]
        with self._lock:
            self._file.seek(at)
            data = self._file.read(length)
        return np.asarray(Image.open(io.BytesIO(data), formats=("JPEG",)).convert("RGB"), np.uint8)


def _made(own: OwnPicture, side_px: int, store: Store) -> Made:
    path = store.scratch(".clip")
    started_s = time.perf_counter()
    try:
        with path.open("w+b") as file:
            count = _write(own, side_px, file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return {FRAMES: path}, {"pictures": count, "seconds": round(time.perf_counter() - started_s, 3)}


def _write(own: OwnPicture, side_px: int, target: IO[bytes]) -> int:
    """Decode the part of a video that is shown into a file; how many pictures it has."""
    assert own.clip is not None
    try:
        with os.fdopen(open_plain(own.path), "rb") as file:
            _check_bytes(own, file)
            return _written(own, side_px, file, target)
    except OSError as error:
        if Path(str(error.filename or "")) != own.path:
            raise
        raise _other(own, f"{own.name} cannot be read: {error.strerror or error}") from error
    except UnusableError as error:
        raise _fault("MV710", own, f"{own.name} cannot be shown: {error.why}", error.mend) from error


def _written(own: OwnPicture, side_px: int, file: IO[bytes], target: IO[bytes]) -> int:
    clip = own.clip
    assert clip is not None
    entries: list[tuple[float, int, int]] = []
    at, end_s = 0, clip.from_s
    # A stream may change its size: all pictures get the size of the first.
    size_px: tuple[int, int] | None = None
    with tempfile.TemporaryFile() as pictures:
        for frame in _kept(own, moving(file, LEAST_SIDE_PX, clip.from_s, MOST_DECODED)):
            end_s = frame.time_s
            image = frame.image()
            size_px = size_px or _small(image.size, side_px)
            data = _jpeg(image, size_px)
            entries.append((max(frame.time_s - clip.from_s, 0.0), at, len(data)))
            pictures.write(data)
            at += len(data)
            if at > MOST_BYTES:
                message = f"{own.name} takes more than {MOST_BYTES >> 20} MiB as single pictures"
                raise _fault("MV712", own, message, "show a shorter part of it, e.g. to: 10s")
        if not entries and not clip.from_s:
            message = f"{own.name} cannot be shown: no picture in it can be decoded"
            raise _fault("MV710", own, message, "play it, and export it again as mp4")
        if not entries:
            message = f"{own.name} has no picture after {clip.from_s:g} s"
            raise _fault("MV711", own, message, "write an earlier `from`")
        # The last picture is seen as long as the others.
        last_s = (end_s - clip.from_s) / max(len(entries) - 1, 1) if len(entries) > 1 else 1.0 / USUAL_RATE
        length_s = end_s + last_s - clip.from_s
        if clip.to_s is not None:
            length_s = min(length_s, clip.to_s - clip.from_s)
        begin = _HEAD.size + len(entries) * _ENTRY.size
        target.write(_HEAD.pack(_MAGIC, len(entries), length_s))
        for time_s, place, length in entries:
            target.write(_ENTRY.pack(time_s, begin + place, length))
        pictures.seek(0)
        while chunk := pictures.read(1 << 20):
            target.write(chunk)
    target.flush()
    return len(entries)


def _kept(own: OwnPicture, frames: Generator[Moving]) -> Iterator[Moving]:
    """The frames of the part, thinned if there are many; the first is the one visible at its beginning."""
    clip = own.clip
    assert clip is not None
    waiting: Moving | None = None
    last_s: float | None = None
    with closing(frames):
        for frame in frames:
            if clip.to_s is not None and frame.time_s >= clip.to_s - 1e-6:
                break
            if frame.time_s < clip.from_s - 1e-6:
                waiting = frame
                continue
            if waiting is not None and frame.time_s > clip.from_s + 1e-3:
                yield waiting
                last_s = clip.from_s
            waiting = None
            if last_s is not None and frame.time_s - last_s < 0.9 / clip.rate:
                continue
            if frame.time_s - clip.from_s > MOST_SHOWN_S + 0.1:
                message = f"{own.name} is longer than {MOST_SHOWN_S} s, the most that is shown of a video"
                raise _fault("MV712", own, message, f"show a part of it, e.g. to: {clip.from_s + 10:g}s")
            last_s = frame.time_s
            yield frame


def _small(size_px: tuple[int, int], side_px: int) -> tuple[int, int]:
    """Width and height reduced so that the shorter side is at most that many pixels."""
    shrink = min(1.0, _side(side_px) / min(size_px))
    return max(1, round(size_px[0] * shrink)), max(1, round(size_px[1] * shrink))


def _jpeg(image: Image, size_px: tuple[int, int]) -> bytes:
    from PIL import Image as Images

    if image.size != size_px:
        image = image.resize(size_px, Images.Resampling.LANCZOS, reducing_gap=3.0)
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=QUALITY, subsampling=0)
    return data.getvalue()


def _side(side_px: int) -> int:
    return min(side_px, MOST_SIDE_PX)


def _check_bytes(own: OwnPicture, file: io.BufferedReader) -> None:
    if os.fstat(file.fileno()).st_size > MAX_VIDEO_BYTES or (
        hashlib.file_digest(file, "sha256").hexdigest() != own.sha256
    ):
        raise _other(own, f"{own.name} is not the video that the film was compiled with")
    file.seek(0)


def _fault(code: str, own: OwnPicture, message: str, hint: str) -> PieceError:
    return PieceError([Diagnostic(code, Span(str(own.path)), message, hint)])


def _other(own: OwnPicture, message: str) -> PieceError:
    hint = "compile again; on other machines, the folder of the piece must hold the same videos"
    return _fault("MV723", own, message, hint)
