"""The texts of a piece as the page sees them: names inside the piece, digests, and where a value is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ..dsl.load import Loaded
from ..dsl.text.yaml_reader import parse_source
from ..dsl.text.yaml_source import Source

SOURCES_CACHED = 32


class Texts:
    """The files of one loaded piece, by their names inside it."""

    def __init__(self, loaded: Loaded) -> None:
        self._root = loaded.root
        self.manifest = self.name_of(next(iter(loaded.files), ""))
        """The name of the manifest."""
        own = [file for file in loaded.files if not file.startswith("--")]
        self.by_name: Mapping[str, str] = {self.name_of(file): loaded.files[file] for file in own}
        self._paths = {self.name_of(file): Path(file) for file in own}

    def name_of(self, file: str) -> str:
        """A file of a finding or a span as the page calls it."""
        path = Path(file)
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else file

    def path_of(self, name: str) -> Path:
        """The path of a text."""
        return self._paths[name]

    def source(self, name: str) -> Source:
        """A text, parsed."""
        return parsed(self.by_name[name])

    @property
    def root_source(self) -> Source:
        """The manifest, parsed."""
        return self.source(self.manifest)


@lru_cache(SOURCES_CACHED)
def parsed(text: str) -> Source:
    """A text as a parsed source; cached."""
    return parse_source(text, "")[0]


def digest_of_text(text: str) -> str:
    """The sha256 of a file that holds this text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
