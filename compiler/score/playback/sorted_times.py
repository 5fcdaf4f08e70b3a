"""Exact times in order, and quickly which of them was the last by a given time."""

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction


class Timeline:
    """Ascending exact times; a look-up compares floats first, whose rounding keeps the order of fractions."""

    __slots__ = ("_rounded", "times")

    def __init__(self, times: Iterable[Fraction] = ()) -> None:
        self.times = list(times)
        self._rounded = [float(time) for time in self.times]

    def append(self, time: Fraction) -> None:
        """Adds a time that is not before the last one."""
        self.times.append(time)
        self._rounded.append(float(time))

    def last_by(self, time: Fraction) -> int:
        """The index of the last time that is not after `time`; -1 where all are."""
        index = bisect_right(self._rounded, float(time))
        while index and self.times[index - 1] > time:
            index -= 1
        return index - 1
