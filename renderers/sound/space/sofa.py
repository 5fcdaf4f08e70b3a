"""SOFA: a file of measured heads (AES69) to directions and impulse responses, checked before it is believed.

HDF5 can hold links to other files, data kept elsewhere and blocks that unpack to any size. So each of the
three arrays that are needed must be in the file itself, with a plain number type and a size within limits
that are known before a sample is read.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.installing import install_command
from ....dsl.text.files import open_plain
from ....store.values.array_types import F64

MAX_BYTES = 256 << 20
MAX_DIRECTIONS = 20_000
MAX_TAPS = 8192
MAX_VALUES = 12_000_000
_RATES_HZ = (8_000.0, 192_000.0)
_SMALLEST_M = 1e-3
_LOUDEST = 1e4
"""A response is about 1; far above it is a damaged file."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Measured impulse responses of the head, by direction.

    directions      float64 (m, 3), unit vectors: right, front, up
    responses       float64 (m, 2, n), left ear and right ear
    """

    directions: F64
    responses: F64
    sample_rate_hz: float


def read_sofa(path: Path) -> Responses:
    """The responses of a SOFA file of the convention SimpleFreeFieldHRIR; raises PieceError."""
    try:
        import h5py  # noqa: F401
    except ModuleNotFoundError as error:
        raise PieceError(
            [
                Diagnostic(
                    "MV522",
                    Span(str(path)),
                    "space: hrtf reads SOFA files with h5py, which is not installed",
                    f"type: {install_command('hrtf')}; `space: binaural` needs nothing",
                )
            ]
        ) from error
    try:
        with _opened(path) as file:
            return _responses(file)
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, MemoryError) as error:
        raise PieceError(
            [
                Diagnostic(
                    "MV521",
                    Span(str(path)),
                    f"{path.name} cannot be used as a head: {_reason(error)}",
                    "name a SOFA file of the convention SimpleFreeFieldHRIR",
                )
            ]
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import h5py

    with os.fdopen(open_plain(path), "rb") as opened:
        if os.fstat(opened.fileno()).st_size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES >> 20} MiB")
        with h5py.File(opened, "r") as file:
            yield file


def _responses(file: Any) -> Responses:
    convention = _text(file.attrs.get("SOFAConventions"))
    if convention not in ("SimpleFreeFieldHRIR", ""):
        raise ValueError(f"it follows the convention {convention}")
    responses = _array(file, "Data.IR", MAX_VALUES)
    if responses.ndim != 3 or responses.shape[1] != 2 or 0 in responses.shape:
        raise ValueError(f"its responses have the shape {responses.shape}, not directions × 2 ears × samples")
    count, _, taps = responses.shape
    if count > MAX_DIRECTIONS or taps > MAX_TAPS:
        raise ValueError(f"{count} directions of {taps} samples are more than {MAX_DIRECTIONS} of {MAX_TAPS}")
    loudest = float(np.abs(responses).max())
    if not 0.0 < loudest < _LOUDEST:
        raise ValueError("its responses are silent or far too loud")
    rates = _array(file, "Data.SamplingRate", MAX_DIRECTIONS).reshape(-1)
    if not rates.size or (rates != rates[0]).any() or not _RATES_HZ[0] <= rates[0] <= _RATES_HZ[1]:
        raise ValueError("its sampling rate is not one number from 8,000 to 192,000 Hz")
    responses = _delayed(file, responses, float(rates[0]))
    positions = _array(file, "SourcePosition", 3 * MAX_DIRECTIONS)
    if positions.shape not in ((count, 3), (1, 3)):
        raise ValueError(f"its positions have the shape {positions.shape}, not {count} × 3")
    kind = _text(file["SourcePosition"].attrs.get("Type")) or "spherical"
    directions, far = _directions(np.broadcast_to(positions, (count, 3)), kind)
    chosen = _one_distance(directions, far)
    return Responses(directions[chosen], responses[chosen], float(rates[0]))


def _array(file: Any, name: str, most: int) -> F64:
    """A data set of plain numbers that is in the file itself."""
    import h5py

    if name not in file or not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"it has no {name} of its own")
    data = file[name]
    if not isinstance(data, h5py.Dataset) or data.dtype.kind not in "fiu" or data.dtype.itemsize > 8:
        raise ValueError(f"{name} holds no numbers")
    if data.is_virtual or data.external:
        raise ValueError(f"{name} lies in another file")
    if data.size is None or data.size > most:
        raise ValueError(f"{name} holds more than {most:,} values")
    # A chunk is unpacked whole, however little of it is used.
    if data.chunks is not None and np.prod(data.chunks, dtype=float) > 2.0 * MAX_VALUES:
        raise ValueError(f"{name} is packed in pieces that are too large")
    values = np.asarray(data[()], np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds values that are not numbers")
    return values


def _delayed(file: Any, responses: F64, rate_hz: float) -> F64:
    """Responses that come late by what the file says apart from them, Data.Delay in samples."""
    if "Data.Delay" not in file:
        return responses
    delays = _array(file, "Data.Delay", 2 * MAX_DIRECTIONS)
    if not delays.any():
        return responses
    if delays.shape not in ((1, 2), (len(responses), 2)):
        raise ValueError(f"its delays have the shape {delays.shape}")
    if delays.min() < 0.0 or delays.max() > MAX_TAPS:
        raise ValueError("its delays are too long for a head")
    late = np.broadcast_to(delays - delays.min(), (len(responses), 2))
    taps = responses.shape[2] + int(np.ceil(late.max())) + 32
    if taps * 2 * len(responses) > MAX_VALUES:
        raise ValueError("its delays are too long for a head")
    spectrum = np.fft.rfft(responses, taps)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(taps) * late[:, :, None])
    return np.fft.irfft(spectrum * turn, taps)


def _directions(positions: F64, kind: str) -> tuple[F64, F64]:
    """Unit vectors right, front, up, and distances. SOFA's x is to the front, y to the left.

    Spherical positions are azimuth, counter-clockwise in degrees, elevation, and distance in metres.
    """
    if kind == "spherical":
        azimuth, elevation = np.radians(positions[:, 0]), np.radians(positions[:, 1])
        vectors = np.stack(
            [
                -np.sin(azimuth) * np.cos(elevation),
                np.cos(azimuth) * np.cos(elevation),
                np.sin(elevation),
            ],
            axis=1,
        )
        return vectors, positions[:, 2]
    if kind == "cartesian":
        far = np.sqrt(np.sum(positions * positions, axis=1))
        if far.min() < _SMALLEST_M:
            raise ValueError("a source stands inside the head")
        return np.stack([-positions[:, 1], positions[:, 0], positions[:, 2]], axis=1) / far[:, None], far
    raise ValueError(f"its positions are {kind}")


def _one_distance(directions: F64, far: F64) -> NDArray[np.int64]:
    """The measurement of each direction that is nearest to the usual distance."""
    usual = float(np.median(far))
    order = np.argsort(np.abs(far - usual), kind="stable")
    _, first = np.unique(np.round(directions[order], 4), axis=0, return_index=True)
    chosen = np.sort(order[first])
    if chosen.size < 4:
        raise ValueError(f"it has {chosen.size} directions, and a circle needs at least 4")
    return chosen


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(error).strip("'\"").splitlines()
    return text[0][:200] if text else type(error).__name__
