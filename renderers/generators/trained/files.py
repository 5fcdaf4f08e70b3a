"""The files of a trained model, read with suspicion: safetensors and JSON, never pickles."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ....dsl.findings.diagnostics import Diagnostic, PieceError
from ....dsl.findings.span import Span
from ....dsl.text.files import open_known
from ....dsl.text.folders import LinkedError
from ....dsl.text.model_file import MAX_MODEL_BYTES, MODEL, RETRAIN, WEIGHTS, ModelDescription, parse_model

if TYPE_CHECKING:
    import torch

    from ....compiler.plan import PicturePlan

MOST_TENSOR_BYTES = 256 << 20
DECODER, CODES = WEIGHTS
MOST_FRAMES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model as its folder holds it.

    decoder   the tensors of the network
    codes     float32 (frames, code): of the pictures that it learned
    labels    int64 (frames,): their classes
    mean      float32 (k, code): of the codes of each class, or of what they are drawn from
    factor    float32 (k, code, code): lower triangular, noise to the spread of each class
    """

    description: ModelDescription
    decoder: Mapping[str, torch.Tensor]
    codes: torch.Tensor
    labels: torch.Tensor
    mean: torch.Tensor
    factor: torch.Tensor


def describe(folder: Path) -> ModelDescription:
    """Reads a folder's model.json. Raises PieceError if it cannot be used."""
    path = folder / MODEL
    found = parse_model(_bytes(path, MAX_MODEL_BYTES), str(path), Span(str(path)))
    if isinstance(found, Diagnostic):
        raise PieceError([found])
    return found


def check_files(picture: PicturePlan) -> ModelDescription:
    """The description of the model of a picture, whose files are there and are those of its description.

    Raises PieceError where they are not.
    """
    assert picture.weights is not None
    description = describe(picture.weights)
    if description.kind.class_count != picture.class_count or description.code != picture.noise.shape[1]:
        raise _unusable(picture.weights / MODEL, "its classes differ from those in the plan")
    for name, digest in description.sha256:
        _digested(picture.weights / name, digest)
    return description


def read(folder: Path) -> Model:
    """A whole model. Raises PieceError where a file is missing, or is not what training wrote."""
    from .network import decoder_shapes

    description = describe(folder)
    digests = dict(description.sha256)
    size, count = description.code, len(description.classes)
    decoder = tensors_in(
        _digested(folder / DECODER, digests[DECODER]),
        folder / DECODER,
        decoder_shapes(description.size_px, size, count),
    )
    frames = description.frames
    codes = tensors_in(
        _digested(folder / CODES, digests[CODES]),
        folder / CODES,
        {
            "codes": (frames, size),
            "labels": (frames,),
            "mean": (count, size),
            "factor": (count, size, size),
        },
    )
    labels = codes["labels"].long()
    if bool((labels < 0).any()) or bool((labels >= count).any()):
        raise _unusable(folder / CODES, "a label names no class")
    return Model(description, decoder, codes["codes"], labels, codes["mean"], codes["factor"])


def tensors_in(
    data: bytes, path: Path, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, torch.Tensor]:
    """The float32 tensors in the bytes of a safetensors file, finite, and of these names and shapes.

    shapes   None for any

    Raises PieceError for anything else.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        found = load(data)
    except (SafetensorError, ValueError, KeyError, RuntimeError, TypeError, OverflowError) as error:
        raise _unusable(path, "it is not a safetensors file") from error
    if shapes is not None:
        if missing := shapes.keys() - found.keys():
            raise _unusable(path, f"it lacks {min(missing)}")
        if extra := found.keys() - shapes.keys():
            raise _unusable(path, f"it holds {min(extra)}, which is not part of a model")
    for name, tensor in found.items():
        if tensor.dtype != torch.float32:
            raise _unusable(path, f"{name} is {tensor.dtype}, not 32-bit floating point")
        if shapes is not None and tuple(tensor.shape) != shapes[name]:
            raise _unusable(path, f"{name} has shape {tuple(tensor.shape)}, not {shapes[name]}")
        if not bool(torch.isfinite(tensor).all()):
            raise _unusable(path, f"{name} holds values that are not finite")
    # What comes out of a file may begin anywhere: a copy begins where a vector of the processor does.
    return {name: tensor.clone() for name, tensor in found.items()}


def _digested(path: Path, digest: str) -> bytes:
    data = _bytes(path, MOST_TENSOR_BYTES)
    if hashlib.sha256(data).hexdigest() != digest:
        raise _unusable(path, "its SHA-256 is not the one in model.json")
    return data


def _bytes(path: Path, limit_bytes: int) -> bytes:
    try:
        with os.fdopen(open_known(path), "rb") as file:
            data = file.read(limit_bytes + 1)
    except LinkedError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    if len(data) > limit_bytes:
        raise _unusable(path, f"it is larger than {limit_bytes >> 20} MiB")
    return data


def _unusable(path: Path, why: str) -> PieceError:
    message = f"{path.name} of the model {path.parent.name} cannot be used: {why}"
    return PieceError([Diagnostic("MV611", Span(str(path)), message, RETRAIN)])
