"""Mix: the door of the sound: a SoundPlan in, its samples out.

Buses are rendered side by side and added in the order of the plan, what they send to returns too; the returns
come last; the sum is mastered. Files of the store keep memory the same for a minute and for an hour, and what
is there already is not made again.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import chain, count
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ....compiler.plan import Curve, ReturnPlan, SoundPlan
from ....store.store import Entry, Made, Store, made, temporary_store
from ....store.writing import published
from ..block import cuts, times_of
from ..effects.chain import through_chain
from ..master.dither import dithered
from ..master.master import GRID, Master, MasterReport
from ..master.meter import Loudness
from ..space.choose import sources_ready
from ..wave import read_wav, write_wav
from .bus import KeptBus
from .bus_processes import kept_buses
from .nodes import DRY, MIX, WET, FileDigests, known_nodes, mix_node

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Progress = Callable[[float], None]

# A sound that is cut while it is louder than this is faded over the last milliseconds instead.
_AUDIBLE_END_DB = -60.0
_CUT_FADE_S = 0.05

_FRAME_BYTES = 2 * 8
MOST_NAME_BYTES = 120


@dataclass(frozen=True, slots=True)
class StemExport:
    """Which files of each bus are kept: `dry` is the sum of its stems, `wet` what it gives to the mix.

    root   the folder below which no link is followed
    """

    folder: Path
    kinds: tuple[str, ...]
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class MixReport:
    """What the sound turned out to be."""

    master: MasterReport
    cut_fade_s: float
    """Length of the fade that was added because the sound was cut while it rang; 0 where it had died away."""
    kappas: tuple[tuple[str, float], ...]
    """Correlation of each bus after its chain, by name."""


class SoundRender:
    """A finished sound in the store; a context manager, as a store of its own goes when it is done with."""

    def __init__(
        self,
        plan: SoundPlan,
        progress: Progress | None = None,
        *,
        store: Store | None = None,
        workers: int = 1,
        export: StemExport | None = None,
    ) -> None:
        """store     None for one that is gone afterwards
        workers   processes that render buses side by side; the result is the same for any number

        Raises PieceError where a stem cannot be used, OSError where the store cannot be written.
        """
        self._plan = plan
        self._opened = ExitStack()
        try:
            self._store = store if store is not None else self._opened.enter_context(temporary_store())
            entry = self._mixed(progress or _nobody, workers, export)
        except BaseException:
            self._opened.close()
            raise
        self._file = entry.files[MIX]
        self.report = _report_from(entry.facts, plan)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @property
    def digest(self) -> str:
        """Digest of the samples: what is made of them is known by it."""
        return self._file.name

    def blocks(self) -> Iterator[F32]:
        """The sound: float32 blocks (n, 2), sample_count samples in all; as often as asked."""
        for block in read_wav(self._file):
            yield np.ascontiguousarray(block.T, np.float32)

    def whole_numbers(self, bits: int) -> Iterator[F32]:
        """The sound on the steps of 16 or 24 bits, dithered unless the manifest says no, of 24 bits."""
        master = self._plan.master
        if bits == 24 and master is not None and not master.is_dithered:
            return self.blocks()
        return dithered(self.blocks(), bits, self._plan.seed)

    def _mixed(self, progress: Progress, workers: int, export: StemExport | None) -> Entry:
        """The mix, from the store or made now; where it is there, no bus is touched."""
        plan, store = self._plan, self._store
        sources_ready(plan)
        kept = export.kinds if export is not None else ()
        keeps = ["dry" in kept or any(send.is_before for send in bus.sends) for bus in plan.buses]
        if export is None:
            last = known_nodes(plan, store, keeps, FileDigests())[-1]
            if last.node is not None and (entry := store.get(last.node.key)) is not None:
                self.buses_made = 0
                progress(1.0)
                return entry
        buses = kept_buses(plan, store, keeps, workers, lambda share: progress(0.8 * share))
        self.buses_made = sum(bus.is_new for bus in buses)
        digests = FileDigests()
        node = mix_node(plan, [bus.digests for bus in buses], digests)

        def make() -> Made:
            started_s = time.perf_counter()
            folder = store.scratch()
            folder.mkdir()
            outputs, report = self._sum(buses, folder, progress)
            digests.check()
            took = round(time.perf_counter() - started_s, 3)
            return outputs, {"seconds": took, "report": _facts_of(report)}

        entry = made(store, node, make)
        assert entry is not None  # only a build that does not wait gets none
        if export is not None:
            _export(plan, buses, entry, export)
        progress(1.0)
        return entry

    def _sum(
        self, buses: Sequence[KeptBus], folder: Path, progress: Progress
    ) -> tuple[dict[str, Path], MixReport]:
        """Everything added up, returned and mastered; files of the mix and of each return."""
        plan = self._plan
        mix = Sum(folder / "mix.f64", plan.sample_count)
        returns = [Sum(folder / f"return-{k}.f64", plan.sample_count) for k in range(len(plan.returns))]
        kappas = []
        for bus, kept in zip(plan.buses, buses, strict=True):
            kappas.append((bus.name, kept.kappa))
            mix.add(read_wav(kept.wet))
            for send in bus.sends:
                source = kept.dry if send.is_before else kept.wet
                assert source is not None
                target = next(k for k, back in enumerate(plan.returns) if back.name == send.to)
                returns[target].add(_levelled(read_wav(source), send.gain, plan.sample_rate_hz))
        outputs = {}
        for k, (back, sent) in enumerate(zip(plan.returns, returns, strict=True)):
            wet = outputs[f"return-{k}"] = folder / f"return-{k}.wav"
            write_wav(wet, _returned(back, sent, plan), plan.sample_rate_hz)
            mix.add(read_wav(wet))
            sent.path.unlink()
        progress(0.85)
        cut_fade_s = self._cut_fade_s(mix)
        master = Master(
            plan.master,
            lambda: _ended(mix, plan, cut_fade_s),
            plan.sample_rate_hz,
            folder,
            lambda share: progress(0.85 + 0.14 * share),
        )
        outputs[MIX] = folder / "mix.wav"
        samples = (np.ascontiguousarray(block.T, np.float32) for block in master.blocks())
        write_wav(outputs[MIX], samples, plan.sample_rate_hz)
        return outputs, MixReport(master.report, cut_fade_s, tuple(kappas))

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


def file_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of the manifest as parts of files' names, no two alike: letters, digits, dots, hyphens and _.

    A long name is cut: file systems allow 255 bytes.
    """
    found: list[str] = []
    for name in names:
        plain = "".join(c if c.isalnum() or c in "-." else "_" for c in name)
        plain = plain.encode()[:MOST_NAME_BYTES].decode(errors="ignore")
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


