"""Writes the files of a command through store/writing.py, and explains refusals."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from ..store import writing


def write_new(files: Mapping[Path, bytes | Path], root: Path | None = None) -> None:
    """Write files that do not exist yet, folders included, in order; all of them or none.

    files   the bytes of each file, or the file that it is a copy of
    root    the folder of the piece, in which no link is followed

    Raises PieceError (MV009) for a link, click.ClickException where one exists already or cannot be written;
    nothing is left behind then.
    """
    with _told("nothing was written"):
        writing.write_new(files, root)


def replace_text(path: Path, text: str, root: Path | None = None) -> None:
    """Put a text in the place of a file's; readers see the old one or the new one.

    root   the folder of the piece, in which no link is followed

    Raises PieceError (MV009) for a link, click.ClickException where it cannot be written.
    """
    with _told("it was not changed"):
        writing.replace_text(path, text, root)


@contextmanager
def _told(end: str) -> Iterator[None]:
    from ..dsl.findings.plain import shown

    try:
        yield
    except FileExistsError as error:
        raise click.ClickException(shown(f"{error.filename} already exists; {end}")) from None
    except OSError as error:
        reason = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(shown(f"{reason}{error.strerror or error}; {end}")) from None
