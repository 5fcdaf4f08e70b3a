"""The colours of a frame's layers: each class's own palette, tinted towards the mix of all active classes."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ...picture.camera import hue_turn
from .controls import HUE
from .looks import VOID_CLASS, Looks
from .maths import mix
from .palettes import TABLE_SIZE

MIXED_SHARE = 0.30
LARGEST_TURN_RAD = 0.18
# Where on the mixed palette the void's glow is, as it has no accent of its own.
VOID_ACCENT = int(TABLE_SIZE * 0.9)


class Ink(NamedTuple):
    """The colours of a layer."""

    palette: Tensor
    """Linear sRGB: shape (3, TABLE_SIZE)."""
    accent: Tensor
    """The colour of its glow: shape (3, 1)."""
    turn: Tensor
    """The rotation of an own picture's colours: shape (3, 3)."""


class Inks:
    """The inks of n frames."""

    def __init__(self, looks: Looks, weights: Tensor, bounded: Tensor, hue_deg: Tensor | None) -> None:
        """The inks of n frames.

        weights   shape (n, classes), sum at most 1
        bounded   the noise's bounded controls, shape (n, 24)
        hue_deg   shape (n,), how far all colours are turned besides
        """
        active = weights.amax(0).nonzero()[:, 0]
        self._looks = looks
        self._palettes = looks.palettes(active.tolist())
        flat = self._palettes[active].reshape(len(active), TABLE_SIZE * 3)
        mixed = (weights[:, active] @ flat).view(len(weights), TABLE_SIZE, 3)
        room = (1 - weights.sum(1).clamp(0, 1))[:, None, None]
        self._mixed = mixed + self._palettes[VOID_CLASS] * room
        angle = LARGEST_TURN_RAD * bounded[:, HUE]
        asked = torch.zeros_like(angle) if hue_deg is None else torch.deg2rad(hue_deg.to(angle))
        self._turn = hue_turn(angle if hue_deg is None else angle + asked)
        # Own pictures have colours that one knows: the noise leaves them alone.
        self._own_turn = hue_turn(asked)

    def ink(self, frame: int, number: int) -> Ink:
        """The ink of a class in one frame."""
        turn, mixed = self._turn[frame], self._mixed[frame]
        if number == VOID_CLASS:
            palette, accent = mixed, mixed[VOID_ACCENT]
        else:
            palette, accent = mix(self._palettes[number], mixed, MIXED_SHARE), self._looks.accents[number]
        coloured, glowing = (turn @ palette.t()).clamp(min=0), (turn @ accent[:, None]).clamp(min=0)
        return Ink(coloured, glowing, self._own_turn[frame])
