"""Generators by name: their properties as a piece needs them, and their makers; no torch, no numpy.

`embedded`, `biggan` and `auto` are built in. A package brings others through the entry point group
`musicvis.generators`, a program through `register`, and a piece through a folder with a model.json
(dsl/text/model_file.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .parameters import FINISH, STEERED

BUILT_IN = ("auto", "embedded", "biggan")
GROUP = "musicvis.generators"
LATENT_SIZE = 128
"""The latent size of the built-in generators."""
MOST_CLASSES = 1000
MOST_LATENT = 512
CONTROLS = (*dict.fromkeys(p.control for p in STEERED if p.control != FINISH), "truncation")
"""The controls that a generator can carry out itself; the others are applied to its finished images."""

WALK = "walk"
"""The control of a trained model that walks through learned pictures."""

ClassNames = tuple[tuple[str, ...], ...]
"""The names of each class, the default name first."""


@dataclass(frozen=True, slots=True)
class GeneratorKind:
    """The description of a generator, known before one is made.

    name            as `visuals.generator` names it
    latent_size     length of its noise vectors
    classes         the names of its classes; None for the 1000 of ImageNet
    controls        which of CONTROLS it does itself
    resolutions_px  the values of `visuals.resolution` that it can make; empty for any
    version         changes when its images change; empty: nothing that it makes is cached
    make            makes one out of a GeneratorRequest; None for those that musicvis makes itself
    is_installed    whether every process finds it by its name, as it finds an entry point
    """

    name: str
    latent_size: int = LATENT_SIZE
    classes: ClassNames | None = None
    controls: frozenset[str] = frozenset()
    resolutions_px: tuple[int, ...] = ()
    version: str = ""
    make: Callable[[Any], Any] | None = None
    is_installed: bool = True

    @property
    def class_count(self) -> int:
        """The length of its class vectors."""
        return MOST_CLASSES if self.classes is None else len(self.classes)


OUR_SIZES_PX = (128, 256, 512)
"""The values of `visuals.resolution` for the generators that musicvis makes."""
LEAST_PX, MOST_PX = 16, 2048
"""The bounds of `visuals.resolution` for any generator; the schema has them, too."""
_BUILT_IN = {
    "embedded": GeneratorKind(
        "embedded", controls=frozenset(CONTROLS) - {"truncation"}, resolutions_px=OUR_SIZES_PX
    ),
    "biggan": GeneratorKind("biggan", controls=frozenset(("truncation",)), resolutions_px=OUR_SIZES_PX),
    "auto": GeneratorKind("auto", resolutions_px=OUR_SIZES_PX),
}
_registered: dict[str, GeneratorKind] = {}


def described_kind(
    name: str,
    make: Callable[[Any], Any] | None,
    *,
    classes: Sequence[str | Sequence[str]] | None = None,
    latent_size: int = LATENT_SIZE,
    controls: Sequence[str] = (),
    resolutions_px: Sequence[int] = (),
    version: str = "",
    is_installed: bool = True,
) -> GeneratorKind:
    """A kind from an author's description; raises ValueError for an invalid one."""
    if not name or not name.isprintable() or len(name) > 64 or name != name.strip():
        raise ValueError(f"a generator needs a name of 1 to 64 printable characters, not {name!r}")
    if name in BUILT_IN:
        raise ValueError(f"{name} is built in: choose another name")
    if not 1 <= latent_size <= MOST_LATENT:
        raise ValueError(f"latent_size must be from 1 to {MOST_LATENT}, not {latent_size}")
    if unknown := set(controls) - set(CONTROLS):
        raise ValueError(f"{min(unknown)!r} is not a control: they are {', '.join(CONTROLS)}")
    if wrong := [size for size in resolutions_px if not LEAST_PX <= size <= MOST_PX]:
        raise ValueError(f"resolutions_px must be from {LEAST_PX} to {MOST_PX}, not {wrong[0]}")
    table = None
    if classes is not None:
        table = tuple((entry,) if isinstance(entry, str) else tuple(entry) for entry in classes)
        if not 1 <= len(table) <= MOST_CLASSES or not all(names and all(names) for names in table):
            raise ValueError(f"classes must be 1 to {MOST_CLASSES} names, none of them empty")
    return GeneratorKind(
        name,
        latent_size,
        table,
        frozenset(controls),
        tuple(resolutions_px),
        version,
        make,
        is_installed,
    )


def register(kind: GeneratorKind) -> None:
    """Registers a kind in this process under its name, replacing one of the same name."""
    _registered[kind.name] = kind


def kind_named(name: str) -> GeneratorKind | None:
    """The built-in, registered or installed kind of that name; None if there is none.

    Raises ValueError for an entry point of that name which is not a GeneratorKind.
    """
    if (found := _BUILT_IN.get(name) or _registered.get(name)) is not None:
        return found
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        kind = point.load()
        if not isinstance(kind, GeneratorKind) or kind.name != name or kind.make is None:
            raise ValueError(f"the entry point {name} of {GROUP} must name a GeneratorKind called {name}")
        register(kind)
        return kind
    return None


def is_known(name: str) -> bool:
    """Whether a kind of that name is built in, registered or installed; loads nothing."""
    return name in _BUILT_IN or name in _registered or name in known_names()


def known_names() -> tuple[str, ...]:
    """The names of all kinds that are built in, registered or installed; nothing is loaded."""
    from importlib.metadata import entry_points

    return tuple(dict.fromkeys((*BUILT_IN, *_registered, *(p.name for p in entry_points(group=GROUP)))))
