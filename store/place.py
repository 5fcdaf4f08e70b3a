"""The folder of the store, and its size limit."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .errors import StoreError

ENVIRONMENT = "MUSICVIS_CACHE"
LIMIT_ENVIRONMENT = "MUSICVIS_CACHE_LIMIT"
USUAL_LIMIT_BYTES = 20 * 10**9
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(kB|KB|MB|GB|TB|B)", re.ASCII)
_UNITS = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def cache_folder(asked: Path | None = None) -> Path:
    """The folder that is asked for, else that of MUSICVIS_CACHE, else the user's (XDG Base Directory).

    It is never one inside a piece: whoever gives a piece away could put films of their own into it.

    Raises StoreError where the user has no home.
    """
    if asked is not None:
        return asked
    if own := os.environ.get(ENVIRONMENT):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The specification: a path that is not absolute is to be ignored.
    if Path(base).is_absolute():
        return Path(base) / "musicvis"
    try:
        return Path.home() / ".cache" / "musicvis"
    except RuntimeError as error:
        hint = f"name a folder with --cache-dir or {ENVIRONMENT}"
        raise StoreError("there is no home folder for the cache", hint) from error


def data_folder(environment: str, name: str) -> Path:
    """The folder that a variable names, else the one of that name among the user's data (XDG Base Directory).

    It need not be there. Raises StoreError where the user has no home.
    """
    if own := os.environ.get(environment):
        return Path(own)
    base = os.environ.get("XDG_DATA_HOME", "")
    # The specification: a path that is not absolute is to be ignored.
    if Path(base).is_absolute():
        return Path(base) / "musicvis" / name
    try:
        return Path.home() / ".local" / "share" / "musicvis" / name
    except RuntimeError as error:
        message = f"there is no home folder for {name}"
        raise StoreError(message, f"name a folder with {environment}") from error


def cache_limit(asked_bytes: int | None = None) -> int:
    """The maximum size of the store after a compile, in bytes. Raises ValueError for an invalid limit."""
    if asked_bytes is not None:
        return asked_bytes
    said = os.environ.get(LIMIT_ENVIRONMENT)
    return size_from(said) if said else USUAL_LIMIT_BYTES


def size_from(text: str) -> int:
    """Bytes from text, as 500MB or 1.5GB, in powers of ten; raises ValueError for anything else."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a size: write a number and its unit, e.g. 500MB or 20GB")
    return round(float(found[1]) * _UNITS[found[2]])


def size_said(size_bytes: int) -> str:
    """Bytes as people say them: "1.2 GB"."""
    for unit in ("TB", "GB", "MB", "kB"):
        if size_bytes >= _UNITS[unit]:
            return f"{size_bytes / _UNITS[unit]:.1f} {unit}"
    return f"{size_bytes} B"
