"""The tempo map in float64: seconds and quarter notes of many moments at once, for curves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clock import Clock

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TempoArrays:
    """The tempo map in float64, for curves: segment i begins at starts_s[i], starts_qn[i]."""

    starts_s: F64
    starts_qn: F64
    seconds_per_quarter: F64

    def quarters_at(self, times_s: F64) -> F64:
        """Quarter notes at each time, shape (n,), any order."""
        i = (self.starts_s.searchsorted(times_s, "right") - 1).clip(0)
        found: F64 = self.starts_qn[i] + (times_s - self.starts_s[i]) / self.seconds_per_quarter[i]
        return found

    def seconds_at(self, quarters_qn: F64) -> F64:
        """Seconds at each quarter note, shape (n,), any order."""
        i = (self.starts_qn.searchsorted(quarters_qn, "right") - 1).clip(0)
        found: F64 = self.starts_s[i] + (quarters_qn - self.starts_qn[i]) * self.seconds_per_quarter[i]
        return found


def tempo_arrays(clock: Clock) -> TempoArrays:
    """The tempo map of a clock as read-only float64 arrays."""
    exact = (clock.tempo_starts_s, clock.tempo_starts_qn, clock.seconds_per_quarter)
    arrays = [np.array([float(value) for value in values], np.float64) for values in exact]
    for array in arrays:
        array.flags.writeable = False
    return TempoArrays(*arrays)
