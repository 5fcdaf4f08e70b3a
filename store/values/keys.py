"""Digests: of plain values, of a plan's values, of files; names, paths and times are never in one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from math import isnan
from pathlib import Path, PurePath
from typing import Any

from ...dsl.text.files import open_plain

_CHUNK_BYTES = 1 << 20


class ChangedWhileReadError(OSError):
    """A file was written to while its digest was taken."""


def canonical(value: Any) -> bytes:
    """Plain JSON values as the one text that stands for them: sorted keys, no spaces, ASCII.

    Raises ValueError for NaN and infinities, TypeError for what JSON does not have.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def digest_of(value: Any) -> str:
    """The sha256 of a value of a plan, as 64 hexadecimal digits; equal values have equal digests.

    A value is None, a truth value, a number, text, bytes, an Enum, a Fraction, a numpy array, or a tuple,
    list, mapping or frozen dataclass of such. A dataclass counts with its name and its fields; an array with
    its type, shape and bytes.

    Raises TypeError for anything else, paths among them: a key names a file by the digest of its bytes.
    Raises ValueError for NaN.
    """
    return hashlib.sha256(canonical(_plain(value))).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 of the bytes of a file, which may not be a link.

    Raises OSError where it cannot be read, ChangedWhileReadError where it was written to meanwhile.
    """
    descriptor = open_plain(path)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        state = hashlib.sha256()
        while chunk := file.read(_CHUNK_BYTES):
            state.update(chunk)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ChangedWhileReadError(0, "the file was written to while it was read", str(path))
    return state.hexdigest()


def _plain(value: Any) -> Any:
    """The value as JSON in which kinds cannot be taken for one another: each but the plainest has a tag."""
    match value:
        case None | bool() | str():
            return value
        case Enum():
            return {"enum": [type(value).__name__, value.name]}
        case int():
            return {"int": str(value)}
        case float():
            if isnan(value):
                raise ValueError("NaN has no digest: it equals nothing")
            # -0.0 and 0.0 are distinguished, as their bytes are.
            return {"float": value.hex()}
        case Fraction():
            return {"fraction": f"{value.numerator}/{value.denominator}"}
        case bytes():
            return {"bytes": hashlib.sha256(value).hexdigest()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            pairs = sorted((str(key), _plain(item)) for key, item in value.items())
            return {"mapping": [[key, item] for key, item in pairs]}
        case PurePath():
            raise TypeError("a path has no digest; take that of the file's bytes")
        case _ if is_dataclass(value) and not isinstance(value, type):
            named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {"of": [type(value).__name__, named]}
        case _ if hasattr(value, "__array_interface__"):
            return _plain_array(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no digest")


def _plain_array(array: Any) -> Any:
    kind = array.dtype.str
    if array.dtype.hasobject:
        raise TypeError("an array of objects has no digest")
    if array.dtype.kind in "fc" and bool((array != array).any()):
        raise ValueError("NaN has no digest: it equals nothing")
    return {"array": [kind, list(array.shape), hashlib.sha256(array.tobytes()).hexdigest()]}
