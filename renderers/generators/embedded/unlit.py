"""The way back from the screen to the land: the light of level ground, undone, for colours that are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from ...tensors import tensor_of
from .light import BLACK, GAMMA, SHOULDER, level_and_gain

FLAT = 0.916
"""The share of a colour's light that level ground reflects while the lamp is where it is without noise."""
STEPS = 2048


def unlit(display: Tensor) -> Tensor:
    """Linear sRGB of a land that level and lit shows these display colours in [0, 1]: shape (3, ...) both."""
    luma = _luma(display)
    before = _before_tone(luma)
    _, gain = level_and_gain(before)
    shown = ((display - luma) / gain + before).clamp(0, 1).pow(GAMMA)
    # (l + q l²) / (a + b l) = shown, solved for l.
    square, bend, scale = SHOULDER
    linear = 1 - shown * (bend / scale)
    root = (linear * linear + 4 * square * shown / scale).sqrt()
    return (root - linear) / (2 * square * FLAT)


def _luma(display: Tensor) -> Tensor:
    red, green, blue = display.unbind(0)
    return red * 0.2126 + green * 0.7152 + blue * 0.0722


def _before_tone(level: Tensor) -> Tensor:
    """The luma that the tone of the whole picture makes this one."""
    table = _lumas()
    place = level * (len(table) - 1)
    low = place.floor().long().clamp(max=len(table) - 2)
    return torch.lerp(table[low], table[low + 1], place - low)


@cache
def _lumas() -> Tensor:
    luma = np.linspace(BLACK, 1, STEPS, dtype=np.float32)
    level = level_and_gain(tensor_of(luma))[0].numpy()
    return tensor_of(np.interp(np.linspace(0, 1, STEPS), level, luma).astype(np.float32))
