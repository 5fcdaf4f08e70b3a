"""File locks: the system frees those of a process that dies; without lock support, all calls succeed.

POSIX has flock. Windows locks bytes of a file for one process alone: whoever shares a lock there holds one
byte of many, chosen at random, and whoever wants it alone holds all of them.
"""

from __future__ import annotations

import errno
import importlib
import os
import secrets
import time
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

from .system import OWN

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
"""The errors of a file system without locks."""
SHARES = 1 << 16
"""The number of locked bytes on Windows: that many processes may share a lock."""
RETRY_S = 0.05

_held: dict[int, tuple[int, int]] = {}
"""On Windows: which bytes of a descriptor are locked, first and count."""


class Kind(Enum):
    """The kinds of lock: shared or exclusive."""

    ALONE = "alone"
    SHARED = "shared"


def locked(descriptor: int, kind: Kind, wait: bool, *, without: bool = True) -> bool:
    """Takes the lock; returns whether it is held now: always with `wait`. It replaces another kind.

    without   the answer where there are no locks
    """
    fcntl, msvcrt = _module("fcntl"), _module("msvcrt")
    if fcntl is not None:
        flag = fcntl.LOCK_EX if kind is Kind.ALONE else fcntl.LOCK_SH
        try:
            fcntl.flock(descriptor, flag if wait else flag | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return without
        return True
    while msvcrt is not None:
        _unlock(descriptor, msvcrt)
        first, count = (0, SHARES) if kind is Kind.ALONE else (secrets.randbelow(SHARES), 1)
        os.lseek(descriptor, first, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, count)
        except OSError:
            if not wait:
                return False
            time.sleep(RETRY_S)
            continue
        _held[descriptor] = first, count
        return True
    return without


def is_advisory() -> bool:
    """Whether a lock only informs (POSIX), and does not keep other programs from writing to the file."""
    return _module("fcntl") is not None


def freed(descriptor: int) -> None:
    """Give up the lock of a descriptor, and close it."""
    msvcrt = _module("msvcrt")
    if _module("fcntl") is None and msvcrt is not None:
        _unlock(descriptor, msvcrt)
    os.close(descriptor)


def locked_file(path: Path, kind: Kind) -> int | None:
    """A descriptor of a locked lock file; None if the file vanished in the meantime."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | OWN, 0o600)
    locked(descriptor, kind, wait=True)
    with suppress(FileNotFoundError):
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    freed(descriptor)
    return None


def _unlock(descriptor: int, msvcrt: Any) -> None:
    if descriptor in _held:
        first, count = _held.pop(descriptor)
        os.lseek(descriptor, first, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, count)


def _module(name: str) -> Any:
    """A module that only some systems have; None elsewhere."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
