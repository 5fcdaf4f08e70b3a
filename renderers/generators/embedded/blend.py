"""Mixes classes in a frame: they compete by height, as terrain does; this is not a cross-fade."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from .canvas import Coloured
from .inks import Ink
from .light import Relief
from .palettes import TABLE_SIZE

# Contrast of height and of noise between classes, and the power of the weight. With less noise mixes
# are double
# exposures; with power 1.5 a class grabs 5 % of the picture at a weight of .006, and pops when it ends.
HEIGHT_CONTRAST = 3.2
NOISE_CONTRAST = 1.9
WEIGHT_POWER = 2.0
GLOW_GAIN = 0.6
TONE_SHIFT = 0.05
"""The amount by which the noise shifts all tones, up and down."""
OWN_TINT = 0.35
"""The amount by which its neighbours tint an own picture that is barely visible."""


PORTIONS = 9
"""A layer's portions of a place: its claim, and times that height, gloss, three of colour, three of glow."""


class Layer(NamedTuple):
    """One class of one frame: what it painted, in which colours, how much it weighs."""

    surface: Coloured
    """Each of shape (rows, columns)."""
    ink: Ink
    gloss: float
    weight: Tensor
    """Shape ()."""
    gate: Tensor | None
    """Smooth noise that moves its borders, shape (rows, columns); None where it is alone."""


def blend_layers(layers: Iterable[Layer], tone_shift: Tensor, out: Relief) -> None:
    """Fuse the layers of one frame into out, by weight^2 exp(1.9 gate + 3.2 height).

    tone_shift    added to every tone, shape ()
    out           a Relief without its first axis
    """
    total = None
    for layer in layers:
        found = portions(layer, claim_of(layer), tone_shift)
        total = found if total is None else total.add_(found)
    assert total is not None
    inverse = 1 / total[0]
    for plane, part in zip(out, shared_out(total), strict=True):
        torch.mul(part.squeeze(0), inverse, out=plane)


def shared_out(total: Tensor) -> Relief:
    """All layers' portions by what they are of, still times the sum of their claims."""
    return Relief(total[1:2], total[3:6], total[6:9], total[2:3])


def claim_of(layer: Layer) -> Tensor:
    """A layer's claim to each place; its share of the sum of all claims is visible."""
    height = layer.surface.height
    if layer.gate is None:
        return torch.ones_like(height)
    exponent = height.clamp(-0.5, 1.5).mul_(HEIGHT_CONTRAST).add_(layer.gate, alpha=NOISE_CONTRAST)
    return exponent.exp_().mul_(layer.weight**WEIGHT_POWER)


def portions(layer: Layer, claim: Tensor, tone_shift: Tensor) -> Tensor:
    """A layer's portions of all places, times its claim: shape (PORTIONS, rows, columns)."""
    found = torch.empty(PORTIONS, *claim.shape, device=claim.device)
    found[0] = claim
    torch.mul(layer.surface.height, claim, out=found[1])
    torch.mul(claim, layer.gloss, out=found[2])
    colour = _colours(layer, tone_shift).view(3, *claim.shape)
    torch.mul(colour, claim, out=found[3:6])
    light = (layer.surface.glow * claim).mul_(GLOW_GAIN)
    torch.add(colour, layer.ink.accent[..., None], out=found[6:9]).mul_(light)
    return found


def _colours(layer: Layer, tone_shift: Tensor) -> Tensor:
    """Linear sRGB of every place: shape (3, places)."""
    own = layer.surface.colour
    if own is not None:
        turned = (layer.ink.turn @ own.reshape(3, -1)).clamp_(min=0)
        # The less of it is seen, the more it takes on the colours of the others.
        return turned.lerp_(_by_tone(layer, tone_shift), OWN_TINT * (1 - layer.weight.clamp(0, 1)))
    return _by_tone(layer, tone_shift)


def _by_tone(layer: Layer, tone_shift: Tensor) -> Tensor:
    tone = layer.surface.tone.add(tone_shift).clamp_(0, 1)
    return layer.ink.palette.index_select(1, tone.mul_(TABLE_SIZE - 1).add_(0.5).int().view(-1))
