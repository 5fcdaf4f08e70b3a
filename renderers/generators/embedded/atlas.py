"""Eight tileable, band-limited textures with their mip levels, and how they are looked up."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
import torch
import torch.nn.functional as nnf
from numpy.typing import NDArray
from torch import Tensor

from ....store.values.array_types import F64
from ...tensors import tensor_of

Texture = Literal["cloud", "ridge", "maze", "spots", "edge", "cell", "grit", "bokeh"]

TEXTURES: tuple[Texture, ...] = get_args(Texture)
SIZE = 512
SMALLEST_LEVEL = 32
CELLS_PER_SIDE = 16
BOKEH_DISCS = 90


class Atlas:
    """The textures on a device, and bilinear look-ups in them."""

    def __init__(self, textures: NDArray[np.float32], device: torch.device) -> None:
        """textures: shape (8, SIZE, SIZE), in the order of TEXTURES."""
        level = tensor_of(textures)
        self.levels: list[Tensor] = []
        while level.shape[-1] >= SMALLEST_LEVEL:
            # The origin is in the middle, as look-ups have the nearest integer taken away; one more row and
            # column, equal to the first, so that they need not wrap inside a texel.
            half = level.shape[-1] // 2
            centred = level.roll((half, half), (1, 2))
            wrapped = torch.cat([centred, centred[:, :, :1]], 2)
            self.levels.append(torch.cat([wrapped, wrapped[:, :1]], 1).to(device))
            level = nnf.avg_pool2d(level[None], 2)[0]

    def sample(self, name: Texture, u: Tensor, v: Tensor, detail: float, pixel: float) -> Tensor:
        """A texture at (u, v) in periods, shape of both together."""
        channel = TEXTURES.index(name)
        return self._lookup(u, v, detail, pixel, channel, channel + 1)[:, 0]

    def sample_cells(
        self, u: Tensor, v: Tensor, detail: float, pixel: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Spots, edge and cell at (u, v) in periods."""
        first = TEXTURES.index("spots")
        spots, edge, cell = self._lookup(u, v, detail, pixel, first, first + 3).unbind(1)
        return spots, edge, cell

    def _lookup(self, u: Tensor, v: Tensor, detail: float, pixel: float, start: int, end: int) -> Tensor:
        # The level follows from the call's nominal scale alone: were it measured in the batch, a frame would
        # depend on its neighbours.
        level = round(math.log2(max(SIZE * detail * pixel * 0.9, 1e-6)))
        texture = self.levels[min(max(level, 0), len(self.levels) - 1)][start:end]
        count, rows, columns = np.broadcast_shapes(u.shape, v.shape)
        # Planes, not pairs: contiguous writes, and grid_sample reads them as they are.
        grid = torch.empty((count, 2, rows, columns), device=u.device)
        torch.sub(u, torch.round(u), out=grid[:, 0])
        torch.sub(v, torch.round(v), out=grid[:, 1])
        grid.mul_(2)
        # Zero padding is never reached; "border" would do too, but some devices lack it.
        return nnf.grid_sample(
            texture[None].expand(count, -1, -1, -1),
            grid.permute(0, 2, 3, 1),
            mode="bilinear",
            padding_mode="zeros",
            align_corners=True,
        )


