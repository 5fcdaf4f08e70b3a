"""Mix: the door of the sound: a SoundPlan in, its samples out.

Files in a temporary folder keep memory the same for a minute and for an hour: each bus is rendered and its
correlation measured, then moved between the ears and added to the mix; the mix is measured, and read out
with its one gain.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import BusPlan, SoundPlan
from .block import BLOCK, times_of
from .effects import through_chain
from .spatial import Space, StereoPower, space_named
from .stems import stem_blocks

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]

HIGHEST_PEAK = 10.0 ** (-1.0 / 20.0)
"""-1 dBFS: a lossy encoder rebuilds peaks a little higher than they were."""

# A sound that is cut while it is louder than this is faded over the last milliseconds instead.
_AUDIBLE_END = 10.0 ** (-60.0 / 20.0)
_CUT_FADE_S = 0.05

# The mix is summed in float64 until it is finished.
_FRAME_BYTES = 2 * 8


@dataclass(frozen=True, slots=True)
class MixReport:
    """What the mix turned out to be: linear full-scale values, before the gain."""

    peak: float
    """Largest sample of the sum of all buses."""
    gain: float
    """1, or what brings the peak down to -1 dBFS; the same for every sample, never more than 1."""
    cut_fade_s: float
    """Length of the fade that was added because the sound was cut while it rang; 0 where it had died away."""
    kappas: tuple[tuple[str, float], ...]
    """Correlation of each bus after its chain, by name."""


class SoundRender:
    """A finished mix in a temporary file; a context manager, as the file goes when it is done with."""

    def __init__(self, plan: SoundPlan, progress: Progress | None = None) -> None:
        self._plan = plan
        self._folder = tempfile.TemporaryDirectory(prefix="musicvis-sound-")
        try:
            self.report = _mixed(plan, Path(self._folder.name), progress or _nobody)
        except BaseException:
            self._folder.cleanup()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def blocks(self) -> Iterator[F32]:
        """The sound: float32 blocks (BLOCK, 2), sample_count samples in all; as often as asked."""
        plan = self._plan
        fade_out_s = max(plan.fade_out_s, self.report.cut_fade_s)
        with _mix_file(Path(self._folder.name)).open("rb") as file:
            for first, count in _cuts(plan.sample_count):
                block = _read(file, count, np.float64)
                block *= self.report.gain * faded(
                    first, count, plan.sample_count, plan.sample_rate_hz, plan.fade_in_s, fade_out_s
                )
                yield np.ascontiguousarray(block.T, np.float32)


def render_sound(plan: SoundPlan, progress: Progress | None = None) -> Iterator[F32]:
    """The whole sound as float32 blocks (n, 2), sample_count samples in all.

    progress is told shares of the work, 0..1. A stem's file that cannot be used raises PieceError before or
    while blocks come.
    """
    with SoundRender(plan, progress) as render:
        yield from render.blocks()


def faded(
    first: int, count: int, sample_count: int, sample_rate_hz: int, fade_in_s: float, fade_out_s: float
) -> F64:
    """Gain of the samples from `first` on: a raised cosine from the first sample and another to the last."""
    n = np.arange(first, first + count, dtype=np.float64)
    gain = np.ones(count)
    if fade_in_s > 0.0:
        gain *= _smooth(n / (fade_in_s * sample_rate_hz))
    if fade_out_s > 0.0:
        gain *= _smooth((sample_count - 1 - n) / (fade_out_s * sample_rate_hz))
    return gain


def _smooth(x: F64) -> F64:
    rise: F64 = 0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0.0, 1.0))
    return rise


def _mixed(plan: SoundPlan, folder: Path, progress: Progress) -> MixReport:
    kappas = []
    shares = _Shares(progress, 2 * len(plan.buses) + 1)
    with _mix_file(folder).open("w+b") as mix:
        # Silence, without writing it.
        mix.truncate(plan.sample_count * _FRAME_BYTES)
        for bus in plan.buses:
            with tempfile.TemporaryFile(dir=folder) as stored:
                power = _render_bus(bus, plan, stored, shares.next())
                _add_moved(mix, stored, bus, space_named(bus.space, power), plan, shares.next())
            kappas.append((bus.name, power.kappa))
        peak, end_peak = _peaks(mix, plan, shares.next())
    gain = min(1.0, HIGHEST_PEAK / peak) if peak > 0.0 else 1.0
    return MixReport(
        peak=peak,
        gain=gain,
        cut_fade_s=_CUT_FADE_S if gain * end_peak > _AUDIBLE_END else 0.0,
        kappas=tuple(kappas),
    )


class _Shares:
    """Progress of a whole, told by parts of equal weight, one after the other."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress = progress
        self._count = count
        self._done = -1

    def next(self) -> Progress:
        self._done += 1
        done = self._done
        return lambda share: self._progress((done + share) / self._count)


