"""`musicvis watch`: a page on which a piece is heard and seen while it is written."""

import errno
import os
import secrets
import tempfile
from contextlib import suppress
from html import escape
from pathlib import Path

import click

from .cache import cache_option, kept
from .discover import PiecePath, piece_here
from .film_options import plugins_option
from .report import end_missing

EDITOR_ENVIRONMENT = "MUSICVIS_EDITOR"


@click.command("watch", short_help="See and hear a piece while you write it.")
@click.argument("piece", type=PiecePath(), required=False)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the server.  [default: a free one]"
)
@click.option("--no-open", is_flag=True, help="Print the address without opening a browser.")
@click.option("--once", is_flag=True, help="End when the last page is closed.")
@click.option(
    "--editor",
    metavar="COMMAND",
    help="Command that opens a file at a line, e.g. 'code -g {file}:{line}'.  [default: MUSICVIS_EDITOR]",
)
@plugins_option
@cache_option
def watch(
    piece: Path | None,
    port: int,
    no_open: bool,
    once: bool,
    editor: str | None,
    trust_plugins: tuple[Path, ...],
    cache_dir: Path | None,
) -> None:
    """Show a piece in your browser while you write it in your editor.

    After each save you see mistakes, lanes, and the changes of picture and sound. PIECE is a
    folder that holds piece.yaml, or the manifest itself; without one, the piece around the current folder.
    Only you on this machine can open the page. Ctrl-C ends it.
    """
    manifest = piece or piece_here(Path.cwd())
    wanted = editor if editor is not None else os.environ.get(EDITOR_ENVIRONMENT)
    try:
        from ..watch.serve import Asked, Served, editor_words, listening, serve
    except ModuleNotFoundError as error:
        end_missing(error, "for the live page", "render", "watch")
    try:
        words = editor_words(wanted) if wanted else None
    except ValueError as error:
        raise click.UsageError(f"--editor: {error}") from None
    try:
        bound = listening(port)
    except OSError as error:
        raise click.ClickException(_port_words(port, error)) from None
    opened: list[Path] = []

    def ready(page: Served) -> None:
        click.echo(f"{manifest.parent.resolve().name}: {page.address()}")
        if not no_open and not _open(page.address(), opened):
            click.echo("no browser could be opened: open this address in one", err=True)
        click.echo("save a file of the piece, and the page follows; Ctrl-C ends", err=True)

    asked = Asked(manifest, port, once, trust_plugins, words)
    try:
        with kept(cache_dir) as store:
            if store.is_read_only:
                raise click.ClickException(
                    f"{store.folder} can only be read: name another folder with --cache-dir"
                )
            serve(asked, store, bound, ready)
    finally:
        bound.close()
        for path in opened:
            with suppress(OSError):
                path.unlink()


def _port_words(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: name another, or leave out --port for a free one"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used: name one above 1023, or leave out --port"
    return f"port {port}: {error.strerror}"


def _open(address: str, opened: list[Path]) -> bool:
    """Open a browser at an address; whether one could be.

    The address holds the key to the page, and other users see the words of every command: so the browser is
    given a file that only this user can read, and that leads there.
    """
    import webbrowser

    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    path = Path(folder) / f"musicvis-{secrets.token_hex(8)}.html"
    page = (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={escape(address)}">'
    )
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)
        opened.append(path)
        return webbrowser.open(path.as_uri())
    except (OSError, webbrowser.Error):
        return False
