"""Defects of a MIDI file that do not keep its music from being read: each kind once, with a count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ....dsl.findings.diagnostics import Diagnostic, MusicalPlace
from ..guard.faults import warning

PlaceOf = Callable[[int], MusicalPlace]
"""The function that gives the musical place of a tick."""


@dataclass(slots=True)
class _Repair:
    code: str
    message: str
    tick: int | None
    count: int = 1


class Repairs:
    """Defects that were read over, in the order in which their kinds were met."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Repair] = {}

    def add(self, kind: str, message: str, tick: int | None = None, code: str = "MV413") -> int:
        """Counts a defect; `message` is reported for the first one of its kind. Returns the count."""
        known = self._kinds.get(kind)
        if known is None:
            self._kinds[kind] = _Repair(code, message, tick)
            return 1
        known.count += 1
        return known.count

    def findings(self, name: str, place_of: PlaceOf) -> Iterator[Diagnostic]:
        """One warning for each kind; `name` is the file as the composer calls it."""
        for repair in self._kinds.values():
            more = f", and {repair.count - 1} more like it" if repair.count > 1 else ""
            finding = warning(repair.code, name, repair.message + more, _HINTS[repair.code])
            yield finding if repair.tick is None else finding.at(place_of(repair.tick))


_HINTS = {
    "MV413": "listen to it; to remove the warning, export the file again",
    "MV414": "give the note an end in the program that made the file",
}
