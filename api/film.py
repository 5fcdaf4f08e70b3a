"""A finished film, and the progress reports on the way to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger("musicvis")

Progress = Callable[[str, int, int], object]
"""Called with a stage ("sound", "frames"), how many of its units are finished, and how many there are."""


@dataclass(frozen=True, slots=True)
class Film:
    """A finished film, or its sound.

    path             where it is
    frames           how many it has; 0 for a sound
    seconds          how long it lasts
    sha256           of the file
    was_up_to_date   the file was what it should be already, and was left alone
    stems            the folder with a file for each bus, where they were asked for
    """

    path: Path
    frames: int
    seconds: float
    sha256: str
    was_up_to_date: bool
    stems: Path | None = None


class Told:
    """Progress to a function, messages to the log."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def progress(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` units of a stage are finished."""
        if self._progress is not None:
            self._progress(stage, done, total)

    def message(self, text: str) -> None:
        """Reports a sentence about the progress."""
        _log.info("%s", text)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
