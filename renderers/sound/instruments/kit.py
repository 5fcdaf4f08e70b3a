"""Kit: the keys of General MIDI's drum channel, and the drums with programs of their own."""

from dataclasses import replace

from .drums import Band, Drum, Plate, Tone


def _tom(hertz: float, position: float) -> Drum:
    return Drum(
        0.5,
        (
            Tone(hertz, 0.55, 0.8, 0.5, 0.05),
            Tone(1.59 * hertz, 0.3, 0.3, 0.3, 0.04),
            Tone(2.14 * hertz, 0.2, 0.15),
        ),
        bands=(Band(200.0, 3000.0, 0.05, 0.25),),
        position=position,
    )


def _two_skins(hertz: float, decay_s: float, slap: float, position: float) -> Drum:
    return Drum(
        0.42,
        (Tone(hertz, decay_s, 0.7, 0.15, 0.02), Tone(1.8 * hertz, 0.5 * decay_s, 0.3)),
        bands=(Band(600.0, 6000.0, 0.04, slap),),
        position=position,
    )


_KICK = Drum(
    0.75,
    (Tone(52.0, 0.35, 0.9, 2.2, 0.022),),
    bands=(Band(1200.0, 6000.0, 0.02, 0.16), Band(60.0, 400.0, 0.06, 0.2)),
)
# Two heads at 185 and 330 Hz, and the wires (Fletcher and Rossing, 18.4).
_SNARE = Drum(
    0.42,
    (Tone(185.0, 0.18, 0.6, 0.25, 0.02), Tone(330.0, 0.12, 0.35, 0.15, 0.02)),
    bands=(Band(1800.0, 11_000.0, 0.22, 0.55), Band(400.0, 3000.0, 0.05, 0.3)),
)
_HAT = Plate(40, 3200.0, 15_000.0, 0.12, 0.6)
_CRASH = Plate(64, 350.0, 15_000.0, 2.6, 0.6)
_RIDE = Plate(56, 500.0, 13_000.0, 2.8, 0.4)
_SHAKE = Band(4500.0, 13_000.0, 0.07, 0.6, 0.012)
_BELL = Drum(
    0.2, plates=(Plate(5, 540.0, 5200.0, 0.45),), bands=(Band(2000.0, 9000.0, 0.01, 0.3),), position=0.2
)
_BLOCK = Drum(
    0.34,
    (Tone(1150.0, 0.09), Tone(2650.0, 0.05, 0.4)),
    bands=(Band(1000.0, 6000.0, 0.015, 0.3),),
    position=0.3,
)
_TRIANGLE = Drum(0.12, plates=(Plate(14, 1700.0, 15_000.0, 3.0),), position=0.3)
_WHISTLE = Drum(
    0.2, (Tone(2350.0, 0.4, 0.7), Tone(2410.0, 0.4, 0.5)), bands=(Band(2000.0, 4500.0, 0.3, 0.3, 0.01),)
)
_SCRAPE_S = tuple(0.014 * k for k in range(1, 9))

