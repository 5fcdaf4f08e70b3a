"""What the film knows of a generator: vectors in, images out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch

    from ..picture.controls import FrameControls

NOISE_SIZE = 128
CLASS_COUNT = 1000


class Generator(Protocol):
    """A network, or anything that behaves like one: a pure function from vectors to images."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        ...

    @property
    def device(self) -> torch.device:
        """Where the images are made and stay."""
        ...

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The image of each pair of vectors.

        noise     shape (n, 128), float32, about N(0, 1) or calmer
        classes   shape (n, 1000), float32, weights >= 0 of the ImageNet classes
        returns   shape (n, 3, height, width), float32 in [-1, 1], display sRGB, on `device`
        """
        ...


@runtime_checkable
class TruncatedGenerator(Generator, Protocol):
    """A generator that must be told how far its noise was truncated, and makes several images at once."""

    frames_at_once: int
    """How many images a call should ask for."""

    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        """The images of noise that lies within ±2·truncation, shape (n,); they are those of `images` at 1."""
        ...


@runtime_checkable
class SteeredGenerator(Generator, Protocol):
    """A generator with a camera of its own, which shows what lies beyond the edges of its images."""

    def steered(self, noise: torch.Tensor, classes: torch.Tensor, controls: FrameControls) -> torch.Tensor:
        """The images, as its camera sees them."""
        ...
