"""Mix: the door of the sound: a SoundPlan in, its samples out.

Three passes over files in a temporary folder keep memory the same for a minute and for an hour: each bus is
rendered and its correlation measured; the buses are moved and added while the peak is measured; the mix is
read out again with its one gain and its end.
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
from .spatial import StereoPower, space_named
from .stems import stem_blocks

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]

HIGHEST_PEAK = 10.0 ** (-1.0 / 20.0)
"""-1 dBFS: a lossy encoder rebuilds peaks a little higher than they were."""

# A sound that is cut while it is louder than this is faded over the last milliseconds instead.
_AUDIBLE_END = 10.0 ** (-60.0 / 20.0)
_CUT_FADE_S = 0.05


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
    # Rendering a bus costs far more than reading it back.
    steps = 4 * len(plan.buses) + 1
    powers = []
    for k, bus in enumerate(plan.buses):

        def rendered(share: float, k: int = k) -> None:
            progress(4 * (k + share) / steps)

        powers.append(_render_bus(bus, plan, _bus_file(folder, k), rendered))
    spaces = [space_named(bus.space, power) for bus, power in zip(plan.buses, powers, strict=True)]
    files = [_bus_file(folder, k).open("rb") for k in range(len(plan.buses))]
    peak = 0.0
    end_peak = 0.0
    end = plan.sample_count - round(0.01 * plan.sample_rate_hz)
    try:
        with _mix_file(folder).open("wb") as out:
            for first, count in _cuts(plan.sample_count):
                total = np.zeros((2, count))
                for bus, space, file in zip(plan.buses, spaces, files, strict=True):
                    ear = np.clip(bus.ear.values(times_of(first, count, plan.sample_rate_hz)), -1.0, 1.0)
                    total += space.moved(_read(file, count, np.float32), ear)
                peak = max(peak, float(np.max(np.abs(total))))
                if first + count > end:
                    end_peak = max(end_peak, float(np.max(np.abs(total[:, max(0, end - first) :]))))
                out.write(total.T.tobytes())
                progress((steps - 1 + (first + count) / plan.sample_count) / steps)
    finally:
        for file in files:
            file.close()
    gain = min(1.0, HIGHEST_PEAK / peak) if peak > 0.0 else 1.0
    return MixReport(
        peak=peak,
        gain=gain,
        cut_fade_s=_CUT_FADE_S if gain * end_peak > _AUDIBLE_END else 0.0,
        kappas=tuple((bus.name, power.kappa) for bus, power in zip(plan.buses, powers, strict=True)),
    )


def _render_bus(bus: BusPlan, plan: SoundPlan, path: Path, progress: Progress) -> StereoPower:
    """Stems, summed, through the chain and the bus's gain, to a file of raw float32; its power."""
    power = StereoPower()
    stems = [stem_blocks(stem, plan.sample_count, plan.sample_rate_hz) for stem in bus.stems]
    dry = _summed(stems, tuple(stem.gain for stem in bus.stems), plan.sample_count)
    first = 0
    with path.open("wb") as file:
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


def _bus_file(folder: Path, k: int) -> Path:
    return folder / f"bus{k}.f32"


def _mix_file(folder: Path) -> Path:
    return folder / "mix.f64"


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
