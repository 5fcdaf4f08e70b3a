"""The edges of every command: streams that are closed or full, memory that is, and words of an error."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from .grouped import OrderedGroup
from .output import one_document
from .report import tell_findings

_WORDS = "musicvis.words"


class Commands(OrderedGroup):
    """A group whose commands end with a sentence, and no traceback, where the machine itself fails them."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        with _streams():
            return super().main(*args, **kwargs)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the words of a command line, which it keeps."""
        words = tuple(args)
        with one_document(words):
            made = super().make_context(info_name, args, parent, **extra)
        made.meta[_WORDS] = words
        return made

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; where a program listens, it gets a document whatever happens."""
        with one_document(ctx.meta.get(_WORDS, ()), ctx):
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a wrong use quotes is reported as text."""
        from ..dsl.findings.diagnostics import PieceError
        from ..dsl.findings.plain import shown

        try:
            if any("\0" in word for word in ctx.meta.get(_WORDS, ())):
                raise click.UsageError("a word of a command line cannot hold a NUL character", ctx)
            return super().invoke(ctx)
        except PieceError as error:
            tell_findings(error.diagnostics, {})
            ctx.exit(1)
        except click.ClickException as error:
            # A path in it may contain escape sequences for terminals.
            vars(error)["message"] = "\n".join(map(shown, error.message.split("\n")))
            raise
        except MemoryError:
            raise click.ClickException("the memory is full; close other programs, or add memory") from None


@contextmanager
def _streams() -> Iterator[None]:
    """Streams that can be written to; a failed write to stdout is reported and ends with code 2."""
    _open_closed()
    try:
        yield
    except OSError as error:
        _tell_unwritten(error)
    except SystemExit:
        _flush()
        raise
    _flush()


def _open_closed() -> None:
    """A stream that the shell has closed goes nowhere: else the next opened file would take its place."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            with suppress(OSError):
                descriptor = os.open(os.devnull, os.O_RDWR)
                if descriptor < number:
                    os.dup2(descriptor, number)
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        _tell_unwritten(error)


def _tell_unwritten(error: OSError) -> None:
    """Say that stdout took no more, and end; a reader that went away gets no message."""
    with suppress(OSError, ValueError, AttributeError):
        # The rest of the buffer would fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno != errno.EPIPE:
        with suppress(OSError):
            from ..dsl.findings.plain import shown

            where = f"{error.filename}: " if error.filename else "the output cannot be written: "
            click.echo(shown(f"error: {where}{error.strerror or error}"), err=True)
    sys.exit(1 if error.errno == errno.EPIPE else 2)
