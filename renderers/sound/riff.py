"""RIFF: the samples of a wav file, by its header that was read with suspicion."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from ...dsl.text.audio_headers import WavHeader, exactly, wav_header
from ...store.values.array_types import F64

__all__ = ["WavHeader", "decoded", "wav_header"]


def decoded(file: BinaryIO, header: WavHeader, block: int) -> Iterator[F64]:
    """The samples, float64 (channels, block), full scale ±1, the last block shorter."""
    file.seek(header.data_start)
    frame_bytes = header.channel_count * header.bits // 8
    left = header.frame_count
    while left > 0:
        count = min(block, left)
        raw = exactly(file, count * frame_bytes, "its data")
        yield _values(raw, header).reshape(count, header.channel_count).T
        left -= count


def _values(raw: bytes, header: WavHeader) -> F64:
    if header.is_float:
        # The caller checks the samples for NaN.
        with np.errstate(invalid="ignore"):
            return np.frombuffer(raw, f"<f{header.bits // 8}").astype(np.float64)
    if header.bits == 8:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128.0) / 128.0
    if header.bits == 24:
        # Three bytes become the upper three of four.
        four = np.zeros((len(raw) // 3, 4), np.uint8)
        four[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return four.view("<i4").reshape(-1).astype(np.float64) / 2.0**31
    return np.frombuffer(raw, f"<i{header.bits // 8}").astype(np.float64) / 2.0 ** (header.bits - 1)
