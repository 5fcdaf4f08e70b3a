"""Parseq documents: the fields of a schedule as values at every frame.

A document that Parseq rendered holds `rendered_frames`, which are taken as they are: nothing is worked
out again. One that was only saved holds `keyframes`, each with a value and, under `FIELD_i`, how the
field goes on: `L` straight, as where nothing is written, `S` a step. (github.com/rewbs/sd-parseq,
0.1.94.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .deforum import FIELDS_MOST, FRAMES_MOST, ScheduleError

if TYPE_CHECKING:
    from ....store.values.array_types import F64


_STRAIGHT, _STEP = "L", "S"
_DERIVED = ("_delta", "_pc")


def is_parseq(document: Any) -> bool:
    """Whether a JSON document is one of Parseq's."""
    return (
        isinstance(document, dict) and isinstance(document.get("keyframes"), list) and "options" in document
    )


def parseq_fps(document: Mapping[str, Any]) -> float | None:
    """The frames a second that it is written for."""
    options = document.get("options")
    try:
        fps = float(options["output_fps"]) if isinstance(options, dict) else 0.0
    except (KeyError, TypeError, ValueError):
        return None
    return fps if 0 < fps <= 1000 else None


def parseq_fields(document: Mapping[str, Any]) -> tuple[dict[str, F64], tuple[str, ...]]:
    """The values of each field at every frame, and what is taken as straight lines that is none.

    Raises ScheduleError for a document without frames, or with too many.
    """
    rendered = document.get("rendered_frames")
    if isinstance(rendered, list) and rendered:
        return _rendered(_rows(rendered)), ()
    rows = _rows(document["keyframes"])
    found: dict[str, F64] = {}
    bent: dict[str, None] = {}
    for name in _names(rows):
        found[name] = _interpolated(name, rows, bent)
    return found, tuple(bent)


def _rows(written: Sequence[Any]) -> list[tuple[int, Mapping[str, Any]]]:
    rows = [(_number(row.get("frame")), row) for row in written if isinstance(row, dict)]
    known: list[tuple[int, Mapping[str, Any]]] = [
        (int(at), row) for at, row in rows if at is not None and 0 <= at < 2**31
    ]
    known.sort(key=lambda row: row[0])
    if not known:
        raise ScheduleError("it has no keyframe with a number under `frame`")
    if known[-1][0] >= FRAMES_MOST:
        raise ScheduleError(f"it has {known[-1][0] + 1:,} frames; at most {FRAMES_MOST:,} are read")
    return known


def _names(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[str]:
    names = dict.fromkeys(
        name
        for _, row in rows
        for name, value in row.items()
        if name not in ("frame", "gridData") and not name.endswith(_DERIVED) and _number(value) is not None
    )
    return list(names)[:FIELDS_MOST]


def _rendered(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, F64]:
    frames = np.arange(rows[-1][0] + 1)
    return {name: _lines(name, rows, frames) for name in _names(rows)}


def _lines(name: str, rows: Sequence[tuple[int, Mapping[str, Any]]], frames: Any) -> F64:
    points = dict(_points(name, rows))
    return np.asarray(np.interp(frames, list(points), list(points.values())))


def _points(name: str, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[int, float]]:
    for at, row in rows:
        value = _number(row.get(name))
        if value is not None:
            yield at, value


def _interpolated(name: str, rows: Sequence[tuple[int, Mapping[str, Any]]], bent: dict[str, None]) -> F64:
    values = _lines(name, rows, np.arange(rows[-1][0] + 1))
    points = dict(_points(name, rows))
    stops = [*list(points)[1:], rows[-1][0] + 1]
    way = _STRAIGHT
    ways = {at: str(row[f"{name}_i"]).strip() for at, row in rows if row.get(f"{name}_i")}
    waiting = sorted(ways.items(), reverse=True)
    for at, following in zip(points, stops, strict=True):
        while waiting and waiting[-1][0] <= at:
            way = waiting.pop()[1]
        if way == _STEP:
            values[at:following] = points[at]
        elif way != _STRAIGHT:
            bent[f"{name}: {way[:40]}"] = None
    return values


def _number(value: Any) -> float | None:
    """A finite number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if np.isfinite(number) else None
