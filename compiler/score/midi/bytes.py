"""The chunks of a Standard MIDI File: a header and the bytes of each track, wherever they are.

A file is refused for what it is not, for what cannot be understood, and beyond the limits. What is only
wrongly labelled (a length, a count, a wrapping) is read, and noted.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from ....dsl.findings.plain import counted
from ..guard.faults import fault
from .repairs import Repairs

MAX_TRACKS = 256
_HEADER_BYTES = 14
# The most bytes that MacBinary and mail programs put before a file.
_LEAD_BYTES = 512
_END_OF_TRACK = b"\xff\x2f\x00"
_FRAMES_PER_S = {24: Fraction(24), 25: Fraction(25), 29: Fraction(30_000, 1001), 30: Fraction(30)}


@dataclass(frozen=True, slots=True)
class Chunks:
    """The places of a file's tracks in `data`.

    kind                0: one track for all channels; 1: tracks side by side; 2: one after the other
    ticks_per_quarter   0 where time is counted in seconds
    ticks_per_s         0 where time is counted in beats
    tracks              (first byte, end) of the events of each track
    """

    data: bytes
    kind: int
    ticks_per_quarter: int
    ticks_per_s: Fraction
    tracks: tuple[tuple[int, int], ...]


def midi_chunks(data: bytes, name: str, repairs: Repairs) -> Chunks:
    """The chunks of a file.

    Raises PieceError MV410 for what is not a MIDI file, MV411 for one that is damaged, MV412 for one with
    more tracks than the limit.
    """
    start = _start(data, name, repairs)
    if len(data) < start + _HEADER_BYTES:
        refuse("MV411", name, len(data), "its header is cut short")
    length = int.from_bytes(data[start + 4 : start + 8], "big")
    kind, track_count, division = (
        int.from_bytes(data[start + at : start + at + 2], "big") for at in (8, 10, 12)
    )
    if length < 6:
        refuse("MV411", name, start + 4, f"its header says {counted(length, 'byte')}, not 6")
    if kind > 2:
        repairs.add("kind", f"its format {kind} is read as format 1")
        kind = 1
    ticks_per_quarter, ticks_per_s = division, Fraction(0)
    if division & 0x8000:
        frames = _FRAMES_PER_S.get(256 - (division >> 8))
        if frames is None or not division & 0xFF:
            refuse("MV411", name, start + 12, "its time is counted in frames of no known rate")
        ticks_per_quarter, ticks_per_s = 0, frames * (division & 0xFF)
    elif division == 0:
        refuse("MV411", name, start + 12, "it has 0 ticks in a quarter note")
    tracks = _tracks(data, start + 8 + length, name, repairs)
    if not tracks:
        refuse("MV411", name, start + 10, "it has no track")
    if len(tracks) != track_count:
        repairs.add("tracks", f"its header says {counted(track_count, 'track')}, and it has {len(tracks)}")
    if kind == 0 and len(tracks) > 1:
        kind = 1
    return Chunks(data, kind, ticks_per_quarter, ticks_per_s, tuple(tracks))


def refuse(code: str, name: str, at: int, message: str) -> NoReturn:
    """Raises the PieceError for an unreadable file, with the byte at which the fault is."""
    raise fault(code, name, f"at byte {at}: {message}", "export the MIDI file again")


def _start(data: bytes, name: str, repairs: Repairs) -> int:
    """The offset of the header: 0, or behind a RIFF header (.rmi) or what a mail program put before it."""
    if data[:4] == b"MThd":
        return 0
    at = data.find(b"MThd", 0, _LEAD_BYTES)
    if at < 0:
        refuse("MV410", name, 0, "it does not begin as a Standard MIDI File")
    if not (data[:4] == b"RIFF" and data[8:12] == b"RMID"):
        repairs.add("lead", f"it begins with {counted(at, 'byte')} of something else")
    return at


def _tracks(data: bytes, position: int, name: str, repairs: Repairs) -> list[tuple[int, int]]:
    """The events of every track chunk; other chunks are passed over, as the standard asks."""
    found: list[tuple[int, int]] = []
    while position + 8 <= len(data):
        if not _is_chunk(data, position):
            following = data.find(b"MTrk", position)
            if following < 0:
                if found:
                    repairs.add("rest", f"no track holds its last {counted(len(data) - position, 'byte')}")
                break
            between = counted(following - position, "byte")
            repairs.add("between", f"no track holds {between} from byte {position} on")
            position = following
        length = int.from_bytes(data[position + 4 : position + 8], "big")
        first, end = position + 8, position + 8 + length
        if data[position : position + 4] == b"MTrk":
            number = len(found) + 1
            if number > MAX_TRACKS:
                refuse("MV412", name, position, f"more than {MAX_TRACKS} tracks")
            if end > len(data):
                # Whether anything is missing, its events say.
                end = len(data)
            elif end < len(data) and not _is_chunk(data, end) and data[end - 3 : end] != _END_OF_TRACK:
                following = data.find(b"MTrk", first)
                end = len(data) if following < 0 else following
                repairs.add("length", f"track {number} says {counted(length, 'byte')}, and has {end - first}")
            found.append((first, end))
        position = end
    return found


def _is_chunk(data: bytes, position: int) -> bool:
    """Whether a chunk may begin here: four letters, and a length that fits the file."""
    kind = data[position : position + 4]
    if len(data) - position < 8 or kind == b"MTrk":
        # A last byte or two (a pad of RIFF, an end-of-file mark) spoil nothing.
        return len(data) - position < 4 or kind == b"MTrk"
    length = int.from_bytes(data[position + 4 : position + 8], "big")
    return all(0x20 <= byte < 0x7F for byte in kind) and position + 8 + length <= len(data)
