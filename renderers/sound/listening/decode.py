"""Decodes any recording to samples, by FFmpeg, which gets the format and may open nothing else.

The format follows from the file's first bytes, never from its name. FFmpeg gets an open file, one demuxer and
a list of decoders, so that a playlist or an address inside a file leads nowhere.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import Diagnostic, PieceError, Severity
from ....dsl.findings.plain import counted
from ....dsl.findings.span import Span
from ....dsl.text.audio_headers import EXPORT_AGAIN, LOUDEST_SAMPLE, MAX_CHANNELS, RATES_HZ, checked_format
from ....dsl.text.files import MAX_AUDIO_BYTES
from ....store.values.array_types import F32
from .containers import container_of, says_length

Progress = Callable[[str, int, int], None]
"""A stage, how much of it is done, and how much there is."""
RATE_HZ = 22_050
"""All analysis happens at this rate."""
LONGEST_S, SHORTEST_S = 3600.0, 5.0
SILENT_DBFS = -60.0
STREAMS_MOST = 32
DAMAGED_MOST = 100
"""Number of packets that may be damaged; players skip a few in silence."""
_PACKETS_MOST = 5_000_000
_LENGTH_SLACK_S, _LENGTH_SLACK = 2.0, 0.05
DECODERS = frozenset(
    (
        "aac",
        "aac_latm",
        "alac",
        "ape",
        "flac",
        "mp1float",
        "mp2float",
        "mp2",
        "mp3float",
        "mp3",
        "opus",
        "libopus",
        "vorbis",
        "libvorbis",
        "ac3",
        "eac3",
        "wmav2",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_s24be",
        "pcm_s32le",
        "pcm_s32be",
        "pcm_f32le",
        "pcm_f32be",
        "pcm_f64le",
        "pcm_f64be",
        "pcm_u8",
        "pcm_s8",
        "pcm_alaw",
        "pcm_mulaw",
        "adpcm_ima_wav",
        "adpcm_ms",
    )
)
"""Decoders that are used; FFmpeg has hundreds, some for formats that nobody has looked at for years."""


@dataclass(slots=True)
class Source:
    """A recording that is open: what it says of itself, and its samples as they come.

    `findings` and `frame_count` fill as the samples are taken.
    """

    name: str
    kind: str
    codec: str
    sample_rate_hz: int
    channel_count: int
    said_s: float | None
    """The length that the file states; None if it only estimates one."""
    blocks: Iterator[F32] = field(repr=False)
    """float32 (channels, n), full scale ±1."""
    findings: Findings = field(default_factory=Findings)
    frame_count: int = 0
    peak: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A whole recording, as listening needs it.

    samples   float32, mono, at RATE_HZ
    peak      the largest sample of any channel, as decoded; above 1 in loud mp3 files
    sha256    of the bytes of the file
    """

    path: Path
    samples: F32
    kind: str
    sample_rate_hz: int
    channel_count: int
    peak: float
    sha256: str
    findings: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def length_s(self) -> float:
        """The length in seconds."""
        return len(self.samples) / RATE_HZ


def recording(
    path: Path, longest_s: float = LONGEST_S, progress: Progress | None = None, *, is_stem: bool = False
) -> Recording:
    """The recording in a file that the user named.

    is_stem   one of several: it may be silent, and short

    Raises PieceError with MV54x where it is no recording, too long, too short, silent or damaged, MV503 for
    other rates and channels than are used, MV504 for samples that are not numbers.
    """
    from soxr import ResampleStream

    with opened(path, longest_s) as source:
        stream = ResampleStream(source.sample_rate_hz, RATE_HZ, 1, dtype="float32", quality="HQ")
        parts: list[F32] = []
        for block in source.blocks:
            mono = block.mean(axis=0, dtype=np.float32)
            parts.append(stream.resample_chunk(mono))
            if progress is not None and source.said_s:
                whole = round(source.said_s)
                progress("decoding", min(round(source.frame_count / source.sample_rate_hz), whole), whole)
        parts.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
        samples: F32 = np.concatenate(parts)
        heard = Recording(
            path=path,
            samples=samples,
            kind=source.kind,
            sample_rate_hz=source.sample_rate_hz,
            channel_count=source.channel_count,
            peak=source.peak,
            sha256=sha256_of(path),
            findings=(*source.findings, *_form_notes(source, path)),
        )
    if not is_stem:
        check_audible(heard)
    return heard


