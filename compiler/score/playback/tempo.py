"""Exact tempi: the marked value behind a rounded number, and the tempo map as played.

A fermata is a slower tempo while it lasts, a pause a very slow tempo in the last moment before it: as
MuseScore plays both, and so that the clock needs no third kind of time.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from fractions import Fraction

from ..model import TempoMark
from .sorted_times import Timeline
from .written import GradualTempo, Place, WrittenScore, repeated_voltas

DEFAULT_QUARTERS_PER_MINUTE = Fraction(120)
# A pause goes into the last 64th of a quarter note before it, or into half of the time left there.
_PAUSE_QN = Fraction(1, 64)
# The most tempi that a gradual change passes through, however many quarter notes it lasts.
_MOST_STEPS = 256
_SLOWEST, _FASTEST = Fraction(1, 100), Fraction(60_000)


def marked_quarters_per_minute(text: str) -> Fraction | None:
    """The tempo somebody marked, from quarters per second as a file rounds them; None for no such number.

    Of all the numbers that round to `text`, the one with the smallest denominator in quarters per minute:
    1.58333 is 95.
    """
    try:
        value = float(text)
        shown = Fraction(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    if not math.isfinite(value) or not 0.001 <= value <= 1000:
        return None
    # MuseScore writes six significant digits, or all seventeen of a double, and drops trailing zeros: fewer
    # than six are exact to six. Seventeen show a double, which was itself rounded.
    magnitude = math.floor(math.log10(value))
    digits = max(6, len(text.strip().partition("e")[0].replace(".", "").lstrip("0")))
    half = Fraction(10) ** (magnitude + 1 - min(digits, 17)) / 2 + Fraction(math.ulp(value))
    return simplest_between((shown - half) * 60, (shown + half) * 60)


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator in a closed interval of positive numbers (Stern-Brocot)."""
    whole_parts: list[int] = []
    while True:
        floor = math.floor(low)
        if floor == low:
            result = Fraction(floor)
            break
        if floor + 1 <= high:
            result = Fraction(floor + 1)
            break
        whole_parts.append(floor)
        low, high = 1 / (high - floor), 1 / (low - floor)
    for part in reversed(whole_parts):
        result = part + 1 / result
    return result


class PaperTempo:
    """The tempo at every place on paper, fermatas included; quarter notes from the start of the first bar."""

    def __init__(self, score: WrittenScore, bar_starts: Sequence[Fraction]) -> None:
        def at(place: Place) -> Fraction:
            return bar_starts[place.bar_index] + place.offset_qn

        marks: dict[Fraction, Fraction] = {}
        last = DEFAULT_QUARTERS_PER_MINUTE
        for tempo in sorted(score.tempi, key=lambda t: at(t.place)):
            # Gradual changes come later: "a tempo" goes back to the last mark, not to where they led.
            last = last if tempo.quarters_per_minute is None else tempo.quarters_per_minute
            marks[at(tempo.place)] = last
        marks.setdefault(Fraction(0), DEFAULT_QUARTERS_PER_MINUTE)
        _end_with_their_endings(marks, score, bar_starts)
        times = sorted(marks)
        for change in sorted(score.gradual_tempi, key=lambda c: at(c.start)):
            _pass_through(marks, times, at(change.start), at(change.end), change)
        plain = sorted(marks.items())
        plain_times = Timeline(time for time, _ in plain)
        for hold in sorted(score.holds, key=lambda h: at(h.start)):
            start, end = at(hold.start), at(hold.end)
            # A fermata inside a gradual change holds all of it.
            for time, tempo_here in plain[plain_times.last_by(start) + 1 :]:
                if time >= end:
                    break
                marks[time] = tempo_here / hold.stretch
            tempo_here = plain[plain_times.last_by(start)][1]
            marks[start] = tempo_here / hold.stretch
            # Where nothing else is marked, the old tempo returns after the fermata.
            marks.setdefault(end, plain[plain_times.last_by(end)][1])
        self.marks = sorted(marks.items())
        self._times = Timeline(time for time, _ in self.marks)

    def at(self, time: Fraction) -> Fraction:
        """Quarters per minute at a place on paper."""
        return self.marks[max(self._times.last_by(time), 0)][1]

    def between(self, start: Fraction, end: Fraction) -> list[tuple[Fraction, Fraction]]:
        """The tempo at start and every mark up to end, end not included."""
        first = self._times.last_by(start) + 1
        found = [(start, self.at(start))]
        for time, tempo in self.marks[first:]:
            if time >= end:
                break
            found.append((time, tempo))
        return found


