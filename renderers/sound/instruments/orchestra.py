"""Orchestra: which instrument plays a note, by General MIDI program and key."""

import numpy as np

from ....compiler.plan import SoundingNote
from . import kit, mallets
from .bars import Bar, struck_bar
from .drums import Drum, struck_drum, struck_skin
from .ensemble import SUSTAINED
from .string_kinds import STRINGS
from .strings import struck_string
from .sustained import Sustained, sustained_tone
from .synthetic import SYNTHETIC
from .voice import Voice

BARS: dict[int, Bar] = {
    8: mallets.CELESTA,
    9: mallets.GLOCKENSPIEL,
    10: mallets.MUSIC_BOX,
    11: mallets.VIBRAPHONE,
    12: mallets.MARIMBA,
    13: mallets.XYLOPHONE,
    14: mallets.TUBULAR_BELLS,
    108: mallets.KALIMBA,
    112: mallets.TINKLE_BELL,
    113: mallets.AGOGO,
    114: mallets.STEEL_DRUM,
    115: mallets.WOODBLOCK,
}
HELD: dict[int, Sustained] = {**SUSTAINED, **SYNTHETIC}
SKINS: dict[int, Drum] = {47: kit.TIMPANI, 116: kit.TAIKO, 117: kit.MELODIC_TOM, 118: kit.SYNTH_DRUM}


def voice_of(note: SoundingNote, sample_rate_hz: int) -> Voice:
    """The note as its instrument plays it: the same note at the same time always sounds the same.

    A drum key that General MIDI leaves empty plays the nearest one. Raises ValueError for a program outside
    0..127, a pitch outside 0..127 or a velocity outside 1..127.
    """
    if not (0 <= note.program < 128 and 0 <= note.pitch < 128 and 1 <= note.velocity < 128):
        raise ValueError(f"no instrument plays {note}")
    place = round((note.onset_s - note.round_s) * 1e4) % (1 << 32)
    seed = [note.program, note.pitch, note.velocity, place, int(note.is_drums)]
    rng = np.random.Generator(np.random.PCG64(seed))
    length_s = max(0.0, note.length_s)
    program, pitch, velocity = note.program, note.pitch, note.velocity
    if note.is_drums:
        key = min(max(pitch, min(kit.KIT)), max(kit.KIT))
        return struck_drum(kit.KIT[key], velocity, rng, sample_rate_hz)
    if program in BARS:
        return struck_bar(BARS[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in STRINGS:
        return struck_string(STRINGS[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in HELD:
        return sustained_tone(HELD[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in SKINS:
        return struck_skin(SKINS[program], pitch, velocity, rng, sample_rate_hz)
    return struck_drum(kit.EFFECTS[program], velocity, rng, sample_rate_hz)
