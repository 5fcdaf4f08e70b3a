"""The identity of a generator: what an image depends on besides its vectors, as a short key, without torch.

Two films whose generators have the same identity may share their segments. The exact processor and the number
of threads are not in it: they move a float by less than what 8 bits can tell.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...compiler.plan import GROUND
from ...store.packages import packages
from ..encoding import X264

if TYPE_CHECKING:
    from pathlib import Path

    from ...compiler.plan import PicturePlan

GROUND_VERSION = 1
"""Raised when a change changes what a ground of one colour looks like."""
EMBEDDED_VERSION = 5
"""Raised when a change of the embedded generator, or of how frames are finished, changes a picture."""
LAYERS_VERSION = 3
"""Raised when a change of how the embedded generator fuses layers changes a picture of layers alone."""
BIGGAN_VERSION = 3
"""Raised when a change of our network changes a picture."""

TRAINED_VERSION = 1
"""Raised when a change of ours changes what a trained model shows."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings for making and encoding images, the same for a whole film; sent to other machines.

    device      cpu, cuda or cuda:N; already decided, never auto
    precision   of a network: fp32, bf16 or auto
    backend     of a network: torch, openvino or auto
    codec       of the picture: libx264, h264_nvenc, or a name of `encoding.CODECS`
    """

    device: str
    precision: str = "auto"
    backend: str = "auto"
    codec: str = X264


def decided_device(asked: str) -> str:
    """The device for `auto`, cpu or cuda, or the one that is asked for; torch is loaded only for a GPU.

    Raises PieceError for a device that is not there.
    """
    if asked == "cpu":
        return asked
    if asked == "auto":
        try:
            ctypes.CDLL("libcuda.so.1")
        except OSError:
            return "cpu"
    from .choose import device_named

    return str(device_named(asked))


def generator_identity(picture: PicturePlan, recipe: Recipe) -> str:
    """The identity of the generator that makes the images of a picture.

    Raises PieceError where BigGAN is asked for and cannot run, or the generator is not known here.
    """
    from .sources import TAKES_WEIGHTS, kind_of, no_weights, unknown_here, weights_for

    kind = picture.generator
    if kind.startswith(f"{GROUND} "):
        return f"{kind} {GROUND_VERSION}"
    device = recipe.device.split(":")[0]
    if kind not in ("embedded", *TAKES_WEIGHTS):
        named = kind_of(picture)
        if named is None:
            if picture.weights is None:
                raise unknown_here(picture)
            from .trained.files import check_files

            model = check_files(picture).identity
            return f"trained {TRAINED_VERSION}: {model} on {device}; {packages('torch')}"
        said = f"seed {picture.generator_seed} on {device}; {packages('torch')}"
        return f"generator {kind} {named.version or 'without a version'}: {said}"
    if kind != "embedded":
        folder, missing = weights_for(picture)
        if folder is not None:
            return f"biggan {BIGGAN_VERSION}: {_network(folder, recipe)}"
        if kind == "biggan":
            raise no_weights(missing, picture.resolution)
    version = f"{EMBEDDED_VERSION}, layers {LAYERS_VERSION}" if picture.streams else f"{EMBEDDED_VERSION}"
    return f"embedded {version}: seed {picture.generator_seed} on {device}; {packages('torch')}"


def _network(folder: Path, recipe: Recipe) -> str:
    import torch

    from .biggan.precision import backend_for, dtype_for
    from .biggan.weights import sha256_of, weight_file

    device = torch.device(recipe.device)
    backend = backend_for(recipe.backend, device)
    precision = str(dtype_for(recipe.precision, device)).removeprefix("torch.")
    computed = packages("torch", *(["openvino"] if backend == "openvino" else []))
    return f"weights {sha256_of(weight_file(folder))}, {precision} by {backend} on {device.type}; {computed}"
