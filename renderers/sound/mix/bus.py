"""A bus from its stems to what it gives to the mix: files of the store, made where they are not there yet.

Nothing here depends on any other bus, so that buses can be rendered side by side.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ....compiler.plan import BusPlan, SoundPlan
from ....store.store import Entry, Made, Store, made
from ..block import cuts, times_of
from ..effects.chain import through_chain
from ..space.choose import placed
from ..space.place import StereoPower
from ..stems.stem import kept_blocks, kept_stem
from ..wave import read_wav, write_wav
from .nodes import CHAIN, DRY, STEM, WET, FileDigests, bus_node, chain_node, dry_node, stem_source
from .places_of_notes import apart

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class KeptBus:
    """A bus in the store.

    wet     what it gives to the mix: its stems through the chain, at its level, moved
    dry     the sum of its stems, where it was asked for
    kappa   the correlation of its channels before it is moved
    is_new  whether it was made now
    """

    wet: Path
    dry: Path | None
    kappa: float
    is_new: bool

    @property
    def digests(self) -> dict[str, str]:
        """Of its files."""
        return {WET: self.wet.name} | ({} if self.dry is None else {DRY: self.dry.name})


@dataclass(frozen=True, slots=True)
class KeptChain:
    """A bus, or its part that stands in one place, through its chain and at its level, not moved yet."""

    part: BusPlan
    file: Path
    power: StereoPower
    key: str
    is_new: bool = False
    """Whether it was made now."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a bus that stands in one place, with what its stems are."""

    bus: BusPlan
    stems: tuple[Entry | None, ...]
    sources: tuple[str, ...]


def kept_chains(bus: BusPlan, plan: SoundPlan, store: Store) -> tuple[KeptChain, ...]:
    """The parts of a bus before they are moved, as files of the store, made where they are missing.

    Where these are kept, another lane of the ear costs no more than the movement. Raises as `kept_bus` does.
    """
    digests = FileDigests()
    return tuple(_kept_chain(part, plan, store, digests) for part in _parts(bus, plan, store, digests))


def kept_bus(bus: BusPlan, plan: SoundPlan, store: Store, *, keep_dry: bool, progress: Progress) -> KeptBus:
    """The bus as files of the store, with its stems, made where they are missing.

    Raises PieceError where a stem cannot be used, OSError where a file changes meanwhile.
    """
    digests = FileDigests()
    parts = _parts(bus, plan, store, digests)
    sources = [source for part in parts for source in part.sources]
    is_new = False

    def make_wet() -> Made:
        nonlocal is_new
        is_new = True
        started_s = time.perf_counter()
        file, kappa = _wet(parts, plan, store, digests, progress)
        digests.check()
        return {WET: file}, {"seconds": round(time.perf_counter() - started_s, 3), "kappa": repr(kappa)}

    def make_dry() -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        sums = _summed([_dry_blocks(part.bus, part.stems, plan) for part in parts])
        write_wav(file, (np.asarray(block.T, np.float32) for block in sums), plan.sample_rate_hz)
        digests.check()
        return {DRY: file}, {"seconds": round(time.perf_counter() - started_s, 3)}

    wet = made(store, bus_node(bus, sources, plan, digests), make_wet)
    dry = made(store, dry_node(bus, sources, plan), make_dry) if keep_dry else None
    assert wet is not None  # only a build that does not wait gets none
    progress(1.0)
    return KeptBus(wet.files[WET], None if dry is None else dry.files[DRY], float(wet.facts["kappa"]), is_new)


def _parts(bus: BusPlan, plan: SoundPlan, store: Store, digests: FileDigests) -> list[_Part]:
    """A bus by places, its stems made where they are missing."""
    found = []
    for part in apart(bus):
        stems = tuple(kept_stem(stem, plan, store, digests) for stem in part.stems)
        sources = (
            stem_source(stem, None if entry is None else entry.files[STEM].name, digests)
            for stem, entry in zip(part.stems, stems, strict=True)
        )
        found.append(_Part(part, stems, tuple(sources)))
    return found


