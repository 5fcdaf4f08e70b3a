"""Numbers and note values out of a MusicXML file."""

import re
from fractions import Fraction

from ..playback.note_values import NOTE_VALUES_QN as SHARED_VALUES_QN

NOTE_VALUES_QN = {"maxima": Fraction(32), **SHARED_VALUES_QN}
MAX_DOTS = 4
_DECIMAL = re.compile(r"\s*[+-]?([0-9]{1,9}(\.[0-9]{0,18})?|\.[0-9]{1,18})\s*\Z")
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,9}\s*\Z")


def decimal(text: str) -> Fraction | None:
    """A decimal number exactly; None where the text is not one."""
    return Fraction(text.strip()) if _DECIMAL.match(text) else None


def whole(text: str, low: int, high: int) -> int | None:
    """A whole number between low and high; None where the text is not one. "2.0" is one."""
    if _WHOLE.match(text):
        value = int(text)
    else:
        exact = decimal(text)
        if exact is None or exact.denominator != 1:
            return None
        value = int(exact)
    return value if low <= value <= high else None


def dotted(value: Fraction, dots: int) -> Fraction:
    """A note value with dots."""
    return value * (2 - Fraction(1, 2 ** min(dots, MAX_DOTS))) if dots else value


def shown(text: str) -> str:
    """A stranger's text as a message may quote it."""
    return repr(text.strip()[:20])
