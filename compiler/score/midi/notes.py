"""Notes from key-down and key-up events: matches each end with its beginning."""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .repairs import Repairs
from .track import RawTrack

_NOTE_OFF, _NOTE_ON = 8, 9


@dataclass(frozen=True, slots=True)
class MidiNote:
    """A key held, in ticks from the start of the file; channels count from 0."""

    start_tick: int
    end_tick: int
    channel: int
    pitch: int
    velocity: int


Strikes = list[tuple[int, int]]
"""The strikes and releases of one key: (tick, velocity), 0 for a release."""


def paired(
    raw: RawTrack,
    start: int,
    port: int,
    silences: Mapping[tuple[int, int], Sequence[int]],
    label: str,
    repairs: Repairs,
) -> list[MidiNote]:
    """The notes of a track, in the order of their ends for each key.

    start     the tick at which the track begins
    silences  when all notes of a port and channel end, ascending
    """
    keys: dict[tuple[int, int], Strikes] = defaultdict(list)
    for tick, status, pitch, velocity in raw.voices:
        kind = status >> 4
        if kind == _NOTE_ON:
            keys[status & 15, pitch].append((start + tick, velocity))
        elif kind == _NOTE_OFF:
            keys[status & 15, pitch].append((start + tick, 0))
    end_tick = start + raw.end_tick
    notes: list[MidiNote] = []
    for (channel, pitch), strikes in keys.items():
        ends = silences.get((port, channel), ())
        held, open_ticks = _first_in_first_out(strikes, ends)
        if open_ticks:
            held = _one_at_a_time(strikes, ends, end_tick)
            for tick in open_ticks:
                message = f"note {pitch} on channel {channel + 1} of {label} never ends"
                action = "it is held until its key is struck again, or to the end of its track"
                repairs.add("open", f"{message}; {action}", tick, "MV414")
        notes += [MidiNote(begun, end, channel, pitch, velocity) for begun, end, velocity in held]
    return notes


Held = list[tuple[int, int, int]]


def _first_in_first_out(strikes: Strikes, silences: Sequence[int]) -> tuple[Held, list[int]]:
    """Notes (start, end, velocity) of one key, and when those began that never end."""
    sounding: deque[tuple[int, int]] = deque()
    held: Held = []
    for tick, velocity in strikes:
        _silence(sounding, held, silences, tick)
        if velocity:
            sounding.append((tick, velocity))
        elif sounding:
            begun, loud = sounding.popleft()
            held.append((begun, tick, loud))
    _silence(sounding, held, silences, None)
    return held, [begun for begun, _ in sounding]


def _one_at_a_time(strikes: Strikes, silences: Sequence[int], end_tick: int) -> Held:
    """Pair strikes where releases are missing: each strike ends the one before it."""
    sounding: deque[tuple[int, int]] = deque()
    held: Held = []
    for tick, velocity in strikes:
        _silence(sounding, held, silences, tick)
        if sounding:
            begun, loud = sounding.popleft()
            held.append((begun, tick, loud))
        if velocity:
            sounding.append((tick, velocity))
    _silence(sounding, held, silences, None)
    held += [(begun, max(begun, end_tick), loud) for begun, loud in sounding]
    return held


def _silence(
    sounding: deque[tuple[int, int]], held: Held, silences: Sequence[int], before: int | None
) -> None:
    """Ends what began before a silence that falls up to `before`."""
    while sounding:
        at = bisect_right(silences, sounding[0][0])
        if at == len(silences) or (before is not None and silences[at] > before):
            return
        begun, loud = sounding.popleft()
        held.append((begun, silences[at], loud))
