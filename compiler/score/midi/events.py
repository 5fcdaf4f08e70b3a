"""The events of a Standard MIDI File as a score needs them, read by mido.

Overlapping unisons are separate notes: the one that began first ends first.
"""

from collections import deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from ..guard.faults import fault
from .guard import guard_midi


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
    texts: list[str] = field(default_factory=list)
    """Text events in the order of the file."""


def midi_events(data: bytes, name: str) -> MidiFile:
    """The events of a file. Raises PieceError MV410, MV411, MV412 (see midi_guard)."""
    import mido

    guard_midi(data, name)
    try:
        read = mido.MidiFile(file=BytesIO(data), charset="latin-1")
    except (OSError, EOFError, ValueError, IndexError, KeyError) as error:
        raise fault("MV411", name, f"mido cannot read it: {error}", "export the MIDI file again") from None
    file = MidiFile(read.ticks_per_beat)
    for messages in read.tracks:
        file.tracks.append(_track(messages, file))
    return file


def _track(messages: Any, file: MidiFile) -> MidiTrack:
    track = MidiTrack()
    sounding: dict[tuple[int, int], deque[tuple[int, int]]] = {}
    tick = 0
    for message in messages:
        tick += message.time
        match message.type:
            case "note_on" if message.velocity:
                key = (message.channel, message.note)
                sounding.setdefault(key, deque()).append((tick, message.velocity))
            case "note_on" | "note_off":
                if begun := sounding.get((message.channel, message.note)):
                    start, velocity = begun.popleft()
                    track.notes.append(MidiNote(start, tick, message.channel, message.note, velocity))
            case "program_change":
                track.programs.append((tick, message.channel, message.program))
            case "set_tempo":
                file.tempi.append((tick, message.tempo))
            case "time_signature":
                file.meters.append((tick, message.numerator, message.denominator))
            case "track_name" if not track.name:
                track.name = _text(message.name)
            case "midi_port":
                track.port = message.port
            case "lyrics" if text := _text(message.text):
                track.lyrics.append((tick, text))
            case "text" if text := _text(message.text):
                file.texts.append(text)
            case "marker" if text := _text(message.text):
                file.markers.append((tick, text))
    return track


def _text(latin: str) -> str:
    """Text of a meta event: MuseScore ends names with NUL; most programs write UTF-8, some Latin-1."""
    try:
        text = latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        text = latin
    return "".join(character for character in text if character.isprintable()).strip()
