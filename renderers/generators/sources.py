"""Where the images of a film come from: whether there are weights, and how large images are; no torch."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan

GENERATORS = ("auto", "embedded", "biggan")


def weights_for(picture: PicturePlan) -> tuple[Path | None, str]:
    """The folder of weights for a picture; or None, and in words what is missing and how to get it.

    Weights with a name are a folder of the piece, or in the user's own store; without a name the store is
    searched for the piece's resolution, or the next above, whose images are made smaller.
    """
    from .biggan.library import entries, library_folder

    library = library_folder()
    if picture.weights is not None:
        named = named_weights(picture.weights)
        if named is not None:
            return named, ""
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


def check_weights(picture: PicturePlan) -> None:
    """Raises PieceError where BigGAN is asked for by name or by its hash and its weights are not these."""
    if picture.generator == "embedded":
        return
    folder, missing = weights_for(picture)
    if folder is None and picture.generator == "biggan":
        raise no_weights(missing, picture.resolution)
    if folder is not None and picture.weights_sha256 is not None:
        from .biggan.weights import check_pin

        check_pin(folder, picture.weights_sha256)


def named_weights(folder: Path) -> Path | None:
    """The folder of weights that a piece names: its own, or the one of that name in the user's store."""
    from .biggan.library import entry_named, library_folder

    if folder.is_dir():
        return folder
    entry = entry_named(folder.name, library_folder())
    return None if entry is None else entry.folder


def image_size(picture: PicturePlan) -> tuple[int, int]:
    """Height and width of the images: the resolution, square, or as wide as the film where they fill it."""
    if picture.frame != "fill":
        return picture.resolution, picture.resolution
    return picture.resolution, max(
        1, round(picture.resolution * Fraction(picture.width_px, picture.height_px))
    )


def no_weights(missing: str, resolution: int) -> PieceError:
    """What stops a film that asks for BigGAN by name."""
    hint = f"type: musicvis weights fetch biggan-deep-{resolution}, or write generator: auto"
    message = f"BigGAN is asked for, but {missing.split('; to get')[0]}"
    return PieceError([Diagnostic("MV902", THE_MANIFEST, message, hint)])
