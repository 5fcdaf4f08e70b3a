"""A stretch of sound mixed for the moment: buses that are finished, and others moved now, without the master.

It is heard until the exact sound is made, and where single buses are muted. The gain is that of the last
master; what then is beyond the ceiling is clipped, where the master would have limited it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..compiler.plan import SoundPlan
from ..renderers.sound.block import BLOCK, times_of
from ..renderers.sound.mix.bus import KeptChain
from ..renderers.sound.mix.summing import faded
from ..renderers.sound.space.choose import places, space_of
from ..renderers.sound.space.place import Place, StereoPower
from ..renderers.sound.wave import read_wav_at
from ..store.values.array_types import F32, F64
from ..store.values.keys import digest_of
from .sounding import BusSource

WARM_S = 0.25
"""The number of earlier samples that a spatialiser depends on."""
AHEAD = 4096
"""The number of later samples that a spatialiser depends on."""
GRID_HZ = 100.0
"""The resolution with which lanes are compared, to find the stretches that are the same."""


@dataclass(frozen=True, slots=True)
class Mixer:
    """All buses of one version, ready to be added up.

    gain      of the last master, linear
    ceiling   linear
    returns   finished returns, as files; where all buses are heard these are too
    """

    sources: tuple[BusSource, ...]
    sample_rate_hz: int
    sample_count: int
    gain: float
    ceiling: float
    returns: tuple[Path, ...] = ()
    fades_s: tuple[float, float] = (0.0, 0.0)
    """Fades at the beginning and at the end."""

    def stretch(self, first: int, count: int, heard: Collection[int] | None = None) -> F32:
        """Samples first up to first + count, (count, 2); `heard`: numbers of buses, None for all.

        Raises OSError where a file has gone from the cache.
        """
        count = max(0, min(count, self.sample_count - first))
        total = np.zeros((2, count))
        for k, source in enumerate(self.sources):
            if heard is None or k in heard:
                total += self._bus(source, first, count)
        if heard is None or len(heard) == len(self.sources):
            for path in self.returns:
                total += read_wav_at(path, first, count)
        total *= faded(first, count, self.sample_count, self.sample_rate_hz, *self.fades_s)
        limited = np.clip(total * self.gain, -self.ceiling, self.ceiling)
        return np.ascontiguousarray(limited.T, np.float32)

    def name(self, first: int, count: int) -> str:
        """A name for a stretch of the mix: the same samples have the same name."""
        said = [self.gain, self.ceiling, self.fades_s, [path.name for path in self.returns], first, count]
        for source in self.sources:
            if source.wet is not None:
                said.append(source.wet.name)
            else:
                said += [self._chain_name(chain, first, count) for chain in source.chains]
        return digest_of(said)

    def _bus(self, source: BusSource, first: int, count: int) -> F64:
        if source.wet is not None:
            return read_wav_at(source.wet, first, count)
        total = np.zeros((2, count))
        for chain in source.chains:
            total += self._moved(chain, first, count)
        return total

    def _moved(self, chain: KeptChain, first: int, count: int) -> F64:
        """A stretch of a bus, moved along its lanes."""
        rate_hz, bus = self.sample_rate_hz, chain.part
        begin = max(0, first - round(WARM_S * rate_hz))
        place_at = places(bus, rate_hz)

        def shifted(at: int, length: int) -> Place:
            return place_at(begin + at, length)

        space = space_of(bus, chain.power, rate_hz)
        wanted = first - begin + count
        moved, held = [], 0
        for block in space.moved(self._blocks(chain.file, begin, wanted + AHEAD), shifted):
            moved.append(block)
            held += block.shape[1]
            if held >= wanted:
                break
        joined = np.concatenate([*moved, np.zeros((2, max(0, wanted - held)))], axis=1)
        stretch = joined[:, first - begin : wanted]
        if bus.distance is not None:
            stretch = stretch / bus.distance.values(times_of(first, count, rate_hz))
        return stretch

    def _blocks(self, path: Path, first: int, count: int) -> Iterator[F64]:
        for begin in range(first, min(first + count, self.sample_count), BLOCK):
            yield read_wav_at(path, begin, min(BLOCK, self.sample_count - begin))

    def _chain_name(self, chain: KeptChain, first: int, count: int) -> str:
        bus, rate_hz = chain.part, self.sample_rate_hz
        since_s = max(0.0, first / rate_hz - WARM_S)
        steps = np.arange(int((count / rate_hz + WARM_S) * GRID_HZ) + 2)
        times_s = since_s + steps / GRID_HZ
        lanes = [
            None if lane is None else lane.values(times_s)
            for lane in (bus.ear, bus.azimuth_deg, bus.elevation_deg, bus.distance)
        ]
        placed = (bus.space, bus.width_deg, bus.level, bus.ear_offset, chain.power.kappa)
        return digest_of((chain.file.name, lanes, placed))


def warm(plan: SoundPlan) -> None:
    """Moves a little silence on each bus, so that spatialisers load their data now instead of at a save."""
    silence = np.zeros((2, AHEAD))
    for bus in {bus.space: bus for bus in plan.buses}.values():
        space = space_of(bus, StereoPower(), plan.sample_rate_hz)
        for _ in space.moved([silence], places(bus, plan.sample_rate_hz)):
            pass


def chunks_of(sample_count: int, chunk: int) -> Sequence[tuple[int, int]]:
    """First sample and length of every chunk of a sound."""
    return [(first, min(chunk, sample_count - first)) for first in range(0, sample_count, chunk)]
