"""The notes that play lanes, and the bus of each, which sets its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ...dsl.model.audio import Bus
from ..score.model import Channel
from ..score.part_note import PartNote

Seat = tuple[Bus, float]
"""The bus that plays a note, and the note's offset from the place of its bus, as a value of `ear`."""


@dataclass(frozen=True, slots=True)
class Band:
    """The notes of a piece and their seats.

    notes     as the picture sees them
    buses     what the lanes of places belong to
    seat_of   the seat of a note; None where no bus is known to play it
    channels  what MIDI controllers say, by the tracks of the score that have any
    """

    notes: Sequence[PartNote]
    buses: Sequence[Bus]
    seat_of: Callable[[PartNote], Seat | None]
    channels: Mapping[int, Channel] = field(default_factory=dict)
