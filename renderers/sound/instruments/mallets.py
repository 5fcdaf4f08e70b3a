"""Mallets: the bars of General MIDI, each as its partials, decay, mallet and tube; sources as in bars.py."""

from .bars import Bar

FREE_BAR = (1.0, 2.756, 5.404, 8.933, 13.344)
"""A uniform bar with free ends (Fletcher and Rossing, 2.15)."""

CLAMPED_BAR = (1.0, 6.267, 17.548)
"""A bar held at one end, a tongue (Fletcher and Rossing, 2.15)."""

MARIMBA = Bar(
    ratios=(1.0, 4.0, 10.0, 20.0),
    reference_pitch=60,
    decay_s=1.87,  # ln(1000) / (pi · 0.0045 · 262 Hz): rosewood's loss factor
    decay_per_octave=0.9,
    decay_per_ratio=1.0,
    contact_s=0.001,
    level=0.22,
    longest_s=4.0,
    radiation=0.5,
    resonator=1.7,
    strike=0.42,
    hardening=0.28,
    knock=0.10,
    knock_hz=(250.0, 1400.0),
    knock_s=0.045,
    width=0.22,
    tube_decay_s=1.05,
    contact_per_octave=0.2,
)

XYLOPHONE = Bar(
    ratios=(1.0, 3.0, 6.1, 9.8),
    reference_pitch=72,
    decay_s=0.80,
    decay_per_octave=0.85,
    decay_per_ratio=0.8,
    contact_s=0.00024,
    level=0.11,
    radiation=0.8,
    resonator=1.5,
    strike=0.43,
    hardening=0.35,
    knock=0.16,
    knock_hz=(700.0, 5000.0),
    knock_s=0.025,
    width=0.2,
    tube_decay_s=0.58,
    tube_decay_per_octave=0.35,
    contact_per_octave=0.2,
)

VIBRAPHONE = Bar(
    ratios=(1.0, 4.0, 10.2, 17.6),
    reference_pitch=60,
    decay_s=11.0,
    decay_per_octave=0.75,
    decay_per_ratio=1.3,
    contact_s=0.00035,
    level=0.13,
    longest_s=18.0,
    radiation=0.55,
    resonator=1.15,
    strike=0.42,
    hardening=0.55,
    knock=0.045,
    knock_hz=(400.0, 2500.0),
    knock_s=0.02,
    damper_s=0.9,
    width=0.2,
    tube_decay_s=7.5,
    tube_decay_per_octave=0.6,
    contact_per_octave=0.2,
)

GLOCKENSPIEL = Bar(
    ratios=FREE_BAR,
    reference_pitch=84,
    decay_s=5.5,
    decay_per_octave=0.7,
    decay_per_ratio=1.15,
    contact_s=0.00006,
    level=0.14,
    radiation=0.4,
    strike=0.36,
    hardening=0.4,
    contact_per_octave=0.2,
    knock=0.05,
    knock_hz=(2000.0, 9000.0),
    knock_s=0.012,
    width=0.14,
)

CELESTA = Bar(
    ratios=FREE_BAR[:4],
    reference_pitch=72,
    decay_s=3.2,
    decay_per_octave=0.6,
    decay_per_ratio=1.5,
    contact_s=0.0009,  # felt on a steel plate over a box of wood
    level=0.16,
    resonator=1.8,
    hardening=0.3,
    knock=0.06,
    knock_hz=(200.0, 1500.0),
    damper_s=0.5,
)

MUSIC_BOX = Bar(
    ratios=CLAMPED_BAR,
    reference_pitch=84,
    decay_s=2.8,
    decay_per_octave=0.5,
    decay_per_ratio=0.9,
    contact_s=0.00012,
    level=0.12,
    radiation=-0.35,
    strike=0.0,
    knock=0.08,
    knock_hz=(1500.0, 7000.0),
    knock_s=0.01,
)

# No mode sounds the strike note of a tube: the ear makes it of three others, an octave below the fourth.
# Modes go nearly as (2n + 1)² (Fletcher and Rossing, 19.7); recorded tubes have 0.61, 1.22, 1.99, 2.93, 4.02.
TUBULAR_BELLS = Bar(
    ratios=(1.0, 0.617, 1.215, 1.99, 2.93, 4.02, 5.24),
    reference_pitch=67,
    decay_s=7.0,
    decay_per_octave=0.5,
    decay_per_ratio=0.65,
    contact_s=0.0002,
    level=0.13,
    longest_s=14.0,
    radiation=1.9,
    resonator=0.2,
    strike=0.03,
    hardening=0.35,
    knock=0.07,
    knock_hz=(500.0, 4000.0),
    damper_s=1.6,
    warble_hz=0.7,
)

TINKLE_BELL = Bar(
    ratios=(1.0, 2.31, 3.98, 5.72),
    reference_pitch=84,
    decay_s=3.4,
    decay_per_octave=0.5,
    decay_per_ratio=0.8,
    contact_s=0.00012,
    level=0.09,
    strike=0.08,
    warble_hz=2.3,
)

KALIMBA = Bar(
    ratios=CLAMPED_BAR,
    reference_pitch=67,
    decay_s=1.7,
    decay_per_octave=0.5,
    decay_per_ratio=1.0,
    contact_s=0.0012,
    level=0.2,
    resonator=2.0,
    strike=0.0,
    knock=0.15,
    knock_hz=(200.0, 1800.0),
)

AGOGO = Bar(
    ratios=(1.0, 2.4, 3.7, 6.2),
    reference_pitch=72,
    decay_s=0.7,
    decay_per_octave=0.3,
    decay_per_ratio=0.5,
    contact_s=0.0002,
    level=0.14,
    strike=0.05,
    knock=0.1,
    knock_hz=(1500.0, 7000.0),
    warble_hz=3.0,
)

WOODBLOCK = Bar(
    ratios=(1.0, 2.57, 4.1, 6.3),
    reference_pitch=72,
    decay_s=0.13,
    decay_per_octave=0.3,
    decay_per_ratio=0.5,
    contact_s=0.0004,
    level=0.28,
    resonator=1.5,
    knock=0.2,
    knock_hz=(600.0, 5000.0),
    knock_s=0.02,
)

# Each note of a pan is tuned to 1:2:3 (Fletcher and Rossing, 20.6); the pan's coupling lets them beat.
STEEL_DRUM = Bar(
    ratios=(1.0, 2.0, 3.0, 4.06, 5.2),
    reference_pitch=67,
    decay_s=1.5,
    decay_per_octave=0.5,
    decay_per_ratio=0.5,
    contact_s=0.0009,
    level=0.17,
    radiation=0.5,
    strike=0.05,
    hardening=0.35,
    knock=0.06,
    warble_hz=2.6,
)
