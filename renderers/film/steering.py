"""Camera, colour and light of frames, applied by a generator or to its images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ..generators.protocol import SteeredGenerator
from ..picture.camera import moved
from ..picture.controls import FrameControls
from ..tensors import tensor_of

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan
    from ..generators.protocol import Generator


def steered(
    generator: Generator, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls
) -> torch.Tensor:
    """The images through the piece's camera: the generator's own camera if it has one."""
    noise, classes = noise.to(generator.device), classes.to(generator.device)
    if controls.are_neutral:
        return generator.images(noise, classes)
    if isinstance(generator, SteeredGenerator):
        return generator.steered(noise, classes, controls)
    return moved(generator.images(noise, classes), controls)


def controls_of(picture: PicturePlan, frames: Sequence[int], device: torch.device) -> FrameControls:
    lanes, rows = picture.steering.lanes(), list(frames)
    if picture.clips is not None:
        lanes["clips"] = picture.clips
    return FrameControls(**{name: tensor_of(lane[rows], device) for name, lane in lanes.items()})
