"""The images of a picture of layers: in one land by a generator that can, else one image a layer, blended."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..generators.protocol import LayeredGenerator, Stream, TruncatedGenerator
from ..generators.sources import stage_size
from ..picture.blend import Blend
from ..picture.camera import moved
from ..picture.masks import Stage, place_masks
from ..picture.mirror import strips_for
from ..tensors import tensor_of
from .steering import steered

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ..generators.protocol import Generator
    from ..picture.controls import FrameControls


def stage_of(picture: PicturePlan) -> Stage:
    """The stage of a picture of layers."""
    height_px, width_px = stage_size(picture)
    if picture.frame != "mirror":
        return Stage(height_px, width_px, 0, height_px, is_mirrored=False)
    side_px = picture.resolution
    top_px = strips_for(side_px, side_px, Fraction(picture.width_px, picture.height_px)).top_px
    return Stage(height_px, width_px, top_px, side_px, is_mirrored=True)


def layered_images(
    generator: Generator, picture: PicturePlan, frames: Sequence[int], controls: FrameControls
) -> torch.Tensor:
    """The images of some frames, (n, 3, height, width) of the stage."""
    stage, rows = stage_of(picture), list(frames)
    masks = place_masks(picture.streams, rows, stage.width_px)
    streams = []
    for planned, mask in zip(picture.streams, masks, strict=True):
        classes = np.concatenate([planned.classes(k, k + 1, picture.class_count) for k in rows])
        hue_deg, truncation = (
            None if lane is None else tensor_of(lane[rows]) for lane in (planned.hue_deg, planned.truncation)
        )
        noise = tensor_of(planned.noise[rows])
        streams.append(
            Stream(noise, tensor_of(classes), mask, planned.home, planned.contrast, hue_deg, truncation)
        )
    if isinstance(generator, LayeredGenerator):
        return generator.layered(streams, controls, stage)
    blend = Blend(len(rows), stage, generator.device)
    for stream in streams:
        images = _images(generator, stream.rows(0, len(rows), generator.device), controls)
        blend.add(images, stream.mask, stream.home, stream.contrast)
    return blend.images()


def _images(generator: Generator, stream: Stream, controls: FrameControls) -> torch.Tensor:
    """The images of one layer, by a generator that makes one picture at a time."""
    own = controls.but(hue_deg=stream.hue_deg)
    if isinstance(generator, TruncatedGenerator) and stream.truncation is not None:
        return moved(generator.images_at(stream.noise, stream.classes, stream.truncation), own)
    return steered(generator, stream.noise, stream.classes, own)
