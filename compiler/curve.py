"""A lane's value at any time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Curve:
    """A parameter over the time of the film."""

    def values(self, times_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The value at each time: times_s float64 (n,), seconds from the first frame, any order."""
        raise AssertionError("written by the compiler's owner")
