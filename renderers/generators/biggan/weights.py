"""BigGAN's tensors, read with suspicion from pytorch_model.bin or model.safetensors, and written.

Nothing of the folder is run: the pickle goes through torch's reader of tensors alone, and every tensor must
have the name, shape, type and finite values that the configuration calls for. (The package's own loader takes
any file.)
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_known
from ....dsl.text.folders import LinkedError
from ...tensors import aligned
from .architecture import (
    MOST_WEIGHT_BYTES,
    PICKLED,
    SAFE,
    Architecture,
    Shape,
    size_of,
    tensor_shapes,
    unusable,
)

MOST_HEADER_BYTES = 8 * 1024**2
FLOATS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# What torch's reader raises for files that are not checkpoints; found with mutated files.
UNREADABLE = (
    RuntimeError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
    AssertionError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    struct.error,
)


def weight_file(folder: Path) -> Path:
    """The file of a folder that is read: model.safetensors where it is there, else pytorch_model.bin."""
    return folder / SAFE if (folder / SAFE).is_file() else folder / PICKLED


def read_weights(folder: Path, architecture: Architecture) -> dict[str, torch.Tensor]:
    """The tensors of a folder, float32 on the CPU, exactly those of the architecture.

    Older files lack the second vector of each spectral norm and repeat each normalised weight; the vector is
    made from the first, and the repetition left out.

    Raises PieceError where the file is missing or unreadable, or a tensor is missing, unknown, of another
    shape, not of floating point, or not finite.
    """
    wanted = tensor_shapes(architecture)
    path = weight_file(folder)
    size = size_of(path, MOST_WEIGHT_BYTES)
    tensors = _safe_tensors(path, size) if path.name == SAFE else _pickled_tensors(path)
    repeated = {name.removesuffix("_orig") for name in wanted if name.endswith(".weight_orig")}
    tensors = {name: tensor for name, tensor in tensors.items() if name not in repeated}
    for name in wanted:
        matrix, u = (tensors.get(name.removesuffix("_v") + suffix) for suffix in ("_orig", "_u"))
        if name.endswith(".weight_v") and name not in tensors and matrix is not None and u is not None:
            of_matrix, of_u = (name.removesuffix("_v") + suffix for suffix in ("_orig", "_u"))
            tensors[name] = _second_vector(
                _plain(path, of_matrix, matrix, wanted[of_matrix]), _plain(path, of_u, u, wanted[of_u])
            )
    _check_names(path, tensors, wanted)
    return {name: _plain(path, name, tensor, wanted[name]) for name, tensor in tensors.items()}


def _plain(path: Path, name: str, tensor: torch.Tensor, shape: Shape) -> torch.Tensor:
    """A tensor that is what it should be, as float32, aligned; raises PieceError for any other."""
    if tuple(tensor.shape) != shape:
        raise unusable(path, f"{name} has shape {tuple(tensor.shape)}, not {shape}")
    if tensor.dtype not in FLOATS.values():
        raise unusable(path, f"{name} is {tensor.dtype}, not floating point")
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or not tensor.is_contiguous():
        raise unusable(path, f"{name} is not stored plainly")
    if not bool(torch.isfinite(tensor).all()):
        raise unusable(path, f"{name} holds values that are not finite")
    # In a file, a tensor begins wherever the one before it ends.
    return aligned(tensor.float())


def _second_vector(matrix: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """W^T u, normalised: Miyato et al. 2018, algorithm 1."""
    return torch.nn.functional.normalize(matrix.flatten(1).T @ u, dim=0, eps=1e-12)


def write_safetensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Float32 tensors as a safetensors file, by name: the same tensors, the same bytes."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, tensor in sorted(tensors.items()):
        end = place + tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in sorted(tensors.items()):
            file.write(tensor.contiguous().numpy().astype("<f4", copy=False).tobytes())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    try:
        with os.fdopen(open_known(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except LinkedError as error:
        raise unusable(path, error.strerror or str(error)) from error


def check_pin(folder: Path, wanted: str) -> None:
    """Raises PieceError where the weights of a folder are not those that a piece pins by their SHA-256."""
    path = weight_file(folder)
    size_of(path, MOST_WEIGHT_BYTES)
    found = sha256_of(path)
    if found != wanted.lower():
        message = f"the SHA-256 of these weights is {found[:16]}..., but the piece pins {wanted[:16]}..."
        hint = "take the weights that the piece was made with, or change visuals.weights_sha256"
        raise PieceError([Diagnostic("MV905", Span(str(path)), message, hint)])


def _pickled_tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        with os.fdopen(open_known(path), "rb") as file:
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    if sum(entry.file_size for entry in archive.infolist()) > MOST_WEIGHT_BYTES:
                        raise unusable(path, f"it unpacks to more than {MOST_WEIGHT_BYTES >> 20} MiB")
            file.seek(0)
            with warnings.catch_warnings():
                # torch warns about odd pickles; only the result matters.
                warnings.simplefilter("ignore")
                # Written out: an environment variable can change the default, but not this.
                loaded = torch.load(file, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise unusable(path, "it is not a checkpoint that holds only tensors") from error
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in loaded.items()
    ):
        raise unusable(path, "it is not a table of named tensors")
    return dict(loaded)


def _safe_tensors(path: Path, size: int) -> dict[str, torch.Tensor]:
    """The safetensors format: an 8-byte length, a JSON header of that length, then the tensors end to end."""
    try:
        with os.fdopen(open_known(path), "rb") as file:
            header_size = int.from_bytes(file.read(8), "little")
            if header_size > min(MOST_HEADER_BYTES, size - 8):
                raise ValueError("the header is longer than the file or the limit")
            header = json.loads(file.read(header_size).decode("utf-8"))
            data = bytearray(file.read())
        header.pop("__metadata__", None)
        entries = sorted((*entry["data_offsets"], name) for name, entry in header.items())
        end, tensors = 0, {}
        for start, stop, name in entries:
            entry = header[name]
            dtype, shape = FLOATS[entry["dtype"]], torch.Size(entry["shape"])
            if start != end or stop - start != shape.numel() * dtype.itemsize or min(shape, default=1) < 1:
                raise ValueError(f"{name} does not have the size of its place")
            end = stop
            tensors[name] = torch.frombuffer(data, dtype=dtype, count=shape.numel(), offset=start).view(shape)
        if end != len(data):
            raise ValueError("bytes that belong to no tensor")
    except (*UNREADABLE, RecursionError) as error:
        raise unusable(path, "it is not a safetensors file of floating-point tensors") from error
    return tensors


def _check_names(path: Path, tensors: Mapping[str, torch.Tensor], wanted: Mapping[str, Shape]) -> None:
    for verb, names in (("lacks", wanted.keys() - tensors.keys()), ("holds", tensors.keys() - wanted.keys())):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            unknown = ", which are not in the configuration" if verb == "holds" else ""
            raise unusable(path, f"it {verb} {min(names)}{more}{unknown}")
