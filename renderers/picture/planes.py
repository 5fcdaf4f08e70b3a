"""The layout of the three planes of a yuv420p frame in one array."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def plane_views(frames: torch.Tensor) -> list[torch.Tensor]:
    """Y' (n, h, w), Cb and Cr (n, h/2, w/2) as views of yuv420p frames (n, h·3/2, w)."""
    n, rows, width_px = frames.shape
    height_px = rows * 2 // 3
    flat = frames.view(n, rows * width_px)
    luma, chroma = height_px * width_px, height_px * width_px // 4
    return [
        flat[:, :luma].view(n, height_px, width_px),
        flat[:, luma : luma + chroma].view(n, height_px // 2, width_px // 2),
        flat[:, luma + chroma :].view(n, height_px // 2, width_px // 2),
    ]
