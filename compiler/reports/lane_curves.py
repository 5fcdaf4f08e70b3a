"""Each lane of a piece as a curve, in the unit in which it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from ...dsl.model.audio import Bus, Return
from ...dsl.model.lane import Lane
from ...dsl.model.piece import Piece
from ..heard_piece import Heard, sources_of
from ..lanes.by_itself import by_itself
from ..lanes.curve import Curve
from ..lanes.parameters import Target, gain_target, place_targets, plugin_targets, send_target, visual_targets
from ..lanes.resolve import Lanes
from ..sound.plan_sound import buses_of
from ..sound.seats import band_of


class LaneCurves:
    """The curves of a piece's lanes over the time of the piece, made when they are asked for."""

    def __init__(self, heard: Heard) -> None:
        piece, clock = heard.piece, heard.clock
        buses = buses_of(piece, heard.parts)
        owners: tuple[Bus | Return, ...] = (*buses, *piece.audio.returns)
        self._targets = {target.name: target for target in _targets(piece, buses)}
        self._counted = {
            target.name
            for owner in owners
            for effect in owner.chain
            for name, target in plugin_targets(owner, effect)
            if name in effect.per_beat
        }
        end_qn = clock.quarters(clock.end_s + piece.score.tail_s)
        band = band_of(heard.notes, buses, sources_of(heard))
        self.lanes = (*piece.lanes, *by_itself(piece, clock))
        self._lanes = Lanes(self.lanes, clock, end_qn, piece.seed, band)

    def of(self, lane: Lane) -> Curve:
        """The parameter that a lane moves, with all that is laid over it.

        Its unit is that of the lane: cycles per beat where all its values are, and hertz where some are.
        """
        target = self._targets.get(lane.name) or Target(lane.name, -inf, inf, 0.0)
        if self.is_mixed(lane):
            return self._lanes.parameter(target, target.name in self._counted)
        return self._lanes.curve(replace(target, high=inf) if True in lane.units else target)

    def is_mixed(self, lane: Lane) -> bool:
        """Whether a lane has values in hertz and values in cycles per beat."""
        return True in lane.units and lane.units != {True}


def _targets(piece: Piece, buses: Sequence[Bus]) -> Iterator[Target]:
    yield from visual_targets(piece.visuals)
    for bus in buses:
        yield from place_targets(bus)
        yield from (send_target(bus, send) for send in bus.sends)
    owners: tuple[Bus | Return, ...] = (*buses, *piece.audio.returns)
    for owner in owners:
        yield gain_target(owner)
        for effect in owner.chain:
            yield from (target for _, target in plugin_targets(owner, effect))
