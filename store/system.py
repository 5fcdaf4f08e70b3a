"""System: every call that changes the disk, in one place, so that tests can count, fail and kill each."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

OWN = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"))
"""For files of the store: no child inherits them, no link is followed, and bytes are bytes."""


def is_own(state: os.stat_result) -> bool:
    """Whether a file belongs to this user; Windows does not tell, and relies on the folder's permissions."""
    return not hasattr(os, "geteuid") or state.st_uid == os.geteuid()


def free_bytes(folder: Path) -> int:
    """The free disk space of a folder, for this user."""
    return shutil.disk_usage(folder).free


def is_read_only(folder: Path) -> bool:
    """Whether a folder is read-only."""
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        return True
    return not os.access(folder, os.W_OK)


class System:
    """The calls of the operating system that a store makes; raises OSError as they do."""

    def create(self, path: Path) -> int:
        """A descriptor of a new file that only its user can access; fails if the name is taken."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OWN, 0o600)

    def write(self, descriptor: int, data: bytes) -> None:
        """All of the data."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def sync(self, descriptor: int) -> None:
        """The bytes of a file are on the disk."""
        os.fsync(descriptor)

    def sync_file(self, path: Path) -> None:
        """Do the same for a file by its name."""
        # Some systems only flush files that are open for writing.
        descriptor = os.open(path, os.O_RDWR | OWN)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def sync_folder(self, path: Path) -> None:
        """The names in a folder are on the disk; some network file systems cannot say so, Windows neither."""
        if not hasattr(os, "O_DIRECTORY"):
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | OWN)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Renames atomically, replacing an existing file."""
        old.replace(new)

    def make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o700)

    def remove(self, path: Path) -> None:
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        path.rmdir()

    def touch(self, path: Path) -> None:
        """It was used now."""
        os.utime(path)
