"""Eviction: removes the least recently used entries, and only while no other process has the store open."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .record import Record, is_digest
from .store import PIN, Store


@dataclass(frozen=True, slots=True)
class Evicted:
    """The result of an eviction, in bytes and entries."""

    kept_bytes: int
    freed_bytes: int
    kept_entries: int
    freed_entries: int


def keep_within(store: Store, limit_bytes: int) -> Evicted | None:
    """Evicts entries until the store is within the limit; None if another process has it open.

    Whatever this process has used is the youngest, and so goes last.
    """
    with store.alone() as is_alone:
        return _evicted(store, limit_bytes) if is_alone else None


def entries(store: Store) -> Iterator[tuple[Path, Record, float]]:
    """Every record that is whole, with its file and when it was used last."""
    for path in sorted((store.folder / "records").glob("*/*.json")):
        record = store.record_at(path)
        with suppress(OSError):
            if record is not None:
                yield path, record, path.stat().st_mtime


def drop(store: Store, keys: Collection[str], wanted: Collection[str]) -> int:
    """Removes the files of some keys, except those shared with other keys; returns the freed bytes.

    For whoever made them and knows that nobody else asks for them: a build that does finds them missing, and
    makes them again.

    wanted   keys whose files stay
    """
    kept = {digest for key in wanted for digest in (store.outputs(key) or {}).values()}
    freed = 0
    for key in sorted(set(keys) - set(wanted)):
        outputs = store.outputs(key)
        if outputs is not None:
            freed += _removed(store, store.record_path(key))
            for digest in outputs.values():
                if digest not in kept:
                    freed += _removed(store, store.blob(digest))
    return freed


def _evicted(store: Store, limit_bytes: int) -> Evicted:
    found = sorted(entries(store), key=lambda entry: (-entry[2], entry[1].key))
    wanted: dict[str, int] = {}
    used = kept = freed = freed_entries = 0
    for path, record, _ in found:
        new = {digest: size for digest, size in record.outputs.values() if digest not in wanted}
        size = sum(new.values()) + _size(path)
        if used + size <= limit_bytes:
            wanted |= new
            used += size
            kept += 1
        else:
            freed += _removed(store, path)
            freed_entries += 1
    for path in sorted((store.folder / "blobs").glob("*/*")):
        if path.name not in wanted:
            freed += _removed(store, path)
    for name in ("quarantine", "locks", "tmp"):
        for path in sorted((store.folder / name).iterdir()):
            # No other process has the store open, so none uses these files, except our own.
            if path.name != PIN and not store.is_own(path):
                freed += _removed(store, path)
    return Evicted(used, freed, kept, freed_entries)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _removed(store: Store, path: Path) -> int:
    """Remove one thing; the bytes that are free now."""
    if path.is_dir() and not path.is_symlink():
        size = sum(_size(inner) for inner in path.rglob("*"))
        shutil.rmtree(path, ignore_errors=True)
        return size
    size = _size(path)
    with suppress(FileNotFoundError):
        store.system.remove(path)
    return size


def damaged(store: Store) -> tuple[str, ...]:
    """Checks every record and blob of the store, and moves damaged ones aside; returns their names."""
    records = sorted((store.folder / "records").glob("*/*"))
    found = [path.name for path in records if store.record_at(path) is None]
    for path in sorted((store.folder / "blobs").glob("*/*")):
        if not (is_digest(path.name) and store.is_whole(path)):
            store.put_aside(path)
            found.append(path.name)
    return tuple(found)
