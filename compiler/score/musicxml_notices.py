"""What a reader has to say about a score that it can read nevertheless: each thing once, with its place and
a count.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from ...dsl.findings.diagnostics import Diagnostic, MusicalPlace
from .guard.faults import warning
from .model import Meter

# So many kinds of warnings at most: what a hostile file can make them say is part of them.
MAX_KINDS = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: the part's name, the bar and the beat from 1, and the line of the XML."""

    part: str
    bar: int
    beat: Fraction
    line: int = 0


def spot(part: str, bar_index: int, offset_qn: Fraction, meter: Meter, line: int = 0) -> Spot:
    """The spot at an offset into a bar."""
    return Spot(part, bar_index + 1, offset_qn / meter.beat_qn + 1, line)


class Notices:
    """Warnings by what they say; the first place is told, the others are counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._first: dict[tuple[str, str, str], Spot | None] = {}
        self._counts: dict[tuple[str, str, str], int] = {}

    def add(self, code: str, message: str, hint: str, where: Spot | None) -> None:
        """One sighting."""
        key = (code, message, hint)
        if key not in self._first:
            if len(self._first) >= MAX_KINDS:
                return
            self._first[key] = where
        self._counts[key] = self._counts.get(key, 0) + 1

    def findings(self) -> list[Diagnostic]:
        """One warning for each kind, in the order of their first sightings."""
        found = []
        for (code, message, hint), where in self._first.items():
            count = self._counts[(code, message, hint)]
            text = message if where is None or not where.part else f"{where.part}: {message}"
            text += f"; {count} places like it, this is the first" if count > 1 else ""
            finding = warning(code, self.name, text, hint, 0 if where is None else where.line)
            if where is not None:
                finding = replace(finding, place=MusicalPlace(where.bar, _beat(where.beat)))
            found.append(finding)
        return found


def _beat(beat: Fraction) -> str:
    """A beat as a reader says it: 2, or 2.5."""
    return f"{float(beat):.3f}".rstrip("0").rstrip(".")
