"""Responses: what the server answers to requests of its page."""

from __future__ import annotations

from dataclasses import dataclass

from .events import Finding, Lane


@dataclass(frozen=True, slots=True)
class Done:
    """200 to POST /edit, /undo, /redo: the file, and its digest now."""

    file: str
    digest: str
    version: int
    """The version that was read last: lanes of a newer version come from this text or a later one."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused request: the file has changed, the edit would break the piece, or there is none."""

    error: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """200 to POST /try: the lanes of that file as they would be; nothing was written."""

    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """200 to GET /explain?s=SECONDS or ?at=PLACE: all that acts there, in words."""

    at: str
    s: float
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    """A heading and its lines."""


@dataclass(frozen=True, slots=True)
class Found:
    """200 to GET /classes?q=WORDS: names of classes, the nearest first."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShapeShown:
    """A shape that a stretch of a lane may have."""

    name: str
    family: str
    """`level`, `ease`, `way`, `periodic`, `swing` or `round`."""
    curve: tuple[float, ...]
    """The curve from 0 to 1 at equal steps; a repeating shape three times."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """200 to GET /shapes: all of them, in the order of the language's table."""

    shapes: tuple[ShapeShown, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """The level of a bus over time."""

    bus: str
    peaks: str
    """Base64 of a byte for each step: 255 is full scale, 0 is -60 dB or less, even in decibels."""


@dataclass(frozen=True, slots=True)
class Meters:
    """200 to GET /meters/DIGEST of a sound: levels for the mixer, and the waveform of the whole."""

    rate_hz: float
    """Steps a second of the buses."""
    buses: tuple[Meter, ...]
    wave_hz: float
    """Steps a second of the waveform."""
    low: str
    """Base64 of a signed byte for each step: the lowest sample of the mix, 127 is full scale. Empty while the
    exact sound is made; then GET it again for the next digest."""
    high: str
