"""R'G'B' to the film's Y'CbCr, 8 bits, limited range."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# ITU-R BT.709-6, items 3.2 and 3.3: E'Y = KR E'R + KG E'G + KB E'B, E'CB = (E'B - E'Y) / 1.8556,
# E'CR = (E'R - E'Y) / 1.5748; the divisors are 2 (1 - KB) and 2 (1 - KR).
KR, KG, KB = 0.2126, 0.7152, 0.0722
# Item 4.6, for 8 bits: D'Y = INT(219 E'Y + 16), D'C = INT(224 E'C + 128).
LUMA_SPAN, CHROMA_SPAN = 219.0, 224.0
BLACK = (16.0, 128.0, 128.0)

RGB_TO_YCBCR = tuple(
    tuple(span * value / divisor for value in row)
    for span, divisor, row in (
        (LUMA_SPAN, 1.0, (KR, KG, KB)),
        (CHROMA_SPAN, 2 * (1 - KB), (-KR, -KG, 1 - KB)),
        (CHROMA_SPAN, 2 * (1 - KR), (1 - KR, -KG, -KB)),
    )
)
"""E'RGB in [0, 1] to the levels of Y', Cb, Cr above black: what a fade scales."""


def above_black(images: torch.Tensor) -> torch.Tensor:
    """R'G'B' images (n, 3, h, w) in [-1, 1] as levels above black: Y' 0..219, Cb and Cr ±112."""
    import torch

    matrix = torch.tensor(RGB_TO_YCBCR, dtype=images.dtype, device=images.device) / 2
    n, _, height_px, width_px = images.shape
    levels = torch.matmul(matrix, images.clamp(-1, 1).reshape(n, 3, -1))
    # x = 2 E' - 1, so black is -1: what is added is the matrix applied to (1, 1, 1), which has no colour.
    levels[:, 0] += LUMA_SPAN / 2
    return levels.view(n, 3, height_px, width_px)


def quantised(levels: torch.Tensor) -> torch.Tensor:
    """Levels to uint8, rounded to the nearest, halves up; `levels` is used up."""
    import torch

    return levels.add_(0.5).clamp_(0, 255).to(torch.uint8)
