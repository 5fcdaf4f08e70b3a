"""Noise: the stick, the breath, the snares: a band of hiss with an envelope of its own."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....store.values.array_types import F64
from .voice import CHUNK, FLOOR, let_go, release_end_s

# 1.4 s at 48 kHz: longer than the ear follows a hiss; cyclic, so that it may be read on for ever.
_TABLE = 1 << 16


@lru_cache(maxsize=64)
def hiss(low_hz: float, high_hz: float, sample_rate_hz: int) -> F64:
    """Cyclic noise between two corners of 12 dB per octave, root mean square 1: float64 (_TABLE,)."""
    rng = np.random.Generator(np.random.PCG64(20_210))
    spectrum = np.fft.rfft(rng.standard_normal(_TABLE))
    frequency_hz = np.fft.rfftfreq(_TABLE, 1.0 / sample_rate_hz)
    shape = np.zeros_like(frequency_hz)
    above = frequency_hz > 0
    f = frequency_hz[above]
    shape[above] = 1.0 / np.sqrt((1.0 + (low_hz / f) ** 4) * (1.0 + (f / high_hz) ** 4))
    samples: F64 = np.fft.irfft(spectrum * shape, _TABLE)
    samples /= np.sqrt(np.mean(samples**2))
    samples.flags.writeable = False
    return samples


@dataclass(frozen=True, slots=True, eq=False)
class Hiss:
    """A band of noise that rises, falls by 60 dB in decay_s towards `sustain`, and stops at release_s."""

    low_hz: float
    high_hz: float
    level: float
    attack_s: float
    decay_s: float
    start: int
    """The offset of the note in the cyclic noise, so that no two notes have the same noise."""
    sample_rate_hz: int
    sustain: float = 0.0
    """Share of the level that stays."""
    release_s: float | None = None
    damper_s: float = 0.03
    after_s: float = 0.0
    """The delay of the noise after the onset, in seconds."""

    @property
    def sample_count(self) -> int:
        """Samples until the noise is inaudible."""
        end_s = float("inf")
        if self.level <= FLOOR:
            return 0
        if self.sustain <= 0.0:
            end_s = self.attack_s + self.decay_s * float(np.log(self.level / FLOOR) / np.log(1000.0))
        if self.release_s is not None:
            end_s = min(end_s, release_end_s(self.release_s, self.damper_s))
        if end_s == float("inf"):
            raise ValueError("a hiss that stays must be let go at some time")
        return int((self.after_s + end_s) * self.sample_rate_hz) + 1

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (CHUNK,)."""
        n = np.arange(index * CHUNK, (index + 1) * CHUNK)
        times_s = n / self.sample_rate_hz - self.after_s
        tau_s = self.decay_s / float(np.log(1000.0))
        fall = np.exp(-np.maximum(0.0, times_s - self.attack_s) / tau_s)
        envelope = self.level * (self.sustain + (1.0 - self.sustain) * fall)
        rise = np.clip(times_s / max(self.attack_s, 1e-4), 0.0, 1.0)
        envelope *= 0.5 - 0.5 * np.cos(np.pi * rise)
        if self.release_s is not None:
            envelope *= let_go(times_s, self.release_s, self.damper_s)
        table = hiss(self.low_hz, self.high_hz, self.sample_rate_hz)
        samples: F64 = envelope * table[(n + self.start) % _TABLE]
        return samples
