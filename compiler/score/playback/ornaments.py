"""Trills, turns and mordents spelled out, and glissandi: which notes, how fast.

The patterns and speeds are MuseScore's (libmscore/rendermidi.cpp): numbers are steps of the scale from the
written note. An ornament goes at 32nd notes, made faster or slower where that is under 8 or over 64 notes a
second; one that does not fit into its note is not played.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_TICKS = 480
# A trill of more notes is a mistake, or an attack on the reader's time.
_MOST_REPEATS = 2048


@dataclass(frozen=True, slots=True)
class Pattern:
    """Played once, then the body as often as there is room or once, its last note held, then the end."""

    before: tuple[int, ...] = ()
    body: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    repeats: bool = False
    each_qn: Fraction = Fraction(1, 8)


_SLOW = Fraction(1, 4)
ORNAMENTS = {
    "trill": Pattern((0, 1), (0, 1), repeats=True),
    "baroque trill": Pattern((1, 0), (1, 0), repeats=True),
    "turn": Pattern(body=(1, 0, -1, 0)),
    "inverted turn": Pattern(body=(-1, 0, 1, 0)),
    "mordent": Pattern(body=(0, -1, 0)),
    "short trill": Pattern(body=(0, 1, 0)),
    "baroque short trill": Pattern((1, 0, 1), (0,)),
    "tremblement": Pattern((1, 0), (1, 0)),
    "prall mordent": Pattern(body=(1, 0, -1, 0)),
    "line prall": Pattern((2, 2, 2), (1, 0), repeats=True),
    "up prall": Pattern((-1, 0), (1, 0), (1, 0), repeats=True, each_qn=_SLOW),
    "up mordent": Pattern((-1, 0), (1, 0), (-1, 0), repeats=True, each_qn=_SLOW),
    "upper prefix": Pattern((1, 1, 1, 0), (1, 0), repeats=True, each_qn=_SLOW),
    "down mordent": Pattern((1, 1, 1, 0), (1, 0), (-1, 0), repeats=True, each_qn=_SLOW),
    "prall up": Pattern((1, 0), (1, 0), (-1, 0), repeats=True, each_qn=_SLOW),
    "prall down": Pattern((1, 0), (1, 0), (-1, 0, 0, 0), repeats=True, each_qn=_SLOW),
}
STEPS = (-1, 1, 2)
"""The steps of the scale that any pattern needs."""
# By the names of MuseScore's files: those of SMuFL in 3 and 4, its own in 2.
_NAMES = {
    "ornamentTrill": "trill",
    "trill": "trill",
    "ornamentTurn": "turn",
    "turn": "turn",
    "ornamentTurnInverted": "inverted turn",
    "reverseturn": "inverted turn",
    "ornamentTurnSlash": "inverted turn",
    "ornamentMordent": "mordent",
    "mordent": "mordent",
    "ornamentShortTrill": "short trill",
    "ornamentMordentInverted": "mordent",
    "prall": "short trill",
    "ornamentTremblement": "tremblement",
    "prallprall": "tremblement",
    "ornamentPrallMordent": "prall mordent",
    "prallmordent": "prall mordent",
    "ornamentLinePrall": "line prall",
    "lineprall": "line prall",
    "ornamentUpPrall": "up prall",
    "upprall": "up prall",
    "ornamentUpMordent": "up mordent",
    "upmordent": "up mordent",
    "ornamentPrecompMordentUpperPrefix": "upper prefix",
    "downprall": "upper prefix",
    "ornamentDownMordent": "down mordent",
    "downmordent": "down mordent",
    "ornamentPrallUp": "prall up",
    "prallup": "prall up",
    "ornamentPrallDown": "prall down",
    "pralldown": "prall down",
}
# A trill with a line, by its subtype.
_LINES = {
    "trill": "trill",
    "upprall": "up prall",
    "downprall": "upper prefix",
    "prallprall": "trill",
    "0": "trill",
    "1": "up prall",
    "2": "upper prefix",
    "3": "trill",
}


def ornament_of(symbol: str, baroque: bool) -> str:
    """The name in `ORNAMENTS` of a symbol in a MuseScore file; empty for any other symbol."""
    return _styled(_NAMES.get(symbol, ""), baroque)


def ornament_of_line(subtype: str, baroque: bool) -> str:
    """The ornament of a trill line."""
    return _styled(_LINES.get(subtype, "trill"), baroque)


def _styled(name: str, baroque: bool) -> str:
    return f"baroque {name}" if baroque and f"baroque {name}" in ORNAMENTS else name


@dataclass(frozen=True, slots=True)
class Turn:
    """One note of an ornament: steps of the scale, or semitones in a glissando."""

    step: int
    delay_qn: Fraction
    length_qn: Fraction


@dataclass(frozen=True, slots=True)
class Spelled:
    """An ornament in its note: `each_qn` for a grace note before it or after it."""

    turns: tuple[Turn, ...]
    each_qn: Fraction


def spelled(
    pattern: Pattern, length_qn: Fraction, quarters_per_minute: Fraction, graces: tuple[int, int] = (0, 0)
) -> Spelled | None:
    """The notes of an ornament on a note of this length, with room for the grace notes before and after it;
    None where they do not fit.
    """
    before, after = graces
    fixed = before + len(pattern.before) + len(pattern.after) + after
    each = _each(pattern.each_qn, fixed + len(pattern.body), length_qn, quarters_per_minute)
    if each is None:
        return None
    count = 1
    if pattern.repeats:
        count = max(int((length_qn - each * fixed) / (each * len(pattern.body))), 1)
        if count > _MOST_REPEATS:
            return None
    held = length_qn - each * (fixed + count * len(pattern.body))
    turns: list[Turn] = []
    at = each * before
    for step, notes in _joined(pattern.before):
        turns.append(Turn(step, at, each * notes))
        at += each * notes
    for number in range(count * len(pattern.body)):
        is_last = number == count * len(pattern.body) - 1
        length = each + held if is_last else each
        turns.append(Turn(pattern.body[number % len(pattern.body)], at, length))
        at += length
    for step, notes in _joined(pattern.after):
        turns.append(Turn(step, at, each * notes))
        at += each * notes
    return Spelled(tuple(turns), each)


def glissando(
    semitones: Sequence[int], length_qn: Fraction, quarters_per_minute: Fraction
) -> tuple[Turn, ...]:
    """The notes of a glissando: in quarter notes at most, evenly spread over a shorter note."""
    fastest = quarters_per_minute / 60 / 16
    each = min(max(Fraction(1), fastest), length_qn / len(semitones))
    # Whole ticks, as MuseScore counts; the last note gets the remainder.
    each = Fraction(int(each * _TICKS), _TICKS) or each
    last = len(semitones) - 1
    return tuple(
        Turn(step, each * number, length_qn - each * last if number == last else each)
        for number, step in enumerate(semitones)
    )


def _each(
    wanted_qn: Fraction, count: int, length_qn: Fraction, quarters_per_minute: Fraction
) -> Fraction | None:
    """The length of each note in whole ticks, as MuseScore counts; None if they would be too fast."""
    fastest = int(quarters_per_minute / 60 * _TICKS / 64)
    slowest = int(quarters_per_minute / 60 * _TICKS / 8)
    wanted = int(wanted_qn * _TICKS)
    each = max(wanted, fastest)
    if each > slowest:
        each = wanted
        while each > slowest:
            each //= 2
        each = max(each, fastest)
    if each * count > length_qn * _TICKS:
        if each == fastest:
            return None
        each = int(length_qn * _TICKS / count)
        if each < fastest:
            return None
    return Fraction(each, _TICKS) if each > 0 else None


def _joined(steps: Sequence[int]) -> list[tuple[int, int]]:
    """(step, how many notes long): equal neighbours are one note."""
    joined: list[tuple[int, int]] = []
    for step in steps:
        if joined and joined[-1][0] == step:
            joined[-1] = (step, joined[-1][1] + 1)
        else:
            joined.append((step, 1))
    return joined
