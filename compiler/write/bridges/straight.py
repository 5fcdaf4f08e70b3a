"""Values at every frame as few straight lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ....store.values.array_types import F64


def corners(values: F64, tolerance: float, count_most: int | None = None) -> list[int]:
    """The frames at which straight lines meet that are nowhere further than `tolerance` from the values.

    values       float64 (n,), n >= 1; the first and the last frame are always corners
    count_most   stop when there are more: the time for a zigzag grows with the square of its frames

    Douglas and Peucker (1973), with distances along the value's own axis.
    """
    last = values.size - 1
    kept, waiting = {0, last}, [(0, last)]
    while waiting:
        a, b = waiting.pop()
        if b - a < 2:
            continue
        line = np.linspace(values[a], values[b], b - a + 1)
        off = np.abs(values[a : b + 1] - line)
        if (most := off.max()) > tolerance:
            # Of equals the one in the middle, so that a zigzag is halved and not peeled.
            equals = np.flatnonzero(off >= most * (1.0 - 1e-9))
            worst = int(equals[equals.size // 2])
            kept.add(a + worst)
            if count_most is not None and len(kept) > count_most:
                break
            waiting += [(a, a + worst), (a + worst, b)]
    return sorted(kept)
