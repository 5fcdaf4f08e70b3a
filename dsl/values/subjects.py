"""The looks of the built-in classes: drawn, drawn as another, or only a pattern; and musicvis's own
subjects.

ImageNet has no moon, rain, tree or window, which songs are about. They stand beside its 1000 classes, from
index 1000 on. The embedded generator draws them; BigGAN, which knows ImageNet alone, shows others in their
place. All of it is data: subjects.tsv.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

IMAGENET_COUNT = 1000
DRAWN = "drawn"
PATTERN = "only a pattern"


@dataclass(frozen=True, slots=True)
class Subject:
    """A class that the embedded generator draws.

    look       "drawn", or "as harp" where it is drawn as another is
    palette    of the generator's own palettes; empty for the default one
    traits     constants of its motif by index
    names      its names, the default name first; of ImageNet's classes the default name alone
    stand_ins  of a subject of our own, the ImageNet classes that BigGAN shows in its place, and their shares
    """

    index: int
    look: str
    motif: str
    palette: str
    traits: tuple[tuple[int, float], ...]
    names: tuple[str, ...]
    stand_ins: tuple[tuple[int, float], ...] = ()


@cache
def subjects() -> Mapping[int, Subject]:
    """All classes that are drawn, by their indices in rising order."""
    text = files(__package__).joinpath("subjects.tsv").read_text(encoding="utf-8")
    found = [_subject(line) for line in text.splitlines() if line and not line.startswith("#")]
    return {subject.index: subject for subject in found}


@cache
def own_subjects() -> tuple[Subject, ...]:
    """The subjects beside ImageNet's classes, from index 1000 on without a gap."""
    return tuple(subject for index, subject in subjects().items() if index >= IMAGENET_COUNT)


@cache
def subject_count() -> int:
    """The number of classes of the built-in generators: ImageNet's, and the subjects beside them."""
    return IMAGENET_COUNT + len(own_subjects())


def look_of(index: int) -> str:
    """The embedded generator's way to show a class: "drawn", "as harp" or "only a pattern"."""
    found = subjects().get(index)
    return PATTERN if found is None else found.look


@cache
def aliases() -> Mapping[str, int]:
    """Everyday words that name no class, each with the class that is meant: `piano` is the grand piano."""
    text = files(__package__).joinpath("aliases.tsv").read_text(encoding="utf-8")
    pairs = [line.split("\t")[:2] for line in text.splitlines() if line and not line.startswith("#")]
    return {word: int(index) for word, index in pairs}


def _subject(line: str) -> Subject:
    index, look, motif, palette, traits, names, *stand_ins = line.split("\t")
    return Subject(
        int(index),
        look,
        motif,
        palette,
        _pairs(traits),
        tuple(names.split(", ")),
        _pairs(" ".join(stand_ins)),
    )


def _pairs(text: str) -> tuple[tuple[int, float], ...]:
    """`5=.9 6=.2` as numbers."""
    pairs = (entry.split("=") for entry in text.split())
    return tuple((int(key), float(value)) for key, value in pairs)
