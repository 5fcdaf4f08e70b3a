"""The folder `build` beside a manifest: the default place of finished files."""

from contextlib import suppress
from pathlib import Path

from .errors import RequestError
from .output import must_be_writable

BUILD = "build"
IGNORE_ALL = "# Made by musicvis; nothing here is a source.\n*\n"


def piece_name(manifest: Path) -> str:
    """The name of a piece's film: that of its folder."""
    return manifest.resolve().parent.name or "film"


def in_build_folder(manifest: Path, name: str) -> Path:
    """The place of a finished file beside the manifest; raises RequestError where a link is there."""
    folder = manifest.parent / BUILD
    for path in (folder, folder / name):
        if path.is_symlink():
            message = f"{path} is a link, and a piece could lead anywhere with it"
            raise RequestError(message, "name another place")
    return folder / name


def prepare_build_folder(folder: Path) -> None:
    """Make the build folder, with a file that keeps it out of git.

    Raises PieceError where it is a link, OSError where it cannot be written to.
    """
    from ..store.writing import make_folders, write_new

    make_folders(folder, folder.parent)
    with suppress(FileExistsError):
        write_new({folder / ".gitignore": IGNORE_ALL.encode()}, folder.parent)
    must_be_writable(folder)


def film_place(manifest: Path, container: str) -> Path:
    """The path of a manifest's film; makes its folder.

    Raises RequestError or PieceError where a link is there.
    """
    path = in_build_folder(manifest, f"{piece_name(manifest)}.{container}")
    prepare_build_folder(path.parent)
    return path
