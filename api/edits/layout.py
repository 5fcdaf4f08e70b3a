"""Manifests and lanes in one canonical layout, comments kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .texts import text_of

if TYPE_CHECKING:
    from ...dsl.findings.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A file of a piece, and the result of laying it out."""

    path: Path
    state: Literal["laid out", "would change", "unchanged", "refused"]
    findings: tuple[Diagnostic, ...] = ()
    """The reasons for a refusal."""


def fmt(path: str | os.PathLike[str], *, check: bool = False) -> tuple[LaidOut, ...]:
    """Lay out a piece's manifest and its files of lanes, or a file of lanes alone; as `musicvis fmt`.

    Only spaces and empty lines change; values, comments and order stay.

    path    the folder of a piece, its manifest, or a file of lanes
    check   change nothing, and say what would change

    Raises PieceError, with the findings of all of them, where files cannot be read or written; the others
    are laid out. Raises OSError where the disk refuses.
    """
    from ...dsl.findings.diagnostics import PieceError
    from ..kinds import manifest_at

    manifest = manifest_at(path)
    done = tuple(laid_out(file, manifest.parent, check)[0] for file in files_of(manifest))
    if refused := [finding for each in done for finding in each.findings]:
        raise PieceError(refused)
    return done


def laid_out(path: Path, root: Path, check: bool) -> tuple[LaidOut, str]:
    """One file, and its text as it was read; below `root` no link is followed. Raises OSError."""
    from ...dsl.findings.diagnostics import PieceError
    from ...dsl.text.format import formatted
    from ...store.writing import replace_text

    text = ""
    try:
        text = text_of(path, root)
        wanted = formatted(text, str(path))
        if wanted == text:
            return LaidOut(path, "unchanged"), text
        if not check:
            replace_text(path, wanted, root)
    except PieceError as error:
        return LaidOut(path, "refused", error.findings), text
    return LaidOut(path, "would change" if check else "laid out"), text


def files_of(path: Path) -> list[Path]:
    """A manifest and the existing YAML files of lanes that it names; or a file of lanes alone."""
    return [path, *_lanes_of(path)]


def _lanes_of(path: Path) -> Iterator[Path]:
    from ...dsl.findings.diagnostics import PieceError
    from ...dsl.findings.span import Span
    from ...dsl.text.files import name_fault
    from ...dsl.text.yaml_reader import parse_source

    try:
        source, _ = parse_source(text_of(path, path.parent), str(path))
    except PieceError:
        return
    named = source.value.get("effects") if isinstance(source.value, dict) else None
    for name in named if isinstance(named, list) else [named]:
        if isinstance(name, str) and name.lower().endswith((".yaml", ".yml")):
            lane = path.parent / name
            if name_fault(name, Span(str(path))) is None and lane.is_file():
                yield lane
