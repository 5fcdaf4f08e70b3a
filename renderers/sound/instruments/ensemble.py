"""Ensemble: the sustained instruments of General MIDI, each as its colours, its breath and its players."""

from dataclasses import replace

from .cycle import Spectrum
from .sustained import Sustained

# Formants of sung vowels (Peterson and Barney 1952, rounded).
_AH = ((730.0, 0.25, 2.2), (1090.0, 0.2, 1.4), (2440.0, 0.2, 0.5))
_OO = ((320.0, 0.35, 2.4), (870.0, 0.25, 0.7), (2240.0, 0.2, 0.12))

# Body resonances: air and wood of the violin family, one size larger each (Fletcher and Rossing, ch. 10).
_VIOLIN = ((290.0, 0.3, 0.8), (470.0, 0.35, 0.9), (1000.0, 0.5, 0.5), (2600.0, 0.5, 0.9))
_CELLO = ((105.0, 0.3, 0.8), (190.0, 0.35, 0.9), (420.0, 0.5, 0.6), (1600.0, 0.6, 0.5))


def _organ(*stops: tuple[int, float]) -> Spectrum:
    return Spectrum(stops=stops)


_DRAWBARS = _organ((1, 1.0), (2, 0.8), (3, 0.6), (4, 0.45), (6, 0.25), (8, 0.3))
_ORGAN = Sustained(_DRAWBARS, _DRAWBARS, 0.006, 0.012, chiff=0.05, chiff_s=0.01, breath_hz=(1500.0, 8000.0))
_PIPES = Spectrum(slope=1.3, even=0.8, corner_hz=3500.0)
_REEDS = Spectrum(slope=0.75, formants=((900.0, 0.8, 1.0),), corner_hz=5000.0)

_BOWED = Sustained(
    soft=Spectrum(slope=1.05, formants=_VIOLIN, corner_hz=5000.0),
    bright=Spectrum(slope=0.7, formants=_VIOLIN, corner_hz=9000.0),
    attack_s=0.07,
    release_s=0.05,
    vibrato_cents=16.0,
    breath=0.02,
    breath_hz=(2500.0, 8000.0),
    level=0.098,
    sway_db=3.0,
    sway_cents=5.0,
)
_LOW_BOWED = replace(
    _BOWED,
    soft=Spectrum(slope=1.05, formants=_CELLO, corner_hz=3200.0),
    bright=Spectrum(slope=0.7, formants=_CELLO, corner_hz=6000.0),
    level=0.1,
)
_SECTION = replace(
    _BOWED,
    soft=replace(_BOWED.soft, slope=0.85, corner_hz=6000.0),
    players=6,
    spread_cents=9.0,
    attack_s=0.12,
    release_s=0.09,
    level=0.08,
    width=0.95,
)
CHOIR = Sustained(
    soft=Spectrum(slope=2.0, formants=_AH, corner_hz=2600.0),
    bright=Spectrum(slope=1.5, formants=_AH, corner_hz=4000.0),
    attack_s=0.14,
    release_s=0.11,
    vibrato_cents=18.0,
    players=6,
    spread_cents=9.0,
    width=0.95,
    level=0.075,
    sway_db=2.5,
    sway_cents=6.0,
    breath=0.05,
    breath_hz=(1500.0, 6000.0),
)


def _brass(slope: float, corner_hz: float, body_hz: float) -> Sustained:
    return Sustained(
        # Played softly a horn is nearly a sine; loudly its wave steepens into a shock (Fletcher and
        # Rossing, ch. 14).
        soft=Spectrum(slope=slope + 0.6, formants=((body_hz, 1.0, 1.6),), corner_hz=corner_hz * 0.5),
        bright=Spectrum(slope=slope, formants=((body_hz, 1.0, 1.6),), corner_hz=corner_hz),
        attack_s=0.045,
        release_s=0.05,
        bite=0.2,
        scoop_cents=35.0,
        vibrato_cents=5.0,
        chiff=0.04,
        chiff_s=0.03,
        breath_hz=(600.0, 3000.0),
        level=0.1,
        sway_db=2.0,
        sway_cents=3.0,
    )


