"""Space: where a bus stands around the head, sample by sample, at a loudness that is the same everywhere.

`balance` is for two loudspeakers and stands here; `binaural` (a model of a head) and `hrtf` (a measured one)
are for headphones. The law of the balance is that of the Web Audio StereoPannerNode, which throws nothing
away, divided by the power that the correlation of the two channels would add:

    kappa = 2⟨LR⟩ / (⟨L²⟩ + ⟨R²⟩),  c = sin(|p|·pi/2),  s = cos(|p|·pi/2),  k = 1/sqrt(1 + kappa·c)
    p <= 0:  L' = k(L + c·R),  R' = k·s·R        p > 0: mirrored

The total power of the uncompensated law is (P_L + P_R)(1 + kappa·c) exactly, so the mean power does not
depend on the place, whatever the source: mono gives the sine-cosine law, uncorrelated channels the W3C's.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....compiler.plan import BusPlan, SoundPlan
from ..block import reblocked, times_of
from .head import LowPass

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bus stands at each of n samples: arrays (n,)."""

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
        """What has to be measured of this bus, still at 0."""
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


def placed(
    bus: BusPlan, power: StereoPower, blocks: Iterable[F64], sample_count: int, sample_rate_hz: int
) -> Iterator[F64]:
    """A rendered bus, moved: blocks (2, n) in, blocks of BLOCK out, sample_count samples, n in place n."""
    space = space_of(bus, power, sample_rate_hz)
    moved = reblocked(space.moved(blocks, places(bus, sample_rate_hz)), sample_count)
    if bus.distance is None:
        yield from moved
        return
    first = 0
    for block in moved:
        times_s = times_of(first, block.shape[1], sample_rate_hz)
        # Twice as far is 6 dB softer: sound pressure goes with 1/r.
        yield block / bus.distance.values(times_s)
        first += block.shape[1]


def places(bus: BusPlan, sample_rate_hz: int) -> PlaceAt:
    """Where the lanes put a bus."""

    def place_at(first: int, count: int) -> Place:
        times_s = times_of(first, count, sample_rate_hz)
        elevation_deg = None if bus.elevation_deg is None else bus.elevation_deg.values(times_s)
        if bus.azimuth_deg is None:
            ear = np.clip(bus.ear.values(times_s) + bus.ear_offset, -1.0, 1.0)
            azimuth_deg = 90.0 * ear
        else:
            azimuth_deg = bus.azimuth_deg.values(times_s) + 90.0 * bus.ear_offset
            ear = np.sin(np.radians(azimuth_deg))
        if elevation_deg is not None:
            ear = ear * np.cos(np.radians(elevation_deg))
        return Place(ear, azimuth_deg, elevation_deg)

    return place_at


def space_of(bus: BusPlan, power: StereoPower, sample_rate_hz: int) -> Space:
    """The spatialiser of a bus with that power."""
    if bus.space == "balance":
        return Balance(power.kappa)
    if bus.space == "binaural":
        from .binaural import Binaural

        behind = bus.azimuth_deg is not None
        return Binaural(sample_rate_hz, power.kappa, bus.width_deg, power.low_share, behind)
    if bus.space == "hrtf":
        from .hrtf import Hrtf, head_of

        return Hrtf(head_of(_sofa(bus), sample_rate_hz), power.kappa, bus.width_deg)
    raise ValueError(f"no spatialiser is called {bus.space!r}")


def sources_ready(plan: SoundPlan) -> None:
    """Raises PieceError where a head that a bus needs cannot be used: before anything is rendered."""
    for bus in plan.buses:
        if bus.space == "hrtf":
            from .hrtf import head_of

            head_of(_sofa(bus), plan.sample_rate_hz)


def _sofa(bus: BusPlan) -> Path:
    if bus.sofa is None:
        raise ValueError(f"bus {bus.name} has no head")
    return bus.sofa


def apart(bus: BusPlan) -> tuple[BusPlan, ...]:
    """The bus once for each place that its notes have, with the notes of that place: itself where it is one.

    The compiler gives a bus at most 16 such places. Recordings stand where the lane is.
    """
    offsets = sorted({note.ear for stem in bus.stems for note in stem.notes or ()})
    if not offsets or offsets == [0.0]:
        return (bus,)
    if any(stem.notes is None for stem in bus.stems) and 0.0 not in offsets:
        offsets.append(0.0)
    parts = []
    for offset in offsets:
        stems = [
            stem
            if stem.notes is None
            else replace(stem, notes=tuple(note for note in stem.notes if note.ear == offset))
            for stem in bus.stems
            if stem.notes is not None or offset == 0.0
        ]
        parts.append(replace(bus, stems=tuple(stems), ear_offset=bus.ear_offset + offset))
    return tuple(parts)


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
