"""The kinds of scalar values by their titles in the schemas, with the parser of each."""

from collections.abc import Callable

from ..findings.span import Span
from ..text.files import name_fault
from ..values.position import parse_duration, parse_place, parse_range, parse_seconds
from ..values.quantity import parse_quantity, parse_ratio
from ..values.selector import parse_lengths, parse_pitches, parse_velocities
from ..values.units import Unit

FILES = ("score file", "recording", "head", "file of lanes", "soundfont", "plugin", "preset")
PATHS = (*FILES, "folder", "font", "picture", "spectrum", "video")
"""Kinds of values that are names of files, or of a folder."""

UNIT_OF: dict[str, Unit] = {
    "value": Unit.ANY,
    "share": Unit.SHARE,
    "gain": Unit.GAIN,
    "decibels": Unit.DECIBELS,
    "hertz": Unit.HERTZ,
    "rate": Unit.RATE,
    "time": Unit.SECONDS,
    "loudness": Unit.LOUDNESS,
    "peak": Unit.PEAK,
}


def _quantities(unit: Unit) -> Callable[[str, Span], object]:
    return lambda text, span: parse_quantity(text, unit, span)


PARSERS: dict[str, Callable[[str, Span], object]] = {
    "place": parse_place,
    "range": parse_range,
    "duration": parse_duration,
    "seconds": parse_seconds,
    "ratio": parse_ratio,
    "pitch": parse_pitches,
    "velocity": parse_velocities,
    "length": parse_lengths,
    **{title: _quantities(unit) for title, unit in UNIT_OF.items()},
    "soundfont": name_fault,
    "plugin": name_fault,
    "preset": name_fault,
    "score file": name_fault,
    "recording": name_fault,
    "head": name_fault,
    "file of lanes": name_fault,
    "folder": name_fault,
    "font": name_fault,
    "picture": name_fault,
    "spectrum": name_fault,
    "video": name_fault,
}
"""A parser returns the value, or the Diagnostic about it; for a name only that, or None."""
