"""A generator of one colour: the background of titles and lights without a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ...compiler.plan import GROUND

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan

ALPHA = "alpha"
"""A transparent ground: painted black, and again white, to find the alpha of what covers it."""


def ground_of(picture: PicturePlan) -> str | None:
    """The ground of a picture, #RRGGBB or alpha; None where a generator paints it."""
    kind, _, ground = picture.generator.partition(" ")
    return ground if kind == GROUND else None


class Ground:
    """One colour for each image: a `Generator`."""

    def __init__(self, ground: str, size_px: tuple[int, int], device: torch.device) -> None:
        """ground   #RRGGBB; alpha is black"""
        self.size_px, self.device = size_px, device
        color = "#000000" if ground == ALPHA else ground
        levels = [2.0 * int(color[k : k + 2], 16) / 255.0 - 1.0 for k in (1, 3, 5)]
        self._color = torch.tensor(levels, dtype=torch.float32, device=device)[None, :, None, None]

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Images in one colour, float32 (n, 3, height, width) in [-1, 1], one per row."""
        return self._color.expand(len(noise), -1, *self.size_px)
