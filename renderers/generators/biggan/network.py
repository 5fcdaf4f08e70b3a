"""The network for inference: spectral norms folded into the weights, batch norms into a scale and a shift.

Exact within rounding, and a third to two thirds of the work of the original: only the three colours of the
last convolution's 128 channels are computed, and a doubling followed by a 3x3 convolution is one transposed
4x4 convolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as nnf

from .architecture import Architecture
from .conditioning import Modulation, Tensors, normalised

NORMS = 4


class Block(torch.nn.Module):
    """A residual block of four convolutions; it may double the size and drop half of the channels."""

    weight_0: torch.Tensor
    weight_1: torch.Tensor
    weight_2: torch.Tensor
    weight_3: torch.Tensor
    bias: torch.Tensor

    def __init__(self, tensors: Tensors, name: str, doubles: bool) -> None:
        super().__init__()
        weights = [normalised(tensors, f"{name}conv_{index}.") for index in range(NORMS)]
        self.doubles = doubles
        if doubles:
            weights[1] = transposed_kernel(weights[1])
        for index, weight in enumerate(weights):
            self.register_buffer(f"weight_{index}", _channels_last(weight))
        self.register_buffer("bias", tensors[f"{name}conv_3.bias"].clone())
        self.drops = weights[3].shape[0] != weights[0].shape[1]
        self.kept_channels = weights[3].shape[0]

    def forward(self, x: torch.Tensor, modulations: Sequence[Modulation]) -> torch.Tensor:
        """x (n, c, h, w), and the modulations of its four norms."""
        y = nnf.conv2d(_lit(x, modulations[0]), self.weight_0)
        y = _lit(y, modulations[1])
        if self.doubles:
            y = nnf.conv_transpose2d(y, self.weight_1, stride=2, padding=1)
        else:
            y = nnf.conv2d(y, self.weight_1, padding=1)
        y = nnf.conv2d(_lit(y, modulations[2]), self.weight_2, padding=1)
        y = nnf.conv2d(_lit(y, modulations[3]), self.weight_3, self.bias)
        if self.drops:
            x = x[:, : self.kept_channels]
        return y + (_doubled(x) if self.doubles else x)


class Attention(torch.nn.Module):
    """Self-attention over all places (Zhang et al. 2018)."""

    weight_queries: torch.Tensor
    weight_keys: torch.Tensor
    weight_values: torch.Tensor
    weight_out: torch.Tensor

    def __init__(self, tensors: Tensors, name: str) -> None:
        super().__init__()
        # Three convolutions: of the parts of one's result OpenVINO makes copies, which take longer.
        for role, key in (("queries", "theta"), ("keys", "phi"), ("values", "g")):
            weight = normalised(tensors, f"{name}snconv1x1_{key}.")
            self.register_buffer(f"weight_{role}", _channels_last(weight))
        out = normalised(tensors, f"{name}snconv1x1_o_conv.")
        self.register_buffer("weight_out", _channels_last(out * tensors[f"{name}gamma"]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, channels, height_px, width_px = x.shape
        queries = nnf.conv2d(x, self.weight_queries).flatten(2)
        keys = nnf.max_pool2d(nnf.conv2d(x, self.weight_keys), 2).flatten(2)
        values = nnf.max_pool2d(nnf.conv2d(x, self.weight_values), 2).flatten(2)
        shares = torch.softmax(torch.bmm(queries.transpose(1, 2), keys), -1)
        seen = torch.bmm(shares, values.transpose(1, 2)).transpose(1, 2)
        return x + nnf.conv2d(seen.reshape(n, channels // 2, height_px, width_px), self.weight_out)


class Head(torch.nn.Module):
    """The last norm, and the three colours."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, tensors: Tensors, in_blocks: bool) -> None:
        """in_blocks   make two by two pixels at once: twelve channels fill vector units better than three"""
        super().__init__()
        weight = normalised(tensors, "generator.conv_to_rgb.")[:3]
        bias = tensors["generator.conv_to_rgb.bias"][:3]
        self.in_blocks = in_blocks
        if in_blocks:
            blocks = weight.new_zeros(3, 2, 2, weight.shape[1], 4, 4)
            for row in (0, 1):
                for column in (0, 1):
                    blocks[:, row, column, :, row : row + 3, column : column + 3] = weight
            weight, bias = blocks.flatten(0, 2), bias.repeat_interleave(4)
        self.register_buffer("weight", _channels_last(weight))
        self.register_buffer("bias", bias.clone())

    def forward(self, x: torch.Tensor, modulation: Modulation) -> torch.Tensor:
        x = _lit(x, modulation)
        if self.in_blocks:
            x = nnf.pixel_shuffle(nnf.conv2d(x, self.weight, self.bias, stride=2, padding=1), 2)
        else:
            x = nnf.conv2d(x, self.weight, self.bias, padding=1)
        return torch.tanh(x.float())


