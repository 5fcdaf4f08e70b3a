"""Spread: notes of one bus apart from each other, so that a run of notes walks across."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from ...dsl.model.audio import Spread
from ..recent import recent

PLACES_MOST = 16
"""The sound is made once for each place."""

EarOf = Callable[[int, Fraction], float]
"""The offset of a note of that MIDI pitch at that time in seconds, in ears."""


@recent(16)
def ears_of(spread: Spread, notes: Sequence[tuple[int, Fraction]]) -> EarOf:
    """The place of each note (pitch, onset in seconds), relative to the place of its bus.

    By pitch, evenly from the lowest to the highest; by order, from the first to the last, notes that begin
    together in one place. Up to 16 pitches or onsets have places of their own, more share 16 even ones.
    """
    by_pitch = spread.by == "pitch"
    keys = sorted({Fraction(pitch) if by_pitch else onset_s for pitch, onset_s in notes})
    shares: dict[Fraction, Fraction] = {}
    for rank, key in enumerate(keys):
        if len(keys) == 1:
            share = Fraction(1, 2)
        elif by_pitch:
            share = (key - keys[0]) / (keys[-1] - keys[0])
        else:
            share = Fraction(rank, len(keys) - 1)
        if len(keys) > PLACES_MOST:
            share = Fraction(round(share * (PLACES_MOST - 1)), PLACES_MOST - 1)
        shares[key] = share

    def ear_of(pitch: int, onset_s: Fraction) -> float:
        share = float(shares[Fraction(pitch) if by_pitch else onset_s])
        return spread.first + (spread.last - spread.first) * share

    return ear_of
