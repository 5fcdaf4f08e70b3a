"""Directions of a MusicXML file that steer playing: tempi, and jumps with the places that they go to."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ..guard.xml import Node
from ..playback.tempo import simplest_between
from ..playback.written import Jump, WrittenBar
from .values import NOTE_VALUES_QN, decimal

# Half of the sixth digit of quarters per second, in quarters per minute.
_TEMPO_ROUNDING = Fraction(3, 10_000)
_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(60_000)


def tempo_of(node: Node, sound: Node | None) -> Fraction | None:
    """Quarter notes per minute: as played (<sound>), else as printed."""
    stated = "" if sound is None else sound.attributes.get("tempo", "")
    if decimal(stated) is not None:
        return _playable(_unrounded(stated.strip()))
    for kind in node.each("direction-type"):
        metronome = kind.child("metronome")
        unit = None if metronome is None else NOTE_VALUES_QN.get(metronome.value("beat-unit"))
        count = None if metronome is None else decimal(metronome.value("per-minute"))
        if metronome is not None and unit is not None and count is not None:
            if metronome.has("beat-unit-dot"):
                unit *= Fraction(3, 2)
            return _playable(count * unit)
    return None


def navigation(sound: Node) -> tuple[Jump | None, list[str]]:
    """The jump that a <sound> makes, and the markers that it sets, by the names it gives them."""
    attributes = sound.attributes
    markers = [f"{key} {attributes[key]}" for key in ("segno", "coda", "tocoda") if key in attributes]
    if "fine" in attributes:
        markers.append("fine")
    if attributes.get("dacapo") == "yes":
        return Jump("start", "end"), markers
    if "dalsegno" in attributes:
        return Jump(f"segno {attributes['dalsegno']}", "end"), markers
    return None, markers


def jumps_resolved(bars: Sequence[WrittenBar]) -> list[WrittenBar]:
    """The bars with jumps that know how far they go, which MusicXML does not say.

    They go to the first To Coda before them, and on at its coda; else to the Fine; else to the end.
    """
    has_fine = any("fine" in bar.markers for bar in bars)
    codas = {marker for bar in bars for marker in bar.markers if marker.startswith("coda ")}
    to_coda = ""
    resolved = []
    for bar in bars:
        to_coda = to_coda or next((marker for marker in bar.markers if marker.startswith("tocoda ")), "")
        jump = bar.jump
        if jump is not None and to_coda:
            onward = to_coda.removeprefix("to")
            onward = onward if onward in codas else min(codas, default="")
            jump = replace(jump, play_until=to_coda, continue_at=onward)
        elif jump is not None and has_fine:
            jump = replace(jump, play_until="fine")
        resolved.append(replace(bar, jump=jump))
    return resolved


def _playable(quarters_per_minute: Fraction) -> Fraction | None:
    return quarters_per_minute if _SLOWEST <= quarters_per_minute <= _FASTEST else None


def _unrounded(stated: str) -> Fraction:
    """94.9998 is 95, which MuseScore kept as 1.58333 quarters per second; other numbers are what they say."""
    value = Fraction(stated)
    if len(stated.partition(".")[2]) >= 3:
        simple = simplest_between(value - _TEMPO_ROUNDING, value + _TEMPO_ROUNDING) if value > 1 else value
        if simple.denominator <= 2:
            return simple
    return value
