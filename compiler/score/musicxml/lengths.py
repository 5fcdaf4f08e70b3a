"""The lengths of notes in MusicXML: what their durations, note values and tuplets say together."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ..guard.xml import Node
from ..playback.tempo import simplest_between
from .values import MAX_DOTS, NOTE_VALUES_QN, decimal, dotted, whole

_ZERO = Fraction(0)
_Key = tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Length:
    """A note's length: as the file states it, exactly, as a note value without its tuplet, and the dots."""

    stated_qn: Fraction
    exact_qn: Fraction
    face_qn: Fraction
    dots: int
    ratio: Fraction
    is_guess: bool = False
    """The file states no length that a note can have."""


class Lengths:
    """The lengths in a part, each found once while a quarter note has the same divisions."""

    def __init__(
        self, notice: Callable[[str, str], None], checked: Callable[[Fraction, Node], Fraction]
    ) -> None:
        """notice    reports a message and a hint about the place that is read
        checked   gives a duration back, or raises PieceError where it is too long
        """
        self._notice = notice
        self._checked = checked
        self._known: dict[_Key, Length] = {}
        self.divisions = Fraction(1)

    def divide(self, divisions: Fraction) -> None:
        """Sets the divisions: the number of duration units per quarter note from here on."""
        if divisions != self.divisions:
            self.divisions = divisions
            self._known = {}

    def of(self, node: Node, fields: dict[str, Node], bar_qn: Fraction) -> Length:
        """The length of a note or a rest in a metre with bars of that length."""
        duration = fields.get("duration")
        kind = fields.get("type")
        dots = sum(child.tag == "dot" for child in node.children) if "dot" in fields else 0
        tuplet = fields.get("time-modification")
        key = (
            "" if duration is None else duration.text,
            "" if kind is None else kind.text,
            dots,
            "" if tuplet is None else tuplet.value("actual-notes"),
            "" if tuplet is None else tuplet.value("normal-notes"),
        )
        found = self._known.get(key)
        if found is None:
            found = self._new(node, key, bar_qn if "rest" in fields else None)
            if not found.is_guess:
                self._known[key] = found
        return found

    def _new(self, node: Node, key: _Key, rest_qn: Fraction | None) -> Length:
        """The length behind a duration in whole divisions.

        The note value with its tuplet says it; inside nested tuplets MuseScore writes no true value, and the
        simplest fraction that gives the duration is taken. A rest without a duration lasts `rest_qn`.
        """
        text, kind, dots, actual, normal = key
        ratio = Fraction(1)
        if actual or normal:
            ratio = Fraction(whole(normal, 1, 10_000) or 1, whole(actual, 1, 10_000) or 1)
        face = NOTE_VALUES_QN.get(kind.strip())
        dots = min(dots, MAX_DOTS)
        value = None if face is None else dotted(face, dots) * ratio
        stated = decimal(text)
        stated = None if stated is None else stated / self.divisions
        if stated is None or stated <= 0:
            whole_bar_qn = rest_qn if rest_qn is not None and not text else _ZERO
            instead = value if value is not None else whole_bar_qn
            if stated != 0 or value is not None:
                said = "its note value is played" if value is not None else "the note is left out"
                self._notice(f"a duration is not the length of a note, so {said}", "correct the bar")
            return Length(instead, instead, dotted(face or instead, dots), dots, ratio, is_guess=True)
        self._checked(stated, node)
        exact = self._exact(stated, value, has_ratio=bool(actual or normal))
        return Length(stated, exact, exact / ratio if face is None else dotted(face, dots), dots, ratio)

    def _exact(self, stated: Fraction, value: Fraction | None, *, has_ratio: bool) -> Fraction:
        if not has_ratio or value is None:
            return stated
        division = 1 / self.divisions
        if abs(value - stated) < division:
            return value
        # Some writers cut down to whole divisions, some round.
        return simplest_between(stated - division / 2, stated + division * Fraction(999, 1000))
