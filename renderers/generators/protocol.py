"""What the film knows of a generator: vectors in, images out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch

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
