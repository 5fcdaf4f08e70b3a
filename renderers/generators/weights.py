"""BigGAN's folder, read with suspicion: config.json, and pytorch_model.bin or model.safetensors.

Nothing of the folder is run: the pickle goes through torch's reader of tensors alone, and every tensor must
have the name, shape, type and finite values that the configuration calls for. (The package's own loader takes
any file.)
"""

from __future__ import annotations

import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ...dsl.diagnostics import Diagnostic, PieceError
from ...dsl.span import Span
from .protocol import CLASS_COUNT, NOISE_SIZE

CONFIG, PICKLED, SAFE = "config.json", "pytorch_model.bin", "model.safetensors"

MOST_CONFIG_BYTES = 64 * 1024
MOST_WEIGHT_BYTES = 2 * 1024**3
MOST_HEADER_BYTES = 8 * 1024**2
FLOATS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# What torch's reader raises for files that are no checkpoints; found with mutated files.
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


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a BigGAN-deep, as config.json of pytorch-pretrained-biggan gives them.

    layers      each: whether it doubles the size, and its channels in and out in units of channel_width
    n_stats     for so many truncations from 0 to 1, evenly spaced, there are statistics of the batch norms
    """

    output_dim: int
    channel_width: int
    layers: tuple[tuple[bool, int, int], ...]
    attention_layer_position: int
    eps: float
    n_stats: int


def read_architecture(folder: Path) -> Architecture:
    """The architecture that config.json describes.

    Raises PieceError where it is missing, is not such a file, or its sizes do not fit each other.
    """
    path = folder / CONFIG
    try:
        raw = json.loads(_bytes_of(path, MOST_CONFIG_BYTES).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "it is not JSON") from error
    if not isinstance(raw, dict):
        raise _unusable(path, "it is no JSON object")
    for key, wanted in (("z_dim", NOISE_SIZE), ("class_embed_dim", NOISE_SIZE), ("num_classes", CLASS_COUNT)):
        if raw.get(key, wanted) != wanted:
            raise _unusable(path, f"{key} is {raw[key]!r}, not {wanted}")
    return Architecture(
        output_dim=_whole(path, raw, "output_dim", 8, 1024),
        channel_width=_whole(path, raw, "channel_width", 4, 256),
        layers=_layers(path, raw),
        attention_layer_position=_whole(path, raw, "attention_layer_position", 0, 64),
        eps=_small(path, raw, "eps"),
        n_stats=_whole(path, raw, "n_stats", 2, 1001),
    )


def read_weights(folder: Path, wanted: Mapping[str, torch.Size]) -> dict[str, torch.Tensor]:
    """The tensors of a folder, float32 on the CPU, exactly the wanted ones.

    Older files lack the second vector of each spectral norm and repeat each normalised weight; the vector is
    made from the first, and the repetition left out.

    Raises PieceError where the file is missing or unreadable, or a tensor is missing, unknown, of another
    shape, not of floating point, or not finite.
    """
    path = folder / SAFE if (folder / SAFE).is_file() else folder / PICKLED
    size = _size_of(path, MOST_WEIGHT_BYTES)
    tensors = _safe_tensors(path, size) if path.name == SAFE else _pickled_tensors(path)
    repeated = {name.removesuffix("_orig") for name in wanted if name.endswith(".weight_orig")}
    tensors = {name: tensor for name, tensor in tensors.items() if name not in repeated}
    for name in wanted:
        matrix, u = (tensors.get(name.removesuffix("_v") + suffix) for suffix in ("_orig", "_u"))
        if name.endswith(".weight_v") and name not in tensors and matrix is not None and u is not None:
            # Miyato et al. 2018, algorithm 1: v is W^T u, normalised.
            product = matrix.float().flatten(1).T @ u.float() if u.shape == matrix.shape[:1] else u
            tensors[name] = torch.nn.functional.normalize(product, dim=0, eps=1e-12)
    _check_names(path, tensors, wanted)
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name]:
            raise _unusable(path, f"{name} has shape {tuple(tensor.shape)}, not {tuple(wanted[name])}")
        if tensor.dtype not in FLOATS.values():
            raise _unusable(path, f"{name} is {tensor.dtype}, not floating point")
        if not tensor.is_contiguous() or tensor.device.type != "cpu" or tensor.layout != torch.strided:
            raise _unusable(path, f"{name} is not stored plainly")
        if not bool(torch.isfinite(tensor).all()):
            raise _unusable(path, f"{name} holds values that are not finite")
    return {name: tensor.float() for name, tensor in tensors.items()}


def _pickled_tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_WEIGHT_BYTES:
                    raise _unusable(path, f"it unpacks to more than {MOST_WEIGHT_BYTES >> 20} MiB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch remarks on odd pickles; what matters is what comes out
            # Written out: an environment variable can change the default, but not this.
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise _unusable(path, "it is no checkpoint of tensors alone") from error
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in loaded.items()
    ):
        raise _unusable(path, "it is no table of tensors by name")
    return dict(loaded)


def _safe_tensors(path: Path, size: int) -> dict[str, torch.Tensor]:
    """The safetensors format: an 8-byte length, a JSON header of that length, then the tensors end to end."""
    try:
        with path.open("rb") as file:
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
                raise ValueError(f"{name} does not fill its place")
            end = stop
            tensors[name] = torch.frombuffer(data, dtype=dtype, count=shape.numel(), offset=start).view(shape)
        if end != len(data):
            raise ValueError("bytes that belong to no tensor")
    except (*UNREADABLE, RecursionError) as error:
        raise _unusable(path, "it is no safetensors file of floating-point tensors") from error
    return tensors


def _check_names(path: Path, tensors: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Size]) -> None:
    for verb, names in (("lacks", wanted.keys() - tensors.keys()), ("holds", tensors.keys() - wanted.keys())):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            unknown = ", which the configuration does not call for" if verb == "holds" else ""
            raise _unusable(path, f"it {verb} {min(names)}{more}{unknown}")


def _layers(path: Path, raw: Mapping[str, Any]) -> tuple[tuple[bool, int, int], ...]:
    layers = raw.get("layers")
    if not isinstance(layers, list) or not 1 <= len(layers) <= 64:
        raise _unusable(path, "layers is no list of 1 to 64 layers")
    found: list[tuple[bool, int, int]] = []
    channels = 16
    for number, layer in enumerate(layers, start=1):
        match layer:
            case [bool(doubles), int(before), int(after)] if before == channels and after in (
                before,
                before / 2,
            ):
                found.append((doubles, before, after))
                channels = after
            case _:
                wanted = f"[true or false, {channels}, {channels} or half of it]"
                raise _unusable(path, f"layer {number} is {json.dumps(layer)[:60]}, not {wanted}")
    size_px = 4 * 2 ** sum(doubles for doubles, _, _ in found)
    if channels != 1 or size_px != raw.get("output_dim"):
        raise _unusable(path, f"the layers end at {size_px} pixels and {channels} times the channel width")
    return tuple(found)


def _whole(path: Path, raw: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _unusable(path, f"{key} is {json.dumps(value)[:60]}, not a whole number from {least} to {most}")
    return value


def _small(path: Path, raw: Mapping[str, Any], key: str) -> float:
    value = raw.get(key)
    if not isinstance(value, float) or not 0 < value < 1:
        raise _unusable(path, f"{key} is {json.dumps(value)[:60]}, not a number between 0 and 1")
    return value


def _bytes_of(path: Path, most: int) -> bytes:
    _size_of(path, most)
    with path.open("rb") as file:
        return file.read(most)


def _size_of(path: Path, most: int) -> int:
    if not path.is_file():
        raise _unusable(path, "there is no such file")
    size = path.stat().st_size
    if size > most:
        raise _unusable(path, f"it is larger than {most >> 10} KiB")
    return size


def _unusable(path: Path, reason: str) -> PieceError:
    hint = (
        f"the folder of BigGAN holds {CONFIG} and {PICKLED} or {SAFE}; without one, write generator: embedded"
    )
    return PieceError([Diagnostic("MV903", Span(str(path)), f"these weights cannot be used: {reason}", hint)])
