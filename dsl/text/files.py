"""Files of a piece, opened only inside its folder: no way out by name or link, no endless size."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from io import BufferedReader
from itertools import islice
from pathlib import Path, PurePosixPath

from ..findings.diagnostics import Diagnostic
from ..findings.span import THE_MANIFEST, Span
from ..values.nearest import nearest
from .folders import NUL, Folder, LinkedError, guarded
from .picture_header import PICTURE_SUFFIXES
from .video_header import VIDEO_SUFFIXES

MAX_TEXT_BYTES = 1 << 20
MAX_SCORE_BYTES = 64 << 20
MAX_FONT_BYTES = 64 << 20
MAX_AUDIO_BYTES = 2 << 30
MAX_HEAD_BYTES = 256 << 20

# O_NONBLOCK: opening a pipe must not wait for its other end.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)

LANES_SUFFIXES = (".yaml", ".yml", ".json")

ALIKE_MOST = 2000
"""The most files of a folder that are compared with a missing name."""
_MAX_NAME_BYTES = 1024
_MOST_DIGESTS = 1000
_digests: dict[tuple[int, int, int, int], str] = {}
"""Digests of large files, by path, size and time: a page that watches a piece needs them often."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
# Windows takes these for devices, whatever their ending.
_RESERVED = frozenset(("con", "prn", "aux", "nul", *(f"{p}{i}" for p in ("com", "lpt") for i in range(10))))
_HERE_HINT = "names are relative to the folder of piece.yaml"
_ACCESS_HINT = "check its permissions"


def name_fault(name: str, span: Span) -> Diagnostic | None:
    """The finding about a name that a piece cannot use, or None: it is relative and stays inside."""
    if not name or len(name.encode("utf-8", "replace")) > _MAX_NAME_BYTES:
        return Diagnostic("MV002", span, "the file name is empty or too long", "name a file of the piece")
    if found := _FORBIDDEN.search(name):
        shown = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
        message = f"the character {shown} is not allowed in a file name of a piece"
        return Diagnostic("MV002", span, message, _inside_hint(name))
    parts = name.split("/")
    if name.startswith(("/", "~")) or any(part in ("", ".", "..") for part in parts):
        return Diagnostic("MV002", span, f"`{name}` is not a plain name inside the piece", _inside_hint(name))
    for part in parts:
        if part.startswith("-") or part.endswith((" ", ".")) or part.split(".")[0].lower() in _RESERVED:
            return Diagnostic(
                "MV002", span, f"`{part}` cannot be the name of a file on every system", "rename the file"
            )
    return None


def _inside_hint(name: str) -> str:
    base = re.split(r"[/\\]", name)[-1]
    is_plain = base.strip(" .~-") == base != "" and not _FORBIDDEN.search(base)
    named = base if is_plain else "stems/marimba.wav"
    return f"put a copy into the folder of the piece and name it from there: {named}"


def read_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> bytes | Diagnostic:
    """The bytes of a file of the piece, or the finding. Reads nothing beyond the limit."""
    descriptor = open_inside(root, name, limit_bytes, span)
    if isinstance(descriptor, Diagnostic):
        return descriptor
    with os.fdopen(descriptor, "rb") as file:
        return _read(file.fileno(), str(name), limit_bytes, span)


def open_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> int | Diagnostic:
    """A descriptor of a regular file of the piece, which the caller closes, or the finding.

    Every folder on the way is opened from the one before, without following links, so that nothing can be
    exchanged between check and use. A hard link cannot be told from its file.
    """
    fault = name_fault(str(name), span)
    if fault:
        return fault
    try:
        with Folder.around(root / name, root) as folder:
            descriptor = folder.open(name.name, _READ)
    except OSError as refusal:
        return _open_fault(refusal, root, name, span)
    other_kind = _kind_fault(descriptor, str(name), limit_bytes, span)
    if other_kind:
        os.close(descriptor)
        return other_kind
    return descriptor


def fault_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> Diagnostic | None:
    """The finding about a file of the piece that cannot be opened, or None; reads nothing."""
    descriptor = open_inside(root, name, limit_bytes, span)
    if isinstance(descriptor, Diagnostic):
        return descriptor
    os.close(descriptor)
    return None


def digest_of_open(file: BufferedReader) -> str:
    """The sha256 of an open file from its beginning; a file that has not changed is not read again."""
    state = os.fstat(file.fileno())
    known = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
    if known not in _digests:
        file.seek(0)
        if len(_digests) >= _MOST_DIGESTS:
            _digests.clear()
        _digests[known] = hashlib.file_digest(file, "sha256").hexdigest()
    return _digests[known]


def open_plain(path: Path, root: Path | None = None) -> int:
    """A descriptor of a regular file that was found before; no link is followed in its place.

    No link is followed in any folder that a piece may bring either (dsl/text/folders.py).

    Raises LinkedError for a link, OSError for what is missing, may not be read or is not a file.
    """
    folder = Folder.around(path, root) if guarded(path, root)[1] else Folder.opened(path.parent)
    with folder:
        return _regular(folder.open(path.name, _READ), path)


def open_known(path: Path) -> int:
    """Do the same for a file that the user names, not the piece: outside a piece a link is followed."""
    if guarded(path)[1]:
        return open_plain(path)
    return _regular(os.open(path, _READ | getattr(os, "O_CLOEXEC", 0)), path)


def _regular(descriptor: int, path: Path) -> int:
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def link_inside(root: Path, name: PurePosixPath, span: Span) -> Diagnostic | None:
    """The finding about a folder with a link on its path or in it; None if there is no link, or no folder."""
    try:
        with Folder.around(root / name / "any", root) as folder, os.scandir(folder.way(".")) as inside:
            found = [entry.name for entry in inside if entry.is_symlink()]
    except LinkedError:
        found = [""]
    except OSError:
        return None
    if not found:
        return None
    message = f"`{name / min(found)}` is reached through a symbolic link"
    return Diagnostic("MV003", span, message, "put a copy in its place")


