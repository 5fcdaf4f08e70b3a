"""Camera, colours and light of frames, as a composer sets them."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ...dsl.model.parameters import STEERED

if TYPE_CHECKING:
    import torch

CONTROL_OF = {parameter.field: parameter.control for parameter in STEERED} | {"clips": "clips"}
"""What each of the fields below belongs to, as a GeneratorKind names it."""


@dataclass(frozen=True, slots=True)
class FrameControls:
    """What a composer does to camera and colour, for n images: each of shape (n, ...), None where nothing."""

    hue_deg: torch.Tensor | None = None
    """All colours turned, red towards green."""
    zoom: torch.Tensor | None = None
    """2 shows everything twice as large."""
    rotation_deg: torch.Tensor | None = None
    """The picture turned clockwise."""

    exposure: torch.Tensor | None = None
    """A factor of all light."""
    bloom: torch.Tensor | None = None
    """A factor of the glow around what is bright."""
    contrast: torch.Tensor | None = None
    """A factor of the distance from middle grey, of finished images: tone.py."""
    saturation: torch.Tensor | None = None
    """A factor of the distance from grey."""
    pan_x: torch.Tensor | None = None
    """The camera moved to the right, in half heights."""
    pan_y: torch.Tensor | None = None
    """The camera moved down."""
    lamp_azimuth_deg: torch.Tensor | None = None
    """The lamp turned clockwise."""
    lamp_height_deg: torch.Tensor | None = None
    """The lamp raised."""
    clips: torch.Tensor | None = None
    """How far each video of the piece is, shape (n, pictures): PicturePlan.clips."""

    @property
    def is_toned(self) -> bool:
        return self.contrast is not None or self.saturation is not None

    @property
    def are_neutral(self) -> bool:
        return all(getattr(self, field.name) is None for field in fields(self))

    def split(self, names: Set[str]) -> tuple[FrameControls, FrameControls]:
        """The controls that a generator does itself, by their names in its GeneratorKind; and the others."""
        lanes = {field.name: getattr(self, field.name) for field in fields(self)}
        own = {key: lane for key, lane in lanes.items() if CONTROL_OF[key] in names}
        others = {key: lane for key, lane in lanes.items() if key not in own}
        return FrameControls(**own), FrameControls(**others)

    def rows(self, start: int, end: int) -> FrameControls:
        """Return the controls of some of the images."""
        lanes = (getattr(self, field.name) for field in fields(self))
        return FrameControls(*(None if lane is None else lane[start:end] for lane in lanes))
