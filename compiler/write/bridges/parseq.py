"""Parseq documents: the fields of a schedule as values at every frame.

A document that Parseq rendered holds `rendered_frames`, which are taken as they are: nothing is worked
out again. One that was only saved holds `keyframes`, each with a value and, under `FIELD_i`, how the
field goes on: `L` straight, as where nothing is written, `S` a step. (github.com/rewbs/sd-parseq,
0.1.112.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .deforum import FIELDS_MOST, FRAMES_MOST, ScheduleError, known_fps
from .straight import corners
from .timeline import BridgeError, Timeline

if TYPE_CHECKING:
    from ....store.values.array_types import F64


_STRAIGHT, _STEP = "L", "S"
_DERIVED = ("_delta", "_pc")
_NO_FIELDS = ("frame", "gridData", "info")
"""The keys of a row that are not fields: its number, the table's own data, and a remark."""
_NO_LETTER = re.compile(r"\W", re.ASCII)
TOLERANCE = 1e-5
"""The tolerance of the lines between keyframes, as a share of the lane's range."""
KEYFRAMES_LEAST = 2
"""The fewest keyframes of a document that Parseq renders."""
_SHOWN = 5
"""The most fields of a document that Parseq shows."""
_USUAL_BPM = 120.0


def is_parseq(document: Any) -> bool:
    """Whether a JSON document is from Parseq: saved, rendered, or reduced to its rendered frames."""
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("keyframes"), list) and "options" in document:
        return True
    return any(
        isinstance(rows := document.get(key), list)
        and bool(rows)
        and isinstance(rows[0], dict)
        and "frame" in rows[0]
        for key in ("rendered_frames", "keyframes")
    )


def parseq_fps(document: Mapping[str, Any]) -> float | None:
    """The frames a second that it is written for."""
    options = document.get("options")
    return known_fps(_number(options.get("output_fps")) if isinstance(options, dict) else None)


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


def parseq(timeline: Timeline) -> str:
    """Every lane as a field of a rendered document, which Deforum reads, too.

    The keyframes are where the straight lines of the lane meet, and bars and sections are remarks. The
    rendered frames hold the lane's own values, with what Parseq works out of them: `_delta` is the step from
    the frame before (of `zoom` 1 and the step), `_pc` the percentage of the largest value. Prompts are left
    to Deforum.

    Raises BridgeError for a lane whose name cannot be a field, and for a film of one frame.
    """
    if timeline.frame_count < KEYFRAMES_LEAST:
        raise BridgeError(
            f"Parseq needs {KEYFRAMES_LEAST} keyframes, and this has one frame", "make it longer"
        )
    fields = {_field(name): values for name, values in timeline.lanes.items()}
    if len(fields) < len(timeline.lanes):
        raise BridgeError("two lanes would be one field", "name each: --lane visuals.zoom=zoom")
    rows: dict[int, dict[str, Any]] = {}
    for at_s, _, name in sorted([*timeline.section_spans(), *timeline.bar_spans()], key=lambda span: span[0]):
        frame = min(round(at_s * timeline.fps), timeline.frame_count - 1)
        row = rows.setdefault(frame, {})
        row["info"] = f"{row['info']}, {name}" if "info" in row else name
    for name, values in fields.items():
        for frame in corners(values, TOLERANCE * float(np.ptp(values))):
            rows.setdefault(frame, {})[name] = _written(values[frame])
        rows[0][f"{name}_i"] = _STRAIGHT
    document = {
        "meta": {"generated_by": "musicvis", "version": "1", "docName": timeline.title, "generated_at": ""},
        "options": {
            "bpm": float(timeline.tempi[0].quarters_per_minute) if timeline.tempi else _USUAL_BPM,
            "output_fps": float(timeline.fps),
            "cadence": 1,
        },
        "prompts": _no_prompts(timeline.frame_count),
        "managedFields": list(fields),
        "displayedFields": list(fields)[:_SHOWN],
        "timeSeries": [],
        "keyframeLock": "frames",
        "reverseRender": False,
        "keyframes": [{"frame": frame, **rows[frame]} for frame in sorted(rows)],
        "rendered_frames": _rendered_frames(fields, timeline.frame_count),
        "rendered_frames_meta": {
            name: {
                "max": _written(np.abs(values).max()),
                "min": _written(values.min()),
                "isFlat": bool(np.ptp(values) == 0),
            }
            for name, values in fields.items()
        },
    }
    return json.dumps(document, indent=None, ensure_ascii=False) + "\n"


def _field(name: str) -> str:
    """A lane's name as that of a field: in letters, digits and `_`, as Parseq's language has names."""
    found = _NO_LETTER.sub("_", name)
    taken = (*_NO_FIELDS, "prompt", "deforum_prompt")
    if not found or found[0].isdigit() or found in taken or found.endswith(("_i", *_DERIVED)):
        raise BridgeError(
            f"{name} cannot be the name of a field of Parseq", f"name another: --lane {name}=strength"
        )
    return found


def _rendered_frames(fields: Mapping[str, F64], frame_count: int) -> list[dict[str, Any]]:
    columns: dict[str, F64] = {}
    for name, values in fields.items():
        steps = np.diff(values, prepend=0.0)
        if name == "zoom":
            steps[1:] += 1.0
        largest = float(np.abs(values).max())
        columns |= {
            name: values,
            f"{name}_delta": steps,
            f"{name}_pc": values / largest * 100.0 if largest else values,
        }
    return [
        {"frame": k, **{name: _written(values[k]) for name, values in columns.items()}}
        for k in range(frame_count)
    ]


def _no_prompts(frame_count: int) -> dict[str, Any]:
    whole = {"allFrames": True, "from": 0, "to": frame_count - 1}
    overlap = {"type": "none", "inFrames": 0, "outFrames": 0, "custom": ""}
    common = {"name": "Common", "positive": "", "negative": "", **whole, "overlap": overlap}
    return {
        "format": "v2",
        "enabled": False,
        "promptList": [],
        "commonPrompt": common,
        "commonPromptPos": "append",
    }


def _written(value: float) -> float:
    return float(f"{value:.9g}")


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
        if name not in _NO_FIELDS and not name.endswith(_DERIVED) and _number(value) is not None
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
