"""The decoder of a trained model: a code and the weights of the classes in, an image out.

fc to 4x4, then doublings, each a 3x3 convolution with group norm (8 groups) and a leaky ReLU (0.2); the last
doubling is a 3x3 convolution to 12 channels whose quarters interleave (pixel shuffle, Shi et al. 2016). Group
norm looks at one image alone, so that no image depends on those beside it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

CHANNELS = (256, 128, 64, 48, 32, 24, 16)
GROUPS = 8
SLOPE = 0.2
START_PX = 4

Shape = tuple[int, ...]


class Decoder(nn.Module):
    """codes (n, code) and class weights (n, k) to images (n, 3, size, size) in [-1, 1]."""

    def __init__(self, size_px: int, code: int, class_count: int) -> None:
        super().__init__()
        widths = _widths(size_px)
        self.fc = nn.Linear(code + class_count, widths[0] * START_PX**2)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [
                nn.Upsample(scale_factor=2),
                nn.Conv2d(before, after, 3, padding=1),
                nn.GroupNorm(GROUPS, after),
                nn.LeakyReLU(SLOPE),
            ]
        last = nn.Conv2d(widths[-1], 12, 3, padding=1)
        _even_quarters(last)
        self.net = nn.Sequential(*layers, last, nn.PixelShuffle(2))

    def forward(self, codes: Tensor, classes: Tensor) -> Tensor:
        """The image of each code."""
        start = self.fc(torch.cat([codes, classes], 1))
        return torch.tanh(self.net(start.view(len(codes), -1, START_PX, START_PX)))


def decoder_shapes(size_px: int, code: int, class_count: int) -> dict[str, Shape]:
    """The name and shape of every tensor of a decoder."""
    with torch.device("meta"):
        decoder = Decoder(size_px, code, class_count)
    return {name: tuple(tensor.shape) for name, tensor in decoder.state_dict().items()}


def _widths(size_px: int) -> tuple[int, ...]:
    doublings = round(math.log2(size_px // (2 * START_PX)))
    return CHANNELS[: doublings + 1]


def _even_quarters(convolution: nn.Conv2d) -> None:
    """Start the four channels of each colour equal, so that they interleave without a checkerboard.

    ICNR (Aitken et al. 2017). In short trainings the checkerboard stays otherwise.
    """
    with torch.no_grad():
        weight = convolution.weight
        weight.copy_(weight[::4].repeat_interleave(4, 0))
        assert convolution.bias is not None
        convolution.bias.copy_(convolution.bias[::4].repeat_interleave(4, 0))