def _kept_chain(part: _Part, plan: SoundPlan, store: Store, digests: FileDigests) -> KeptChain:
    is_new = False

    def make() -> Made:
        nonlocal is_new
        is_new = True
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        power = StereoPower.of(part.bus, plan.sample_rate_hz)
        write_wav(file, _levelled(part, plan, power), plan.sample_rate_hz)
        digests.check()
        said = [repr(value) for value in (power.both, power.cross, power.low, power.heard)]
        return {CHAIN: file}, {"seconds": round(time.perf_counter() - started_s, 3), "power": said}

    node = chain_node(part.bus, part.sources, plan, digests)
    entry = made(store, node, make)
    assert entry is not None  # only a build that does not wait gets none
    return KeptChain(part.bus, entry.files[CHAIN], _power_from(part, entry, plan), node.key, is_new)


def _power_from(part: _Part, entry: Entry, plan: SoundPlan) -> StereoPower:
    power = StereoPower.of(part.bus, plan.sample_rate_hz)
    power.both, power.cross, power.low, power.heard = map(float, entry.facts["power"])
    return power


def _levelled(part: _Part, plan: SoundPlan, power: StereoPower) -> Iterator[F32]:
    """A part through its chain, at its level: blocks (n, 2); its power is counted as they pass."""
    first = 0
    blocks = _dry_blocks(part.bus, part.stems, plan)
    for block in through_chain(blocks, part.bus.chain, plan.sample_count, plan.sample_rate_hz):
        gain = part.bus.gain.values(times_of(first, block.shape[1], plan.sample_rate_hz))
        levelled = (block * gain).astype(np.float32)
        power.add(levelled.astype(np.float64))
        yield np.ascontiguousarray(levelled.T)
        first += block.shape[1]


def _wet(
    parts: Sequence[_Part], plan: SoundPlan, store: Store, digests: FileDigests, progress: Progress
) -> tuple[Path, float]:
    """What the bus gives to the mix, and the correlation of its channels before it is moved."""
    file = store.scratch(".wav")
    with ExitStack() as opened:
        moved, kappas = [], []
        for k, part in enumerate(parts):
            entry = store.get(chain_node(part.bus, part.sources, plan, digests).key)
            if entry is not None:
                power, blocks = _power_from(part, entry, plan), read_wav(entry.files[CHAIN])
            else:
                stored = opened.enter_context(tempfile.TemporaryFile(dir=file.parent))
                power = _store(part, plan, stored, _part_of(progress, k / len(parts), len(parts)))
                blocks = _stored(stored, plan)
            moved.append(placed(part.bus, power, blocks, plan.sample_count, plan.sample_rate_hz))
            kappas.append(power.kappa)
        write_wav(file, _watched(_summed(moved), plan, progress), plan.sample_rate_hz)
    return file, float(np.mean(kappas))


def _part_of(progress: Progress, begun: float, count: int) -> Progress:
    return lambda share: progress(0.7 * (begun + share / count))


def _store(part: _Part, plan: SoundPlan, stored: BinaryIO, progress: Progress) -> StereoPower:
    """The part through its chain, at its level, into a file; and its power."""
    power = StereoPower.of(part.bus, plan.sample_rate_hz)
    first = 0
    for block in _levelled(part, plan, power):
        stored.write(block.tobytes())
        first += len(block)
        progress(first / plan.sample_count)
    return power


def _summed(streams: list[Iterator[F64]]) -> Iterator[F64]:
    """Streams of the same blocks, added up: the parts of a bus whose notes stand in several places."""
    for blocks in zip(*streams, strict=True):
        total = blocks[0]
        for block in blocks[1:]:
            total = total + block
        yield total


def _watched(moved: Iterator[F64], plan: SoundPlan, progress: Progress) -> Iterator[F32]:
    done = 0
    for block in moved:
        yield np.ascontiguousarray(block.T, np.float32)
        done += block.shape[1]
        progress(0.7 + 0.3 * done / plan.sample_count)


def _dry_blocks(bus: BusPlan, entries: Sequence[Entry | None], plan: SoundPlan) -> Iterator[F64]:
    stems = [kept_blocks(stem, entry, plan) for stem, entry in zip(bus.stems, entries, strict=True)]
    for _, count in cuts(plan.sample_count):
        total = np.zeros((2, count))
        for stem, source in zip(bus.stems, stems, strict=True):
            total += stem.gain * next(source)
        # As it is stored, so that storing it does not change what the chain hears.
        yield total.astype(np.float32).astype(np.float64)


def _stored(stored: BinaryIO, plan: SoundPlan) -> Iterator[F64]:
    """What _store wrote."""
    stored.seek(0)
    for _, count in cuts(plan.sample_count):
        frames = np.frombuffer(stored.read(count * 8), np.float32).reshape(count, 2)
        yield frames.T.astype(np.float64)
