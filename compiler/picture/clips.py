"""The videos of the piece: the part of each that is shown, and how far it is on each frame."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np

from ...dsl.model.visuals import Clip
from ...dsl.text.video_header import VideoHeader
from ...store.values.array_types import F32, F64
from ..notes.casting import ClipStart
from ..plan import ClipPlan, OwnPicture
from ..time.clock import Clock
from .latents import Latents
from .post import Shown

STEP = 2.0**-12
"""A quarter of a millisecond: the same music at another time gives the same values on these steps."""


FAST = 30
"""The number of pictures of a video that are cached per second of the film."""
FASTEST = 240


def clip_plan(clip: Clip, header: VideoHeader, clock: Clock) -> ClipPlan:
    """The part of a video that is shown; one in slow motion keeps more of its pictures.

    How slow a part with a `for` runs is asked where the piece begins, and of a video whose length its header
    tells.
    """
    from_s, to_s = float(clip.from_s), None if clip.to_s is None else float(clip.to_s)
    pace = float(clip.speed)
    if clip.length is not None:
        end_s = to_s if to_s is not None else header.length_s
        lasts_s = float(clock.duration_s(Fraction(0), clip.length))
        pace = 1.0 if end_s is None or lasts_s <= 0 else (end_s - from_s) / lasts_s
    rate = min(ceil(1.0 / min(max(pace, 1e-3), 1.0)) * FAST, FASTEST)
    return ClipPlan(from_s, to_s, clip.length is not None, clip.then, rate)


def clip_progress(
    starts: Sequence[ClipStart], layers: Sequence[Shown], pictures: Sequence[OwnPicture], made: Latents
) -> F32 | None:
    """The values of PicturePlan.clips; None if no video is visible.

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
    """The time since the last start before each time; 0 before the first."""
    ordered = sorted(starts, key=lambda start: start.onset_s)
    onsets_s = np.array([start.onset_s for start in ordered])
    rates = np.array([start.rate for start in ordered])
    last = (onsets_s.searchsorted(times_s, "right") - 1).clip(0)
    return np.asarray((rates[last] * (times_s - onsets_s[last])).clip(0.0))
