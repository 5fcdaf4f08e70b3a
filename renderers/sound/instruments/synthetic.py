"""Synthetic: the leads, pads and driven strings of General MIDI, by program."""

from dataclasses import replace

from .cycle import Spectrum
from .ensemble import CHOIR, pipe
from .sustained import Sustained

_SAW = Spectrum(slope=1.0, corner_hz=8000.0)
_SQUARE = Spectrum(slope=1.0, even=0.0, corner_hz=8000.0)
_SINE = Spectrum(stops=((1, 1.0),))
_WARM = Spectrum(slope=1.4, corner_hz=1200.0)
_DRIVEN = Spectrum(slope=0.7, formants=((900.0, 0.9, 1.0), (2500.0, 0.5, 1.0)), corner_hz=4500.0)


_SYNTH_SECTION = Sustained(
    Spectrum(slope=1.1, corner_hz=2500.0),
    Spectrum(slope=1.0, corner_hz=6000.0),
    0.12,
    0.25,
    players=4,
    spread_cents=8.0,
)


def _lead(spectrum: Spectrum) -> Sustained:
    return Sustained(spectrum, spectrum, 0.006, 0.05, level=0.075, vibrato_cents=8.0)


def _pad(soft: Spectrum, bright: Spectrum, attack_s: float = 0.5) -> Sustained:
    return Sustained(
        soft,
        bright,
        attack_s,
        0.35,
        players=4,
        spread_cents=9.0,
        vibrato_cents=5.0,
        vibrato_hz=4.0,
        width=0.7,
        level=0.09,
    )


SYNTHETIC: dict[int, Sustained] = {
    # An amplifier that is driven hard sustains what a string would let die.
    29: Sustained(
        _DRIVEN, _DRIVEN, 0.004, 0.08, decay_s=9.0, sustain=0.3, vibrato_cents=4.0, chiff=0.2, level=0.09
    ),
    30: Sustained(
        replace(_DRIVEN, slope=0.45),
        replace(_DRIVEN, slope=0.35),
        0.003,
        0.08,
        decay_s=12.0,
        sustain=0.5,
        chiff=0.3,
        players=2,
        spread_cents=4.0,
        level=0.083,
        width=0.2,
    ),
    38: Sustained(_WARM, _SAW, 0.004, 0.06, bite=0.9, decay_s=1.6, sustain=0.2, level=0.135),
    39: Sustained(_WARM, _SQUARE, 0.004, 0.06, bite=0.6, decay_s=1.0, sustain=0.35, level=0.135),
    50: _SYNTH_SECTION,
    51: replace(_SYNTH_SECTION, attack_s=0.35, bright=replace(_SAW, corner_hz=3500.0), release_s=0.4),
    62: replace(_lead(_SAW), soft=_WARM, attack_s=0.03, players=3, spread_cents=8.0, bite=0.5),
    63: replace(_lead(_SAW), soft=_WARM, attack_s=0.07, players=3, spread_cents=6.0, release_s=0.15),
    80: _lead(_SQUARE),
    81: _lead(_SAW),
    82: replace(pipe(0.4, 0.08, 4.0), attack_s=0.02, level=0.098),
    83: replace(_lead(Spectrum(slope=1.6, even=0.5)), chiff=0.5),
    84: replace(_lead(_DRIVEN), decay_s=4.0, sustain=0.5),
    85: replace(CHOIR, players=2, attack_s=0.04),
    86: replace(_lead(_SAW), ranks=((0.0, 1.0), (7.0, 0.8))),
    87: replace(_lead(_SAW), ranks=((0.0, 1.0), (-12.0, 0.9)), bite=0.3),
    88: replace(
        _pad(Spectrum(slope=1.8), Spectrum(slope=1.2, corner_hz=5000.0), 0.05),
        decay_s=6.0,
        sustain=0.5,
        bite=0.6,
    ),
    89: _pad(_WARM, Spectrum(slope=1.2, corner_hz=1800.0)),
    90: _pad(_SAW, replace(_SAW, corner_hz=5000.0), 0.04),
    91: replace(CHOIR, attack_s=0.4, release_s=0.5),
    92: _pad(
        Spectrum(slope=0.9, even=0.4, corner_hz=4000.0), Spectrum(slope=0.7, even=0.4, corner_hz=6000.0), 0.6
    ),
    93: _pad(
        Spectrum(stops=((1, 1.0), (3, 0.5), (7, 0.4), (11, 0.25))),
        Spectrum(stops=((1, 1.0), (5, 0.6), (9, 0.4))),
        0.3,
    ),
    94: replace(CHOIR, attack_s=0.6, release_s=0.8, ranks=((0.0, 1.0), (12.0, 0.5), (19.0, 0.2)), width=0.25),
    95: replace(_pad(_WARM, _SAW, 1.0), shake=0.2, shake_hz=0.4),
    96: replace(
        _pad(_SINE, Spectrum(stops=((1, 1.0), (4, 0.6), (9, 0.3))), 0.01), decay_s=2.5, sustain=0.2, bite=0.8
    ),
    97: replace(_pad(_WARM, _SAW, 0.6), ranks=((0.0, 1.0), (7.0, 0.5))),
    98: replace(
        _pad(_SINE, Spectrum(stops=((1, 1.0), (5, 0.5), (12, 0.4))), 0.006),
        decay_s=3.0,
        sustain=0.1,
        bite=1.0,
    ),
    99: replace(_pad(_WARM, _SAW, 0.01), decay_s=3.0, sustain=0.4, bite=0.7, breath=0.05),
    100: replace(
        _pad(Spectrum(slope=0.8), Spectrum(slope=0.5, corner_hz=12_000.0), 0.01), decay_s=4.0, sustain=0.4
    ),
    101: replace(_pad(_SINE, Spectrum(slope=1.2, even=0.3), 0.8), vibrato_cents=40.0, vibrato_hz=3.0),
    102: replace(_pad(_SINE, _WARM, 0.02), decay_s=1.2, sustain=0.3, shake=0.8, shake_hz=3.0),
    103: replace(_pad(_SQUARE, _SAW, 0.05), vibrato_cents=60.0, vibrato_hz=7.0),
    124: replace(_lead(_SQUARE), shake=1.0, shake_hz=20.0),
}
"""By General MIDI program."""
