"""Note values: which sign, dots and tuplet a length is written with, and the rests that fill a gap."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ..playback.note_values import NOTE_VALUES_QN

_ZERO = Fraction(0)
_NAMES = {value: name for name, value in NOTE_VALUES_QN.items()}
MAX_DOTS = 3
# A tuplet of more notes is not written as one, but its lengths are.
_MOST_IN_TUPLET = 64


@dataclass(frozen=True, slots=True)
class Value:
    """A note value."""

    kind: str
    """MusicXML's name: "eighth"."""
    dots: int
    ratio: Fraction = Fraction(1)
    """The factor of a tuplet: 2/3 in a triplet."""

    @property
    def flags(self) -> int:
        """The number of its flags or beams."""
        base = NOTE_VALUES_QN[self.kind]
        return max((Fraction(1, 2) / base).numerator.bit_length(), 0) if base <= Fraction(1, 2) else 0


def is_binary(time: Fraction) -> bool:
    """Whether the time is a quarter note halved any number of times."""
    return time.denominator & (time.denominator - 1) == 0


@lru_cache(maxsize=4096)
def value_of(length_qn: Fraction, face_qn: Fraction = _ZERO, dots: int = 0) -> Value | None:
    """The note value of a length, by the file's own value and dots if it has them; None for none."""
    if face_qn > 0:
        kind = _NAMES.get(face_qn / (2 - Fraction(1, 2**dots)))
        ratio = length_qn / face_qn
        if kind is not None and dots <= MAX_DOTS and ratio.numerator <= _MOST_IN_TUPLET >= ratio.denominator:
            return Value(kind, dots, ratio)
    return _plain(length_qn) or _in_tuplet(length_qn)


def _plain(length_qn: Fraction) -> Value | None:
    for dots in range(MAX_DOTS + 1):
        kind = _NAMES.get(length_qn / (2 - Fraction(1, 2**dots)))
        if kind is not None:
            return Value(kind, dots)
    return None


def _in_tuplet(length_qn: Fraction) -> Value | None:
    """A length in the smallest tuplet that has it: 1/3 is an eighth in a triplet."""
    odd = length_qn.denominator
    while odd % 2 == 0:
        odd //= 2
    if not 1 < odd <= _MOST_IN_TUPLET:
        return None
    normal = 1 << (odd.bit_length() - 1)
    ratio = Fraction(normal, odd)
    found = _plain(length_qn / ratio)
    return None if found is None else Value(found.kind, found.dots, ratio)


def rests(
    start_qn: Fraction, end_qn: Fraction, ratio: Fraction, tuplet_end_qn: Fraction
) -> list[tuple[Fraction, Value | None]]:
    """(length, value) of the rests from `start_qn` to `end_qn` of a bar, in order; None cannot be drawn.

    ratio           of the tuplet that is open at the start, 1 for none
    tuplet_end_qn   where that tuplet ends
    """
    found: list[tuple[Fraction, Value | None]] = []
    here = start_qn
    if ratio != 1 and here < tuplet_end_qn:
        stop = min(end_qn, tuplet_end_qn)
        length = stop - here
        plain = _plain(length / ratio)
        found.append((length, None if plain is None else Value(plain.kind, plain.dots, ratio)))
        here = stop
    while here < end_qn:
        largest = _largest(here, end_qn)
        if largest is None:
            found.append((end_qn - here, value_of(end_qn - here)))
            break
        found.append((largest, _plain(largest)))
        here += largest
    return found


def _largest(here: Fraction, end_qn: Fraction) -> Fraction | None:
    """The longest plain rest that may be here: it begins on a multiple of itself."""
    if not is_binary(here):
        return None
    length = Fraction(4)
    while length >= Fraction(1, 256):
        if here + length <= end_qn and (here / length).denominator == 1:
            return length
        length /= 2
    return None
