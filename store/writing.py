"""Writing: the one door for files outside the cache. Whole or not at all, and never through a piece's link.

A file is written under another name in its folder and then renamed, so that readers see the old one or the
new one. dsl/text/folders.py says which links are followed: those of the user, and none inside a piece.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..dsl.findings.diagnostics import Diagnostic, PieceError
from ..dsl.findings.span import Span
from ..dsl.text.folders import Folder, LinkedError, guarded
from .locks import Kind, is_advisory, locked
from .system import is_own

_MOST_STEM_BYTES = 120
"""Longest temporary name: file systems allow 255 bytes."""
_NEW_S = 2.0
"""An unfinished file that is younger stays: its writer may not have locked it yet."""


@contextmanager
def published(path: Path, root: Path | None = None) -> Iterator[Path]:
    """A path in the same folder to write to; it becomes `path` when the block ends well, else it goes.

    What was at `path` stays as it is until that moment, and for ever if the block is left by any exception,
    KeyboardInterrupt included. The bytes are on the disk before the name is. A link of the user's is
    followed and its target replaced; `root` is the folder of the piece, in which none is.

    Raises PieceError (MV009) for a link inside a piece, OSError where the folder cannot be written to and
    where something else than a file is in the way, IsADirectoryError where that is a folder.
    """
    target = path if guarded(path, root)[1] else meant_by(path)
    # The suffix is kept, because writers choose the format by it.
    short = target.stem.encode(errors="ignore")[:_MOST_STEM_BYTES].decode(errors="ignore")
    partial = f".{short}.{secrets.token_hex(4)}.partial{target.suffix}"
    with _around(target, root) as folder, naming(path, partial):
        name = target.name
        _refuse_other(folder, name, path)
        if short == target.stem:
            _remove_orphans(folder, target)
        # Created here, so that it gets the permissions of a new file and is never an existing one.
        with _held(folder, partial) as made:
            way = folder.way(partial)
            try:
                yield way
                if _identity(folder, partial, os.O_RDWR, sync=True) != made:
                    raise OSError(0, "it was exchanged while it was written; nothing was changed", str(path))
                folder.replace(partial, name)
            except BaseException:
                folder.remove(partial)
                raise
        folder.sync()


@contextmanager
def _held(folder: Folder, partial: str) -> Iterator[tuple[int, int]]:
    """A new file, locked while it is written, as an identity: the lock says that its writer lives.

    Where locks would keep other programs from writing (Windows), there is none.
    """
    descriptor = folder.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    state = os.fstat(descriptor)
    if not is_advisory():
        os.close(descriptor)
        yield state.st_dev, state.st_ino
        return
    try:
        # A file system that refuses is one in which nothing is removed either.
        with suppress(OSError):
            locked(descriptor, Kind.ALONE, wait=True)
        yield state.st_dev, state.st_ino
    finally:
        os.close(descriptor)


def _remove_orphans(folder: Folder, target: Path) -> None:
    """Removes the unfinished files for a name whose writers were killed: those that nobody has locked."""
    if not is_advisory():
        return
    form = re.compile(rf"\.{re.escape(target.stem)}\.[0-9a-f]{{8}}\.partial{re.escape(target.suffix)}")
    with suppress(OSError), os.scandir(folder.way(".")) as inside:
        found = [entry.name for entry in inside if form.fullmatch(entry.name)]
        for name in found:
            state = folder.state(name)
            is_old = state is not None and time.time() - state.st_mtime > _NEW_S
            if state is None or not stat.S_ISREG(state.st_mode) or not is_own(state) or not is_old:
                continue
            descriptor = folder.open(name, os.O_RDWR)
            try:
                # Without locks, it cannot be known whether its writer lives.
                if locked(descriptor, Kind.ALONE, wait=False, without=False):
                    folder.remove(name)
            finally:
                os.close(descriptor)


@contextmanager
def naming(path: Path, partial: str) -> Iterator[None]:
    """Lets an OSError that names no file, or the unfinished one, name the file that is written."""
    try:
        yield
    except OSError as error:
        # A copy that fails names its source first.
        named = error.filename2 or error.filename
        if named is None or Path(os.fsdecode(named)).name == partial:
            # Another one: those of FFmpeg do not let their names be changed.
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def meant_by(path: Path) -> Path:
    """The file that a path means to the user, through links. Raises OSError for links in a circle."""
    try:
        found = path.resolve()
    except RuntimeError:  # before Python 3.13
        found = path
    if found.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return found


def replace_text(path: Path, text: str, root: Path | None = None) -> None:
    """Put a text in the place of a file's, with its permissions. Raises as `published` does."""
    with _around(path, root) as folder:
        state = folder.state(path.name)
    with published(path, root) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
        if state is not None and stat.S_ISREG(state.st_mode):
            partial.chmod(stat.S_IMODE(state.st_mode))


