"""The controls of camera, colour and light of each frame: one block, with a row per moving parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...dsl.model.parameters import NEUTRAL
from ..lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...store.values.array_types import F32


def _no_rows() -> F32:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Steering:
    """The parameters of STEERED, frame by frame, by their fields in that table.

    names   those that change something on some frame, in the order of the table
    values  float32 (names, frames)
    """

    names: tuple[str, ...] = ()
    values: F32 = field(default_factory=_no_rows)

    @classmethod
    def of(cls, lanes: Mapping[str, NDArray[Any]]) -> Steering:
        """The block of lanes (frames,); one that changes nothing on any frame has no row.

        Raises KeyError for a name that is not in the table.
        """
        if unknown := lanes.keys() - NEUTRAL.keys():
            raise KeyError(min(unknown))
        found = {name: lanes[name].astype(np.float32) for name in NEUTRAL if name in lanes}
        moved = {name: lane for name, lane in found.items() if (lane != NEUTRAL[name]).any()}
        values = np.stack(list(moved.values())) if moved else _no_rows()
        values.flags.writeable = False
        return cls(tuple(moved), values)

    def lane(self, name: str) -> F32 | None:
        """A parameter, float32 (frames,); None where it changes nothing. Raises KeyError as `of` does."""
        if name in self.names:
            row: F32 = self.values[self.names.index(name)]
            return row
        if name not in NEUTRAL:
            raise KeyError(name)
        return None

    def each(self, change: Callable[[F32], NDArray[Any]]) -> Steering:
        """The block of every lane changed in the same way."""
        return Steering.of({name: change(lane) for name, lane in self.lanes().items()})

    def lanes(self) -> dict[str, F32]:
        """Every parameter that changes something, by name."""
        return dict(zip(self.names, self.values, strict=True))

    def but(self, **lanes: NDArray[Any]) -> Steering:
        """The block with other lanes under these names."""
        return Steering.of(self.lanes() | lanes)
