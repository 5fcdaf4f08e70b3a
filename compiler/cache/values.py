"""Stores the compiler's values under nodes; the key holds the identity of the compiler."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from ...store.errors import StoreError
from ...store.node import Node
from ...store.packages import packages
from ...store.store import Store
from ...store.values.files import CodecError, read, written

T = TypeVar("T")


def found(store: Store, node: Node, kind: type[T], root: Path = Path()) -> T | None:
    """The value that was kept for a node; None if there is none, or it is damaged."""
    entry = store.get(node.key)
    if entry is not None:
        with suppress(CodecError):
            return read(entry.files, kind, root)
    return None


def keep(store: Store, node: Node, value: T, kind: type[T], root: Path = Path()) -> bool:
    """Keep a value; where that cannot be, it is made again the next time, and nothing else is lost."""
    if store.is_read_only:
        return False
    with suppress(CodecError, StoreError, OSError):
        store.put(node.key, written(value, kind, store.scratch, root), {})
        return True
    return False


READ_SUFFIXES = (".py", ".toml", ".tsv", ".zip")


@cache
def compiler_identity() -> str:
    """The version, and the digest of the sources that say how scores are read and plans are made.

    To make a plan again costs a second, so the least change of a source may cost one: a version raised by
    hand could be forgotten, and all that is made from a plan is kept by what the plan says.
    """
    folder = Path(__file__).resolve().parents[1]
    state = hashlib.sha256()
    for layer in (folder, folder.parent / "dsl"):
        for path in sorted(path for path in layer.rglob("*") if path.suffix in READ_SUFFIXES):
            data = path.read_bytes()
            state.update(f"{path.relative_to(folder.parent).as_posix()} {len(data)}\n".encode())
            state.update(data)
    return f"{packages('musicvis')}, {state.hexdigest()}"
