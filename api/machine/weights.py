"""The weights of BigGAN on this machine: `mv.weights.installed()`, `mv.weights.fetch("biggan-deep-512")`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RequestError, missing_packages_told

if TYPE_CHECKING:
    from ...renderers.generators.biggan.fetch import Progress
    from ...renderers.generators.biggan.library import Entry

__all__ = ["add", "fetch", "installed", "pin", "releases"]


def installed() -> tuple[Entry, ...]:
    """The weights that every piece may use, by name; as `musicvis weights list`.

    Each has name, folder, resolution_px, sha256, and whence it came. Raises StoreError where the user has no
    home.
    """
    from ...renderers.generators.biggan.library import entries, library_folder

    return tuple(entries(library_folder()))


def releases() -> tuple[str, ...]:
    """The names that `fetch` knows. Raises PieceError (MV904) without the package that has the addresses."""
    from ...renderers.generators.biggan.fetch import releases as known

    return tuple(sorted(known()))


def fetch(name: str, *, sha256: str | None = None, progress: Progress | None = None) -> Entry:
    """Downloads released weights, such as "biggan-deep-512", unless they are here already.

    An interrupted download goes on where it stopped.

    sha256     what the downloaded file must have
    progress   called with how many bytes have come, and of how many; 0 where the server does not say

    Raises RequestError for another name, PieceError where they do not come or cannot be used, OSError where
    they cannot be written.
    """
    from ...renderers.generators.biggan import fetch as door
    from ...renderers.generators.biggan.library import library_folder

    with missing_packages_told("render", "gan"):
        if name not in releases():
            raise RequestError(f"{name} is none of {', '.join(releases())}")
        if (entry := held(name, sha256)) is not None:
            return entry
        report = progress or (lambda done, total: None)
        return door.fetch(door.releases()[name], library_folder(), report, sha256)


def held(name: str, sha256: str | None) -> Entry | None:
    """The installed weights of that name, if they are the genuine ones."""
    from ...renderers.generators.biggan.library import entry_named, library_folder

    entry = entry_named(name, library_folder())
    return entry if entry and (sha256 is None or sha256.lower() == entry.origin_sha256) else None


def add(path: str | os.PathLike[str], name: str | None = None) -> Entry:
    """Check weights of this machine and copy them to the user's; as `musicvis weights add`.

    path   a folder with config.json and pytorch_model.bin or model.safetensors, or one of the latter two
    name   by default biggan-deep-SIZE

    Raises PieceError where they cannot be used or the name is taken, OSError where they cannot be written.
    """
    from ...renderers.generators.biggan.library import add as taken
    from ...renderers.generators.biggan.library import library_folder

    with missing_packages_told("render", "gan"):
        return taken(Path(path), name, library_folder())


def pin(piece: str | os.PathLike[str], entry: Entry) -> None:
    """Write name and SHA-256 of weights into a piece's manifest, as `--pin`.

    Raises PieceError where it cannot be read, RequestError where its text cannot be edited, OSError where it
    cannot be written.
    """
    from ..edits.pin import pin_weights
    from ..kinds import manifest_at

    manifest = manifest_at(piece)
    try:
        pin_weights(manifest, entry.name, entry.sha256)
    except ValueError as error:
        raise RequestError(f"{manifest}: {error}", "nothing was pinned") from error
