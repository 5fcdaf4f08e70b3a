"""The interface of a generator: vectors in, images out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch

    from ...compiler.plan import WalkPlan
    from ...store.values.array_types import F32
    from ..picture.controls import FrameControls
    from ..picture.masks import Stage


NOISE_SIZE = 128
"""Noise size of the built-in generators."""
CLASS_COUNT = 1000
"""Number of ImageNet's classes."""


@dataclass(frozen=True, slots=True)
class GeneratorRequest:
    """The request from which a generator is made.

    size_px   height and width of its images
    device    where they are to be made: "cpu", "cuda" or "cuda:1"
    seed      of the piece: every random number comes from it
    weights   the folder that the piece names, where it names one
    """

    size_px: tuple[int, int]
    device: str
    seed: int
    weights: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A layer of n frames: see StreamPlan.

    mask   its share of each column of the film, (n, width)
    """

    noise: torch.Tensor
    classes: torch.Tensor
    mask: F32
    home: float
    contrast: float
    hue_deg: torch.Tensor | None = None
    truncation: torch.Tensor | None = None

    def rows(self, start: int, end: int, device: torch.device) -> Stream:
        """Some of the frames, on a device."""

        def part(lane: torch.Tensor | None) -> torch.Tensor | None:
            return None if lane is None else lane[start:end].to(device)

        return Stream(
            self.noise[start:end].to(device),
            self.classes[start:end].to(device),
            self.mask[start:end],
            self.home,
            self.contrast,
            part(self.hue_deg),
            part(self.truncation),
        )


class Generator(Protocol):
    """A network, or anything that behaves like one: a pure function from vectors to images."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        ...

    @property
    def device(self) -> torch.device:
        """The device on which the images are made and stay."""
        ...

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The image of each pair of vectors.

        noise     shape (n, latent size), float32, about N(0, 1) or calmer; the built-in ones have 128
        classes   shape (n, classes), float32, weights >= 0 of the generator's own classes, or of the 1000
                  ImageNet classes
        returns   shape (n, 3, height, width), float32 in [-1, 1], display sRGB, on `device`
        """
        ...


@runtime_checkable
class TruncatedGenerator(Generator, Protocol):
    """A generator that needs to know the truncation of its noise, and makes several images at once."""

    frames_at_once: int
    """The number of images to ask for per call."""

    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        """The images of noise that is within ±2·truncation, shape (n,); they are those of `images` at 1."""
        ...


@runtime_checkable
class WalkingGenerator(Generator, Protocol):
    """A generator that walks through learned pictures."""

    def images_on_walk(self, walk: WalkPlan, frames: list[int], tremble: torch.Tensor) -> torch.Tensor:
        """The images of some frames of a walk, with their trembling, shape (n, latent size)."""
        ...


@runtime_checkable
class SteeredGenerator(Generator, Protocol):
    """A generator with a camera of its own, which shows what is beyond the edges of its images."""

    def steered(self, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls) -> torch.Tensor:
        """The images, as its camera sees them."""
        ...


@runtime_checkable
class LayeredGenerator(Generator, Protocol):
    """A generator that paints layers in one land, under one light."""

    def layered(self, streams: Sequence[Stream], controls: FrameControls, stage: Stage) -> torch.Tensor:
        """Images of the layers together, back to front: shape (n, 3, height, width) of the stage."""
        ...
