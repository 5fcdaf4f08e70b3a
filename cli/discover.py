"""Finds the manifest that a command means: a path as given, or the piece around the current folder."""

import os
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import click
from click.shell_completion import CompletionItem

from ..dsl.findings.span import MANIFEST
from ..dsl.text.typed import typed
from .next_step import folder_step, step_for


class PiecePath(click.ParamType[Path]):
    """A manifest, or a folder that holds piece.yaml."""

    name = "piece"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        try:
            if path.is_dir():
                if not (path / MANIFEST).is_file():
                    if step := folder_step(path, _command(ctx)):
                        raise Step(step, ctx)
                    self.fail(
                        f"{path} has no {MANIFEST}, and no score to make one for; "
                        "`musicvis new --help` says how a piece begins",
                        param,
                        ctx,
                    )
                return path / MANIFEST
            if not path.exists():
                self.fail(
                    missing(path, f"name a folder that holds {MANIFEST}, or the manifest itself"), param, ctx
                )
            if step := step_for(path, _command(ctx)):
                raise Step(step, ctx)
        except OSError as error:
            # A folder that may not be looked into, a name that is too long for the system.
            self.fail(f"{path} cannot be opened: {error.strerror}; name another", param, ctx)
        return path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Folders that hold a manifest, or lead to one, and manifests."""
        return [CompletionItem(name, type="plain") for name in _pieces_named(incomplete)]


class Step(click.UsageError):
    """A usage error that suggests a command, without showing the usage of the wrong command."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message alone."""
        click.echo(self.message, file=file, err=file is None)


def _command(ctx: click.Context | None) -> str:
    if ctx is None or ctx.info_name is None:
        return "musicvis compile"
    words = (ctx.params.get(name) for name in ("what", "place", "text"))
    return typed("musicvis", ctx.info_name, *(str(word) for word in words if word is not None))


def word_and_piece(word: str | None, piece: str | None) -> tuple[str | None, Path | None]:
    """A word, as a place, and a piece, as typed in either order; a piece may stand alone.

    Raises click.UsageError if the piece is not there.
    """
    if word is not None and _is_piece(word) and (piece is None or not _is_piece(piece)):
        word, piece = piece, word
    if piece is None:
        return word, None
    return word, PiecePath().convert(piece, None, click.get_current_context())


def _is_piece(name: str) -> bool:
    path = Path(name)
    try:
        return (path / MANIFEST).is_file() or (path.suffix in (".yaml", ".yml") and path.is_file())
    except OSError:
        # A folder that may not be looked into, a name that is too long for the system.
        return False


def missing(path: Path, hint: str) -> str:
    """The suggestion for a path that does not exist: a similar name in its folder, or the hint."""
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in islice(path.parent.iterdir(), 1000)]
    except OSError:
        names = []
    # A link that leads nowhere has its name there.
    folded = {name.casefold(): name for name in names if name != path.name}
    near = get_close_matches(path.name.casefold()[:100], folded, 1, 0.6)
    if near:
        return f"{path} does not exist; did you mean {path.parent / folded[near[0]]}?"
    return f"{path} does not exist; {hint}"


def _pieces_named(begun: str) -> Iterator[str]:
    """Paths that begin so and are a piece, or folders on the way to one, at most two levels further."""
    folder, _, start = begun.rpartition("/")
    base = Path(folder) if folder else Path("/" if begun.startswith("/") else ".")
    try:
        entries = sorted(islice(base.iterdir(), 1000))
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name.startswith(".") and not start.startswith(".")):
            continue
        name = f"{folder}/{entry.name}" if folder or begun.startswith("/") else entry.name
        leads = entry.is_dir() and any(islice(chain(entry.glob(MANIFEST), entry.glob(f"*/{MANIFEST}")), 1))
        if leads or entry.name == MANIFEST:
            yield name


def piece_here(folder: Path) -> Path:
    """The manifest of the piece that `folder` is in: its own, or that of the nearest folder above.

    Raises click.UsageError if there is none.
    """
    found = nearest_piece(folder)
    if found is None:
        if step := folder_step(Path(), "musicvis compile") if folder == Path.cwd() else None:
            raise Step(step)
        raise click.UsageError(
            f"no {MANIFEST} here or above; name the folder of a piece, or make one of a score or a "
            "recording: musicvis new FILE"
        )
    return found


def nearest_piece(folder: Path) -> Path | None:
    """The manifest in `folder` or in the nearest folder above that has one."""
    folder = folder.resolve()
    manifests = (candidate / MANIFEST for candidate in (folder, *folder.parents))
    return next((manifest for manifest in manifests if manifest.is_file()), None)


def pieces_from(folder: Path) -> tuple[Path, ...]:
    """The piece around `folder`, or, if there is none, all those below it, by name.

    Raises click.UsageError if there is none either.
    """
    try:
        return (piece_here(folder),)
    except click.UsageError:
        below = tuple(sorted(_manifests(folder)))
        if not below:
            raise
        return below


def _manifests(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        # A build and what begins with a dot (.git, .venv) hold no pieces of their own.
        folders[:] = [name for name in folders if not name.startswith(".") and name != "build"]
        if MANIFEST in files:
            yield Path(place) / MANIFEST
