"""Segments and sound as a browser's Media Source takes them: fragmented MP4, made in memory.

A segment is not encoded again, only packed again. Sound goes as FLAC, which loses nothing and needs no
samples before its first one, so that chunks fit together to the sample.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..store.values.array_types import F32

MOVFLAGS = "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"
"""Without the last one a segment with B-frames begins two frames late in Media Source."""
SOUND_FLAGS = "+empty_moov+default_base_moof"


def segment_media(path: Path, duration_s: Fraction) -> bytes:
    """A segment's file as fragmented MP4, exactly that long.

    Its last frame is cut or held to the end: one that reached into the next segment would there remove the
    first picture, and with it all that depends on it.

    Raises OSError where the file cannot be read, av.FFmpegError where it is not a film.
    """
    import av

    target = io.BytesIO()
    with av.open(str(path), "r", format="mov") as source:
        stream = source.streams.video[0]
        packets: list[Any] = [packet for packet in source.demux(stream) if packet.dts is not None]
        options = {"movflags": MOVFLAGS, "fflags": "+bitexact"}
        with av.open(target, "w", format="mp4", options=options) as film:
            copy = film.add_stream_from_template(stream)
            _ended(packets, duration_s / stream.time_base if stream.time_base else Fraction(0))
            for packet in packets:
                packet.stream = copy
                film.mux(packet)
    return target.getvalue()


def _ended(packets: list[Any], end: Fraction) -> None:
    """Let the frame that is shown last end where the segment does, where it is the last one coded, too."""
    if not packets:
        return
    last = packets[-1]
    if last.pts == max(packet.pts for packet in packets):
        last.duration = max(1, round(end) - last.pts)


def sound_media(samples: F32, sample_rate_hz: int) -> bytes:
    """Samples (n, 2), full scale ±1, as fragmented MP4 with FLAC of 24 bits; louder ones are clipped."""
    import av

    from ..renderers.film.track import as_24_bits
    from ..renderers.sound.block import cut_to

    target = io.BytesIO()
    options = {"movflags": SOUND_FLAGS, "fflags": "+bitexact"}
    with av.open(target, "w", format="mp4", options=options) as file:
        stream: Any = file.add_stream("flac", rate=sample_rate_hz)
        context: Any = stream.codec_context
        context.layout, context.format = "stereo", "s32"
        context.time_base = Fraction(1, sample_rate_hz)
        context.open()
        written = 0
        for block in cut_to([samples], context.frame_size):
            frame = av.AudioFrame.from_ndarray(as_24_bits(block).reshape(1, -1), "s32", "stereo")
            frame.sample_rate, frame.time_base = sample_rate_hz, Fraction(1, sample_rate_hz)
            frame.pts = written
            written += len(block)
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return target.getvalue()
