"""Notes by the network of the package basic-pitch (Bittner et al., ICASSP 2022), where it is installed.

Only its file of weights is used, through onnxruntime; the package's own code is never imported. A window of
43,844 samples at 22,050 Hz gives 172 frames of 256 samples, of which 15 at each end are cut; the next window
begins 36,164 samples later, so that 142 frames are left. So frames drift against a grid of 256, and a time is
reckoned from its window.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....store.values.array_types import F32
from .decode import RATE_HZ, Progress
from .notes import HeardNote
from .spectra import FPS

PACKAGES = ("onnxruntime", "basic_pitch")
WINDOW, HOP, OVERLAP = 2 * RATE_HZ - 256, 256, 30
STEP = WINDOW - OVERLAP * HOP
KEPT = 142
ONSET_LEAST, FRAME_LEAST = 0.5, 0.3
SHORTEST, GAP = 6, 11
"""In frames: the least length of a note, and the number of frames below FRAME_LEAST that ends it."""
LOWEST = 21
SNAP_S = 0.05
"""An onset of the flux that is so near is the note's."""


def weights() -> Path | None:
    """The file of the network; None where the extra is not installed."""
    spec = find_spec("basic_pitch") if find_spec("onnxruntime") is not None else None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / "saved_models/icassp_2022/nmp.onnx"
        if file.is_file():
            return file
    return None


def network_notes(
    samples: F32, onsets: NDArray[np.int64], progress: Progress | None = None
) -> list[HeardNote]:
    """The notes that the network hears, their onsets moved to those of the flux where one is near.

    Raises ModuleNotFoundError where it is not installed.
    """
    import onnxruntime

    file = weights()
    if file is None:
        raise ModuleNotFoundError("basic-pitch is not installed", name="basic_pitch")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    onset, frame = posteriors(session, samples, progress)
    return snapped(decoded_notes(onset, frame), onsets / FPS)


def posteriors(session: Any, samples: F32, progress: Progress | None = None) -> tuple[F32, F32]:
    """The network's posteriors of each frame and pitch: onsets and held notes, (frames, 88) each."""
    name = session.get_inputs()[0].name
    padded = np.concatenate([np.zeros(OVERLAP * HOP // 2, np.float32), samples])
    found: list[tuple[F32, F32]] = []
    for first in range(0, len(padded), STEP):
        window = padded[first : first + WINDOW]
        window = np.pad(window, (0, WINDOW - len(window)))[None, :, None]
        cut = [out[0][OVERLAP // 2 : -(OVERLAP // 2)] for out in session.run(None, {name: window})]
        pair = [out for out in cut if out.shape[1] == 88]
        found.append((pair[0], pair[1]))
        if progress is not None:
            progress("notes", min(first + STEP, len(padded)), len(padded))
    one, other = (np.concatenate([pair[i] for pair in found]) for i in (0, 1))
    # Onsets are few, held notes many: so the two are distinguished, whatever order the file gives them.
    return (one, other) if one.mean() < other.mean() else (other, one)


def time_s(frame: int) -> float:
    """The time of a frame: the start of its window, and its hops within the window."""
    window, place = divmod(frame, KEPT)
    return (window * STEP + place * HOP) / RATE_HZ


def decoded_notes(onset: F32, frame: F32) -> list[HeardNote]:
    """Notes from the posteriors, as in the paper: from the latest peak of the onsets back to the first."""
    from scipy.signal import argrelmax

    rise = np.minimum(*(frame - np.pad(frame, ((lag, 0), (0, 0)))[: len(frame)] for lag in (1, 2)))
    rise = np.maximum(0.0, rise)
    rise[:2] = 0.0
    likely = np.maximum(onset, rise * onset.max() / (rise.max() + 1e-9))
    peaks = np.zeros_like(likely)
    places = argrelmax(likely, axis=0)
    peaks[places] = likely[places]
    left = frame.copy()
    found: list[HeardNote] = []
    for first, column in sorted(np.argwhere(peaks >= ONSET_LEAST).tolist(), reverse=True):
        end, low = first + 1, 0
        while end < len(frame) - 1 and low < GAP:
            low = low + 1 if left[end, column] < FRAME_LEAST else 0
            end += 1
        end -= low
        if end - first < SHORTEST:
            continue
        level = round(min(1.0, float(frame[first:end, column].mean())) * 127) / 127
        left[first:end, max(0, column - 1) : column + 2] = 0.0
        found.append(HeardNote(time_s(first), time_s(end), LOWEST + column, level))
    return sorted(found, key=lambda note: (note.onset_s, note.pitch))


def snapped(notes: list[HeardNote], onsets_s: NDArray[np.float64]) -> list[HeardNote]:
    """The notes with the onsets of the flux that are near theirs."""
    if not len(onsets_s):
        return notes
    found: list[HeardNote] = []
    for note in notes:
        near = float(onsets_s[np.argmin(np.abs(onsets_s - note.onset_s))])
        start_s = near if abs(near - note.onset_s) <= SNAP_S and near < note.end_s else note.onset_s
        found.append(HeardNote(start_s, note.end_s, note.pitch, note.level))
    return found