@contextmanager
def opened(path: Path, longest_s: float = LONGEST_S) -> Iterator[Source]:
    """A recording, open: its header is checked, its samples are read as they are taken.

    Raises PieceError, the iterator too; see `recording`.
    """
    import av
    from av.error import FFmpegError

    try:
        # Before it is opened: a pipe would wait for its other end.
        if path.exists() and not path.is_file():
            raise _fault(path, "MV004", f"{path.name} is not a file", "name a recording")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_AUDIO_BYTES:
                limit = f"a recording may have {MAX_AUDIO_BYTES >> 20} MiB"
                raise _fault(path, "MV005", f"{path.name} is {size >> 20} MiB large; {limit}", EXPORT_AGAIN)
            kind = container_of(file)
            if not kind:
                raise _no_recording(path, "its first bytes are not those of a format that musicvis reads")
            if kind in ("wav", "flac"):
                # Our readers check more than FFmpeg, which plays a truncated file silently.
                _checked(file, size, path)
            file.seek(0)
            try:
                with av.open(
                    file, "r", format=kind, options=_options(kind), metadata_errors="replace"
                ) as box:
                    yield _source(box, path, kind, longest_s)
            except FFmpegError as error:
                raise _no_recording(path, f"FFmpeg says: {error.strerror}") from error
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(path):
            # The recording can be read; what is made of it cannot be written.
            raise
        if isinstance(error, FileNotFoundError):
            hint = "check the name and the folder"
            raise _fault(path, "MV001", f"there is no file {path.name}", hint) from error
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise _fault(path, "MV006", message, "check its permissions") from error


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _options(kind: str) -> dict[str, str]:
    found = {
        # No protocol is called so: whatever a file asks FFmpeg to open besides is refused.
        "protocol_whitelist": "none",
        "format_whitelist": "matroska,webm" if kind == "matroska" else kind,
        "max_streams": str(STREAMS_MOST),
        "probesize": str(4 << 20),
        "analyzeduration": str(5_000_000),
    }
    if kind == "mov":
        found |= {
            "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2",
            "enable_drefs": "0",
            "use_absolute_path": "0",
        }
    return found


def _source(box: Any, path: Path, kind: str, longest_s: float) -> Source:
    if not box.streams.audio:
        raise _no_recording(path, "it holds no sound")
    stream = box.streams.audio[0]
    context = stream.codec_context
    codec = context.codec.name
    if codec not in DECODERS:
        raise _no_recording(path, f"its sound is stored as {codec}, which is not read")
    # One thread: what it takes stays bounded, and another machine decodes in the same order.
    context.thread_count = 1
    rate_hz, channels = context.sample_rate or 0, context.channels or 0
    low_hz, high_hz = RATES_HZ
    if not 1 <= channels <= MAX_CHANNELS or not low_hz <= rate_hz <= high_hz:
        message = f"{path.name} says {counted(channels, 'channel')} at {rate_hz} Hz"
        usable = f"1 to {MAX_CHANNELS} channels at {low_hz} to {high_hz} Hz can be used"
        hint = "export it as stereo at 48000 Hz"
        raise _fault(path, "MV503", f"{message}; {usable}", hint)
    said_s = box.duration / 1_000_000 if box.duration and says_length(kind, path) else None
    if said_s is not None and said_s > longest_s * (1 + _LENGTH_SLACK):
        raise _too_long(path, said_s, longest_s)
    source = Source(path.name, kind, codec, rate_hz, channels, said_s, iter(()))
    source.blocks = _decoded(box, stream, source, path, longest_s)
    return source


def _decoded(box: Any, stream: Any, source: Source, path: Path, longest_s: float) -> Iterator[F32]:
    import av

    # One plane for all channels: eight planes of their own crash PyAV 18, which reads beyond the last.
    resampler = av.AudioResampler(format="flt")
    most = round(longest_s * source.sample_rate_hz)
    damaged = 0
    for frame in _frames(box, stream, path):
        if frame is None:
            damaged += 1
            if damaged > DAMAGED_MOST:
                raise _damaged(
                    path, f"{path.name} is damaged: more than {DAMAGED_MOST} packets cannot be read"
                )
            continue
        if frame.sample_rate != source.sample_rate_hz or frame.layout.nb_channels != source.channel_count:
            raise _damaged(path, f"{path.name} changes its channels or its rate on the way")
        for plain in resampler.resample(frame):
            packed = np.asarray(plain.to_ndarray(), np.float32)
            block = np.ascontiguousarray(packed.reshape(-1, source.channel_count).T)
            # Not numbers are not at most anything, either.
            if not (np.abs(block) <= LOUDEST_SAMPLE).all():
                at_s = source.frame_count / source.sample_rate_hz
                message = f"{path.name} holds samples that are not numbers or not sound, at {at_s:.2f} s"
                hint = "the program that wrote it overflowed: lower its level and export it again"
                raise _fault(path, "MV504", message, hint)
            source.frame_count += block.shape[1]
            if source.frame_count > most:
                raise _too_long(path, None, longest_s)
            source.peak = max(source.peak, float(np.abs(block).max(initial=0.0)))
            yield block
    length_s = source.frame_count / source.sample_rate_hz
    if not source.frame_count:
        raise _no_recording(path, "nothing in it can be decoded")
    if damaged:
        message = f"{damaged} damaged packet{'s' if damaged > 1 else ''} of {path.name} were left out"
        source.findings.add(_warning("MV544", path, message, EXPORT_AGAIN))
    if source.said_s is not None:
        off_s = abs(source.said_s - length_s)
        if off_s > _LENGTH_SLACK_S and off_s > _LENGTH_SLACK * max(source.said_s, length_s):
            message = f"{path.name} says that it lasts {clock_text(source.said_s)} and holds"
            hint = "if it was cut off, download it again"
            source.findings.add(_warning("MV545", path, f"{message} {clock_text(length_s)}", hint))


