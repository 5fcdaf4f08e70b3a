"""model.json: a trained generator's description of itself, read as hostile input and without torch."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..findings.diagnostics import Diagnostic
from ..findings.span import Span
from ..model.generators import BUILT_IN, MOST_CLASSES, OUR_SIZES_PX, WALK, GeneratorKind
from .files import decoded, read_inside

MODEL = "model.json"
MODEL_VERSION = 1
MAX_MODEL_BYTES = 1 << 20
MAX_NAME_LETTERS = 64
SIZES_PX = (32, 64, 128, 256, 512)
"""Sides of the images that a model can make."""
KINDS = ("glo", "vae")
WEIGHTS = ("decoder.safetensors", "codes.safetensors")
"""The files of a model that decide its images."""
_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A trained generator as its model.json describes it.

    name       what `visuals.generator` calls it
    model      glo or vae: how its codes were found
    size_px    side of the images that it makes
    code       length of its codes, which is the length of the noise
    classes    names of its classes
    frames     how many pictures it was trained on
    sha256     of each file of WEIGHTS
    """

    name: str
    model: str
    size_px: int
    code: int
    classes: tuple[str, ...]
    frames: int
    sha256: tuple[tuple[str, str], ...]

    @property
    def identity(self) -> str:
        """The identity of the model: everything that determines its images."""
        return ", ".join(f"{name} {digest}" for name, digest in self.sha256)

    @property
    def kind(self) -> GeneratorKind:
        """The model, described like any generator."""
        return GeneratorKind(
            self.name,
            self.code,
            tuple((name,) for name in self.classes),
            frozenset(("truncation", WALK)),
            OUR_SIZES_PX,
            self.identity,
        )


def name_of_model(text: str) -> str | None:
    """The reason why a text cannot be the name of a model, or None."""
    if not _NAME.fullmatch(text):
        return "write letters, digits, - and ., e.g. my-band"
    return f"{text} is built in: choose another name" if text in BUILT_IN else None


def class_name_fault(name: str) -> str | None:
    """The reason why a text cannot be the name of a class, or None."""
    if not name.strip() or len(name) > MAX_NAME_LETTERS:
        return f"a class has a name of 1 to {MAX_NAME_LETTERS} characters"
    return None if name.isprintable() else "a class has a name of printable characters"


def read_model(root: Path, folder: PurePosixPath, span: Span) -> tuple[ModelDescription, str] | Diagnostic:
    """The description of a model in a folder of the piece and the digest of its text, or why not."""
    data = read_inside(root, folder / MODEL, MAX_MODEL_BYTES, span)
    if isinstance(data, Diagnostic):
        return data
    found = parse_model(data, str(folder / MODEL), span)
    return found if isinstance(found, Diagnostic) else (found, hashlib.sha256(data).hexdigest())


def parse_model(data: bytes, name: str, span: Span) -> ModelDescription | Diagnostic:
    """The description in the bytes of a model.json, or a finding."""
    text = decoded(data, name, span)
    if isinstance(text, Diagnostic):
        return text
    try:
        found = json.loads(text, parse_constant=_refused)
        return _description(found)
    except (ValueError, RecursionError) as error:
        reason = "it is not JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)
        return Diagnostic("MV611", span, f"`{name}` does not describe a model: {reason}", RETRAIN)


RETRAIN = "copy the whole folder that `musicvis train` wrote, or train again"


def _description(found: Any) -> ModelDescription:
    """Reads the description; raises ValueError for missing values or those of another type."""
    if not isinstance(found, dict):
        raise ValueError("it is not a table")
    version = _whole(found, "musicvis_model", 1, 1 << 30)
    if version != MODEL_VERSION:
        raise ValueError(f"it has version {version}, and this musicvis reads {MODEL_VERSION}")
    name, model = _text(found, "name"), _text(found, "model")
    if fault := name_of_model(name):
        raise ValueError(f"name: {fault}")
    if model not in KINDS:
        raise ValueError(f"model must be {' or '.join(KINDS)}")
    size_px = _whole(found, "size", 1, SIZES_PX[-1])
    if size_px not in SIZES_PX:
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES_PX))}")
    classes, digests = found.get("classes"), found.get("sha256")
    if not isinstance(classes, list) or not 1 <= len(classes) <= MOST_CLASSES:
        raise ValueError(f"classes must be a list of 1 to {MOST_CLASSES} names")
    for entry in classes:
        if not isinstance(entry, str) or (fault := class_name_fault(entry)):
            raise ValueError("classes must be names of printable characters")
    if not isinstance(digests, dict):
        raise ValueError("sha256 must be a table")
    for file in WEIGHTS:
        if not isinstance(digests.get(file), str) or not _HEX.fullmatch(digests[file]):
            raise ValueError(f"sha256 lacks {file}")
    return ModelDescription(
        name,
        model,
        size_px,
        _whole(found, "code", 1, 512),
        tuple(classes),
        _whole(found, "frames", 1, 1 << 20),
        tuple((file, digests[file]) for file in WEIGHTS),
    )


def _whole(found: Mapping[str, Any], key: str, low: int, high: int) -> int:
    value = found.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{key} must be a whole number from {low} to {high}")
    return value


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text")
    return value


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number that JSON knows")
