"""Segments and a sound track to one film, without encoding anything again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from ..encoding import CONTAINERS, Container
from .track import READERS, segment_reader

if TYPE_CHECKING:
    from av.packet import Packet

    from ...compiler.plan import Chapter

KEPT_TAGS = frozenset(("hvc1", "apco", "apcs", "apcn", "apch", "ap4h"))
"""Four letters that say more than the codec's name: Apple's H.265, and the profiles of ProRes."""
ALPHA_MODE = "alpha_mode"
"""Matroska's tag for VP9 with an alpha beside each picture: without it players ignore the alpha."""
MILLISECOND = Fraction(1, 1000)
"""Chapters are counted in it: Matroska and QuickTime hold no finer ones."""


class JoinError(Exception):
    """A segment that does not fit the others: an error of its renderer, or of the disk."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, and how many frames it must have."""

    file: Path
    frame_count: int


@dataclass(frozen=True, slots=True)
class Named:
    """The metadata of a film. It has no date: the same film is the same bytes."""

    title: str = ""
    chapters: Sequence[Chapter] = ()
    duration_s: Fraction = Fraction(0)
    """The end of the last chapter."""


def join(
    parts: Sequence[Part], track: Path | None, output: Path, fps: Fraction, named: Named | None = None
) -> None:
    """Put segments one after the other, and a sound track beside them, into `output`, a film of CONTAINERS.

    Frame k of the film is shown from k / fps; the film decodes to exactly the frames of its segments, and
    the same parts give the same bytes.

    Raises JoinError for a segment with another encoder's headers or another number of frames.
    """
    container = CONTAINERS[output.suffix.lower()]
    with (
        av.open(str(output), "w", format=container.format, options=dict(container.options)) as film,
        _Sound(track, container) as sound,
    ):
        _name(film, named or Named())
        headers = _headers(parts[0].file)
        with _opened(parts[0].file) as first:
            source = first.streams.video[0]
            # A decoder that has no encoder of its name, as that of AV1, is copied as it is.
            video = film.add_stream_from_template(source, opaque=not _is_encoder(source.codec_context.name))
            if source.codec_context.codec_tag in KEPT_TAGS:
                video.codec_context.codec_tag = source.codec_context.codec_tag
            if ALPHA_MODE in source.metadata:
                video.metadata[ALPHA_MODE] = source.metadata[ALPHA_MODE]
        video.time_base = 1 / fps
        sound.add_to(film)
        depth = max(_reorder_depth(part.file, fps) for part in parts)
        shown = written = 0
        for number, part in enumerate(parts):
            if _headers(part.file) != headers:
                raise JoinError(f"segment {number} was encoded with other settings than the first")
            count = 0
            for packet in _packets(part.file):
                # PTS by the frame's number, DTS by its place in the stream: a sum of times would drift.
                packet.pts = shown + _frame_number(packet, fps)
                packet.dts = written - depth
                packet.duration = 1
                packet.time_base = 1 / fps
                packet.stream = video
                sound.mux_until(Fraction(written) / fps, film)
                film.mux(packet)
                written += 1
                count += 1
            if count != part.frame_count:
                raise JoinError(f"segment {number} has {count} frames, not {part.frame_count}")
            shown += count
        sound.mux_until(None, film)


def _name(film: Any, named: Named) -> None:
    """Title and chapters, before the header is written."""
    if named.title:
        film.metadata["title"] = named.title
    starts = [_milliseconds(chapter.start_s) for chapter in named.chapters]
    ends = [*starts, _milliseconds(named.duration_s)][1:]
    chapters = [
        {
            "id": number,
            "start": start,
            "end": end,
            "time_base": MILLISECOND,
            "metadata": {"title": chapter.title},
        }
        for number, (chapter, start, end) in enumerate(zip(named.chapters, starts, ends, strict=True), 1)
        if start < end
    ]
    if chapters:
        film.set_chapters(chapters)


def _is_encoder(name: str) -> bool:
    try:
        return bool(av.codec.Codec(name, "w").is_encoder)
    except ValueError:  # av's error for an unknown codec is one
        return False


def _milliseconds(time_s: Fraction) -> int:
    return round(time_s / MILLISECOND)


class _Sound:
    """The packets of a sound track, as the film gets to them; none if there is no track."""

    def __init__(self, track: Path | None, container: Container) -> None:
        self._file: Any = (
            None if track is None else av.open(str(track), "r", format=READERS[container.track_format])
        )
        self._packets: Iterator[Packet[Any]] = iter(())
        self._next: Packet[Any] | None = None
        self._stream: Any = None

    def __enter__(self) -> _Sound:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add_to(self, film: Any) -> None:
        """Its stream, after that of the picture."""
        if self._file is not None:
            source = self._file.streams.audio[0]
            self._stream = film.add_stream_from_template(source)
            self._packets = (packet for packet in self._file.demux(source) if packet.dts is not None)
            self._next = next(self._packets, None)

    def mux_until(self, time_s: Fraction | None, film: Any) -> None:
        """All packets that begin by then; None for all that are left."""
        while self._next is not None and (time_s is None or _decoded_at_s(self._next) <= time_s):
            self._next.stream = self._stream
            film.mux(self._next)
            self._next = next(self._packets, None)


def _opened(segment: Path) -> Any:
    return av.open(str(segment), "r", format=segment_reader(segment))


def _headers(segment: Path) -> tuple[bytes, int, int]:
    """A decoder's headers: they cannot change in the middle of a film."""
    with _opened(segment) as file:
        context = file.streams.video[0].codec_context
        return bytes(context.extradata or b""), context.width, context.height


def _packets(segment: Path) -> Iterator[Packet[Any]]:
    with _opened(segment) as file:
        for packet in file.demux(file.streams.video[0]):
            if packet.dts is not None:
                yield packet


def _decoded_at_s(packet: Packet[Any]) -> Fraction:
    assert packet.dts is not None and packet.time_base is not None
    return packet.dts * packet.time_base


def _frame_number(packet: Packet[Any], fps: Fraction) -> int:
    """The number of a packet's frame in its segment."""
    assert packet.pts is not None and packet.time_base is not None
    return round(packet.pts * packet.time_base * fps)


def _reorder_depth(segment: Path, fps: Fraction) -> int:
    """By how many frames decoding must begin before showing, so that no frame is late."""
    numbers = (_frame_number(packet, fps) for packet in _packets(segment))
    return max((place - number for place, number in enumerate(numbers)), default=0)
