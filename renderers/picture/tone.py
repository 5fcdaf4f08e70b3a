"""Contrast and saturation of finished images, whoever made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .colour import KB, KG, KR

if TYPE_CHECKING:
    import torch

    from .controls import FrameControls


def toned(images: torch.Tensor, controls: FrameControls) -> torch.Tensor:
    """The images with more or less contrast, then with more or less colour.

    images    shape (n, 3, height, width), float32 in [-1, 1], display sRGB; middle grey is 0
    returns   the same shape, the same images where nothing is to be done
    """
    if controls.contrast is not None:
        images = images * controls.contrast.to(images).view(-1, 1, 1, 1)
    if controls.saturation is not None:
        luma = (images * images.new_tensor((KR, KG, KB))[:, None, None]).sum(1, keepdim=True)
        images = luma + (images - luma) * controls.saturation.to(images).view(-1, 1, 1, 1)
    if controls.contrast is not None or controls.saturation is not None:
        images = images.clamp(-1, 1)
    return images
