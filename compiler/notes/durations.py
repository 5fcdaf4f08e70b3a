"""Written durations in seconds at each note."""

from fractions import Fraction

from ...dsl.values.position import Duration, DurationUnit
from ..score.part_note import PartNote
from ..time.clock import Clock


class Durations:
    """Written durations in seconds at each note; cached, because a score has few different ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[Fraction, Duration], float] = {}

    def seconds(self, entry: PartNote, duration: Duration) -> float:
        """The length of a duration in seconds, counted from the onset of a note."""
        if duration.unit is DurationUnit.SECONDS:
            return float(duration.value)
        key = (entry.note.onset_qn, duration)
        if key not in self._known:
            self._known[key] = float(self._clock.duration_s(*key))
        return self._known[key]
