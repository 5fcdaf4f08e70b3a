"""Orchestra: which instrument plays a note, by General MIDI program and key."""

import numpy as np

from ....compiler.plan import SoundingNote
from . import bars, kit
from .drums import Drum, struck_drum, struck_skin
from .ensemble import SUSTAINED
from .strings import STRINGS, struck_string
from .sustained import sustained_tone
from .voice import Voice

BARS: dict[int, bars.Bar] = {
    8: bars.CELESTA,
    9: bars.GLOCKENSPIEL,
    10: bars.MUSIC_BOX,
    11: bars.VIBRAPHONE,
    12: bars.MARIMBA,
    13: bars.XYLOPHONE,
    14: bars.TUBULAR_BELLS,
    108: bars.KALIMBA,
    112: bars.TINKLE_BELL,
    113: bars.AGOGO,
    114: bars.STEEL_DRUM,
    115: bars.WOODBLOCK,
}
SKINS: dict[int, Drum] = {47: kit.TIMPANI, 116: kit.TAIKO, 117: kit.MELODIC_TOM, 118: kit.SYNTH_DRUM}


def voice_of(note: SoundingNote, sample_rate_hz: int) -> Voice:
    """The note as its instrument plays it: the same note at the same time always sounds the same.

    A drum key that General MIDI leaves empty plays the nearest one. Raises ValueError for a program outside
    0..127, a pitch outside 0..127 or a velocity outside 1..127.
    """
    if not (0 <= note.program < 128 and 0 <= note.pitch < 128 and 1 <= note.velocity < 128):
        raise ValueError(f"no instrument plays {note}")
    place = round(note.onset_s * 1e4) % (1 << 32)
    seed = [note.program, note.pitch, note.velocity, place, int(note.is_drums)]
    rng = np.random.Generator(np.random.PCG64(seed))
    length_s = max(0.0, note.length_s)
    program, pitch, velocity = note.program, note.pitch, note.velocity
    if note.is_drums:
        key = min(max(pitch, min(kit.KIT)), max(kit.KIT))
        return struck_drum(kit.KIT[key], velocity, rng, sample_rate_hz)
    if program in BARS:
        return bars.struck_bar(BARS[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in STRINGS:
        return struck_string(STRINGS[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in SUSTAINED:
        return sustained_tone(SUSTAINED[program], pitch, velocity, length_s, rng, sample_rate_hz)
    if program in SKINS:
        return struck_skin(SKINS[program], pitch, velocity, rng, sample_rate_hz)
    return struck_drum(kit.EFFECTS[program], velocity, rng, sample_rate_hz)
