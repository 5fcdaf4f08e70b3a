"""The lanes of a piece as the page draws them: values at equal steps, and handles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

import numpy as np

from ..compiler.heard_piece import Heard
from ..compiler.lanes.curve import Curve
from ..compiler.reports.lane_curves import LaneCurves
from ..dsl.model.lane import Lane
from ..dsl.model.parameters import BUS, PICTURE
from ..dsl.model.piece import Piece
from ..dsl.read.lanes import lane_units
from ..dsl.values.units import Unit
from ..store.values.array_types import F64
from .handles import handles
from .texts import Texts, digest_of_text
from .wire import events

RATE_HZ = 30.0
VALUES_MOST = 18_000
"""The most values of a lane: ten minutes at the full rate; a longer film has fewer a second."""
WIDE = 1000.0
"""The range from which on the reach of the curve is shown instead."""

_UNITS = {Unit.HERTZ: "Hz", Unit.RATE: "Hz", Unit.SECONDS: "s", Unit.DECIBELS: "dB", Unit.GAIN: "x"}
_ENDINGS = {parameter.name.rpartition(".")[2]: parameter.sign for parameter in PICTURE}
_ENDINGS |= {parameter.ending: parameter.sign for parameter in BUS}


def rate_for(duration_s: float) -> float:
    """The number of values per second with which a curve of that length is drawn."""
    return RATE_HZ if duration_s * RATE_HZ <= VALUES_MOST else VALUES_MOST / duration_s


def lanes_message(version: int, heard: Heard, texts: Texts) -> events.Lanes:
    """The lanes of a piece, and the digests of its texts."""
    end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
    rate_hz = rate_for(end_s)
    files = tuple(events.TextFile(name, digest_of_text(text)) for name, text in texts.by_name.items())
    return events.Lanes(version, rate_hz, files, drawn_lanes(heard, texts, rate_hz))


def drawn_lanes(heard: Heard, texts: Texts, rate_hz: float) -> tuple[events.Lane, ...]:
    """Every lane in written order; where a parameter has layers and no lane, one that rests comes before."""
    curves = LaneCurves(heard)
    end_s = float(heard.clock.end_s + heard.piece.score.tail_s)
    times_s = np.arange(int(end_s * rate_hz) + 1) / rate_hz
    lanes = heard.piece.lanes
    known = {lane.name for lane in lanes if lane.mode == "set"}
    found = []
    for k, lane in enumerate(lanes):
        if lane.name not in known:
            known.add(lane.name)
            rest = Lane(lane.name, lane.span)
            found.append(_whole(rest, curves.of(lane), curves, heard, texts, times_s))
        if lane.mode == "set":
            found.append(_whole(lane, curves.of(lane), curves, heard, texts, times_s))
        else:
            found.append(_layer(lane, k, curves, heard, texts, times_s))
    return tuple(found)


def _whole(
    lane: Lane, curve: Curve, curves: LaneCurves, heard: Heard, texts: Texts, times_s: F64
) -> events.Lane:
    """The curve of a parameter: the effective value, and the one without the lanes over it."""
    values = curve.values(times_s)
    own = own_curve(lane, curve, curves.lanes)
    is_mixed = curves.is_mixed(lane)
    is_laid_over = any(other.name == lane.name and other.mode != "set" for other in curves.lanes)
    low, high = _range(curve, values)
    return events.Lane(
        id=lane.name,
        name=lane.name,
        label="",
        file=texts.name_of(lane.span.file),
        line=lane.span.line,
        pointer=lane.pointer,
        mirror_of=lane.mirror_of or "",
        mode=lane.mode,
        low=low,
        high=high,
        unit=_unit(lane, heard.piece),
        values=_rounded(values),
        own=_rounded(own.values(times_s)) if is_laid_over and not is_mixed else (),
        nodes=() if is_mixed else handles(lane, own, heard.clock),
    )


def _layer(
    lane: Lane, number: int, curves: LaneCurves, heard: Heard, texts: Texts, times_s: F64
) -> events.Lane:
    """A lane that is laid over another one, by itself."""
    curve = curves.of(lane)
    is_mixed = any(curves.is_mixed(other) for other in heard.piece.lanes if other.name == lane.name)
    own = Curve() if is_mixed else own_curve(lane, curve, curves.lanes)
    values = own.values(times_s)
    low, high = _layer_range(lane, curve, values)
    return events.Lane(
        id=f"{lane.name} {lane.mode} {number}",
        name=lane.name,
        label=_label(lane),
        file=texts.name_of(lane.span.file),
        line=lane.span.line,
        pointer=lane.pointer,
        mirror_of="",
        mode=lane.mode,
        low=low,
        high=high,
        unit="x" if lane.mode == "multiply" else _unit(lane, heard.piece),
        values=() if is_mixed else _rounded(values),
        own=(),
        nodes=() if is_mixed else handles(lane, own, heard.clock),
    )


def _label(lane: Lane) -> str:
    """The composer's name for a lane that is laid over another one."""
    if lane.label or not lane.pointer:
        return lane.label or (lane.played.by.value if lane.played is not None else lane.name)
    parts = lane.pointer.removesuffix("/points").split("/")
    return parts[-1].replace("~1", "/").replace("~0", "~")


def _layer_range(lane: Lane, curve: Curve, values: F64) -> tuple[float, float]:
    """The range of values to add to a parameter, or to multiply it by: enough to go from end to end."""
    reached = float(np.abs(values).max(initial=0.0))
    if lane.mode == "multiply":
        return 0.0, max(4.0, 2 * reached)
    across = curve.high - curve.low
    most = across if isfinite(across) and across <= WIDE else 2 * max(reached, 1.0)
    return -most, most


def _rounded(values: F64) -> tuple[float, ...]:
    return tuple(np.round(values, 4).tolist())


def own_curve(lane: Lane, curve: Curve, lanes: Sequence[Lane]) -> Curve:
    """The curve of a lane alone, taken from its parameter with everything that is laid over it."""
    if lane.mode == "set":
        return replace(curve, layers=())
    same = [other for other in lanes if other.name == lane.name and other.mode == lane.mode]
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
