"""Bars, notes and lanes of a plan as files for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.timeline import Tempo, Timeline

KINDS = {
    "audacity": "-labels.txt",
    "srt": "-bars.srt",
    "csv": "-lanes.csv",
    "otio": ".otio",
    "edl": ".edl",
    "reaper": ".rpp",
    "xlights": ".xtiming",
    "osc": ".osc",
    "deforum": "-deforum.json",
}
"""Each kind of file, and how its name ends."""
FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def export_bytes(kind: str, timeline: Timeline) -> bytes:
    """The file of a kind."""
    from ..compiler.write.bridges import cues, deforum, edl, otio, reaper
    from ..compiler.write.markers import audacity, bar_subtitles

    if kind == "osc":
        return cues.osc(timeline)
    texts: dict[str, Callable[[Timeline], str]] = {
        "audacity": lambda of: audacity(of.bars, of.sections, of.duration_s),
        "srt": lambda of: bar_subtitles(of.bars, of.duration_s),
        "csv": lanes_csv,
        "otio": otio.otio,
        "edl": edl.edl,
        "reaper": reaper.reaper,
        "xlights": cues.xtiming,
        "deforum": deforum.deforum,
    }
    return texts[kind](timeline).encode()


def lanes_csv(timeline: Timeline) -> str:
    """Lanes at the middle of every frame: frame, seconds, bar, then a column for each lane."""
    import numpy as np

    from ..compiler.write.markers import bar_names

    times_s = timeline.frame_times_s()
    names = bar_names(timeline.bars)
    places = np.searchsorted([float(mark.start_s) for mark in timeline.bars], times_s, side="right") - 1
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    table.writerow(["frame", "seconds", "bar", *(_harmless(name) for name in timeline.lanes)])
    for k in range(timeline.frame_count):
        bar = names[places[k]] if places[k] >= 0 else ""
        values = (f"{column[k]:.9g}" for column in timeline.lanes.values())
        table.writerow([k, f"{times_s[k]:.6f}", bar, *values])
    return text.getvalue()


def tempi_of(clock: Clock, start_s: Fraction, end_s: Fraction) -> list[Tempo]:
    """Each change of tempo or metre in the film, from what holds at its first frame."""
    from ..compiler.write.bridges.timeline import Tempo

    moments = {*clock.tempo_starts_qn, *(measure.start_qn for measure in clock.measures)}
    found: list[Tempo] = []
    for at_qn in sorted(moments):
        at_s = clock.seconds(at_qn)
        if at_s >= end_s or at_qn >= clock.end_qn:
            break
        meter = clock.measures[clock.measure_index(at_qn)].meter
        tempo = Tempo(max(at_s - start_s, Fraction(0)), 60 / clock.pace(at_qn), meter)
        if found and found[-1].at_s == tempo.at_s:
            found[-1] = tempo
        elif not found or replace(tempo, at_s=found[-1].at_s) != found[-1]:
            found.append(tempo)
    return found


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(FORMULAS) else name
