"""What a composer does to the camera and the colours of frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class FrameControls:
    """What a composer does to camera and colour, for n images: each of shape (n,), None where nothing."""

    hue_deg: torch.Tensor | None = None
    """All colours turned, red towards green."""
    zoom: torch.Tensor | None = None
    """2 shows everything twice as large."""
    rotation_deg: torch.Tensor | None = None
    """The picture turned clockwise."""

    @property
    def are_neutral(self) -> bool:
        return self.hue_deg is None and self.zoom is None and self.rotation_deg is None

    def rows(self, start: int, end: int) -> FrameControls:
        """Return the controls of some of the images."""
        lanes = (self.hue_deg, self.zoom, self.rotation_deg)
        return FrameControls(*(None if lane is None else lane[start:end] for lane in lanes))