_TRUMPET = _brass(0.35, 7000.0, 1500.0)


def _reed(even: float, slope: float, corner_hz: float, *formants: tuple[float, float, float]) -> Sustained:
    return Sustained(
        soft=Spectrum(slope=slope + 0.5, even=even, formants=formants, corner_hz=corner_hz * 0.6),
        bright=Spectrum(slope=slope, even=min(1.0, even * 1.5), formants=formants, corner_hz=corner_hz),
        attack_s=0.04,
        release_s=0.05,
        bite=0.1,
        scoop_cents=12.0,
        vibrato_cents=7.0,
        breath=0.025,
        breath_hz=(1500.0, 7000.0),
        level=0.11,
        sway_db=2.5,
        sway_cents=3.0,
    )


_SAX = _reed(0.9, 0.8, 5000.0, (600.0, 0.5, 1.2), (1500.0, 0.5, 0.8))


def pipe(second: float, breath: float, corner: float = 3.0) -> Sustained:
    return Sustained(
        soft=Spectrum(slope=2.6, even=second, corner=corner),
        bright=Spectrum(slope=1.5, even=second, corner=corner + 1.5),
        attack_s=0.05,
        release_s=0.06,
        vibrato_cents=9.0,
        vibrato_hz=5.0,
        breath=breath,
        breath_hz=(900.0, 5000.0),
        chiff=2.0 * breath,
        shake=0.08,
        shake_hz=5.0,
        level=0.13,
        sway_db=2.5,
        sway_cents=3.0,
    )


