"""The source of a film's images: the availability of weights, and the size of images; no torch."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ...compiler.plan import GROUND
from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ...dsl.model.generators import GROUP, GeneratorKind, kind_named
from ..picture.mirror import strips_for

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan

TAKES_WEIGHTS = ("auto", "biggan")
"""The generators whose pictures may come from weights of BigGAN."""


def kind_of(picture: PicturePlan) -> GeneratorKind | None:
    """The kind that a program registered or a package installed; None for what musicvis makes itself."""
    kind = kind_named(picture.generator)
    return kind if kind is not None and kind.make is not None else None


def is_cached(picture: PicturePlan) -> bool:
    """Whether the images may be cached; a generator without a version has no key for them."""
    kind = kind_of(picture)
    return kind is None or bool(kind.version)


def check_everywhere(picture: PicturePlan) -> None:
    """Raises PieceError for a generator that other machines cannot make."""
    if not is_found_everywhere(picture):
        message = f"the generator {picture.generator} is registered in this program alone"
        hint = f"bring it by an entry point of the group {GROUP}, or leave out --ray"
        raise PieceError([Diagnostic("MV617", THE_MANIFEST, message, hint)])


def is_found_everywhere(picture: PicturePlan) -> bool:
    """Whether another process can make the generator; it cannot if this program registered it."""
    kind = kind_of(picture)
    return kind is None or kind.is_installed


def weights_for(picture: PicturePlan) -> tuple[Path | None, str]:
    """The folder of weights for a picture; or None, with what is missing and how to get it, in words.

    Weights with a name are a folder of the piece, or in the user's own store; without a name the store is
    searched for the piece's resolution, or the next above, whose images are made smaller.
    """
    from .biggan.library import ENVIRONMENT, entries, library_if_any

    library = library_if_any()
    if picture.weights is not None:
        named = named_weights(picture.weights)
        if named is not None:
            return named, ""
        missing = f"there are no weights of BigGAN in {picture.weights}"
        if library is None:
            return None, f"{missing}, and no home folder with weights of that name; {ENVIRONMENT} names one"
        return None, f"{missing}, nor of that name in {library}"
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
    """Raises PieceError if a generator's weights are missing, or are not those that the piece pins."""
    if picture.generator.startswith(f"{GROUND} "):
        return
    if picture.generator not in TAKES_WEIGHTS:
        if picture.generator != "embedded" and kind_of(picture) is None:
            if picture.weights is None:
                raise unknown_here(picture)
            from .trained.files import check_files

            check_files(picture)
        return
    folder, missing = weights_for(picture)
    if folder is None and picture.generator == "biggan":
        raise no_weights(missing, picture.resolution)
    if folder is not None and picture.weights_sha256 is not None:
        from .biggan.weights import check_pin

        check_pin(folder, picture.weights_sha256)


def named_weights(folder: Path) -> Path | None:
    """The folder of weights that a piece names: its own, or the one of that name in the user's store."""
    from .biggan.library import entry_named, library_if_any

    if folder.is_dir():
        return folder
    entry = entry_named(folder.name, library_if_any())
    return None if entry is None else entry.folder


def image_size(picture: PicturePlan) -> tuple[int, int]:
    """Height and width of the images: the resolution, square, or as wide as the film where they fill it."""
    if picture.frame != "fill":
        return picture.resolution, picture.resolution
    return picture.resolution, max(
        1, round(picture.resolution * Fraction(picture.width_px, picture.height_px))
    )


def stage_size(picture: PicturePlan) -> tuple[int, int]:
    """Height and width of a picture of layers: the whole film, as sharp as an image is."""
    height_px, width_px = image_size(picture)
    if picture.frame != "mirror":
        return height_px, width_px
    strips = strips_for(height_px, width_px, Fraction(picture.width_px, picture.height_px))
    return strips.top_px + height_px + strips.bottom_px, 2 * (width_px + strips.side_px)


def unknown_here(picture: PicturePlan) -> PieceError:
    """The error for a generator that this machine does not know."""
    hint = "install the package that brings it on every machine that renders"
    message = f"no generator is called {picture.generator} here"
    return PieceError([Diagnostic("MV613", THE_MANIFEST, message, hint)])


def no_weights(missing: str, resolution: int) -> PieceError:
    """The error for a film that asks for BigGAN by name and has no weights."""
    hint = f"type: musicvis weights fetch biggan-deep-{resolution}, or write generator: auto"
    message = f"BigGAN is asked for, but {missing.split('; to get')[0]}"
    return PieceError([Diagnostic("MV902", THE_MANIFEST, message, hint)])
