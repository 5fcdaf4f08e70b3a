"""How a command writes files: whole or not at all, and nothing is ever overwritten that it did not read."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click


def write_new(files: Mapping[Path, bytes | Path]) -> None:
    """Write files that are not there yet, folders included, in order; all of them or none.

    files   the bytes of each file, or the file that it is a copy of

    Raises click.ClickException where one is there already or cannot be written; nothing is left behind then.
    """
    made: list[Path] = []
    try:
        for path in files:
            if path.is_symlink() or path.exists():
                raise click.ClickException(f"{path} is there already; nothing was written")
        for path, data in files.items():
            _make_folders(path.parent, made)
            temporary = _beside(path, data)
            try:
                _place(temporary, path)
                made.append(path)
            finally:
                temporary.unlink(missing_ok=True)
    except BaseException as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            reason = f"{error.filename or path}: {error.strerror or error}; nothing was written"
            raise click.ClickException(reason) from None
        raise


def replace_text(path: Path, text: str) -> None:
    """Put a text in the place of a file's; readers see the old one or the new one. Links are followed."""
    target = path.resolve()
    try:
        temporary = _beside(target, text.encode("utf-8"))
        try:
            temporary.chmod(target.stat().st_mode & 0o7777)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}; it was not changed") from None


def _make_folders(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _beside(path: Path, data: bytes | Path) -> Path:
    """A temporary file with the data, or a copy of a file, in the folder of `path`, safely on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if isinstance(data, Path):
                with data.open("rb") as source:
                    shutil.copyfileobj(source, stream)
            else:
                stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files for their owner alone; a new file of a composer is like any other.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _place(temporary: Path, path: Path) -> None:
    """Give a file its name unless something has it; a link fails there, where a rename would overwrite."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no hard links.
        with path.open("xb") as stream:
            stream.write(temporary.read_bytes())
