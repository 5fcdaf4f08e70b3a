"""Reaper projects (.rpp): the tempo map, bars as markers, sections as regions.

A project is a tree of lines: `TEMPO` with quarter notes per minute and the metre, `TEMPOENVEX` with a
point for each change (seconds, tempo, 1 for a step, 65536 times the metre's denominator plus its
numerator), `MARKER` with a number, seconds, a name, and 1 for the start and the end of a region.
"""

from .timeline import Tempo, Timeline

_STEP = 1
"""The shape of a point: the tempo stays until the next one."""


def reaper(timeline: Timeline) -> str:
    """The timeline as an .rpp file."""
    lines = ['<REAPER_PROJECT 0.1 "6.0" 0']
    if timeline.tempi:
        first = timeline.tempi[0]
        meter = f"{first.meter.numerator} {first.meter.denominator}"
        lines.append(f"  TEMPO {float(first.quarters_per_minute):.9g} {meter}")
        lines.append("  <TEMPOENVEX")
        lines += [f"    PT {_point(tempo)}" for tempo in timeline.tempi]
        lines.append("  >")
    for number, (start_s, _, name) in enumerate(timeline.bar_spans(), 1):
        lines.append(f"  MARKER {number} {float(start_s):.9f} {_quoted(name)} 0")
    for number, (start_s, end_s, name) in enumerate(timeline.section_spans(), 1):
        lines.append(f"  MARKER {number} {float(start_s):.9f} {_quoted(name)} 1")
        lines.append(f'  MARKER {number} {float(end_s):.9f} "" 1')
    return "\n".join([*lines, ">", ""])


def _point(tempo: Tempo) -> str:
    meter = tempo.meter.denominator * 65536 + tempo.meter.numerator
    return f"{float(tempo.at_s):.9f} {float(tempo.quarters_per_minute):.9g} {_STEP} {meter}"


def _quoted(text: str) -> str:
    """One word to Reaper: in quotation marks, of which the text keeps none."""
    return '"' + " ".join(text.split()).replace('"', "'") + '"'
