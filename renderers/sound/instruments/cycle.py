"""Cycle: a sustained tone as one period of sound, read over and over, with vibrato and a changing colour.

The period is summed from its harmonics below 20 kHz, so it cannot alias; two periods, one soft and one
bright, are mixed as the tone swells and fades, since no instrument only gets louder.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....store.values.array_types import F64
from .voice import CHUNK, audible, let_go, release_end_s

# Straight lines between 8192 points put the images of the hundredth harmonic 80 dB below it.
_TABLE = 8192

# Loudness, colour and vibrato move slowly: a third of a millisecond follows the fastest attack.
_STEP = 16


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Strength of the harmonics k = 1, 2, ...: k^-slope, shaped by the body.

    even      gain of the even harmonics: a stopped pipe has few
    formants  (hertz, width in octaves, gain) of the body's own resonances, fixed while the pitch moves
    corner    12 dB per octave above this harmonic number
    stops     gains of single harmonics, instead of the slope: an organ's drawbars
    """

    slope: float = 1.0
    even: float = 1.0
    formants: tuple[tuple[float, float, float], ...] = ()
    corner: float = 1e9
    corner_hz: float = 1e9
    stops: tuple[tuple[int, float], ...] = ()

    def harmonics(self, frequency_hz: float, sample_rate_hz: int) -> F64:
        """Amplitudes of the harmonics 1, 2, ... below 20 kHz, before they are scaled to one loudness."""
        k = np.arange(1, max(1, int(20_000.0 / frequency_hz)) + 1, dtype=np.float64)
        f = k * frequency_hz
        if self.stops:
            gain = np.zeros_like(k)
            for number, strength in self.stops:
                if number <= len(k):
                    gain[number - 1] = strength
        else:
            gain = k**-self.slope
            gain[1::2] *= self.even
        gain /= np.sqrt(1.0 + (k / self.corner) ** 4) * np.sqrt(1.0 + (f / self.corner_hz) ** 4)
        if self.formants:
            body = np.full_like(k, 0.25)
            for centre_hz, octaves, strength in self.formants:
                body += strength * np.exp(-0.5 * (np.log2(f / centre_hz) / octaves) ** 2)
            gain *= body
        return np.asarray(gain * audible(f, sample_rate_hz))


