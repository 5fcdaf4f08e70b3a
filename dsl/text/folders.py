"""Folders, opened one from the other and never through a link that a piece brings along.

The user answers for the folders above a piece. What is inside it, somebody else may have made: a link
there could lead to any file of the user. So from the piece's folder down every folder is opened from the one
before, and nothing can be exchanged between a look and a use. A system that opens no file relative to a
folder (Windows) looks at each name just before it is used; making a link there takes a privilege.
"""

# ruff: noqa: PTH100, PTH102, PTH105, PTH116
# pathlib cannot work relative to an open folder, and resolve() follows links.

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ..findings.span import MANIFEST

LINK = "a symbolic link is there, and musicvis follows no links in a piece"
NUL = "a file name cannot hold a NUL character"
_PROC = Path("/proc/self/fd")


class LinkedError(OSError):
    """A link is where a file or folder of a piece should."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(errno.ELOOP, LINK, str(path))

    def __reduce__(self) -> tuple[type[LinkedError], tuple[str]]:
        return LinkedError, (str(self.filename),)


def guarded(path: Path, root: Path | None = None) -> tuple[Path, tuple[str, ...]]:
    """The folder above a file that the user answers for, and the names below it that a piece may bring.

    These begin in `root`, or in the outermost folder above the path that holds a manifest. Outside any piece
    there are none, but for the file's own name where `root` is the folder it is in. Raises OSError for a name
    with a NUL character, at which Python's own calls raise ValueError.
    """
    if "\0" in str(path):
        raise OSError(errno.EINVAL, NUL, str(path))
    path = Path(os.path.abspath(path))
    above = list(reversed(path.parents))
    roots = [folder for folder in above if folder == _absolute(root) or os.path.lexists(folder / MANIFEST)]
    base = roots[0] if roots else path.parent
    return base, path.relative_to(base).parts if roots else ()


def _absolute(root: Path | None) -> Path | None:
    return None if root is None else Path(os.path.abspath(root))


class Folder:
    """An open folder; a context manager. Its methods take plain names and follow no link in their place."""

    def __init__(self, path: Path, descriptor: int | None, is_guarded: bool) -> None:
        self.path = path
        self._descriptor = descriptor
        self._is_guarded = is_guarded

    @classmethod
    def opened(cls, path: Path) -> Folder:
        """The folder of that name, links followed. Raises OSError."""
        if not _is_relative():
            if not path.is_dir():
                missing = errno.ENOTDIR if path.exists() else errno.ENOENT
                raise OSError(missing, os.strerror(missing), str(path))
            return cls(path, None, False)
        return cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), False)

    @classmethod
    def around(cls, path: Path, root: Path | None = None) -> Folder:
        """The folder of a file, opened without following links of the piece (see `guarded`)."""
        base, names = guarded(path, root)
        folder = cls.opened(base)
        for name in names[:-1]:
            try:
                inner = folder.inner(name)
            finally:
                folder.close()
            folder = inner
        folder._is_guarded = bool(names)
        return folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def inner(self, name: str, *, make: bool = False) -> Folder:
        """A folder in this one. Raises LinkedError for a link, OSError for anything else that is none."""
        if make:
            with suppress(FileExistsError):
                os.mkdir(self._name(name), **self._at())
        state = self.state(name)
        if state is not None and stat.S_ISLNK(state.st_mode):
            raise LinkedError(self.path / name)
        if self._descriptor is None:
            return Folder.opened(self.path / name)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return Folder(self.path / name, os.open(name, flags, dir_fd=self._descriptor), True)
        except OSError as error:
            raise self._told(error, name) from None

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """A descriptor of a file in this folder. Raises LinkedError for a link, OSError as os.open does."""
        state = self.state(name)
        if state is not None and stat.S_ISLNK(state.st_mode):
            raise LinkedError(self.path / name)
        extra = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
        try:
            return os.open(self._name(name), flags | extra, mode, **self._at())
        except OSError as error:
            raise self._told(error, name) from None

    def state(self, name: str) -> os.stat_result | None:
        """The state (lstat) of a name, of a link itself; None if it does not exist."""
        try:
            return os.stat(self._name(name), follow_symlinks=False, **self._at())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._told(error, name) from None

    def replace(self, old: str, new: str) -> None:
        """Renames atomically, replacing an existing file or link."""
        if self._descriptor is None:
            os.replace(self.path / old, self.path / new)
        else:
            os.replace(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def place(self, old: str, new: str) -> None:
        """Give a file a name that nothing has. Raises FileExistsError; the old name may be left."""
        try:
            if self._descriptor is None:
                os.link(self.path / old, self.path / new)
            else:
                at = self._descriptor
                os.link(old, new, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):
            # Some file systems have no hard links: the name is taken first, and then replaced.
            os.close(self.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            self.replace(old, new)

    def remove(self, name: str) -> None:
        """Removes a file or a link if it exists."""
        with suppress(FileNotFoundError):
            os.unlink(self._name(name), **self._at())

    def way(self, name: str) -> Path:
        """A path for a library that opens files by name: it leads through this open folder where it can."""
        if self._descriptor is not None and self._is_guarded and _PROC.is_dir():
            return _PROC / str(self._descriptor) / name
        return self.path / name

    def sync(self) -> None:
        """The names in this folder are on the disk; some systems cannot say so of a folder."""
        if self._descriptor is not None:
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                    raise

    def _name(self, name: str) -> str | Path:
        return name if self._descriptor is not None else self.path / name

    def _at(self) -> dict[str, int]:
        return {} if self._descriptor is None else {"dir_fd": self._descriptor}

    def _told(self, error: OSError, name: str) -> OSError:
        """Return the same error with the whole path; a refused link is named as one."""
        state = None
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            with suppress(OSError):
                state = os.stat(self._name(name), follow_symlinks=False, **self._at())
        if error.errno == errno.ELOOP or (state is not None and stat.S_ISLNK(state.st_mode)):
            return LinkedError(self.path / name)
        return type(error)(error.errno, error.strerror, str(self.path / name))


def _is_relative() -> bool:
    """Whether this system opens files relative to an open folder."""
    wanted = (os.open, os.stat, os.mkdir, os.unlink)
    return hasattr(os, "O_DIRECTORY") and all(call in os.supports_dir_fd for call in wanted)
