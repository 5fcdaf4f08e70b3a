"""Headers of videos: kind, size and length, read before anything decodes the video.

MP4 and QuickTime: ISO/IEC 14496-12. Matroska and WebM: RFC 8794 and RFC 9559. AVI: Microsoft's
RIFF. GIF: CompuServe, version 89a.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from .picture_header import check_size

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
"""A class with such an ending is a video of the piece."""
MAX_VIDEO_BYTES = 1 << 30
MOST_SHOWN_S = 60
"""The most seconds of a video that are shown."""

_MOST_BOXES = 10_000
_MOST_INDEX_BYTES = 64 << 20
_CUT_OFF = "it is cut off, or not a video"


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """The kind, stored size and length of a video; 0 for values that the header does not state.

    kind       `mov`, `matroska`, `avi` or `gif`: FFmpeg's names
    length_s   None where the header does not say it, as in a file that was written while it was filmed
    """

    kind: str
    width_px: int
    height_px: int
    length_s: float | None


def video_kind(head: bytes) -> str:
    """FFmpeg's name for a container, by its first 16 bytes; empty for an unsupported one."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    return "avi" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else ""


def video_header(file: IO[bytes], size_bytes: int) -> VideoHeader:
    """The header of an open video; raises ValueError with the fault in words, SizeError for its size."""
    kind = video_kind(file.read(16))
    file.seek(0)
    if not size_bytes:
        raise ValueError("it is empty")
    try:
        match kind:
            case "mov":
                found = _mov(file, size_bytes)
            case "matroska":
                found = _matroska(file.read(_MOST_INDEX_BYTES >> 6))
            case "avi":
                found = _avi(file.read(4096))
            case "gif":
                width_px, height_px = struct.unpack("<HH", file.read(10)[6:])
                found = VideoHeader("gif", width_px, height_px, None)
            case _:
                raise ValueError("it is not an MP4, QuickTime, Matroska, WebM, AVI or GIF video")
    except (struct.error, IndexError) as error:
        raise ValueError(_CUT_OFF) from error
    if found.width_px:
        check_size(found.width_px, found.height_px)
    if found.length_s == 0:
        raise ValueError("it is empty: it lasts 0 seconds")
    return found


def _mov(file: IO[bytes], size_bytes: int) -> VideoHeader:
    for kind, at, end in _boxes_in_file(file, size_bytes):
        if kind == b"moov":
            if end - at > _MOST_INDEX_BYTES:
                raise ValueError("its index is larger than 64 MiB")
            file.seek(at)
            return _movie(file.read(end - at))
    raise ValueError("it is cut off: its index (moov) is missing")


def _boxes_in_file(file: IO[bytes], size_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the contents of each box on the outermost level."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        before = 8
        if length == 1 and len(head) == 16:
            length, before = int.from_bytes(head[8:], "big"), 16
        end = size_bytes if length == 0 else at + length
        if end <= at or end > size_bytes:
            raise ValueError("it is cut off before its end")
        yield kind, at + before, end
        at = end


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_BOXES):
        if len(data) < at + 8:
            return
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        length = length or len(data) - at
        if length < 8:
            return
        yield kind, data[at + 8 : at + length]
        at += length


def _movie(moov: bytes) -> VideoHeader:
    length_s: float | None = None
    size: tuple[int, int] | None = None
    is_fragmented = False
    for kind, inner in _boxes(moov):
        if kind == b"mvhd":
            length_s = _mvhd_length_s(inner)
        elif kind == b"trak" and size is None:
            size = _track_size(inner)
        elif kind == b"mvex":
            is_fragmented = True
    if size is None:
        raise ValueError("it holds no picture")
    # A film in fragments says its length in each of them.
    return VideoHeader("mov", *size, None if is_fragmented else length_s)


def _mvhd_length_s(data: bytes) -> float | None:
    form = ">IQ" if data[0] == 1 else ">II"
    at = 20 if data[0] == 1 else 12
    scale, length = struct.unpack(form, data[at : at + struct.calcsize(form)])
    is_unsaid = scale == 0 or length in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return None if is_unsaid else length / scale


def _track_size(trak: bytes) -> tuple[int, int] | None:
    """Width and height of a track of pictures, 16.16 fixed point; None for other tracks."""
    size, is_video = (0, 0), False
    for kind, inner in _boxes(trak):
        if kind == b"tkhd" and len(inner) >= 8:
            width, height = struct.unpack(">II", inner[-8:])
            size = width >> 16, height >> 16
        elif kind == b"mdia":
            handlers = [data[8:12] for name, data in _boxes(inner) if name == b"hdlr"]
            is_video = b"vide" in handlers
    return size if is_video else None


def _avi(data: bytes) -> VideoHeader:
    at = data.index(b"avih") if b"avih" in data else -1
    if at < 0:
        raise ValueError(_CUT_OFF)
    fields = struct.unpack("<10I", data[at + 8 : at + 48])
    microseconds, frames, width_px, height_px = fields[0], fields[4], fields[8], fields[9]
    return VideoHeader("avi", width_px, height_px, microseconds * frames / 1e6 if frames else None)


_SEGMENT, _INFO, _SCALE, _LENGTH = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _VIDEO, _WIDTH, _HEIGHT = 0x1654AE6B, 0xAE, 0xE0, 0xB0, 0xBA


def _matroska(data: bytes) -> VideoHeader:
    """Reads the facts in the first mebibyte: writers put them before the pictures."""
    body = next((inner for name, inner in _elements(data) if name == _SEGMENT), None)
    if body is None:
        raise ValueError(_CUT_OFF)
    scale_ns, length, size = 1_000_000, None, None
    for name, inner in _elements(body):
        if name == _INFO:
            for key, value in _elements(inner):
                if key == _SCALE:
                    scale_ns = int.from_bytes(value, "big")
                elif key == _LENGTH and len(value) in (4, 8):
                    (length,) = struct.unpack(">f" if len(value) == 4 else ">d", value)
        elif name == _TRACKS and size is None:
            size = _matroska_size(inner)
    length_s = None if length is None or not 0 <= length < 1e15 else length * scale_ns / 1e9
    return VideoHeader("matroska", *(size or (0, 0)), length_s)


def _matroska_size(tracks: bytes) -> tuple[int, int] | None:
    for name, track in _elements(tracks):
        for key, video in _elements(track) if name == _TRACK else ():
            if key == _VIDEO:
                sides = {k: int.from_bytes(v, "big") for k, v in _elements(video) if k in (_WIDTH, _HEIGHT)}
                return sides.get(_WIDTH, 0), sides.get(_HEIGHT, 0)
    return None


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The identifier and the contents of each EBML element; a truncated one is cut off where the data end."""
    at = 0
    for _ in range(_MOST_BOXES):
        name, after = _number(data, at, keep_marker=True)
        length, begin = _number(data, after, keep_marker=False)
        if name < 0 or begin < 0:
            return
        end = len(data) if length < 0 else begin + length
        yield name, data[begin:end]
        at = end


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number of variable length and where it ends: (-1, end) for one that is unknown, (-1, -1) for none."""
    if not 0 <= at < len(data) or data[at] == 0:
        return -1, -1
    width = 9 - data[at].bit_length()
    end = at + width
    if end > len(data):
        return -1, -1
    value = int.from_bytes(data[at:end], "big")
    if keep_marker:
        return value, end
    value &= (1 << (7 * width)) - 1
    return (-1 if value == (1 << (7 * width)) - 1 else value), end
