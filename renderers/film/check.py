"""Whether a film is its segments: both are decoded, and every frame is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import av

from ..encoding import CONTAINERS
from .join import JoinError
from .track import READERS


def verify_film(film: Path, segments: Sequence[Path]) -> int:
    """Decode a film and its segments; returns how many frames are the same in both.

    Raises JoinError for the first frame that is not, and for one too many or too few.
    """
    expected = (digest for segment in segments for digest in frame_digests(segment, READERS["mp4"]))
    reader = READERS[CONTAINERS[film.suffix.lower()].format]
    count = 0
    for found, wanted in zip_longest(frame_digests(film, reader), expected):
        if found != wanted:
            raise JoinError(f"frame {count} of the film is not that of its segment")
        count += 1
    return count


def frame_digests(file: Path, reader: str) -> Iterator[str]:
    """The sha256 of the pixels of each frame, in the order in which they are shown."""
    with av.open(str(file), "r", format=reader) as opened:
        for frame in opened.decode(video=0):
            yield hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()
