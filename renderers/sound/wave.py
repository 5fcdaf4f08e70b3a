"""Wave files: blocks of samples to a .wav, as floats or whole numbers, RF64 where it outgrows 4 GiB."""

import errno
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...store.values.array_types import F32, F64
from .block import BLOCK
from .riff import decoded, wav_header


class SampleFormat(StrEnum):
    """The formats in which a sample is stored."""

    FLOAT32 = "float32"
    PCM24 = "pcm24"
    PCM16 = "pcm16"


BITS = {SampleFormat.FLOAT32: 32, SampleFormat.PCM24: 24, SampleFormat.PCM16: 16}
_PCM, _IEEE_FLOAT = 1, 3

# A RIFF chunk counts its bytes in 32 bits; beyond that EBU Tech 3306 puts the sizes into a ds64 chunk.
_RIFF_LIMIT = (1 << 32) - 1
_DS64_SIZE = 28


def write_wav(
    path: Path,
    blocks: Iterable[F32],
    sample_rate_hz: int,
    sample_format: SampleFormat = SampleFormat.FLOAT32,
    channel_count: int = 2,
) -> int:
    """Writes blocks (n, channels), full scale ±1, and returns the number of samples of a channel.

    RF64 (EBU Tech 3306) where it outgrows 4 GiB. Whole numbers are rounded and clipped: dither comes before.
    """
    frame_bytes = channel_count * BITS[sample_format] // 8
    with path.open("wb") as file:
        file.write(_header(0, sample_rate_hz, sample_format, channel_count, None))
        data_bytes = 0
        for block in blocks:
            data_bytes += file.write(_encoded(block, sample_format))
        if data_bytes % 2:
            file.write(b"\0")
        _finish(file, data_bytes, sample_rate_hz, sample_format, channel_count)
    return data_bytes // frame_bytes


def read_wav(path: Path) -> Iterator[F64]:
    """The samples of a file that this module wrote: float64 (channels, BLOCK), the last one shorter."""
    with path.open("rb") as file:
        yield from decoded(file, wav_header(file, path.stat().st_size), BLOCK)


def read_wav_at(path: Path, first: int, count: int) -> F64:
    """Samples first up to first + count of a file that this module wrote, float64 (channels, count).

    What is behind the end is silence. Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        try:
            header = wav_header(file, os.fstat(file.fileno()).st_size)
            frame_bytes = header.channel_count * header.bits // 8
            there = max(0, min(count, header.frame_count - first))
            part = replace(header, data_start=header.data_start + first * frame_bytes, frame_count=there)
            found = list(decoded(file, part, max(1, there)))
        except ValueError as error:
            raise OSError(errno.EIO, f"the file is not whole: {error}", str(path)) from None
    samples = found[0] if found else np.zeros((header.channel_count, 0))
    return np.pad(samples, ((0, 0), (0, count - there)))


def _encoded(block: F32, sample_format: SampleFormat) -> bytes:
    if sample_format is SampleFormat.FLOAT32:
        return np.ascontiguousarray(block, "<f4").tobytes()
    size = 2.0 ** (BITS[sample_format] - 1)
    whole = np.clip(np.rint(block.astype(np.float64) * size), -size, size - 1.0).astype("<i4")
    return np.ascontiguousarray(whole.reshape(-1, 1).view(np.uint8)[:, : BITS[sample_format] // 8]).tobytes()


def _header(
    data_bytes: int,
    sample_rate_hz: int,
    sample_format: SampleFormat,
    channel_count: int,
    ds64: tuple[int, int] | None,
) -> bytes:
    """RIFF with room for a ds64 chunk, which is a JUNK chunk until it is needed."""
    bits = BITS[sample_format]
    frame_bytes = channel_count * bits // 8
    tag = _IEEE_FLOAT if sample_format is SampleFormat.FLOAT32 else _PCM
    fmt = struct.pack(
        "<HHIIHH", tag, channel_count, sample_rate_hz, sample_rate_hz * frame_bytes, frame_bytes, bits
    )
    if tag == _IEEE_FLOAT:
        # All but whole numbers have an extension, here empty, and count their samples.
        fact = struct.pack("<4sII", b"fact", 4, min(data_bytes // frame_bytes, _RIFF_LIMIT))
        fmt = struct.pack("<4sI", b"fmt ", 18) + fmt + bytes(2) + fact
    else:
        fmt = struct.pack("<4sI", b"fmt ", 16) + fmt
    room = struct.pack("<4sI", b"ds64" if ds64 else b"JUNK", _DS64_SIZE)
    room += struct.pack("<QQQI", *ds64, data_bytes // frame_bytes, 0) if ds64 else bytes(_DS64_SIZE)
    riff_bytes = 4 + len(room) + len(fmt) + 8 + data_bytes + data_bytes % 2
    return (
        struct.pack("<4sI4s", b"RF64" if ds64 else b"RIFF", _RIFF_LIMIT if ds64 else riff_bytes, b"WAVE")
        + room
        + fmt
        + struct.pack("<4sI", b"data", _RIFF_LIMIT if ds64 else data_bytes)
    )


def _finish(
    file: BinaryIO, data_bytes: int, sample_rate_hz: int, sample_format: SampleFormat, channel_count: int
) -> None:
    size = len(_header(0, sample_rate_hz, sample_format, channel_count, None))
    riff_bytes = size - 8 + data_bytes + data_bytes % 2
    ds64 = (riff_bytes, data_bytes) if riff_bytes > _RIFF_LIMIT else None
    file.seek(0)
    file.write(_header(data_bytes, sample_rate_hz, sample_format, channel_count, ds64))
