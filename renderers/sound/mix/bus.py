"""A bus from its stems to what it gives to the mix, as tasks of the build graph.

Nothing here depends on any other bus, so that buses can be rendered side by side.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from ....compiler.plan import BusPlan, SoundPlan
from ....store.file_digests import FileDigests
from ....store.graph import Build, Digests, Progress, Task
from ....store.node import Node
from ....store.store import Entry, Made, Store
from ....store.values.array_types import F32, F64
from ..block import cuts, times_of
from ..effects.chain import through_chain
from ..space.choose import placed
from ..space.place import StereoPower
from ..stems.stem import kept_blocks, stem_task
from ..stems.stem_nodes import STEM, stem_source
from ..wave import read_wav, write_wav
from .nodes import CHAIN, DRY, WET, bus_node, chain_node, dry_node
from .places_of_notes import apart

Given = TypeVar("Given", Digests, Entry)


@dataclass(frozen=True, slots=True)
class BusTasks:
    """The tasks that make the sound of a bus.

    wet   what it gives to the mix: its stems through the chain, at its level, moved; the record's `kappa` is
          the correlation of its channels before it is moved
    dry   the sum of its stems, where it is asked for
    """

    wet: Task
    dry: Task | None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that exist."""
        return (self.wet,) if self.dry is None else (self.wet, self.dry)


@dataclass(frozen=True, slots=True)
class KeptChain:
    """A bus, or its part that is in one place, through its chain and at its level, not moved yet."""

    part: BusPlan
    file: Path
    power: StereoPower
    key: str
    is_new: bool = False
    """Whether this run made it instead of finding it in the cache."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a bus that is in one place, with its stems; a recording has no task and a source."""

    bus: BusPlan
    stems: tuple[Task | None, ...]
    recorded: tuple[str | None, ...]

    @property
    def needs(self) -> tuple[Task, ...]:
        return tuple(task for task in self.stems if task is not None)

    def sources(self, inputs: Sequence[Digests], digests: FileDigests) -> list[str]:
        """The sources that the bus reads of each stem, from the digests of the stems that are made."""
        made = iter(inputs)
        return [
            source if source is not None else stem_source(stem, next(made)[STEM], digests)
            for stem, source in zip(self.bus.stems, self.recorded, strict=True)
        ]

    def stream(self, entries: Sequence[Entry], plan: SoundPlan) -> Iterator[F64]:
        """The sum of the stems."""
        made = iter(entries)
        return _dry_blocks(self.bus, [None if task is None else next(made) for task in self.stems], plan)


def kept_chains(bus: BusPlan, plan: SoundPlan, store: Store) -> tuple[KeptChain, ...]:
    """The parts of a bus before they are moved, as files of the store, made where they are missing.

    Where the store has these, another lane of the ear costs no more than the movement. Raises as making the
    tasks of `bus_tasks` does.
    """
    digests = FileDigests()
    build = Build(store)
    found = []
    for part in _parts(bus, plan, digests):
        task = _chain_task(part, plan, digests)
        entry = build.entry(task)
        node = build.node(task)
        assert node is not None  # its stems were made
        power = _power_from(part.bus, entry, plan)
        found.append(KeptChain(part.bus, entry.files[CHAIN], power, node.key, task in build.made))
    return tuple(found)


