"""The classes that are seen when more sound than may be shown: the strongest; each leaves gradually."""

from collections.abc import Callable

import numpy as np

from ...store.values.array_types import F64

SEEN_MOST = 5
"""More classes at once than this do not read, and the embedded generator paints no more."""
CHANGE_S = 0.15
"""A class takes the place of another within this time, centred on the moment at which it gets stronger."""
STEP_S = 0.02
"""The time between two tests of which classes are the strongest."""
FIRST_WINS = 1e-6
"""Classes whose strengths differ by less than this share count as equal: the lower index is seen."""


def strongest(strengths: F64, keep: int) -> F64:
    """1 for the `keep` strongest of each row, 0 for the others and for what is not there.

    strengths  float64 (n, k), at least 0
    """
    count = strengths.shape[1]
    # Rounding must not decide between equals: they would change places from frame to frame.
    ordered = strengths * (1.0 - FIRST_WINS * np.arange(count))
    is_seen = ordered > 0.0
    if keep < count:
        is_seen &= ordered >= np.partition(ordered, count - keep, axis=1)[:, count - keep, None]
    return is_seen.astype(np.float64)


def seen_at(strengths_at: Callable[[F64], F64], keep: int, times_s: F64, change_s: float = CHANGE_S) -> F64:
    """The visibility of each class at each time: float64 (n, k) in 0..1, continuous in time.

    It is the mean over change_s of whether the class is one of the strongest. Somewhere in a change more than
    `keep` are above 0; outside of changes `keep` of them are 1.

    strengths_at  float64 (m, k), at least 0, at ascending times of shape (m,)
    times_s       float64 (n,), ascending
    """
    if not times_s.size:
        return strengths_at(times_s)
    half = change_s / STEP_S / 2.0
    first = int(np.floor(times_s[0] / STEP_S - half))
    last = int(np.floor(times_s[-1] / STEP_S + half)) + 1
    moments_s = np.asarray(np.arange(first, last + 1) * STEP_S, np.float64)
    is_seen = strongest(strengths_at(moments_s), keep)
    # Whole and half steps: these sums are exact, wherever a passage begins.
    so_far = np.cumsum(is_seen[1:] + is_seen[:-1], axis=0) / 2
    before = np.concatenate([np.zeros((1, is_seen.shape[1])), so_far])

    def area(steps: F64) -> F64:
        """The integral up to each moment, in steps, of what is seen: straight from step to step."""
        whole = np.floor(steps)
        into = (steps - whole)[:, None]
        i = whole.astype(np.int64) - first
        rise = is_seen[np.minimum(i + 1, len(is_seen) - 1)] - is_seen[i]
        return np.asarray(before[i] + into * (is_seen[i] + into * rise / 2.0))

    steps = times_s / STEP_S
    return np.asarray((area(steps + half) - area(steps - half)) / (2.0 * half))
