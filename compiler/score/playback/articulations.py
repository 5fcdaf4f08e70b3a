"""Articulations change how long a chord is held and how hard it is struck, by MuseScore's tables."""

from collections.abc import Mapping, Sequence

# instruments.xml of MuseScore 3: percent, by the names that its files use; "" is a chord without
# articulation.
DEFAULT_GATES: Mapping[str, int] = {
    "": 100,
    "staccatissimo": 33,
    "staccato": 50,
    "portato": 67,
    "tenuto": 100,
    "marcato": 67,
    "sforzato": 100,
    "sforzatoStaccato": 50,
    "marcatoStaccato": 50,
    "marcatoTenuto": 100,
}
DEFAULT_VELOCITIES: Mapping[str, int] = {
    "marcato": 120,
    "sforzato": 150,
    "sforzatoStaccato": 150,
    "marcatoStaccato": 120,
    "marcatoTenuto": 120,
}


def gate_percent(table: Mapping[str, int], articulations: Sequence[str], slurred: bool) -> int:
    """The percentage of its length that a chord is held; under a slur, without the usual gap.

    Of several articulations the last one in the file decides, as in MuseScore.
    """
    known = [table[articulation] for articulation in articulations if articulation in table]
    if known:
        return known[-1]
    return 100 if slurred else table.get("", 100)


def velocity_percents(table: Mapping[str, int], articulations: Sequence[str]) -> tuple[int, ...]:
    """By how many percent these articulations change the velocity, one after the other."""
    return tuple(table[articulation] for articulation in articulations if articulation in table)
