"""Phrases of the leading part, and every place where one returns, at any pitch.

The leading part of a bar is the first part, in the order of parts, that sounds in it. Its contour is the
rhythm of its highest notes and their intervals from the first one; a run of bars with the contour of an
earlier run is that run again, some semitones higher or lower. Everything else is new: a phrase begins where
the music turns new, at a rehearsal mark, and after a silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..score.part_note import PartNote
from ..time.clock import Clock

NOTES_LEAST = 3
"""The fewest notes that have a recognisable contour."""
BARS_MOST = 64
"""The most bars of a return that are compared at once; a longer one continues where the first ended."""
PLACES_MOST = 16
"""The most earlier places with a bar's contour that are compared with it, from the first one on."""

Contour = tuple[Fraction, tuple[tuple[Fraction, int], ...]]
"""The length of a bar, and of each onset in it the place and the interval from the first note."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """New music from start_qn up to end_qn (exclusive). `key` identifies its beginning."""

    start_qn: Fraction
    end_qn: Fraction
    key: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of music, up to the next one, that was first heard from first_qn on, in that phrase.

    For new music first_qn is start_qn; `semitones` is how much higher it sounds than the first time.
    """

    start_qn: Fraction
    phrase: int
    first_qn: Fraction
    semitones: int = 0

    @property
    def is_return(self) -> bool:
        return self.first_qn != self.start_qn


@dataclass(frozen=True, slots=True)
class Memory:
    """The whole piece as stretches of its phrases, in order; the first begins at 0."""

    phrases: tuple[Phrase, ...]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Bar:
    """The leading part's notes in one bar; without a first pitch, no note begins in it."""

    contour: Contour
    number: int
    """Number of its contour: bars of one contour share one number."""
    first_pitch: int | None
    sounds: bool

    @property
    def count(self) -> int:
        return len(self.contour[1])


def memory_of(notes: Sequence[PartNote], parts: Sequence[str], clock: Clock) -> Memory:
    """The phrases of a piece that return, found from its notes; `parts` are ordered by who leads."""
    measures = [measure for measure in clock.measures if measure.length_qn > 0]
    bars = _bars(notes, parts, clock)
    marked = {clock.measure_index(mark.onset_qn) for mark in clock.marks}
    marked_starts = {clock.measures[i].start_qn for i in marked}
    places: dict[int, list[int]] = {}
    phrases: list[Phrase] = []
    shown: list[Stretch] = []
    i = 0
    while i < len(bars):
        start_qn = measures[i].start_qn
        earlier, length = _longest_return(bars, places, i)
        if length:
            for k in range(length):
                there = shown[earlier + k]
                shown.append(
                    Stretch(
                        measures[i + k].start_qn,
                        there.phrase,
                        there.first_qn,
                        there.semitones + _interval(bars[i + k], bars[earlier + k], bars[i], bars[earlier]),
                    )
                )
        elif shown and not bars[i].sounds:
            # A silence belongs to what was before it.
            before = shown[-1]
            past_qn = start_qn - before.start_qn
            shown.append(Stretch(start_qn, before.phrase, before.first_qn + past_qn, before.semitones))
            length = 1
        else:
            goes_on = (
                bool(shown)
                and not shown[-1].is_return
                and bars[i - 1].sounds
                and start_qn not in marked_starts
                and phrases[-1].end_qn == start_qn
            )
            if goes_on:
                last = phrases[-1]
                phrases[-1] = Phrase(last.start_qn, measures[i].end_qn, last.key)
            else:
                phrases.append(Phrase(start_qn, measures[i].end_qn, _key(bars, i)))
            shown.append(Stretch(start_qn, len(phrases) - 1, start_qn))
            length = 1
        for k in range(i, i + length):
            known = places.setdefault(bars[k].number, [])
            if len(known) < PLACES_MOST:
                known.append(k)
        i += length
    return Memory(tuple(phrases), _merged(shown))


