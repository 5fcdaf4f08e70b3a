"""Bars: marimba, xylophone, vibraphone, glockenspiel and their relatives, as physics has them.

A stroke excites the modes of a free bar: each as strongly as its shape at the point struck and the spectrum
of the mallet's push allow, each dying at the pace of its material. A resonator strengthens the fundamental
and, since what it radiates is taken from the bar, shortens it.

Sources: N. H. Fletcher, T. D. Rossing, The Physics of Musical Instruments, 2nd ed. 1998, ch. 19 (ratios,
resonators, decay: marimba E3 1.5 s with its tube and 3.2 s without); I. Bork, Applied Acoustics 46 (1995)
103-127 (tuning 1:4:10 and 1:3:6); A. Chaigne, V. Doutaut, JASA 101 (1997) 539-557 (contact times, loss in
wood); H. Hill, UIUC REU report (2012): marimba partials 1, 4, 10, 20, decay times as 1/f, loss factor of
rosewood 0.45 %.
"""

from dataclasses import dataclass

import numpy as np

from ....store.values.array_types import F64
from .modes import ringing
from .noise import Hiss
from .voice import Voice, frequency_of, loudness_of, placed

# Roots of cos(x)·cosh(x) = 1, the wave numbers of a bar with free ends times its length.
_FREE_ROOTS = np.array([4.730041, 7.853205, 10.995608, 14.137165, 17.278760, 20.420352, 23.561945])


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind of bar, its mallets and its frame."""

    ratios: tuple[float, ...]
    """Partials over the fundamental."""
    reference_pitch: int
    decay_s: float
    """T60 of the fundamental of the bare bar at the reference pitch."""
    decay_per_octave: float
    """T60 falls by 2 to this power for each octave up."""
    decay_per_ratio: float
    """A partial's T60 falls by its ratio to this power."""
    contact_s: float
    """The contact time of the mallet with the reference bar at velocity 127, in seconds."""
    level: float
    """Root mean square over all modes at the stroke, velocity 127."""
    longest_s: float = 30.0
    radiation: float = 0.0
    """A partial radiates as its ratio to this power."""
    resonator: float = 1.0
    """The gain of the fundamental in the resonator tube."""
    tube_decay_s: float | None = None
    """T60 of the fundamental over its tube at the reference pitch; None where there is no tube."""
    tube_decay_per_octave: float = 0.55
    strike: float = 0.42
    """The striking point along the bar."""
    hardening: float = 0.2
    """Contact time falls with the stroke's speed to this power: 1/5 for a hard ball, more for yarn."""
    contact_per_octave: float = 0.35
    """Contact time falls by 2 to this power for each octave: lighter bars throw the mallet off sooner."""
    knock: float = 0.0
    """Level of the mallet's own noise over that of the bar."""
    knock_hz: tuple[float, float] = (300.0, 2500.0)
    knock_s: float = 0.03
    damper_s: float | None = None
    """T60 under the damper after the key or pedal is let go; None rings on."""
    warble_hz: float = 0.0
    """Difference between the two halves of each mode in bodies that are not quite symmetric."""
    width: float = 0.2
    """The pan of the lowest and the highest bar, two octaves from the middle each."""


def struck_bar(
    bar: Bar, pitch: int, velocity: int, length_s: float, rng: np.random.Generator, sample_rate_hz: int
) -> Voice:
    """One stroke. Velocity sets the level, 40·log10, and the timbre: a faster mallet touches more shortly."""
    fundamental_hz = frequency_of(pitch)
    octaves = (pitch - bar.reference_pitch) / 12.0
    loudness = loudness_of(velocity)
    ratios = np.array(bar.ratios)
    # The bar's own unevenness: the same for every stroke on it, and none in the tuned fundamental.
    own = np.random.Generator(np.random.PCG64([pitch, len(ratios), 77]))
    ratios[1:] *= 1.0 + 0.0015 * own.uniform(-1.0, 1.0, len(ratios) - 1)
    frequencies_hz = fundamental_hz * ratios
    contact_s = (
        bar.contact_s
        * 2.0 ** (-bar.contact_per_octave * octaves)
        * max(loudness, 1e-3) ** -bar.hardening
        * float(rng.uniform(0.93, 1.07))
    )
    at = bar.strike + 0.012 * float(rng.uniform(-1.0, 1.0))
    amplitudes = np.abs(_shapes(len(ratios), at)) * _push(frequencies_hz, contact_s) * ratios**bar.radiation
    amplitudes[0] *= bar.resonator
    amplitudes *= bar.level * loudness * float(rng.uniform(0.96, 1.04)) / np.sqrt(np.sum(amplitudes**2))
    bare_s = bar.decay_s * 2.0 ** (-bar.decay_per_octave * octaves)
    decays_s = np.minimum(bar.longest_s, bare_s) * ratios**-bar.decay_per_ratio
    if bar.tube_decay_s is not None:
        decays_s[0] = min(decays_s[0], bar.tube_decay_s * 2.0 ** (-bar.tube_decay_per_octave * octaves))
    if bar.warble_hz > 0.0:
        frequencies_hz = np.concatenate([frequencies_hz, frequencies_hz + bar.warble_hz * np.sqrt(ratios)])
        amplitudes = np.concatenate([0.72 * amplitudes, 0.28 * amplitudes])
        decays_s = np.concatenate([decays_s, decays_s])
    release_s = length_s if bar.damper_s is not None else None
    onset_s = min(0.003, max(0.0006, contact_s))
    body = ringing(
        frequencies_hz,
        amplitudes,
        decays_s,
        onset_s,
        sample_rate_hz,
        release_s,
        (bar.damper_s or 1.0) / float(np.log(1000.0)),
    )
    knock = Hiss(
        *bar.knock_hz,
        level=bar.level * bar.knock * loudness**1.2,
        attack_s=0.001,
        decay_s=bar.knock_s,
        start=int(rng.integers(1 << 16)),
        sample_rate_hz=sample_rate_hz,
    )
    position = bar.width * octaves / 2.0
    return Voice((placed(body, position), placed(knock, position)))


def _shapes(count: int, at: float) -> F64:
    """Deflection of the modes of a uniform free bar at a share of its length (Fletcher and Rossing, 2.15)."""
    beta = _FREE_ROOTS[:count]
    sigma = (np.cosh(beta) - np.cos(beta)) / (np.sinh(beta) - np.sin(beta))
    x = beta * at
    shapes: F64 = np.cosh(x) + np.cos(x) - sigma * (np.sinh(x) + np.sin(x))
    return shapes


def _push(frequencies_hz: F64, contact_s: float) -> F64:
    """Envelope of a half-sine push's spectrum: 1 at 0 Hz, 12 dB per octave above 1/(2·contact)."""
    push: F64 = 1.0 / (1.0 + (2.0 * frequencies_hz * contact_s) ** 2)
    return push