@lru_cache(maxsize=512)
def period(spectrum: Spectrum, frequency_hz: float, sample_rate_hz: int) -> F64:
    """One period, float64 (_TABLE + 1,), its last point its first, of root mean square 1; read-only."""
    gain = spectrum.harmonics(frequency_hz, sample_rate_hz)[: _TABLE // 2]
    # Phases at random, but always the same: sines in step would make needles of the period.
    phase = np.random.Generator(np.random.PCG64(1_685)).uniform(0.0, 2.0 * np.pi, _TABLE // 2)[: len(gain)]
    bins = np.zeros(_TABLE // 2 + 1, np.complex128)
    bins[1 : len(gain) + 1] = gain * np.exp(1j * phase)
    samples = np.fft.irfft(bins, _TABLE)
    samples /= max(1e-12, float(np.sqrt(np.mean(samples**2))))
    table: F64 = np.append(samples, samples[0])
    table.flags.writeable = False
    return table


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """A sustained tone: sounds from its onset until it is let go at release_s."""

    frequency_hz: float
    soft: F64
    bright: F64
    level: float
    brightness: float
    """0 the soft period .. 1 the bright one, once the tone is steady."""
    attack_s: float
    release_s: float
    damper_s: float
    sample_rate_hz: int
    bite: float = 0.0
    """Extra brightness at the onset, gone after a few attack times."""
    decay_s: float = 1e9
    """T60 of a tone that is not sustained, in seconds."""
    sustain: float = 1.0
    vibrato_hz: float = 5.2
    vibrato_cents: float = 0.0
    """Below 0 it begins the other way."""
    vibrato_delay_s: float = 0.35
    shake: float = 0.0
    """Depth of a loudness swing at shake_hz, 0..1."""
    shake_hz: float = 6.0
    scoop_cents: float = 0.0
    """The depth below its pitch at which the tone begins, in cents; it arrives after about 60 ms."""
    phase: float = 0.0
    """The phase at which its period begins, in cycles."""
    swing_phase: float = 0.0
    """The phase at which its vibrato and its shake begin, in cycles."""
    sway_db: float = 0.0
    """The depth of random level changes in the steady tone, as of a human player."""
    sway_cents: float = 0.0
    """The depth of random pitch changes; a negative value goes the other way."""
    sways: tuple[tuple[float, float], ...] = ()
    """Hertz and phase, in cycles, of the slow waves that wander."""

    @property
    def sample_count(self) -> int:
        """Samples until the tone is inaudible."""
        end_s = release_end_s(self.release_s, self.damper_s, self.level)
        if self.sustain <= 0.0:
            end_s = min(end_s, 2.0 * self.decay_s + self.attack_s)
        return int(end_s * self.sample_rate_hz) + 1

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (CHUNK,)."""
        first = index * CHUNK
        slow_s = np.arange(first, first + CHUNK + 1, _STEP) / self.sample_rate_hz
        cycles = self.frequency_hz / self.sample_rate_hz * np.arange(first, first + CHUNK)
        cycles += _joined(self._drift(slow_s))
        cycles -= np.floor(cycles)
        cycles *= _TABLE
        below = cycles.astype(np.int64)
        cycles -= below
        soft = self.soft[below]
        soft += cycles * (self.soft[below + 1] - soft)
        bright = self.bright[below]
        bright += cycles * (self.bright[below + 1] - bright)
        colour = _joined(self._colour(slow_s))
        samples: F64 = _joined(self._loudness(slow_s)) * (soft + colour * (bright - soft))
        return samples

    def _colour(self, t: F64) -> F64:
        """0 soft .. 1 bright."""
        bite = self.bite * np.exp(-t / (2.0 * self.attack_s + 0.02))
        return np.clip(self.brightness * np.clip(t / self.attack_s, 0.0, 1.0) + bite, 0.0, 1.0)

    def _loudness(self, t: F64) -> F64:
        rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / self.attack_s, 0.0, 1.0))
        fall = np.exp(-np.log(1000.0) * np.maximum(0.0, t - self.attack_s) / self.decay_s)
        loudness: F64 = self.level * rise * (self.sustain + (1.0 - self.sustain) * fall)
        if self.shake > 0.0:
            swing = 0.5 - 0.5 * np.cos(2.0 * np.pi * (self.shake_hz * t + self.swing_phase))
            loudness *= 1.0 - self.shake * swing
        if self.sways and self.sway_db > 0.0:
            waves = sum(np.sin(2.0 * np.pi * (hz * t + phase)) for hz, phase in self.sways)
            loudness *= 10.0 ** (self.sway_db / 20.0 / len(self.sways) * self._arrived(t) * waves)
        return loudness * let_go(t, self.release_s, self.damper_s)

    def _drift(self, t: F64) -> F64:
        """Periods passed beyond those of a steady tone: the integral of what moves the pitch."""
        passed = np.full_like(t, self.phase)
        if self.vibrato_cents != 0.0:
            swing_hz = self.frequency_hz * (2.0 ** (self.vibrato_cents / 1200.0) - 1.0)
            turn = np.cos(2.0 * np.pi * (self.vibrato_hz * t + self.swing_phase))
            passed -= swing_hz / (2.0 * np.pi * self.vibrato_hz) * self._arrived(t) * turn
        if self.sways and self.sway_cents != 0.0:
            away_hz = self.frequency_hz * (2.0 ** (self.sway_cents / 1200.0) - 1.0) / len(self.sways)
            for hz, phase in self.sways:
                turn = np.cos(2.0 * np.pi * (hz * t + phase))
                passed -= away_hz / (2.0 * np.pi * hz) * self._arrived(t) * turn
        if self.scoop_cents > 0.0:
            away_hz = self.frequency_hz * (2.0 ** (-self.scoop_cents / 1200.0) - 1.0)
            passed += away_hz * 0.02 * (1.0 - np.exp(-t / 0.02))
        return passed

    def _arrived(self, t: F64) -> F64:
        """0 at the onset .. 1: a player lets a tone speak before it moves."""
        arrived: F64 = 1.0 - np.exp(-((t / self.vibrato_delay_s) ** 2))
        return arrived


def _joined(slow: F64) -> F64:
    """Straight lines between values that are _STEP samples apart: float64 (CHUNK,)."""
    start, rise = slow[:-1, None], np.diff(slow)[:, None]
    line: F64 = start + rise * (np.arange(_STEP) / _STEP)
    return line.reshape(-1)
