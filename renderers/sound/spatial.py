"""Space: where a bus stands between the ears, sample by sample, at constant power.

`space: balance`. The law after the Web Audio StereoPannerNode, which throws nothing away, divided by the
power that the correlation of the two channels would add:

    kappa = 2⟨LR⟩ / (⟨L²⟩ + ⟨R²⟩),  c = sin(|p|·pi/2),  s = cos(|p|·pi/2),  k = 1/sqrt(1 + kappa·c)
    p <= 0:  L' = k(L + c·R),  R' = k·s·R        p > 0: mirrored

The total power of the uncompensated law is (P_L + P_R)(1 + kappa·c) exactly, so the mean power does not
depend on the place, whatever the source: mono gives the sine-cosine law, uncorrelated channels the W3C's.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


class Space(Protocol):
    """Moves a stereo signal: all that the mix knows of a spatialiser."""

    def moved(self, block: F64, ear: F64) -> F64:
        """block (2, n), the next n samples; ear (n,), -1 left .. +1 right; returns (2, n)."""
        ...


@dataclass(slots=True)
class StereoPower:
    """Powers of a stereo signal, summed as it passes: what a spatialiser may know of a whole bus."""

    both: float = 0.0
    """Sum of L² + R²."""
    cross: float = 0.0
    """Sum of L·R."""

    def add(self, block: F64) -> None:
        """Counts the next samples, (2, n)."""
        self.both += float(np.sum(block * block))
        self.cross += float(np.sum(block[0] * block[1]))

    @property
    def kappa(self) -> float:
        """2⟨LR⟩/(⟨L²⟩ + ⟨R²⟩): 1 mono, 0 uncorrelated, -1 opposite; 1 for silence."""
        return 2.0 * self.cross / self.both if self.both > 0.0 else 1.0


@dataclass(frozen=True, slots=True)
class Balance:
    """Balance between two loudspeakers at constant power."""

    kappa: float

    def moved(self, block: F64, ear: F64) -> F64:
        """block (2, n), ear (n,) in -1..1; returns (2, n). Nothing changes where ear is 0."""
        return balanced(block, ear, self.kappa)


def space_named(name: str, power: StereoPower) -> Space:
    """The spatialiser of that name for a bus with that power."""
    if name == "balance":
        return Balance(power.kappa)
    raise ValueError(f"no spatialiser is called {name!r}")


def balanced(block: F64, ear: F64, kappa: float) -> F64:
    """The law at the head of this file, per sample: block (2, n), ear (n,) in -1..1."""
    angle = np.abs(ear) * (np.pi / 2.0)
    # Opposite channels at a far ear would cancel to nothing, and no gain can mend that: at most +20 dB.
    power = np.maximum(1.0 + kappa * np.sin(angle), 0.01)
    gain = 1.0 / np.sqrt(power)
    cross, stay = gain * np.sin(angle), gain * np.cos(angle)
    to_left = ear <= 0.0
    left, right = block
    out = np.empty_like(block)
    out[0] = np.where(to_left, gain * left + cross * right, stay * left)
    out[1] = np.where(to_left, stay * right, gain * right + cross * left)
    return out


def sine_cosine_gains(ear: F64) -> tuple[F64, F64]:
    """Left and right gain of the plain balance law: √2·cos θ and √2·sin θ, θ = (p + 1)·pi/4."""
    angle = (ear + 1.0) * (np.pi / 4.0)
    return np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)


def pydub_gains(ear: F64) -> tuple[F64, F64]:
    """Left and right gain of pydub's pan: 2^(|p|/2) on the near side, 2 - 2^|p| on the far one."""
    near, far = 2.0 ** (np.abs(ear) / 2.0), 2.0 - 2.0 ** np.abs(ear)
    return np.where(ear <= 0.0, near, far), np.where(ear <= 0.0, far, near)
