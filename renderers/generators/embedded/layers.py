"""From the weights of all classes to the few layers that are painted, without a jump anywhere."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .looks import VOID_CLASS

MOST_CLASSES = 5
# The smallest weight that is painted, and the floor of the renormaliser: below it, classes leave room
# for void.
SMALLEST_WEIGHT = 0.02
RENORMALISER_FLOOR = 0.25
VOID_SHARE = 0.6


class Layers(NamedTuple):
    """The layers of n frames: up to five classes, and the void."""

    normalised: Tensor
    """Weights of all classes, sum at most 1: shape (n, classes)."""
    weights: Tensor
    """Shape (n, 6)."""
    classes: Tensor
    """The class of each layer: shape (n, 6); the last is the void."""


def layers_of(classes: Tensor) -> Layers:
    """classes: shape (n, classes), any numbers; negative ones count as 0.

    A class enters and leaves the five heaviest with weight 0, as the sixth weight is taken from all of
    them. Sums below 1 leave room for the void, and so do many equal classes.
    """
    positive = classes.clamp(min=0)
    normalised = positive / positive.sum(1, keepdim=True).clamp(min=1.0)
    total = normalised.sum(1, keepdim=True)
    values, numbers = torch.topk(normalised, MOST_CLASSES + 1, dim=1)
    above = (values[:, :-1] - values[:, -1:].clamp(min=SMALLEST_WEIGHT)).clamp(min=0)
    norm = torch.maximum(above.sum(1, keepdim=True), RENORMALISER_FLOOR * total).clamp(min=1e-6)
    weights = above / norm * total
    void = VOID_SHARE * (1 - weights.sum(1, keepdim=True)).clamp(min=0)
    void_class = torch.full_like(numbers[:, :1], VOID_CLASS)
    return Layers(normalised, torch.cat([weights, void], 1), torch.cat([numbers[:, :-1], void_class], 1))
