"""Controls that the noise moves: 24 numbers, and the spectra of a flow field and of six smooth fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ....store.values.array_types import F64
from ...tensors import tensor_of
from ..protocol import NOISE_SIZE
from .grid import BASIS_SIZE

CONTROL_COUNT = 24
GATE_FIELDS = 4

# Which control drives what, besides being a phase or a place in the motifs.
ROLL, ZOOM, PAN_X, PAN_Y, LIGHT_X, LIGHT_Y, HUE = range(7)


@dataclass(frozen=True, slots=True)
class Movement:
    """The values that the noise determines for n frames."""

    controls: Tensor
    """Shape (n, 24), unit variance."""
    bounded: Tensor
    """The controls, softly bounded to [-1, 1]."""
    stream: Tensor
    """Spectrum of the flow's stream function: shape (n, 9, 9)."""
    drift_sway: Tensor
    """Spectra of the fields drift and sway: shape (n, 2, 9, 9)."""
    gates: Tensor
    """Spectra of four fields that move the borders between classes: shape (n, 4, 81)."""


class NoiseReader:
    """Random projections from the 128 dimensions of the noise.

    Projections, rather than "dimension k does thing k": every kick of the noise moves everything a little.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        rng = np.random.Generator(np.random.PCG64([seed, 1]))

        def on_device(rows: F64) -> Tensor:
            return tensor_of(np.asarray(rows, np.float32), device)

        def spectra(decay: float, waves: int, count: int = 1) -> F64:
            values = rng.standard_normal((count, BASIS_SIZE, BASIS_SIZE, NOISE_SIZE)) / NOISE_SIZE**0.5
            rows: F64 = (values * spectrum_weights(decay, waves)[None, :, :, None]).reshape(-1, NOISE_SIZE)
            return rows

        # Rows of variance 1/128: noise of unit variance gives controls of unit variance.
        self._controls = on_device(rng.standard_normal((NOISE_SIZE, CONTROL_COUNT)) / NOISE_SIZE**0.5)
        self._stream = on_device(spectra(3.2, 4).T)
        drift, sway = spectra(1.8, 4), spectra(2.2, 3)
        self._drift_sway = on_device(np.concatenate([drift, sway]).T)
        self._gates = on_device(spectra(1.6, 3, GATE_FIELDS).T)

    def read(self, noise: Tensor) -> Movement:
        """noise: shape (n, 128)."""
        n, k = len(noise), BASIS_SIZE
        controls = noise @ self._controls
        bounded = torch.tanh(controls * 0.7)
        return Movement(
            controls,
            bounded,
            (noise @ self._stream).view(n, k, k),
            (noise @ self._drift_sway).view(n, 2, k, k),
            (noise @ self._gates).view(n, GATE_FIELDS, k * k),
        )


def spectrum_weights(decay: float, waves: int) -> F64:
    """Shape (9, 9): amplitudes that fall with the wave number, and give a field of unit variance."""
    number = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4])
    squared = number[:, None] ** 2 + number[None] ** 2
    inside = (squared > 0) & (squared <= waves * waves + 0.5)
    weights: F64 = np.where(inside, (squared + 0.5) ** (-decay / 2.0), 0.0)
    normalised: F64 = weights / np.sqrt((weights**2).sum() * 0.25)
    return normalised
