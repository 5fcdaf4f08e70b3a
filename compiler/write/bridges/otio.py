"""OpenTimelineIO: the film as one clip, with a marker for each bar and section.

The schemas are those of OpenTimelineIO 0.18: Timeline.1, Stack.1, Track.1, Clip.2, ExternalReference.1,
Marker.2 (https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-serialized-schema.html). It
knows no lanes: their values at every frame are in the timeline's metadata, under `musicvis`.
"""

import json
from fractions import Fraction
from typing import Any

from .timeline import Timeline

_BAR, _SECTION = "GREEN", "RED"


def otio(timeline: Timeline) -> str:
    """The timeline as an .otio file."""
    rate = float(timeline.fps)

    def time(frames: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(frames)}

    def span(start_s: Fraction, end_s: Fraction) -> dict[str, Any]:
        first, last = round(start_s * timeline.fps), round(end_s * timeline.fps)
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(first), "duration": time(last - first)}

    def marker(start_s: Fraction, end_s: Fraction, name: str, color: str) -> dict[str, Any]:
        marked = span(start_s, end_s)
        return {
            "OTIO_SCHEMA": "Marker.2",
            "name": name,
            "color": color,
            "marked_range": marked,
            "metadata": {},
        }

    whole = span(Fraction(0), timeline.duration_s)
    markers = [marker(*section, _SECTION) for section in timeline.section_spans()]
    markers += [marker(*bar, _BAR) for bar in timeline.bar_spans()]
    markers.sort(key=lambda one: one["marked_range"]["start_time"]["value"])
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": timeline.film,
        "available_range": whole,
        "target_url": timeline.film,
        "metadata": {},
    }
    clip = {
        "OTIO_SCHEMA": "Clip.2",
        "name": timeline.title,
        "source_range": whole,
        "effects": [],
        "markers": markers,
        "enabled": True,
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
        "metadata": {},
    }
    track: dict[str, Any] = {
        "OTIO_SCHEMA": "Track.1",
        "name": "film",
        "kind": "Video",
        "children": [clip],
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "metadata": {},
    }
    stack: dict[str, Any] = {
        "OTIO_SCHEMA": "Stack.1",
        "name": "tracks",
        "children": [track],
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "metadata": {},
    }
    lanes = {name: [float(f"{value:.9g}") for value in values] for name, values in timeline.lanes.items()}
    whole_file = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": timeline.title,
        "global_start_time": None,
        "tracks": stack,
        "metadata": {"musicvis": {"lanes": lanes}},
    }
    return json.dumps(whole_file, indent=1, ensure_ascii=False) + "\n"
