"""A file that appears whole or not at all: written under another name beside its place, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def published(path: Path) -> Iterator[Path]:
    """A path in the same folder to write to; it becomes `path` when the block ends well, else it goes.

    What was at `path` stays as it is until that moment, and for ever if the block is left by any exception,
    KeyboardInterrupt included. The bytes are on the disk before the name is. A link is followed: its target
    is replaced.

    Raises OSError where the folder cannot be written to, IsADirectoryError where `path` is a folder.
    """
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(21, "a folder stands where the film should go", str(path))
    # The suffix is kept, because writers choose the format by it.
    partial = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.partial{target.suffix}")
    # Made here, so that it gets the permissions of any new file and nobody else's file is ever written to.
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield partial
        _to_disk(partial)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    """fsync a file or, where the system can, a folder."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
