"""Digests of the files that a build reads: each is computed once, and checked for later changes."""

from __future__ import annotations

from pathlib import Path

from .values.keys import digest_of, file_digest

_State = tuple[tuple[int, int], ...]


class FileDigests:
    """Digests of files, by path.

    Tasks that read the same file share its digest; `part` gives one of them a view of its own, whose `check`
    concerns only the files that were asked for through it.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[str, _State]] = {}
        self._asked: set[Path] = set()

    def part(self) -> FileDigests:
        """A part that shares these digests, with a check of its own."""
        part = FileDigests()
        part._known = self._known
        return part

    def of(self, path: Path) -> str:
        """The digest of a file, or of all files of a folder, as a plugin may be one. Raises OSError."""
        self._asked.add(path)
        if path not in self._known:
            before = _state(path)
            if path.is_dir():
                inner = sorted(found for found in path.rglob("*") if found.is_file())
                digest = digest_of([(str(f.relative_to(path)), file_digest(f.resolve())) for f in inner])
            else:
                digest = file_digest(path)
            self._known[path] = digest, before
        return self._known[path][0]

    def check(self) -> None:
        """Raises OSError if a file has changed since: results made from it belong to neither version."""
        for path in sorted(self._asked):
            if _state(path) != self._known[path][1]:
                raise OSError(0, "the file was changed while it was used; compile again", str(path))


def _state(path: Path) -> _State:
    """Sizes and times of a file, or of all in a folder: other ones say that it was written to."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    states = [file.stat() for file in files]
    return tuple((state.st_size, state.st_mtime_ns) for state in states)
