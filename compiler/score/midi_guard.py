"""A Standard MIDI File as plain events: every byte is read under a rule, or the file is refused.

The libraries read damaged files silently wrong (tick counters wrap, tracks vanish, notes without an end are
dropped), so this reader is our own. Every refusal says at which byte.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NoReturn

from .faults import fault

MAX_TRACKS = 256
MAX_EVENTS = 500_000
MAX_TICK = 1 << 31
MAX_META_BYTES = 65_536
_HEADER_BYTES = 14
_META, _SYSEX, _SYSEX_GOES_ON = 0xFF, 0xF0, 0xF7
_LYRIC, _MARKER, _NAME, _PORT, _END, _TEMPO, _METER = 0x05, 0x06, 0x03, 0x21, 0x2F, 0x51, 0x58


@dataclass(frozen=True, slots=True)
class MidiNote:
    """A key held, in ticks from the start of the file; channels count from 0."""

    start_tick: int
    end_tick: int
    channel: int
    pitch: int
    velocity: int


@dataclass(slots=True)
class MidiTrack:
    """One track of a file."""

    name: str = ""
    port: int = 0
    notes: list[MidiNote] = field(default_factory=list)
    programs: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, channel, program)."""
    lyrics: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class MidiFile:
    """All that a score needs of a file; events of one tick stand in the order of the file."""

    ticks_per_quarter: int
    tracks: list[MidiTrack] = field(default_factory=list)
    tempi: list[tuple[int, int]] = field(default_factory=list)
    """(tick, microseconds per quarter note)."""
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, numerator, denominator)."""
    markers: list[tuple[int, str]] = field(default_factory=list)


def parse_midi(data: bytes, name: str) -> MidiFile:
    """The events of a file.

    Raises PieceError MV410 for what is no MIDI file of a kind that is read, MV411 for one that is damaged,
    MV412 for one beyond the limits.
    """
    return _Reader(data, name).read()


class _Reader:
    """A position in the bytes; `end` is where the present chunk ends."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.position = 0
        self.end = len(data)
        self.event_count = 0

    def refuse(self, code: str, message: str, at: int | None = None) -> NoReturn:
        place = self.position if at is None else at
        raise fault(code, self.name, f"at byte {place}: {message}", "export the MIDI file again")

    def read(self) -> MidiFile:
        data = self.data
        if data[:4] != b"MThd":
            self.refuse("MV410", "it does not begin as a Standard MIDI File", 0)
        if len(data) < _HEADER_BYTES:
            self.refuse("MV411", "its header is cut short", len(data))
        length, kind, track_count, division = (
            int.from_bytes(data[start:stop], "big") for start, stop in ((4, 8), (8, 10), (10, 12), (12, 14))
        )
        if length != 6:
            self.refuse("MV411", f"its header says {length} bytes, not 6", 4)
        if kind not in (0, 1):
            self.refuse("MV410", f"format {kind} is not read; 0 and 1 are", 8)
        if not 1 <= track_count <= MAX_TRACKS or (kind == 0 and track_count != 1):
            self.refuse(
                "MV412", f"{track_count} tracks; format {kind} may have {MAX_TRACKS if kind else 1}", 10
            )
        if division & 0x8000:
            self.refuse("MV410", "its time is counted in film frames (SMPTE), not in beats", 12)
        if division == 0:
            self.refuse("MV411", "it has 0 ticks in a quarter note", 12)
        file = MidiFile(division)
        self.position = _HEADER_BYTES
        for number in range(1, track_count + 1):
            file.tracks.append(self.track(number, file))
        return file

    def track(self, number: int, file: MidiFile) -> MidiTrack:
        start = self.position
        if self.data[start : start + 4] != b"MTrk":
            self.refuse("MV411", f"track {number} does not begin here")
        if start + 8 > len(self.data):
            self.refuse("MV411", f"the header of track {number} is cut short")
        length = int.from_bytes(self.data[start + 4 : start + 8], "big")
        self.position = start + 8
        self.end = self.position + length
        if self.end > len(self.data):
            left = len(self.data) - self.position
            self.refuse("MV411", f"track {number} says {length} bytes, {left} are left", start + 4)
        track = MidiTrack()
        sounding: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        tick = 0
        running: int | None = None
        while True:
            if self.position >= self.end:
                self.refuse("MV411", f"track {number} does not end with an end-of-track event")
            begin = self.position
            tick += self.variable()
            self.count(tick, begin)
            status = self.byte()
            if status < 0x80:
                if running is None:
                    self.refuse("MV411", "a data byte without a status byte before it", self.position - 1)
                self.position -= 1
                status = running
            if status == _META:
                running = None
                if self.meta(tick, track, file, begin):
                    self.finish(number, sounding)
                    return track
            elif status in (_SYSEX, _SYSEX_GOES_ON):
                running = None
                self.block(begin)
            elif status >= 0xF0:
                self.refuse("MV411", f"status byte 0x{status:02x} does not belong in a file", begin)
            else:
                running = status
                self.channel_event(status, tick, track, sounding)

    def count(self, tick: int, begin: int) -> None:
        self.event_count += 1
        if self.event_count > MAX_EVENTS:
            self.refuse("MV412", f"more than {MAX_EVENTS} events", begin)
        if tick >= MAX_TICK:
            self.refuse("MV412", f"tick {tick} is beyond {MAX_TICK}", begin)

    def finish(self, number: int, sounding: dict[tuple[int, int], deque[tuple[int, int]]]) -> None:
        if self.position != self.end:
            self.refuse("MV411", f"track {number} goes on after its end")
        for (channel, pitch), begun in sounding.items():
            if begun:
                self.refuse("MV411", f"note {pitch} on channel {channel + 1} of track {number} never ends")

    def channel_event(
        self,
        status: int,
        tick: int,
        track: MidiTrack,
        sounding: dict[tuple[int, int], deque[tuple[int, int]]],
    ) -> None:
        kind, channel = status >> 4, status & 15
        first = self.data_byte()
        second = 0 if kind in (12, 13) else self.data_byte()
        if kind == 12:
            track.programs.append((tick, channel, first))
        elif kind == 9 and second:
            sounding.setdefault((channel, first), deque()).append((tick, second))
        elif kind in (8, 9):
            begun = sounding.get((channel, first))
            # Unisons may overlap: the note that began first ends first.
            if begun:
                start, velocity = begun.popleft()
                track.notes.append(MidiNote(start, tick, channel, first, velocity))

    def meta(self, tick: int, track: MidiTrack, file: MidiFile, begin: int) -> bool:
        """Reads a meta event; True where it ends the track."""
        kind = self.byte()
        content = self.block(begin)
        if kind == _END:
            return True
        if kind == _TEMPO:
            if len(content) != 3 or not any(content):
                self.refuse("MV411", "a tempo must be three bytes and not 0", begin)
            file.tempi.append((tick, int.from_bytes(content, "big")))
        elif kind == _METER:
            if len(content) != 4 or not 1 <= content[0] <= 64 or content[1] > 6:
                self.refuse("MV411", "a time signature that no music has", begin)
            file.meters.append((tick, content[0], 1 << content[1]))
        elif kind == _NAME and not track.name:
            track.name = _text(content)
        elif kind == _PORT and len(content) == 1:
            track.port = content[0]
        elif kind == _LYRIC and _text(content):
            track.lyrics.append((tick, _text(content)))
        elif kind == _MARKER and _text(content):
            file.markers.append((tick, _text(content)))
        return False

    def block(self, begin: int) -> bytes:
        length = self.variable()
        if length > MAX_META_BYTES or self.position + length > self.end:
            self.refuse("MV411", f"an event of {length} bytes", begin)
        self.position += length
        return self.data[self.position - length : self.position]

    def variable(self) -> int:
        first = self.position
        value = 0
        while True:
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
            if self.position - first == 4:
                self.refuse("MV411", "a number of more than four bytes")

    def byte(self) -> int:
        if self.position >= self.end:
            self.refuse("MV411", "an event is cut short")
        self.position += 1
        return self.data[self.position - 1]

    def data_byte(self) -> int:
        byte = self.byte()
        if byte > 0x7F:
            self.refuse("MV411", f"data byte 0x{byte:02x} is above 127", self.position - 1)
        return byte


def _text(content: bytes) -> str:
    """Text of a meta event: MuseScore ends names with NUL; most programs write UTF-8, some Latin-1."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return "".join(character for character in text if character.isprintable()).strip()
