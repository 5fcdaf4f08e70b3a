"""BigGAN on a CPU: the first layers for all images of a chunk, the others image by image."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..architecture import Architecture
from ..conditioning import Conditions, Modulation, Tensors
from ..network import NORMS
from .arithmetic import norm_of
from .attention import Attention
from .block import Block, Entrance
from .head import Head
from .pieces import PIECE_BYTES, pieces


class FirstLayers:
    """The blocks of small images and many channels, in float32: their weights are read once for all images.

    They cost little, and their rounding errors are what the later layers enlarge: their sums are short.
    """

    def __init__(self, architecture: Architecture, tensors: Tensors, most_px: int) -> None:
        """most_px   side of the largest image that they make"""
        self._blocks: list[Block] = []
        layers = list(zip(architecture.entries(), architecture.sides_px(), strict=True))
        for (name, doubles, _, _), side_px in layers[:-1]:
            if doubles is None or side_px > most_px:
                break
            self._blocks.append(Block(tensors, name, doubles, torch.float32, for_many=True))

    def __len__(self) -> int:
        return len(self._blocks)

    def made(self, conditions: Conditions) -> torch.Tensor:
        """The output of these layers for the conditions: (images, rows, columns, channels)."""
        x = conditions.start.permute(0, 2, 3, 1).clone(memory_format=torch.contiguous_format)
        for block, norms in zip(self._blocks, norms_by_block(conditions.modulations), strict=False):
            x = block.finish(x, _filled(block, norms, x), norms, None)
        return x


class CpuNetwork:
    """A Runtime in torch, for a CPU."""

    def __init__(
        self, architecture: Architecture, tensors: Tensors, precision: torch.dtype, exact_px: int
    ) -> None:
        """exact_px   up to which side of the image the first layers keep to float32 and to short sums"""
        self._precision = precision
        self._first = FirstLayers(architecture, tensors, exact_px)
        entries = list(architecture.entries())[len(self._first) :]
        self._layers: list[Block | Attention] = [
            Attention(tensors, name, precision)
            if doubles is None
            else Block(tensors, name, doubles, precision)
            for name, doubles, _, _ in entries
        ]
        self._head = Head(tensors, precision)
        self._side_px = architecture.output_dim

    def images(self, conditions: Conditions) -> torch.Tensor:
        """Images (n, 3, side, side), float32 in [-1, 1]."""
        first = self._first.made(conditions).to(self._precision)
        rest = conditions.modulations[NORMS * len(self._first) :]
        out = torch.empty(len(first), 3, self._side_px, self._side_px)
        for image in range(len(first)):
            only = slice(image, image + 1)
            out[image] = self._image(first[only], [(scale[only], shift[only]) for scale, shift in rest])
        return out

    def _image(self, x: torch.Tensor, modulations: Sequence[Modulation]) -> torch.Tensor:
        *own, last = norms_by_block(modulations)
        last_norm = norm_of(last[0], self._precision)
        colours = self._head.colours(self._side_px)
        entrance: Entrance | None = None
        for layer, following in zip(self._layers, [*self._layers[1:], None], strict=True):
            if isinstance(layer, Attention):
                x, entrance = layer.attended(x), None
                continue
            norms = own.pop(0)
            entrance = entrance or _filled(layer, norms, x)
            if following is None:
                layer.finish(x, entrance, norms, colours, last_norm)
                return colours.image()
            after: Entrance | None = None
            if isinstance(following, Block):
                side = x.shape[1] * (2 if layer.doubles else 1)
                after = following.entrance(own[0], (1, side, side))
            x, entrance = layer.finish(x, entrance, norms, after), after
        for piece in pieces(_shape(x), x.stride(1) * x.element_size(), PIECE_BYTES):  # after an attention
            rows = x[piece.images, piece.rows]
            colours.take(torch.addcmul(last_norm.shift, rows, last_norm.scale), piece)
        return colours.image()


def norms_by_block(modulations: Sequence[Modulation]) -> list[Sequence[Modulation]]:
    """The modulations block by block; the last is alone."""
    return [modulations[first : first + NORMS] for first in range(0, len(modulations), NORMS)]


def _filled(block: Block, modulations: Sequence[Modulation], x: torch.Tensor) -> Entrance:
    """The entrance of a block that has taken the whole of x."""
    entrance = block.entrance(modulations, _shape(x))
    for piece in pieces(_shape(x), x.stride(1) * x.element_size(), PIECE_BYTES):
        entrance.take(x[piece.images, piece.rows], piece)
    return entrance


def _shape(x: torch.Tensor) -> tuple[int, int, int]:
    return x.shape[0], x.shape[1], x.shape[2]
