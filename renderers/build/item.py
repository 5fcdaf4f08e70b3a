"""A part of a film in the report of a forecast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a film, as a compile would find it.

    stage     what it is: stem, dry, bus, mix, clip or segment
    is_there  it was made before, and is cached
    why       what it reads differently from last time; None where nothing like it was made before
    seconds   what making it will take, as far as that was ever measured; 0 where it is there
    frames    of a segment
    """

    stage: str
    name: str
    is_there: bool
    why: tuple[str, ...] | None = None
    seconds: float | None = None
    frames: int = 0
