"""Some frames of a picture as a picture of their own, which knows nothing of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import STEERING, PicturePlan, TitlePlan

Scalar = TypeVar("Scalar", bound=np.generic)


def slice_of(picture: PicturePlan, first: int, end: int) -> PicturePlan:
    """Frames first up to, not at, end: their rows, the classes that are seen in them, and their titles.

    Rendered, it is what these frames are in the whole film.
    """
    weights = picture.class_weights[first:end]
    steering: dict[str, Any] = {
        key: _lane(getattr(picture, key), first, end, neutral) for key, neutral in STEERING.items()
    }
    seen = np.flatnonzero(weights.any(axis=0))
    names = picture.class_names
    return replace(
        picture,
        noise=_own(picture.noise[first:end]),
        class_indices=_own(picture.class_indices[seen]),
        class_weights=_own(weights[:, seen]),
        brightness=_own(picture.brightness[first:end]),
        titles=tuple(t.cut(first, end) for t in picture.titles if _is_shown(t, first, end)),
        class_names=tuple(names[k] for k in seen) if names else (),
        truncation=_lane(picture.truncation, first, end, 1.0),
        lights=_lights(picture.lights, first, end),
        **steering,
    )


def _lane(
    lane: NDArray[np.float32] | None, first: int, end: int, neutral: float
) -> NDArray[np.float32] | None:
    """The rows of a lane; None where it does nothing: what moves elsewhere does not change these frames."""
    if lane is None or (lane[first:end] == neutral).all():
        return None
    return _own(lane[first:end])


def _lights(lights: NDArray[np.float32] | None, first: int, end: int) -> NDArray[np.float32] | None:
    """The lights of these frames, counted from the first of them; None where there are none."""
    if lights is None:
        return None
    begin, stop = lights[:, 0].searchsorted([first, end])
    if begin == stop:
        return None
    found = np.array(lights[begin:stop], order="C")
    found[:, 0] -= first
    found.flags.writeable = False
    return found


def _own(rows: NDArray[Scalar]) -> NDArray[Scalar]:
    """A copy that does not keep the whole film in memory."""
    copied = np.array(rows, order="C")
    copied.flags.writeable = False
    return copied


def _is_shown(title: TitlePlan, first: int, end: int) -> bool:
    return title.first_frame < end and title.end_frame > first
