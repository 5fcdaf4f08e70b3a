"""Deforum schedules: `0:(1.0), 30:(1.05*sin(t/9))`, a value or a formula at each keyframe.

A number holds at its own frame, and between numbers the value goes straight; a formula holds from its
frame up to the next keyframe, t being the number of the frame and max_f that of the last one. The frame of
a keyframe can be a formula of max_f, as `max_f-30:(2)`. So reads them `parse_key_frames` and
`get_inbetweens` of Deforum's animation_key_frames.py (2023), with `interpolation: Linear`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .formula import FormulaError, evaluated
from .straight import corners
from .timeline import Timeline

if TYPE_CHECKING:
    from ....store.values.array_types import F64


FRAMES_MOST = 200_000
FIELDS_MOST = 100
"""The most fields of a file; Deforum and Parseq have about fifty."""
SLOWEST_FPS, FASTEST_FPS = 0.001, 1000
"""No frame rate is slower or faster."""
SCHEDULE_MOST = 1 << 20
"""Characters of one schedule."""
TOLERANCE = 1e-4
"""The tolerance of a lane against its schedule, as a share of the lane's range."""
_KEY = re.compile(r"\s*(?P<frame>[0-9]{1,7})\s*:\s*\(")
_COUNTED = re.compile(r"\s*(?P<frame>(?:[0-9+*/-][0-9+*/ -]*)?max_f[0-9+*/ -]*?)\s*:\s*\(")
"""A keyframe counted from the last frame."""
_AFTER = re.compile(r"\s*(,|\Z)")
_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*\Z", re.ASCII)


class ScheduleError(ValueError):
    """An invalid schedule; `at` is the index of the character."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__(message)
        self.at = at


def known_fps(fps: object) -> float | None:
    """A frame rate that a file says; None for anything that is no frame rate."""
    if not isinstance(fps, (int, float)) or isinstance(fps, bool):
        return None
    return float(fps) if SLOWEST_FPS <= fps <= FASTEST_FPS else None


def is_schedule(text: str) -> bool:
    """Whether a text begins like a schedule."""
    return _KEY.match(text) is not None


def keyframes(text: str, frame_count: int | None = None) -> dict[int, str]:
    """The text at each frame, as written.

    frame_count   how many frames there are, where that is known

    Raises ScheduleError, and FormulaError for the number of a frame that cannot be worked out.
    """
    if len(text) > SCHEDULE_MOST:
        raise ScheduleError(f"a schedule of more than {SCHEDULE_MOST:,} characters")
    found: dict[int, str] = {}
    position, whole = 0, len(text.rstrip())
    while position < whole:
        key = _KEY.match(text, position) or _COUNTED.match(text, position)
        if key is None:
            raise ScheduleError("expected a keyframe here, e.g. 30:(1.5)", position)
        depth, end = 1, key.end()
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if depth:
            raise ScheduleError(f"the bracket after frame {key['frame']} is not closed", key.start("frame"))
        found[_frame(key["frame"], frame_count, key.start("frame"))] = text[key.end() : end - 1]
        rest = _AFTER.match(text, end)
        if rest is None:
            raise ScheduleError("expected a comma after the keyframe", end)
        position = rest.end()
    if not found:
        raise ScheduleError("there is no keyframe in it, e.g. 0:(1.0)")
    return found


def _frame(written: str, frame_count: int | None, at: int) -> int:
    if written.isdigit():
        return int(written)
    if frame_count is None:
        raise ScheduleError("max_f is the last frame, and the file does not say how many there are", at)
    return int(evaluated(written, np.zeros(1), frame_count)[0])


def frame_values(text: str, frame_count: int | None = None) -> F64:
    """The value of every frame of a schedule, float64 (frames,).

    frame_count   how many frames there are; None for those up to the last keyframe

    Raises ScheduleError, and FormulaError for a formula that cannot be worked out.
    """
    keys = keyframes(text, frame_count)
    count = max(keys) + 1 if frame_count is None else frame_count
    if not 0 < count <= FRAMES_MOST:
        raise ScheduleError(f"a schedule of {count:,} frames; at most {FRAMES_MOST:,} are read")
    values = np.full(count, np.nan)
    frames = sorted(frame for frame in keys if 0 <= frame < count)
    if not frames:
        raise ScheduleError(f"there is no keyframe before frame {count}")
    for frame, following in zip(frames, [*frames[1:], count], strict=True):
        written = keys[frame]
        if _NUMBER.match(written):
            values[frame] = float(written)
        else:
            try:
                values[frame:following] = evaluated(
                    written, np.arange(frame, following, dtype=np.float64), count
                )
            except FormulaError as error:
                raise FormulaError(f"at frame {frame}: {error}") from None
    known = np.flatnonzero(~np.isnan(values))
    return np.asarray(np.interp(np.arange(count), known, values[known]))


def schedule(values: F64) -> str:
    """The values of frames as a schedule of straight lines."""
    reach = float(np.ptp(values))
    kept = corners(values, TOLERANCE * reach)
    if reach == 0:
        kept = kept[:1]
    return ", ".join(f"{frame}:({_number(values[frame])})" for frame in kept)


def deforum(timeline: Timeline) -> str:
    """Every lane as a schedule under its own name, with `fps` and `max_frames` as in Deforum's settings
    file.
    """
    found: Mapping[str, object] = {
        "fps": float(timeline.fps),
        "max_frames": timeline.frame_count,
        **{name: schedule(values) for name, values in timeline.lanes.items()},
    }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _number(value: float) -> str:
    """In digits without an exponent, which Deforum's own reader takes for a formula."""
    return np.format_float_positional(float(f"{value:.9g}"), trim="0")