def _add_moved(
    mix: BinaryIO, stored: BinaryIO, bus: BusPlan, space: Space, plan: SoundPlan, progress: Progress
) -> None:
    """Adds a rendered bus, moved between the ears, to the mix; buses are added in the order of the plan."""
    stored.seek(0)
    for first, count in _cuts(plan.sample_count):
        ear = np.clip(bus.ear.values(times_of(first, count, plan.sample_rate_hz)), -1.0, 1.0)
        mix.seek(first * _FRAME_BYTES)
        total = _read(mix, count, np.float64) + space.moved(_read(stored, count, np.float32), ear)
        mix.seek(first * _FRAME_BYTES)
        mix.write(total.T.tobytes())
        progress((first + count) / plan.sample_count)


def _peaks(mix: BinaryIO, plan: SoundPlan, progress: Progress) -> tuple[float, float]:
    """The largest sample of the mix, and of its last 10 ms."""
    peak = 0.0
    end_peak = 0.0
    end = plan.sample_count - round(0.01 * plan.sample_rate_hz)
    mix.seek(0)
    for first, count in _cuts(plan.sample_count):
        level = np.max(np.abs(_read(mix, count, np.float64)), axis=0)
        peak = max(peak, float(level.max()))
        end_peak = max(end_peak, float(level[max(0, end - first) :].max(initial=0.0)))
        progress((first + count) / plan.sample_count)
    return peak, end_peak


def _render_bus(bus: BusPlan, plan: SoundPlan, file: BinaryIO, progress: Progress) -> StereoPower:
    """Stems, summed, through the chain and the bus's gain, to a file of raw float32; its power."""
    power = StereoPower()
    stems = [stem_blocks(stem, plan.sample_count, plan.sample_rate_hz) for stem in bus.stems]
    dry = _summed(stems, tuple(stem.gain for stem in bus.stems), plan.sample_count)
    first = 0
    for block in through_chain(dry, bus.chain, plan.sample_count, plan.sample_rate_hz):
        count = block.shape[1]
        gain = bus.gain.values(times_of(first, count, plan.sample_rate_hz))
        stored = (block * gain).astype(np.float32)
        power.add(stored.astype(np.float64))
        file.write(stored.T.tobytes())
        first += count
        progress(first / plan.sample_count)
    return power


def _summed(stems: list[Iterator[F64]], gains: tuple[float, ...], sample_count: int) -> Iterator[F64]:
    for _, count in _cuts(sample_count):
        total = np.zeros((2, count))
        for stem, gain in zip(stems, gains, strict=True):
            total += gain * next(stem)
        yield total


def _cuts(sample_count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, sample_count, BLOCK):
        yield first, min(BLOCK, sample_count - first)


def _read(file: BinaryIO, count: int, dtype: type[np.float32] | type[np.float64]) -> F64:
    frames = np.frombuffer(file.read(count * 2 * np.dtype(dtype).itemsize), dtype).reshape(count, 2)
    return frames.T.astype(np.float64)


def _mix_file(folder: Path) -> Path:
    return folder / "mix.f64"


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
