"""Text events about the recordings from which a MIDI file was detected; `write.py` writes them."""

import re
from collections.abc import Iterable
from math import isfinite

from ..model import HeardFrom
from .write import BEGINS, COUNTED, HEARD

RECORDINGS_MOST = 64
_RECORDING = re.compile(rf"{HEARD} ([0-9a-f]{{64}}) (.{{1,255}})")
_BEGINS = re.compile(rf"{BEGINS} (-?\d{{1,6}}\.\d{{4}})")
_COUNTED = re.compile(rf"{COUNTED}((?: \d{{1,4}}\.\d)+)")


def heard_from(texts: Iterable[str]) -> HeardFrom | None:
    """The recordings that a score was heard from; None if it names none."""
    recordings: list[tuple[str, str]] = []
    tempi: list[float] = []
    bar_1_s: float | None = None
    for text in texts:
        if (found := _RECORDING.fullmatch(text)) and len(recordings) < RECORDINGS_MOST:
            recordings.append((found[2], found[1]))
        elif found := _BEGINS.fullmatch(text):
            bar_1_s = float(found[1])
        elif found := _COUNTED.fullmatch(text):
            tempi = [bpm for bpm in map(float, found[1].split()) if isfinite(bpm)]
    if not recordings:
        return None
    return HeardFrom(tuple(recordings), tempi[0] if tempi else 0.0, tuple(tempi[1:]), bar_1_s)
