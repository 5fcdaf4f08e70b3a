"""CMX 3600 edit decision lists: the film as one event, bars and sections as locators.

The form is that of the CMX 3600 (SMPTE 258M): an event line of 8 fields, comments that begin with `*`;
a locator is `* LOC: TIMECODE COLOUR NAME`, as Avid and DaVinci Resolve write and read it. Time code
counts whole frames a second without dropping: a film of 30000/1001 frames counts 30.
"""

from math import ceil

from .timeline import Timeline

_BAR, _SECTION = "GREEN", "RED"
_START_S = 3600
"""Programmes begin at one hour by custom, so that a leader has room before them."""


def edl(timeline: Timeline) -> str:
    """The timeline as an .edl file."""
    rate = ceil(timeline.fps)
    first = _START_S * rate
    source = _code(0, rate), _code(timeline.frame_count, rate)
    record = _code(first, rate), _code(first + timeline.frame_count, rate)
    marks = [(start_s, _SECTION, name) for start_s, _, name in timeline.section_spans()]
    marks += [(start_s, _BAR, name) for start_s, _, name in timeline.bar_spans()]
    lines = [
        f"TITLE: {_plain(timeline.title)}",
        "FCM: NON-DROP FRAME",
        "",
        f"001  AX       V     C        {' '.join((*source, *record))}",
        f"* FROM CLIP NAME: {_plain(timeline.film)}",
    ]
    for start_s, color, name in sorted(marks, key=lambda mark: mark[0]):
        at = _code(first + round(start_s * timeline.fps), rate)
        lines.append(f"* LOC: {at} {color:<7} {_plain(name)}")
    return "\r\n".join(lines) + "\r\n"


def _code(frames: int, rate: int) -> str:
    seconds, frame = divmod(frames, rate)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}:{frame:02d}"


def _plain(text: str) -> str:
    """On one line, in the letters that every reader of lists takes."""
    return " ".join(text.split()).encode("ascii", "replace").decode() or "untitled"