def _frames(box: Any, stream: Any, path: Path) -> Iterator[Any]:
    """The frames of a stream; None for a packet that cannot be decoded."""
    from av.error import EOFError as EndError
    from av.error import FFmpegError, InvalidDataError

    packets = box.demux(stream)
    for _ in range(_PACKETS_MOST):
        try:
            packet = next(packets)
            yield from packet.decode()
        except (StopIteration, EndError):
            return
        except InvalidDataError:
            yield None
        except FFmpegError as error:
            raise _damaged(path, f"{path.name} cannot be read to its end: {error.strerror}") from error
    raise _damaged(path, f"{path.name} is cut into more than {_PACKETS_MOST:,} pieces")


def _checked(file: BinaryIO, size: int, path: Path) -> None:
    """Refuses a wav or FLAC file that is not sound; other ways of storing a wav file are left to FFmpeg."""
    file.seek(0)
    try:
        checked_format(file, size, path.name, Span(str(path)))
    except PieceError as error:
        if "unknown way" not in str(error):
            raise


def check_audible(heard: Recording) -> None:
    """Raises PieceError MV542 for a recording that is too short to hear bars in, MV543 for a silent one."""
    path = heard.path
    if heard.length_s < SHORTEST_S:
        message = f"{path.name} lasts {heard.length_s:.1f} s; bars are heard in {SHORTEST_S:g} s at least"
        raise _fault(path, "MV542", message, "give it a longer recording, or a score")
    level = float(np.sqrt(np.mean(np.square(heard.samples, dtype=np.float64))))
    if level < 10.0 ** (SILENT_DBFS / 20.0):
        message = f"{path.name} is silent, or nearly so: below {SILENT_DBFS:g} dBFS on average"
        raise _fault(path, "MV543", message, "record it louder, or export it with its parts unmuted")


def _form_notes(source: Source, path: Path) -> Iterator[Diagnostic]:
    """Remarks about the format of a recording, which is used nevertheless."""
    if source.channel_count == 1:
        message = f"{path.name} has one channel, which sounds in both ears alike"
        yield Diagnostic("MV552", Span(str(path)), message, "a lane moves it", Severity.NOTE)
    elif source.channel_count > 2:
        message = f"{path.name} has {source.channel_count} channels, which are mixed to two"
        hint = "export a stereo mix, if yours is another one"
        yield Diagnostic("MV552", Span(str(path)), message, hint, Severity.NOTE)
    if source.sample_rate_hz < RATE_HZ:
        message = f"{path.name} has {source.sample_rate_hz} samples a second: what is high in it is lost, and"
        hint = "judge the beats with --clicks, or use a recording at 44100 Hz"
        yield Diagnostic("MV552", Span(str(path)), f"{message} beats are heard worse", hint, Severity.NOTE)


def clock_text(seconds: float) -> str:
    """Seconds as minutes and seconds: 3:07."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _too_long(path: Path, said_s: float | None, longest_s: float) -> PieceError:
    lasts = (
        f"lasts {clock_text(said_s)}" if said_s is not None else f"lasts more than {clock_text(longest_s)}"
    )
    minutes = (said_s or longest_s * 2) // 60 + 1
    hint = f"cut it, or allow it: --longest {minutes:.0f}"
    return _fault(path, "MV541", f"{path.name} {lasts}; {longest_s / 60:g} minutes are listened to", hint)


def _no_recording(path: Path, reason: str) -> PieceError:
    hint = "use mp3, m4a, ogg, opus, flac, wav, aiff, or the sound of an mp4, mkv or webm"
    return _fault(path, "MV540", f"{path.name} is not a recording that can be read: {reason}", hint)


def _damaged(path: Path, message: str) -> PieceError:
    return _fault(path, "MV544", message, EXPORT_AGAIN)


def _fault(path: Path, code: str, message: str, hint: str) -> PieceError:
    return PieceError([Diagnostic(code, Span(str(path)), message, hint)])


def _warning(code: str, path: Path, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, Span(str(path)), message, hint, Severity.WARNING)
