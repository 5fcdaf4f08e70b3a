"""Quantities as a composer writes them, in base units: "50%" is 0.5, "-6 dB" a factor, "250ms" seconds.

Each unit takes its own suffixes and no others; a plain number stands for the base unit.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from .units import Unit

_MAX_TEXT = 40
MOST_GAIN_DB = 200.0
"""A factor of 1e10: far above any use, and far below what overflows."""
_NUMBER = r"[-+]?(?:[0-9]{1,12}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?"
_PLAIN = re.compile(rf"(?P<number>{_NUMBER})\Z", re.ASCII)
_SUFFIXED = re.compile(rf"(?P<number>{_NUMBER}) ?(?P<suffix>%|dB|Hz|kHz|ms|s|/ ?b|LUFS|dBTP)\Z", re.ASCII)
_RATIO = re.compile(rf"(?P<top>{_NUMBER})(?: ?/ ?(?P<bottom>{_NUMBER}))?\Z", re.ASCII)

SUFFIXES: dict[Unit, tuple[str, ...]] = {
    Unit.NUMBER: (),
    Unit.SHARE: ("%",),
    Unit.GAIN: ("%", "dB"),
    Unit.DECIBELS: ("dB",),
    Unit.HERTZ: ("Hz", "kHz"),
    Unit.RATE: ("Hz", "kHz", "/b"),
    Unit.SECONDS: ("s", "ms"),
    Unit.LOUDNESS: ("LUFS",),
    Unit.PEAK: ("dBTP",),
    Unit.CHOICE: (),
    Unit.ANY: ("%", "dB", "Hz", "kHz", "/b", "s", "ms"),
}
_EXAMPLES = {
    Unit.NUMBER: "a plain number, e.g. 0.5",
    Unit.SHARE: "0.5 or 50%",
    Unit.GAIN: "0.8, 80% or -6 dB",
    Unit.DECIBELS: "-6 dB",
    Unit.HERTZ: "440 Hz or 1.2 kHz",
    Unit.RATE: "6 Hz, or cycles per beat: 2/b",
    Unit.SECONDS: "0.5s or 250ms",
    Unit.LOUDNESS: "-14 LUFS",
    Unit.PEAK: "-1 dBTP",
    Unit.CHOICE: "one of its words",
    Unit.ANY: "a number, with a unit where the parameter has one: 0.5, 50%, 6 Hz, -6 dB",
}
_SHOWN = {
    Unit.NUMBER: (0.5,),
    Unit.SHARE: (0.5,),
    Unit.GAIN: (0.8, 0.5),
    Unit.DECIBELS: (-6.0,),
    Unit.HERTZ: (440.0, 1200.0),
    Unit.RATE: (6.0,),
    Unit.SECONDS: (0.5, 0.25),
    Unit.LOUDNESS: (-14.0,),
    Unit.PEAK: (-1.0,),
}
"""The values of the examples, in base units."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in base units; `per_beat` marks a rate in cycles per beat instead of hertz."""

    value: float
    per_beat: bool = False


def parse_quantity(text: str, unit: Unit, span: Span) -> Quantity | Diagnostic:
    """A quantity of that unit, as written."""
    written = text.strip()
    if len(written) > _MAX_TEXT:
        return _no_quantity(written[:_MAX_TEXT] + "...", unit, span)
    if found := _PLAIN.match(written):
        return _bounded(Quantity(float(found["number"])), written, unit, span)
    found = _SUFFIXED.match(written)
    if not found:
        return _no_quantity(written, unit, span)
    suffix = found["suffix"].replace(" ", "")
    if suffix not in SUFFIXES[unit]:
        message = f"`{written}` has the unit {suffix}, which does not fit here"
        return Diagnostic("MV113", span, message, f"write {_EXAMPLES[unit]}")
    number = float(found["number"])
    if suffix == "dB" and unit is Unit.GAIN and number > MOST_GAIN_DB:
        return _too_loud(written, span)
    return _bounded(_with_suffix(number, suffix, unit), written, unit, span)


def examples_within(unit: Unit, low: float, high: float) -> str:
    """The examples of a unit for a hint; where a key does not take all of them, its bounds."""
    if all(low <= value <= high for value in _SHOWN.get(unit, ())):
        return _EXAMPLES[unit]
    suffix = {Unit.LOUDNESS: " LUFS", Unit.PEAK: " dBTP"}.get(unit, "")
    least, most = (f"{quantity_text(Quantity(float(f'{end:g}')), unit)}{suffix}" for end in (low, high))
    return f"a value from {least} to {most}"


def parse_ratio(text: str, span: Span) -> Fraction | Diagnostic:
    """An exact number or fraction: `30`, `30000/1001`, `1/7.5`, `-1`, `23.976`."""
    written = text.strip()
    found = _RATIO.match(written) if len(written) <= _MAX_TEXT else None
    if not found:
        return Diagnostic(
            "MV115", span, f"`{written[:_MAX_TEXT]}` is not a number or fraction", "write 30 or 1/7.5"
        )
    top, bottom = Fraction(found["top"]), Fraction(found["bottom"] or 1)
    if bottom == 0:
        return Diagnostic(
            "MV115", span, f"`{written}` divides by zero", "write a number, e.g. 30, or a ratio, e.g. 30/1"
        )
    return top / bottom


def quantity_text(quantity: Quantity, unit: Unit) -> str:
    """The canonical spelling: parsing it gives the value again, decibels of a gain to rounding."""
    if quantity.per_beat:
        return f"{_plain(quantity.value)}/b"
    suffix = {Unit.DECIBELS: " dB", Unit.HERTZ: " Hz", Unit.RATE: " Hz", Unit.SECONDS: "s"}.get(unit, "")
    return f"{_plain(quantity.value)}{suffix}"


def _plain(value: float) -> str:
    return repr(value).removesuffix(".0")


def _with_suffix(number: float, suffix: str, unit: Unit) -> Quantity:
    if suffix == "dB":
        return Quantity(10.0 ** (number / 20.0) if unit is Unit.GAIN else number)
    if suffix == "/b":
        return Quantity(number, per_beat=True)
    scale = {"%": 100.0, "ms": 1000.0}.get(suffix, 1.0)
    return Quantity(number * 1000.0 if suffix == "kHz" else number / scale)


def _bounded(quantity: Quantity, written: str, unit: Unit, span: Span) -> Quantity | Diagnostic:
    if unit is Unit.GAIN and quantity.value > 10.0 ** (MOST_GAIN_DB / 20.0):
        return _too_loud(written, span)
    return quantity


def _too_loud(written: str, span: Span) -> Diagnostic:
    message = f"`{written}` is louder than {MOST_GAIN_DB:.0f} dB"
    return Diagnostic("MV113", span, message, f"write {_EXAMPLES[Unit.GAIN]}")


def _no_quantity(written: str, unit: Unit, span: Span) -> Diagnostic:
    return Diagnostic("MV113", span, f"`{written}` does not fit here", f"write {_EXAMPLES[unit]}")
