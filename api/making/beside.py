"""Recordings beside a score: the part that each of them plays, by its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...dsl.text.audio_headers import SUFFIXES

FOLDERS = ("", "stems")
"""The folders, relative to the score's own, in which recordings are looked for."""
MOST = 500
MAX_TOTAL_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class Beside:
    """The recordings beside a score.

    parts    which file plays a part, by the part's name in the manifest
    others   recordings whose names are those of no part, or of a part that has one
    refused  recordings that cannot be used, with the reason
    """

    parts: Mapping[str, Path]
    others: tuple[Path, ...] = ()
    refused: tuple[tuple[Path, str], ...] = ()


def recordings_beside(score: Path, parts: Mapping[str, Sequence[str]]) -> Beside:
    """The recordings beside a score file.

    parts   by the name in the manifest, all names that a part has
    """
    found: dict[str, Path] = {}
    others: list[Path] = []
    refused: list[tuple[Path, str]] = []
    total = 0
    for path in _recordings(score.parent):
        part = _part_of(path.stem, score.stem, parts)
        if part is None or part in found:
            others.append(path)
            continue
        fault = _fault(path)
        size = 0 if fault else path.stat().st_size
        if not fault and total + size > MAX_TOTAL_BYTES:
            fault = "all recordings together are larger than 4 GiB"
        if fault:
            refused.append((path, fault))
            continue
        found[part] = path
        total += size
    return Beside(found, tuple(others), tuple(refused))


def _recordings(folder: Path) -> list[Path]:
    found: list[Path] = []
    for name in FOLDERS:
        try:
            entries = sorted((folder / name).iterdir())
        except OSError:
            continue
        found += [
            path
            for path in entries[:MOST]
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink()
        ]
    return found


def _part_of(stem: str, score_stem: str, parts: Mapping[str, Sequence[str]]) -> str | None:
    """The part that a file's name is the name of, alone or behind the score's: `Piano`, `waltz-Piano`."""
    name, score = _folded(stem), _folded(score_stem)
    wanted = {name, name.removeprefix(score)} if name != score else {name}
    fitting = [part for part, names in parts.items() if wanted & {_folded(one) for one in (part, *names)}]
    return fitting[0] if len(fitting) == 1 else None


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _fault(path: Path) -> str:
    """The reason why a recording cannot be used; empty if it can."""
    from ...dsl.findings.diagnostics import PieceError
    from ...dsl.findings.span import Span
    from ...dsl.text.audio_headers import checked_format

    try:
        with path.open("rb") as file:
            checked_format(file, path.stat().st_size, path.name, Span(str(path)))
    except PieceError as error:
        return error.diagnostics[0].message
    except OSError as error:
        return error.strerror or str(error)
    return ""