def read_named(path: Path, limit_bytes: int, span: Span, root: Path | None = None) -> bytes | Diagnostic:
    """The bytes of a file that the user named on the command line.

    Their own links are theirs to follow. A piece's are not: a file in the folder `root`, or below a folder
    that holds a piece.yaml, is opened without following any.
    """
    if "\0" in str(path):
        return Diagnostic("MV002", span, NUL, "name another file")
    try:
        if guarded(path, root)[1]:
            with Folder.around(path, root) as folder:
                descriptor = folder.open(path.name, _READ)
        else:
            descriptor = os.open(path, _READ | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return Diagnostic("MV001", span, f"there is no file `{path}`", "check the name and the folder")
    except LinkedError as refusal:
        message = f"`{refusal.filename}` is a symbolic link, and links inside a piece are not followed"
        return Diagnostic("MV003", span, message, "put a copy in its place")
    except OSError as refusal:
        return Diagnostic("MV006", span, f"`{path}` cannot be opened: {refusal.strerror}", _ACCESS_HINT)
    # Of the descriptor: Python makes no file of a folder's.
    if fault := _kind_fault(descriptor, str(path), limit_bytes, span):
        os.close(descriptor)
        return fault
    with os.fdopen(descriptor, "rb") as file:
        return _read(file.fileno(), str(path), limit_bytes, span)


def decoded(data: bytes, name: str, span: Span) -> str | Diagnostic:
    """UTF-8 bytes as text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        message = f"`{name}` is not UTF-8 text: byte {data[fault.start]:#04x} on line {line}"
        return Diagnostic("MV007", span, message, "save it as UTF-8")


def _read(descriptor: int, name: str, limit_bytes: int, span: Span) -> bytes | Diagnostic:
    chunks: list[bytes] = []
    size = 0
    try:
        while chunk := os.read(descriptor, 1 << 20):
            size += len(chunk)
            if size > limit_bytes:
                return _too_large(name, limit_bytes, span)
            chunks.append(chunk)
    except OSError as fault:
        return Diagnostic("MV006", span, f"`{name}` cannot be read: {fault.strerror}", _ACCESS_HINT)
    return b"".join(chunks)


def _kind_fault(descriptor: int, name: str, limit_bytes: int, span: Span) -> Diagnostic | None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
        return Diagnostic("MV004", span, f"`{name}` is {what}, not a file", "name a file")
    return _too_large(name, limit_bytes, span) if status.st_size > limit_bytes else None


def _too_large(name: str, limit_bytes: int, span: Span) -> Diagnostic:
    return Diagnostic(
        "MV005", span, f"`{name}` is larger than {limit_bytes >> 20} MiB", "check that it is the right file"
    )


def _open_fault(fault: OSError, root: Path, name: PurePosixPath, span: Span) -> Diagnostic:
    if fault.errno == errno.ENOENT:
        message = f"there is no file `{name}`{_nearby(root, name)}"
        near = _alike(root, name)
        return Diagnostic("MV001", span, message, f"did you mean {near}?" if near else _HERE_HINT)
    if fault.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
        # O_NOFOLLOW with O_DIRECTORY reports a link as "not a directory".
        if any((root / ancestor).is_symlink() for ancestor in (name, *name.parents)):
            message = f"`{name}` is reached through a symbolic link"
            return Diagnostic("MV003", span, message, "put a copy in its place")
        return Diagnostic("MV001", span, f"there is no file `{name}`", _HERE_HINT)
    return Diagnostic("MV006", span, f"`{name}` cannot be opened: {fault.strerror}", _ACCESS_HINT)


def _alike(root: Path, name: PurePosixPath) -> PurePosixPath | None:
    """The file beside it with the most similar name and the same suffix; or None.

    For a picture or a video also one of the same name and another suffix of its kind.
    """
    try:
        with Folder.around(root / name, root) as folder, os.scandir(folder.way(".")) as inside:
            entries = islice(inside, ALIKE_MOST)
            names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return None
    same = {found.casefold(): found for found in sorted(names, reverse=True)}
    exact = same.get(name.name.casefold())
    kin = (found for key, found in same.items() if PurePosixPath(key).suffix == name.suffix.lower())
    near = [exact] if exact is not None else nearest(name.name, sorted(kin), 1, 0.8)
    for suffixes in (PICTURE_SUFFIXES, VIDEO_SUFFIXES):
        if not near and name.suffix.lower() in suffixes:
            stem = name.stem.casefold()
            near = [same[key] for key in sorted(same) if key in {f"{stem}{suffix}" for suffix in suffixes}]
    found = name.with_name(near[0]) if near else None
    return None if found is None or name_fault(str(found), THE_MANIFEST) else found


def first_named(root: Path, folders: Iterable[PurePosixPath], pattern: str) -> PurePosixPath | None:
    """The first file of a piece, by folder and name, whose name inside the piece fits; None without one."""
    for inner in folders:
        try:
            with Folder.around(root / inner / "any", root) as folder, os.scandir(folder.way(".")) as inside:
                entries = islice(inside, ALIKE_MOST)
                names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        except OSError:
            continue
        for name in (str(inner / name) for name in names):
            if re.search(pattern, name) and name_fault(name, THE_MANIFEST) is None:
                return PurePosixPath(name)
    return None


def _nearby(root: Path, name: PurePosixPath) -> str:
    folder = root / name.parent
    try:
        is_there = folder.is_dir()
    except OSError:
        is_there = False
    return "" if is_there else f": there is no folder `{name.parent}`"
