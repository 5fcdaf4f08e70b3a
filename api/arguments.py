"""Arguments that are several names or paths, or one: a text is one of them, and not its letters."""

import os
from collections.abc import Iterable
from pathlib import Path

PathLike = str | os.PathLike[str]


def names_of(named: Iterable[str]) -> list[str]:
    """The names, also where one is given alone."""
    return [named] if isinstance(named, str) else list(named)


def paths_of(named: PathLike | Iterable[PathLike]) -> list[Path]:
    """The paths, also where one is given alone: of the letters of "/plugins" the first is the whole disk."""
    return [Path(path) for path in ([named] if isinstance(named, str | os.PathLike) else named)]
