"""From noise and class weights to the codes that a decoder takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from .files import Model

LEAST_TRUNCATION = 0.02
"""The least that a manifest can say."""
EMPTY_SHARE = 0.02
"""The sum of all class weights at which half of the image is the mean of all classes."""

WIDTH = 0.15
"""The kernel width around a learned picture, in units of the distance from one to the next."""


class Codes:
    """The codes of the pictures that were learned, as a density from which noise draws new ones."""

    def __init__(self, model: Model, device: torch.device) -> None:
        self._codes = model.codes.to(device)
        self._labels = model.labels.to(device)
        self._mean = model.mean.to(device)
        self._factor = torch.tril(model.factor.to(device))
        self._most = math.sqrt(self._codes.shape[1])
        self._width = WIDTH * _spacing(self._codes)

    def of(self, noise: Tensor, classes: Tensor, truncation: Tensor) -> tuple[Tensor, Tensor]:
        """The codes (n, code) and class weights (n, k), which sum to 1, of some rows.

        A code is mean + factor · noise, mixed by the weights of the classes, and then drawn by the share
        1 - truncation towards the codes of real pictures that are near: single codes far from all pictures
        show ghosts. So the noise, which comes scaled by the truncation, has its own size first: its middle is
        not a picture. Near codes count by exp(-d²/2w²), so that nothing jumps where another one gets nearest.
        """
        shares = normalised(classes)
        whole = noise / truncation.clamp(LEAST_TRUNCATION, 1.0)[:, None]
        spread = torch.einsum("nk,kij,nj->ni", shares, self._factor, whole)
        codes = shares @ self._mean + spread
        towards = (1.0 - truncation).clamp(0.0, 1.0)[:, None]
        if bool((towards > 0).any()):
            far = torch.cdist(codes, self._codes, compute_mode="donot_use_mm_for_euclid_dist")
            seen = shares[:, self._labels].clamp_min(1e-12).log()
            near = torch.softmax(seen - far.square() / (2.0 * self._width**2), dim=1) @ self._codes
            codes = codes + towards * (near - codes)
        length = codes.norm(dim=1, keepdim=True)
        return codes * (self._most / length.clamp_min(1e-12)).clamp(max=1.0), shares


def normalised(classes: Tensor) -> Tensor:
    """Class weights that sum to 1; rows of little weight fade to equal shares of all classes."""
    classes = classes.clamp_min(0.0)
    count = classes.shape[1]
    return (classes + EMPTY_SHARE / count) / (classes.sum(1, keepdim=True) + EMPTY_SHARE)


def _spacing(codes: Tensor) -> float:
    """The median distance from a code to the one nearest to it; of many, for the first 2000."""
    some = codes[:2000]
    if len(some) < 2:
        return 1.0
    far = torch.cdist(some, some)
    far.fill_diagonal_(torch.inf)
    return max(float(far.min(1).values.median()), 1e-3)
