"""The quality of a model, measured and expected: PSNR and sharpness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as nnf
from torch import Tensor

if TYPE_CHECKING:
    from .train import Training

LOOKED_AT = 512
"""The number of frames, evenly spread, on which the figures are measured."""

# Measured: 451 frames of three films at 64 px after 580 and 1593 steps of 16 frames, at 128 px after 685.
# What counts are the steps: 79 painted frames of 64 px, after 700 steps, were seen six times as often and
# were no better than the films.
_STEPS = (580.0, 1593.0)
_SHARP = (0.38, 0.60)
_PSNR_DB = (23.8, 27.3)
_FRAMES, _BATCH = 451, 16
_LOST_A_DOUBLING = 0.125
_LOST_DB_A_DOUBLING = 0.8


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected quality of a training, estimated from four measured ones."""

    passes: float
    sharpness: float
    psnr_db: float

    @property
    def words(self) -> str:
        """A description of how that looks."""
        if self.sharpness < 0.35:
            return "blurred, colours and places right"
        if self.sharpness < 0.55:
            return "soft, subjects clear"
        return "soft at the edges" if self.sharpness < 0.8 else "nearly as sharp as the frames"


def expected(frame_count: int, steps: int, batch: int, size_px: int) -> Expected:
    """The figures to expect: they grow with the logarithm of the steps, and fall with each doubling.

    More frames than were measured are taken to need as many more steps.
    """
    passes = steps * batch / frame_count
    worth = steps * batch / _BATCH * min(1.0, _FRAMES / frame_count)
    along = math.log(max(worth, 1.0) / _STEPS[0]) / math.log(_STEPS[1] / _STEPS[0])
    doublings = math.log2(size_px / 64)
    sharp = _SHARP[0] + along * (_SHARP[1] - _SHARP[0]) - doublings * _LOST_A_DOUBLING
    psnr_db = _PSNR_DB[0] + along * (_PSNR_DB[1] - _PSNR_DB[0]) - doublings * _LOST_DB_A_DOUBLING
    return Expected(passes, min(max(sharp, 0.05), 0.9), min(max(psnr_db, 12.0), 35.0))


def measured(training: Training) -> dict[str, float]:
    """PSNR in dB of the frames as they are decoded, their sharpness beside the frames' own, loss, seconds."""
    count = len(training.corpus)
    rows = torch.linspace(0, count - 1, min(count, LOOKED_AT)).long()
    codes = training.codes()[rows]
    made = training.decoded(codes, training.classes(rows).cpu())
    wanted = training.frames(rows).cpu()
    error = float(nnf.mse_loss(made, wanted))
    recent = training.losses[-50:] or [float("inf")]
    return {
        "loss": sum(recent) / len(recent),
        "psnr_db": 10.0 * math.log10(4.0 / max(error, 1e-12)),
        "sharpness": sharpness(made) / max(sharpness(wanted), 1e-9),
        "seconds": training.seconds,
    }


def sharpness(images: Tensor) -> float:
    """The mean absolute Laplacian of the grey of images."""
    kernel = images.new_tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])[None, None]
    return float(nnf.conv2d(images.mean(1, keepdim=True), kernel).abs().mean())
