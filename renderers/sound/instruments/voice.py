"""Voice: one sounding note as chunks of stereo samples, counted from its own onset.

A chunk depends on nothing but its index, so a note sounds the same however the time around it is cut.
"""

from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Protocol

import numpy as np

from ....store.values.array_types import F64

CHUNK = 8192
"""Samples of a chunk."""

# -110 dBFS: below the noise of 16 bits, far below that of any room.
FLOOR = 3e-6


class Layer(Protocol):
    """A strand of a voice: mono, from silence to silence."""

    @property
    def sample_count(self) -> int:
        """Samples from the onset until the layer is inaudible."""
        ...

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (CHUNK,)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A layer between two loudspeakers."""

    layer: Layer
    left: float
    right: float


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A note: its layers, added."""

    layers: tuple[Placed, ...]

    @property
    def chunk_count(self) -> int:
        """Chunks until every layer is inaudible."""
        return max((-(-placed.layer.sample_count // CHUNK) for placed in self.layers), default=0)

    def chunk(self, index: int) -> F64:
        """Samples index·CHUNK up to (index + 1)·CHUNK, float64 (2, CHUNK), left above right."""
        out = np.zeros((2, CHUNK))
        for placed in self.layers:
            if index * CHUNK < placed.layer.sample_count:
                mono = placed.layer.chunk(index)
                out[0] += placed.left * mono
                out[1] += placed.right * mono
        return out


def placed(layer: Layer, position: float) -> Placed:
    """The layer at a position, -1 left .. +1 right, by the sine-cosine law with unity in the middle."""
    angle = (min(1.0, max(-1.0, position)) + 1.0) * pi / 4.0
    return Placed(layer, sqrt(2.0) * cos(angle), sqrt(2.0) * sin(angle))


def loudness_of(velocity: int) -> float:
    """Amplitude of a velocity: 40·log10(velocity / 127) dB, as most samplers have it."""
    return (velocity / 127.0) ** 2


def frequency_of(pitch: float) -> float:
    """Hertz of a MIDI pitch in equal temperament, A4 = 69 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def audible(frequencies_hz: F64, sample_rate_hz: int) -> F64:
    """A gain for each frequency: 1 up to 18 kHz, a smooth fall, 0 from 20 kHz on, so that nothing aliases."""
    top_hz = min(20_000.0, 0.45 * sample_rate_hz)
    x = np.clip((top_hz - frequencies_hz) / (0.1 * top_hz), 0.0, 1.0)
    gain: F64 = x * x * (3.0 - 2.0 * x)
    return gain


def let_go(times_s: F64, release_s: float, damper_s: float) -> F64:
    """The envelope of a damper: 1 before release_s, then a smooth decay that tends to 1/e per damper_s."""
    x = np.maximum(0.0, (times_s - release_s) / damper_s)
    gain: F64 = np.exp(-x * x / (1.0 + x))
    return gain


def release_end_s(release_s: float, damper_s: float, level: float = 1.0) -> float:
    """The time at which a sound of that level, released at release_s, has fallen below the floor."""
    return release_s + damper_s * (1.0 + float(np.log(max(2.0 * level, 2.0 * FLOOR) / FLOOR)))


def raised_cosine(sample_count: int) -> F64:
    """A smooth rise from 0 towards 1, float64 (sample_count,)."""
    ramp: F64 = 0.5 - 0.5 * np.cos(pi * (np.arange(sample_count) + 0.5) / max(1, sample_count))
    return ramp
