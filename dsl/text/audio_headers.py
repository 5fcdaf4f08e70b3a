"""Headers of recordings (.wav, .flac), checked before they are believed.

Sound libraries accept truncated files and a rate of 0, and one that guesses the format can be led to other
files. So the header is read here, and the format follows from the file's first bytes.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from ..findings.diagnostics import Diagnostic, PieceError
from ..findings.plain import counted
from ..findings.span import Span
from .files import MAX_AUDIO_BYTES

SUFFIXES = (".wav", ".flac")
"""Suffixes of recordings that a piece may name; the first bytes decide what a file is."""
RECORDINGS = (
    ".mp3",
    ".m4a",
    ".m4b",
    ".aac",
    ".ogg",
    ".oga",
    ".opus",
    ".flac",
    ".wav",
    ".wave",
    ".aif",
    ".aiff",
    ".wma",
    ".mp4",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".mka",
)
"""Suffixes of files that `listen` reads; the first bytes decide what a file is."""
MAX_CHANNELS = 8
RATES_HZ = (8_000, 192_000)
EXPORT_AGAIN = "export the stem again"
LOUDEST_SAMPLE = 1e6
"""The largest sample that is believed, where 1 is full scale: 120 dB above it is nothing but damage."""

_PCM, _IEEE_FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_MAX_CHUNKS = 1000
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class WavHeader:
    """The place of the samples in a wav file, and their format."""

    sample_rate_hz: int
    channel_count: int
    bits: int
    is_float: bool
    data_start: int
    frame_count: int


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """The format of a recording as its file states it."""

    kind: str
    """`wav` or `flac`."""
    sample_rate_hz: int
    channel_count: int
    frame_count: int
    """0 where a FLAC file does not say."""
    wav: WavHeader | None = None

    @property
    def length_s(self) -> float:
        """The length of the recording in seconds; 0 if a FLAC file does not state it."""
        return self.frame_count / self.sample_rate_hz


def checked_format(file: BinaryIO, size: int, name: str, span: Span) -> RecordingFormat:
    """The header of a recording of `size` bytes that findings call `name`; raises PieceError at `span`."""
    if size > MAX_AUDIO_BYTES:
        raise _fault(
            span,
            "MV005",
            f"{name} is {size >> 20} MiB large; a recording may have at most {MAX_AUDIO_BYTES >> 20} MiB",
            EXPORT_AGAIN,
        )
    magic = file.read(4)
    file.seek(0)
    if magic == b"fLaC":
        form = _flac_format(file, name, span)
    elif magic in (b"RIFF", b"RF64", b"BW64"):
        try:
            header = wav_header(file, size)
        except ValueError as error:
            message = f"{name} is not a valid wav file: {error}"
            raise _fault(span, "MV502", message, f"{EXPORT_AGAIN}, uncompressed with 24 bits") from error
        form = RecordingFormat("wav", header.sample_rate_hz, header.channel_count, header.frame_count, header)
    else:
        raise _fault(
            span, "MV501", f"{name} is neither a wav nor a FLAC file", "export the stem as .wav or .flac"
        )
    low_hz, high_hz = RATES_HZ
    if not 1 <= form.channel_count <= MAX_CHANNELS or not low_hz <= form.sample_rate_hz <= high_hz:
        raise _fault(
            span,
            "MV503",
            f"{name} says {counted(form.channel_count, 'channel')} at {form.sample_rate_hz} Hz; "
            f"1 to {MAX_CHANNELS} channels at {low_hz} to {high_hz} Hz can be used",
            "export the stem as stereo at 48000 Hz",
        )
    return form


def is_silent(file: BinaryIO, header: WavHeader) -> bool:
    """Whether every sample of a wav file is zero; reading stops at the first one that is not."""
    # Eight bits are stored from 0 to 255, silence in the middle.
    zero = b"\x80" if header.bits == 8 else b"\0"
    file.seek(header.data_start)
    left = header.frame_count * header.channel_count * header.bits // 8
    while left > 0:
        raw = file.read(min(left, _CHUNK_BYTES))
        if not raw:
            return True
        if raw.strip(zero):
            return False
        left -= len(raw)
    return True


def wav_header(file: BinaryIO, size: int) -> WavHeader:
    """The header of a RIFF, RF64 or BW64 file of `size` bytes; ValueError says in words what is wrong.

    The data must be as long as the header says: a shorter file was cut off. A length of 0 or 2³²-1, as a
    program leaves it that was writing to a pipe, means the rest of the file.
    """
    riff, _, wave = struct.unpack("<4sI4s", exactly(file, 12, "its header"))
    if wave != b"WAVE":
        raise ValueError("it is a RIFF file of another kind")
    form: tuple[int, int, int, int] | None = None
    long_data: int | None = None
    for _ in range(_MAX_CHUNKS):
        name, length = struct.unpack("<4sI", exactly(file, 8, "its data"))
        start = file.tell()
        if name == b"ds64" and riff != b"RIFF":
            long_data = struct.unpack("<QQ", exactly(file, 16, "its ds64 chunk"))[1]
        elif name == b"fmt ":
            form = _format(exactly(file, min(length, 40), "its format"))
        elif name == b"data":
            if form is None:
                raise ValueError("its samples come before their format")
            if long_data is not None and length == 0xFFFF_FFFF:
                length = long_data
            elif length in (0, 0xFFFF_FFFF):
                length = size - start
            return _header(form, start, length, size)
        if start + length > size:
            raise ValueError(f"its part {name.decode('latin-1')!r} reaches beyond the end of the file")
        file.seek(start + length + length % 2)
    raise ValueError("it has too many parts")


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
        raise ValueError(f"its samples are compressed, or of an unknown kind (format {tag}, {bits} bits)")
    if channels * bits // 8 != frame_bytes or frame_bytes == 0:
        raise ValueError(
            f"{counted(channels, 'channel')} of {bits} bits cannot make {counted(frame_bytes, 'byte')}"
        )
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


def _flac_format(file: BinaryIO, name: str, span: Span) -> RecordingFormat:
    # The first block must be STREAMINFO, 34 bytes (RFC 9639, 8.2): 20 bits rate, 3 channels - 1, 5 bits, 36
    # length.
    head = file.read(42)
    if len(head) < 42 or head[4] & 0x7F != 0 or int.from_bytes(head[5:8], "big") != 34:
        raise _fault(span, "MV502", f"{name} is not a valid FLAC file: it has no STREAMINFO", EXPORT_AGAIN)
    packed = int.from_bytes(head[18:26], "big")
    return RecordingFormat(
        kind="flac",
        sample_rate_hz=packed >> 44,
        channel_count=(packed >> 41 & 7) + 1,
        frame_count=packed & ((1 << 36) - 1),
    )


def exactly(file: BinaryIO, count: int, what: str) -> bytes:
    """Read this many bytes; ValueError where the file ends before."""
    raw = file.read(count)
    if len(raw) < count:
        raise ValueError(f"it ends in the middle of {what}")
    return raw


def _fault(span: Span, code: str, message: str, hint: str = "") -> PieceError:
    return PieceError([Diagnostic(code, span, message, hint)])
