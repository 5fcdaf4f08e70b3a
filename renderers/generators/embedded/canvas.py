"""The canvas: what a motif paints on, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from .atlas import Atlas, Texture


class Surface(NamedTuple):
    """The values that a motif paints at every pixel, each of shape (b, rows, columns)."""

    height: Tensor
    tone: Tensor
    glow: Tensor


class Coloured(NamedTuple):
    """A surface that may have colours of its own in place of the palette's."""

    height: Tensor
    tone: Tensor
    glow: Tensor
    colour: Tensor | None = None
    """Linear sRGB, shape (b, 3, rows, columns)."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A strip of b layers of the same motif, with everything that may move it.

    The short side of the picture spans [-1, 1] and y points down. Things are at (x, y), which the flow
    field stirs; skies, suns and bokeh at (far_x, far_y), which it does not.
    """

    x: Tensor
    """Across, stirred, shape (b, rows, columns)."""
    y: Tensor
    """Down, stirred, shape (b, rows, columns)."""
    far_x: Tensor
    """Across, unstirred, shape (b, rows, columns)."""
    far_y: Tensor
    """Down, unstirred, shape (b, rows, columns)."""
    drift: Tensor
    """A smooth field of the noise, about N(0, 1), shape (b, rows, columns)."""
    sway: Tensor
    """A second, calmer one."""
    traits: tuple[Tensor, ...]
    """8 constants of the class in [0, 1), each of shape (b, 1, 1)."""
    controls: tuple[Tensor, ...]
    """24 controls from the noise with unit variance, each of shape (b, 1, 1)."""
    pixel: float
    """The width of a pixel."""
    atlas: Atlas
    share: Tensor | None = None
    """The weight of its class in the frame, 0 to 1, shape (b, 1, 1)."""
    passed: tuple[float, ...] = ()
    """The progress of the video that it shows, b numbers as in PicturePlan.clips; empty for none."""
    scattered: bool = False
    """Its columns are places here and there in the picture, from top to bottom, and neighbours of none."""

    def knows(self, constant: Tensor, value: float) -> bool:
        """Whether a constant of the class is known to have that value in all layers, so that painting can
        skip a part of them. On other devices than a CPU it is never known: they are not to be waited
        for.
        """
        return constant.device.type == "cpu" and bool((constant == value).all())

    def texture(
        self,
        name: Texture,
        x: Tensor,
        y: Tensor,
        scale: float,
        scale_y: float | None = None,
        detail: float | None = None,
    ) -> Tensor:
        """A texture at (x, y), of which one period is 1 / scale wide and 1 / scale_y high.

        detail    how many periods pass where the picture's coordinate grows by 1, when scale does not say it
        returns   shape of x and y together, about 0 to 1
        """
        down = scale if scale_y is None else scale_y
        return self.atlas.sample(name, x * scale, y * down, detail or max(scale, down), self.pixel)

    def cells(self, x: Tensor, y: Tensor, detail: float) -> tuple[Tensor, Tensor, Tensor]:
        """Distance to the nearest of scattered points, distance to the border of its cell, the cell's
        number.
        """
        return self.atlas.sample_cells(x, y, detail, self.pixel)
