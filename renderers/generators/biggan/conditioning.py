"""Conditions the network on its vectors: its start, and a scale and a shift for each batch norm.

A conditional batch norm is (x - mean) / sqrt(var + eps) · (1 + A c) + B c with the condition c, so for one
image it is x · scale + shift. With the bias of the convolution before it folded in, all scales and shifts of
a chunk of images come from one product of matrices; made image by image, reading the matrix takes longer than
the product (measured: 6.5 ms against 0.6 ms an image at 512 pixels).

Statistics. The weights hold means and variances for truncations in steps of 1/50, and the package looks them
up with an inexact quotient: at most multiples of 0.02 it takes the row of that multiple, at a few, as 0.3 and
0.58, the row beside it. At every multiple we take what the package takes. In between, the package mixes the
two rows with their shares swapped, so that it jumps at each multiple; we go straight from one multiple to the
next, so that a truncation that moves in a film moves without jumps. At the odd hundredths both are the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from .architecture import START_CHANNELS, START_SIDE_PX, Architecture, block_channels

Tensors = Mapping[str, torch.Tensor]
Modulation = tuple[torch.Tensor, torch.Tensor]
"""Scale and shift of one batch norm, each (n, channels, 1, 1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """The network's inputs for n images.

    start         float32 (n, channels, 4, 4)
    modulations   for each batch norm, in the network's order; the last is the one before the colours
    """

    start: torch.Tensor
    modulations: tuple[Modulation, ...]

    def __getitem__(self, images: slice) -> Conditions:
        modulations = tuple((scale[images], shift[images]) for scale, shift in self.modulations)
        return Conditions(self.start[images], modulations)


class Conditioning:
    """The linear layers in front of the network, on one device."""

    def __init__(self, architecture: Architecture, tensors: Tensors, device: torch.device) -> None:
        """tensors   checked; see weights.py"""
        rows = [
            row_mix(row / (architecture.n_stats - 1), architecture.n_stats)
            for row in range(1, architecture.n_stats)
        ]
        means: list[torch.Tensor] = []
        variances: list[torch.Tensor] = []
        biases: list[torch.Tensor] = []
        scales: list[torch.Tensor] = []
        offsets: list[torch.Tensor] = []
        self._sizes: list[int] = []

        def add(name: str, bias: torch.Tensor | None) -> int:
            size = tensors[f"{name}running_means"].shape[1]
            for found, key in ((means, "running_means"), (variances, "running_vars")):
                found.append(_mixed_rows(tensors[name + key], rows))
            biases.append(torch.zeros(size) if bias is None else bias)
            self._sizes.append(size)
            return size

        for name, doubles, before, after in architecture.entries():
            if doubles is None:
                continue
            for index, _ in enumerate(pairwise(block_channels(before, after))):
                add(f"{name}bn_{index}.", tensors[f"{name}conv_{index - 1}.bias"] if index else None)
                scales.append(normalised(tensors, f"{name}bn_{index}.scale."))
                offsets.append(normalised(tensors, f"{name}bn_{index}.offset."))
        add("generator.bn.", None)
        channels = architecture.channel_width
        # The last norm is not conditional: a scale and an offset that no condition changes.
        last_scale, last_offset = tensors["generator.bn.weight"], tensors["generator.bn.bias"]
        constant = torch.zeros(channels, scales[0].shape[1])
        self._architecture = architecture
        self._embedding = tensors["embeddings.weight"].to(device)
        self._start = normalised(tensors, "generator.gen_z.").to(device)
        self._start_bias = tensors["generator.gen_z.bias"].to(device)
        self._matrix = torch.cat([*scales, constant, *offsets, constant]).to(device)
        count = sum(self._sizes) - channels
        self._offset = torch.cat([torch.ones(count), last_scale, torch.zeros(count), last_offset]).to(device)
        self._means = torch.cat(means, 1).to(device)
        self._variances = torch.cat(variances, 1).to(device)
        self._biases = torch.cat(biases).to(device)

    def conditions(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> Conditions:
        """The conditions of n images.

        noise (n, 128), classes (n, 1000), truncation (n,): float32 on the device. Truncations outside the
        stored ones, 1/50 to 1, count as the nearest of these.
        """
        condition = torch.cat([noise, classes @ self._embedding.T], 1)
        product = torch.addmm(self._offset, condition, self._matrix.T)
        gain, offset = product.chunk(2, 1)
        mean, variance = self._statistics(truncation)
        scale = gain * torch.rsqrt(variance.add_(self._architecture.eps))
        shift = offset + (self._biases - mean) * scale
        start = torch.addmm(self._start_bias, condition, self._start.T)
        start = start.view(
            -1, START_SIDE_PX, START_SIDE_PX, START_CHANNELS * self._architecture.channel_width
        )
        # (n, h, w, c) seen as (n, c, h, w): channels-last in memory, which is how the network wants it.
        return Conditions(start.permute(0, 3, 1, 2), self._split(scale, shift))

    def _statistics(self, truncation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance (n, all channels) of each image's truncation."""
        last = self._architecture.n_stats - 1
        place = (truncation.double() * last).clamp(1, last) - 1
        # A float32 of a multiple is not a multiple to the last bit.
        nearest = place.round()
        place = torch.where((place - nearest).abs() < 1e-4, nearest, place)
        row = place.floor().clamp(max=max(last - 2, 0)).long()
        share = (place - row).to(self._means.dtype)[:, None]
        above = (row + 1).clamp(max=last - 1)
        mean, variance = (
            torch.lerp(table[row], table[above], share) for table in (self._means, self._variances)
        )
        return mean, variance

    def _split(self, scale: torch.Tensor, shift: torch.Tensor) -> tuple[Modulation, ...]:
        parts = zip(
            scale.split_with_sizes(self._sizes, 1), shift.split_with_sizes(self._sizes, 1), strict=True
        )
        return tuple((a.contiguous()[:, :, None, None], b.contiguous()[:, :, None, None]) for a, b in parts)


def row_mix(truncation: float, n_stats: int) -> tuple[int, float, float]:
    """A row, its share, and the share of the next, that the package takes for a truncation.

    This is its arithmetic, in double precision and with the shares as it has them.
    """
    share, row = math.modf(truncation / (1.0 / (n_stats - 1)))
    return (int(row), 1.0, 0.0) if share == 0 else (int(row), share, 1 - share)


def normalised(tensors: Tensors, name: str) -> torch.Tensor:
    """A weight divided by its spectral norm u^T W v (Miyato et al. 2018), with the stored u and v."""
    weight, u, v = (tensors[f"{name}weight_{suffix}"] for suffix in ("orig", "u", "v"))
    return weight / torch.dot(u, torch.mv(weight.flatten(1), v))


def _mixed_rows(table: torch.Tensor, rows: Sequence[tuple[int, float, float]]) -> torch.Tensor:
    return torch.stack(
        [table[row] * share + (table[row + 1] * rest if rest else 0) for row, share, rest in rows]
    )
