"""String kinds: the hammered and plucked instruments of General MIDI, by program."""

from dataclasses import replace

from .strings import String

_PIANO = String(
    decay_s=7.0,
    decay_per_octave=0.3,
    corner_hz=1600.0,
    at=0.118,
    slope=0.35,
    contact_s=0.0006,
    hardening=0.4,
    stiffness=3.5e-4,
    unisons_cents=(0.0, 0.5),
    aftersound=0.14,
    knock=0.05,
    knock_hz=(80.0, 900.0),
    knock_s=0.12,
    damper_s=0.22,
    undamped_from=90,
    level=0.12,
)

_ELECTRIC_PIANO = String(
    decay_s=6.0,
    decay_per_octave=0.5,
    corner_hz=700.0,
    at=0.5,
    slope=2.0,
    contact_s=0.001,
    hardening=0.4,
    stiffness=1e-6,
    level=0.19,
    damper_s=0.18,
    added=((2.0, 0.22, 3.0), (7.11, 0.10, 0.5)),
    knock=0.03,
)

_GUITAR = String(
    decay_s=3.2,
    decay_per_octave=0.35,
    corner_hz=1300.0,
    at=0.21,
    slope=0.8,
    contact_s=0.0004,
    hardening=0.45,
    level=0.22,
    stiffness=2e-5,
    body=((110.0, 0.35, 0.5), (210.0, 0.35, 0.6), (420.0, 0.6, 0.4)),
    body_floor=0.7,
    knock=0.05,
    knock_hz=(150.0, 3000.0),
    knock_s=0.02,
    damper_s=0.18,
    unisons_cents=(0.0,),
    aftersound=0.08,
)

_BASS = String(
    decay_s=3.0,
    decay_per_octave=0.3,
    corner_hz=220.0,
    at=0.16,
    slope=1.0,
    contact_s=0.0014,
    stiffness=4e-5,
    level=0.20,
    knock=0.04,
    knock_hz=(100.0, 1800.0),
    damper_s=0.16,
    width=0.1,
)

STRINGS: dict[int, String] = {
    0: _PIANO,
    1: replace(_PIANO, contact_s=0.0006, slope=0.4),
    2: replace(_PIANO, slope=0.8, aftersound=0.0, knock=0.02, unisons_cents=(0.0, 2.5), corner_hz=600.0),
    3: replace(_PIANO, unisons_cents=(0.0, 12.0, -11.0), aftersound=0.0, contact_s=0.0008),
    4: _ELECTRIC_PIANO,
    5: replace(
        _ELECTRIC_PIANO, added=((2.0, 0.3, 4.0), (14.0, 0.20, 0.9), (3.0, 0.15, 2.0)), contact_s=0.0005
    ),
    # A quill plucks near the end and hardly knows forte.
    6: replace(
        _GUITAR,
        at=0.09,
        slope=0.75,
        contact_s=0.0002,
        hardening=0.06,
        corner_hz=1200.0,
        decay_s=5.0,
        body=(),
        knock=0.12,
        knock_hz=(1500.0, 8000.0),
        damper_s=0.12,
        width=0.3,
    ),
    7: replace(
        _GUITAR, at=0.05, slope=0.7, contact_s=0.0003, corner_hz=700.0, body=(), knock=0.1, damper_s=0.05
    ),
    15: replace(
        _PIANO, contact_s=0.0003, decay_s=4.0, unisons_cents=(0.0, 3.0, -2.0), damper_s=1.8, stiffness=5e-5
    ),
    24: _GUITAR,
    25: replace(
        _GUITAR,
        contact_s=0.00015,
        slope=0.5,
        corner_hz=1100.0,
        decay_s=5.0,
        stiffness=5e-5,
        at=0.13,
        body=((105.0, 0.3, 0.6), (205.0, 0.3, 0.6), (1600.0, 1.2, 0.8)),
        knock=0.08,
        knock_hz=(1500.0, 7000.0),
    ),
    26: replace(_GUITAR, contact_s=0.0012, slope=1.3, corner_hz=350.0, body=(), decay_s=3.5, knock=0.02),
    27: replace(
        _GUITAR, contact_s=0.0004, slope=0.9, corner_hz=800.0, body=(), decay_s=6.0, at=0.14, knock=0.03
    ),
    28: replace(_GUITAR, contact_s=0.0006, decay_s=0.28, corner_hz=300.0, body=(), knock=0.15, damper_s=0.08),
    31: replace(_GUITAR, at=0.5, even=0.35, slope=1.8, contact_s=0.0006, decay_s=5.0, body=(), damper_s=0.4),
    32: replace(_BASS, contact_s=0.002, decay_s=1.8, body=((95.0, 0.5, 0.8), (220.0, 0.5, 0.4)), knock=0.09),
    33: _BASS,
    34: replace(_BASS, contact_s=0.0006, slope=0.85, knock=0.1, knock_hz=(800.0, 5000.0), at=0.1),
    35: replace(_BASS, contact_s=0.0018, slope=0.9, corner_hz=350.0, at=0.25, knock=0.02, decay_s=4.0),
    36: replace(_BASS, contact_s=0.0003, slope=0.7, knock=0.3, knock_hz=(1000.0, 7000.0), knock_s=0.03),
    37: replace(
        _BASS, contact_s=0.0002, slope=0.6, at=0.08, knock=0.25, knock_hz=(1500.0, 9000.0), knock_s=0.02
    ),
    45: replace(
        _GUITAR,
        decay_s=0.75,
        decay_per_octave=0.6,
        contact_s=0.0016,
        corner_hz=500.0,
        body=((280.0, 0.4, 0.8), (480.0, 0.5, 0.6)),
        knock=0.08,
        width=0.4,
        damper_s=0.5,
    ),
    46: replace(
        _GUITAR,
        decay_s=4.0,
        decay_per_octave=0.6,
        contact_s=0.0013,
        corner_hz=650.0,
        at=0.33,
        body=(),
        knock=0.03,
        damper_s=1.6,
        width=0.45,
    ),
    # Sitar and shamisen buzz on their bridges, which feeds the high partials.
    104: replace(
        _GUITAR, contact_s=0.0002, slope=0.45, corner_hz=2000.0, decay_s=4.0, at=0.08, stiffness=1e-6
    ),
    105: replace(
        _GUITAR,
        contact_s=0.0002,
        slope=0.7,
        decay_s=0.8,
        corner_hz=900.0,
        knock=0.15,
        knock_hz=(400.0, 4000.0),
    ),
    106: replace(
        _GUITAR,
        contact_s=0.0003,
        slope=0.6,
        decay_s=0.9,
        corner_hz=1200.0,
        knock=0.35,
        knock_hz=(500.0, 5000.0),
    ),
    107: replace(
        _GUITAR, contact_s=0.0004, slope=0.8, decay_s=3.0, corner_hz=900.0, at=0.12, damper_s=1.0, knock=0.08
    ),
}
"""By General MIDI program."""
