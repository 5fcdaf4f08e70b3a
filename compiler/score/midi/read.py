"""A Standard MIDI File as a Score: exact ticks, tempi in whole microseconds, bars counted as they are played.

MIDI knows no written lengths: `length_qn` is how long the key is held, as `gate_qn` is. Programs and
controllers belong to a channel (and port) and a time, whichever track they are in; a track that changes
its program becomes two, and one that speaks on several channels becomes one for each.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from ....dsl.findings.collector import Findings
from ....dsl.findings.diagnostics import MusicalPlace
from ..guard.faults import fault, warning
from ..guard.limits import check_seconds
from ..model import Channel, Measure, Meter, Note, RehearsalMark, Score, Steps, TempoMark, Track, Unplayed
from ..playback.repeats import MAX_PLAYED_BARS
from .channels import ChannelState, NotPlayed, channel_states, ring_end
from .channels import Steps as TickSteps
from .events import MidiFile, MidiTrack, midi_events
from .general_midi import PROGRAM_NAMES
from .heard import heard_from
from .unplayed import unplayed_finding
from .words import NEAR_QN, Singer, Word, placed_words, singers, words_of

_DEFAULT_MICROSECONDS = 500_000
_COMMON = Meter(4, 4)

Key = tuple[int, int]
"""A port and a channel."""


def read_midi(data: bytes, name: str, digest: str) -> Score:
    """The score in a MIDI file.

    Raises PieceError MV410, MV411, MV412 (see midi_events.py) and MV408 (size of the piece).
    """
    file = midi_events(data, name)
    unit = file.unit_qn
    end_tick = max((note.end_tick for track in file.tracks for note in track.notes), default=0)
    findings = Findings()
    tempi = _tempi(file)
    # Checked before bars are counted, as a damaged time would make very many.
    check_seconds(tempi, max(end_tick * unit, tempi[-1].onset_qn), name)
    measures = _measures(file, end_tick, name, findings)
    check_seconds(tempi, max(measures[-1].end_qn, tempi[-1].onset_qn), name)
    not_played: NotPlayed = NotPlayed()
    keys = [(track.port, note.channel) for track in file.tracks for note in track.notes]
    states = channel_states(file, keys, not_played)
    bars = _Bars(measures, unit)
    findings += file.repairs.findings(name, bars.place)
    tracks, notes = _Notes(file, states, bars, name, findings).made()
    unplayed = _unplayed(not_played, sorted(states))
    if finding := unplayed_finding(unplayed, name):
        findings.add(finding)
    return Score(
        title=file.title or _title(file),
        tracks=tracks,
        notes=notes,
        measures=tuple(measures),
        tempi=tempi,
        marks=tuple(RehearsalMark(text, tick * unit) for tick, text in sorted(file.markers)),
        digest=digest,
        channels=tuple(_channel(states[key], unit) for key in sorted(states)),
        findings=tuple(findings),
        unplayed=unplayed,
        heard=heard_from(file.texts),
    )


def _title(file: MidiFile) -> str:
    """The first track's name is the piece's, where that track does not play, or plays everything."""
    first = file.tracks[0]
    is_title = (not first.notes and not first.words) or _is_everything(file)
    return first.name if is_title else ""


def _is_everything(file: MidiFile) -> bool:
    """Whether one track (format 0) holds several instruments, so that its name is not that of a part."""
    return file.kind == 0 and len({note.channel for note in file.tracks[0].notes}) > 1


def _unplayed(counts: NotPlayed, keys: Sequence[Key]) -> tuple[Unplayed, ...]:
    """The unplayed events by name, then by channel, as they are numbered in the score."""
    numbers = {key: number for number, key in enumerate(keys)}
    found = [
        Unplayed(what, count, None if key is None else numbers[key], controller)
        for (key, controller, what), count in counts.items()
        if count
    ]
    return tuple(sorted(found, key=lambda entry: (entry.what, entry.channel or 0, entry.controller)))


def _channel(state: ChannelState, unit: Fraction) -> Channel:
    def steps(of: TickSteps) -> Steps:
        return tuple((tick * unit, value) for tick, value in of)

    sent = tuple((name, steps(of)) for name, of in sorted(state.sent.items()))
    return Channel(steps(state.gain), steps(state.ear), steps(state.bend), sent)


def _measures(file: MidiFile, end_tick: int, name: str, findings: Findings) -> list[Measure]:
    """Bars up to the one that holds the last note-off; a time signature inside a bar cuts that bar short."""
    unit = file.unit_qn
    signatures = {tick * unit: Meter(numerator, denominator) for tick, numerator, denominator in file.meters}
    signatures.setdefault(Fraction(0), _COMMON)
    times = sorted(signatures)
    end = end_tick * unit
    measures: list[Measure] = []
    short: list[int] = []
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
                short.append(number)
            measures.append(Measure(number, 1, start, length, meter, str(number)))
            start += length
    if short:
        more = f", and {len(short) - 1} later bars" if len(short) > 1 else ""
        message = f"a time signature cuts bar {short[0]} short{more}"
        findings.add(warning("MV457", name, message).at(MusicalPlace(short[0], "1")))
    return measures


class _Bars:
    """The bars of the file, searchable by tick."""

    def __init__(self, measures: Sequence[Measure], unit: Fraction) -> None:
        self.measures = measures
        self.unit = unit
        self._starts = [measure.start_qn for measure in measures]

    def measure(self, onset: Fraction) -> Measure:
        return self.measures[bisect_right(self._starts, onset) - 1]

    def place(self, tick: int) -> MusicalPlace:
        onset = tick * self.unit
        measure = self.measure(onset)
        return MusicalPlace(measure.bar, str((onset - measure.start_qn) / measure.meter.beat_qn + 1))


class _Notes:
    """The parts of a file and their notes."""

    def __init__(
        self,
        file: MidiFile,
        states: Mapping[Key, ChannelState],
        bars: _Bars,
        name: str,
        findings: Findings,
    ) -> None:
        self.file = file
        self.states = states
        self.bars = bars
        self.name = name
        self.findings = findings
        self.channel_numbers = {key: number for number, key in enumerate(sorted(states))}
        self.tracks: dict[tuple[int, int, int, bool], int] = {}
        self.described: list[Track] = []

    def made(self) -> tuple[tuple[Track, ...], tuple[Note, ...]]:
        unit = self.file.unit_qn
        words = self._words()
        next_strikes = self._next_strikes()
        notes: list[Note] = []
        for number, track in enumerate(self.file.tracks):
            for held in sorted(track.notes, key=lambda n: (n.start_tick, n.channel, n.pitch, n.end_tick)):
                key = (track.port, held.channel)
                state = self.states[key]
                part = self._part(number, track, held.channel, *state.program_at(held.start_tick))
                onset = held.start_tick * unit
                measure = self.bars.measure(onset)
                in_bar = onset - measure.start_qn
                # A key struck and released on one tick (some drum machines do) is held for that tick.
                end_tick = max(held.end_tick, held.start_tick + 1)
                rings_to = ring_end(state, held.start_tick, end_tick)
                if rings_to > end_tick:
                    # The same key, struck again, takes its string or pipe with it.
                    struck = next_strikes.get((*key, held.pitch, held.start_tick), rings_to)
                    rings_to = max(end_tick, min(rings_to, struck))
                length = (end_tick - held.start_tick) * unit
                word = words.get((number, held.channel), {}).get(held.start_tick)
                is_ringing = rings_to > end_tick and not self.described[part].is_drums
                notes.append(
                    Note(
                        onset_qn=onset,
                        length_qn=length,
                        gate_qn=length,
                        pitch=held.pitch,
                        velocity=held.velocity,
                        track=part,
                        staff=1,
                        voice=1,
                        bar=measure.bar,
                        pass_number=1,
                        onset_in_bar_qn=in_bar,
                        beat=in_bar / measure.meter.beat_qn + 1,
                        lyric=word.text if word is not None else None,
                        syllabic=word.syllabic if word is not None else "single",
                        ring_qn=(rings_to - held.start_tick) * unit if is_ringing else None,
                    )
                )
        notes.sort(key=lambda n: (n.onset_qn, n.track, n.staff, n.voice, n.pitch))
        return tuple(self.described), tuple(notes)

    def _part(self, number: int, track: MidiTrack, channel: int, program: int, is_drums: bool) -> int:
        key = (number, channel, program, is_drums)
        if key not in self.tracks:
            self.tracks[key] = len(self.described)
            title = track.name or f"Track {number + 1}"
            if _is_everything(self.file):
                title = "Drums" if is_drums else PROGRAM_NAMES[program]
            where = self.channel_numbers[track.port, channel]
            self.described.append(Track(title, program=program, is_drums=is_drums, channel=where))
        return self.tracks[key]

    def _next_strikes(self) -> dict[tuple[int, int, int, int], int]:
        """For each port, channel, pitch and tick of a strike, when that key is struck next."""
        strikes: dict[tuple[int, int, int], set[int]] = defaultdict(set)
        for track in self.file.tracks:
            for note in track.notes:
                strikes[track.port, note.channel, note.pitch].add(note.start_tick)
        return {
            (*key, tick): following
            for key, ticks in strikes.items()
            for tick, following in pairwise(sorted(ticks))
        }

    def _words(self) -> dict[Singer, dict[int, Word]]:
        """The words on the notes of who sings them; a warning for those without a note."""
        found: dict[Singer, dict[int, Word]] = {}
        lost: list[Word] = []
        melodic = singers(
            [
                (number, note.channel, note.start_tick)
                for number, track in enumerate(self.file.tracks)
                for note in track.notes
                if not self.states[track.port, note.channel].program_at(note.start_tick)[1]
            ]
        )
        near_ticks = int(NEAR_QN / self.file.unit_qn)
        for number, track in enumerate(self.file.tracks):
            own = {singer: ticks for singer, ticks in melodic.items() if singer[0] == number}
            singer, sung, without = placed_words(words_of(track.words), own or melodic, near_ticks)
            lost += without
            if singer is not None:
                for tick, word in sung.items():
                    found.setdefault(singer, {}).setdefault(tick, word)
        if lost:
            first = min(lost, key=lambda word: word.tick)
            more = f", and {len(lost) - 1} more words" if len(lost) > 1 else ""
            message = f"no note begins where {first.text!r} is to be sung{more}"
            hint = "move the word to its note in the program that made the file"
            finding = warning("MV416", self.name, message, hint)
            self.findings.add(finding.at(self.bars.place(first.tick)))
        return found


def _tempi(file: MidiFile) -> tuple[TempoMark, ...]:
    """The last of several on one tick holds."""
    marks = {0: _DEFAULT_MICROSECONDS}
    marks.update(sorted(file.tempi, key=lambda tempo: tempo[0]))
    tempi: list[TempoMark] = []
    for tick in sorted(marks):
        value = Fraction(60_000_000, marks[tick])
        if not tempi or tempi[-1].quarters_per_minute != value:
            tempi.append(TempoMark(tick * file.unit_qn, value))
    return tuple(tempi)
