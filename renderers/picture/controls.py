"""Camera, colours and light of frames, as a composer sets them."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from ...dsl.model.parameters import FINISH, STEERED

if TYPE_CHECKING:
    import torch

CLIPS = "clips"
CONTROL_OF = {parameter.field: parameter.control for parameter in STEERED} | {CLIPS: CLIPS}
"""The control, as a GeneratorKind names it, that each of these parameters belongs to."""


class FrameControls:
    """The values of camera, colour and light for n images.

    Every parameter of STEERED is an attribute of the name of its field: a tensor of shape (n,), or None where
    it changes nothing. So is `clips`, how far each video of the piece is, of shape (n, pictures), as
    PicturePlan.clips.
    """

    __slots__ = ("_lanes",)
    _lanes: dict[str, torch.Tensor]

    def __init__(self, **lanes: torch.Tensor | None) -> None:
        """Raises TypeError for a name that is not in the table."""
        if unknown := lanes.keys() - CONTROL_OF.keys():
            raise TypeError(f"{min(unknown)} does not steer frames")
        self._lanes = {name: lane for name, lane in lanes.items() if lane is not None}

    def __getattr__(self, name: str) -> torch.Tensor | None:
        if name in CONTROL_OF:
            return self._lanes.get(name)
        raise AttributeError(f"{name} does not steer frames", name=name, obj=self)

    @property
    def are_finishing(self) -> bool:
        """Whether they change the finished images instead of the generator's."""
        return any(CONTROL_OF[name] == FINISH for name in self._lanes)

    @property
    def are_neutral(self) -> bool:
        return not self._lanes

    def but(self, **lanes: torch.Tensor | None) -> FrameControls:
        """A copy with other lanes under these names."""
        return FrameControls(**{**self._lanes, **lanes})

    def split(self, names: Set[str]) -> tuple[FrameControls, FrameControls]:
        """The controls that a generator does itself, by their names in its GeneratorKind; and the others."""
        own = {name: lane for name, lane in self._lanes.items() if CONTROL_OF[name] in names}
        others = {name: lane for name, lane in self._lanes.items() if name not in own}
        return FrameControls(**own), FrameControls(**others)

    def rows(self, start: int, end: int) -> FrameControls:
        """Return the controls of some of the images."""
        return FrameControls(**{name: lane[start:end] for name, lane in self._lanes.items()})
