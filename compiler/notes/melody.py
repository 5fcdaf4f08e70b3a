"""The tune that a film shows by default: the highest notes of the highest part."""

from collections.abc import Sequence, Set
from fractions import Fraction

from ...dsl.model.visuals import LIGHTS, Visuals
from ..score.part_note import PartNote

SHARE_LEAST = 0.05
"""The least share of all notes for a part to count; with fewer it is an ornament."""


def sparks_by_itself(visuals: Visuals) -> bool:
    """Whether the tune sparkles by default: it does unless the piece sets its own stage."""
    is_said = any(getattr(rule, shape) is not None for rule in visuals.rules for shape in LIGHTS)
    return visuals.plays and visuals.mapping == "notes" and not is_said


def melody(notes: Sequence[PartNote], drums: Set[int]) -> frozenset[int]:
    """The indices of the highest notes at each onset, in the part with the highest mean pitch.

    Of two of one pitch the louder counts.

    drums   tracks whose pitches are none
    """
    of_part: dict[str, list[int]] = {}
    for index, entry in enumerate(notes):
        if entry.note.track not in drums:
            of_part.setdefault(entry.part, []).append(index)
    total = sum(map(len, of_part.values()))
    heights = {
        part: Fraction(sum(notes[i].note.pitch for i in indices), len(indices))
        for part, indices in of_part.items()
        if len(indices) >= SHARE_LEAST * total
    }
    if not heights:
        return frozenset()
    lead = max(heights, key=lambda part: heights[part])
    top: dict[Fraction, int] = {}
    for index in of_part[lead]:
        note = notes[index].note
        other = notes[top.setdefault(note.onset_qn, index)].note
        if (note.pitch, note.velocity) > (other.pitch, other.velocity):
            top[note.onset_qn] = index
    return frozenset(top.values())
