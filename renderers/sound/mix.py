"""Mix: the door of the sound: a SoundPlan in, its samples out.

Buses are rendered side by side and added in the order of the plan, what they send to returns too; the returns
come last; the sum is mastered. Files in a temporary folder keep memory the same for a minute and for an hour.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import Curve, ReturnPlan, SoundPlan
from .block import cuts, times_of
from .bus import RenderedBus
from .crew import rendered_in_order
from .dither import dithered
from .effects import through_chain
from .master import GRID, Master, MasterReport
from .spatial import sources_ready
from .wave import read_wav, write_wav

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]

# A sound that is cut while it is louder than this is faded over the last milliseconds instead.
_AUDIBLE_END_DB = -60.0
_CUT_FADE_S = 0.05

_FRAME_BYTES = 2 * 8


@dataclass(frozen=True, slots=True)
class StemExport:
    """Which files of each bus are kept: `dry` is the sum of its stems, `wet` what it gives to the mix."""

    folder: Path
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MixReport:
    """What the sound turned out to be."""

    master: MasterReport
    cut_fade_s: float
    """Length of the fade that was added because the sound was cut while it rang; 0 where it had died away."""
    kappas: tuple[tuple[str, float], ...]
    """Correlation of each bus after its chain, by name."""


class SoundRender:
    """A finished sound in a temporary folder; a context manager, as the folder goes when it is done with."""

    def __init__(
        self,
        plan: SoundPlan,
        progress: Progress | None = None,
        *,
        workers: int = 1,
        export: StemExport | None = None,
    ) -> None:
        """workers   processes that render buses side by side; the result is the same for any number."""
        self._plan = plan
        self._folder = tempfile.TemporaryDirectory(prefix="musicvis-sound-")
        try:
            self.report = self._mixed(progress or _nobody, workers, export)
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
        """The sound: float32 blocks (n, 2), sample_count samples in all; as often as asked."""
        for block in self._master.blocks():
            yield np.ascontiguousarray(block.T, np.float32)

    def whole_numbers(self, bits: int) -> Iterator[F32]:
        """The sound on the steps of 16 or 24 bits, dithered unless the manifest says no, of 24 bits."""
        master = self._plan.master
        if bits == 24 and master is not None and not master.is_dithered:
            return self.blocks()
        return dithered(self.blocks(), bits, self._plan.seed)

    def _mixed(self, progress: Progress, workers: int, export: StemExport | None) -> MixReport:
        plan, folder = self._plan, Path(self._folder.name)
        sources_ready(plan)
        mix = Sum(folder / "mix.f64", plan.sample_count)
        returns = [Sum(folder / f"return-{k}.f64", plan.sample_count) for k in range(len(plan.returns))]
        kept = export.kinds if export is not None else ()
        names = file_names([*(bus.name for bus in plan.buses), *(back.name for back in plan.returns)])
        kappas = []
        crew = rendered_in_order(plan, folder, "dry" in kept, workers, lambda share: progress(0.8 * share))
        for (bus, rendered), name in zip(crew, names, strict=False):
            kappas.append((bus.name, rendered.kappa))
            mix.add(read_wav(rendered.wet))
            for send in bus.sends:
                source = rendered.dry if send.is_before else rendered.wet
                assert source is not None
                target = next(k for k, back in enumerate(plan.returns) if back.name == send.to)
                returns[target].add(_levelled(read_wav(source), send.gain, plan.sample_rate_hz))
            if export is not None:
                _keep(rendered, name, export)
            shutil.rmtree(rendered.wet.parent)
        for back, sent, name in zip(plan.returns, returns, names[len(plan.buses) :], strict=True):
            wet = folder / "return.wav"
            write_wav(wet, _returned(back, sent, plan), plan.sample_rate_hz)
            mix.add(read_wav(wet))
            sent.path.unlink()
            if "wet" in kept and export is not None:
                shutil.copyfile(wet, export.folder / f"{name}-wet.wav")
        progress(0.85)
        cut_fade_s = self._cut_fade_s(mix)
        self._master = Master(
            plan.master,
            lambda: _ended(mix, plan, cut_fade_s),
            plan.sample_rate_hz,
            folder,
            lambda share: progress(0.85 + 0.15 * share),
        )
        return MixReport(self._master.report, cut_fade_s, tuple(kappas))

    def _cut_fade_s(self, mix: "Sum") -> float:
        """The length of a fade at the end: none where the last 10 ms are not heard."""
        end = 0.0
        for block in mix.blocks(self._plan.sample_count - round(0.01 * self._plan.sample_rate_hz)):
            end = max(end, float(np.abs(block).max(initial=0.0)))
        return _CUT_FADE_S if end > 10.0 ** (_AUDIBLE_END_DB / 20.0) else 0.0


class Sum:
    """Streams added up in a file of raw float64."""

    def __init__(self, path: Path, sample_count: int) -> None:
        self.path = path
        self._sample_count = sample_count
        with path.open("wb") as file:
            # Silence, without writing it.
            file.truncate(sample_count * _FRAME_BYTES)

    def add(self, blocks: Iterator[F64]) -> None:
        """Adds a stream (2, BLOCK); the order in which streams are added is a part of the result."""
        with self.path.open("r+b") as file:
            for (first, length), block in zip(cuts(self._sample_count), blocks, strict=True):
                file.seek(first * _FRAME_BYTES)
                total = _frames(file.read(length * _FRAME_BYTES)) + block
                file.seek(first * _FRAME_BYTES)
                file.write(total.T.tobytes())

    def blocks(self, first: int = 0) -> Iterator[F64]:
        """The sum from a sample on: (2, GRID), the last one shorter."""
        with self.path.open("rb") as file:
            file.seek(max(0, first) * _FRAME_BYTES)
            while raw := file.read(GRID * _FRAME_BYTES):
                yield _frames(raw)


def render_sound(plan: SoundPlan, progress: Progress | None = None) -> Iterator[F32]:
    """The whole sound as float32 blocks (n, 2), sample_count samples in all.

    progress is told shares of the work, 0..1. A stem's file that cannot be used raises PieceError.
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


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def file_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of the manifest as parts of files' names, no two alike: letters, digits, dots, hyphens and _."""
    found: list[str] = []
    for name in names:
        plain = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
        taken = {other.casefold() for other in found}
        copies = (f"{plain}_{k}" for k in count(2))
        found.append(next(c for c in chain((plain,), copies) if c.casefold() not in taken))
    return tuple(found)


