"""Some frames of a picture as a picture of their own, independent of all others."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...compiler.plan import PicturePlan, Ramp, StreamPlan, TitlePlan
from ...dsl.model.parameters import NEUTRAL

HALF = Fraction(1, 2)

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
        steering=picture.steering.each(lambda lane: lane[first:end]),
        truncation=_lane(picture.truncation, first, end, 1.0),
        lights=_lights(picture.lights, first, end),
        walk=None if picture.walk is None else picture.walk.cut(first, end),
        score=None if picture.score is None else picture.score.cut(first, end),
        clips=_lanes(picture.clips, first, end),
        streams=tuple(_stream_of(stream, first, end) for stream in picture.streams),
    )


def _stream_of(stream: StreamPlan, first: int, end: int) -> StreamPlan:
    weights, names = stream.class_weights[first:end], stream.class_names
    seen = np.flatnonzero(weights.any(axis=0))
    return replace(
        stream,
        noise=_own(stream.noise[first:end]),
        class_indices=_own(stream.class_indices[seen]),
        class_weights=_own(weights[:, seen]),
        strength=_own(stream.strength[first:end]),
        across=_own(stream.across[first:end]),
        class_names=tuple(names[k] for k in seen) if names else (),
        hue_deg=_lane(stream.hue_deg, first, end, NEUTRAL["hue_deg"]),
        truncation=_lane(stream.truncation, first, end, 1.0),
    )


def thinned(picture: PicturePlan, step: int) -> PicturePlan:
    """Every step-th frame, each shown step times as long: the same pixels, sooner."""
    return replace(
        picture,
        noise=_own(picture.noise[::step]),
        class_weights=_own(picture.class_weights[::step]),
        brightness=_own(picture.brightness[::step]),
        titles=tuple(_thinned_title(title, step) for title in picture.titles),
        fps=picture.fps / step,
        steering=picture.steering.each(lambda lane: lane[::step]),
        truncation=_each(picture.truncation, step),
        lights=_thinned_lights(picture.lights, step),
        walk=None if picture.walk is None else picture.walk.thinned(step),
        score=None if picture.score is None else picture.score.thinned(step),
        clips=_each(picture.clips, step),
        streams=tuple(_thinned_stream(stream, step) for stream in picture.streams),
    )


def _thinned_stream(stream: StreamPlan, step: int) -> StreamPlan:
    return replace(
        stream,
        noise=_own(stream.noise[::step]),
        class_weights=_own(stream.class_weights[::step]),
        strength=_own(stream.strength[::step]),
        across=_own(stream.across[::step]),
        hue_deg=_each(stream.hue_deg, step),
        truncation=_each(stream.truncation, step),
    )


def _thinned_lights(lights: NDArray[np.float32] | None, step: int) -> NDArray[np.float32] | None:
    """The lights of every step-th frame."""
    if lights is None:
        return None
    found = np.array(lights[lights[:, 0] % step == 0], order="C")
    if not len(found):
        return None
    found[:, 0] /= step
    found.flags.writeable = False
    return found


def _each(lane: NDArray[np.float32] | None, step: int) -> NDArray[np.float32] | None:
    return None if lane is None else _own(lane[::step])


def _thinned_title(title: TitlePlan, step: int) -> TitlePlan:
    """A title on every step-th frame; its ramps have the same values there."""
    rise, fall = (
        None
        if ramp is None
        # A ramp is evaluated in the middle of a frame, half a frame of the respective rate.
        else Ramp((ramp.start - HALF) / step + HALF, ramp.length / step)
        for ramp in (title.rise, title.fall)
    )
    first, end = (-(-frame // step) for frame in (title.first_frame, title.end_frame))
    return replace(title, first_frame=first, end_frame=end, rise=rise, fall=fall)


def _lane(
    lane: NDArray[np.float32] | None, first: int, end: int, neutral: float
) -> NDArray[np.float32] | None:
    """The rows of a lane; None if it is neutral there, so that movement elsewhere does not change these
    frames.
    """
    if lane is None or (lane[first:end] == neutral).all():
        return None
    return _own(lane[first:end])


def _lanes(lanes: NDArray[np.float32] | None, first: int, end: int) -> NDArray[np.float32] | None:
    """Rows of several lanes; None if all are neutral."""
    if lanes is None or not lanes[first:end].any():
        return None
    return _own(lanes[first:end])


def _lights(lights: NDArray[np.float32] | None, first: int, end: int) -> NDArray[np.float32] | None:
    """The lights of these frames, counted from the first of them; None if there are none."""
    if lights is None:
        return None
    # Not numpy's search, which copies the column each time: a film of an hour has thousands of segments.
    begin, stop = (bisect_left(lights[:, 0], frame) for frame in (first, end))
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
