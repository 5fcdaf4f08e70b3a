"""Fades: the levels above black, scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def faded(levels: torch.Tensor, brightness: torch.Tensor) -> torch.Tensor:
    """Levels above black (n, c, h, w), each image scaled by its brightness (n,): 0 black, 1 unchanged.

    Y'CbCr is linear in R'G'B', so that this equals a fade of the displayed R'G'B' values.
    """
    if bool((brightness == 1).all()):
        return levels
    return levels * brightness.to(levels)[:, None, None, None]
