"""Orchestra: which instrument plays a note, by General MIDI program and key."""

import numpy as np

from ....compiler.plan import SoundingNote
from . import bars
from .voice import Voice

_BARS: dict[int, bars.Bar] = {
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


def voice_of(note: SoundingNote, sample_rate_hz: int) -> Voice:
    """The note as its instrument plays it. The same note at the same time always sounds the same."""
    seed = [note.program, note.pitch, note.velocity, max(0, round(note.onset_s * 1e4)), int(note.is_drums)]
    rng = np.random.Generator(np.random.PCG64(seed))
    return bars.struck_bar(
        _BARS.get(note.program, bars.CELESTA), note.pitch, note.velocity, note.length_s, rng, sample_rate_hz
    )
