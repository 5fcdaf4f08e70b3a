"""The mix as a task of the build graph: buses added up, returned, faded at both ends and mastered."""

import time
from collections import ChainMap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ....compiler.plan import Curve, ReturnPlan, SoundPlan
from ....store.file_digests import FileDigests
from ....store.graph import Digests, Progress, Task
from ....store.node import Node
from ....store.store import Entry, Made, Store
from ....store.values.array_types import F32, F64
from ..block import cuts, times_of
from ..effects.chain import through_chain
from ..master.master import GRID, Master
from ..wave import read_wav, write_wav
from .bus import BusTasks
from .nodes import DRY, MIX, WET, mix_node
from .report import MixReport, facts_of

# A sound that is cut while it is louder than this is faded over the last milliseconds instead.
_AUDIBLE_END_DB = -60.0
_CUT_FADE_S = 0.05

_FRAME_BYTES = 2 * 8


def return_file(index: int) -> str:
    """The name of a return's file in the record of the mix."""
    return f"return-{index}"


def mix_task(plan: SoundPlan, buses: Sequence[BusTasks], digests: FileDigests) -> Task:
    """The finished sound, which needs the buses; its record holds the report and the file of each return."""
    digests = digests.part()
    needed = [
        bus.tasks if any(send.is_before for send in one.sends) else (bus.wet,)
        for one, bus in zip(plan.buses, buses, strict=True)
    ]

    def node(inputs: Sequence[Digests]) -> Node:
        given = iter(inputs)
        return mix_node(plan, [ChainMap(*(dict(next(given)) for _ in own)) for own in needed], digests)

    def make(store: Store, entries: Sequence[Entry], progress: Progress) -> Made:
        started_s = time.perf_counter()
        folder = store.scratch()
        folder.mkdir()
        given = iter(entries)
        outputs, report = _sum(plan, [[next(given) for _ in own] for own in needed], folder, progress)
        digests.check()
        took = round(time.perf_counter() - started_s, 3)
        return outputs, {"seconds": took, "report": facts_of(report)}

    return Task("mix", "mix", (MIX,), node, make, tuple(task for own in needed for task in own))


def _sum(
    plan: SoundPlan, buses: Sequence[Sequence[Entry]], folder: Path, progress: Progress
) -> tuple[dict[str, Path], MixReport]:
    """Everything added up, returned and mastered; files of the mix and of each return."""
    mix = Sum(folder / "mix.f64", plan.sample_count)
    returns = [Sum(folder / f"{return_file(k)}.f64", plan.sample_count) for k in range(len(plan.returns))]
    kappas = []
    for bus, entries in zip(plan.buses, buses, strict=True):
        files = {name: path for entry in entries for name, path in entry.files.items()}
        kappas.append((bus.name, float(entries[0].facts["kappa"])))
        mix.add(read_wav(files[WET]))
        for send in bus.sends:
            source = files[DRY] if send.is_before else files[WET]
            target = next(k for k, back in enumerate(plan.returns) if back.name == send.to)
            returns[target].add(_levelled(read_wav(source), send.gain, plan.sample_rate_hz))
    outputs = {}
    for k, (back, sent) in enumerate(zip(plan.returns, returns, strict=True)):
        wet = outputs[return_file(k)] = folder / f"{return_file(k)}.wav"
        write_wav(wet, _returned(back, sent, plan), plan.sample_rate_hz)
        mix.add(read_wav(wet))
        sent.path.unlink()
    progress(0.25)
    cut_fade_s = _cut_fade_s(mix, plan)
    master = Master(
        plan.master,
        lambda: _ended(mix, plan, cut_fade_s),
        plan.sample_rate_hz,
        folder,
        lambda share: progress(0.25 + 0.7 * share),
    )
    outputs[MIX] = folder / "mix.wav"
    samples = (np.ascontiguousarray(block.T, np.float32) for block in master.blocks())
    write_wav(outputs[MIX], samples, plan.sample_rate_hz)
    return outputs, MixReport(master.report, cut_fade_s, tuple(kappas))


def _cut_fade_s(mix: "Sum", plan: SoundPlan) -> float:
    """The length of a fade at the end: none where the last 10 ms are faded, not heard, or go on in a loop."""
    if plan.unheard_count or plan.fade_out_s >= _CUT_FADE_S:
        return 0.0
    end = 0.0
    for block in mix.blocks(plan.sample_count - round(0.01 * plan.sample_rate_hz)):
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

    def part(self, first: int, count: int) -> F64:
        """Some samples of the sum: (2, count)."""
        with self.path.open("rb") as file:
            file.seek(first * _FRAME_BYTES)
            return _frames(file.read(count * _FRAME_BYTES))


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


def _ended(mix: Sum, plan: SoundPlan, cut_fade_s: float) -> Iterator[F64]:
    """The mix with its fades at both ends; in a loop its end goes over into what is before it."""
    fade_out_s = max(plan.fade_out_s, cut_fade_s)
    before = mix.part(plan.unheard_count - plan.seam_count, plan.seam_count)
    share = _smooth((np.arange(plan.seam_count) + 0.5) / max(plan.seam_count, 1))
    first, seam = 0, plan.sample_count - plan.seam_count
    for block in mix.blocks():
        count = block.shape[1]
        if (own := max(seam - first, 0)) < count:
            here = slice(first + own - seam, first + count - seam)
            met = block[:, own:] + share[here] * (before[:, here] - block[:, own:])
            block = np.concatenate([block[:, :own], met], axis=1)
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


def _frames(raw: bytes) -> F64:
    return np.frombuffer(raw, np.float64).reshape(-1, 2).T
