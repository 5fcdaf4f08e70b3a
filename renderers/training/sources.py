"""The files that a model learns from, and their classes: subfolders are classes; no link is followed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...dsl.findings.collector import Findings
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.model_file import class_name_fault

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
MOST_CLASSES = 1000
MOST_FILES = 20_000
HOW = "put the pictures of each class into a folder of its own, or all of them into one folder"


@dataclass(slots=True)
class Sources:
    """The files of each class, in the order of their names."""

    files: dict[str, list[Path]]
    findings: Findings = field(default_factory=Findings)
    """Warnings: what was left out."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in order."""
        return tuple(self.files)


def sources_of(named: Sequence[Path]) -> Sources:
    """The files that were named: a folder of classes or of one class, or several folders or videos.

    Raises PieceError (MV618, MV620) where there is nothing to learn from, or the classes have no clear names.
    """
    found = Sources({})
    if len(named) == 1 and named[0].is_dir():
        _add_folder(found, named[0])
    else:
        for path in named:
            name = path.name if path.is_dir() else path.stem
            _add_class(found, name, list(_files_in(path, found)) if path.is_dir() else [_file(path)], path)
    if sum(map(len, found.files.values())) > MOST_FILES:
        raise _fault(
            "MV618", named[0], f"more than {MOST_FILES:,} files are too many to learn from", "take fewer"
        )
    return found


def _add_folder(found: Sources, folder: Path) -> None:
    inner = [entry for entry in _entries(folder, found) if entry.is_dir()]
    beside = [entry for entry in _entries(folder, found, again=True) if not entry.is_dir()]
    beside = [entry for entry in beside if _is_known(entry)]
    if not inner:
        _add_class(found, _own_name(folder), list(_files_in(folder, found)), folder)
        return
    if beside:
        message = f"{beside[0].name} lies beside the folders of classes in {folder.name or folder}"
        raise _fault("MV620", beside[0], message, HOW)
    if len(inner) > MOST_CLASSES:
        raise _fault("MV620", folder, f"{len(inner)} folders are more than {MOST_CLASSES} classes", HOW)
    for entry in inner:
        _add_class(found, entry.name, list(_files_in(entry, found)), entry)


def _add_class(found: Sources, name: str, files: list[Path], path: Path) -> None:
    if fault := class_name_fault(name):
        raise _fault("MV620", path, f"{name!r} cannot name a class: {fault}", "rename it")
    alike = next((other for other in found.files if _plain(other) == _plain(name)), None)
    if alike is not None:
        raise _fault("MV620", path, f"two classes are called {alike} and {name}", "rename one of them")
    if not files:
        ends = ", ".join((*PICTURES, *VIDEOS))
        raise _fault("MV618", path, f"{name} holds no picture and no video", f"put some in: {ends}")
    found.files[name] = files


def _files_in(folder: Path, found: Sources) -> Iterator[Path]:
    """The pictures and videos in a folder; what is of another kind is reported."""
    for entry in _entries(folder, found, again=folder in _told_folders(found)):
        if entry.is_dir():
            _leave_out(found, entry, "musicvis does not look into a folder inside the folder of a class")
        elif not _is_known(entry):
            if not entry.name.startswith("."):
                _leave_out(found, entry, "it is not a picture or video that musicvis reads")
        else:
            yield entry


def _entries(folder: Path, found: Sources, *, again: bool = False) -> list[Path]:
    """The entries of a folder by name; links and pipes are left out and reported."""
    try:
        with os.scandir(folder) as inside:
            listed = sorted(inside, key=lambda entry: entry.name)
    except OSError as error:
        raise _fault("MV618", folder, f"{folder} cannot be read: {error.strerror}", "look at it") from error
    kept = []
    for entry in listed[: MOST_FILES + MOST_CLASSES + 1]:
        path = Path(entry.path)
        if entry.is_symlink():
            if not again:
                _leave_out(found, path, "it is a symbolic link, which could lead anywhere")
        elif entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
            kept.append(path)
        elif not again:
            _leave_out(found, path, "it is not a regular file")
    return kept


def _told_folders(found: Sources) -> set[Path]:
    """Folders whose links are reported already."""
    return {Path(finding.span.file).parent for finding in found.findings}


def _file(path: Path) -> Path:
    if not path.is_file():
        raise _fault("MV618", path, f"there is no file or folder {path}", "check the name")
    if not _is_known(path):
        ends = ", ".join((*PICTURES, *VIDEOS))
        raise _fault(
            "MV618", path, f"{path.name} is not a picture or video that musicvis reads", f"use {ends}"
        )
    return path


def _is_known(path: Path) -> bool:
    return path.suffix.lower() in (*PICTURES, *VIDEOS)


def _leave_out(found: Sources, path: Path, why: str) -> None:
    message = f"{path.name} is left out: {why}"
    span = Span(str(path))
    found.findings.warn("MV621", span, message, "move it away, or put a copy in")


def _own_name(folder: Path) -> str:
    return folder.name or folder.resolve().name or "pictures"


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _fault(code: str, path: Path, message: str, hint: str) -> PieceError:
    return PieceError([Diagnostic(code, Span(str(path)), message, hint)])
