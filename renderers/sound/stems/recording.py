"""Recordings: a given .wav or .flac, checked before it is believed, at the mix's rate and in stereo.

dsl/text/audio_headers.py checks headers. Sound libraries let NaN through, so every sample is looked at.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.audio_headers import EXPORT_AGAIN, RecordingFormat, checked_format
from ..block import BLOCK, reblocked
from ..riff import decoded

F64 = NDArray[np.float64]


def recording_format(path: Path) -> RecordingFormat:
    """The checked header of a recording; raises PieceError."""
    try:
        with path.open("rb") as file:
            return checked_format(file, path.stat().st_size, path.name, Span(str(path)))
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise _fault(path, "MV006", message, "look at its permissions") from error


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
    if form.wav is not None:
        with path.open("rb") as file:
            yield from decoded(file, form.wav, BLOCK)
    else:
        yield from _flac_samples(path, form)


def _flac_samples(path: Path, form: RecordingFormat) -> Iterator[F64]:
    import av
    from av.error import FFmpegError

    count = 0
    try:
        # The format is told, never guessed, and the file is ours, not a name that the library opens. Titles
        # and the like may be in any encoding; they are not looked at.
        with (
            path.open("rb") as file,
            av.open(file, "r", format="flac", metadata_errors="replace") as box,
        ):
            # Every frame carries a checksum; without this a damaged one is played all the same.
            box.streams.audio[0].codec_context.options = {"err_detect": "crccheck+explode"}
            # One plane for all channels: eight planes crash PyAV 18, which reads beyond the last.
            resampler = av.AudioResampler(format="dbl")
            for frame in box.decode(audio=0):
                for plain in resampler.resample(frame):
                    if plain.layout.nb_channels != form.channel_count:
                        raise _fault(
                            path, "MV502", f"{path.name} changes its channels on the way", EXPORT_AGAIN
                        )
                    packed = np.asarray(plain.to_ndarray(), np.float64)
                    samples = np.ascontiguousarray(packed.reshape(-1, form.channel_count).T)
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
            f"{path.name} holds {count} samples where it says {form.frame_count}",
            EXPORT_AGAIN,
        )


def _finite(path: Path, form: RecordingFormat, blocks: Iterable[F64]) -> Iterator[F64]:
    first = 0
    for block in blocks:
        if not np.isfinite(block).all():
            raise _fault(
                path,
                "MV504",
                f"{path.name} holds samples that are not numbers, at {_time(first, form)}",
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
