"""The store of a command: its options, and the errors when it cannot be used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..dsl.findings.diagnostics import Diagnostic, PieceError
from ..dsl.findings.span import Span

if TYPE_CHECKING:
    from ..store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


def cache_option(command: Command) -> Command:
    """--cache-dir."""
    return click.option(
        "--cache-dir",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Folder of finished work. [default: MUSICVIS_CACHE, or the user's cache folder]",
    )(command)


def size_option(help_text: str) -> Callable[[Command], Command]:
    """--cache-limit, in bytes."""
    return click.option("--cache-limit", metavar="SIZE", callback=_size, help=help_text)


def _size(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    from ..store.place import cache_limit, size_from

    try:
        if text is None:
            # The environment's value is checked now instead of when the film is finished.
            cache_limit()
            return None
        return size_from(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@contextmanager
def kept(cache_dir: Path | None) -> "Iterator[Store]":
    """The store, open; raises PieceError where it cannot be used, now or while it is used."""
    from ..store.errors import StoreError
    from ..store.place import cache_folder
    from ..store.store import Store

    try:
        with Store(cache_folder(cache_dir)) as store:
            yield store
    except StoreError as error:
        raise PieceError([Diagnostic("MV912", Span("--cache-dir"), error.message, error.hint)]) from error
