"""A bus from its stems to what it gives to the mix, as tasks of the build graph.

Nothing here depends on any other bus, so that buses can be rendered side by side.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ....compiler.plan import BusPlan, SoundPlan
from ....store.file_digests import FileDigests
from ....store.graph import Digests, Progress, Task
from ....store.store import Entry, Made, Store
from ..block import cuts, times_of
from ..effects.chain import through_chain
from ..space.choose import placed
from ..space.place import StereoPower
from ..stems.stem import kept_blocks, stem_task
from ..stems.stem_nodes import STEM, stem_source
from ..wave import write_wav
from .nodes import DRY, WET, bus_node, dry_node
from .places_of_notes import apart

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BusTasks:
    """What is made of a bus.

    wet   what it gives to the mix: its stems through the chain, at its level, moved; the record's `kappa` is
          the correlation of its channels before it is moved
    dry   the sum of its stems, where it is asked for
    """

    wet: Task
    dry: Task | None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Those that there are."""
        return (self.wet,) if self.dry is None else (self.wet, self.dry)


def bus_tasks(bus: BusPlan, plan: SoundPlan, digests: FileDigests, *, keep_dry: bool) -> BusTasks:
    """The tasks of a bus, which need those of its stems.

    Raises PieceError for a file that is not a recording, OSError for one that cannot be read. Making them
    raises PieceError where a stem cannot be used, OSError where a file changes meanwhile.
    """
    digests = digests.part()
    parts = apart(bus)
    stems = [[(stem, stem_task(stem, plan, digests)) for stem in part.stems] for part in parts]
    # What a recording gives to the bus is known now; what a stem that is made gives, when it is made.
    recorded = [stem_source(s, None, digests) if task is None else None for own in stems for s, task in own]
    needs = tuple(task for own in stems for _, task in own if task is not None)

    def sources(inputs: Sequence[Digests]) -> list[str]:
        made = iter(inputs)
        flat = [stem for own in stems for stem, _ in own]
        return [
            source if source is not None else stem_source(stem, next(made)[STEM], digests)
            for stem, source in zip(flat, recorded, strict=True)
        ]

    def streams(entries: Sequence[Entry]) -> list[Iterator[F64]]:
        """The sum of the stems of each part."""
        made = iter(entries)
        found = [[None if task is None else next(made) for _, task in own] for own in stems]
        return [_dry_blocks(part, own, plan) for part, own in zip(parts, found, strict=True)]

    def make_wet(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        file = store.scratch(".wav")
        kappa = _write_wet(file, parts, streams(entries), plan, progress)
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


def _write_wet(
    file: Path,
    parts: Sequence[BusPlan],
    streams: Sequence[Iterator[F64]],
    plan: SoundPlan,
    progress: Progress,
) -> float:
    """Write what the bus gives to the mix; returns the correlation of its channels before it is moved."""
    with ExitStack() as opened:
        moved, kappas = [], []
        for k, (part, blocks) in enumerate(zip(parts, streams, strict=True)):
            stored = opened.enter_context(tempfile.TemporaryFile(dir=file.parent))
            begun = k / len(parts)
            power = _store(part, blocks, plan, stored, _part_of(progress, begun, len(parts)))
            moved.append(placed(part, power, _stored(stored, plan), plan.sample_count, plan.sample_rate_hz))
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
    first = 0
    for block in through_chain(blocks, bus.chain, plan.sample_count, plan.sample_rate_hz):
        gain = bus.gain.values(times_of(first, block.shape[1], plan.sample_rate_hz))
        levelled = (block * gain).astype(np.float32)
        power.add(levelled.astype(np.float64))
        stored.write(levelled.T.tobytes())
        first += block.shape[1]
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
