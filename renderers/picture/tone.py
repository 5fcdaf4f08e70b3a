"""Contrast and saturation of finished images, whoever made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .colour import KB, KG, KR

if TYPE_CHECKING:
    import torch

    from .controls import FrameControls


STRIP_PX = 65536
"""So many pixels with their three channels stay in the cache of one core."""


def toned(images: torch.Tensor, controls: FrameControls) -> torch.Tensor:
    """The images with more or less contrast, then with more or less colour.

    images    shape (n, 3, height, width), float32 in [-1, 1], display sRGB; middle grey is 0
    returns   the same shape, the same images where nothing is to be done
    """
    if controls.contrast is None and controls.saturation is None:
        return images
    toned_images = images.new_empty(images.shape)
    rows = max(1, STRIP_PX // images.shape[3]) if images.device.type == "cpu" else images.shape[2]
    for start in range(0, images.shape[2], rows):
        part = images[:, :, start : start + rows]
        if controls.contrast is not None:
            part = part * controls.contrast.to(images).view(-1, 1, 1, 1)
        if controls.saturation is not None:
            red, green, blue = part.unbind(1)
            luma = ((red * KR).add_(green * KG).add_(blue * KB))[:, None]
            part = (part - luma).mul_(controls.saturation.to(images).view(-1, 1, 1, 1)).add_(luma)
        toned_images[:, :, start : start + rows] = part.clamp_(-1, 1)
    return toned_images
