"""A film without its picture: titles, words and the lights of notes on a colour, or on nothing at all."""

from dataclasses import replace

import numpy as np

from ..plan import GROUND, PicturePlan, Steering


def grounded(picture: PicturePlan, background: str) -> PicturePlan:
    """The picture's titles and lights on a ground.

    Nothing moves the ground: it has no fades, so that a key finds one colour. A light that has the colour of
    the picture is white.

    background   a colour #RRGGBB, or alpha
    """
    count = picture.frame_count
    lights = picture.lights
    if lights is not None:
        lights = np.where((lights[:, 6:7] < 0) & (np.arange(9) >= 6), np.float32(1.0), lights)
    noise, weights = np.zeros((count, 1), np.float32), np.zeros((count, 0), np.float32)
    for rows in (noise, weights, lights):
        if rows is not None:
            rows.flags.writeable = False
    return replace(
        picture,
        noise=noise,
        class_weights=weights,
        brightness=np.ones(count, np.float32),
        lights=lights,
        class_indices=np.zeros(0, np.int64),
        class_names=(),
        steering=Steering(),
        truncation=None,
        walk=None,
        pictures=(),
        streams=(),
        generator=f"{GROUND} {background}",
        weights=None,
        weights_sha256=None,
        # As large as the film, so that lights are drawn as sharp.
        resolution=picture.height_px,
        frame="fill",
    )
