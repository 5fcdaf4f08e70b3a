"""Master: the sum of the buses to a loudness and under a ceiling, read out as often as asked.

The loudness of a limited sound is not a simple function of the gain before the limiter, so secants find
the gain: limit, measure, correct, until the loudness is within 0.05 LU.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ....compiler.plan import MasterPlan
from ....store.values.array_types import F64
from ..level import decibels
from .limiter import HEADROOM_DB, context, limiter_gain
from .meter import Loudness, LoudnessMeter
from .peaks import REACH, PeakMeter, oversampled_peaks

Progress = Callable[[float], None]
ReadMix = Callable[[], Iterator[F64]]
"""The mix from its start: blocks (2, GRID), the last one shorter."""

GRID = 16384
"""Samples for which the limiter's gain is made at once: a part of the result, unlike the size of a block."""

_NEAR_LU = 0.02
_MOST_PASSES = 6


@dataclass(frozen=True, slots=True)
class MasterReport:
    """The measured result of mastering; levels in dB re full scale."""

    mix: Loudness
    """The sum of all buses, as it was."""
    loudness: Loudness
    """The loudness of the result."""
    true_peak_dbtp: float
    """Peak of what is heard, at eight times the rate."""
    gain_db: float
    """Before the limiter, the same for every sample."""
    reduction_db: float
    """The greatest gain reduction of the limiter: 0 or more."""
    passes: int
    """The number of passes of limiting and measuring until the loudness was right."""


class Master:
    """A finished sound: the mix under its gain and its limiter."""

    def __init__(
        self, plan: MasterPlan, mix: ReadMix, sample_rate_hz: int, folder: Path, progress: Progress
    ) -> None:
        """The mix is read several times; `folder` takes its envelope. progress gets shares 0..1."""
        self._mix = mix
        self._rate_hz = sample_rate_hz
        self._envelope = folder / "envelope.f64"
        self._trim = 1.0
        before, highest = self._surveyed()
        progress(0.3)
        ceiling_dbtp = plan.ceiling_dbtp
        self._ceiling = _factor(ceiling_dbtp - HEADROOM_DB)
        self._gain = 1.0
        passes = 0
        most_gain_db = plan.most_gain_db
        if plan.most_reduction_db is not None and highest > 0.0:
            # At the highest peak the limiter turns down by as much as the gain lifts it above the ceiling.
            most_gain_db = min(most_gain_db, plan.most_reduction_db + decibels(self._ceiling / highest))
        if plan.loudness_lufs is not None and isfinite(before.integrated_lufs):
            passes = self._aim(plan.loudness_lufs, before.integrated_lufs, most_gain_db, progress)
        after, peak, reduction = self._listened()
        if peak > _factor(ceiling_dbtp):
            # The grid's own error, a few hundredths of a decibel.
            self._trim = _factor(ceiling_dbtp) / peak
            peak = _factor(ceiling_dbtp)
        progress(1.0)
        self.report = MasterReport(
            mix=before,
            loudness=after,
            true_peak_dbtp=decibels(peak),
            gain_db=decibels(self._gain * self._trim),
            reduction_db=max(0.0, -decibels(reduction)),
            passes=passes,
        )

    def blocks(self) -> Iterator[F64]:
        """The mastered blocks: (2, GRID), the last one shorter; can be read repeatedly."""
        for block, _ in self._limited():
            yield block

    def _surveyed(self) -> tuple[Loudness, float]:
        """The loudness of the mix and its highest true peak; its envelope goes to a file."""
        meter = LoudnessMeter(self._rate_hz)
        highest = 0.0
        held = np.zeros((2, REACH + 1))
        with self._envelope.open("wb") as file:
            for block in self._mix():
                meter.add(block)
                held = np.concatenate([held, block], axis=1)
                highest = max(highest, _written(file, held))
                held = held[:, -2 * (REACH + 1) :]
            highest = max(highest, _written(file, np.pad(held, ((0, 0), (0, REACH + 1)))))
        return meter.loudness(), highest

    def _aim(self, target_lufs: float, mix_lufs: float, most_gain_db: float, progress: Progress) -> int:
        """Finds the gain that gives the loudness, or the most; returns how many passes it took."""
        gain_db = min(target_lufs - mix_lufs, most_gain_db)
        before: tuple[float, float] | None = None
        for count in range(1, _MOST_PASSES + 1):
            self._gain = _factor(gain_db)
            meter = LoudnessMeter(self._rate_hz)
            for block in self.blocks():
                meter.add(block)
            loudness = meter.loudness().integrated_lufs
            progress(0.3 + 0.6 * count / _MOST_PASSES)
            if abs(target_lufs - loudness) <= _NEAR_LU or gain_db >= most_gain_db:
                break
            slope = 1.0
            if before is not None and before[0] != gain_db:
                slope = min(max((loudness - before[1]) / (gain_db - before[0]), 0.1), 1.0)
            before = gain_db, loudness
            gain_db = min(gain_db + (target_lufs - loudness) / slope, most_gain_db)
        return count

    def _listened(self) -> tuple[Loudness, float, float]:
        """Loudness, true peak and the limiter's smallest gain of what is heard."""
        meter, peaks = LoudnessMeter(self._rate_hz), PeakMeter()
        smallest = 1.0
        for block, gain in self._limited():
            meter.add(block)
            peaks.add(block)
            smallest = min(smallest, float(gain.min(initial=1.0)))
        return meter.loudness(), peaks.highest(), smallest

    def _limited(self) -> Iterator[tuple[F64, F64]]:
        """Blocks of what is heard, and the limiter's gain in each."""
        reach = context(self._rate_hz)
        with self._envelope.open("rb") as file:
            first = 0
            for block in self._mix():
                count = block.shape[1]
                envelope = self._gain * _window(file, first - reach, first + count + reach)
                gain = limiter_gain(envelope, self._ceiling, self._rate_hz)
                yield block * (self._gain * self._trim) * gain, gain
                first += count


def _written(file: BinaryIO, samples: F64) -> float:
    """Writes the envelope of all samples that have their neighbours around them; its highest value."""
    if samples.shape[1] <= 2 * (REACH + 1):
        return 0.0
    peaks = oversampled_peaks(samples)
    file.write(peaks.tobytes())
    return float(peaks.max())


def _window(file: BinaryIO, start: int, end: int) -> F64:
    """Values start up to, not at, end of a file of float64, its first and last repeated beyond its ends."""
    count = file.seek(0, SEEK_END) // 8
    inside = max(0, start), min(count, end)
    file.seek(8 * inside[0])
    values = np.frombuffer(file.read(8 * (inside[1] - inside[0])), np.float64)
    return np.pad(values, (inside[0] - start, end - inside[1]), mode="edge")


def _factor(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))
