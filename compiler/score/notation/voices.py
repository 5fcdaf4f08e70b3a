"""A voice of a bar as it is drawn: chords, the rests between them, tuplets and beams."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..model import Meter
from ..playback.note_values import NOTE_VALUES_QN
from ..playback.written import WrittenChord
from .values import Value, is_binary, rests, value_of

_ZERO = Fraction(0)
# A tremolo between two chords draws each with twice its length; that is not a tuplet.
_DOUBLED = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Event:
    """A chord or a rest."""

    onset_qn: Fraction
    length_qn: Fraction
    value: Value | None
    """None for a rest of the whole bar, and for a length that no sign has."""
    chord: int | None = None
    """Index into the chords of the score; None for a rest."""
    is_whole_bar: bool = False
    tuplet_starts: bool = False
    tuplet_stops: bool = False
    beams: tuple[str, ...] = ()
    """For each beam from the stem's end: begin, continue, end, forward hook or backward hook."""


def events_of(
    chords: Sequence[tuple[int, WrittenChord]], length_qn: Fraction, meter: Meter, *, is_first: bool
) -> list[Event]:
    """The events of a voice; chords are in the order of time. The first voice rests where it has none."""
    if not chords:
        if not is_first:
            return []
        if length_qn == meter.bar_qn:
            return [Event(_ZERO, length_qn, None, is_whole_bar=True)]
        # A pickup rests by note values.
        return _gap(_ZERO, length_qn, _Group())
    found: list[Event] = []
    here, group = _ZERO, _Group()
    for index, chord in chords:
        onset = chord.place.offset_qn
        if onset > here:
            found += _gap(here, onset, group)
        value = value_of(chord.length_qn, chord.face_qn, chord.dots)
        found.append(Event(onset, chord.length_qn, value, index))
        here = onset + chord.length_qn
        group.add(found[-1])
    if here < length_qn:
        found += _gap(here, length_qn, group)
    return _with_beams(_with_tuplets(found), meter)


class _Group:
    """The tuplet that is open while a voice is walked."""

    def __init__(self) -> None:
        self.ratio = Fraction(1)
        self.start_qn = self.end_qn = _ZERO

    def add(self, event: Event) -> None:
        value = event.value
        end = event.onset_qn + event.length_qn
        if value is None or value.ratio in (1, _DOUBLED):
            self.ratio = Fraction(1)
            return
        if self.ratio != value.ratio:
            self.start_qn, self.ratio = event.onset_qn, value.ratio
        if is_binary(end - self.start_qn):
            self.ratio = Fraction(1)
            return
        whole = NOTE_VALUES_QN[value.kind] * value.ratio.numerator
        self.end_qn = self.start_qn + whole * ((end - self.start_qn) // whole + 1)


def _gap(start_qn: Fraction, end_qn: Fraction, group: _Group) -> list[Event]:
    found = []
    here = start_qn
    for length, value in rests(start_qn, end_qn, group.ratio, group.end_qn):
        found.append(Event(here, length, value))
        here += length
        group.add(found[-1])
    return found


def _with_tuplets(events: Sequence[Event]) -> list[Event]:
    """Marks where tuplets begin and end: at the first event whose end halves of the beat reach again."""
    found = list(events)
    start: int | None = None
    ratio = Fraction(1)

    def close(last: int) -> None:
        if start is not None and last > start:
            found[start] = replace(found[start], tuplet_starts=True)
            found[last] = replace(found[last], tuplet_stops=True)

    for index, event in enumerate(found):
        here = Fraction(1) if event.value is None else event.value.ratio
        here = Fraction(1) if here == _DOUBLED else here
        if start is not None and here != ratio:
            close(index - 1)
            start = None
        if here == 1:
            continue
        if start is None:
            start, ratio = index, here
        if is_binary(event.onset_qn + event.length_qn - found[start].onset_qn):
            close(index)
            start = None
    close(len(found) - 1)
    return found


def _with_beams(events: Sequence[Event], meter: Meter) -> list[Event]:
    """Beams over the chords of each beat: three eighths in 6/8, a quarter elsewhere."""
    unit = Fraction(1)
    if meter.denominator >= 8:
        unit = meter.beat_qn * (3 if meter.numerator % 3 == 0 else 1)
        unit = max(unit, Fraction(1, 2))
    found = list(events)
    run: list[int] = []
    for index, event in enumerate(found):
        flags = 0 if event.value is None or event.chord is None else event.value.flags
        if run:
            last = found[run[-1]]
            joins = last.onset_qn + last.length_qn == event.onset_qn
            joins &= last.onset_qn // unit == event.onset_qn // unit
            if not flags or not joins:
                _beam(found, run)
                run = []
        if flags:
            run.append(index)
    _beam(found, run)
    return found


def _beam(events: list[Event], run: Sequence[int]) -> None:
    if len(run) < 2:
        return
    counts = [value.flags for index in run if (value := events[index].value) is not None]
    for position, index in enumerate(run):
        beams = []
        for level in range(1, counts[position] + 1):
            before = position > 0 and counts[position - 1] >= level
            after = position + 1 < len(run) and counts[position + 1] >= level
            if before and after:
                beams.append("continue")
            elif before or after:
                beams.append("end" if before else "begin")
            else:
                beams.append("forward hook" if position == 0 else "backward hook")
        events[index] = replace(events[index], beams=tuple(beams))
