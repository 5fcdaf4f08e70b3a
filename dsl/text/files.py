"""Files of a piece, opened only inside its folder: no way out by name or link, no endless size."""

import errno
import os
import re
import stat
from pathlib import Path, PurePosixPath

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span

MAX_TEXT_BYTES = 1 << 20
MAX_SCORE_BYTES = 64 << 20
MAX_AUDIO_BYTES = 2 << 30
MAX_HEAD_BYTES = 256 << 20

LANES_SUFFIXES = (".yaml", ".yml", ".json")

_MAX_NAME_BYTES = 1024
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
# Windows takes these for devices, whatever their ending.
_RESERVED = frozenset(("con", "prn", "aux", "nul", *(f"{p}{i}" for p in ("com", "lpt") for i in range(10))))
_HERE_HINT = "names are relative to the folder of piece.yaml"
_ACCESS_HINT = "look at its permissions"
_INSIDE_HINT = "put a copy into the folder of the piece and name it from there, as stems/marimba.wav"


def name_fault(name: str, span: Span) -> Diagnostic | None:
    """Why a file name cannot be used in a piece, or None: it is relative and leads nowhere else."""
    if not name or len(name.encode("utf-8", "replace")) > _MAX_NAME_BYTES:
        return Diagnostic("MV002", span, "the file name is empty or too long", "name a file of the piece")
    if found := _FORBIDDEN.search(name):
        shown = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
        message = f"the character {shown} cannot stand in a file name of a piece"
        return Diagnostic("MV002", span, message, _INSIDE_HINT)
    parts = name.split("/")
    if name.startswith(("/", "~")) or any(part in ("", ".", "..") for part in parts):
        return Diagnostic("MV002", span, f"`{name}` is not a plain name inside the piece", _INSIDE_HINT)
    for part in parts:
        if part.startswith("-") or part.endswith((" ", ".")) or part.split(".")[0].lower() in _RESERVED:
            return Diagnostic(
                "MV002", span, f"`{part}` cannot be the name of a file on every system", "rename the file"
            )
    return None


def read_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> bytes | Diagnostic:
    """The bytes of a file of the piece, or why there are none. Nothing is read beyond the limit."""
    descriptor = open_inside(root, name, limit_bytes, span)
    if isinstance(descriptor, Diagnostic):
        return descriptor
    with os.fdopen(descriptor, "rb") as file:
        return _read(file.fileno(), str(name), limit_bytes, span)


def open_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> int | Diagnostic:
    """A descriptor of a regular file of the piece, to be closed by the caller, or why there is none.

    Every folder on the way is opened from the one before, without following links, so that nothing can be
    exchanged between check and use. A hard link cannot be told from its file.
    """
    fault = name_fault(str(name), span)
    if fault:
        return fault
    *folders, last = name.parts
    opened = -1
    try:
        opened = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for folder in folders:
            inner = os.open(
                folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=opened
            )
            os.close(opened)
            opened = inner
        # O_NONBLOCK: opening a pipe must not wait for its other end.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(last, flags, dir_fd=opened)
    except OSError as refusal:
        return _open_fault(refusal, root, name, span)
    finally:
        if opened >= 0:
            os.close(opened)
    other_kind = _kind_fault(descriptor, str(name), limit_bytes, span)
    if other_kind:
        os.close(descriptor)
        return other_kind
    return descriptor


def fault_inside(root: Path, name: PurePosixPath, limit_bytes: int, span: Span) -> Diagnostic | None:
    """Why a file of the piece cannot be opened, or None; nothing is read."""
    descriptor = open_inside(root, name, limit_bytes, span)
    if isinstance(descriptor, Diagnostic):
        return descriptor
    os.close(descriptor)
    return None


def read_named(path: Path, limit_bytes: int, span: Span) -> bytes | Diagnostic:
    """The bytes of a file that the user named on the command line: links are theirs to follow."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Diagnostic("MV001", span, f"there is no file `{path}`", "look for the name and the folder")
    except OSError as refusal:
        return Diagnostic("MV006", span, f"`{path}` cannot be opened: {refusal.strerror}", _ACCESS_HINT)
    except ValueError:
        return Diagnostic("MV002", span, "a file name cannot hold a NUL character", "name another file")
    with os.fdopen(descriptor, "rb") as file:
        fault = _kind_fault(file.fileno(), str(path), limit_bytes, span)
        return fault or _read(file.fileno(), str(path), limit_bytes, span)


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
        "MV005", span, f"`{name}` is larger than {limit_bytes >> 20} MiB", "look whether it is the right one"
    )


def _open_fault(fault: OSError, root: Path, name: PurePosixPath, span: Span) -> Diagnostic:
    if fault.errno == errno.ENOENT:
        return Diagnostic("MV001", span, f"there is no file `{name}`{_nearby(root, name)}", _HERE_HINT)
    if fault.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
        # O_NOFOLLOW with O_DIRECTORY reports a link as "not a directory".
        if any((root / ancestor).is_symlink() for ancestor in (name, *name.parents)):
            message = f"`{name}` is reached through a symbolic link"
            return Diagnostic("MV003", span, message, "put a copy in its place")
        return Diagnostic("MV001", span, f"there is no file `{name}`", _HERE_HINT)
    return Diagnostic("MV006", span, f"`{name}` cannot be opened: {fault.strerror}", _ACCESS_HINT)


def _nearby(root: Path, name: PurePosixPath) -> str:
    folder = root / name.parent
    try:
        is_there = folder.is_dir()
    except OSError:
        is_there = False
    return "" if is_there else f": there is no folder `{name.parent}`"
