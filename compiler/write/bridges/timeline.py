"""A film as its bridges tell it: bars, sections, tempi, notes and the values of lanes, in seconds of
the film.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...plan import BarMark, Chapter
from ...score.model import Meter
from ..markers import bar_names

if TYPE_CHECKING:
    from ....store.values.array_types import F64


class BridgeError(ValueError):
    """Content that a file for another program cannot hold; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Cue:
    """A note: when it begins and ends, who plays it, its MIDI pitch and velocity, the syllable that is
    sung.
    """

    start_s: Fraction
    end_s: Fraction
    part: str
    pitch: int
    velocity: int
    lyric: str | None = None


@dataclass(frozen=True, slots=True)
class Tempo:
    """From here on, quarter notes per minute and the metre."""

    at_s: Fraction
    quarters_per_minute: Fraction
    meter: Meter


@dataclass(frozen=True, slots=True)
class Light:
    """A lane, or a part of the score, that a DMX channel follows.

    channel   as it is written: `12`, `1.12`, `12:0..2`; empty for the one after the light before
    """

    name: str
    is_part: bool = False
    channel: str = ""


@dataclass(frozen=True, eq=False)
class Timeline:
    """The timeline that a bridge writes; all times are exact seconds from the first frame.

    film      the file name of the film
    lanes     the values of each lane in the middle of each frame, float64 (frames,)
    lights    which lanes and parts are light, and on which channel
    end_s     when the last bar of the score ends, before the ring-out; None: with the last frame
    """

    title: str
    film: str
    fps: Fraction
    frame_count: int
    bars: Sequence[BarMark]
    sections: Sequence[Chapter]
    tempi: Sequence[Tempo] = ()
    cues: Sequence[Cue] = ()
    lanes: Mapping[str, F64] = field(default_factory=dict)
    lights: Sequence[Light] = ()
    end_s: Fraction | None = None

    @property
    def duration_s(self) -> Fraction:
        """The duration of its frames."""
        return self.frame_count / self.fps

    def frame_times_s(self) -> F64:
        """The time that each frame shows, its middle: float64 (frames,)."""
        return np.asarray((np.arange(self.frame_count) + 0.5) / float(self.fps), np.float64)

    def quarters(self, at_s: Fraction) -> Fraction:
        """The number of quarter notes since the first frame; at 120 per minute if there is no tempo."""
        if not self.tempi:
            return at_s * 2
        k = max(bisect_right(self._tempo_starts_s, at_s) - 1, 0)
        tempo = self.tempi[k]
        return self._tempo_starts_qn[k] + (at_s - tempo.at_s) * tempo.quarters_per_minute / 60

    @cached_property
    def _tempo_starts_s(self) -> list[Fraction]:
        return [tempo.at_s for tempo in self.tempi]

    @cached_property
    def _tempo_starts_qn(self) -> list[Fraction]:
        found = [Fraction(0)]
        for tempo, following in pairwise(self.tempi):
            found.append(found[-1] + (following.at_s - tempo.at_s) * tempo.quarters_per_minute / 60)
        return found

    def bar_spans(self) -> list[tuple[Fraction, Fraction, str]]:
        """The start, the end and the name of each bar: `bar 7`, `bar 7 (time 2)`."""
        starts = [mark.start_s for mark in self.bars]
        names = bar_names(self.bars)
        last_s = self.duration_s if self.end_s is None else min(self.end_s, self.duration_s)
        ends = [*starts, last_s][1:]
        return [(a, b, f"bar {name}") for a, b, name in zip(starts, ends, names, strict=True) if a < b]

    def section_spans(self) -> list[tuple[Fraction, Fraction, str]]:
        """The start, the end and the title of each section."""
        starts = [section.start_s for section in self.sections]
        ends = [*starts, self.duration_s][1:]
        return [(a, b, s.title) for a, b, s in zip(starts, ends, self.sections, strict=True) if a < b]

    def parts(self) -> dict[str, list[Cue]]:
        """The notes of each part, in the order in which the parts enter."""
        found: dict[str, list[Cue]] = {}
        for cue in self.cues:
            found.setdefault(cue.part, []).append(cue)
        return found


def printable(text: str) -> str:
    """On one line, without the characters that XML does not know."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