@lru_cache(maxsize=2)
def build_textures(seed: int) -> NDArray[np.float32]:
    """Shape (8, SIZE, SIZE), in the order of TEXTURES; made in float64, so equal on every machine of a kind.

    Everything is limited to waves of six texels and longer: bilinear look-ups of finer ones show facets as
    soon as light falls on them. They take a third of a second, so those of the last seeds are kept; the array
    cannot be written to.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 77]))
    frequencies = np.fft.fftfreq(SIZE, 1 / SIZE)
    radius = np.hypot(*np.meshgrid(frequencies, frequencies))
    true_radius = radius.copy()
    radius[0, 0] = 1e9

    def noise(amplitude: F64) -> F64:
        spectrum = np.fft.fft2(rng.standard_normal((SIZE, SIZE)))
        field: F64 = np.fft.ifft2(spectrum * amplitude).real
        normalised: F64 = (field - field.mean()) / field.std()
        return normalised

    def blur(field: F64, cutoff: float) -> F64:
        smooth: F64 = np.fft.ifft2(np.fft.fft2(field) * np.exp(-((true_radius / cutoff) ** 2))).real
        return smooth

    def band(low: float, high: float) -> F64:
        octaves = np.log(radius / math.sqrt(low * high)) / math.log(high / low)
        amplitude: F64 = np.exp(-((octaves * 1.6) ** 2)) / radius
        return amplitude

    cloud = (0.5 + 0.21 * noise(np.where(radius < 64, radius**-1.9, 0))).clip(0, 1)
    ridge = _ridges(noise, band)
    ridge = blur(ridge, 110)
    ridge = (ridge - ridge.min()) / (ridge.max() - ridge.min())
    maze = 0.5 + 0.5 * np.tanh(1.3 * noise(np.exp(-(((radius - 22) / 3.0) ** 2))))
    spots, edge, cell = _cells(rng)
    grit = (0.5 + 0.2 * noise(band(26, 80))).clip(0, 1)
    bokeh = blur(_bokeh(rng), 90).clip(0, 1)
    stack = [
        cloud,
        ridge,
        maze,
        blur(spots, 130).clip(0, 1),
        blur(edge, 130).clip(0, 1),
        blur(cell, 170),
        grit,
        bokeh,
    ]
    textures = np.stack(stack).astype(np.float32)
    textures.flags.writeable = False
    return textures


def _ridges(noise: Callable[[F64], F64], band: Callable[[float, float], F64]) -> F64:
    """Five octaves of folded noise: crests where a wave crosses zero."""
    total = np.zeros((SIZE, SIZE))
    for octave in range(5):
        folded = np.abs(noise(band(2.2 * 2**octave, 3.6 * 2**octave))).clip(0, 1.6) / 1.6
        total = total + 0.55**octave * (1 - folded)
    return total


def _cells(rng: np.random.Generator) -> tuple[F64, F64, F64]:
    """Distance to the nearest of jittered grid points, to the second nearest minus it, and the cell's
    number.
    """
    n = CELLS_PER_SIDE
    points = rng.random((n, n, 2)) * 0.8 + 0.1
    numbers = rng.random((n, n))
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE * n
    nearest = np.full((SIZE, SIZE), 9.0)
    second = nearest.copy()
    number = np.zeros((SIZE, SIZE))
    for dy in (-2, -1, 0, 1, 2):
        for dx in (-2, -1, 0, 1, 2):
            i, j = x.astype(int) + dx, y.astype(int) + dy
            point = points[j % n, i % n]
            distance = np.hypot(i + point[..., 0] - x, j + point[..., 1] - y)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            number = np.where(closer, numbers[j % n, i % n], number)
            nearest = np.where(closer, distance, nearest)
    return nearest, second - nearest, number


def _bokeh(rng: np.random.Generator) -> F64:
    """Out-of-focus lights: discs with a slightly brighter rim, added as film adds light."""
    light = np.zeros((SIZE, SIZE))
    # Beyond a tenth of a period outside its rim a disc adds less than 1e-13.
    reach = np.arange(-SIZE // 5, SIZE // 5 + 1)
    for _ in range(BOKEH_DISCS):
        x0, y0 = rng.random(2)
        radius = 0.022 + 0.055 * rng.random() ** 2
        brightness = 0.25 + 0.75 * rng.random() ** 2
        columns, rows = int(x0 * SIZE) + reach, int(y0 * SIZE) + reach
        d = np.hypot(columns[None] / SIZE - x0, rows[:, None] / SIZE - y0) / radius
        disc = brightness * (0.7 + 0.3 * d.clip(0, 1) ** 4) / (1 + np.exp((d - 1) * radius * 300))
        light[np.ix_(rows % SIZE, columns % SIZE)] += disc
    return 1 - np.exp(-1.3 * light)
