"""Recordings: a given .wav or .flac, checked before it is believed, at the mix's rate and in stereo.

Sound libraries accept truncated files, NaN and a rate of 0, and a library that guesses the format can be
led to other files. So the header is read here, the format follows from its first bytes, and every sample is
looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...dsl.diagnostics import Diagnostic, PieceError
from ...dsl.span import Span
from .block import BLOCK, reblocked
from .riff import WavHeader, decoded, wav_header

F64 = NDArray[np.float64]

MAX_BYTES = 2 << 30
MAX_CHANNELS = 8
RATES_HZ = (8_000, 192_000)


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """What a file says it holds."""

    kind: str
    """`wav` or `flac`."""
    sample_rate_hz: int
    channel_count: int
    frame_count: int
    """0 where a FLAC file does not say."""
    wav: WavHeader | None = None


def recording_format(path: Path) -> RecordingFormat:
    """The checked header of a recording; raises PieceError."""
    try:
        with path.open("rb") as file:
            return _checked_format(path, file)
    except OSError as error:
        raise _fault(path, "MV006", f"{path.name} cannot be read: {error.strerror or error}") from error


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


def _checked_format(path: Path, file: BinaryIO) -> RecordingFormat:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise _fault(
            path,
            "MV005",
            f"{path.name} is {size >> 20} MiB large; a recording may have {MAX_BYTES >> 20} MiB",
        )
    magic = file.read(4)
    file.seek(0)
    if magic == b"fLaC":
        form = _flac_format(path, file)
    elif magic in (b"RIFF", b"RF64", b"BW64"):
        try:
            header = wav_header(file, size)
        except ValueError as error:
            raise _fault(
                path, "MV502", f"{path.name} is not a sound wav file: {error}", _EXPORT_AGAIN
            ) from error
        form = RecordingFormat("wav", header.sample_rate_hz, header.channel_count, header.frame_count, header)
    else:
        raise _fault(
            path, "MV501", f"{path.name} is neither a wav nor a FLAC file", "export the stem as .wav or .flac"
        )
    low_hz, high_hz = RATES_HZ
    if not 1 <= form.channel_count <= MAX_CHANNELS or not low_hz <= form.sample_rate_hz <= high_hz:
        raise _fault(
            path,
            "MV503",
            f"{path.name} says {form.channel_count} channels at {form.sample_rate_hz} Hz; "
            f"1 to {MAX_CHANNELS} channels at {low_hz} to {high_hz} Hz can be used",
        )
    return form


_EXPORT_AGAIN = "export the stem again"


def _flac_format(path: Path, file: BinaryIO) -> RecordingFormat:
    # The first block must be STREAMINFO, 34 bytes (RFC 9639, 8.2): 20 bits rate, 3 channels - 1, 5 bits, 36
    # length.
    head = file.read(42)
    if len(head) < 42 or head[4] & 0x7F != 0 or int.from_bytes(head[5:8], "big") != 34:
        raise _fault(
            path, "MV502", f"{path.name} is not a sound FLAC file: it has no STREAMINFO", _EXPORT_AGAIN
        )
    packed = int.from_bytes(head[18:26], "big")
    return RecordingFormat(
        kind="flac",
        sample_rate_hz=packed >> 44,
        channel_count=(packed >> 41 & 7) + 1,
        frame_count=packed & ((1 << 36) - 1),
    )


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
        # The format is told, never guessed, and the file is ours, not a name that the library opens.
        with (
            path.open("rb") as file,
            av.open(file, "r", format="flac") as box,
        ):
            # Every frame carries a checksum; without this a damaged one is played all the same.
            box.streams.audio[0].codec_context.options = {"err_detect": "crccheck+explode"}
            resampler = av.AudioResampler(format="dblp")
            for frame in box.decode(audio=0):
                for plain in resampler.resample(frame):
                    samples = np.asarray(plain.to_ndarray(), np.float64)
                    if samples.shape[0] != form.channel_count:
                        raise _fault(
                            path, "MV502", f"{path.name} changes its channels on the way", _EXPORT_AGAIN
                        )
                    count += samples.shape[1]
                    yield samples
    except FFmpegError as error:
        raise _fault(
            path, "MV502", f"{path.name} is damaged after {_time(count, form)}", _EXPORT_AGAIN
        ) from error
    if form.frame_count and count != form.frame_count:
        raise _fault(
            path,
            "MV502",
            f"{path.name} holds {count} samples where it says {form.frame_count}",
            _EXPORT_AGAIN,
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
