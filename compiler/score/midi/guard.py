"""Whether a Standard MIDI File may be read: every byte stands under a rule, or the file is refused.

mido reads damaged files silently wrong (declared tracks vanish, a time in film frames becomes negative), so
nothing reaches it that does not pass here. Every refusal says at which byte.
"""

from typing import NoReturn

from ..guard.faults import fault

MAX_TRACKS = 256
MAX_EVENTS = 250_000
MAX_TICK = 1 << 31
MAX_META_BYTES = 65_536
_HEADER_BYTES = 14
_META, _SYSEX, _SYSEX_GOES_ON = 0xFF, 0xF0, 0xF7
_END, _TEMPO, _METER, _KEY = 0x2F, 0x51, 0x58, 0x59


def guard_midi(data: bytes, name: str) -> None:
    """Refuses a file that mido would not read, or not rightly.

    Raises PieceError MV410 for what is no MIDI file of a kind that is read, MV411 for one that is damaged,
    MV412 for one beyond the limits.
    """
    _Reader(data, name).read()


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

    def read(self) -> None:
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
        self.position = _HEADER_BYTES
        for number in range(1, track_count + 1):
            self.track(number)

    def track(self, number: int) -> None:
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
        sounding: dict[tuple[int, int], int] = {}
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
                if self.meta(begin):
                    self.finish(number, sounding)
                    return
            elif status in (_SYSEX, _SYSEX_GOES_ON):
                running = None
                self.block(begin)
            elif status >= 0xF0:
                self.refuse("MV411", f"status byte 0x{status:02x} does not belong in a file", begin)
            else:
                running = status
                self.channel_event(status, sounding)

    def count(self, tick: int, begin: int) -> None:
        self.event_count += 1
        if self.event_count > MAX_EVENTS:
            self.refuse("MV412", f"more than {MAX_EVENTS} events", begin)
        if tick >= MAX_TICK:
            self.refuse("MV412", f"tick {tick} is beyond {MAX_TICK}", begin)

    def finish(self, number: int, sounding: dict[tuple[int, int], int]) -> None:
        if self.position != self.end:
            self.refuse("MV411", f"track {number} goes on after its end")
        for (channel, pitch), held in sounding.items():
            if held:
                self.refuse("MV411", f"note {pitch} on channel {channel + 1} of track {number} never ends")

    def channel_event(self, status: int, sounding: dict[tuple[int, int], int]) -> None:
        kind, channel = status >> 4, status & 15
        first = self.data_byte()
        second = 0 if kind in (12, 13) else self.data_byte()
        if kind in (8, 9):
            key = (channel, first)
            held = sounding.get(key, 0)
            sounding[key] = held + 1 if kind == 9 and second else max(0, held - 1)

    def meta(self, begin: int) -> bool:
        """Reads a meta event; True where it ends the track."""
        kind = self.byte()
        content = self.block(begin)
        if kind == _END:
            return True
        if kind == _TEMPO and (len(content) != 3 or not any(content)):
            self.refuse("MV411", "a tempo must be three bytes and not 0", begin)
        if kind == _METER and (len(content) != 4 or not 1 <= content[0] <= 64 or content[1] > 6):
            self.refuse("MV411", "a time signature that no music has", begin)
        if kind == _KEY and (len(content) != 2 or (content[0] + 7) % 256 > 14 or content[1] > 1):
            self.refuse("MV411", "a key signature that no music has", begin)
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
