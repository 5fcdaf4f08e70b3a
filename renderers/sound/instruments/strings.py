"""Strings: hammered and plucked: pianos, harpsichord, guitars, basses, harp, and their cousins.

A string's partials are at k·f·sqrt(1 + B·k²), stretched by its stiffness; the point where it is plucked
or hammered leaves out the partials that have a node there; and the high ones die first (Fletcher and
Rossing, ch. 2, 9, 12).
"""

from dataclasses import dataclass

import numpy as np

from ....store.values.array_types import F64
from .modes import ringing
from .noise import Hiss
from .voice import Placed, Voice, frequency_of, loudness_of, placed


@dataclass(frozen=True, slots=True)
class String:
    """A kind of string, what sets it moving, and what stops it."""

    decay_s: float
    """T60 of the fundamental at C4."""
    decay_per_octave: float
    """T60 falls by 2 to this power for each octave up."""
    corner_hz: float
    """Partials up there live half as long as the fundamental."""
    level: float = 0.16
    at: float = 0.12
    """The point at which it is struck or plucked, along its length."""
    slope: float = 1.0
    """Partials fall as k to this power: 1 for a hammer or a bass pickup, 1.5 for a finger."""
    contact_s: float = 0.0006
    """Contact of the hammer, finger or plectrum at C4, velocity 127."""
    hardening: float = 0.3
    stiffness: float = 1e-5
    """B at C4; it doubles for each eight semitones up."""
    unisons_cents: tuple[float, ...] = (0.0,)
    aftersound: float = 0.0
    """Share of the sound that decays four times as slowly: strings that move against each other."""
    knock: float = 0.0
    knock_hz: tuple[float, float] = (150.0, 2500.0)
    knock_s: float = 0.05
    damper_s: float = 0.25
    """T60 once the key or the finger lets go."""
    undamped_from: int = 128
    """Keys from here on have no dampers."""
    body: tuple[tuple[float, float, float], ...] = ()
    """(hertz, width in octaves, gain) of the resonances of the box."""
    body_floor: float = 0.4
    width: float = 0.35
    even: float = 1.0
    added: tuple[tuple[float, float, float], ...] = ()
    """(ratio, gain, T60) of partials beyond the string's: the tine of an electric piano."""


def struck_string(
    string: String, pitch: int, velocity: int, length_s: float, rng: np.random.Generator, sample_rate_hz: int
) -> Voice:
    """One note. The faster the hammer or the finger, the more of the high partials there are."""
    fundamental_hz = frequency_of(pitch)
    octaves = (pitch - 60) / 12.0
    loudness = loudness_of(velocity)
    stiffness = string.stiffness * 2.0 ** ((pitch - 60) / 8.0)
    k = np.arange(1, min(64, max(1, int(19_000.0 / fundamental_hz))) + 1, dtype=np.float64)
    ratios = k * np.sqrt((1.0 + stiffness * k**2) / (1.0 + stiffness))
    frequencies_hz = fundamental_hz * ratios
    contact_s = string.contact_s * 2.0 ** (-0.35 * octaves) * max(loudness, 1e-3) ** -string.hardening
    at = string.at * float(rng.uniform(0.95, 1.05))
    amplitudes = (np.abs(np.sin(np.pi * k * at)) + 0.02) * k**-string.slope
    amplitudes /= 1.0 + (2.0 * frequencies_hz * contact_s) ** 2
    amplitudes[1::2] *= string.even
    amplitudes *= _body(string, frequencies_hz)
    longest_s = string.decay_s * 2.0 ** (-string.decay_per_octave * octaves)
    decays_s = longest_s / (1.0 + (frequencies_hz - fundamental_hz) / string.corner_hz)
    for ratio, gain, ring_s in string.added:
        frequencies_hz = np.append(frequencies_hz, ratio * fundamental_hz)
        amplitudes = np.append(amplitudes, gain * loudness**0.4 * np.max(amplitudes))
        decays_s = np.append(decays_s, ring_s * 2.0 ** (-string.decay_per_octave * octaves))
    amplitudes *= string.level * loudness * float(rng.uniform(0.97, 1.03)) / np.sqrt(np.sum(amplitudes**2))
    frequencies_hz, amplitudes, decays_s = _unisons(string, frequencies_hz, amplitudes, decays_s)
    body = ringing(
        frequencies_hz,
        amplitudes,
        decays_s,
        min(0.003, max(0.0008, contact_s)),
        sample_rate_hz,
        length_s if pitch < string.undamped_from else None,
        string.damper_s * 2.0 ** (-0.3 * octaves) / float(np.log(1000.0)),
        phases=rng.uniform(-0.5, 0.5, len(amplitudes)),
    )
    layers: list[Placed] = [placed(body, string.width * octaves / 3.0)]
    if string.knock > 0.0:
        knock = Hiss(
            *string.knock_hz,
            level=string.level * string.knock * loudness**1.1,
            attack_s=0.0015,
            decay_s=string.knock_s,
            start=int(rng.integers(1 << 16)),
            sample_rate_hz=sample_rate_hz,
        )
        layers.append(placed(knock, string.width * octaves / 3.0))
    return Voice(tuple(layers))


def _body(string: String, frequencies_hz: F64) -> F64:
    if not string.body:
        return np.ones_like(frequencies_hz)
    gain = np.full_like(frequencies_hz, string.body_floor)
    for centre_hz, width_octaves, strength in string.body:
        gain += strength * np.exp(-0.5 * (np.log2(frequencies_hz / centre_hz) / width_octaves) ** 2)
    return gain


def _unisons(string: String, frequencies_hz: F64, amplitudes: F64, decays_s: F64) -> tuple[F64, F64, F64]:
    """Each partial once for every string of the key, and once more, slowly dying, for the aftersound."""
    share = (1.0 - string.aftersound) / len(string.unisons_cents)
    parts = [
        (frequencies_hz * 2.0 ** (cents / 1200.0), amplitudes * share, decays_s)
        for cents in string.unisons_cents
    ]
    if string.aftersound > 0.0:
        strong = slice(0, 24)
        parts.append(
            (frequencies_hz[strong] * 1.0001, amplitudes[strong] * string.aftersound, 4.0 * decays_s[strong])
        )
    return (
        np.concatenate([f for f, _, _ in parts]),
        np.concatenate([a for _, a, _ in parts]),
        np.concatenate([d for _, _, d in parts]),
    )
