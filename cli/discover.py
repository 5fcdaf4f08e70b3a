"""Which manifest a command means: a path as given, or the piece around the current folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

MANIFEST = "piece.yaml"


class PiecePath(click.ParamType[Path]):
    """A manifest, or a folder that holds piece.yaml."""

    name = "piece"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        try:
            if path.is_dir():
                if not (path / MANIFEST).is_file():
                    self.fail(
                        f"{path} holds no {MANIFEST}; `musicvis compile --help` says what a piece is",
                        param,
                        ctx,
                    )
                return path / MANIFEST
            if not path.exists():
                self.fail(
                    f"{path} does not exist; name a folder that holds {MANIFEST}, or the manifest itself",
                    param,
                    ctx,
                )
        except OSError as error:
            # A folder that may not be looked into, a name that is too long for the system.
            self.fail(f"{path} cannot be looked at: {error.strerror}; name another", param, ctx)
        return path


def piece_here(folder: Path) -> Path:
    """The manifest of the piece that `folder` lies in: its own, or that of the nearest folder above.

    Raises click.UsageError where there is none.
    """
    found = nearest_piece(folder)
    if found is None:
        raise click.UsageError(f"no {MANIFEST} here or above; say which piece, by its folder")
    return found


def nearest_piece(folder: Path) -> Path | None:
    """The manifest in `folder` or in the nearest folder above that has one."""
    folder = folder.resolve()
    manifests = (candidate / MANIFEST for candidate in (folder, *folder.parents))
    return next((manifest for manifest in manifests if manifest.is_file()), None)


def pieces_from(folder: Path) -> tuple[Path, ...]:
    """The piece around `folder`, or, where there is none, all those below it, by name.

    Raises click.UsageError where there is none either.
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


def piece_name(manifest: Path) -> str:
    """The name of a piece's film: that of its folder."""
    return manifest.resolve().parent.name or "film"
