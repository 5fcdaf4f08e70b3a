"""Codec: a frozen dataclass as files and back, by the types of its fields; never a pickle.

Its text is JSON: the names of the fields of every class, which must be those of today, and the value, in
which a class is the list of its fields' values. Its arrays are a npz, and the text says which is which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from .arrays import CodecError, opened, write_arrays
from .keys import canonical
from .types import Desk, coder_of, fields_of

__all__ = ["CodecError", "read", "written"]

VALUE, ARRAYS = "value.json", "arrays.npz"
MOST_TEXT_BYTES = 256 << 20

T = TypeVar("T")


def written(value: T, kind: type[T], scratch: Callable[[str], Path], root: Path = Path()) -> dict[str, Path]:
    """A value of that type as files, for `Store.put`; paths inside `root` are written relative to it.

    scratch  gives a new path that ends in a suffix

    Raises CodecError where the value is not of that type or too large to be kept, OSError as files do.
    """
    desk = Desk(root)
    try:
        plain = coder_of(kind).pack(value, desk)
        text = canonical({"fields": fields_of(kind), "value": plain})
    except (ValueError, RecursionError) as fault:
        raise CodecError(str(fault)) from fault
    if len(text) > MOST_TEXT_BYTES:
        raise CodecError("the text is too large to store")
    files = {VALUE: scratch(".json")}
    files[VALUE].write_bytes(text)
    if desk.arrays:
        files[ARRAYS] = scratch(".npz")
        write_arrays(desk.arrays, files[ARRAYS])
    return files


def read(files: Mapping[str, Path], kind: type[T], root: Path = Path()) -> T:
    """The value that `written` wrote; its arrays are read-only. Raises CodecError for anything else."""
    try:
        with files[VALUE].open("rb") as file:
            text = file.read(MOST_TEXT_BYTES + 1)
    except (OSError, KeyError) as fault:
        raise CodecError(f"it cannot be read: {fault}") from fault
    if len(text) > MOST_TEXT_BYTES:
        raise CodecError("the text is too long")
    with opened(files.get(ARRAYS)) as archive:
        return _value(text, kind, Desk(root, archive=archive))


def _value(text: bytes, kind: type[T], desk: Desk) -> T:
    try:
        plain = json.loads(text)
        if not isinstance(plain, dict) or plain.keys() != {"fields", "value"}:
            raise CodecError("it is not a value")
        if plain["fields"] != fields_of(kind):
            raise CodecError("its classes have other fields")
        found: T = coder_of(kind).unpack(plain["value"], desk)
    except (ValueError, TypeError, RecursionError) as fault:
        raise CodecError(str(fault)) from fault
    return found
