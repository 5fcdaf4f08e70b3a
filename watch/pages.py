"""The page's own files: a table of names made at the start, so that no request names a path."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "mp4": "audio/mp4",
    "ttf": "font/ttf",
    "txt": "text/plain; charset=utf-8",
}
INDEX = "index.html"
FONT = "aileron.ttf"
SILENCE = "silence.mp4"
SILENCE_S, SILENCE_HZ = 10, 48_000


class PageFiles:
    """The files of the folder `page`, by name."""

    def __init__(self) -> None:
        folder = files(__package__) / "page"
        found = folder.iterdir() if folder.is_dir() else ()
        self._files: dict[str, Traversable] = {
            file.name: file for file in found if file.is_file() and _ending(file.name) in KINDS
        }

    def get(self, name: str) -> tuple[bytes, str] | None:
        """The bytes and the content type of a file; None for an unknown name."""
        if name in (FONT, SILENCE):
            made = _font() if name == FONT else _silence()
            return None if made is None else (made, KINDS[_ending(name)])
        file = self._files.get(name)
        return None if file is None else (file.read_bytes(), KINDS[_ending(name)])


def _font() -> bytes | None:
    """The font of the film's titles; None lets the page use a system font."""
    try:
        from ..renderers.picture.lettering import embedded_font_file
    except ModuleNotFoundError:
        return None
    return embedded_font_file()


@cache
def _silence() -> bytes:
    """A silent sound for the time before there is one: a browser plays no film without its sound."""
    import numpy as np

    from .media import sound_media

    return sound_media(np.zeros((SILENCE_S * SILENCE_HZ, 2), np.float32), SILENCE_HZ)


def _ending(name: str) -> str:
    return name.rpartition(".")[2]
