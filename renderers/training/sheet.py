"""The contact sheet of a training and the curve of its loss: what can be looked at while it runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ...dsl.findings.plain import counted
from ...store.writing import published
from ..tensors import tensor_of
from .learners import CODE
from .train import number_of

if TYPE_CHECKING:
    from .train import Training

COLUMNS = 12
GAP_PX = 4
LOSS_PX = (480, 240)


def write_sheet(training: Training, path: Path) -> None:
    """Rows: frames | the same decoded | samples of the classes | a walk between two frames of each of two."""
    corpus = training.corpus
    rows = torch.linspace(0, len(corpus) - 1, COLUMNS).round().long()
    codes = training.codes()
    labels = tensor_of(corpus.labels)
    strips = [training.frames(rows).cpu(), training.decoded(codes[rows], training.classes(rows).cpu())]
    strips.append(_samples(training, codes, labels))
    strips += [_walk(training, codes, labels, label) for label in range(min(2, len(corpus.classes)))]
    _write_image(torch.stack(strips), path)


def write_losses(training: Training, path: Path) -> None:
    """The loss of each step, smoothed, on a logarithmic scale."""
    from PIL import Image, ImageDraw

    width, height = LOSS_PX
    image = Image.new("RGB", (width, height), "white")
    losses = np.array(training.losses, np.float64)
    if losses.size > 1:
        window = max(1, losses.size // 100)
        smooth = np.convolve(losses, np.ones(window) / window, "valid")
        level = np.log10(np.maximum(smooth, 1e-9))
        low, span = level.min(), max(float(np.ptp(level)), 1e-9)
        x = np.linspace(8, width - 8, level.size)
        y = height - 24 - (level - low) / span * (height - 40)
        draw = ImageDraw.Draw(image)
        draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=(20, 60, 160), width=2)
        said = f"loss {smooth[0]:.3g} to {smooth[-1]:.3g} in {counted(losses.size, 'step')} (logarithmic)"
        draw.text((8, height - 16), said, fill=(0, 0, 0))
    with published(path) as partial:
        image.save(partial, "PNG")


def _samples(training: Training, codes: Tensor, labels: Tensor) -> Tensor:
    count = len(training.corpus.classes)
    mean, factor = training.learner.density(codes, labels, count)
    random = torch.Generator().manual_seed(number_of(training.options.seed, "sheet"))
    picked = torch.arange(COLUMNS) * count // COLUMNS
    noise = torch.randn(COLUMNS, CODE, generator=random)
    drawn = mean[picked] + torch.einsum("nij,nj->ni", factor[picked], noise)
    drawn *= (math.sqrt(CODE) / drawn.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp(max=1.0)
    return training.decoded(drawn, torch.nn.functional.one_hot(picked, count).float())


def _walk(training: Training, codes: Tensor, labels: Tensor, label: int) -> Tensor:
    own = codes[labels == label]
    share = torch.linspace(0, 1, COLUMNS)[:, None]
    path = own[0] * (1 - share) + own[len(own) * 2 // 3] * share
    shares = torch.zeros(COLUMNS, len(training.corpus.classes))
    shares[:, label] = 1.0
    return training.decoded(path, shares)


def _write_image(strips: Tensor, path: Path) -> None:
    """strips (rows, columns, 3, size, size) in [-1, 1] as one picture."""
    from PIL import Image

    tiles = ((strips.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
    rows, columns, _, size, _ = tiles.shape
    sheet = np.full((rows * (size + GAP_PX) - GAP_PX, columns * size, 3), 255, np.uint8)
    for row in range(rows):
        top = row * (size + GAP_PX)
        for column in range(columns):
            sheet[top : top + size, column * size : (column + 1) * size] = tiles[row, column].transpose(
                1, 2, 0
            )
    with published(path) as partial:
        Image.fromarray(sheet).save(partial, "PNG")
