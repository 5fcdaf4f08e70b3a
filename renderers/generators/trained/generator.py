"""A trained model as a Generator: pure, so that any segment can be rendered anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...picture.upscale import resized
from .codes import Codes
from .files import read
from .network import Decoder
from .walk import Walker

if TYPE_CHECKING:
    from ....compiler.plan import WalkPlan

FRAMES_AT_ONCE_ON_CPU = 1
"""One by one, an image is the same to the last bit, whatever is made beside it."""
FRAMES_AT_ONCE_ON_GPU = 32


class TrainedGenerator:
    """The decoder of a model folder; its images are enlarged or reduced to the size that is asked for."""

    def __init__(self, folder: Path, size_px: tuple[int, int], device: torch.device) -> None:
        """Read and check the folder. Raises PieceError where it cannot be used."""
        model = read(folder)
        self.description = model.description
        self._size_px, self._device = size_px, device
        count = len(model.description.classes)
        self._decoder = Decoder(model.description.size_px, model.description.code, count)
        self._decoder.load_state_dict(dict(model.decoder))
        self._decoder.to(device).eval().requires_grad_(False)
        self._codes = Codes(model, device)
        self._walker = Walker(model, self._decoded)
        self.frames_at_once = FRAMES_AT_ONCE_ON_GPU if device.type == "cuda" else FRAMES_AT_ONCE_ON_CPU

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of every image."""
        return self._size_px

    @property
    def device(self) -> torch.device:
        """The device on which the images are made and stay."""
        return self._device

    def images(self, noise: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """The images of noise (n, code) and classes (n, k) at truncation 1."""
        return self.images_at(noise, classes, noise.new_ones(len(noise)))

    @torch.inference_mode()
    def images_on_walk(self, walk: WalkPlan, frames: list[int], tremble: torch.Tensor) -> torch.Tensor:
        """The images of some frames of a walk, with their trembling, shape (n, code)."""
        images = self._decoded(*self._walker.rows(walk, frames, tremble.cpu().float()))
        return resized(images.to(self._device), *self._size_px, "bicubic").clamp_(-1, 1)

    def _decoded(self, codes: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        """Images of codes in the decoder's own size, on the CPU."""
        made = [
            self._decoder(some.to(self._device), weights.to(self._device)).cpu()
            for some, weights in zip(
                torch.split(codes, self.frames_at_once), torch.split(shares, self.frames_at_once), strict=True
            )
        ]
        return torch.cat(made)

    @torch.inference_mode()
    def images_at(self, noise: torch.Tensor, classes: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        """The images of noise that the truncation (n,) has scaled: the smaller, the nearer to real frames."""
        description = self.description
        if noise.ndim != 2 or noise.shape[1] != description.code:
            raise ValueError(f"noise must have shape (n, {description.code}), not {tuple(noise.shape)}")
        if classes.shape != (len(noise), len(description.classes)):
            shape = (len(noise), len(description.classes))
            raise ValueError(f"classes must have shape {shape}, not {tuple(classes.shape)}")
        noise, classes, truncation = (
            vectors.to(self._device, torch.float32) for vectors in (noise, classes, truncation)
        )
        made = []
        for first in range(0, len(noise), self.frames_at_once):
            rows = slice(first, first + self.frames_at_once)
            codes, shares = self._codes.of(noise[rows], classes[rows], truncation[rows])
            made.append(self._decoder(codes, shares))
        images = torch.cat(made) if made else noise.new_zeros(0, 3, description.size_px, description.size_px)
        return resized(images, *self._size_px, "bicubic").clamp_(-1, 1)
