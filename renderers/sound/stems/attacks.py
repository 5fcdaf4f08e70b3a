"""Slow attacks: what of a measured lag is the instrument's own, and not the recording's.

The rise of a trumpet or a cello is steepest some time after the tone begins. The same notes, played by the
built-in instruments that the score names, which begin when the score says, tell how long.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ....compiler.plan import ChannelPlan, SoundingNote
from ..wave import write_wav
from .alignment import DRIFT_S, Alignment, measured
from .synth import synthesised

LAG_S = 0.010
"""A recording that is off by less is on time."""
SLOWEST_S = 0.150
"""No instrument takes longer until its tone rises most steeply."""
NOTES_COMPARED = 400
RING_S = 4.0


def without_attacks(
    alignment: Alignment, notes: Sequence[SoundingNote], channels: Sequence[ChannelPlan], rate_hz: int
) -> Alignment:
    """An alignment with lag and drift beside those of the built-in instruments.

    An alignment that slow attacks cannot explain stays as it is. One that such attacks mislead is not told
    any more: its sharpness is 0.
    """
    is_off = alignment.lag_s > LAG_S or abs(alignment.drift_s) > DRIFT_S or alignment.wrong_rate != 1.0
    if not alignment.is_told or not is_off:
        return alignment
    expected = _played(notes, channels, rate_hz)
    is_misled = expected.wrong_rate != 1.0 or abs(expected.lag_s) > SLOWEST_S
    if is_misled and (expected.is_told or abs(alignment.lag_s - expected.lag_s) <= SLOWEST_S):
        # Tones that swell for seconds mislead the measurement: it says nothing about this recording either.
        return replace(alignment, sharpness=0.0)
    if is_misled or not expected.is_told or alignment.wrong_rate != 1.0:
        return alignment
    return replace(
        alignment,
        lag_s=alignment.lag_s - expected.lag_s,
        drift_s=alignment.drift_s - expected.drift_s,
    )


def _played(notes: Sequence[SoundingNote], channels: Sequence[ChannelPlan], rate_hz: int) -> Alignment:
    """The alignment of notes with the built-in instruments that play them."""
    own = sorted(notes, key=lambda note: note.onset_s)[:NOTES_COMPARED]
    samples = synthesised(own, round((own[-1].onset_s + RING_S) * rate_hz), rate_hz, tuple(channels))
    with tempfile.TemporaryDirectory(prefix="musicvis-attacks-") as folder:
        file = Path(folder) / "instruments.wav"
        write_wav(file, (np.ascontiguousarray(block.T, np.float32) for block in samples), rate_hz)
        return measured(file, own, 0.0, rate_hz)
