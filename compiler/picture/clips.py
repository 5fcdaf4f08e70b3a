"""How far each video of the piece is on each frame."""

from collections.abc import Sequence

import numpy as np

from ...store.values.array_types import F32, F64
from ..notes.casting import ClipStart
from ..plan import OwnPicture
from .latents import Latents
from .post import Shown

STEP = 2.0**-12
"""A quarter of a millisecond: the same music at another time gives the same values on these steps."""


def clip_progress(
    starts: Sequence[ClipStart], layers: Sequence[Shown], pictures: Sequence[OwnPicture], made: Latents
) -> F32 | None:
    """What PicturePlan.clips holds; None where no video is seen.

    layers   the time of the piece that each frame shows: of two layers, the one of which more is seen
    made     what the frames show
    """
    if not starts:
        return None
    times_s = layers[0].times_s.copy()
    for layer in layers[1:]:
        rows = layer.share > 0.5
        times_s[rows] = layer.times_s[rows]
    column_of = {index: column for column, index in enumerate(made.class_indices.tolist())}
    found = np.zeros((len(times_s), len(pictures)), np.float32)
    for place, picture in enumerate(pictures):
        column = column_of.get(picture.index)
        own = [start for start in starts if start.index == picture.index]
        if picture.clip is None or column is None or not own:
            continue
        passed = _passed(own, times_s)
        found[:, place] = np.where(made.class_weights[:, column] > 0, np.rint(passed / STEP) * STEP, 0.0)
    if not found.any():
        return None
    found.flags.writeable = False
    return found


def _passed(starts: Sequence[ClipStart], times_s: F64) -> F64:
    """What has passed since the last start before each time; 0 before the first."""
    ordered = sorted(starts, key=lambda start: start.onset_s)
    onsets_s = np.array([start.onset_s for start in ordered])
    rates = np.array([start.rate for start in ordered])
    last = (onsets_s.searchsorted(times_s, "right") - 1).clip(0)
    return np.asarray((rates[last] * (times_s - onsets_s[last])).clip(0.0))
