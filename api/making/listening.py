"""The settings with which a caller guides the listener."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import RequestError

if TYPE_CHECKING:
    from ...compiler.score.model import Meter
    from ...renderers.sound.listening.hear import Heard, Wishes

MARKS_MOST = 1000
STEMS_MOST = 64
LONGEST_S = 3600.0
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
METHODS = ("auto", "basic-pitch", "nmf", "chroma")
_METER = re.compile(r"(\d{1,2})/(1|2|4|8|16)")


@dataclass(frozen=True, slots=True)
class Listening:
    """Facts that you know about a recording, for `mv.listen` and `mv.new`; None and "" mean unknown.

    tempo_bpm   the range of tempi in which beats are detected, as (90, 130)
    meter       the metre, as "3/4"
    first_s     a time in seconds at which a bar begins
    level       "double", "half" or "triple": count so many beats
    marks       rehearsal marks: a name, and a time in seconds; each stands on the beat nearest to it
    notes       how notes are detected: auto, basic-pitch, nmf or chroma
    longest_s   recordings that are longer are refused

    Raises RequestError for values that cannot be.
    """

    tempo_bpm: tuple[float, float] | None = None
    meter: str | None = None
    first_s: float | None = None
    level: Literal["", "double", "half", "triple"] = ""
    marks: tuple[tuple[str, float], ...] = ()
    notes: str = "auto"
    longest_s: float = LONGEST_S

    def __post_init__(self) -> None:
        try:
            if self.meter is not None:
                parse_meter(self.meter)
            if self.tempo_bpm is not None:
                checked_tempi(*self.tempo_bpm)
        except ValueError as error:
            raise RequestError(str(error)) from error
        if self.level not in ("", "double", "half", "triple"):
            raise RequestError(f"there is no level {self.level!r}", "the levels are double, half and triple")
        if self.notes not in METHODS:
            raise RequestError(f"notes are not detected by {self.notes!r}", f"choose {', '.join(METHODS)}")
        if len(self.marks) > MARKS_MOST:
            raise RequestError(f"at most {MARKS_MOST} marks can be given")
        # No comparison holds for NaN.
        times_s = [0.0 if self.first_s is None else self.first_s, *(time_s for _, time_s in self.marks)]
        if not all(time_s >= 0 for time_s in times_s):
            raise RequestError("a recording has no place before its beginning", "give seconds from 0 on")
        if not self.longest_s > 0:
            raise RequestError(f"no recording is shorter than {self.longest_s} s", "give seconds above 0")

    def wishes(self) -> Wishes:
        """All that the listener itself asks for."""
        from ...compiler.score.midi.write import beats_of
        from ...compiler.score.model import Meter
        from ...renderers.sound.listening.beats import TEMPI_BPM
        from ...renderers.sound.listening.hear import Wishes

        return Wishes(
            tempi_bpm=self.tempo_bpm or TEMPI_BPM,
            beats=beats_of(Meter(*parse_meter(self.meter))) if self.meter else None,
            level=self.level,
            first_s=self.first_s,
            notes="" if self.notes == "auto" else self.notes,
        )

    def meter_of(self, heard: Heard) -> Meter:
        """The metre that is known, or the one that was heard, in quarters."""
        from ...compiler.score.model import Meter

        return Meter(*parse_meter(self.meter)) if self.meter else Meter(heard.beats_of_bar, 4)

    def marks_within(self, length_s: float) -> tuple[tuple[str, float], ...]:
        """The marks. Raises RequestError for one behind the end of the recording."""
        for name, time_s in self.marks:
            if time_s > length_s:
                raise RequestError(
                    f"the mark {name} is at {time_s:.1f} s, and the recording lasts {length_s:.1f} s"
                )
        return self.marks


def parse_meter(text: str) -> tuple[int, int]:
    """`3/4`; raises ValueError."""
    found = _METER.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= 32:
        raise ValueError(f"{text} is not a metre; write 3/4, 4/4, 6/8")
    return int(found[1]), int(found[2])


def checked_tempi(low: float, high: float) -> tuple[float, float]:
    """A range of tempi in beats per minute; raises ValueError for an invalid one."""
    if not SLOWEST_BPM <= low < high <= FASTEST_BPM:
        said = f"{low:g}..{high:g} is not a range of tempi"
        raise ValueError(f"{said}; write 90..130, within 20..400 beats a minute")
    return low, high
