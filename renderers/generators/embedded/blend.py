"""How classes share a frame: not by cross-fading, they compete by height, as terrain does."""

from __future__ import annotations

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
OWN_TINT = 0.35
"""How far an own picture that is hardly seen is tinted by what stands beside it."""


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


def blend_layers(layers: list[Layer], tone_shift: Tensor, out: Relief) -> None:
    """Fuse the layers of a strip of one frame into out, by weight^2 exp(1.9 gate + 3.2 height).

    tone_shift    added to every tone, shape ()
    out           rows of a Relief without its first axis
    """
    if len(layers) == 1:
        _copy_only(layers[0], tone_shift, out)
        return
    rows, columns = out.height.shape
    total = height = colour = glow = gloss = None
    for layer in layers:
        share = _share(layer)
        flat = share.view(1, -1)
        rgb = _colours(layer, tone_shift)
        light = layer.surface.glow.reshape(1, -1) * flat
        if total is None:
            total, height = share.clone(), share * layer.surface.height
            colour, glow = rgb * flat, (rgb + layer.ink.accent) * light
            gloss = share * layer.gloss
        else:
            assert height is not None and colour is not None and glow is not None and gloss is not None
            total.add_(share)
            height.addcmul_(share, layer.surface.height)
            colour.addcmul_(rgb, flat)
            glow.addcmul_(rgb.add_(layer.ink.accent), light)
            gloss.add_(share, alpha=layer.gloss)
    assert total is not None and height is not None and colour is not None
    assert glow is not None and gloss is not None
    inverse = 1 / total
    torch.mul(height, inverse, out=out.height)
    torch.mul(colour.view(3, rows, columns), inverse, out=out.colour)
    torch.mul(glow.view(3, rows, columns), inverse * GLOW_GAIN, out=out.glow)
    torch.mul(gloss, inverse, out=out.gloss)


def _copy_only(layer: Layer, tone_shift: Tensor, out: Relief) -> None:
    rgb = _colours(layer, tone_shift)
    light = layer.surface.glow.reshape(1, -1) * GLOW_GAIN
    out.height.copy_(layer.surface.height)
    out.colour.copy_(rgb.view(out.colour.shape))
    out.glow.copy_(((rgb + layer.ink.accent) * light).view(out.glow.shape))
    out.gloss.fill_(layer.gloss)


def _share(layer: Layer) -> Tensor:
    assert layer.gate is not None
    height = layer.surface.height.clamp(-0.5, 1.5)
    exponent = layer.gate.mul_(NOISE_CONTRAST).add_(height, alpha=HEIGHT_CONTRAST)
    return exponent.exp_().mul_(layer.weight**WEIGHT_POWER)


def _colours(layer: Layer, tone_shift: Tensor) -> Tensor:
    """Linear sRGB of every place: shape (3, rows * columns)."""
    own = layer.surface.colour
    if own is not None:
        turned = (layer.ink.turn @ own.reshape(3, -1)).clamp_(min=0)
        # The less of it is seen, the more it takes on the colours of the others.
        return turned.lerp_(_by_tone(layer, tone_shift), OWN_TINT * (1 - layer.weight.clamp(0, 1)))
    return _by_tone(layer, tone_shift)


def _by_tone(layer: Layer, tone_shift: Tensor) -> Tensor:
    tone = layer.surface.tone.add(tone_shift).clamp_(0, 1)
    return layer.ink.palette.index_select(1, tone.mul_(TABLE_SIZE - 1).add_(0.5).int().view(-1))
