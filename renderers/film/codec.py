"""Which encoder of H.264 this machine has for a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..encoding import NVENC, X264

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan


def chosen_codec(device: str, picture: PicturePlan) -> str:
    """What encodes the picture: NVENC where a GPU has it, which many for computing have not; else x264."""
    if device.startswith("cuda"):
        from .segment_writer import PictureFormat, nvenc_opens

        if nvenc_opens(PictureFormat(picture.width_px, picture.height_px, picture.fps)):
            return NVENC
    return X264
