"""Cuts a film into segments at bar lines, so that a new bar moves the others and changes none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

LONGEST_S = 2
"""The longest segment: a killed build loses those in work, but shorter ones cost bytes: 1.3 % at 2 s, 6.6
% at 0.5 s."""


def segment_bounds(bar_frames: Sequence[int], frame_count: int, fps: Fraction) -> tuple[tuple[int, int], ...]:
    """First frame and the one after the last of each segment, in order; together they are every frame once.

    A bar that is too long is cut into equal parts.

    bar_frames   the first frame of each bar, ascending
    """
    longest = max(1, int(LONGEST_S * fps))
    lines = [0, *(frame for frame in bar_frames if 0 < frame < frame_count), frame_count]
    bounds: list[tuple[int, int]] = []
    first = 0
    for line in lines[1:]:
        if line == first:
            continue
        parts = -(-(line - first) // longest)
        edges = [first + (line - first) * k // parts for k in range(parts + 1)]
        bounds += pairwise(edges)
        first = line
    return tuple(bounds)
