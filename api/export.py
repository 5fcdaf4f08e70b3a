"""Bars, notes and lanes of a plan as files for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.time.clock import Clock
    from ..compiler.write.bridges.timeline import Tempo, Timeline

FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file for other programs: how its name ends, what it holds, and who writes it."""

    ending: str
    says: str
    write: Callable[[Timeline], str | bytes]


def _audacity(of: Timeline) -> str:
    from ..compiler.write.markers import audacity

    return audacity(of.bars, of.sections, of.duration_s)


def _subtitles(of: Timeline) -> str:
    from ..compiler.write.markers import bar_subtitles

    return bar_subtitles(of.bars, of.duration_s)


def _otio(of: Timeline) -> str:
    from ..compiler.write.bridges.otio import otio

    return otio(of)


def _edl(of: Timeline) -> str:
    from ..compiler.write.bridges.edl import edl

    return edl(of)


def _reaper(of: Timeline) -> str:
    from ..compiler.write.bridges.reaper import reaper

    return reaper(of)


def _xtiming(of: Timeline) -> str:
    from ..compiler.write.bridges.cues import xtiming

    return xtiming(of)


def _osc(of: Timeline) -> bytes:
    from ..compiler.write.bridges.cues import osc

    return osc(of)


def _deforum(of: Timeline) -> str:
    from ..compiler.write.bridges.deforum import deforum

    return deforum(of)


KINDS = {
    "audacity": Kind("-labels.txt", "bars and sections as labels", _audacity),
    "srt": Kind("-bars.srt", "bars as subtitles", _subtitles),
    "csv": Kind("-lanes.csv", "every lane at every frame", lanes_csv),
    "otio": Kind(".otio", "the film with a marker for each bar", _otio),
    "edl": Kind(".edl", "the film with a marker for each bar", _edl),
    "reaper": Kind(".rpp", "tempo map, markers and regions", _reaper),
    "xlights": Kind(".xtiming", "timing tracks of bars and notes", _xtiming),
    "osc": Kind(".osc", "notes and lanes as bundles", _osc),
    "deforum": Kind("-deforum.json", "lanes as schedules", _deforum),
}
"""Each kind of file; help, names of files and the Python interface follow it."""

LANES_ALONE = ("csv", "deforum")
"""Kinds that are empty without a lane."""


def export_bytes(kind: str, timeline: Timeline) -> bytes:
    """The file of a kind."""
    made = KINDS[kind].write(timeline)
    return made if isinstance(made, bytes) else made.encode()
