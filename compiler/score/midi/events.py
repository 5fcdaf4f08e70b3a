"""The events of a Standard MIDI File as a score needs them: tracks with their notes, and what rules them all.

Overlapping unisons are separate notes: the one that began first ends first.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from .bytes import midi_chunks
from .notes import MidiNote, paired
from .repairs import Repairs
from .text import Texts
from .track import RawTrack, TrackReader

__all__ = ["ChannelEvent", "MidiFile", "MidiNote", "MidiTrack", "midi_events"]

_TEXT, _NAME, _LYRIC, _MARKER = 0x01, 0x03, 0x05, 0x06
_PORT, _TEMPO, _METER = 0x21, 0x51, 0x58
_TEXTS = (_TEXT, _NAME, _LYRIC, _MARKER)
_ALL_SOUND_OFF, _ALL_NOTES_OFF = 120, 123
_MOST_METER_POWER = 7
_NOTE_OFF, _NOTE_ON, _CONTROLLER = 8, 9, 11
_KARAOKE_TRACKS = ("words", "lyrics")

ChannelEvent = tuple[int, int, int, int]
"""(tick, kind of message: 10 aftertouch of a key .. 14 pitch bend, first data byte, second)."""


@dataclass(slots=True)
class MidiTrack:
    """One track of a file."""

    name: str = ""
    port: int = 0
    notes: list[MidiNote] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)
    """(tick, syllable as written, with its blanks)."""


@dataclass(slots=True)
class MidiFile:
    """All that a score needs of a file; events of one tick are in the order of the file."""

    unit_qn: Fraction
    """The length of a tick in quarter notes."""
    kind: int = 1
    title: str = ""
    tracks: list[MidiTrack] = field(default_factory=list)
    tempi: list[tuple[int, int]] = field(default_factory=list)
    """(tick, microseconds per quarter note)."""
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, numerator, denominator)."""
    markers: list[tuple[int, str]] = field(default_factory=list)
    channels: dict[tuple[int, int], list[ChannelEvent]] = field(default_factory=dict)
    """All events but notes, by port and channel in any track, in time order."""
    blocks: list[tuple[int, bytes]] = field(default_factory=list)
    """System exclusive messages."""
    end_tick: int = 0
    repairs: Repairs = field(default_factory=Repairs)
    texts: list[str] = field(default_factory=list)
    """Text events in the order of the file."""


def midi_events(data: bytes, name: str) -> MidiFile:
    """The events of a file.

    Raises PieceError MV410 for what is not a MIDI file, MV411 for one that is damaged, MV412 for one beyond
    the limits.
    """
    repairs = Repairs()
    chunks = midi_chunks(data, name, repairs)
    reader = TrackReader(data, name, repairs)
    raws = [reader.read(number, *lies) for number, lies in enumerate(chunks.tracks, 1)]
    texts = Texts(content for raw in raws for _, kind, content in raw.metas if kind in _TEXTS)
    file = MidiFile(Fraction(1, chunks.ticks_per_quarter or 1), chunks.kind, repairs=repairs)
    starts = _starts(raws) if chunks.kind == 2 else [0] * len(raws)
    if chunks.kind == 2 and len(raws) > 1:
        repairs.add("kind 2", "its format 2 holds several sequences, which are played one after the other")
    words = _is_karaoke(raws, texts)
    for raw, start in zip(raws, starts, strict=True):
        file.tracks.append(_track(raw, start, file, texts, words))
    for events in file.channels.values():
        events.sort(key=lambda event: event[0])
    silences = _silences(file)
    for number, (raw, start) in enumerate(zip(raws, starts, strict=True)):
        track = file.tracks[number]
        label = f"track {number + 1}{f' ({track.name})' if track.name else ''}"
        track.notes = paired(raw, start, track.port, silences, label, repairs)
        last = max((note.end_tick for note in track.notes), default=0)
        file.end_tick = max(file.end_tick, start + raw.end_tick, last)
    if chunks.ticks_per_s:
        _count_in_seconds(file, chunks.ticks_per_s)
    return file


