"""Chooses the spatialiser of a bus, and moves the bus with it along its lanes.

`balance` is for two loudspeakers; `binaural` (a model of a head) and `hrtf` (a measured one) for headphones.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ....compiler.plan import BusPlan, SoundPlan
from ....store.values.array_types import F64
from ..block import reblocked, times_of
from .balance import Balance
from .place import Place, PlaceAt, Space, StereoPower


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
    """The place of a bus over time, as a function made from its lanes."""

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
