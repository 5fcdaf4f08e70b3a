"""Balance between two loudspeakers, at a loudness that is the same everywhere.

The law is that of the Web Audio StereoPannerNode, which throws nothing away, divided by the power that the
correlation of the two channels would add:

    kappa = 2⟨LR⟩ / (⟨L²⟩ + ⟨R²⟩),  c = sin(|p|·pi/2),  s = cos(|p|·pi/2),  k = 1/sqrt(1 + kappa·c)
    p <= 0:  L' = k(L + c·R),  R' = k·s·R        p > 0: mirrored

The total power of the uncompensated law is (P_L + P_R)(1 + kappa·c) exactly, so the mean power does not
depend on the place, whatever the source: mono gives the sine-cosine law, uncorrelated channels the W3C's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ....store.values.array_types import F64
from .place import PlaceAt


@dataclass(frozen=True, slots=True)
class Balance:
    """Balance between two loudspeakers at constant power."""

    kappa: float

    def moved(self, blocks: Iterable[F64], place_at: PlaceAt) -> Iterator[F64]:
        """The stream, moved; nothing changes where ear is 0."""
        first = 0
        for block in blocks:
            yield balanced(block, place_at(first, block.shape[1]).ear, self.kappa)
            first += block.shape[1]


def balanced(block: F64, ear: F64, kappa: float) -> F64:
    """The law at the top of this file, per sample: block (2, n), ear (n,) in -1..1."""
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
