"""A heard score as a Standard MIDI File: one tempo mark a beat, metres, notes, marks, and what was
listened to.

480 ticks a quarter note, tempi in whole microseconds: what rounding leaves over is carried on to the next
beat, so that bars do not drift. A bar of another length than the metre's gets a metre of its own, as a
pickup.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import Any

from ..model import HeardFrom, Meter

TICKS = 480
SHORTEST_TICKS = 30
SOFTEST, LOUDEST = 30, 127
_DRUM_CHANNEL = 9
_TEMPO_MOST = 0xFF_FF_FF
_NEAR_US = 50.0
"""So near, in microseconds, a beat is to where it was heard."""
HEARD, COUNTED, BEGINS = "musicvis heard 1", "musicvis counted", "musicvis bar 1 at"
"""Text events that state the recordings of a score, the tempo at which people might count instead, and the
time of bar 1, in seconds."""


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note in seconds of the recording; `level` is 0..1."""

    onset_s: float
    end_s: float
    pitch: int
    level: float


@dataclass(frozen=True, slots=True)
class WrittenTrack:
    """The notes of one part."""

    name: str
    notes: tuple[WrittenNote, ...]
    is_drums: bool = False


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """All that the file says.

    beats_s   at least two, ascending, in seconds of the recording; the first is where bar 1 is
    places    of each beat in its bar, from 0
    marks     rehearsal marks and the beats at which they are
    """

    beats_s: tuple[float, ...]
    places: tuple[int, ...]
    meter: Meter
    tracks: tuple[WrittenTrack, ...]
    heard: HeardFrom
    marks: tuple[tuple[str, int], ...] = ()


def beat_length(meter: Meter) -> Fraction:
    """The beat of a metre in quarter notes: three quavers in 6/8, otherwise its denominator."""
    unit = Fraction(4, meter.denominator)
    is_compound = meter.denominator >= 8 and meter.numerator % 3 == 0 and meter.numerator > 3
    return unit * 3 if is_compound else unit


def beats_of(meter: Meter) -> int:
    """The number of beats in a bar of a metre."""
    return int(meter.bar_qn / beat_length(meter))


def midi_bytes(score: WrittenScore) -> bytes:
    """The file; the same score gives the same bytes."""
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks.append(_track(mido, sorted(_signs(mido, score), key=lambda event: event[:2])))
    channels = [channel for channel in range(16) if channel != _DRUM_CHANNEL]
    for number, track in enumerate(score.tracks):
        channel = _DRUM_CHANNEL if track.is_drums else channels[number % len(channels)]
        events = [(0, 0, mido.MetaMessage("track_name", name=_latin(track.name)))]
        events += sorted(_notes(mido, track, channel, score), key=lambda event: (*event[:2], event[2].note))
        file.tracks.append(_track(mido, events))
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


Event = tuple[int, int, Any]
"""Tick, order within the tick, message."""


def _signs(mido: Any, score: WrittenScore) -> Iterator[Event]:
    """The marks above the notes: texts, metres, tempi, rehearsal marks."""
    beat_qn = beat_length(score.meter)
    ticks = int(beat_qn * TICKS)
    heard = score.heard
    for name, digest in heard.recordings:
        yield 0, 0, mido.MetaMessage("text", text=_latin(f"{HEARD} {digest} {name}"))
    counted = " ".join(f"{bpm:.1f}" for bpm in (heard.bpm, *heard.other_bpm))
    yield 0, 0, mido.MetaMessage("text", text=f"{COUNTED} {counted}")
    yield 0, 0, mido.MetaMessage("text", text=f"{BEGINS} {score.beats_s[0]:.4f}")
    before = 0
    for start, length in bar_lengths(score.places, beats_of(score.meter)):
        if length != before:
            meter = _meter_of(length, score.meter)
            sign = mido.MetaMessage(
                "time_signature", numerator=meter.numerator, denominator=meter.denominator
            )
            yield start * ticks, 1, sign
        before = length
    for number, tempo in tempo_marks(score.beats_s, float(beat_qn)):
        yield number * ticks, 2, mido.MetaMessage("set_tempo", tempo=tempo)
    for name, beat in score.marks:
        yield beat * ticks, 3, mido.MetaMessage("marker", text=_latin(name))


def tempo_marks(beats_s: Sequence[float], beat_qn: float) -> Iterator[tuple[int, int]]:
    """From which beat on which tempo holds, in microseconds a quarter: as long as no beat is _NEAR_US off."""
    number, left = 0, 0.0
    while number < len(beats_s) - 1:
        low, high, tempo, count = 1.0, float(_TEMPO_MOST), 0, 0
        for end in range(number + 1, len(beats_s)):
            wanted, quarters = (beats_s[end] - beats_s[number]) * 1e6 + left, (count + 1) * beat_qn
            low, high = max(low, (wanted - _NEAR_US) / quarters), min(high, (wanted + _NEAR_US) / quarters)
            middle = round((low + high) / 2)
            if count and not low <= middle <= high:
                break
            tempo, count = min(max(middle, 1), _TEMPO_MOST), count + 1
        yield number, tempo
        left += (beats_s[number + count] - beats_s[number]) * 1e6 - tempo * count * beat_qn
        number += count


def bar_lengths(places: Sequence[int], beats: int) -> Iterator[tuple[int, int]]:
    """The first beat of each bar and how many beats it has; the last bar is taken to be whole."""
    starts = [0, *(number for number, place in enumerate(places) if place == 0 and number)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield start, beats if end is None else end - start


def _meter_of(length: int, meter: Meter) -> Meter:
    if length == beats_of(meter):
        return meter
    quarters = beat_length(meter) * length
    return Meter(int(quarters * meter.denominator / 4), meter.denominator)


def _notes(mido: Any, track: WrittenTrack, channel: int, score: WrittenScore) -> Iterator[Event]:
    ticks = int(beat_length(score.meter) * TICKS)
    for note in track.notes:
        start = max(0, _tick(note.onset_s, score.beats_s, ticks))
        end = max(start + SHORTEST_TICKS, _tick(note.end_s, score.beats_s, ticks))
        velocity = round(SOFTEST + (LOUDEST - SOFTEST) * min(max(note.level, 0.0), 1.0))
        yield start, 1, mido.Message("note_on", channel=channel, note=note.pitch, velocity=velocity)
        yield end, 0, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)


def _tick(time_s: float, beats_s: Sequence[float], ticks: int) -> int:
    """The tick at a time; before the first beat and after the last at the tempo next to it."""
    at = min(max(bisect_right(beats_s, time_s) - 1, 0), len(beats_s) - 2)
    share = (time_s - beats_s[at]) / (beats_s[at + 1] - beats_s[at])
    return floor((at + share) * ticks + 0.5)


def _track(mido: Any, events: Sequence[Event]) -> Any:
    track, before = mido.MidiTrack(), 0
    for tick, _, message in events:
        track.append(message.copy(time=tick - before))
        before = tick
    track.append(mido.MetaMessage("end_of_track", time=0))
    return track


def _latin(text: str) -> str:
    """UTF-8 bytes as the Latin-1 letters that mido writes as these bytes."""
    return text.encode("utf-8", "replace").decode("latin-1")
