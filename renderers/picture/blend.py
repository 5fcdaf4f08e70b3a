"""Mixes layers as finished images, for generators that paint one picture at a time.

Each image keeps its own light. It is where its layer is, and what is bright in it comes forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ...store.values.array_types import F32
from ..tensors import tensor_of

if TYPE_CHECKING:
    from .masks import Stage

GAMMA = 2.2
LUMA = (0.2126, 0.7152, 0.0722)


class Blend:
    """The images of some frames, mixed in linear light by their places and their brightness."""

    def __init__(self, count: int, stage: Stage, device: torch.device) -> None:
        self._stage = stage
        self._sum = torch.zeros(count, 3, stage.height_px, stage.width_px, device=device)
        self._total = torch.zeros(count, 1, stage.height_px, stage.width_px, device=device)

    def add(self, images: torch.Tensor, mask: F32, home: float, contrast: float) -> None:
        """Add the images of a layer.

        images     (n, 3, height, width) of the generator, float32 in [-1, 1], display sRGB
        mask       its share of each column of the stage, (n, width)
        home       where its subject is, -1..1
        contrast   how far what is bright in it comes forward
        """
        shown = (laid_out(images, self._stage, home) + 1) / 2
        luma = (shown * shown.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
        share = (luma * contrast).exp_() * tensor_of(mask, images.device)[:, None, None]
        self._sum.addcmul_(share, shown**GAMMA)
        self._total.add_(share)

    def images(self) -> torch.Tensor:
        """The mixed images, float32 in [-1, 1]."""
        return (self._sum / self._total) ** (1 / GAMMA) * 2 - 1


def laid_out(images: torch.Tensor, stage: Stage, home: float) -> torch.Tensor:
    """Images placed on the stage, the subject at its home; beyond their edges they are reflected."""
    height_px, width_px = images.shape[2:]
    columns = torch.arange(stage.width_px, device=images.device)
    if stage.is_mirrored:
        axis_px = stage.axis_px(home)
        # The right edge of an image is the mirror: so many columns away from it, to either side.
        away = torch.where(columns < axis_px, axis_px - 1 - columns, columns - axis_px)
        columns = width_px - 1 - _reflected(away, width_px)
    else:
        columns = _reflected(columns - round(home * stage.width_px / 2), width_px)
    rows = _reflected(torch.arange(stage.height_px, device=images.device) - stage.top_px, height_px)
    return images.index_select(2, rows).index_select(3, columns)


def _reflected(lines: torch.Tensor, length_px: int) -> torch.Tensor:
    """Lines of an image between two mirrors."""
    lines = lines % (2 * length_px)
    return torch.minimum(lines, 2 * length_px - 1 - lines)