def bus_tasks(bus: BusPlan, plan: SoundPlan, digests: FileDigests, *, keep_dry: bool) -> BusTasks:
    """The tasks of a bus, which need those of its stems.

    Raises PieceError for a file that is not a recording, OSError for one that cannot be read. Making them
    raises PieceError where a stem cannot be used, OSError where a file changes meanwhile.
    """
    digests = digests.part()
    parts = _parts(bus, plan, digests)
    needs = tuple(task for part in parts for task in part.needs)

    def sources(inputs: Sequence[Digests]) -> list[str]:
        return [source for part, own in _shared(parts, inputs) for source in part.sources(own, digests)]

    def streams(entries: Sequence[Entry]) -> list[Iterator[F64]]:
        """The sum of the stems of each part."""
        return [part.stream(own, plan) for part, own in _shared(parts, entries)]

    def make_wet(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        levelled = [
            _Levelled(part, own, store.get(_chain_node(part, own, plan, digests).key))
            for part, own in _shared(parts, entries)
        ]
        kappa = _write_wet(file, levelled, plan, progress)
        digests.check()
        return {WET: file}, {"seconds": round(time.perf_counter() - started_s, 3), "kappa": repr(kappa)}

    def make_dry(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        sums = _summed(streams(entries))
        write_wav(file, (np.asarray(block.T, np.float32) for block in sums), plan.sample_rate_hz)
        digests.check()
        return {DRY: file}, {"seconds": round(time.perf_counter() - started_s, 3)}

    wet = Task(
        "bus", bus.name, (WET,), lambda inputs: bus_node(bus, sources(inputs), plan, digests), make_wet, needs
    )
    dry = Task("dry", bus.name, (DRY,), lambda inputs: dry_node(bus, sources(inputs), plan), make_dry, needs)
    return BusTasks(wet, dry if keep_dry else None)


@dataclass(frozen=True, slots=True)
class _Levelled:
    """A part of a bus with the entries of its stems, and of its chain where the store has it."""

    part: _Part
    stems: Sequence[Entry]
    chain: Entry | None


def _parts(bus: BusPlan, plan: SoundPlan, digests: FileDigests) -> list[_Part]:
    """A bus by the places of its notes, each with the tasks of its stems."""
    found = []
    for part in apart(bus):
        stems = tuple(stem_task(stem, plan, digests) for stem in part.stems)
        # The source of a recording is known now; that of a made stem, once it is made.
        recorded = (
            stem_source(stem, None, digests) if task is None else None
            for stem, task in zip(part.stems, stems, strict=True)
        )
        found.append(_Part(part, stems, tuple(recorded)))
    return found


def _shared(parts: Sequence[_Part], given: Sequence[Given]) -> Iterator[tuple[_Part, Sequence[Given]]]:
    """Each part with its share of what the tasks of all stems have made."""
    first = 0
    for part in parts:
        end = first + len(part.needs)
        yield part, given[first:end]
        first = end


def _chain_node(part: _Part, entries: Sequence[Entry], plan: SoundPlan, digests: FileDigests) -> Node:
    sources = part.sources(
        [{name: file.name for name, file in entry.files.items()} for entry in entries], digests
    )
    return chain_node(part.bus, sources, plan, digests)


def _chain_task(part: _Part, plan: SoundPlan, digests: FileDigests) -> Task:
    """The task of a part before it is moved. The finished bus reads it where the store has it."""

    def node(inputs: Sequence[Digests]) -> Node:
        return chain_node(part.bus, part.sources(inputs, digests), plan, digests)

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        power = StereoPower.of(part.bus, plan.sample_rate_hz)
        write_wav(
            file, _levelled_blocks(part.bus, part.stream(entries, plan), plan, power), plan.sample_rate_hz
        )
        digests.check()
        said = [repr(value) for value in (power.both, power.cross, power.low, power.heard)]
        return {CHAIN: file}, {"seconds": round(time.perf_counter() - started_s, 3), "power": said}

    return Task("chain", part.bus.name, (CHAIN,), node, make, part.needs)


def _power_from(bus: BusPlan, entry: Entry, plan: SoundPlan) -> StereoPower:
    power = StereoPower.of(bus, plan.sample_rate_hz)
    power.both, power.cross, power.low, power.heard = map(float, entry.facts["power"])
    return power


def _levelled_blocks(
    bus: BusPlan, blocks: Iterator[F64], plan: SoundPlan, power: StereoPower
) -> Iterator[F32]:
    """The bus through its chain, at its level: blocks (n, 2); its power is counted as they pass."""
    first = 0
    for block in through_chain(blocks, bus.chain, plan.sample_count, plan.sample_rate_hz):
        gain = bus.gain.values(times_of(first, block.shape[1], plan.sample_rate_hz))
        levelled = (block * gain).astype(np.float32)
        power.add(levelled.astype(np.float64))
        yield np.ascontiguousarray(levelled.T)
        first += block.shape[1]


def _write_wet(file: Path, parts: Sequence[_Levelled], plan: SoundPlan, progress: Progress) -> float:
    """Write what the bus gives to the mix; returns the correlation of its channels before it is moved."""
    with ExitStack() as opened:
        moved, kappas = [], []
        for k, one in enumerate(parts):
            bus = one.part.bus
            if one.chain is not None:
                power, blocks = _power_from(bus, one.chain, plan), read_wav(one.chain.files[CHAIN])
            else:
                stored = opened.enter_context(tempfile.TemporaryFile(dir=file.parent))
                dry = one.part.stream(one.stems, plan)
                power = _store(bus, dry, plan, stored, _part_of(progress, k / len(parts), len(parts)))
                blocks = _stored(stored, plan)
            moved.append(placed(bus, power, blocks, plan.sample_count, plan.sample_rate_hz))
            kappas.append(power.kappa)
        write_wav(file, _watched(_summed(moved), plan, progress), plan.sample_rate_hz)
    return float(np.mean(kappas))


def _part_of(progress: Progress, begun: float, count: int) -> Progress:
    return lambda share: progress(0.7 * (begun + share / count))


def _store(
    bus: BusPlan, blocks: Iterator[F64], plan: SoundPlan, stored: BinaryIO, progress: Progress
) -> StereoPower:
    """The bus through its chain, at its level, into a file; and its power."""
    power = StereoPower.of(bus, plan.sample_rate_hz)
    done = 0
    for block in _levelled_blocks(bus, blocks, plan, power):
        stored.write(block.tobytes())
        done += len(block)
        progress(done / plan.sample_count)
    return power


def _summed(streams: list[Iterator[F64]]) -> Iterator[F64]:
    """Streams of the same blocks, added up: the parts of a bus whose notes are in several places."""
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
    """Reads the file that _store wrote."""
    stored.seek(0)
    for _, count in cuts(plan.sample_count):
        frames = np.frombuffer(stored.read(count * 8), np.float32).reshape(count, 2)
        yield frames.T.astype(np.float64)