class ChangedError(OSError):
    """Raised if another program has changed the file in the meantime."""

    def __init__(self, path: Path) -> None:
        super().__init__(0, "the file was changed meanwhile; nothing was written", str(path))


def replace_unchanged(path: Path, text: str, was: bytes, root: Path | None = None) -> None:
    """Put a text in the place of a file's, as `replace_text` does, if the file still holds these bytes.

    It is read again when the new text is on the disk, just before that gets the name.

    Raises ChangedError where it holds others, or has gone; then nothing was written.
    """
    with _around(path, root) as folder:
        state = folder.state(path.name)
    if state is None:
        raise ChangedError(path)
    with published(path, root) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
        partial.chmod(stat.S_IMODE(state.st_mode))
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        with _around(path, root) as folder, _opened(folder, path) as file:
            if file.read(len(was) + 1) != was:
                raise ChangedError(path)


def _opened(folder: Folder, path: Path) -> BinaryIO:
    try:
        return os.fdopen(folder.open(path.name, os.O_RDONLY), "rb")
    except FileNotFoundError:
        raise ChangedError(path) from None


def write_new(files: Mapping[Path, bytes | Path], root: Path | None = None) -> None:
    """Write files that do not exist yet, folders included, in order; all of them or none.

    files   the bytes of each file, or the file of the user that it is a copy of

    Raises FileExistsError where one exists already, PieceError (MV009) for a link inside a piece, OSError
    where one cannot be written; nothing is left behind then.
    """
    made: list[Path] = []
    try:
        for path in files:
            if os.path.lexists(path):
                raise FileExistsError(17, "it exists already", str(path))
        for path, data in files.items():
            made += make_folders(path.parent, root)
            partial = f".{secrets.token_hex(8)}.partial"
            with _around(path, root) as folder, naming(path, partial):
                descriptor = folder.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                try:
                    with os.fdopen(descriptor, "wb") as stream:
                        if isinstance(data, Path):
                            with data.open("rb") as source:
                                shutil.copyfileobj(source, stream)
                        else:
                            stream.write(data)
                        stream.flush()
                        os.fsync(stream.fileno())
                    folder.place(partial, path.name)
                    made.append(path)
                finally:
                    folder.remove(partial)
                folder.sync()
    except BaseException:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        raise


def make_folders(path: Path, root: Path | None = None) -> list[Path]:
    """Makes a folder and its missing parents; returns those that it made. Follows no link of a piece.

    Raises PieceError (MV009) for a link, OSError where it cannot be made.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 (resolve() follows links)
    missing = []
    above = path
    while not os.path.lexists(above) and above != above.parent:
        missing.append(above)
        above = above.parent
    made = []
    for folder in reversed(missing):
        with _around(folder, root) as around:
            around.inner(folder.name, make=True).close()
        made.append(folder)
    if not missing:
        with _around(path / "inside", root):
            pass
    return made


def _around(path: Path, root: Path | None) -> Folder:
    try:
        return Folder.around(path, root)
    except LinkedError as error:
        raise linked(error.filename) from None


def _refuse_other(folder: Folder, name: str, path: Path) -> None:
    state = folder.state(name)
    if state is None:
        return
    if stat.S_ISLNK(state.st_mode):
        raise linked(path)
    if stat.S_ISDIR(state.st_mode):
        raise IsADirectoryError(21, "a folder has the name of the file", str(path))
    if not stat.S_ISREG(state.st_mode):
        # A pipe or a device: its reader would wait for ever, and the name would be another file's.
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def linked(path: Path | str) -> PieceError:
    """The finding for a link in the place of something that is to be written."""
    message = f"`{path}` is a symbolic link, and nothing is written through a link inside a piece"
    return PieceError([Diagnostic("MV009", Span(str(path)), message, "remove the link")])


def _identity(folder: Folder, name: str, flags: int, *, sync: bool = False) -> tuple[int, int]:
    """The file that a name refers to, as an identity."""
    descriptor = folder.open(name, flags)
    try:
        if sync:
            os.fsync(descriptor)
        state = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return state.st_dev, state.st_ino
