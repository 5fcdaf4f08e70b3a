"""Scratch: a folder on the disk of the store for each process, which is gone when the process is."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from .locks import Kind, freed, locked, locked_file
from .system import OWN, System


class Scratch:
    """The folders of all processes that have a store open; this process makes its own when it needs one."""

    def __init__(self, folder: Path, system: System) -> None:
        self._folder, self._system = folder, system
        self._making = threading.Lock()
        self._own: tuple[int, Path, Path] | None = None

    def path(self, suffix: str) -> Path:
        """A new path in the folder of this process."""
        return self._own_folder() / f"{secrets.token_hex(8)}{suffix}"

    def is_own(self, path: Path) -> bool:
        """Whether a path is this process's scratch folder, or its lock."""
        return self._own is not None and path in self._own[1:]

    def close(self) -> None:
        """Removes this process's remaining files and its folder."""
        with self._making:
            if self._own is not None:
                descriptor, folder, lock = self._own
                self._own = None
                with suppress(OSError):
                    self._emptied(folder)
                    self._system.remove(lock)
                freed(descriptor)

    def sweep(self) -> int:
        """Removes the unfinished files of dead processes; returns their number."""
        count = 0
        for lock in sorted(self._folder.glob("*.lock")):
            if self.is_own(lock):
                continue
            try:
                descriptor = os.open(lock, os.O_RDWR | OWN)
            except OSError:
                continue
            try:
                # Its owner holds this lock while it lives; process ids are reused.
                # Without locks, it cannot be known whether the owner is dead.
                if locked(descriptor, Kind.ALONE, wait=False, without=False):
                    with suppress(OSError):
                        self._emptied(lock.with_suffix(""))
                        self._system.remove(lock)
                        count += 1
            finally:
                freed(descriptor)
        return count

    def _own_folder(self) -> Path:
        with self._making:
            while self._own is None:
                name = f"{platform.node()[:64]}-{os.getpid()}-{secrets.token_hex(4)}"
                lock = self._folder / f"{name}.lock"
                descriptor = locked_file(lock, Kind.ALONE)
                # Another process may have swept it away before it was locked.
                if descriptor is None or not lock.exists():
                    continue
                # Registered before it is made, so that it is always removed.
                self._own = descriptor, self._folder / name, lock
                try:
                    self._system.make_folder(self._own[1])
                except BaseException:
                    self._own = None
                    lock.unlink(missing_ok=True)
                    freed(descriptor)
                    raise
            return self._own[1]

    def _emptied(self, folder: Path) -> None:
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    self._system.remove(path)
            self._system.remove_folder(folder)
