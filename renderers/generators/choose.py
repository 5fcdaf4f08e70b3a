"""Which generator makes the picture: BigGAN where its weights are, else the embedded one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...dsl.diagnostics import Diagnostic, PieceError
from ...dsl.span import Span

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from .biggan.precision import Computing
    from .protocol import Generator

GENERATORS = ("auto", "embedded", "biggan")

# In the mirrored format a subject in the middle becomes twins; moved onto the seam it becomes one.
PAN_ONTO_SEAM = (0.8, 0.0)


def choose_generator(
    picture: PicturePlan, device: torch.device, computing: Computing | None = None
) -> tuple[Generator, str]:
    """The generator of a film, and one line that says which it is and why.

    computing   how a network is computed; None for the usual

    Raises PieceError where BigGAN is asked for or its weights are there, and it cannot run.
    """
    match picture.generator:
        case "embedded":
            return _embedded(picture, device, "")
        case "biggan" | "auto":
            folder, missing = weights_for(picture)
            if folder is not None:
                return _biggan(picture, folder, device, computing)
            if picture.generator == "biggan":
                raise PieceError([_no_weights(missing, picture.resolution)])
            return _embedded(picture, device, f"; {missing}")
        case other:
            raise ValueError(f"generator must be one of {', '.join(GENERATORS)}, not {other}")


def weights_for(picture: PicturePlan) -> tuple[Path | None, str]:
    """The folder of weights for a picture; or None, and in words what is missing and how to get it.

    Weights with a name are a folder of the piece, or in the user's own store; without a name the store is
    searched for the piece's resolution, or the next above, whose images are made smaller.
    """
    from .biggan.library import entries, entry_named, library_folder

    library = library_folder()
    if picture.weights is not None:
        if picture.weights.is_dir():
            return picture.weights, ""
        entry = entry_named(picture.weights.name, library)
        if entry is not None:
            return entry.folder, ""
        return None, f"there are no weights of BigGAN in {picture.weights}, nor of that name in {library}"
    found = sorted(entries(library), key=lambda entry: entry.resolution_px)
    for entry in found:
        if entry.resolution_px >= picture.resolution:
            return entry.folder, ""
    if found:
        largest = found[-1]
        return None, (
            f"the weights {largest.name} make {largest.resolution_px} pixels: for them, write "
            f"visuals.resolution: {largest.resolution_px}"
        )
    fetch = f"musicvis weights fetch biggan-deep-{picture.resolution}"
    return None, f"there are no weights of BigGAN; to get them, type: {fetch}"


def image_size(picture: PicturePlan) -> tuple[int, int]:
    """Height and width of the images: the resolution, square, or as wide as the film where they fill it."""
    if picture.frame != "fill":
        return picture.resolution, picture.resolution
    return picture.resolution, max(
        1, round(picture.resolution * Fraction(picture.width_px, picture.height_px))
    )


def device_named(name: str) -> torch.device:
    """`auto` is the first GPU that torch can use, else the CPU.

    Raises PieceError for a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise PieceError([_no_device(name, str(error).split("\n")[0].rstrip("."))]) from error
    if device.type not in ("cpu", "cuda"):
        raise PieceError([_no_device(name, "it is neither a CPU nor a CUDA device")])
    return device


def _embedded(picture: PicturePlan, device: torch.device, why: str) -> tuple[Generator, str]:
    from .embedded.painter import EmbeddedGenerator

    height_px, width_px = image_size(picture)
    pan = PAN_ONTO_SEAM if picture.frame == "mirror" else (0.0, 0.0)
    generator = EmbeddedGenerator(picture.generator_seed, (height_px, width_px), device, pan)
    return generator, f"picture by the embedded generator, {width_px}x{height_px} on {device}{why}"


def _biggan(
    picture: PicturePlan, folder: Path, device: torch.device, computing: Computing | None
) -> tuple[Generator, str]:
    from .biggan.architecture import read_architecture
    from .biggan.generator import BigGan

    side_px = read_architecture(folder).output_dim
    if side_px < picture.resolution:
        raise PieceError([_too_small(folder, side_px, picture.resolution)])
    generator = BigGan(folder, picture.resolution, device, computing, picture.weights_sha256)
    shrunk = f", made {picture.resolution}x{picture.resolution}" if side_px > picture.resolution else ""
    return generator, (
        f"picture by BigGAN from {folder}, {side_px}x{side_px}{shrunk} on {device}, "
        f"{generator.computing_said}; for the other, write generator: embedded"
    )


def _no_device(name: str, reason: str) -> Diagnostic:
    hint = "use --device auto, cpu or cuda"
    return Diagnostic("MV901", Span("--device"), f"{name} cannot be used: {reason}", hint)


def _no_weights(missing: str, resolution: int) -> Diagnostic:
    hint = f"type: musicvis weights fetch biggan-deep-{resolution}, or write generator: auto"
    message = f"BigGAN is asked for, but {missing.split('; to get')[0]}"
    return Diagnostic("MV902", Span("piece.yaml"), message, hint)


def _too_small(folder: Path, side_px: int, resolution: int) -> Diagnostic:
    message = f"these weights make {side_px} pixels, but visuals.resolution is {resolution}"
    hint = f"write resolution: {side_px}, or type: musicvis weights fetch biggan-deep-{resolution}"
    return Diagnostic("MV902", Span(str(folder)), message, hint)
