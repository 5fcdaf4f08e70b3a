"""The units that numbers carry across files.

Score time is exact: `Quarters` counts quarter notes and `ExactSeconds` seconds, both as fractions.
`Seconds` is the float that a renderer works with; frames and samples are integers.
"""

from enum import StrEnum
from fractions import Fraction
from typing import NewType

Quarters = NewType("Quarters", Fraction)
ExactSeconds = NewType("ExactSeconds", Fraction)
Seconds = NewType("Seconds", float)
Frame = NewType("Frame", int)
Sample = NewType("Sample", int)


class Unit(StrEnum):
    """The units of a number, which decide the suffixes that a composer may write after it."""

    NUMBER = "number"
    """Plain."""
    SHARE = "share"
    """0..1 or `50%`."""
    GAIN = "gain"
    """A linear factor: `0.8`, `80%` or `-6 dB`."""
    DECIBELS = "dB"
    """`-6 dB` or plain."""
    HERTZ = "Hz"
    """`6 Hz`, `1.2 kHz` or plain."""
    RATE = "rate"
    """Hertz, or cycles per beat: `2/b`."""
    SECONDS = "s"
    """`250ms`, `0.5s` or plain seconds."""
    LOUDNESS = "LUFS"
    """`-14 LUFS` or plain."""
    PEAK = "dBTP"
    """`-1 dBTP` or plain."""
    CHOICE = "choice"
    """One of a few words."""
    ANY = "any"
    """Whatever a parameter takes that is not known yet."""