KIT: dict[int, Drum] = {
    27: Drum(0.3, (Tone(1500.0, 0.12, 1.0, 2.0, 0.02),)),
    28: Drum(0.35, bands=(Band(700.0, 5000.0, 0.06),)),
    29: Drum(0.25, (Tone(600.0, 0.1, 0.3, 1.5, 0.05),), bands=(Band(900.0, 3500.0, 0.1, 1.0, 0.03),)),
    30: Drum(0.25, (Tone(900.0, 0.1, 0.3, -0.5, 0.05),), bands=(Band(1300.0, 5000.0, 0.09, 1.0, 0.04),)),
    31: replace(_BLOCK, tones=(Tone(2100.0, 0.05), Tone(4700.0, 0.03, 0.5)), level=0.25),
    32: Drum(0.2, (Tone(1000.0, 0.03), Tone(3000.0, 0.03, 0.33))),
    33: Drum(0.25, (Tone(1700.0, 0.04),), bands=(Band(2000.0, 9000.0, 0.01, 0.3),)),
    34: Drum(0.2, plates=(Plate(4, 1900.0, 8000.0, 0.7),)),
    35: replace(_KICK, tones=(Tone(44.0, 0.5, 0.9, 1.8, 0.028),)),
    36: _KICK,
    37: replace(
        _BLOCK, tones=(Tone(820.0, 0.06), Tone(1750.0, 0.05, 0.7)), bands=(Band(2500.0, 9000.0, 0.02, 0.5),)
    ),
    38: _SNARE,
    39: Drum(0.35, bands=(Band(900.0, 3500.0, 0.09, 0.8),), repeats_s=(0.011, 0.023)),
    40: replace(_SNARE, tones=(Tone(225.0, 0.14, 0.6, 0.2, 0.02), Tone(400.0, 0.1, 0.4))),
    41: _tom(75.0, -0.35),
    42: Drum(0.2, plates=(_HAT,), bands=(Band(7000.0, 15_000.0, 0.07, 0.7),), position=0.25),
    43: _tom(92.0, -0.25),
    44: Drum(
        0.16, plates=(replace(_HAT, decay_s=0.09),), bands=(Band(5000.0, 12_000.0, 0.05, 0.6),), position=0.25
    ),
    45: _tom(113.0, -0.1),
    46: Drum(
        0.2, plates=(replace(_HAT, decay_s=1.1),), bands=(Band(7000.0, 15_000.0, 0.7, 0.7),), position=0.25
    ),
    47: _tom(138.0, 0.05),
    48: _tom(168.0, 0.15),
    49: Drum(0.28, plates=(_CRASH,), bands=(Band(3500.0, 14_000.0, 1.5, 0.8),), position=-0.3),
    50: _tom(205.0, 0.25),
    51: Drum(0.2, plates=(_RIDE,), bands=(Band(3000.0, 12_000.0, 0.35, 0.35),), position=0.3),
    52: Drum(
        0.28,
        plates=(Plate(60, 420.0, 12_000.0, 1.4, 0.9),),
        bands=(Band(2500.0, 10_000.0, 0.8, 0.7),),
        position=-0.35,
    ),
    53: Drum(0.2, plates=(Plate(7, 820.0, 6000.0, 1.9), replace(_RIDE, gain=0.2)), position=0.3),
    54: Drum(
        0.18,
        plates=(Plate(24, 5000.0, 15_000.0, 0.22),),
        bands=(_SHAKE,),
        repeats_s=(0.03, 0.055),
        position=0.2,
    ),
    55: Drum(
        0.25,
        plates=(Plate(50, 700.0, 16_000.0, 0.9, 0.6),),
        bands=(Band(4500.0, 15_000.0, 0.5, 0.8),),
        position=-0.15,
    ),
    56: _BELL,
    57: Drum(
        0.28,
        plates=(replace(_CRASH, low_hz=410.0),),
        bands=(Band(4000.0, 15_000.0, 1.3, 0.8),),
        position=0.35,
    ),
    58: Drum(0.25, bands=(Band(1200.0, 4500.0, 0.05, 0.8),), repeats_s=tuple(0.03 * k for k in range(1, 12))),
    59: Drum(
        0.2,
        plates=(replace(_RIDE, low_hz=600.0, decay_s=2.2),),
        bands=(Band(3500.0, 13_000.0, 0.4, 0.4),),
        position=0.4,
    ),
    60: _two_skins(410.0, 0.2, 0.25, 0.3),
    61: _two_skins(290.0, 0.25, 0.2, 0.3),
    62: _two_skins(320.0, 0.07, 0.4, -0.3),
    63: _two_skins(300.0, 0.4, 0.2, -0.3),
    64: _two_skins(200.0, 0.5, 0.15, -0.3),
    65: _two_skins(430.0, 0.35, 0.45, 0.2),
    66: _two_skins(300.0, 0.45, 0.4, 0.2),
    67: Drum(0.2, plates=(Plate(4, 900.0, 5000.0, 0.5),), position=-0.25),
    68: Drum(0.2, plates=(Plate(4, 650.0, 3800.0, 0.55),), position=-0.25),
    69: Drum(0.22, bands=(Band(3500.0, 10_000.0, 0.06, 0.6, 0.02),), repeats_s=(0.05,), position=-0.3),
    70: Drum(0.18, bands=(Band(5500.0, 14_000.0, 0.05, 0.6, 0.015),), position=-0.3),
    71: replace(_WHISTLE, tones=(Tone(2350.0, 0.18, 0.7), Tone(2410.0, 0.18, 0.5))),
    72: _WHISTLE,
    73: Drum(0.25, bands=(Band(1800.0, 6500.0, 0.014, 0.7),), repeats_s=_SCRAPE_S[:5], position=0.3),
    74: Drum(
        0.25,
        bands=(Band(1600.0, 6000.0, 0.016, 0.7),),
        repeats_s=tuple(2.2 * s for s in _SCRAPE_S),
        position=0.3,
    ),
    75: replace(_BLOCK, tones=(Tone(2450.0, 0.08), Tone(5100.0, 0.03, 0.2)), level=0.26),
    76: _BLOCK,
    77: replace(_BLOCK, tones=(Tone(820.0, 0.1), Tone(1930.0, 0.05, 0.4))),
    78: Drum(0.3, (Tone(620.0, 0.14, 0.8, -0.35, 0.05), Tone(1240.0, 0.1, 0.3, -0.35, 0.05)), position=0.2),
    79: Drum(0.3, (Tone(420.0, 0.3, 0.8, 0.45, 0.09), Tone(840.0, 0.2, 0.3, 0.45, 0.09)), position=0.2),
    80: replace(_TRIANGLE, plates=(Plate(14, 1700.0, 15_000.0, 0.18),)),
    81: _TRIANGLE,
    82: Drum(0.2, bands=(_SHAKE,), position=-0.2),
    83: Drum(0.16, plates=(Plate(30, 4200.0, 16_000.0, 0.6),), repeats_s=(), position=0.1),
    84: Drum(0.12, plates=(Plate(40, 1500.0, 14_000.0, 2.2),), position=0.2),
    85: replace(
        _BLOCK, tones=(Tone(1550.0, 0.05), Tone(3200.0, 0.04, 0.6)), bands=(Band(1500.0, 8000.0, 0.02, 0.5),)
    ),
    86: Drum(0.6, (Tone(72.0, 0.22, 0.8, 0.3, 0.03),), bands=(Band(80.0, 600.0, 0.05, 0.25),), position=-0.2),
    87: Drum(
        0.6,
        (Tone(72.0, 0.9, 0.8, 0.3, 0.03), Tone(115.0, 0.5, 0.2)),
        bands=(Band(80.0, 600.0, 0.05, 0.2),),
        position=-0.2,
    ),
}
"""By key, 27..87, as General MIDI 2 lays them out."""