SUSTAINED: dict[int, Sustained] = {
    16: replace(_ORGAN, shake=0.05, shake_hz=6.3, vibrato_cents=3.0),
    17: replace(_ORGAN, chiff=0.25, bite=0.6, bright=_organ((1, 0.7), (2, 0.5), (3, 1.0), (6, 0.3))),
    18: replace(
        _ORGAN,
        shake=0.3,
        shake_hz=6.7,
        vibrato_cents=12.0,
        bright=Spectrum(slope=0.8, corner_hz=5000.0),
        bite=0.2,
    ),
    19: Sustained(
        _PIPES,
        _PIPES,
        0.06,
        0.12,
        # Principals at 8, 4, 2 2/3 and 2 feet, a mixture above them, and a soft 16 feet below.
        ranks=(
            (0.0, 1.0),
            (12.0, 0.8),
            (19.0, 0.45),
            (24.0, 0.6),
            (31.0, 0.35),
            (36.0, 0.4),
            (-12.0, 0.25),
        ),
        chiff=0.12,
        chiff_s=0.08,
        breath=0.02,
        level=0.105,
    ),
    20: Sustained(_REEDS, _REEDS, 0.06, 0.06, players=2, spread_cents=3.0, breath=0.03),
    21: Sustained(_REEDS, _REEDS, 0.04, 0.05, players=3, spread_cents=9.0, level=0.09, width=0.3),
    22: replace(_reed(1.0, 0.7, 5000.0, (1800.0, 0.7, 1.2)), shake=0.15, shake_hz=5.5, breath=0.06),
    23: Sustained(_REEDS, Spectrum(slope=0.6, corner_hz=7000.0), 0.03, 0.05, players=2, spread_cents=5.0),
    40: _BOWED,
    41: replace(
        _BOWED, soft=replace(_BOWED.soft, corner_hz=2600.0), bright=replace(_BOWED.bright, corner_hz=5000.0)
    ),
    42: _LOW_BOWED,
    43: replace(_LOW_BOWED, attack_s=0.1, vibrato_cents=9.0, breath=0.03),
    44: replace(_SECTION, shake=0.65, shake_hz=11.0, attack_s=0.06),
    48: _SECTION,
    49: replace(_SECTION, attack_s=0.3, release_s=0.3, bright=replace(_BOWED.bright, corner_hz=4000.0)),
    52: CHOIR,
    53: replace(
        CHOIR,
        soft=Spectrum(slope=1.1, formants=_OO, corner_hz=1800.0),
        bright=Spectrum(slope=0.9, formants=_OO, corner_hz=2600.0),
    ),
    54: replace(CHOIR, players=3, vibrato_cents=5.0, breath=0.0, attack_s=0.08),
    55: replace(
        _SECTION,
        ranks=((0.0, 1.0), (12.0, 0.6), (-12.0, 0.6)),
        # Ranks an octave apart share harmonics, which beat to one side: they are closer together.
        width=0.2,
        attack_s=0.006,
        decay_s=0.7,
        sustain=0.0,
        chiff=0.6,
    ),
    56: _TRUMPET,
    57: _brass(0.55, 4500.0, 700.0),
    58: replace(_brass(1.3, 1500.0, 250.0), attack_s=0.06),
    59: replace(
        _TRUMPET,
        bright=Spectrum(slope=0.3, formants=((2400.0, 0.5, 3.0),), corner_hz=7000.0),
        soft=Spectrum(slope=0.7, formants=((2000.0, 0.6, 2.0),), corner_hz=5000.0),
        level=0.083,
    ),
    60: replace(_brass(0.75, 3200.0, 550.0), attack_s=0.055, scoop_cents=20.0, release_s=0.09),
    61: replace(_TRUMPET, players=4, spread_cents=8.0, attack_s=0.05, width=0.9),
    64: replace(_SAX, bright=replace(_SAX.bright, formants=((900.0, 0.5, 1.2), (2200.0, 0.5, 1.0)))),
    65: _SAX,
    66: replace(
        _SAX, bright=replace(_SAX.bright, formants=((480.0, 0.5, 1.3), (1200.0, 0.5, 0.8))), breath=0.05
    ),
    67: replace(
        _SAX, bright=replace(_SAX.bright, formants=((330.0, 0.5, 1.4), (900.0, 0.6, 0.8))), breath=0.04
    ),
    68: _reed(1.0, 0.9, 5000.0, (1050.0, 0.45, 2.0), (2700.0, 0.35, 0.6)),
    69: _reed(1.0, 0.55, 5000.0, (930.0, 0.4, 2.0), (2300.0, 0.4, 0.7)),
    70: _reed(1.0, 0.6, 3500.0, (480.0, 0.4, 2.2), (1200.0, 0.4, 0.8)),
    71: replace(_reed(0.12, 0.6, 5500.0, (1500.0, 0.8, 0.8)), vibrato_cents=0.0, scoop_cents=6.0),
    72: replace(pipe(0.5, 0.05), attack_s=0.03),
    73: pipe(0.8, 0.06, 4.0),
    74: replace(pipe(0.35, 0.03), vibrato_cents=3.0, attack_s=0.03),
    75: pipe(0.15, 0.22),
    76: replace(pipe(0.05, 0.3, 1.5), vibrato_cents=0.0),
    77: replace(pipe(0.7, 0.2, 5.0), scoop_cents=60.0, vibrato_cents=22.0, attack_s=0.08),
    78: replace(pipe(0.1, 0.03, 1.2), vibrato_cents=14.0, vibrato_hz=6.0),
    79: replace(pipe(0.2, 0.03, 2.0), vibrato_cents=4.0),
    # A bagpipe cannot be played softly, and its drones never stop.
    109: replace(
        _reed(1.0, 0.35, 6000.0, (1200.0, 0.6, 1.5)),
        ranks=((0.0, 1.0), (-24.0, 0.3), (-12.0, 0.25)),
        vibrato_cents=0.0,
    ),
    110: replace(_BOWED, vibrato_cents=8.0, attack_s=0.04, bright=replace(_BOWED.bright, slope=0.8)),
    111: replace(_reed(1.0, 0.3, 7000.0, (1700.0, 0.4, 2.0)), scoop_cents=50.0, vibrato_cents=15.0),
}
"""By General MIDI program."""
