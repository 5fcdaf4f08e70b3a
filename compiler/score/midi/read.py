"""A Standard MIDI File as a Score: exact ticks, tempi in whole microseconds, bars counted as they are played.

MIDI knows no written lengths: `length_qn` is how long the key is held, as `gate_qn` is. Programs are kept per
channel (and port) and time, whichever track they stand in; a track that changes its program becomes two.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from ....dsl.findings.diagnostics import Diagnostic
from ..guard.faults import fault, warning
from ..guard.limits import check_seconds
from ..model import Measure, Meter, Note, RehearsalMark, Score, TempoMark, Track
from ..playback.repeats import MAX_PLAYED_BARS
from .events import MidiFile, MidiNote, midi_events
from .heard import heard_from

_DRUM_CHANNEL = 9
_DEFAULT_MICROSECONDS = 500_000
_COMMON = Meter(4, 4)


def read_midi(data: bytes, name: str, digest: str) -> Score:
    """The score in a MIDI file.

    Raises PieceError MV410, MV411, MV412 (see midi_guard.py) and MV408 (size of the piece).
    """
    file = midi_events(data, name)
    unit = Fraction(1, file.ticks_per_quarter)
    end_tick = max((note.end_tick for track in file.tracks for note in track.notes), default=0)
    findings: list[Diagnostic] = []
    measures = _measures(file, end_tick, name, findings)
    tracks, notes = _notes(file, measures, unit)
    tempi = _tempi(file, unit)
    check_seconds(tempi, max(measures[-1].end_qn, tempi[-1].onset_qn), name)
    return Score(
        title=file.tracks[0].name if not file.tracks[0].notes else "",
        tracks=tracks,
        notes=notes,
        measures=tuple(measures),
        tempi=tempi,
        marks=tuple(RehearsalMark(text, tick * unit) for tick, text in sorted(file.markers)),
        digest=digest,
        findings=tuple(findings),
        heard=heard_from(file.texts),
    )


def _measures(file: MidiFile, end_tick: int, name: str, findings: list[Diagnostic]) -> list[Measure]:
    """Bars up to the one that holds the last note-off; a time signature inside a bar cuts that bar short."""
    unit = Fraction(1, file.ticks_per_quarter)
    signatures = {tick * unit: Meter(numerator, denominator) for tick, numerator, denominator in file.meters}
    signatures.setdefault(Fraction(0), _COMMON)
    times = sorted(signatures)
    end = end_tick * unit
    measures: list[Measure] = []
    for index, time in enumerate(times):
        if measures and time >= end:
            break
        meter = signatures[time]
        following = times[index + 1] if index + 1 < len(times) else None
        start = time
        while (not measures or start < end) and (following is None or start < following):
            number = len(measures) + 1
            if number > MAX_PLAYED_BARS:
                raise fault("MV408", name, f"more than {MAX_PLAYED_BARS} bars")
            length = meter.bar_qn
            if following is not None and start + length > following:
                length = following - start
                findings.append(warning("MV457", name, f"a time signature cuts bar {number} short"))
            measures.append(Measure(number, 1, start, length, meter, str(number)))
            start += length
    return measures


def _notes(
    file: MidiFile, measures: Sequence[Measure], unit: Fraction
) -> tuple[tuple[Track, ...], tuple[Note, ...]]:
    programs = _programs(file)
    starts = [measure.start_qn for measure in measures]
    tracks: dict[tuple[int, int, int], int] = {}
    described: list[Track] = []
    notes: list[Note] = []
    for number, track in enumerate(file.tracks):
        lyrics = dict(track.lyrics)
        for held in sorted(track.notes, key=lambda n: (n.start_tick, n.channel, n.pitch, n.end_tick)):
            program = _program_at(programs, track.port, held)
            key = (number, held.channel, program)
            if key not in tracks:
                tracks[key] = len(described)
                title = track.name or f"Track {number + 1}"
                described.append(Track(title, program=program, is_drums=held.channel == _DRUM_CHANNEL))
            onset = held.start_tick * unit
            measure = measures[bisect_right(starts, onset) - 1]
            in_bar = onset - measure.start_qn
            # A key struck and released on one tick (some drum machines do) is held for that tick.
            length = max(held.end_tick - held.start_tick, 1) * unit
            notes.append(
                Note(
                    onset_qn=onset,
                    length_qn=length,
                    gate_qn=length,
                    pitch=held.pitch,
                    velocity=held.velocity,
                    track=tracks[key],
                    staff=1,
                    voice=1,
                    bar=measure.bar,
                    pass_number=1,
                    onset_in_bar_qn=in_bar,
                    beat=in_bar / measure.meter.beat_qn + 1,
                    lyric=lyrics.get(held.start_tick),
                )
            )
    notes.sort(key=lambda n: (n.onset_qn, n.track, n.staff, n.voice, n.pitch))
    return tuple(described), tuple(notes)


def _programs(file: MidiFile) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each port and channel, (tick, program) in time order."""
    changes: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for track in file.tracks:
        for tick, channel, program in track.programs:
            changes[(track.port, channel)].append((tick, program))
    for channel_changes in changes.values():
        channel_changes.sort(key=lambda change: change[0])
    return changes


def _program_at(programs: dict[tuple[int, int], list[tuple[int, int]]], port: int, note: MidiNote) -> int:
    changes = programs.get((port, note.channel))
    if not changes:
        return 0
    index = bisect_right(changes, (note.start_tick, 128)) - 1
    # MuseScore sets the program one tick late in some exports: before the first change, its program holds
    # already.
    return changes[max(index, 0)][1]


def _tempi(file: MidiFile, unit: Fraction) -> tuple[TempoMark, ...]:
    """Of several on one tick, the last in the file holds."""
    marks = {0: _DEFAULT_MICROSECONDS}
    marks.update(sorted(file.tempi, key=lambda tempo: tempo[0]))
    tempi: list[TempoMark] = []
    for tick in sorted(marks):
        value = Fraction(60_000_000, marks[tick])
        if not tempi or tempi[-1].quarters_per_minute != value:
            tempi.append(TempoMark(tick * unit, value))
    return tuple(tempi)
