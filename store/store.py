"""The store: cached results, by the key of all their inputs; safe to kill, share and damage.

A record says for a key which blobs it stands for; a blob is a file whose name is the digest of its bytes.
Three rules make everything else true:
1. a name under records/ or blobs/ appears only by renaming a whole file that is on the disk already, blobs
   first, their record last;
2. what is read is digested first: damage is a miss, and the damaged file is put aside;
3. locks save work and decide nothing; times order eviction and decide nothing else.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .errors import StoreError
from .locks import Kind, freed, locked, locked_file
from .node import Node
from .opening import TAG, TAG_TEXT, checked, completed
from .record import MOST_RECORD_BYTES, DamagedError, Record, read_record
from .scratch import Scratch
from .system import OWN, System
from .values.keys import file_digest

PIN = "in-use"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: the read-only files of a key, and facts about them."""

    files: Mapping[str, Path]
    facts: Mapping[str, Any]


Made = tuple[Mapping[str, Path], Mapping[str, Any]]
"""Files in the scratch folder of a store, by name, and the facts to be kept with them."""


class Store:
    """An open store; a context manager. Threads may share it; processes open it each for itself."""

    def __init__(self, folder: Path, system: System | None = None) -> None:
        """Opens the store; makes it if it does not exist.

        Raises StoreError where the folder is something else, is somebody else's, or cannot be made.
        """
        self.folder = folder
        self.system = system or System()
        self._scratch = Scratch(folder / "tmp", self.system)
        self._pin: int | None = None
        self.is_read_only = False
        try:
            self.is_read_only = checked(folder, self.system)
            if not self.is_read_only:
                has_tag = completed(folder, self.system)
                self._pin = locked_file(folder / "locks" / PIN, Kind.SHARED)
                self.sweep()
                if not has_tag:
                    self._publish(self._written(TAG_TEXT), folder / TAG)
                    self.system.sync_folder(folder)
        except OSError as error:
            self.close()
            reason = error.strerror or str(error)
            hint = "check its permissions and its disk, or name another with --cache-dir"
            raise StoreError(f"{folder} cannot be opened: {reason}", hint) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Removes this process's unfinished files, and lets others evict."""
        self._scratch.close()
        if self._pin is not None:
            freed(self._pin)
            self._pin = None

    # Reading

    def get(self, key: str) -> Entry | None:
        """The entry of a key, with every byte checked; None if it is missing or was damaged.

        Never raises for what it finds: a damaged file is put aside, and its entry is made again.
        """
        record = self._record(key)
        if record is None:
            return None
        for digest, size in record.outputs.values():
            path = self.blob(digest)
            if not self.is_whole(path, size):
                self.put_aside(path)
                return None
        # The time of last use, for eviction only.
        with suppress(OSError):
            self.system.touch(self.record_path(key))
        return self._entry(record)

    def is_whole(self, path: Path, size: int | None = None) -> bool:
        """Whether a blob has the digest that its name states, and that size."""
        try:
            state = path.lstat()
            is_file = stat.S_ISREG(state.st_mode) and size in (None, state.st_size)
            return is_file and file_digest(path) == path.name
        except OSError:
            return False

    def has(self, key: str) -> bool:
        """Whether the files of a key exist with the right sizes; nothing is hashed, so it is cheap."""
        record = self._record(key)
        if record is None:
            return False
        try:
            return all(self.blob(d).stat().st_size == size for d, size in record.outputs.values())
        except OSError:
            return False

    def facts(self, key: str) -> Mapping[str, Any] | None:
        """The facts of a key, even if its files are missing."""
        record = self._record(key)
        return None if record is None else record.facts

    def outputs(self, key: str) -> Mapping[str, str] | None:
        """The digests of a key's files by name, even if the files are missing."""
        record = self._record(key)
        return None if record is None else {name: digest for name, (digest, _) in record.outputs.items()}

    # Making

    def scratch(self, suffix: str = "") -> Path:
        """A new path on the disk of the store, of this process alone; gone when the store is closed."""
        self._must_be_writable()
        return self._scratch.path(suffix)

    def put(self, key: str, files: Mapping[str, Path], facts: Mapping[str, Any]) -> Entry:
        """Take files from the scratch folder in: afterwards they survive a power cut.

        Raises OSError where the disk is full or fails; what was there before is there still.
        """
        self._must_be_writable()
        system = self.system
        outputs: dict[str, tuple[str, int]] = {}
        for name, path in files.items():
            system.sync_file(path)
            digest, size = file_digest(path), path.stat().st_size
            target = self.blob(digest)
            # Replaces an existing one, too: this one is known to be valid.
            self._publish(path, target)
            system.sync_folder(target.parent)
            outputs[name] = digest, size
        if files:
            system.sync_folder(self.folder / "blobs")
        record = Record(key, outputs, dict(facts))
        self._publish(self._written(record.written()), self.record_path(key))
        system.sync_folder(self.record_path(key).parent)
        system.sync_folder(self.folder / "records")
        return self._entry(record)

    @contextmanager
    def lock(self, key: str, *, wait: bool) -> Iterator[bool]:
        """True while this process alone works on the key; False where another does and `wait` is not set.

        The system frees the lock of a process that dies. Where the file system has no locks, everybody holds
        it, and work is done twice.
        """
        self._must_be_writable()
        descriptor = os.open(self.folder / "locks" / key, os.O_RDWR | os.O_CREAT | OWN, 0o600)
        try:
            yield locked(descriptor, Kind.ALONE, wait)
        finally:
            freed(descriptor)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True while no other process has the store open, so that nobody misses an evicted entry."""
        if self.is_read_only or self._pin is None:
            yield False
            return
        # A shared lock does not become exclusive in one step: in between, other processes may come and go.
        is_alone = locked(self._pin, Kind.ALONE, wait=False)
        try:
            yield is_alone
        finally:
            locked(self._pin, Kind.SHARED, wait=True)

    def sweep(self) -> int:
        """Removes the unfinished files of dead processes; returns their number."""
        return self._scratch.sweep()

    # Paths

    def blob(self, digest: str) -> Path:
        """The file of that digest."""
        return self.folder / "blobs" / digest[:2] / digest

    def record_path(self, key: str) -> Path:
        """The file of that key's record."""
        return self.folder / "records" / key[:2] / f"{key}.json"

    def record_at(self, path: Path) -> Record | None:
        """The record in a file of the store; None if there is none. A damaged one is put aside."""
        try:
            descriptor = os.open(path, os.O_RDONLY | OWN | getattr(os, "O_NONBLOCK", 0))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            self.put_aside(path)
            return None
        try:
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(MOST_RECORD_BYTES + 1)
            return read_record(data, path.stem)
        except (OSError, DamagedError):
            self.put_aside(path)
            return None

    def is_own(self, path: Path) -> bool:
        """Whether a path is this process's scratch folder, or its lock."""
        return self._scratch.is_own(path)

    def _record(self, key: str) -> Record | None:
        return self.record_at(self.record_path(key))

    def _entry(self, record: Record) -> Entry:
        files = {name: self.blob(digest) for name, (digest, _) in record.outputs.items()}
        return Entry(files, record.facts)

    # Internals

    def _written(self, data: bytes) -> Path:
        """A file in the scratch folder with these bytes, on the disk."""
        path = self.scratch()
        descriptor = self.system.create(path)
        try:
            self.system.write(descriptor, data)
            self.system.sync(descriptor)
        finally:
            self.system.close(descriptor)
        return path

    def _publish(self, path: Path, target: Path) -> None:
        """Give a whole file its name."""
        with suppress(FileExistsError):
            self.system.make_folder(target.parent)
        try:
            self.system.rename(path, target)
        except (IsADirectoryError, NotADirectoryError):
            # The path is occupied by something that no store makes.
            self.put_aside(target if target.is_dir() else target.parent)
            with suppress(FileExistsError):
                self.system.make_folder(target.parent)
            self.system.rename(path, target)

    def put_aside(self, path: Path) -> None:
        """Moves a damaged file aside instead of deleting it, so that the cause can be examined."""
        if not self.is_read_only:
            with suppress(OSError):
                self.system.rename(
                    path, self.folder / "quarantine" / f"{path.name[:80]}.{secrets.token_hex(4)}"
                )

    def _must_be_writable(self) -> None:
        if self.is_read_only:
            hint = "name a folder that can be written to with --cache-dir"
            raise StoreError(f"{self.folder} can only be read, and something is missing from it", hint)


def made(store: Store, node: Node, make: Callable[[], Made], *, wait: bool = True) -> Entry | None:
    """The entry of a node: from the store, or made now and kept.

    make   called where it is missing; its files are in the store's scratch folder
    wait   where another process is making it: wait for that, or return None

    Raises whatever `make` raises, and StoreError where the store can only be read and has it not.
    """
    entry = store.get(node.key)
    if entry is not None:
        return entry
    with store.lock(node.key, wait=wait) as is_held:
        if not is_held:
            return None
        # Another process may have made it while this one waited.
        entry = store.get(node.key)
        if entry is not None:
            return entry
        files, facts = make()
        return store.put(node.key, files, facts)


@contextmanager
def temporary_store() -> Iterator[Store]:
    """A store that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="musicvis-"))
    try:
        with Store(folder) as store:
            yield store
    finally:
        shutil.rmtree(folder, ignore_errors=True)
