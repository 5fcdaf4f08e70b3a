"""Opening: whether a folder can be a store, and making it one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..dsl.text.folders import NUL
from .errors import StoreError
from .system import System, is_own, is_read_only

TAG = "CACHEDIR.TAG"
TAG_TEXT = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by musicvis: `musicvis clean --all` empties it.\n"
)
"""The Cache Directory Tagging Specification: backups leave such a folder out."""
FOLDERS = ("records", "blobs", "tmp", "locks", "quarantine")


def checked(folder: Path, system: System) -> bool:
    """Makes the folder if it is missing, and refuses a foreign one; returns whether it is read-only.

    Raises StoreError for what cannot be a store, OSError for what cannot be looked at or made.
    """
    if "\0" in str(folder):
        raise StoreError(NUL, "name another with --cache-dir")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            system.make_folder(folder)
        system.sync_folder(folder.parent)
    state = folder.stat()
    if not folder.is_dir():
        raise StoreError(f"{folder} is not a folder", "name another with --cache-dir")
    if not is_own(state):
        hint = "a cache is read and written by its owner alone: name another with --cache-dir"
        raise StoreError(f"{folder} belongs to another user", hint)
    # Windows has no such bits: the permissions of the user's folder apply.
    if os.name != "nt" and state.st_mode & 0o022:
        hint = f"others could put their films there; to keep it, type: chmod go-w {folder}"
        raise StoreError(f"others may write to {folder}", hint)
    there = {path.name for path in folder.iterdir()}
    strange = there - {TAG, *FOLDERS}
    if strange and TAG not in there:
        hint = "name an empty or new folder with --cache-dir"
        raise StoreError(f"{folder} holds other files, e.g. {min(strange)}", hint)
    return is_read_only(folder)


def completed(folder: Path, system: System) -> bool:
    """Make the folders inside that are missing; whether the store has its tag already."""
    there = {path.name for path in folder.iterdir()}
    for name in FOLDERS:
        if name not in there:
            with suppress(FileExistsError):
                system.make_folder(folder / name)
    return TAG in there
