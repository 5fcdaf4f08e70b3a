"""Chooses the generator: the one that the piece names; by default BigGAN or the embedded one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import Span
from .ground import Ground, ground_of
from .registered import made
from .sources import image_size, kind_of, no_weights, unknown_here, weights_for

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ...store.store import Store
    from .biggan.precision import Computing
    from .protocol import Generator

# In the mirrored format a subject in the middle becomes twins; moved onto the seam it becomes one.
PAN_ONTO_SEAM = (0.8, 0.0)


def choose_generator(
    picture: PicturePlan,
    device: torch.device,
    computing: Computing | None = None,
    store: Callable[[], Store] | None = None,
) -> tuple[Generator, str]:
    """The generator of a film, and one line that says which it is and why.

    computing   how a network is computed; None for the usual
    store       gives the store in which own videos are kept, decoded

    Raises PieceError where BigGAN is asked for or its weights are there, and it cannot run; and where no
    generator of that name is known here, or it is not what it promises.
    """
    ground = ground_of(picture)
    if ground is not None:
        return Ground(ground, image_size(picture), device), f"no picture: words and lights on {ground}"
    match picture.generator:
        case "embedded":
            return _embedded(picture, device, "", store)
        case "biggan" | "auto":
            folder, missing = weights_for(picture)
            if folder is not None:
                return _biggan(picture, folder, device, computing)
            if picture.generator == "biggan":
                raise no_weights(missing, picture.resolution)
            return _embedded(picture, device, f"; {missing}", store)
        case _:
            kind = kind_of(picture)
            if kind is not None:
                return made(kind, picture, device)
            if picture.weights is None:
                raise unknown_here(picture)
            return _trained(picture, picture.weights, device)


def device_named(name: str) -> torch.device:
    """`auto` is the first GPU that torch can use, else the CPU.

    Raises PieceError for a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise PieceError([_no_device(name, "PyTorch does not know a device of that name")]) from error
    # Checked first: for a backend that it was built without, torch raises a page of text.
    if device.type not in ("cpu", "cuda"):
        raise PieceError([_no_device(name, "it is neither a CPU nor a CUDA device")])
    if device.type == "cuda" and not torch.cuda.is_available():
        built = torch.version.cuda is not None
        why = "no NVIDIA card with a driver was found" if built else "this PyTorch was built without CUDA"
        raise PieceError([_no_device(name, why)])
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise PieceError([_no_device(name, str(error).split("\n")[0][:120].rstrip("."))]) from error
    return device


def _embedded(
    picture: PicturePlan, device: torch.device, why: str, store: Callable[[], Store] | None
) -> tuple[Generator, str]:
    from .embedded.painter import EmbeddedGenerator

    height_px, width_px = image_size(picture)
    mirrored = picture.frame == "mirror"
    pan = PAN_ONTO_SEAM if mirrored else (0.0, 0.0)
    generator = EmbeddedGenerator(
        picture.generator_seed,
        (height_px, width_px),
        device,
        pan,
        mirrored=mirrored,
        pictures=picture.pictures,
        store=store,
    )
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
        f"{generator.computing_said}; for the embedded generator, write generator: embedded"
    )


def _trained(picture: PicturePlan, folder: Path, device: torch.device) -> tuple[Generator, str]:
    from .trained.generator import TrainedGenerator

    height_px, width_px = picture.resolution, picture.resolution
    generator = TrainedGenerator(folder, (height_px, width_px), device)
    side_px = generator.description.size_px
    enlarged = f", made {width_px}x{height_px}" if side_px != picture.resolution else ""
    said = f"picture by {picture.generator} from {folder}, {side_px}x{side_px}{enlarged} on {device}"
    return generator, said


def _no_device(name: str, reason: str) -> Diagnostic:
    hint = "use --device auto, cpu or cuda"
    return Diagnostic("MV901", Span("--device"), f"{name} cannot be used: {reason}", hint)


def _too_small(folder: Path, side_px: int, resolution: int) -> Diagnostic:
    message = f"these weights make {side_px} pixels, but visuals.resolution is {resolution}"
    hint = f"write resolution: {side_px}, or type: musicvis weights fetch biggan-deep-{resolution}"
    return Diagnostic("MV902", Span(str(folder)), message, hint)
