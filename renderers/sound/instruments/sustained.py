"""Sustained instruments: bowed, blown, sung or held; one description, many instruments."""

from dataclasses import dataclass, replace

import numpy as np

from .cycle import Cycle, Spectrum, period
from .noise import Hiss
from .voice import Placed, Voice, frequency_of, loudness_of, placed

SWAY_HZ = np.array([0.55, 1.3, 2.7])
"""The slow waves of a level and a pitch that a player holds, in the middle: they have no common period."""


@dataclass(frozen=True, slots=True)
class Sustained:
    """An instrument that sounds as long as its player wants."""

    soft: Spectrum
    """Colour at the lowest velocity."""
    bright: Spectrum
    """Colour at the highest velocity."""
    attack_s: float
    release_s: float
    """The release time constant (to 1/e), in seconds."""
    level: float = 0.1
    bite: float = 0.0
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.4
    players: int = 1
    spread_cents: float = 0.0
    """The detuning of the players against each other."""
    breath: float = 0.0
    """Level of the air or the bow over that of the tone."""
    breath_hz: tuple[float, float] = (800.0, 6000.0)
    chiff: float = 0.0
    """Level of the noise at the onset over that of the tone."""
    chiff_s: float = 0.06
    decay_s: float = 1e9
    sustain: float = 1.0
    shake: float = 0.0
    shake_hz: float = 6.0
    scoop_cents: float = 0.0
    ranks: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    """Semitones and gains that sound with one key."""
    width: float = 0.5
    """The spread of the players across the stereo field."""
    sway_db: float = 0.0
    """The depth of random level changes of a held tone; sway_cents is the same for its pitch."""
    sway_cents: float = 0.0


def sustained_tone(
    kind: Sustained, pitch: int, velocity: int, length_s: float, rng: np.random.Generator, sample_rate_hz: int
) -> Voice:
    """One held note. Velocity sets level and colour; soft notes speak more slowly."""
    loudness = loudness_of(velocity)
    share = velocity / 127.0
    attack_s = kind.attack_s * (1.6 - 0.8 * share)
    layers: list[Placed] = []
    energy = np.sqrt(kind.players * sum(gain**2 for _, gain in kind.ranks))
    for player in range((kind.players + 1) // 2):
        seat = 0.0 if kind.players == 1 else 1.0 - 2.0 * player / (kind.players - 1)
        # Two players in mirrored seats are mirrors of each other, in tune, phase, vibrato and sway: what they
        # give to the left beats as what they give to the right does, so that a section is in the middle.
        # One in the middle is in tune.
        sides = (1.0, -1.0) if seat > 0.0 else (0.0,) if kind.players > 1 else (1.0,)
        hertz = SWAY_HZ * rng.uniform(0.8, 1.25, len(SWAY_HZ))
        sways = tuple((float(hz), float(rng.random())) for hz in hertz)
        detune_cents = kind.spread_cents * float(rng.uniform(-1.0, 1.0)) if len(sides) > 1 else 0.0
        for semitones, gain in kind.ranks:
            # Colours need not follow every cent: one table serves a semitone.
            table_hz = frequency_of(pitch + semitones)
            tone = Cycle(
                frequency_hz=table_hz,
                soft=period(kind.soft, table_hz, sample_rate_hz),
                bright=period(kind.bright, table_hz, sample_rate_hz),
                level=kind.level * loudness * gain / float(energy),
                brightness=share**1.5,
                attack_s=attack_s * float(rng.uniform(0.9, 1.15)),
                release_s=length_s,
                damper_s=kind.release_s,
                sample_rate_hz=sample_rate_hz,
                bite=kind.bite * share,
                decay_s=kind.decay_s,
                sustain=kind.sustain,
                vibrato_hz=kind.vibrato_hz * float(rng.uniform(0.93, 1.07)),
                vibrato_cents=kind.vibrato_cents,
                shake=kind.shake,
                shake_hz=kind.shake_hz * float(rng.uniform(0.95, 1.05)),
                scoop_cents=kind.scoop_cents,
                phase=float(rng.random()),
                sway_db=kind.sway_db,
                sway_cents=kind.sway_cents,
                sways=sways,
            )
            for side in sides:
                mirrored = replace(
                    tone,
                    frequency_hz=frequency_of(pitch + semitones + side * detune_cents / 100.0),
                    vibrato_cents=(side or 1.0) * tone.vibrato_cents,
                    sway_cents=(side or 1.0) * tone.sway_cents,
                    phase=side * tone.phase,
                    swing_phase=tone.phase,
                )
                layers.append(placed(mirrored, kind.width * seat * side))
    start = int(rng.integers(1 << 16))
    if kind.breath > 0.0:
        air = Hiss(
            *kind.breath_hz,
            level=kind.level * kind.breath * loudness,
            attack_s=attack_s,
            decay_s=0.3,
            start=start,
            sample_rate_hz=sample_rate_hz,
            sustain=0.6,
            release_s=length_s,
            damper_s=kind.release_s,
        )
        layers.append(placed(air, 0.0))
    if kind.chiff > 0.0:
        spit = Hiss(
            *kind.breath_hz,
            level=kind.level * kind.chiff * loudness,
            attack_s=0.004,
            decay_s=kind.chiff_s,
            start=start // 2,
            sample_rate_hz=sample_rate_hz,
        )
        layers.append(placed(spit, 0.0))
    return Voice(tuple(layers))
