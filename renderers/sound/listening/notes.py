"""Notes from sound: times from the flux, pitches from chroma or from a factorisation with fixed templates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F32, F64
from .decode import Progress
from .spectra import FPS, banded, log_bank

Frames = NDArray[np.int64]

SIZE = 4096
PER_OCTAVE = 48
LOWEST, HIGHEST = 33, 100
PARTIALS, DECAY, PARTIAL_WIDTH = 12, 0.7, 0.35
UPDATES = 30
GAIN, GAIN_OF_BEST = 0.12, 0.18
"""The rise of gain at which a pitch begins, and the same as a share of the pitch that rises most."""
HELD = 0.25
"""The share of its level down to which a note is held."""
CHROMA_OCTAVE = 60
CHROMA_OF_BEST = 0.5
LONGEST_NOTE = 8 * FPS
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note as it was heard."""

    onset_s: float
    end_s: float
    pitch: int
    level: float
    """0..1."""


def chroma_notes(classes: F32, onsets: Frames) -> list[HeardNote]:
    """At each onset the pitch classes above half the strongest, in the octave from middle C.

    They sound until the next onset, two seconds at most. This is little, and robust.
    """
    most = float(np.percentile(classes.max(axis=1), 95)) + 1e-9
    found: list[HeardNote] = []
    ends = [*onsets[1:].tolist(), len(classes)]
    for onset, end in zip(onsets.tolist(), ends, strict=True):
        end = max(onset + 1, min(end, onset + 2 * FPS))
        # The window of chroma is long: what begins here is seen best a little later.
        seen = classes[min(onset + 4, len(classes) - 1) : min(onset + 12, len(classes))].mean(axis=0)
        if not np.isfinite(seen).all() or seen.max() < 0.05 * most:
            continue
        for number in np.flatnonzero(seen > CHROMA_OF_BEST * seen.max()).tolist():
            level = float(min(1.0, seen[number] / most))
            found.append(HeardNote(onset / FPS, end / FPS, CHROMA_OCTAVE + number, level))
    return found


def factorised_notes(samples: F32, onsets: Frames, progress: Progress | None = None) -> list[HeardNote]:
    """Notes by non-negative factorisation (Lee and Seung, 2001; Kullback-Leibler) with 68 harmonic templates.

    The templates stand still, so each frame is on its own. A note is a gain that rises at an onset of the
    flux and is above its neighbours in pitch.
    """
    bank, centres_hz = log_bank(SIZE, PER_OCTAVE, 55.0 * 2.0 ** (-3.0 / 12.0) * 0.9, 7000.0)
    spectrum = banded(samples, SIZE, bank)
    spectrum = (spectrum / (np.percentile(spectrum, 99.9) + 1e-9)) ** np.float32(0.6)
    shapes = templates(centres_hz)
    gains = np.empty((len(spectrum), len(shapes)), np.float32)
    for first in range(0, len(spectrum), _BLOCK):
        gains[first : first + _BLOCK] = activations(spectrum[first : first + _BLOCK], shapes)
        if progress is not None:
            progress("notes", min(first + _BLOCK, len(spectrum)), len(spectrum))
    gains /= np.percentile(gains.max(axis=1), 95) + 1e-9
    found: list[HeardNote] = []
    inside = onsets[(onsets > 0) & (onsets < len(gains) - 8)]
    for frame in inside.tolist():
        found += _beginning(gains, frame)
    return found


def templates(centres_hz: F64) -> F32:
    """(pitches, bands): partials of each pitch that fall off by DECAY, each of PARTIAL_WIDTH semitones."""
    shapes = np.zeros((HIGHEST - LOWEST + 1, len(centres_hz)))
    for row, pitch in enumerate(range(LOWEST, HIGHEST + 1)):
        ground_hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        for partial in range(1, PARTIALS + 1):
            off = 12.0 * np.log2(centres_hz / (ground_hz * partial))
            shapes[row] += DECAY ** (partial - 1) * np.exp(-0.5 * np.square(off / PARTIAL_WIDTH))
    return np.asarray(shapes / (shapes.sum(axis=1, keepdims=True) + 1e-9), np.float32)


def activations(spectrum: F32, shapes: F32) -> F32:
    """The activation of each template in each frame: (frames, templates)."""
    gains = np.ones((len(spectrum), len(shapes)), np.float32)
    gains *= spectrum.sum(axis=1, keepdims=True) / len(shapes)
    gains += np.float32(1e-6)
    whole = shapes.sum(axis=1) + np.float32(0.05)
    for _ in range(UPDATES):
        gains *= ((spectrum / (gains @ shapes + np.float32(1e-6))) @ shapes.T) / whole
    return gains


def _beginning(gains: F32, frame: int) -> list[HeardNote]:
    """The notes that begin at a frame."""
    after = gains[frame + 3 : frame + 8].max(axis=0)
    before = gains[max(0, frame - 5) : max(1, frame - 2)].mean(axis=0) if frame > 3 else np.zeros_like(after)
    rise = after - before
    best = float(rise.max())
    found: list[HeardNote] = []
    for row in np.flatnonzero((rise > GAIN) & (rise > GAIN_OF_BEST * best)).tolist():
        if (row and rise[row - 1] > rise[row]) or (row + 1 < len(rise) and rise[row + 1] > rise[row]):
            continue
        later = gains[frame + 5 : frame + LONGEST_NOTE, row]
        faded = np.flatnonzero(later <= HELD * after[row])
        length = 5 + (int(faded[0]) if len(faded) else len(later))
        # To the nearest of 127: another way to add up the same numbers may change the last bits.
        level = round(min(1.0, float(rise[row])) * 127) / 127
        found.append(HeardNote(frame / FPS, (frame + length) / FPS, LOWEST + row, level))
    return found
