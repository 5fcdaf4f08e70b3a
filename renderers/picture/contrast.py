"""Legibility of letters: their contrast with their surroundings in the finished frame.

The ratio of WCAG 2.2, (L1 + 0.05) / (L2 + 0.05) of relative luminances, which is 1 to 21:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Large letters should have 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...store.values.array_types import F64
from .colour import BLACK, KB, KG, KR, RGB_TO_YCBCR
from .planes import plane_views

if TYPE_CHECKING:
    import torch

    from .title import Overlay

Mask = NDArray[np.bool_]

LEAST = 3.0
"""The least contrast that is not reported."""
WORST = 10
"""The percentage of the surroundings that may have less contrast than the reported value."""


def contrast(frame: torch.Tensor, overlay: Overlay) -> float | None:
    """The contrast of the letters of an overlay in a frame that has it; None where no letter is solid.

    frame  uint8 (height·3/2, width), yuv420p
    """
    from scipy.ndimage import maximum_filter

    letters = overlay.letters
    if not letters.any():
        return None
    seen = _luminance(frame, overlay)
    around = np.asarray(maximum_filter(letters, 2 * overlay.around_px + 1)) & ~overlay.touched
    if not around.any():
        return None
    letter = float(np.median(seen[letters]))
    ground = seen[around]
    ratios = np.where(ground > letter, (ground + 0.05) / (letter + 0.05), (letter + 0.05) / (ground + 0.05))
    return float(np.percentile(ratios, WORST))


def _luminance(frame: torch.Tensor, overlay: Overlay) -> F64:
    """Relative luminance 0..1 of the part of a frame that an overlay is on: (h, w)."""
    height_px, width_px = overlay.letters.shape
    planes = []
    for index, plane in enumerate(plane_views(frame[None])):
        scale = 1 if index == 0 else 2
        top, left = overlay.top_px // scale, overlay.left_px // scale
        part = plane[0, top : top + height_px // scale, left : left + width_px // scale].cpu().numpy()
        planes.append(part.repeat(scale, 0).repeat(scale, 1).astype(np.float64) - BLACK[index])
    rgb = np.einsum("ij,jhw->ihw", np.linalg.inv(np.array(RGB_TO_YCBCR)), np.stack(planes)).clip(0.0, 1.0)
    # The transfer function of sRGB, as the definition has it; displays of BT.709 have nearly the same.
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.tensordot((KR, KG, KB), linear, 1))
