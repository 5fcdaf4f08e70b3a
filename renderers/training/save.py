"""A training to files and back: the model for films, and resume.safetensors for the training to go on.

Every file appears whole. resume.safetensors alone holds all that a training needs, so that whatever moment a
process is killed at, what it saved last is sound.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from ...dsl.text.model_file import MODEL, MODEL_VERSION
from ...store.writing import make_folders, published
from ..generators.trained.files import CODES, DECODER, MOST_TENSOR_BYTES, tensors_in
from ..tensors import tensor_of
from .corpus import Corpus
from .learners import CODE
from .train import Options, Training

RESUME = "resume.safetensors"
_KEY = "musicvis_training"


def save_state(training: Training, folder: Path) -> None:
    """Everything that the training needs to go on."""
    tensors: dict[str, Tensor] = {"losses": torch.tensor(training.losses, dtype=torch.float32)}
    for name, parameter in training.learner.parameters().items():
        tensors[f"at.{name}"] = parameter.detach()
        state = training.optimiser.state.get(parameter, {})
        for key in ("exp_avg", "exp_avg_sq"):
            tensors[f"{key}.{name}"] = state.get(key, torch.zeros_like(parameter))
    said = {
        "step": training.step,
        "seconds": training.seconds,
        "model": training.options.model,
        "size": training.options.size_px,
        "steps": training.options.steps,
        "seed": training.options.seed,
        "corpus": training.corpus.digest,
    }
    _write(folder / RESUME, tensors, {_KEY: json.dumps(said)})


def saved_options(folder: Path) -> dict[str, Any]:
    """The options of the training that was saved in a folder.

    Raises PieceError (MV623) if there is none, or it cannot be used.
    """
    path = folder / RESUME
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if not 0 < size < 1 << 20:
                raise ValueError("its header is too long")
            said = json.loads(json.loads(file.read(size))["__metadata__"][_KEY])
        wanted = {"step": int, "steps": int, "seed": int, "size": int, "model": str, "corpus": str}
        if not all(type(said[key]) is kind for key, kind in wanted.items()):
            raise ValueError("a value is missing")
        if not 0 <= said["step"] <= said["steps"] <= 1 << 31 or said["model"] not in ("glo", "vae"):
            raise ValueError("a value is out of range")
        said["seconds"] = float(said["seconds"])
        return dict(said)
    except FileNotFoundError as error:
        raise _cannot_resume(path, "there is no training to continue", "leave out --resume") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _cannot_resume(
            path, "it is not what a training saved", "train again, with --replace"
        ) from error


def resumed(corpus: Corpus, options: Options, folder: Path) -> Training:
    """A training as it was saved.

    Raises PieceError (MV623) where it was another one: other pictures, another model, size or seed.
    """
    path, said = folder / RESUME, saved_options(folder)
    for key, here, what in (
        ("model", options.model, "model"),
        ("size", options.size_px, "size"),
        ("seed", options.seed, "seed"),
        ("corpus", corpus.digest, "pictures"),
    ):
        if said[key] != here:
            why = f"it began with other {what}" if key == "corpus" else f"its {what} is {said[key]}"
            raise _cannot_resume(path, why, "use the same settings, or train again with --replace")
    training = Training.begun(corpus, options)
    if path.stat().st_size > 4 * MOST_TENSOR_BYTES:
        raise _cannot_resume(path, "it is too large", "train again, with --replace")
    named = training.learner.parameters()
    shapes = {
        f"{kind}.{n}": tuple(p.shape) for n, p in named.items() for kind in ("at", "exp_avg", "exp_avg_sq")
    }
    found = tensors_in(path.read_bytes(), path, shapes | {"losses": (said["step"],)})
    training.losses = found["losses"].tolist()
    training.step, training.seconds = said["step"], said["seconds"]
    with torch.no_grad():
        for name, parameter in named.items():
            parameter.copy_(found[f"at.{name}"])
            if training.step:
                training.optimiser.state[parameter] = {
                    "step": torch.tensor(float(training.step)),
                    "exp_avg": found[f"exp_avg.{name}"].to(parameter.device),
                    "exp_avg_sq": found[f"exp_avg_sq.{name}"].to(parameter.device),
                }
    return training


def save_model(training: Training, folder: Path, name: str, figures: dict[str, float]) -> None:
    """The files that a film needs. model.json comes last: it tells whether the others are its own."""
    corpus, options = training.corpus, training.options
    codes = training.codes()
    labels = tensor_of(corpus.labels)
    mean, factor = training.learner.density(codes, labels, len(corpus.classes))
    decoder = {key: tensor.detach() for key, tensor in training.learner.decoder.state_dict().items()}
    digests = {
        DECODER: _write(folder / DECODER, decoder),
        CODES: _write(
            folder / CODES, {"codes": codes, "labels": labels.float(), "mean": mean, "factor": factor}
        ),
    }
    said = {
        "musicvis_model": MODEL_VERSION,
        "name": name,
        "model": options.model,
        "size": options.size_px,
        "code": CODE,
        "classes": list(corpus.classes),
        "frames": len(corpus),
        "sha256": digests,
        "steps": training.step,
        "seed": options.seed,
        **{key: round(value, 4) for key, value in figures.items()},
    }
    with published(folder / MODEL) as partial:
        partial.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def model_folder(folder: Path) -> None:
    """Make the folder of a model. Raises OSError, PieceError for a link."""
    make_folders(folder)


def _write(path: Path, tensors: dict[str, Tensor], said: dict[str, str] | None = None) -> str:
    """A safetensors file; the SHA-256 of its bytes."""
    from safetensors.torch import save

    plain = {name: tensor.float().cpu().contiguous().clone() for name, tensor in sorted(tensors.items())}
    data = save(plain, said)
    with published(path) as partial:
        partial.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _cannot_resume(path: Path, why: str, hint: str) -> PieceError:
    message = f"the training in {path.parent} cannot continue: {why}"
    return PieceError([Diagnostic("MV623", Span(str(path)), message, hint)])
