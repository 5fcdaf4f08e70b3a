"""The place of a bus around the head at each sample, and the protocol of whatever moves a bus there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ....compiler.plan import BusPlan
from ....store.values.array_types import F64
from .head import LowPass


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a bus at each of n samples: arrays (n,)."""

    ear: F64
    """-1 left .. +1 right: the share of the whole way to one ear."""
    azimuth_deg: F64
    """Clockwise from the front, unwrapped."""
    elevation_deg: F64 | None = None
    """Up from the horizon; None is 0 throughout."""


PlaceAt = Callable[[int, int], Place]
"""The places of the samples `first` up to first + count."""


class Space(Protocol):
    """Moves a stereo signal: all that the mix knows of a spatialiser."""

    def moved(self, blocks: Iterable[F64], place_at: PlaceAt) -> Iterator[F64]:
        """The stream (2, n), as many samples in as out, in blocks of any size; sample n is placed at n."""
        ...


@dataclass(slots=True)
class StereoPower:
    """Powers of a stereo signal, summed as it passes: what a spatialiser may know of a whole bus."""

    both: float = 0.0
    """Sum of L² + R²."""
    cross: float = 0.0
    """Sum of L·R."""
    low_pass: LowPass | None = None
    """The filter of the head's shadow, where the level is to be weighed for this very signal."""
    low: float = 0.0
    """Sum of (L + R)² behind it."""
    heard: float = 0.0
    """Sum of (L + R)² before it."""

    @classmethod
    def of(cls, bus: BusPlan, sample_rate_hz: int) -> "StereoPower":
        """A meter for this bus, starting at 0."""
        return cls(low_pass=LowPass.of_shadow(sample_rate_hz) if bus.level == "stem" else None)

    def add(self, block: F64) -> None:
        """Counts the next samples, (2, n)."""
        self.both += float(np.sum(block * block))
        self.cross += float(np.sum(block[0] * block[1]))
        if self.low_pass is not None:
            both = block[0] + block[1]
            self.heard += float(np.sum(both * both))
            self.low += float(np.sum(self.low_pass.filtered(both) ** 2))

    @property
    def kappa(self) -> float:
        """2⟨LR⟩/(⟨L²⟩ + ⟨R²⟩): 1 mono, 0 uncorrelated, -1 opposite; 1 for silence."""
        return 2.0 * self.cross / self.both if self.both > 0.0 else 1.0

    @property
    def low_share(self) -> float | None:
        """The share of the power that is left behind the shadow's filter; None where it was not measured."""
        return self.low / self.heard if self.low_pass is not None and self.heard > 0.0 else None
