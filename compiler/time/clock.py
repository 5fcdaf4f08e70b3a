"""The clock: bars and beats to exact quarter notes and seconds, and back; nothing else converts.

Quarter notes count what is played, repeats unrolled. Past the last bar its metre and the last tempo go on,
so that a place in the ring-out has a time too.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import ceil, floor

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, MusicalPlace
from ...dsl.findings.span import Span
from ...dsl.values.nearest import nearest
from ...dsl.values.position import Duration, DurationUnit, Place, PlaceRange, beat_text
from ...dsl.values.units import ExactSeconds, Frame, Quarters, Sample
from ..recent import recent
from ..score.model import Measure, RehearsalMark, Score

ZERO = Fraction(0)
DEFAULT_QUARTERS_PER_MINUTE = Fraction(120)


@dataclass(frozen=True, slots=True)
class Position:
    """A moment's place in the score: bar and pass from 1, beat from 1 in the bar's denominator, exact."""

    bar: int
    pass_number: int
    beat: Fraction

    def __str__(self) -> str:
        bar = f"{self.bar}" if self.pass_number == 1 else f"{self.bar}@{self.pass_number}"
        return f"{bar}|{beat_text(self.beat)}"


@dataclass(frozen=True)
class Clock:
    """The metre and tempo of a piece as played, exact.

    Tempo segment i begins at `tempo_starts_qn[i]` and `tempo_starts_s[i]`, and a quarter note takes
    `seconds_per_quarter[i]` there.
    """

    measures: tuple[Measure, ...]
    tempo_starts_qn: tuple[Fraction, ...]
    tempo_starts_s: tuple[Fraction, ...]
    seconds_per_quarter: tuple[Fraction, ...]
    marks: tuple[RehearsalMark, ...] = ()
    printed_numbers: bool = False
    """Places name printed bar numbers instead of the measures of the file."""

    @classmethod
    def from_score(cls, score: Score, *, numbering: str = "file") -> "Clock":
        """The clock of a score; of several tempo marks at one place the last one holds.

        Raises ValueError for a score without measures: there is nothing to count.
        """
        if not score.measures:
            raise ValueError("a score without measures has no clock")
        by_onset: dict[Fraction, Fraction] = {ZERO: DEFAULT_QUARTERS_PER_MINUTE}
        for mark in score.tempi:
            by_onset[max(mark.onset_qn, ZERO)] = mark.quarters_per_minute
        starts_qn = sorted(by_onset)
        paces = [60 / by_onset[start] for start in starts_qn]
        lengths_s = [
            (end - start) * pace for start, end, pace in zip(starts_qn, starts_qn[1:], paces, strict=False)
        ]
        return cls(
            measures=score.measures,
            tempo_starts_qn=tuple(starts_qn),
            tempo_starts_s=tuple(accumulate(lengths_s, initial=ZERO)),
            seconds_per_quarter=tuple(paces),
            marks=score.marks,
            printed_numbers=numbering == "printed",
        )

    # Quarter notes and seconds

    def seconds(self, quarters_qn: Fraction) -> ExactSeconds:
        """The exact time of a moment in quarter notes."""
        # Notes have few different moments, and fractions are slow: answers are cached.
        found = self._seconds_known.get(quarters_qn)
        if found is None:
            i = max(bisect_right(self.tempo_starts_qn, quarters_qn) - 1, 0)
            into_qn = quarters_qn - self.tempo_starts_qn[i]
            found = ExactSeconds(self.tempo_starts_s[i] + into_qn * self.seconds_per_quarter[i])
            self._seconds_known[quarters_qn] = found
        return found

    def quarters(self, time_s: Fraction) -> Quarters:
        """The exact quarter note at a time: the inverse of `seconds`."""
        i = max(bisect_right(self.tempo_starts_s, time_s) - 1, 0)
        return Quarters(
            self.tempo_starts_qn[i] + (time_s - self.tempo_starts_s[i]) / self.seconds_per_quarter[i]
        )

    def pace(self, quarters_qn: Fraction) -> Fraction:
        """The seconds per quarter note from a moment on."""
        return self.seconds_per_quarter[max(bisect_right(self.tempo_starts_qn, quarters_qn) - 1, 0)]

    @property
    def end_qn(self) -> Quarters:
        """The end of the last bar."""
        return Quarters(self.measures[-1].end_qn)

    @property
    def end_s(self) -> ExactSeconds:
        """The time of the end of the last bar."""
        return self.seconds(self.end_qn)

    # Counting beats and bars across changes of metre

    def count(self, quarters_qn: Fraction, unit: DurationUnit) -> Fraction:
        """The number of beats, bars or whole notes up to a moment, each bar by its own metre."""
        if unit is DurationUnit.WHOLE_NOTES:
            return quarters_qn / 4
        if unit is DurationUnit.SECONDS:
            return self.seconds(quarters_qn)
        i = self.measure_index(quarters_qn)
        measure = self.measures[i]
        into_qn = quarters_qn - measure.start_qn
        if unit is DurationUnit.BEATS:
            return self._beats_before[i] + into_qn / measure.meter.beat_qn
        return i + into_qn / _bar_length(measure)

    def moment(self, count: Fraction, unit: DurationUnit) -> Quarters:
        """The inverse of `count`."""
        if unit is DurationUnit.WHOLE_NOTES:
            return Quarters(count * 4)
        if unit is DurationUnit.SECONDS:
            return self.quarters(count)
        if unit is DurationUnit.BEATS:
            i = min(max(bisect_right(self._beats_before, count) - 1, 0), len(self.measures) - 1)
            measure = self.measures[i]
            return Quarters(measure.start_qn + (count - self._beats_before[i]) * measure.meter.beat_qn)
        i = min(max(floor(count), 0), len(self.measures) - 1)
        measure = self.measures[i]
        return Quarters(measure.start_qn + (count - i) * _bar_length(measure))

    def after(self, start_qn: Fraction, duration: Duration) -> Quarters:
        """The moment a written duration after another, through changes of metre and tempo."""
        return self.moment(self.count(start_qn, duration.unit) + duration.value, duration.unit)

    def duration_s(self, start_qn: Fraction, duration: Duration) -> ExactSeconds:
        """The seconds of a written duration from a moment on."""
        if duration.unit is DurationUnit.SECONDS:
            return ExactSeconds(duration.value)
        return ExactSeconds(self.seconds(self.after(start_qn, duration)) - self.seconds(start_qn))

    # The page

    def measure_index(self, quarters_qn: Fraction) -> int:
        """Index into `measures` of the bar that holds a moment; the last one past the end."""
        return max(bisect_right(self._measure_starts, quarters_qn) - 1, 0)

    def position(self, quarters_qn: Fraction) -> Position:
        """Bar, pass and beat of a moment."""
        measure = self.measures[self.measure_index(quarters_qn)]
        beat = (quarters_qn - measure.start_qn) / measure.meter.beat_qn + 1
        return Position(self._bar_number(measure), measure.pass_number, beat)

    def musical_place(self, quarters_qn: Fraction, fps: Fraction | None = None) -> MusicalPlace:
        """A moment as findings name it; the frame counts from the start of the piece."""
        position = self.position(quarters_qn)
        time_s = self.seconds(quarters_qn)
        frame = None if fps is None else int(frame_at(time_s, fps))
        return MusicalPlace(position.bar, beat_text(position.beat), float(time_s), frame)

    def locate(self, place: Place, findings: Findings) -> Quarters | None:
        """The moment of a written place, or None and a finding with what is there instead."""
        moment, faults = self._resolved(place)
        findings += faults
        return moment

    def at(self, place: Place) -> Quarters | None:
        """The moment of a written place; None for an invalid one, which `locate` reports."""
        return self._resolved(place)[0]

    def _resolved(self, place: Place) -> tuple[Quarters | None, tuple[Diagnostic, ...]]:
        """A place with its faults, resolved once: lanes, checks and reports ask for the same ones."""
        found = self._places_known.get(place)
        if found is None:
            faults = Findings()
            moment = self._base(place, faults)
            if moment is not None and place.offset is not None:
                moment = self.after(moment, place.offset)
                if moment < 0:
                    message = f"{place.text} is before the start of the piece"
                    faults.error("MV305", place.span, message, "write 1|1")
                    moment = None
            found = self._places_known[place] = moment, tuple(faults)
        return found

    def locate_range(self, written: PlaceRange, findings: Findings) -> tuple[Quarters, Quarters] | None:
        """The half-open range in quarter notes of a written range, or None and findings."""
        start = Quarters(ZERO) if written.start is None else self.locate(written.start, findings)
        end = self.end_qn if written.end is None else self._range_end(written.end, findings)
        if start is None or end is None:
            return None
        if end <= start:
            findings.error(
                "MV306",
                written.span,
                f"{written.text} is empty: it ends at {self.position(end)}, "
                f"not after its start {self.position(start)}",
                "a range ends before its second place, e.g. 3..6 for bars 3, 4 and 5",
                place=self.musical_place(start),
            )
            return None
        return start, end

    def _range_end(self, place: Place, findings: Findings) -> Quarters | None:
        # The bar after the last one may end a range: 17..19 of 18 bars are bars 17 and 18.
        after_last = (
            place.bar is not None and place.beat == 1 and place.offset is None and place.pass_number == 1
        )
        if after_last and place.bar == self._last_bar + 1 and place.bar not in self._passes:
            return self.end_qn
        return self.locate(place, findings)

    def _base(self, place: Place, findings: Findings) -> Quarters | None:
        if place.at_end:
            return self.end_qn
        if place.mark is not None:
            return self._mark(place, place.mark, findings)
        passes = self._passes.get(place.bar if place.bar is not None else 0)
        if passes is None:
            findings.add(self._no_such_bar(place))
            return None
        measure = passes.get(place.pass_number)
        if measure is None:
            findings.error(
                "MV304",
                place.span,
                f"bar {place.bar} is played {_times(len(passes))}, there is no pass {place.pass_number}",
                "write " + " or ".join(f"{place.bar}@{number}" for number in sorted(passes)),
            )
            return None
        return self._beat(place, measure, measure.start_qn, f"bar {place.bar}", findings)

    def _mark(self, place: Place, name: str, findings: Findings) -> Quarters | None:
        found = [mark for mark in self.marks if mark.name.casefold() == name.casefold()]
        if not found:
            findings.add(unknown_mark(name, self.marks, place.span))
            return None
        if place.pass_number > len(found):
            findings.error(
                "MV304",
                place.span,
                f"mark {name} is played {_times(len(found))}, there is no pass {place.pass_number}",
                f"write @{name}",
            )
            return None
        start = found[place.pass_number - 1].onset_qn
        if place.beat == 1:
            return Quarters(start)
        measure = self.measures[self.measure_index(start)]
        return self._beat(place, measure, start, f"the bar of mark {name}", findings)

    def _beat(
        self, place: Place, measure: Measure, from_qn: Fraction, bar_text: str, findings: Findings
    ) -> Quarters | None:
        moment = from_qn + (place.beat - 1) * measure.meter.beat_qn
        if measure.start_qn <= moment <= measure.end_qn:
            return Quarters(moment)
        beats = (measure.end_qn - from_qn) / measure.meter.beat_qn
        findings.error(
            "MV302",
            place.span,
            f"{bar_text} has {beat_text(beats)} beat{'' if beats == 1 else 's'} "
            f"of 1/{measure.meter.denominator}, "
            f"there is no beat {beat_text(place.beat)}",
            f"write a beat from 1 up to, not at, {beat_text(beats + 1)}; "
            f"beat {beat_text(beats + 1)} itself is beat 1 of the next bar",
            place=self.musical_place(measure.start_qn),
        )
        return None

    def _no_such_bar(self, place: Place) -> Diagnostic:
        numbers = sorted(self._passes)
        if not numbers:
            return Diagnostic(
                "MV301",
                place.span,
                "the score prints no bar numbers",
                "leave out score.numbering: printed, and count the bars of the file from 1",
            )
        kind = "printed bar " if self.printed_numbers else "bar "
        hint = f"write a bar from {numbers[0]} to {numbers[-1]}"
        if not self.printed_numbers and place.bar == 0:
            hint += "; a pickup is bar 1 of the file, and bar 0 with score.numbering: printed"
        if not self.printed_numbers and place.bar == numbers[-1] + 1:
            hint += ", or `end` for the end of the last bar"
        return Diagnostic(
            "MV301",
            place.span,
            f"{kind}{place.bar} does not exist; "
            f"the score has {len(numbers)} bar{'' if len(numbers) == 1 else 's'}, "
            f"{numbers[0]} to {numbers[-1]}",
            hint,
        )

    def _bar_number(self, measure: Measure) -> int:
        printed = self._printed(measure) if self.printed_numbers else None
        return measure.bar if printed is None else printed

    def _printed(self, measure: Measure) -> int | None:
        """The number above the staff; None where there is none. A first bar without one is 0: a pickup."""
        if measure.printed.isdecimal():
            return int(measure.printed)
        return 0 if measure.bar == 1 and self._prints_numbers else None

    @cached_property
    def _seconds_known(self) -> dict[Fraction, ExactSeconds]:
        return {}

    @cached_property
    def _places_known(self) -> dict[Place, tuple[Quarters | None, tuple[Diagnostic, ...]]]:
        return {}

    @cached_property
    def _prints_numbers(self) -> bool:
        return any(measure.printed.isdecimal() for measure in self.measures)

    @cached_property
    def _last_bar(self) -> int:
        return max(self._passes, default=0)

    @cached_property
    def _passes(self) -> dict[int, dict[int, Measure]]:
        """Bar number to pass number to measure; of several bars that print one number the first holds."""
        found: dict[int, dict[int, Measure]] = {}
        owner: dict[int, int] = {}
        for measure in self.measures:
            number = self._printed(measure) if self.printed_numbers else measure.bar
            if number is None:
                continue
            if owner.setdefault(number, measure.bar) == measure.bar:
                found.setdefault(number, {}).setdefault(measure.pass_number, measure)
        return found

    @cached_property
    def _measure_starts(self) -> tuple[Fraction, ...]:
        return tuple(measure.start_qn for measure in self.measures)

    @cached_property
    def _beats_before(self) -> tuple[Fraction, ...]:
        lengths = [measure.length_qn / measure.meter.beat_qn for measure in self.measures[:-1]]
        return tuple(accumulate(lengths, initial=ZERO))


@recent(4)
def clock_of(score: Score, numbering: str = "file") -> Clock:
    """The clock of a score; it is cached with its answers for the same score."""
    return Clock.from_score(score, numbering=numbering)


def frame_at(time_s: Fraction, fps: Fraction) -> Frame:
    """The frame on screen at a time; frame k shows k/fps up to, not at, (k+1)/fps."""
    return Frame(floor(time_s * fps))


def sample_at(time_s: Fraction, rate_hz: int) -> Sample:
    """The first sample that is not before a time; sample n stands at n/rate_hz."""
    return Sample(ceil(time_s * rate_hz))


def unknown_mark(name: str, marks: Sequence[RehearsalMark], span: Span) -> Diagnostic:
    """The finding for a rehearsal mark that the score does not have."""
    names = list(dict.fromkeys(mark.name for mark in marks))
    near = nearest(name, names, 1)
    if near:
        hint = f"did you mean {near[0]}?"
    elif names:
        hint = "the score has " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    else:
        hint = "the score has no rehearsal marks; write a bar"
    return Diagnostic("MV303", span, f"the score has no rehearsal mark {name}", hint)


def _bar_length(measure: Measure) -> Fraction:
    # A bar of no length (a reader keeps empty measures) would divide by nothing.
    return measure.length_qn if measure.length_qn > 0 else measure.meter.bar_qn


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
