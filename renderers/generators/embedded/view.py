"""The composer's camera in the painted land: the place that each pixel shows, all of it turned as one.

The smooth fields are sums of plane waves. A turned plane wave is a plane wave, and so still a product of a
function of the row and one of the column: a turned picture is painted as exactly as one that is not, beyond
its edges too, and costs a larger product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

from ...picture.controls import FrameControls
from .grid import FUNDAMENTAL, WAVES, Places

Rows = tuple[int, int]


class View(Protocol):
    """The places that each pixel looks at, and the fields there; of shape (n or 1, rows, columns)."""

    @property
    def turn(self) -> tuple[Tensor, Tensor] | None:
        """Cosine and sine of the turn, each (n, 1, 1); None where nothing is turned."""
        ...

    def frame(self, number: int) -> View:
        """The view of one of the frames."""
        ...

    def places(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """Across and down."""
        ...

    def right_edge(self) -> tuple[Tensor, Tensor]:
        """The place half way down the right edge of the picture, each (n or 1, 1, 1)."""
        ...

    def field(self, spectrum: Tensor, rows: Rows) -> Tensor:
        """The field of that spectrum, shape (n, 9, 9); of a single frame also those of several."""
        ...

    def fields(self, stream: Tensor, spectra: Tensor, rows: Rows) -> tuple[Tensor, ...]:
        """The derivatives of a stream down and across the land, and the fields of spectra, (n, k, 9, 9)."""
        ...


def view_of(grid: Places, steering: FrameControls, about: tuple[float, float]) -> View:
    """The view of n frames; `about` is the place that stays where it is, right and down."""
    moves = (
        (steering.zoom, 1.0),
        (steering.rotation_deg, 0.0),
        (steering.pan_x, 0.0),
        (steering.pan_y, 0.0),
    )
    if not any(lane is not None and bool((lane != neutral).any()) for lane, neutral in moves):
        return Still(grid)
    return _moved(grid, steering, about)


@dataclass(frozen=True, slots=True)
class Still:
    """The land as it is."""

    grid: Places
    turn: tuple[Tensor, Tensor] | None = None

    def frame(self, number: int) -> Still:
        return self

    def places(self, rows: Rows) -> tuple[Tensor, Tensor]:
        return self.grid.x, self.grid.y[:, slice(*rows)]

    def right_edge(self) -> tuple[Tensor, Tensor]:
        return self.grid.edge, torch.zeros_like(self.grid.edge)

    def field(self, spectrum: Tensor, rows: Rows) -> Tensor:
        return self.grid.basis_y[:, slice(*rows)].T @ spectrum @ self.grid.basis_x

    def fields(self, stream: Tensor, spectra: Tensor, rows: Rows) -> tuple[Tensor, ...]:
        down, down_slope = self.grid.basis_y[:, slice(*rows)].T, self.grid.slope_y[:, slice(*rows)].T
        slopes = down_slope @ stream @ self.grid.basis_x, down @ stream @ self.grid.slope_x
        return (*slopes, *(self.field(spectrum, rows) for spectrum in spectra.unbind(1)))


@dataclass(frozen=True, slots=True)
class Moved:
    """The land from nearer or further, turned: pixel (x, y) looks at (a x + b y + left, -b x + a y + top)."""

    grid: Places
    a: Tensor
    """Shape (n, 1, 1), like b, left and top."""
    b: Tensor
    left: Tensor
    top: Tensor
    turn: tuple[Tensor, Tensor] | None
    across: Tensor
    """The 41 waves along a row, real parts above imaginary: shape (n, 82, columns)."""

    def frame(self, number: int) -> Moved:
        one = slice(number, number + 1)
        a, b, left, top = (value[one] for value in (self.a, self.b, self.left, self.top))
        return Moved(self.grid, a, b, left, top, self.turn, self.across[one])

    def places(self, rows: Rows) -> tuple[Tensor, Tensor]:
        x, y = self.grid.x, self.grid.y[:, slice(*rows)]
        return self.a * x + self.b * y + self.left, self.a * y - self.b * x + self.top

    def right_edge(self) -> tuple[Tensor, Tensor]:
        x = self.grid.edge
        return self.a * x + self.left, -self.b * x + self.top

    def field(self, spectrum: Tensor, rows: Rows) -> Tensor:
        return self._sum(_amplitudes(spectrum), self._down(rows))

    def fields(self, stream: Tensor, spectra: Tensor, rows: Rows) -> tuple[Tensor, ...]:
        amplitudes, down = _amplitudes(stream), self._down(rows)
        number_y, number_x = (1j * FUNDAMENTAL * number for number in _numbers(self.a.device))
        slopes = self._sum(amplitudes * number_y, down), self._sum(amplitudes * number_x, down)
        return (*slopes, *(self._sum(_amplitudes(spectrum), down) for spectrum in spectra.unbind(1)))

    def _down(self, rows: Rows) -> Tensor:
        """The waves along a column, complex (n, rows, 41)."""
        number_y, number_x = _numbers(self.a.device)
        y = self.grid.y[:, slice(*rows)]
        rate = number_x * self.b + number_y * self.a
        phase = FUNDAMENTAL * (y * rate + number_x * self.left + number_y * self.top)
        return torch.polar(torch.ones_like(phase), phase)

    def _sum(self, amplitudes: Tensor, down: Tensor) -> Tensor:
        waves = down * amplitudes[:, None]
        return torch.cat([waves.real, -waves.imag], 2) @ self.across


def _moved(grid: Places, steering: FrameControls, about: tuple[float, float]) -> Moved:
    lanes = (steering.zoom, steering.rotation_deg, steering.pan_x, steering.pan_y)
    given = next(lane for lane in lanes if lane is not None)
    device = grid.x.device
    ones = torch.ones(len(given), 1, 1, device=device)
    closer = ones if steering.zoom is None else steering.zoom.to(ones).view(-1, 1, 1)
    turn, cos, sin = None, ones, 0 * ones
    if steering.rotation_deg is not None:
        angle = torch.deg2rad(steering.rotation_deg.to(ones).double()).view(-1, 1, 1)
        cos, sin = torch.cos(angle).float(), torch.sin(angle).float()
        turn = cos, sin
    a, b = cos / closer, sin / closer
    right, down = about
    number_y, number_x = _numbers(device)
    rate = (number_x * a - number_y * b).view(len(given), -1, 1)
    phase = FUNDAMENTAL * rate * grid.x
    across = torch.cat([torch.cos(phase), torch.sin(phase)], 1)
    left, top = right - a * right - b * down, down - a * down + b * right
    if steering.pan_x is not None:
        left = left + steering.pan_x.to(ones).view(-1, 1, 1)
    if steering.pan_y is not None:
        top = top + steering.pan_y.to(ones).view(-1, 1, 1)
    return Moved(grid, a, b, left, top, turn, across)


@lru_cache(maxsize=4)
def _numbers(device: torch.device) -> tuple[Tensor, Tensor]:
    """The wave numbers down and across, for one of each pair of complex-conjugate waves."""
    pairs = [(y, x) for y in range(WAVES + 1) for x in range(-WAVES, WAVES + 1) if y > 0 or x >= 0]
    down, across = zip(*pairs, strict=True)
    return torch.tensor(down, device=device), torch.tensor(across, device=device)


def _amplitudes(spectrum: Tensor) -> Tensor:
    """The amplitudes of these waves, complex (n, 41), from a spectrum (n, 9, 9) of cosines and sines."""
    to_waves = _to_waves(spectrum.device)
    all_waves = to_waves.T @ spectrum.to(torch.complex64) @ to_waves
    number_y, number_x = _numbers(spectrum.device)
    half = all_waves[:, number_y + WAVES, number_x + WAVES]
    return torch.where((number_y == 0) & (number_x == 0), half, 2 * half)


@lru_cache(maxsize=4)
def _to_waves(device: torch.device) -> Tensor:
    """The matrix to e+ and e-, where cos = (e+ + e-) / 2 and sin = (e+ - e-) / 2i: complex (9, 9)."""
    to_waves = torch.zeros(1 + 2 * WAVES, 1 + 2 * WAVES, dtype=torch.complex64, device=device)
    to_waves[0, WAVES] = 1
    for k in range(1, WAVES + 1):
        to_waves[2 * k - 1, WAVES + k] = to_waves[2 * k - 1, WAVES - k] = 0.5
        to_waves.imag[2 * k, WAVES + k], to_waves.imag[2 * k, WAVES - k] = -0.5, 0.5
    return to_waves
