"""Frames as picture files: one in the film's own size, or many side by side on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from ...store.writing import published
from .stills import stills

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ..generators.protocol import Generator

CELL_PX = 480
"""The longer side of a frame on a sheet."""
GAP_PX = 8
JPEG_QUALITY = 92


def write_stills(
    picture: PicturePlan,
    numbers: Sequence[int],
    output: Path,
    root: Path | None = None,
    generator: Generator | None = None,
) -> None:
    """Writes a single frame, or several as a contact sheet, read from left to right; .png or .jpg.

    root        the folder of the piece, in which nothing is written through a link
    generator   in place of the one that the picture names

    Raises PieceError where the generator cannot run, OSError where the file cannot be written.
    """
    if generator is None:
        from ..generators.choose import choose_generator, device_named
        from ..generators.sources import check_weights

        check_weights(picture)
        generator, _ = choose_generator(picture, device_named("auto"))
    frames = [Image.fromarray(next(stills(picture, generator, k, k + 1))) for k in numbers]
    image = frames[0] if len(frames) == 1 else sheet(frames)
    with published(output, root) as partial:
        if output.suffix.lower() == ".png":
            image.save(partial)
        else:
            image.save(partial, quality=JPEG_QUALITY)


def sheet(frames: Sequence[Image.Image]) -> Image.Image:
    """Frames of one size side by side, made smaller, on black."""
    scale = min(1.0, CELL_PX / max(frames[0].size))
    width_px, height_px = (max(1, round(side * scale)) for side in frames[0].size)
    # As many columns as make the sheet about as wide as 16:9.
    columns = min(len(frames), max(1, ceil(sqrt(len(frames) * 16 / 9 * height_px / width_px))))
    rows = ceil(len(frames) / columns)
    whole = Image.new("RGB", (columns * (width_px + GAP_PX) + GAP_PX, rows * (height_px + GAP_PX) + GAP_PX))
    for number, frame in enumerate(frames):
        small = frame if scale == 1.0 else frame.resize((width_px, height_px), Image.Resampling.LANCZOS)
        row, column = divmod(number, columns)
        whole.paste(small, (GAP_PX + column * (width_px + GAP_PX), GAP_PX + row * (height_px + GAP_PX)))
    return whole
