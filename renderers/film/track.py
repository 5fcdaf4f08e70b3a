"""The sound of a whole film, encoded once, as its container holds it, ready to be joined to frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ...store.values.array_types import F32
from ..encoding import Container
from ..sound.block import cut_to

BIT_RATES = {"aac": 256_000, "libopus": 192_000}
"""Bit rates of the lossy codecs, in bits a second."""
PACKED_SAMPLES = 1024
"""The samples per packet for codecs that leave the choice to us."""
ENCODED_MOST = 4
"""Most times that a track is encoded to stay under its ceiling; twice has been enough."""
MARGIN = 0.998
"""Two hundredths of a decibel below: a softer track is another one to the codec."""
READERS = {"mp4": "mov", "mov": "mov", "matroska": "matroska", "webm": "matroska"}
"""FFmpeg's names of its demuxers, given explicitly because a file of the store has no suffix."""
_MATROSKA = b"\x1a\x45\xdf\xa3"
"""The first bytes of an EBML file (RFC 8794)."""


def segment_reader(segment: Path) -> str:
    """FFmpeg's name of the demuxer of a segment: each is an .mp4 or a .mov, or a .webm for VP9 with alpha."""
    with segment.open("rb") as file:
        return READERS["webm" if file.read(4) == _MATROSKA else "mp4"]


def write_track(path: Path, blocks: Iterable[F32], container: Container, sample_rate_hz: int) -> int:
    """Encode samples, float32 (n, 2), ±1 full scale, into a file; returns how many there were.

    What is beyond full scale is clipped. The samples that AAC needs before the first are marked as such.
    """
    with av.open(str(path), "w", format=container.track_format, options={"fflags": "+bitexact"}) as file:
        stream: Any = file.add_stream(container.audio_codec, rate=sample_rate_hz)
        context: Any = stream.codec_context
        context.layout = "stereo"
        context.time_base = Fraction(1, sample_rate_hz)
        if container.audio_codec in BIT_RATES:
            context.format = "fltp" if container.audio_codec == "aac" else "flt"
            context.bit_rate = BIT_RATES[container.audio_codec]
        else:
            context.format = "s32"  # FFmpeg's FLAC and 24-bit PCM keep the upper 24 bits
        context.open()
        written = 0
        for samples in cut_to(blocks, context.frame_size or PACKED_SAMPLES):
            frame = _frame(samples, context)
            frame.pts = written
            for packet in stream.encode(frame):
                file.mux(packet)
            written += len(samples)
        for packet in stream.encode(None):
            file.mux(packet)
    return written


def write_track_under(
    path: Path,
    blocks: Callable[[], Iterable[F32]],
    container: Container,
    sample_rate_hz: int,
    ceiling_dbtp: float,
) -> float:
    """Encodes samples so that no decoded true peak exceeds the ceiling; returns the gain.

    A codec that loses something moves peaks, by some tenths of a decibel. Where the decoded track is too
    high, all of it is encoded again as much softer; the same samples give the same track.

    blocks   the samples, as often as asked
    """
    ceiling = 10.0 ** (ceiling_dbtp / 20.0)
    gain = 1.0
    for _ in range(ENCODED_MOST):
        softer = gain
        scaled = blocks() if gain == 1.0 else (block * np.float32(softer) for block in blocks())
        write_track(path, scaled, container, sample_rate_hz)
        highest = decoded_peak(path, container)
        if highest <= ceiling:
            break
        gain *= ceiling / highest * MARGIN
    return softer


def decoded_peak(path: Path, container: Container) -> float:
    """The highest true peak of a track as a player hears it, full scale 1."""
    from ..sound.master.peaks import PeakMeter

    meter = PeakMeter()
    with av.open(str(path), "r", format=READERS[container.track_format]) as file:
        for frame in file.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64)
            meter.add(samples if frame.format.is_planar else samples.reshape(-1, 2).T)
    return meter.highest()


def _frame(samples: F32, context: Any) -> av.AudioFrame:
    if context.format.name == "fltp":
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), "fltp", "stereo")
    elif context.format.name == "flt":
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), "flt", "stereo")
    else:
        frame = av.AudioFrame.from_ndarray(as_24_bits(samples).reshape(1, -1), "s32", "stereo")
    frame.sample_rate = context.sample_rate
    frame.time_base = Fraction(1, frame.sample_rate)
    return frame


def as_24_bits(samples: F32) -> NDArray[np.int32]:
    """Full scale ±1 as 24-bit integers in the upper bits of 32, to the nearest step."""
    steps = np.clip(np.rint(samples.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)
    return steps.astype(np.int32) << 8
