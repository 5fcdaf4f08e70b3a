"""The tempo map in float64: seconds and quarter notes of many moments at once, for curves."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..lazy_numpy import np
from .clock import Clock

if TYPE_CHECKING:
    from ...store.values.array_types import F64


@dataclass(frozen=True, eq=False)
class TempoArrays:
    """The tempo map in float64, for curves: segment i begins at starts_s[i], starts_qn[i]."""

    starts_s: tuple[float, ...]
    starts_qn: tuple[float, ...]
    seconds_per_quarter: tuple[float, ...]

    def quarters_at(self, times_s: F64) -> F64:
        """Quarter notes at each time, shape (n,), any order."""
        starts_s, starts_qn, pace = self._arrays
        i = (starts_s.searchsorted(times_s, "right") - 1).clip(0)
        found: F64 = starts_qn[i] + (times_s - starts_s[i]) / pace[i]
        return found

    def seconds_at(self, quarters_qn: F64) -> F64:
        """Seconds at each quarter note, shape (n,), any order."""
        starts_s, starts_qn, pace = self._arrays
        i = (starts_qn.searchsorted(quarters_qn, "right") - 1).clip(0)
        found: F64 = starts_s[i] + (quarters_qn - starts_qn[i]) * pace[i]
        return found

    def second_at(self, quarters_qn: float) -> float:
        """Return the value at one moment, equal to the array's to the last bit."""
        i = max(bisect_right(self.starts_qn, quarters_qn) - 1, 0)
        return self.starts_s[i] + (quarters_qn - self.starts_qn[i]) * self.seconds_per_quarter[i]

    @cached_property
    def _arrays(self) -> tuple[F64, F64, F64]:
        """starts_s, starts_qn and seconds_per_quarter as arrays."""
        written = (self.starts_s, self.starts_qn, self.seconds_per_quarter)
        starts_s, starts_qn, pace = (np.array(values, np.float64) for values in written)
        return starts_s, starts_qn, pace


def tempo_arrays(clock: Clock) -> TempoArrays:
    """The tempo map of a clock in float64."""
    exact = (clock.tempo_starts_s, clock.tempo_starts_qn, clock.seconds_per_quarter)
    return TempoArrays(*(tuple(float(value) for value in values) for values in exact))
