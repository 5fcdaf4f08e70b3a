"""Locks of files: the system frees those of a process that dies; where there are none, all hold them."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
"""What a file system says that has no locks."""


def locked(descriptor: int, kind: int, wait: bool) -> bool:
    """Whether the lock is held now: always, where `wait` is set; kind is fcntl.LOCK_EX or LOCK_SH."""
    try:
        fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return True


def locked_file(path: Path, kind: int) -> int | None:
    """A descriptor of a lock file, locked; None where it vanished meanwhile."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    locked(descriptor, kind, wait=True)
    with suppress(FileNotFoundError):
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    os.close(descriptor)
    return None
