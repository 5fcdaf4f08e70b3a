"""A sheet of all motifs: each as the embedded generator draws it, plain and in the mirrored format."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ....dsl.values.subjects import DRAWN, Subject, subject_count, subjects
from ....store.writing import published
from ...picture.mirror import mirrored, strips_for
from ..protocol import NOISE_SIZE
from .motifs.catalogue import MOTIFS
from .painter import EmbeddedGenerator

if TYPE_CHECKING:
    from PIL.Image import Image

HEIGHT_PX, LABEL_PX, COLUMNS = 80, 14, 6
WIDE = Fraction(16, 9)
PAN = (0.8, 0.0)
"""The pan of the mirrored format."""
PAINTED_PX = 2 * HEIGHT_PX
SEED = 7
SPREAD = 0.6
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def write_sheet(file: Path, height_px: int = HEIGHT_PX) -> int:
    """Draw all motifs into a .png or .jpg, which appears whole or not at all; returns how many they are.

    Raises ValueError for another kind of file, OSError where it cannot be written.
    """
    if file.suffix.lower() not in FORMATS:
        raise ValueError("a sheet is a .png or .jpg file")
    shown = examples()
    picture = sheet(shown, height_px)
    with published(file) as partial:
        picture.save(partial, format=FORMATS[file.suffix.lower()], quality=70, optimize=True)
    return len(shown)


def examples() -> list[Subject]:
    """One drawn class of each motif, in the catalogue's order; ImageNet's where it has one."""
    first: dict[str, Subject] = {}
    for subject in subjects().values():
        if subject.look == DRAWN:
            first.setdefault(subject.motif, subject)
    return [first[motif.name] for motif in MOTIFS if motif.name in first]


def sheet(shown: list[Subject], height_px: int) -> Image:
    """Cells in rows: a square picture, the same mirrored, the class's name below."""
    from PIL import Image, ImageDraw, ImageFont

    wide_px = round(height_px * WIDE)
    cell = height_px + wide_px + 4, height_px + LABEL_PX
    rows = -(-len(shown) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * cell[0], rows * cell[1]), (24, 24, 26))
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(10)
    side_px = max(PAINTED_PX, height_px)
    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn(1, NOISE_SIZE, generator=generator).clamp(-2, 2) * SPREAD
    plain = EmbeddedGenerator(0, (side_px, side_px))
    folded = EmbeddedGenerator(0, (side_px, side_px), pan=PAN, mirrored=True)
    strips = strips_for(side_px, side_px, WIDE)
    for number, subject in enumerate(shown):
        row, column = divmod(number, COLUMNS)
        left, top = column * cell[0], row * cell[1]
        classes = torch.zeros(1, subject_count())
        classes[0, subject.index] = 1
        square = _picture(plain.images(noise, classes), (height_px, height_px))
        wide = _picture(mirrored(folded.images(noise, classes), strips), (wide_px, height_px))
        whole.paste(square, (left, top))
        whole.paste(wide, (left + height_px + 1, top))
        draw.text((left + 2, top + height_px), subject.names[0], (225, 225, 220), font)
    return whole


def _picture(images: torch.Tensor, size_px: tuple[int, int]) -> Image:
    from PIL import Image

    values = images[0].mul(0.5).add(0.5).mul(255).round().byte().permute(1, 2, 0)
    return Image.fromarray(values.contiguous().numpy()).resize(size_px, Image.Resampling.LANCZOS)