def _starts(raws: list[RawTrack]) -> list[int]:
    starts = [0]
    for raw in raws[:-1]:
        starts.append(starts[-1] + raw.end_tick)
    return starts


def _is_karaoke(raws: list[RawTrack], texts: Texts) -> bool:
    """Whether plain text events are sung words, as in .kar files: their headers begin with @."""
    return any(
        (kind == _TEXT and content[:2] in (b"@K", b"@T"))
        or (kind == _NAME and texts.clean(content).lower() in _KARAOKE_TRACKS)
        for raw in raws
        for _, kind, content in raw.metas
    )


def _track(raw: RawTrack, start: int, file: MidiFile, texts: Texts, texts_are_words: bool) -> MidiTrack:
    track = MidiTrack()
    lyrics: list[tuple[int, str]] = []
    spoken: list[tuple[int, str]] = []
    for local, kind, content in raw.metas:
        tick = start + local
        if kind == _NAME and not track.name:
            track.name = texts.clean(content)
        elif kind == _PORT and content:
            track.port = content[0]
        elif kind == _TEMPO:
            _tempo(tick, content, file)
        elif kind == _METER:
            _meter(tick, content, file)
        elif kind == _LYRIC:
            lyrics.append((tick, texts.raw(content)))
        elif kind == _MARKER and (text := texts.clean(content)):
            file.markers.append((tick, text))
        elif kind == _TEXT and texts_are_words:
            text = texts.raw(content)
            if not text.startswith("@"):
                spoken.append((tick, text))
            elif text.startswith("@T") and not file.title:
                file.title = texts.clean(content)[2:].strip()
        elif kind == _TEXT and (text := texts.clean(content)):
            file.texts.append(text)
    # Some files hold their words twice, as texts and as lyrics.
    track.words = lyrics if len(lyrics) >= len(spoken) else spoken
    for local, status, first, second in raw.voices:
        kind = status >> 4
        if kind not in (_NOTE_ON, _NOTE_OFF):
            events = file.channels.setdefault((track.port, status & 15), [])
            events.append((start + local, kind, first, second))
    file.blocks += [(start + tick, content) for tick, content in raw.blocks]
    return track


def _tempo(tick: int, content: bytes, file: MidiFile) -> None:
    microseconds = int.from_bytes(content[:3], "big")
    if len(content) < 3 or not microseconds:
        file.repairs.add("tempo", "a tempo of 0 is ignored; the previous tempo continues", tick)
    else:
        file.tempi.append((tick, microseconds))


def _meter(tick: int, content: bytes, file: MidiFile) -> None:
    if len(content) < 2 or not content[0] or content[1] > _MOST_METER_POWER:
        said = f"{content[0]}/2^{content[1]}" if len(content) > 1 else "cut short"
        message = f"a time signature ({said}) that is impossible is ignored"
        file.repairs.add("meter", message, tick)
    else:
        file.meters.append((tick, content[0], 1 << content[1]))


def _silences(file: MidiFile) -> dict[tuple[int, int], list[int]]:
    """For each port and channel, when all of its notes are ended at once."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for key, events in file.channels.items():
        for tick, kind, first, _ in events:
            if kind == _CONTROLLER and first in (_ALL_SOUND_OFF, _ALL_NOTES_OFF):
                found[key].append(tick)
    return found


def _count_in_seconds(file: MidiFile, ticks_per_s: Fraction) -> None:
    """A file in SMPTE time has seconds only: beats are counted at its first tempo, or at 120."""
    first = min(file.tempi, default=(0, 500_000), key=lambda tempo: tempo[0])[1]
    if len({microseconds for _, microseconds in file.tempi}) > 1:
        file.repairs.add("smpte", "its time is in seconds (SMPTE), so only its first tempo is used")
    file.tempi = [(0, first)]
    file.unit_qn = Fraction(1_000_000, first) / ticks_per_s
