"""Systems that count, die, fail or remember their calls, and the small build that all of them go through."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from musicvis.store.node import Node
from musicvis.store.store import Entry, Store, made
from musicvis.store.system import System

CALLS = (
    "create",
    "write",
    "close",
    "sync",
    "sync_file",
    "sync_folder",
    "rename",
    "make_folder",
    "remove",
    "remove_folder",
    "touch",
)
"""Every method of System; test_every_call_is_watched compares."""

Before = Callable[[str, int, tuple[Any, ...]], None]


class WatchedSystem(System):
    """A System that tells of each call before and after it; calls are numbered from 1."""

    def __init__(self, before: Before | None = None, after: Before | None = None) -> None:
        self.count = 0
        self._before, self._after = before, after

    def __getattribute__(self, name: str) -> Any:
        if name not in CALLS:
            return super().__getattribute__(name)
        method = super().__getattribute__(name)

        def watched(*arguments: Any) -> Any:
            self.count += 1
            number = self.count
            if self._before is not None:
                self._before(name, number, arguments)
            result = method(*arguments)
            if self._after is not None:
                self._after(name, number, arguments)
            return result

        return watched


def content(number: int) -> bytes:
    """The content of entry `number`: 32 bytes to a few kilobytes, no two alike."""
    return hashlib.sha256(b"%d" % number).digest() * (1 + number * 37 % 50)


def node(number: int) -> Node:
    return Node.of("segment", 1, f"bar {number}", {"number": str(number)})


class Build:
    """A small build of some entries in a store: each has a blob of its own, and all share one."""

    def __init__(self, folder: Path, system: System | None = None, entries: int = 4) -> None:
        self.folder, self.system, self.entries = folder, system, entries
        self.begun: list[int] = []

    def run(self) -> None:
        """Make what is missing; afterwards everything is there and right."""
        with Store(self.folder, self.system) as store:
            for number in range(self.entries):
                entry = made(store, node(number), lambda n=number: self._make(store, n))  # type: ignore[misc]
                assert entry is not None
                assert_right(entry, number)

    def _make(self, store: Store, number: int) -> tuple[dict[str, Path], dict[str, Any]]:
        self.begun.append(number)
        files = {}
        for name, data in (("own", content(number)), ("shared", content(99))):
            path = store.scratch(".bin")
            descriptor = store.system.create(path)
            try:
                store.system.write(descriptor, data)
            finally:
                store.system.close(descriptor)
            files[name] = path
        return files, {"seconds": number / 2}


def assert_right(entry: Entry, number: int) -> None:
    assert entry.files["own"].read_bytes() == content(number)
    assert entry.files["shared"].read_bytes() == content(99)
    assert entry.facts == {"seconds": number / 2}


def published(folder: Path, entries: int = 4) -> list[int]:
    """The entries whose record is there."""
    return [
        number
        for number in range(entries)
        if (folder / "records" / node(number).key[:2] / f"{node(number).key}.json").exists()
    ]


def wrong_files(folder: Path) -> list[str]:
    """Names under blobs/ and records/ whose bytes are not whole; a kill must leave none."""
    blobs = (folder / "blobs").glob("*/*")
    wrong = [path.name for path in blobs if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
    for path in (folder / "records").glob("*/*"):
        body, _, digest = path.read_bytes().removesuffix(b"\n").rpartition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            wrong.append(path.name)
    return wrong


def leftovers(folder: Path) -> list[Path]:
    """The unfinished files that processes have left behind."""
    return list((folder / "tmp").iterdir())


def forked(work: Callable[[], None]) -> int:
    """Do it in a forked process, which ends without cleaning up; its status as os.waitpid says it."""
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1]
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)
