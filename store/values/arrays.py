"""Arrays of kept values: a npz that is stored as it is, whose headers are compared and never interpreted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

MOST_ARRAY_BYTES = 2 << 30
_ZIP_FAULTS = (OSError, ValueError, EOFError, KeyError, RuntimeError, OverflowError, zipfile.BadZipFile)
"""The exceptions that zipfile raises for a file that is not our archive; NotImplementedError is a
RuntimeError."""


class CodecError(Exception):
    """Files that `written` did not write, or a value that it cannot write."""


def write_arrays(arrays: Sequence[Any], path: Path) -> None:
    """Arrays by their number, as a npz. Raises CodecError where they are too large, OSError as files do."""
    import numpy as np

    if sum(array.nbytes for array in arrays) > MOST_ARRAY_BYTES:
        raise CodecError("the arrays are too large to store")
    numbered: dict[str, Any] = {str(number): array for number, array in enumerate(arrays)}
    np.savez(path, **numbered)


@contextmanager
def opened(path: Path | None) -> Iterator[zipfile.ZipFile | None]:
    """The archive in a file; raises CodecError where it is none."""
    if path is None:
        yield None
        return
    try:
        archive = zipfile.ZipFile(path)
    except _ZIP_FAULTS as fault:
        raise CodecError(f"the arrays cannot be read: {fault}") from fault
    with archive:
        yield archive


def read_array(archive: zipfile.ZipFile | None, number: int, kind: str, shape: tuple[int, ...]) -> Any:
    """One array of an archive, read-only; its type and shape must be those. Raises CodecError."""
    import numpy as np

    if archive is None:
        raise CodecError("there are no arrays")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": kind, "fortran_order": False, "shape": shape})
    expected = header.getvalue()
    size = np.dtype(kind).itemsize * prod(shape)
    if size > MOST_ARRAY_BYTES:
        raise CodecError("an array is too large")
    try:
        entry = archive.getinfo(f"{number}.npy")
        # Nothing is unpacked, so nothing is larger than the file.
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != len(expected) + size:
            raise CodecError("an array has another size")
        with archive.open(entry) as file:
            found, data = file.read(len(expected)), file.read(size)
    except _ZIP_FAULTS as fault:
        raise CodecError(f"an array cannot be read: {fault}") from fault
    if found != expected or len(data) != size:
        raise CodecError("an array has another form")
    return np.frombuffer(data, kind).reshape(shape)
