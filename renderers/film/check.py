"""Compares a film with its segments: decodes both and compares every frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np

from ..encoding import CONTAINERS
from .join import JoinError
from .track import READERS, segment_reader


def verify_film(film: Path, segments: Sequence[Path]) -> int:
    """Decode a film and its segments; returns how many frames are the same in both.

    Raises JoinError for the first frame that is not, and for one too many or too few.
    """
    expected = (digest for segment in segments for digest in frame_digests(segment, segment_reader(segment)))
    reader = READERS[CONTAINERS[film.suffix.lower()].format]
    count = 0
    for found, wanted in zip_longest(frame_digests(film, reader), expected):
        if found != wanted:
            raise JoinError(f"frame {count} of the film differs from its segment")
        count += 1
    return count


def frame_digests(file: Path, reader: str) -> Iterator[str]:
    """The sha256 of the pixels of each frame, in the order in which they are shown."""
    with av.open(str(file), "r", format=reader) as opened:
        for frame in opened.decode(video=0):
            digest = hashlib.sha256()
            sample_bytes = 1 if frame.format.components[0].bits <= 8 else 2
            for plane in frame.planes:
                digest.update(_visible(plane, sample_bytes))
            yield digest.hexdigest()


def _visible(plane: Any, sample_bytes: int) -> bytes:
    """The samples of a plane without the padding of its lines."""
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width * sample_bytes].tobytes()