def _pass_through(
    marks: dict[Fraction, Fraction],
    times: list[Fraction],
    start: Fraction,
    end: Fraction,
    change: GradualTempo,
) -> None:
    """Puts in the tempi that a gradual change passes through, one for each quarter note and at least eight,
    as MuseScore 4 does (engraving/dom/score.cpp); a mark that is there is kept, and stops the change.
    """
    begin = marks[times[max(bisect_right(times, start) - 1, 0)]]
    following = bisect_right(times, start)
    stop = times[following] if following < len(times) else None
    count = min(max(8, int(end - start)), _MOST_STEPS)
    for step in range(count + 1):
        time = start + (end - start) * step / count
        if stop is not None and time >= stop:
            break
        part = eased(change.easing, Fraction(step, count))
        tempo = begin * (1 + (change.factor - 1) * part)
        if time not in marks:
            insort(times, time)
        marks[time] = min(max(tempo, _SLOWEST), _FASTEST)


def eased(easing: str, part: Fraction) -> Fraction:
    """The progress of a gradual change after this share of its time (types/typesconv.cpp of MuseScore 4);
    exact if it is linear, otherwise to a millionth, so that every machine has the same.
    """
    x = float(part)
    if easing == "ease-in":
        value = 1 - math.sqrt(1 - x * x)
    elif easing == "ease-out":
        value = math.sqrt(1 - (x - 1) ** 2)
    elif easing == "ease-in-out":
        bend = math.sqrt(1 - (2 * min(x, 1 - x)) ** 2)
        value = (1 - bend) / 2 if x < 0.5 else (1 + bend) / 2
    elif easing == "exponential":
        value = 1.0 if part == 1 else 1 - 2 ** (-10 * x)
    else:
        return part
    return Fraction(round(value * 1_000_000), 1_000_000)


def _end_with_their_endings(
    marks: dict[Fraction, Fraction], score: WrittenScore, bar_starts: Sequence[Fraction]
) -> None:
    """After an ending that leads back, the tempo from before it holds again, if nothing else is marked."""
    returns: dict[Fraction, Fraction] = {}
    times = sorted(marks)
    for volta in repeated_voltas(score):
        start, end = bar_starts[volta.first_bar], bar_starts[volta.last_bar + 1]
        index = bisect_left(times, start)
        if start in returns or index:
            returns[end] = returns[start] if start in returns else marks[times[index - 1]]
    for time, tempo in returns.items():
        marks.setdefault(time, tempo)


def played_tempi(
    marks: Sequence[TempoMark], pauses: Sequence[tuple[Fraction, Fraction]]
) -> tuple[TempoMark, ...]:
    """The tempo map with each pause (onset, seconds) put in before its onset, and without repetitions."""
    times = [mark.onset_qn for mark in marks]
    tempi = {mark.onset_qn: mark.quarters_per_minute for mark in marks}
    for onset, seconds in sorted(pauses):
        index = bisect_right(times, onset) - 1
        while index >= 0 and times[index] >= onset:
            index -= 1
        if index < 0 or not seconds:
            continue
        before = tempi[times[index]]
        moment = min(_PAUSE_QN, (onset - times[index]) / 2)
        tempi[onset - moment] = moment * 60 / (moment * 60 / before + seconds)
        tempi.setdefault(onset, before)
    result: list[TempoMark] = []
    for time in sorted(tempi):
        if not result or result[-1].quarters_per_minute != tempi[time]:
            result.append(TempoMark(time, tempi[time]))
    return tuple(result)
