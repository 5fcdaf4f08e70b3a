"""A finished sound as a file of its own: .wav or .flac, whole numbers dithered or, in a wav file, floats."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...store.values.array_types import F32
from .block import cut_to
from .mix.mixed import Mixed
from .wave import SampleFormat, write_wav

BITS = (16, 24, 32)
"""32 are floats."""
_WAV = {16: SampleFormat.PCM16, 24: SampleFormat.PCM24, 32: SampleFormat.FLOAT32}
# FFmpeg's AV_CODEC_FLAG_BITEXACT: without it the file is signed with FFmpeg's version.
_BITEXACT = 1 << 23


def write_sound(
    path: Path, sound: Mixed, sample_rate_hz: int, bits: int, on_sample: Callable[[int], None]
) -> None:
    """Writes the sound; the same sound gives the same bytes. Raises ValueError for floats in FLAC."""
    blocks = _counted(sound.blocks() if bits == 32 else sound.whole_numbers(bits), on_sample)
    if path.suffix.lower() == ".wav":
        write_wav(path, blocks, sample_rate_hz, _WAV[bits])
    elif bits < 32:
        _write_flac(path, blocks, sample_rate_hz, bits)
    else:
        raise ValueError("FLAC holds whole numbers: 16 or 24 bits")


def _write_flac(path: Path, blocks: Iterable[F32], sample_rate_hz: int, bits: int) -> None:
    import av

    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as box:
        stream: Any = box.add_stream("flac", rate=sample_rate_hz)
        context: Any = stream.codec_context
        # FFmpeg's FLAC keeps the upper 24 bits of 32.
        context.layout, context.format = "stereo", "s16" if bits == 16 else "s32"
        context.time_base = Fraction(1, sample_rate_hz)
        context.flags |= _BITEXACT
        context.open()
        written = 0
        for samples in cut_to(blocks, context.frame_size):
            frame = av.AudioFrame.from_ndarray(_whole(samples, bits), context.format.name, "stereo")
            frame.sample_rate, frame.time_base = sample_rate_hz, context.time_base
            frame.pts = written
            written += len(samples)
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode(None):
            box.mux(packet)


def _whole(samples: F32, bits: int) -> NDArray[np.signedinteger[Any]]:
    size = 2.0 ** (bits - 1)
    steps = np.clip(np.rint(samples.astype(np.float64) * size), -size, size - 1.0).reshape(1, -1)
    return steps.astype(np.int16) if bits == 16 else steps.astype(np.int32) << 8


def _counted(blocks: Iterable[F32], on_sample: Callable[[int], None]) -> Iterable[F32]:
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        on_sample(done)
