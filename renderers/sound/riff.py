"""RIFF: the header of a wav file, read with suspicion, and its samples."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_PCM, _IEEE_FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_MAX_CHUNKS = 1000


@dataclass(frozen=True, slots=True)
class WavHeader:
    """Where the samples of a wav file are, and how they are stored."""

    sample_rate_hz: int
    channel_count: int
    bits: int
    is_float: bool
    data_start: int
    frame_count: int


def wav_header(file: BinaryIO, size: int) -> WavHeader:
    """The header of a RIFF, RF64 or BW64 file of `size` bytes; ValueError says in words what is wrong.

    The data must be as long as the header says: a shorter file was cut off. A length of 0 or 2³²-1, as a
    program leaves it that was writing to a pipe, means the rest of the file.
    """
    riff, _, wave = struct.unpack("<4sI4s", _exactly(file, 12, "its header"))
    if wave != b"WAVE":
        raise ValueError("it is a RIFF file of another kind")
    form: tuple[int, int, int, int] | None = None
    long_data: int | None = None
    for _ in range(_MAX_CHUNKS):
        name, length = struct.unpack("<4sI", _exactly(file, 8, "its data"))
        start = file.tell()
        if name == b"ds64" and riff != b"RIFF":
            long_data = struct.unpack("<QQ", _exactly(file, 16, "its ds64 chunk"))[1]
        elif name == b"fmt ":
            form = _format(_exactly(file, min(length, 40), "its format"))
        elif name == b"data":
            if form is None:
                raise ValueError("its samples come before their format")
            if long_data is not None and length == 0xFFFF_FFFF:
                length = long_data
            elif length in (0, 0xFFFF_FFFF):
                length = size - start
            return _header(form, start, length, size)
        if start + length > size:
            raise ValueError(f"its part {name!r} reaches beyond the end of the file")
        file.seek(start + length + length % 2)
    raise ValueError("it has too many parts")


def decoded(file: BinaryIO, header: WavHeader, block: int) -> Iterator[F64]:
    """The samples, float64 (channels, block), full scale ±1, the last block shorter."""
    file.seek(header.data_start)
    frame_bytes = header.channel_count * header.bits // 8
    left = header.frame_count
    while left > 0:
        count = min(block, left)
        raw = _exactly(file, count * frame_bytes, "its data")
        yield _values(raw, header).reshape(count, header.channel_count).T
        left -= count


def _format(raw: bytes) -> tuple[int, int, int, int]:
    if len(raw) < 16:
        raise ValueError("its format is too short")
    tag, channels, rate, _, frame_bytes, bits = struct.unpack("<HHIIHH", raw[:16])
    if tag == _EXTENSIBLE and len(raw) >= 26:
        tag = struct.unpack("<H", raw[24:26])[0]
    if (tag, bits) not in {
        (_PCM, 8),
        (_PCM, 16),
        (_PCM, 24),
        (_PCM, 32),
        (_IEEE_FLOAT, 32),
        (_IEEE_FLOAT, 64),
    }:
        raise ValueError(f"its samples are stored in an unknown way (format {tag}, {bits} bits)")
    if channels * bits // 8 != frame_bytes or frame_bytes == 0:
        raise ValueError(f"its {channels} channels of {bits} bits do not make {frame_bytes} bytes")
    return tag, channels, rate, bits


def _header(form: tuple[int, int, int, int], start: int, length: int, size: int) -> WavHeader:
    tag, channels, rate, bits = form
    frame_bytes = channels * bits // 8
    if start + length > size:
        raise ValueError(
            f"it was cut off: {length} bytes of samples are announced and {size - start} are there"
        )
    if length < frame_bytes:
        raise ValueError("it holds no samples")
    return WavHeader(rate, channels, bits, tag == _IEEE_FLOAT, start, length // frame_bytes)


def _values(raw: bytes, header: WavHeader) -> F64:
    if header.is_float:
        # What is not a number is found by whoever asked for the samples.
        return np.frombuffer(raw, f"<f{header.bits // 8}").astype(np.float64)
    if header.bits == 8:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128.0) / 128.0
    if header.bits == 24:
        # Three bytes become the upper three of four.
        four = np.zeros((len(raw) // 3, 4), np.uint8)
        four[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return four.view("<i4").reshape(-1).astype(np.float64) / 2.0**31
    return np.frombuffer(raw, f"<i{header.bits // 8}").astype(np.float64) / 2.0 ** (header.bits - 1)


def _exactly(file: BinaryIO, count: int, what: str) -> bytes:
    raw = file.read(count)
    if len(raw) < count:
        raise ValueError(f"it ends in the middle of {what}")
    return raw