def _bars(notes: Sequence[PartNote], parts: Sequence[str], clock: Clock) -> list[_Bar]:
    """The leading part's notes, bar by bar; bars without a length are left out."""
    rank = {name: place for place, name in enumerate(parts)}
    begun: list[list[PartNote]] = [[] for _ in clock.measures]
    for entry in notes:
        if not entry.note.grace and entry.part in rank:
            begun[clock.measure_index(entry.note.onset_qn)].append(entry)
    held_until = [Fraction(0)] * len(parts)
    leads: list[int] = []
    for measure, entries in zip(clock.measures, begun, strict=True):
        for entry in entries:
            end_qn = entry.note.onset_qn + entry.note.length_qn
            held_until[rank[entry.part]] = max(held_until[rank[entry.part]], end_qn)
        sounding = (place for place, end_qn in enumerate(held_until) if end_qn > measure.start_qn)
        leads.append(next(sounding, len(parts)))
    numbers: dict[Contour, int] = {}
    bars: list[_Bar] = []
    for measure, entries, lead in zip(clock.measures, begun, leads, strict=True):
        if measure.length_qn <= 0:
            continue
        melody = _melody([entry for entry in entries if rank[entry.part] == lead])
        first_pitch = melody[0][1] if melody else None
        intervals = tuple((at_qn - measure.start_qn, pitch - melody[0][1]) for at_qn, pitch in melody)
        contour = (measure.length_qn, intervals)
        number = numbers.setdefault(contour, len(numbers))
        bars.append(_Bar(contour, number, first_pitch, lead < len(parts)))
    return bars


def _melody(entries: Sequence[PartNote]) -> list[tuple[Fraction, int]]:
    """The highest pitch at each onset."""
    tops: dict[Fraction, int] = {}
    for entry in entries:
        onset_qn = entry.note.onset_qn
        tops[onset_qn] = max(tops.get(onset_qn, -1), entry.note.pitch)
    return sorted(tops.items())


def _longest_return(bars: Sequence[_Bar], places: dict[int, list[int]], i: int) -> tuple[int, int]:
    """The earlier bar that the music from bar i on repeats, and the number of bars; 0 for new music."""
    best = (0, 0)
    if not bars[i].count:
        return best
    for earlier in places.get(bars[i].number, ()):
        length = _common_length(bars, earlier, i)
        if length > best[1]:
            best = (earlier, length)
    return best


def _common_length(bars: Sequence[_Bar], earlier: int, i: int) -> int:
    """The number of bars from i on that repeat those from `earlier` to i, at one interval; 0 if too few."""
    shift: int | None = None
    count = length = 0
    for k in range(min(BARS_MOST, len(bars) - i, i - earlier)):
        one, two = bars[earlier + k], bars[i + k]
        if one.number != two.number or one.sounds != two.sounds:
            break
        if one.first_pitch is not None and two.first_pitch is not None:
            shift = two.first_pitch - one.first_pitch if shift is None else shift
            if two.first_pitch - one.first_pitch != shift:
                break
            # After the last note that both have, the return is unknown.
            length = k + 1
        count += two.count
    return length if count >= NOTES_LEAST else 0


def _interval(two: _Bar, one: _Bar, two_first: _Bar, one_first: _Bar) -> int:
    """The interval of a bar above its model; for one without notes, that of the run's first bar."""
    if two.first_pitch is None or one.first_pitch is None:
        two, one = two_first, one_first
    assert two.first_pitch is not None
    assert one.first_pitch is not None
    return two.first_pitch - one.first_pitch


def _key(bars: Sequence[_Bar], i: int) -> str:
    """The contour of the first bars from i on, as many as are needed to recognise them."""
    contours: list[Contour] = []
    count = 0
    while i < len(bars) and count < NOTES_LEAST and len(contours) < BARS_MOST:
        contours.append(bars[i].contour)
        count += bars[i].count
        i += 1
    return ";".join(
        f"{length}:" + ",".join(f"{onset}{interval:+d}" for onset, interval in melody)
        for length, melody in contours
    )


def _merged(shown: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Merges each stretch that continues the one before it."""
    kept: list[Stretch] = []
    for stretch in shown:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.phrase == stretch.phrase
            and last.semitones == stretch.semitones
            and stretch.first_qn - last.first_qn == stretch.start_qn - last.start_qn
        ):
            continue
        kept.append(stretch)
    return tuple(kept)
