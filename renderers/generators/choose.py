"""Which generator makes the picture: BigGAN where its weights are, else the embedded one."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import torch

from ...dsl.diagnostics import Diagnostic, PieceError
from ...dsl.span import Span

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from .protocol import Generator

GENERATORS = ("auto", "embedded", "biggan")

# In the mirrored format a subject in the middle becomes twins; moved onto the seam it becomes one.
PAN_ONTO_SEAM = (0.8, 0.0)


def choose_generator(picture: PicturePlan, device: torch.device) -> tuple[Generator, str]:
    """The generator of a film, and one line that says which it is and why.

    Raises PieceError where BigGAN is asked for or its weights are there, and it cannot run.
    """
    match picture.generator:
        case "biggan":
            if picture.weights is None:
                raise PieceError([_no_weights()])
            return _biggan(picture, device)
        case "embedded":
            return _embedded(picture, device, "")
        case "auto":
            if picture.weights is None:
                return _embedded(picture, device, "; for BigGAN, visuals.weights names its folder")
            if not picture.weights.is_dir():
                return _embedded(picture, device, f"; no weights of BigGAN in {picture.weights}")
            return _biggan(picture, device)
        case other:
            raise ValueError(f"generator must be one of {', '.join(GENERATORS)}, not {other}")


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


def _biggan(picture: PicturePlan, device: torch.device) -> tuple[Generator, str]:
    from .biggan import BigGan, truncation_of

    assert picture.weights is not None
    generator = BigGan(picture.weights, picture.resolution, device, truncation_of(picture.noise))
    return generator, (
        f"picture by BigGAN from {picture.weights}, {generator.network_size_px}x{generator.network_size_px} "
        f"on {device}, statistics of truncation {generator.truncation:g}"
    )


def _no_device(name: str, reason: str) -> Diagnostic:
    hint = "use --device auto, cpu or cuda"
    return Diagnostic("MV901", Span("--device"), f"{name} cannot be used: {reason}", hint)


def _no_weights() -> Diagnostic:
    return Diagnostic(
        "MV902",
        Span("piece.yaml"),
        "BigGAN is asked for, but visuals.weights names no folder",
        "name the folder that holds pytorch_model.bin and config.json, or write generator: auto",
    )