# The (1,1) mode and its kin are near 1 : 1.5 : 1.98 : 2.44 : 2.9 over the kettle's air (Fletcher and
# Rossing, 18.2).
TIMPANI = Drum(
    0.22,
    (
        Tone(1.0, 2.6, 0.5),
        Tone(1.504, 2.2, 0.6),
        Tone(1.983, 1.4, 0.5),
        Tone(2.44, 0.9, 0.35),
        Tone(2.9, 0.6, 0.25),
    ),
    # The head slaps, and the kettle thuds below it.
    plates=(Plate(28, 330.0, 2000.0, 2.2, 0.5),),
    bands=(Band(60.0, 500.0, 0.12, 0.5), Band(400.0, 3000.0, 0.06, 0.45)),
)
TAIKO = Drum(
    0.55,
    (Tone(1.0, 1.1, 0.8, 0.25, 0.05), Tone(1.59, 0.6, 0.35, 0.2, 0.05), Tone(2.3, 0.35, 0.2)),
    bands=(Band(80.0, 1800.0, 0.06, 0.4),),
)
MELODIC_TOM = Drum(
    0.5,
    (Tone(1.0, 0.8, 0.8, 0.4, 0.06), Tone(1.59, 0.4, 0.3, 0.3, 0.05), Tone(2.14, 0.3, 0.15)),
    bands=(Band(200.0, 3000.0, 0.04, 0.2),),
)
SYNTH_DRUM = Drum(0.45, (Tone(1.0, 0.7, 0.9, 1.6, 0.12),), bands=(Band(400.0, 4000.0, 0.03, 0.2),))

# Sound effects rather than notes: noise, shaped until the sound is recognisable.
EFFECTS: dict[int, Drum] = {
    119: Drum(0.12, bands=(Band(2500.0, 14_000.0, 0.15, 1.0, 1.4),)),
    120: Drum(0.25, bands=(Band(1800.0, 7000.0, 0.12, 0.8, 0.03),)),
    121: Drum(0.12, bands=(Band(700.0, 5000.0, 0.5, 1.0, 0.15),)),
    122: Drum(0.12, bands=(Band(150.0, 3500.0, 3.5, 1.0, 1.6), Band(2500.0, 9000.0, 2.5, 0.4, 2.0))),
    123: Drum(0.2, tuple(Tone(hz, 0.16, 0.5, 0.35, 0.05) for hz in (3100.0, 3900.0, 4600.0))),
    125: Drum(
        0.3, bands=(Band(40.0, 500.0, 0.12, 1.0, 0.01),), repeats_s=tuple(0.085 * k for k in range(1, 24))
    ),
    126: Drum(
        0.2,
        bands=(Band(800.0, 6000.0, 0.12, 0.6, 0.01),),
        repeats_s=tuple(0.043 * k**0.97 for k in range(1, 48)),
    ),
    127: Drum(
        0.4,
        (Tone(60.0, 0.5, 0.5, 2.0, 0.03),),
        bands=(Band(100.0, 9000.0, 0.4, 0.6), Band(60.0, 800.0, 1.2, 0.35)),
    ),
}
"""By General MIDI program."""
