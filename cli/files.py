"""The error texts for files that cannot be written."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def writing_told(end: str) -> Iterator[None]:
    """Turns a file that exists or cannot be written into an error; `end` says what was done."""
    from ..dsl.findings.plain import shown

    try:
        yield
    except FileExistsError as error:
        raise click.ClickException(shown(f"{error.filename} already exists; {end}")) from None
    except OSError as error:
        reason = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(shown(f"{reason}{error.strerror or error}; {end}")) from None