class Stretch(torch.nn.Module):
    """Some consecutive layers of the network, computed in one precision."""

    def __init__(self, layers: Sequence[torch.nn.Module], precision: torch.dtype) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)
        self.precision = precision
        self.to(precision)
        self.norm_count = sum(_norm_count(layer) for layer in layers)

    def forward(self, x: torch.Tensor, *modulations: torch.Tensor) -> torch.Tensor:
        """x, then scale and shift of each norm in turn."""
        pairs = list(zip(modulations[::2], modulations[1::2], strict=True))
        for layer in self.layers:
            count = _norm_count(layer)
            if isinstance(layer, Block):
                x = layer(x, pairs[:count])
            elif isinstance(layer, Head):
                x = layer(x, pairs[0])
            else:
                x = layer(x)
            del pairs[:count]
        return x


def stretches(
    architecture: Architecture, tensors: Tensors, precision: torch.dtype, exact_px: int = 0
) -> list[Stretch]:
    """The whole network: in float32 while the image has at most exact_px a side, then in `precision`.

    The first layers cost little, and their rounding errors are what the later ones enlarge.
    """
    count = sum(side_px <= exact_px for side_px in architecture.sides_px())
    exact = _modules(architecture, tensors, slice(count))
    rest = stretch_after(count, architecture, tensors, precision)
    return [Stretch(exact, torch.float32), rest] if exact else [rest]


def stretch_after(
    count: int,
    architecture: Architecture,
    tensors: Tensors,
    precision: torch.dtype,
    head_in_blocks: bool = False,
) -> Stretch:
    """The layers after the first `count`, and the colours."""
    rest = _modules(architecture, tensors, slice(count, None))
    return Stretch([*rest, Head(tensors, head_in_blocks)], precision)


def transposed_kernel(weight: torch.Tensor) -> torch.Tensor:
    """The 4x4 kernel with which conv_transpose2d(stride 2, padding 1) is a doubling and this 3x3 convolution.

    Each pixel of the small image is four of the doubled one; what reaches an output through them is the sum
    of the flipped kernel at the four shifts.
    """
    flipped = weight.flip(2, 3).transpose(0, 1)
    kernel = weight.new_zeros(*flipped.shape[:2], 4, 4)
    for row in (0, 1):
        for column in (0, 1):
            kernel[:, :, row : row + 3, column : column + 3] += flipped
    return kernel


def _modules(architecture: Architecture, tensors: Tensors, part: slice) -> list[torch.nn.Module]:
    return [
        Attention(tensors, name) if doubles is None else Block(tensors, name, doubles)
        for name, doubles, _, _ in list(architecture.entries())[part]
    ]


def _norm_count(layer: torch.nn.Module) -> int:
    if isinstance(layer, Block):
        return NORMS
    return 1 if isinstance(layer, Head) else 0


def _lit(x: torch.Tensor, modulation: Modulation) -> torch.Tensor:
    """Batch norm, and then its positive part."""
    scale, shift = modulation
    return torch.addcmul(shift, x, scale).relu_()


def _doubled(x: torch.Tensor) -> torch.Tensor:
    return nnf.interpolate(x, scale_factor=2.0, mode="nearest")


def _channels_last(weight: torch.Tensor) -> torch.Tensor:
    return weight.contiguous(memory_format=torch.channels_last)
