"""The soundfonts on this machine: `mv.sounds.installed()`, `mv.sounds.add("piano.sf2")`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ...compiler.sound.soundfonts import Soundfont
from ..errors import RequestError, taken_files_told

__all__ = ["Soundfont", "add", "installed"]


def installed() -> tuple[Soundfont, ...]:
    """The soundfonts that every piece may name, those of the user first; as `musicvis sounds list`."""
    from ...compiler.sound import soundfonts

    return tuple(soundfonts.installed())


def add(path: str | os.PathLike[str]) -> Soundfont:
    """Copy a soundfont to the user's, so that every piece may name it; as `musicvis sounds add`.

    Check its licence before you publish a film: `copyright` is the file's own notice.

    Raises RequestError for a name that no piece can write and for one that is taken, PieceError (MV513) for a
    file that is no soundfont, StoreError where the user has no home.
    """
    with taken_files_told():
        return add_file(Path(path))


def add_file(file: Path) -> Soundfont:
    """Like `add`, but raises FileExistsError if the name is taken."""
    from ...compiler.sound.soundfonts import SUFFIXES, described, fault_of, user_folder
    from ...dsl.findings.diagnostics import Diagnostic, PieceError
    from ...dsl.findings.plain import shown
    from ...dsl.findings.span import THE_MANIFEST, Span
    from ...dsl.text.files import name_fault
    from ...store.writing import published

    if file.suffix.lower() not in SUFFIXES:
        raise RequestError(f"{file.name} is not a .sf2 or .sf3 file")
    if fault := name_fault(file.name, THE_MANIFEST):
        raise RequestError(f"{shown(file.name)}: {fault.message}", "give the file another name")
    missing = "it is not a regular file" if file.exists() else "there is no such file"
    why = fault_of(file) if file.is_file() else missing
    if why is not None:
        raise PieceError([Diagnostic("MV513", Span(str(file)), why, "name another soundfont")])
    target = user_folder() / file.name
    if target.exists():
        raise FileExistsError(17, "it already exists", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with published(target) as made:
        shutil.copyfile(file, made)
    return described(target)
