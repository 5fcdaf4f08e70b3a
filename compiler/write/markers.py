"""Bars and sections as files for other programs: Audacity's labels, and subtitles that count the bars."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from .subtitles import srt_clock

if TYPE_CHECKING:
    from ..plan import BarMark, Chapter


def bar_names(bars: Sequence[BarMark]) -> list[str]:
    """The name of each bar: its number, and its pass if it is repeated."""
    return [str(m.bar) if m.pass_number == 1 else f"{m.bar} (time {m.pass_number})" for m in bars]


def audacity(bars: Sequence[BarMark], chapters: Sequence[Chapter], duration_s: Fraction) -> str:
    """Audacity's label track: start, end and text between tabs, in seconds, ascending.

    A bar is a label of its length; a section is one without a length, before the bar that begins with it.
    The format: https://manual.audacityteam.org/man/importing_and_exporting_labels.html.
    """
    rows = [(chapter.start_s, chapter.start_s, f"[{chapter.title}]") for chapter in chapters]
    rows += _bars(bars, duration_s)
    rows.sort(key=lambda row: row[:2])
    return "".join(f"{float(a):.6f}\t{float(b):.6f}\t{_plain(text)}\n" for a, b, text in rows)


def bar_subtitles(bars: Sequence[BarMark], duration_s: Fraction) -> str:
    """SubRip subtitles that say which bar is played."""
    return "\n".join(
        f"{number}\n{srt_clock(start_s)} --> {srt_clock(end_s)}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(_bars(bars, duration_s), 1)
    )


def _bars(bars: Sequence[BarMark], duration_s: Fraction) -> list[tuple[Fraction, Fraction, str]]:
    ends = [*(mark.start_s for mark in bars), duration_s][1:]
    names = bar_names(bars)
    return [(m.start_s, end_s, f"bar {name}") for m, end_s, name in zip(bars, ends, names, strict=True)]


def _plain(text: str) -> str:
    """On one line, without the tabs that part the columns."""
    return " ".join(text.split())
