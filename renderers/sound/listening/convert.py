"""A recording that `stems:` cannot name, as a FLAC file that it can: the same samples, at the same times.

The same decoder that listening uses writes the file, so that what was heard at a time sounds at that time,
whatever delay the encoder of an mp3 added. FLAC has no samples above full scale, which loud mp3 files reach:
such a recording is written softer, and its stem gets the gain that makes up for it.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ....store.values.array_types import F32
from ....store.writing import naming
from .decode import LONGEST_S, Recording, opened

BITS = 24
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
# FFmpeg's AV_CODEC_FLAG_BITEXACT: without it the file is signed with FFmpeg's version.
_BITEXACT = 1 << 23


def needs_conversion(recording: Recording) -> bool:
    """Whether a stem needs to be converted: it is compressed, or has a format that the mix does not read."""
    from ....dsl.findings.diagnostics import PieceError
    from ....dsl.findings.span import Span
    from ....dsl.text.audio_headers import checked_format

    if recording.kind not in ("wav", "flac"):
        return True
    try:
        with recording.path.open("rb") as file:
            checked_format(file, recording.path.stat().st_size, recording.name, Span(recording.name))
    except PieceError:
        return True
    return False


def gain_of(recording: Recording) -> float:
    """The gain of a stem with a converted recording: 1 unless the recording exceeds full scale."""
    return max(1.0, recording.peak)


def write_flac(recording: Recording, target: Path, longest_s: float = LONGEST_S) -> None:
    """Writes the recording, its peak at most full scale. The same recording gives the same bytes.

    Raises PieceError for the recording, OSError for the target.
    """
    import av

    gain = gain_of(recording)
    with (
        opened(recording.path, longest_s) as source,
        naming(target, target.name),
        av.open(str(target), "w", format="flac", options={"fflags": "+bitexact"}) as box,
    ):
        layout = LAYOUTS[source.channel_count]
        stream: Any = box.add_stream("flac", rate=source.sample_rate_hz)
        context: Any = stream.codec_context
        # FFmpeg's FLAC keeps the upper 24 bits of 32.
        context.layout, context.format = layout, "s32"
        context.time_base = Fraction(1, source.sample_rate_hz)
        context.flags |= _BITEXACT
        context.open()
        written = 0
        waiting = np.zeros((source.channel_count, 0), np.float32)
        for block in source.blocks:
            waiting = np.concatenate([waiting, block], axis=1)
            whole = waiting.shape[1] // context.frame_size * context.frame_size
            for start in range(0, whole, context.frame_size):
                part = waiting[:, start : start + context.frame_size]
                written += _write(box, stream, part, gain, written)
            waiting = waiting[:, whole:]
        if waiting.shape[1]:
            _write(box, stream, waiting, gain, written)
        for packet in stream.encode(None):
            box.mux(packet)


def _write(box: Any, stream: Any, samples: F32, gain: float, written: int) -> int:
    import av

    size = 2.0 ** (BITS - 1)
    steps = (
        np.clip(np.rint(samples.astype(np.float64) / gain * size), -size, size - 1.0).astype(np.int32) << 8
    )
    context = stream.codec_context
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(steps.T).reshape(1, -1), context.format.name, context.layout.name
    )
    frame.sample_rate, frame.time_base, frame.pts = context.sample_rate, context.time_base, written
    for packet in stream.encode(frame):
        box.mux(packet)
    return int(samples.shape[1])
