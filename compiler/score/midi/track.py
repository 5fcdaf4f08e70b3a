"""The events of one track of a Standard MIDI File, byte by byte.

A running status holds on after meta events, as most programs write and read it. A data byte above 127 is
read as 127; more than a few of them say that the bytes are not events at all.
"""

from dataclasses import dataclass, field

from ....dsl.findings.plain import counted
from .bytes import refuse
from .repairs import Repairs

MAX_EVENTS = 500_000
MAX_TICK = 1 << 31
MAX_META_BYTES = 65_536
"""Bytes that are read of a longer text or block."""
_MOST_BAD_BYTES = 16
_END_OF_TRACK = 0x2F
# Data bytes of system messages, which belong on a cable instead of in a file.
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}


@dataclass(slots=True)
class RawTrack:
    """The events of a track in the order of the file, in ticks from its start."""

    voices: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Channel messages: (tick, status, first data byte, second); the status holds the channel."""
    metas: list[tuple[int, int, bytes]] = field(default_factory=list)
    """(tick, kind, content)."""
    blocks: list[tuple[int, bytes]] = field(default_factory=list)
    """System exclusive messages, without their first byte."""
    end_tick: int = 0


class TrackReader:
    """Reads the tracks of one file; counts events over all of them."""

    def __init__(self, data: bytes, name: str, repairs: Repairs) -> None:
        self.data = data
        self.name = name
        self.repairs = repairs
        self.event_count = 0

    def read(self, number: int, position: int, end: int) -> RawTrack:
        """The track whose events are from `position` up to, not at, `end`; `number` counts from 1.

        Raises PieceError MV411 where the bytes are not events, MV412 beyond the limits.
        """
        data, track = self.data, RawTrack()
        tick, running = 0, 0
        while position < end:
            begin = position
            delta, position = self._variable(position, end)
            if delta < 0 or position >= end:
                return self._cut(track, number, tick)
            tick += delta
            self._count(tick, begin)
            status = data[position]
            if status >= 0x80:
                position += 1
            elif running:
                status = running
            else:
                refuse("MV411", self.name, position, "a data byte without a status byte before it")
            if status < 0xF0:
                running = status
                two = status >> 4 not in (12, 13)
                if position + two >= end:
                    return self._cut(track, number, tick)
                first, second = data[position], data[position + 1] if two else 0
                if first > 127 or second > 127:
                    first, second = self._bad(position, first, second, tick)
                position += 1 + two
                track.voices.append((tick, status, first, second))
            elif status == 0xFF:
                if position >= end:
                    return self._cut(track, number, tick)
                kind = data[position]
                length, position = self._variable(position + 1, end)
                if kind == _END_OF_TRACK:
                    track.end_tick = tick
                    if end - max(position, begin) > 3 and any(data[position:end]):
                        rest = counted(end - position, "byte")
                        message = f"track {number} goes on after its end; musicvis leaves out {rest}"
                        self.repairs.add("goes on", message)
                    return track
                if length < 0 or position + length > end:
                    return self._cut(track, number, tick)
                track.metas.append((tick, kind, data[position : position + min(length, MAX_META_BYTES)]))
                position += length
            elif status in (0xF0, 0xF7):
                length, position = self._variable(position, end)
                if length < 0 or position + length > end:
                    return self._cut(track, number, tick)
                if status == 0xF0:
                    track.blocks.append((tick, data[position : position + min(length, MAX_META_BYTES)]))
                position += length
            else:
                message = f"at byte {begin}: status byte 0x{status:02x} does not belong in a file"
                if self.repairs.add("system", message, tick) > _MOST_BAD_BYTES:
                    refuse("MV411", self.name, begin, "too many status bytes that do not belong in a file")
                position += _SYSTEM_BYTES.get(status, 0)
        track.end_tick = tick
        self.repairs.add("no end", f"track {number} does not end with an end-of-track event")
        return track

    def _cut(self, track: RawTrack, number: int, tick: int) -> RawTrack:
        """The track as far as it goes."""
        track.end_tick = tick
        message = f"track {number} is cut short inside an event; what came before it is read"
        self.repairs.add("cut event", message, tick)
        return track

    def _bad(self, position: int, first: int, second: int, tick: int) -> tuple[int, int]:
        message = f"at byte {position}: data byte 0x{max(first, second):02x} is above 127 and read as 127"
        if self.repairs.add("data byte", message, tick) > _MOST_BAD_BYTES:
            refuse("MV411", self.name, position, "too many data bytes above 127: these are not events")
        return min(first, 127), min(second, 127)

    def _count(self, tick: int, begin: int) -> None:
        self.event_count += 1
        if self.event_count > MAX_EVENTS:
            refuse("MV412", self.name, begin, f"more than {MAX_EVENTS} events")
        if tick >= MAX_TICK:
            refuse("MV412", self.name, begin, f"tick {tick} is beyond {MAX_TICK}")

    def _variable(self, position: int, end: int) -> tuple[int, int]:
        """A number of variable length and where it ends; -1 where the track ends inside it."""
        value = 0
        for at in range(position, min(position + 4, end)):
            byte = self.data[at]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at + 1
        if position + 4 <= end:
            refuse("MV411", self.name, position + 4, "a number of more than four bytes")
        return -1, end
