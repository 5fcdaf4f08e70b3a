"""Recordings: a given .wav or .flac, checked before it is believed, at the mix's rate and in stereo.

dsl/text/audio_headers.py checks headers. Sound libraries let NaN through, so every sample is looked at.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.plain import counted
from ....dsl.findings.span import Span
from ....dsl.text.audio_headers import EXPORT_AGAIN, LOUDEST_SAMPLE, RecordingFormat, checked_format
from ....dsl.text.files import open_plain
from ....dsl.text.folders import LinkedError
from ....store.values.array_types import F64
from ..block import BLOCK, reblocked
from ..riff import decoded

_FULL_SCALE = {"s16": 2.0**15, "s16p": 2.0**15, "s32": 2.0**31, "s32p": 2.0**31}
"""The sample formats of FFmpeg's FLAC decoder, and the full-scale value of each."""


def recording_format(path: Path) -> RecordingFormat:
    """The checked header of a recording; raises PieceError."""
    try:
        with _opened(path) as file:
            return checked_format(file, os.fstat(file.fileno()).st_size, path.name, Span(str(path)))
    except OSError as error:
        raise _unreadable(path, error) from error


def recorded(path: Path, offset_s: float, sample_count: int, sample_rate_hz: int) -> Iterator[F64]:
    """The recording from offset_s on: float64 (2, BLOCK), padded with silence or cut to sample_count samples.

    The header is checked at once, samples as they are read; both raise PieceError. A negative offset begins
    with silence. Another rate is converted by soxr at its highest quality.
    """
    form = recording_format(path)
    stereo = (_stereo(block) for block in _finite(path, form, _samples(path, form)))
    at_rate = (
        stereo
        if form.sample_rate_hz == sample_rate_hz
        else _resampled(stereo, form.sample_rate_hz, sample_rate_hz)
    )
    return reblocked(_from_offset(at_rate, round(offset_s * sample_rate_hz)), sample_count)


def _samples(path: Path, form: RecordingFormat) -> Iterator[F64]:
    """Blocks (channels, n), full scale ±1."""
    try:
        file = _opened(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        # The name may refer to another file by now; the header must be that of the file being read.
        if checked_format(file, os.fstat(file.fileno()).st_size, path.name, Span(str(path))) != form:
            raise _fault(path, "MV502", f"{path.name} was exchanged while it was read", "compile again")
        if form.wav is not None:
            yield from decoded(file, form.wav, BLOCK)
        else:
            file.seek(0)
            yield from _flac_samples(path, file, form)


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(open_plain(path), "rb")


def _unreadable(path: Path, error: OSError) -> PieceError:
    if isinstance(error, LinkedError):
        return _fault(path, "MV003", f"{path.name} is a symbolic link", "put a copy in its place")
    message = f"{path.name} cannot be read: {error.strerror or error}"
    return _fault(path, "MV006", message, "check its permissions")


def _flac_samples(path: Path, file: BinaryIO, form: RecordingFormat) -> Iterator[F64]:
    import av
    from av.error import FFmpegError

    count = 0
    try:
        # The format is given, never guessed, and the file is ours, not a name that the library opens. Titles
        # and the like may be in any encoding; they are not looked at.
        with av.open(file, "r", format="flac", metadata_errors="replace") as box:
            # Every frame has a checksum; without this option a damaged one is played anyway.
            box.streams.audio[0].codec_context.options = {"err_detect": "crccheck+explode"}
            for frame in box.decode(audio=0):
                if frame.layout.nb_channels != form.channel_count or frame.format.name not in _FULL_SCALE:
                    message = f"{path.name} changes its channels or its kind of samples on the way"
                    raise _fault(path, "MV502", message, EXPORT_AGAIN)
                samples = _plain_samples(frame)
                count += samples.shape[1]
                yield samples
    except FFmpegError as error:
        raise _fault(
            path, "MV502", f"{path.name} is damaged after {_time(count, form)}", EXPORT_AGAIN
        ) from error
    if form.frame_count and count != form.frame_count:
        raise _fault(
            path,
            "MV502",
            f"{path.name} holds {counted(count, 'sample')} where it says {form.frame_count}",
            EXPORT_AGAIN,
        )


def _plain_samples(frame: Any) -> F64:
    """The samples of a decoded frame, full scale ±1, as they are stored: float64 (channels, n).

    FFmpeg's resampler did this before, and ended the process on a file of eight channels.
    """
    stored = frame.to_ndarray()
    if not frame.format.is_planar:
        stored = stored.reshape(-1, frame.layout.nb_channels).T
    return np.asarray(stored, np.float64) / _FULL_SCALE[frame.format.name]


def _finite(path: Path, form: RecordingFormat, blocks: Iterable[F64]) -> Iterator[F64]:
    first = 0
    for block in blocks:
        # Not numbers are not at most anything, either.
        if not (np.abs(block) <= LOUDEST_SAMPLE).all():
            raise _fault(
                path,
                "MV504",
                f"{path.name} holds samples that are not numbers or not sound, at {_time(first, form)}",
                "the program that wrote it overflowed: lower its level and export the stem again",
            )
        first += block.shape[1]
        yield block


def _stereo(block: F64) -> F64:
    """Two channels: mono on both; surround, in a wav file's order, by ITU-R BS.775 without bass channel."""
    channels = block.shape[0]
    if channels == 1:
        return np.concatenate([block, block])
    if channels == 2:
        return block
    half = np.sqrt(0.5)
    out = block[:2].copy()
    if channels == 4:
        mixed: F64 = out + half * block[2:4]
        return mixed
    out += half * block[2]
    for left in range(4, channels, 2):
        out += half * block[left : left + 2]
    return out


def _resampled(blocks: Iterable[F64], from_hz: int, to_hz: int) -> Iterator[F64]:
    import soxr

    stream = soxr.ResampleStream(from_hz, to_hz, 2, dtype="float64", quality="VHQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block.T)).T
    yield stream.resample_chunk(np.zeros((0, 2)), last=True).T


def _from_offset(blocks: Iterable[F64], offset: int) -> Iterator[F64]:
    for _ in range(0, -offset, BLOCK):
        count = min(BLOCK, -offset)
        offset += count
        yield np.zeros((2, count))
    for block in blocks:
        skipped = min(offset, block.shape[1])
        offset -= skipped
        yield block[:, skipped:]


def _time(frames: int, form: RecordingFormat) -> str:
    return f"{frames / form.sample_rate_hz:.2f} s"


def _fault(path: Path, code: str, message: str, hint: str = "") -> PieceError:
    return PieceError([Diagnostic(code, Span(str(path)), message, hint)])
