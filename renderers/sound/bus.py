"""A bus from its stems to what it gives to the mix: files of samples that outlive the process they came from.

Nothing here depends on any other bus, so that buses can be rendered side by side.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import BusPlan, SoundPlan
from .block import cuts, times_of
from .effects import through_chain
from .spatial import StereoPower, apart, placed
from .stems import stem_blocks
from .wave import read_wav, write_wav

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class RenderedBus:
    """Where the samples of a bus are: float32 wav files, as long as the film."""

    wet: Path
    """What it gives to the mix: its stems through the chain, at its level, moved."""
    dry: Path | None
    """The sum of its stems, where it was asked for."""
    kappa: float
    """The correlation of its channels before it is moved."""


def rendered_bus(
    bus: BusPlan, plan: SoundPlan, folder: Path, *, keep_dry: bool, progress: Progress
) -> RenderedBus:
    """The bus as files in a folder of its own; raises PieceError where a stem cannot be used."""
    wet, dry = folder / "wet.wav", folder / "dry.wav"
    if keep_dry:
        unmoved = (np.asarray(block.T, np.float32) for block in _dry_blocks(bus, plan, folder))
        write_wav(dry, unmoved, plan.sample_rate_hz)
    parts = apart(bus)
    with ExitStack() as files:
        moved, kappas = [], []
        for k, part in enumerate(parts):
            stored = files.enter_context(tempfile.TemporaryFile(dir=folder))
            blocks = read_wav(dry) if keep_dry and part is bus else _dry_blocks(part, plan, folder)
            begun = k / len(parts)
            power = _store(part, blocks, plan, stored, _part_of(progress, begun, len(parts)))
            moved.append(placed(part, power, _stored(stored, plan), plan.sample_count, plan.sample_rate_hz))
            kappas.append(power.kappa)
        write_wav(wet, _watched(_summed(moved), plan, progress), plan.sample_rate_hz)
    return RenderedBus(wet, dry if keep_dry else None, float(np.mean(kappas)))


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


def _dry_blocks(bus: BusPlan, plan: SoundPlan, folder: Path) -> Iterator[F64]:
    stems = [stem_blocks(stem, plan.sample_count, plan.sample_rate_hz, folder) for stem in bus.stems]
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
