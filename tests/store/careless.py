"""Stores that are careless on purpose, so that the campaigns show that they see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from musicvis.store.record import Record
from musicvis.store.store import Store
from musicvis.store.values.keys import file_digest

whole = Store.put


def straight_to_its_name(self: Store, path: Path, target: Path) -> None:
    data = path.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = self.system.create(target) if not target.exists() else None
    if descriptor is not None:
        self.system.write(descriptor, data)
        self.system.close(descriptor)
    path.unlink()


def never_swept(*arguments: object) -> int:
    return 0


def record_first(self: Store, key: str, files: dict[str, Path], facts: dict[str, object]) -> object:
    outputs = {name: (file_digest(path), path.stat().st_size) for name, path in files.items()}
    self._publish(self._written(Record(key, outputs, facts).written()), self.record_path(key))
    return whole(self, key, files, facts)


CARELESS: dict[str, tuple[str, Callable[..., Any]]] = {
    "straight to its name": ("_publish", straight_to_its_name),
    "never swept": ("sweep", never_swept),
    "record first": ("put", record_first),
}
"""The method of Store that each of them leaves out or does wrongly."""


def become(name: str) -> None:
    """From here on this process has the careless store of that name; none for an empty one."""
    if name:
        setattr(Store, *CARELESS[name])