def _export(plan: SoundPlan, buses: Sequence[KeptBus], mix: Entry, export: StemExport) -> None:
    """Copies of what the store has, under names for people."""
    names = file_names([*(bus.name for bus in plan.buses), *(back.name for back in plan.returns)])
    for bus, name in zip(buses, names, strict=False):
        for kind, path in ((DRY, bus.dry), (WET, bus.wet)):
            if kind in export.kinds and path is not None:
                _copied(path, f"{name}-{kind}.wav", export)
    if "wet" in export.kinds:
        for k, name in enumerate(names[len(plan.buses) :]):
            _copied(mix.files[f"return-{k}"], f"{name}-wet.wav", export)


def _copied(path: Path, name: str, export: StemExport) -> None:
    with published(export.folder / name, export.root or export.folder) as partial:
        shutil.copyfile(path, partial)


def _facts_of(report: MixReport) -> dict[str, Any]:
    """The report as JSON, numbers as text: some are infinite."""
    master = report.master
    return {
        "mix": {name: repr(value) for name, value in asdict(master.mix).items()},
        "loudness": {name: repr(value) for name, value in asdict(master.loudness).items()},
        "levels": [repr(value) for value in (master.true_peak_dbtp, master.gain_db, master.reduction_db)],
        "passes": master.passes,
        "cut_fade_s": repr(report.cut_fade_s),
        "kappas": [repr(kappa) for _, kappa in report.kappas],
    }


def _report_from(facts: Mapping[str, Any], plan: SoundPlan) -> MixReport:
    """The report of a mix; names are those of the plan at hand, as they are in no key."""
    said = facts["report"]
    mix, loudness = (
        Loudness(**{name: float(value) for name, value in said[of].items()}) for of in ("mix", "loudness")
    )
    peak, gain, reduction = (float(value) for value in said["levels"])
    master = MasterReport(mix, loudness, peak, gain, reduction, int(said["passes"]))
    kappas = tuple((bus.name, float(kappa)) for bus, kappa in zip(plan.buses, said["kappas"], strict=True))
    return MixReport(master, float(said["cut_fade_s"]), kappas)


def _frames(raw: bytes) -> F64:
    return np.frombuffer(raw, np.float64).reshape(-1, 2).T


def _nobody(share: float) -> None:
    """Progress that nobody watches."""
