"""Joins tied note heads into one sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .written import WrittenChord

Head = tuple[int, int]
"""A note head: index of its chord, index of the note in it."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The ties between note heads."""

    following: dict[Head, Head]
    before: dict[Head, Head]
    joined: frozenset[Head]
    """Heads that go on sounding from before and are not struck."""
    from_grace: frozenset[Head]


def ties_of(
    chords: Sequence[WrittenChord], bar_starts: Sequence[Fraction], staff_tracks: Sequence[int]
) -> Ties:
    """Joins each head that ties forward with the head of its pitch that begins where it ends and is tied
    back.

    The same voice is looked at first, then the staff's others, then the part's other staves.
    """
    ends: dict[tuple[int, Fraction, int], list[Head]] = {}
    for index, chord in enumerate(chords):
        start = bar_starts[chord.place.bar_index] + chord.place.offset_qn
        for number, note in enumerate(chord.notes):
            if note.ties_back:
                key = (staff_tracks[chord.staff], start, note.pitch - note.shift)
                ends.setdefault(key, []).append((index, number))
    following: dict[Head, Head] = {}
    joined: set[Head] = set()
    from_grace: set[Head] = set()
    for index, chord in enumerate(chords):
        start = bar_starts[chord.place.bar_index] + chord.place.offset_qn
        for grace in chord.graces_before:
            for note in grace.notes:
                if note.ties_forward:
                    for number, main in enumerate(chord.notes):
                        if main.ties_back and main.pitch == note.pitch:
                            from_grace.add((index, number))
        end = start + chord.length_qn
        for number, note in enumerate(chord.notes):
            if not note.ties_forward:
                continue
            candidates = [
                head
                for head in ends.get((staff_tracks[chord.staff], end, note.pitch - note.shift), ())
                if head not in joined and head[0] != index
            ]
            if candidates:
                target = min(
                    candidates,
                    key=lambda head: (
                        chords[head[0]].staff != chord.staff,
                        chords[head[0]].voice != chord.voice,
                        head,
                    ),
                )
                following[(index, number)] = target
                joined.add(target)
    before = {target: head for head, target in following.items()}
    return Ties(following, before, frozenset(joined), frozenset(from_grace))
