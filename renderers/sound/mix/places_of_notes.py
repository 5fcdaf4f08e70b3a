"""A bus whose notes have places of their own, as one bus for each place."""

from dataclasses import replace

from ....compiler.plan import BusPlan


def apart(bus: BusPlan) -> tuple[BusPlan, ...]:
    """The bus once for each place that its notes have, with the notes of that place: itself where it is one.

    The compiler gives a bus at most 16 such places. Recordings are where the lane is.
    """
    offsets = sorted({note.ear for stem in bus.stems for note in stem.notes or ()})
    if not offsets or offsets == [0.0]:
        return (bus,)
    if any(stem.notes is None for stem in bus.stems) and 0.0 not in offsets:
        offsets.append(0.0)
    parts = []
    for offset in offsets:
        stems = [
            stem
            if stem.notes is None
            else replace(stem, notes=tuple(note for note in stem.notes if note.ear == offset))
            for stem in bus.stems
            if stem.notes is not None or offset == 0.0
        ]
        parts.append(replace(bus, stems=tuple(stems), ear_offset=bus.ear_offset + offset))
    return tuple(parts)
