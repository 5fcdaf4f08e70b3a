"""The pictures of a piece's own that its classes and rules name, in the order in which they are written."""

from collections.abc import Iterator

from ...dsl.findings.diagnostics import Diagnostic
from ...dsl.model.generators import GeneratorKind
from ...dsl.model.piece import ClassWeight, Visuals

PICTURES_MOST = 200
PAINTED = ("auto", "embedded")
"""The generators that show own pictures: by itself a piece with some is painted by the embedded one."""


def written_pictures(visuals: Visuals) -> tuple[ClassWeight, ...]:
    """Each picture once, as it is written first."""
    first: dict[str, ClassWeight] = {}
    for entry in _written(visuals):
        if entry.picture is not None:
            first.setdefault(entry.name, entry)
    return tuple(first.values())


def picture_faults(pictures: tuple[ClassWeight, ...], kind: GeneratorKind) -> Iterator[Diagnostic]:
    """What is wrong with pictures before any of them is read."""
    if pictures and kind.name not in PAINTED:
        message = f"{kind.name} cannot show own pictures: the embedded generator paints them"
        hint = "write generator: embedded, or train a model of your pictures with `musicvis train`"
        yield Diagnostic("MV720", pictures[0].span, message, hint)
    if len(pictures) > PICTURES_MOST:
        message = f"the piece names {len(pictures)} pictures, and {PICTURES_MOST} are the most"
        yield Diagnostic("MV722", pictures[PICTURES_MOST].span, message, "name fewer pictures")


def _written(visuals: Visuals) -> Iterator[ClassWeight]:
    for _, entries in visuals.classes:
        yield from entries
    for rule in visuals.rules:
        yield from rule.classes or ()
