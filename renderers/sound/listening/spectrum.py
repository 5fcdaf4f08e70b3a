"""The analysis that `visuals.mapping: spectrum` needs, as a file beside the score.

A file and not a stage of the compiler: `check` and `compile` decode nothing and load no analysis, the
same file gives the same film on every machine and with every version of scipy, and it moves with the
piece.
"""

from pathlib import Path

import numpy as np

from ....dsl.text.spectrum_header import COLUMNS, header_line
from ....store.values.array_types import F32, F64
from ....store.writing import published
from .chroma import chroma
from .decode import RATE_HZ, Recording
from .spectra import magnitudes

SIZE, BANDS, HIGHEST_HZ = 2048, 128, 8000.0


def write_spectrum(recording: Recording, target: Path, hop: int) -> None:
    """Writes the analysis, whole or not at all; a row each `hop` samples. Raises OSError."""
    rows = spectrum_rows(recording.samples, hop)
    with published(target) as partial:
        partial.write_bytes(header_line(hop, len(rows), recording.sha256) + rows.astype("<f4").tobytes())


def spectrum_rows(samples: F32, hop: int) -> F32:
    """(rows, 13): the mean power of 128 mel bands, then the pitch classes, of which the strongest is 1."""
    weights = mel_bank().mean(axis=0)
    power = np.concatenate(
        [np.square(block, dtype=np.float64) @ weights for block in magnitudes(samples, SIZE, hop)]
    )
    classes = chroma(samples, hop)
    most = classes.max(axis=1, keepdims=True)
    rows = np.empty((len(power), COLUMNS), np.float32)
    rows[:, 0] = power
    rows[:, 1:] = np.where(most > 1e-6, classes / np.maximum(most, 1e-6), 0.0)
    return rows


def mel_bank() -> F64:
    """(128, 1025): triangles between 0 and 8000 Hz, evenly spaced in mel after Slaney, each of area 1.

    Slaney's Auditory Toolbox (1998): linear below 1 kHz, 200/3 Hz a mel, then a factor of 6.4 in 27 mel.
    These are the filters that librosa.feature.melspectrogram uses unless it is told otherwise.
    """
    step_hz, break_hz, log_step = 200.0 / 3.0, 1000.0, np.log(6.4) / 27.0
    break_mel = break_hz / step_hz
    highest = break_mel + np.log(HIGHEST_HZ / break_hz) / log_step
    mels = np.linspace(0.0, highest, BANDS + 2)
    edges_hz = np.where(mels < break_mel, mels * step_hz, break_hz * np.exp(log_step * (mels - break_mel)))
    bins_hz = np.fft.rfftfreq(SIZE, 1.0 / RATE_HZ)
    low, centre, high = (edges_hz[i : BANDS + i, None] for i in range(3))
    rising, falling = (bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low))
