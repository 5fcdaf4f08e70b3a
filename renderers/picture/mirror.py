"""The mirrored format: a square and its reflection, their edges folded out until the film is filled."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# The format of the first mirrored films: of 512 rows, 73 are folded out above and 90 below, so that a subject
# in the middle of the square is a little high, and at 16:9 the sides get 88 columns each.
TOP, BOTTOM, OF = 73, 90, 512


@dataclass(frozen=True, slots=True)
class Strips:
    """The sizes of the mirrored strips: rows above and below, columns on each side."""

    top_px: int
    bottom_px: int
    side_px: int


def strips_for(height_px: int, width_px: int, aspect: Fraction) -> Strips:
    """The strips that bring an image of that size, doubled to the right, to the aspect width / height.

    The strips above and below keep their share of the height, and the sides take what is missing; where the
    film is so narrow that nothing is missing at the sides, the strips above and below grow instead.
    """
    doubled_px = 2 * width_px
    top_px, bottom_px = (round(Fraction(height_px * rows, OF)) for rows in (TOP, BOTTOM))
    side_px = round((aspect * (height_px + top_px + bottom_px) - doubled_px) / 2)
    if side_px >= 0:
        return Strips(top_px, bottom_px, side_px)
    missing_px = max(0, round(doubled_px / aspect) - height_px)
    top_px = round(Fraction(missing_px * TOP, TOP + BOTTOM))
    return Strips(top_px, missing_px - top_px, 0)


def mirrored(images: torch.Tensor, strips: Strips) -> torch.Tensor:
    """Images (n, c, height, width) of any type, doubled to the right and folded out: each edge is a mirror.

    returns   (n, c, top + height + bottom, side + 2·width + side)
    """
    import torch

    doubled = torch.cat([images, images.flip(3)], 3)
    tall = _folded_out(doubled, strips.top_px, strips.bottom_px, 2)
    return _folded_out(tall, strips.side_px, strips.side_px, 3)


def _folded_out(images: torch.Tensor, before_px: int, after_px: int, axis: int) -> torch.Tensor:
    """The image between strips of itself, reflected about its first and last line, those lines repeated."""
    import torch

    length_px = images.shape[axis]
    if max(before_px, after_px) <= length_px:
        before = images.narrow(axis, 0, before_px).flip(axis)
        after = images.narrow(axis, length_px - after_px, after_px).flip(axis)
        return torch.cat([before, images, after], axis)
    # A strip longer than the image is a strip between two mirrors. Gathering is slower than joining strips.
    lines = torch.arange(-before_px, length_px + after_px, device=images.device) % (2 * length_px)
    return images.index_select(axis, torch.minimum(lines, 2 * length_px - 1 - lines))
