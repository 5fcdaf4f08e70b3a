"""Drums: skins, shells, sticks and plates: tones that fall in pitch, clouds of modes, and noise."""

from dataclasses import dataclass, replace

import numpy as np

from ....store.values.array_types import F64
from .modes import Modes, ringing
from .noise import Hiss
from .voice import CHUNK, FLOOR, Layer, Voice, frequency_of, loudness_of, placed, raised_cosine

# Noise peaks 12 dB above its root mean square, and a kit plays with others.
_HEADROOM = 0.6


@dataclass(frozen=True, slots=True)
class Tone:
    """A skin's mode: a blow stretches the skin, so it begins higher by `rise` and falls back in fall_s."""

    hertz: float
    decay_s: float
    gain: float = 1.0
    rise: float = 0.0
    fall_s: float = 0.03


@dataclass(frozen=True, slots=True)
class Plate:
    """A cloud of modes between two frequencies: cymbals, bells and triangles."""

    modes: int
    low_hz: float
    high_hz: float
    decay_s: float
    """T60 of the lowest; the highest lives a third as long."""
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Band:
    """A burst of noise."""

    low_hz: float
    high_hz: float
    decay_s: float
    gain: float = 1.0
    attack_s: float = 0.001


@dataclass(frozen=True, slots=True)
class Drum:
    """One instrument of the kit."""

    level: float
    tones: tuple[Tone, ...] = ()
    plates: tuple[Plate, ...] = ()
    bands: tuple[Band, ...] = ()
    repeats_s: tuple[float, ...] = ()
    """Softer strokes that follow: a clap, a rattle."""
    position: float = 0.0
    """The pan of the drum, as the audience sees the kit."""


@dataclass(frozen=True, slots=True, eq=False)
class Falling:
    """A decaying sine that falls to its pitch."""

    tone: Tone
    level: float
    sample_rate_hz: int

    @property
    def sample_count(self) -> int:
        """Samples until the tone is inaudible."""
        if self.level <= FLOOR:
            return 0
        return int(self.tone.decay_s * np.log(self.level / FLOOR) / np.log(1000.0) * self.sample_rate_hz) + 1

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (CHUNK,)."""
        tone = self.tone
        t = np.arange(index * CHUNK, (index + 1) * CHUNK) / self.sample_rate_hz
        cycles = tone.hertz * (t + tone.rise * tone.fall_s * (1.0 - np.exp(-t / tone.fall_s)))
        samples: F64 = self.level * np.exp(-np.log(1000.0) * t / tone.decay_s) * np.sin(2.0 * np.pi * cycles)
        if index == 0:
            ramp = raised_cosine(max(1, round(0.0008 * self.sample_rate_hz)))
            samples[: len(ramp)] *= ramp
        return samples


def struck_drum(drum: Drum, velocity: int, rng: np.random.Generator, sample_rate_hz: int) -> Voice:
    """One stroke, however long its note is written. Harder strokes bring out noise and high modes."""
    amount = _HEADROOM * drum.level * loudness_of(velocity)
    share = velocity / 127.0
    # The first tone is the drum's pitch; a soft stroke leaves the others behind.
    sounds: list[Layer] = [
        Falling(tone, amount * tone.gain * (1.0 if place == 0 else 0.6 + 0.4 * share), sample_rate_hz)
        for place, tone in enumerate(drum.tones)
    ]
    sounds += [
        Hiss(
            band.low_hz,
            band.high_hz * (0.6 + 0.1 * round(4.0 * share)),
            amount * band.gain * (0.4 + 0.6 * share) * (1.0 if after_s == 0.0 else 0.7),
            band.attack_s,
            band.decay_s,
            int(rng.integers(1 << 16)),
            sample_rate_hz,
            after_s=after_s,
        )
        for after_s in (0.0, *drum.repeats_s)
        for band in drum.bands
    ]
    sounds += [_cloud(plate, amount, share, rng, sample_rate_hz) for plate in drum.plates]
    return Voice(tuple(placed(sound, drum.position) for sound in sounds))


def struck_skin(
    drum: Drum, pitch: int, velocity: int, rng: np.random.Generator, sample_rate_hz: int
) -> Voice:
    """A drum with a pitch: `hertz` of its tones are ratios to the key's frequency."""
    hertz = frequency_of(pitch)
    tones = tuple(
        replace(tone, hertz=tone.hertz * hertz, decay_s=tone.decay_s * (130.0 / hertz) ** 0.4)
        for tone in drum.tones
        if tone.hertz * hertz * (1.0 + tone.rise) < 18_000.0
    )
    # A soft stroke leaves the many high modes of the head alone.
    plates = tuple(replace(plate, gain=plate.gain * (0.3 + 0.7 * velocity / 127.0)) for plate in drum.plates)
    return struck_drum(replace(drum, tones=tones, plates=plates), velocity, rng, sample_rate_hz)


def _cloud(plate: Plate, amount: float, share: float, rng: np.random.Generator, sample_rate_hz: int) -> Modes:
    # The plate is the same at every stroke; only where the stick lands, and so the phases, differ.
    own = np.random.Generator(np.random.PCG64([plate.modes, round(plate.low_hz), round(plate.high_hz)]))
    steps = (np.arange(plate.modes) + own.uniform(0.0, 1.0, plate.modes)) / plate.modes
    ratio = plate.high_hz / plate.low_hz
    frequencies_hz = plate.low_hz * ratio**steps
    amplitudes = own.uniform(0.3, 1.0, plate.modes) * (1.0 - (0.9 - 0.8 * share) * steps)
    amplitudes *= plate.gain * amount / np.sqrt(np.sum(amplitudes**2))
    decays_s = plate.decay_s * 3.0**-steps
    phases = rng.uniform(0.0, 2.0 * np.pi, plate.modes)
    return ringing(frequencies_hz, amplitudes, decays_s, 0.0008, sample_rate_hz, phases=phases)
