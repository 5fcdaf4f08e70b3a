"""Swing: notes off the beat begin late, and those before them are held up to them.

The rules are MuseScore's (libmscore/rendermidi.cpp): of two equal notes the first takes `ratio` percent of
both; a beat that is divided further, and notes of tuplets, are where they are written.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Swing:
    """From some place on: the notes that swing, and the share of both that the first of two takes."""

    unit_qn: Fraction
    """An eighth or a 16th; 0 for none."""
    ratio_percent: int


@dataclass(frozen=True, slots=True)
class Beat:
    """A chord or rest of a voice."""

    time_qn: Fraction
    length_qn: Fraction
    onset_qn: Fraction
    """In its bar, counted from where a full bar would begin."""


def swung(swing: Swing, before: Beat | None, here: Beat, after: Beat | None) -> tuple[Fraction, Fraction]:
    """(how much later a chord begins, how much longer it is held) for its neighbours in the voice."""
    if not swing.unit_qn:
        return Fraction(0), Fraction(0)
    pair = swing.unit_qn * 2
    shift = pair * (swing.ratio_percent - 50) / 100
    late = longer = Fraction(0)
    if here.onset_qn % pair == swing.unit_qn and not _divided(swing, before, here):
        late = shift
    if (here.onset_qn + here.length_qn) % pair == swing.unit_qn and not _divided(swing, here, after):
        longer = shift
    return late, longer


def _divided(swing: Swing, before: Beat | None, here: Beat | None) -> bool:
    """Whether this beat has notes shorter than the ones that swing."""
    return here is not None and any(
        beat is not None and beat.length_qn < swing.unit_qn for beat in (before, here)
    )


def swing_of(unit: str, ratio: str, division: int = 480) -> Swing | None:
    """A swing as MuseScore writes it: by the name of a note or in ticks, the ratio in percent; None where it
    makes no sense.
    """
    names = {"eighth": Fraction(1, 2), "16th": Fraction(1, 4), "": Fraction(0), "0": Fraction(0)}
    unit_qn = names.get(unit)
    if unit_qn is None and unit.isdecimal() and len(unit) < 6:
        unit_qn = Fraction(int(unit), division)
    percent = ratio.strip() or "60"
    if unit_qn is None or unit_qn > 2 or not percent.isdecimal() or not 0 < int(percent[:4]) < 100:
        return None
    return Swing(unit_qn, int(percent))
