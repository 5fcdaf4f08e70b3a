"""The flash guard: what lanes and lights would do to the luminance, and how it is held where it would flash.

The picture itself is not known before it is painted: it is taken for an even one of mean luminance, so that a
plan is judged by what its author moves. What is rendered is measured besides (renderers/film/flashes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...store.values.array_types import F32, F64
from ..flashes import Flashing, changes, seconds, worst
from ..lanes.curve import Curve
from ..plan import LIGHT_SHAPES, PicturePlan
from ..time.passage import Film
from .latents import stepped
from .plan_picture import Stage, read_only
from .post import Timeline, brightness, frame_times, picture_times, seen_through

EVEN = 0.3
"""The mean luminance of a film of the embedded generator is .15 to .3."""
COLUMNS, ROWS = 16, 9
ROUNDS = 24
SOFTER = 0.8
"""The factor that each round applies to a movement."""


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """The light of each frame over time, all float64 (frames,), and the lights on its stage."""

    exposure: F64
    brightness: F64
    """The values of the lane video.brightness."""
    fades: F64
    lights: F32 | None


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """The movement that may be shown: the planned one, reduced where it would flash.

    before   how it would flash at its worst
    after    how what is left does
    share    what is left of the movement where it is held the most
    """

    moving: Moving
    before: Flashing
    after: Flashing
    share: float


def moving_of(film: Film, lanes: Mapping[str, Curve], events: Timeline, stage: Stage | None) -> Moving:
    """The movement of the light of a film."""
    times_s = frame_times(film)
    layers = picture_times(times_s, events.speeds)
    return Moving(
        exposure=seen_through(lanes["visuals.exposure"], layers),
        brightness=np.array(lanes["video.brightness"].values(times_s)),
        fades=brightness(times_s, events.fades),
        lights=None if stage is None else stage(layers),
    )


def held(picture: PicturePlan, moving: Moving) -> PicturePlan:
    """A picture whose light moves so."""
    return replace(
        picture,
        steering=picture.steering.but(exposure=stepped(moving.exposure)),
        brightness=read_only(moving.brightness * moving.fades),
        lights=moving.lights,
    )


def guarded(moving: Moving, fps: Fraction) -> Guarded:
    """The movement, weakened in each second that would have more flashes than are safe."""
    found = planned(moving, fps)
    before = worst(found)
    left = np.ones_like(moving.exposure)
    held = moving
    for _ in range(ROUNDS):
        unsafe = [flash.frame for flash in found if not flash.is_safe]
        if not unsafe:
            break
        left *= 1.0 - (1.0 - SOFTER) * _around(unsafe, left.size, fps)
        held = _softened(moving, left, fps)
        found = planned(held, fps)
    return Guarded(held, before, worst(found), float(left.min(initial=1.0)))


def planned(moving: Moving, fps: Fraction) -> list[Flashing]:
    """The flashes that the movement alone would cause, in the second from each change on."""
    seen = (moving.brightness * moving.fades) ** 2.2
    light = np.repeat((EVEN * moving.exposure)[:, None], COLUMNS * ROWS, axis=1)
    if moving.lights is not None:
        _add_lights(light, moving.lights)
    luminance = np.asarray((light * seen[:, None]).clip(0.0, 1.0), np.float32)
    return seconds(changes(luminance, fps), fps)


def _add_lights(light: F64, lights: F32) -> None:
    """Adds the light of the stage lights at the middle of each place, (frames, places)."""
    across = (np.arange(COLUMNS) + 0.5) / COLUMNS * 2 - 1
    up = 1 - (np.arange(ROWS) + 0.5) / ROWS * 2
    x, y = (plane.ravel() for plane in np.meshgrid(across, up))
    aspect = COLUMNS / ROWS
    for row in lights:
        frame, shape, left, above, size, strength = row[:6].tolist()
        radius = max(size, 1e-3)
        distance = np.hypot((x - left) * aspect, y - above) / radius
        if LIGHT_SHAPES[int(shape)] == "ring":
            distance = (distance - 1.0) / 0.07
        light[int(frame)] += strength * np.exp(-(distance**2))


def _around(frames: Sequence[int], count: int, fps: Fraction) -> F64:
    """1 in the seconds that begin with these frames, and less towards half a second before and after."""
    found = np.zeros(count)
    for frame in frames:
        since_s = (np.arange(count) - frame) / float(fps)
        away_s = np.maximum(np.maximum(-since_s, since_s - 1.0), 0.0)
        found = np.maximum(found, 1.0 - 2.0 * away_s)
    return found


def _softened(moving: Moving, left: F64, fps: Fraction) -> Moving:
    lights = moving.lights
    if lights is not None:
        lights = lights.copy()
        lights[:, 5] *= left[lights[:, 0].astype(int)].astype(np.float32)
        lights.flags.writeable = False
    return Moving(
        _towards_mean(moving.exposure, left, fps),
        _towards_mean(moving.brightness, left, fps),
        moving.fades,
        lights,
    )


def _towards_mean(values: F64, left: F64, fps: Fraction) -> F64:
    """Values nearer to the mean of the second around them."""
    reach = max(1, round(float(fps) / 2))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    begin = np.maximum(np.arange(values.size) - reach, 0)
    end = np.minimum(np.arange(values.size) + reach + 1, values.size)
    mean = (sums[end] - sums[begin]) / (end - begin)
    return np.asarray(mean + left * (values - mean))
