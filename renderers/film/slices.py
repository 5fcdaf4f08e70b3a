"""Some frames of a picture as a picture of their own, which knows nothing of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import PicturePlan, TitlePlan

Scalar = TypeVar("Scalar", bound=np.generic)


def slice_of(picture: PicturePlan, first: int, end: int) -> PicturePlan:
    """Frames first up to, not at, end: their rows, the classes that are seen in them, and their titles.

    Rendered, it is what these frames are in the whole film.
    """
    weights = picture.class_weights[first:end]
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
        hue_deg=_lane(picture.hue_deg, first, end, 0.0),
        zoom=_lane(picture.zoom, first, end, 1.0),
        rotation_deg=_lane(picture.rotation_deg, first, end, 0.0),
        truncation=_lane(picture.truncation, first, end, 1.0),
        walk=None if picture.walk is None else picture.walk.cut(first, end),
    )


def _lane(
    lane: NDArray[np.float32] | None, first: int, end: int, neutral: float
) -> NDArray[np.float32] | None:
    """The rows of a lane; None where it does nothing: what moves elsewhere does not change these frames."""
    if lane is None or (lane[first:end] == neutral).all():
        return None
    return _own(lane[first:end])


def _own(rows: NDArray[Scalar]) -> NDArray[Scalar]:
    """A copy that does not keep the whole film in memory."""
    copied = np.array(rows, order="C")
    copied.flags.writeable = False
    return copied


def _is_shown(title: TitlePlan, first: int, end: int) -> bool:
    return title.first_frame < end and title.end_frame > first
