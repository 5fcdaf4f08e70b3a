"""A reader's warnings, one for each kind, with a count and the first places: bar, beat and part."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from ....dsl.findings.diagnostics import Diagnostic, MusicalPlace, Severity
from ....dsl.findings.span import Span

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in the score: bar from 1, beat from 1, and the part if it concerns a single one."""

    bar: int
    beat: Fraction | None = None
    part: str = ""

    def __str__(self) -> str:
        beat = "" if self.beat is None else f" beat {_number(self.beat)}"
        part = f" of {self.part}" if self.part else ""
        return f"bar {self.bar}{beat}{part}"


@dataclass(slots=True)
class Sightings:
    """All that was noticed in one file."""

    found: dict[tuple[str, str, str], list[Sighting]] = field(default_factory=dict)
    """(code, message, hint) to places."""

    def add(self, code: str, message: str, where: Sighting, hint: str = "") -> None:
        """Notes one place of a kind; the message says what is so, without the place."""
        self.found.setdefault((code, message, hint), []).append(where)

    def findings(self, name: str, severity: Severity = Severity.WARNING) -> Iterator[Diagnostic]:
        """One finding for each kind, in the order that they were first met."""
        for (code, message, hint), places in self.found.items():
            place = MusicalPlace(places[0].bar, _number(places[0].beat or Fraction(1)))
            yield Diagnostic(code, Span(name), f"{message}: {_listed(places)}", hint, severity, place)


def _listed(places: list[Sighting]) -> str:
    shown = list(dict.fromkeys(str(place) for place in places))
    if len(places) == 1:
        return shown[0]
    more = ", ..." if len(shown) > _SHOWN else ""
    return f"{len(places)} times, {', '.join(shown[:_SHOWN])}{more}"


def _number(beat: Fraction) -> str:
    """A beat as composers write it: 1, 2.5, 3+1/3."""
    whole = beat.numerator // beat.denominator
    rest = beat - whole
    if not rest:
        return str(whole)
    if 100 % rest.denominator == 0:
        return f"{float(beat):g}"
    return f"{whole}+{rest}"
