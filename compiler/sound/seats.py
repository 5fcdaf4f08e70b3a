"""The seats of notes: the bus that plays a note of the score, and the note's distance from the place of its
bus.
"""

from collections.abc import Sequence

from ...dsl.findings.collector import Findings
from ...dsl.model.audio import Bus, Stem
from ..notes.band import Band, Seat
from ..notes.parts import tracks_of
from ..score.part_note import PartNote
from .note_spread import EarOf
from .plan_sound import Sources, ears_apart


def band_of(notes: Sequence[PartNote], buses: Sequence[Bus], sources: Sources) -> Band:
    """The band of a piece; other scores are read when the first seat is asked for."""
    score = sources.score
    channels = {
        number: score.channels[track.channel]
        for number, track in enumerate(score.tracks)
        if track.channel is not None
    }
    return Band(notes, buses, _Seats(buses, sources).seat_of, channels)


class _Seats:
    def __init__(self, buses: Sequence[Bus], sources: Sources) -> None:
        self._buses = buses
        self._sources = sources
        self._names: list[frozenset[str]] | None = None
        self._bus_of: dict[tuple[int, str], int | None] = {}
        self._apart: dict[int, EarOf | None] = {}

    def seat_of(self, entry: PartNote) -> Seat | None:
        """The seat of a note: of several buses that play it, the first."""
        key = (entry.note.track, entry.part)
        if key not in self._bus_of:
            self._bus_of[key] = self._found(*key)
        index = self._bus_of[key]
        if index is None:
            return None
        bus = self._buses[index]
        if index not in self._apart:
            self._apart[index] = ears_apart(bus, self._sources, Findings())
        ear_of = self._apart[index]
        if ear_of is None:
            return bus, 0.0
        try:
            return bus, ear_of(entry.note.pitch, self._sources.clock.seconds(entry.note.onset_qn))
        except KeyError:
            # The bus plays another score, which lacks this note.
            return bus, 0.0

    def _found(self, track: int, part: str) -> int | None:
        """By the instrument's name in a score of the bus, by the part that it plays, or by its own name."""
        name = self._sources.score.tracks[track].name
        if self._names is None:
            self._names = [
                frozenset().union(*(self._instruments(stem) for stem in bus.stems)) for bus in self._buses
            ]
        by_score = (i for i, names in enumerate(self._names) if name and name in names)
        by_part = (
            i
            for i, bus in enumerate(self._buses)
            if any(part in (stem.part, stem.plays) for stem in bus.stems)
        )
        by_name = (i for i, bus in enumerate(self._buses) if bus.name == part)
        return next((i for found in (by_score, by_part, by_name) for i in found), None)

    def _instruments(self, stem: Stem) -> frozenset[str]:
        """The names of the instruments that another score holds."""
        score = None if stem.score is None else self._sources.read_score(stem.score, stem.span)
        if score is None:
            return frozenset()
        return frozenset(score.tracks[i].name for i in tracks_of(stem.tracks, score, stem.span, Findings()))