def report_lines(report: MixReport) -> Sequence[str]:
    """What the master did, in a sentence or two for a person."""
    master = report.master
    heard = master.loudness.integrated_lufs
    if not isfinite(heard):
        return ("the sound is silent",)
    range_lu = master.loudness.range_lu
    lines = [f"sound: {heard:.1f} LUFS, {master.true_peak_dbtp:.1f} dBTP, range {range_lu:.1f} LU"]
    if master.reduction_db > 6.0:
        lines.append(
            f"the limiter turns down by up to {master.reduction_db:.1f} dB: "
            "a lower loudness would keep more of the music"
        )
    if report.cut_fade_s:
        lines.append("the sound still rings at the end and is faded: with a longer score.tail it rings out")
    return lines


def _smooth(x: F64) -> F64:
    rise: F64 = 0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0.0, 1.0))
    return rise


def _ended(mix: Sum, plan: SoundPlan, cut_fade_s: float) -> Iterator[F64]:
    """The mix with its fades at both ends."""
    fade_out_s = max(plan.fade_out_s, cut_fade_s)
    first = 0
    for block in mix.blocks():
        count = block.shape[1]
        yield block * faded(first, count, plan.sample_count, plan.sample_rate_hz, plan.fade_in_s, fade_out_s)
        first += count


def _returned(back: ReturnPlan, sent: Sum, plan: SoundPlan) -> Iterator[F32]:
    blocks = through_chain(sent.blocks(), back.chain, plan.sample_count, plan.sample_rate_hz)
    for block in _levelled(blocks, back.gain, plan.sample_rate_hz):
        yield np.ascontiguousarray(block.T, np.float32)


def _levelled(blocks: Iterator[F64], level: Curve, sample_rate_hz: int) -> Iterator[F64]:
    first = 0
    for block in blocks:
        yield block * level.values(times_of(first, block.shape[1], sample_rate_hz))
        first += block.shape[1]


def _keep(rendered: RenderedBus, name: str, export: StemExport) -> None:
    for kind, path in (("dry", rendered.dry), ("wet", rendered.wet)):
        if kind in export.kinds and path is not None:
            shutil.copyfile(path, export.folder / f"{name}-{kind}.wav")


def _frames(raw: bytes) -> F64:
    return np.frombuffer(raw, np.float64).reshape(-1, 2).T


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
