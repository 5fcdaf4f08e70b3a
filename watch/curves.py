"""The lanes of a piece as the page draws them: values at equal steps, and handles."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..compiler.compile import Heard
from ..compiler.lanes.curve import Curve
from ..compiler.reports.lane_curves import LaneCurves
from ..dsl.model.lane import Lane
from ..dsl.model.piece import Piece
from ..dsl.read.lanes import lane_units
from ..dsl.values.units import Unit
from . import wire
from .handles import handles
from .texts import Texts, digest_of_text

F64 = NDArray[np.float64]

RATE_HZ = 30.0
VALUES_MOST = 18_000
"""Of a lane: ten minutes at the full rate; a longer film has fewer a second."""
WIDE = 1000.0
"""A range beyond that says nothing: what the curve reaches is shown."""

_UNITS = {Unit.HERTZ: "Hz", Unit.RATE: "Hz", Unit.SECONDS: "s", Unit.DECIBELS: "dB", Unit.GAIN: "x"}
_ENDINGS = {"azimuth": "°", "elevation": "°", "hue": "°", "rotation": "°", "distance": "x", "zoom": "x"}


def rate_for(duration_s: float) -> float:
    """How many values a second a curve of that length is drawn with."""
    return RATE_HZ if duration_s * RATE_HZ <= VALUES_MOST else VALUES_MOST / duration_s


def lanes_message(version: int, heard: Heard, texts: Texts) -> wire.Lanes:
    """The lanes of a piece, and the digests of its texts."""
    end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
    rate_hz = rate_for(end_s)
    files = tuple(wire.TextFile(name, digest_of_text(text)) for name, text in texts.by_name.items())
    return wire.Lanes(version, rate_hz, files, drawn_lanes(heard, texts, rate_hz))


def drawn_lanes(heard: Heard, texts: Texts, rate_hz: float) -> tuple[wire.Lane, ...]:
    """Every lane in written order."""
    curves = LaneCurves(heard)
    end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
    times_s = np.arange(int(end_s * rate_hz) + 1) / rate_hz
    return tuple(_drawn(lane, curves, heard, texts, times_s) for lane in heard.piece.lanes)


def _drawn(lane: Lane, curves: LaneCurves, heard: Heard, texts: Texts, times_s: F64) -> wire.Lane:
    curve = curves.of(lane)
    is_set = lane.mode == "set"
    values = curve.values(times_s) if is_set else np.zeros(0)
    own = curve if is_set else _laid(lane, curve, heard.piece)
    low, high = _range(curve, values)
    return wire.Lane(
        name=lane.name,
        file=texts.name_of(lane.span.file),
        line=lane.span.line,
        pointer=lane.pointer,
        mirror_of=lane.mirror_of or "",
        mode=lane.mode,
        low=low,
        high=high,
        unit=_unit(lane, heard.piece),
        values=tuple(np.round(values, 4).tolist()),
        nodes=() if curves.is_mixed(lane) else handles(lane, own, heard.clock),
    )


def _laid(lane: Lane, curve: Curve, piece: Piece) -> Curve:
    """The layer that a lane with a mode is."""
    same = [other for other in piece.lanes if other.name == lane.name and other.mode == lane.mode]
    layers = [layer.curve for layer in curve.layers if layer.mode == lane.mode]
    place = next(k for k, other in enumerate(same) if other is lane) - len(same)
    return layers[place] if -place <= len(layers) else Curve(())


def _range(curve: Curve, values: F64) -> tuple[float, float]:
    low, high = curve.low, curve.high
    if isfinite(low) and isfinite(high) and high - low <= WIDE:
        return low, high
    if not values.size:
        return 0.0, 1.0
    reached = float(values.min()), float(values.max())
    return reached if reached[0] < reached[1] else (reached[0] - 1.0, reached[1] + 1.0)


def _unit(lane: Lane, piece: Piece) -> str:
    if True in lane.units:
        return "/b"
    ending = lane.name.rpartition(".")[2]
    return _ENDINGS.get(ending) or _UNITS.get(lane_units(piece.audio)(lane.name), "")
