"""Bars and sections as files for other programs: Audacity's labels, and subtitles that count the bars."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from .subtitles import srt_clock

if TYPE_CHECKING:
    from ..plan import BarMark, Chapter

Span = tuple[Fraction, Fraction, str]
"""A bar: its start and its end in seconds of the film, and its name."""


def bar_names(bars: Sequence[BarMark]) -> list[str]:
    """The name of each bar: its number, and its pass if it is repeated."""
    return [str(m.bar) if m.pass_number == 1 else f"{m.bar} (time {m.pass_number})" for m in bars]


def audacity(bars: Sequence[Span], chapters: Sequence[Chapter]) -> str:
    """Audacity's label track: start, end and text between tabs, in seconds, ascending.

    A bar is a label of its length; a section is one without a length, before the bar that begins with it.
    The format: https://manual.audacityteam.org/man/importing_and_exporting_labels.html.
    """
    rows = [(chapter.start_s, chapter.start_s, f"[{chapter.title}]") for chapter in chapters]
    rows += bars
    rows.sort(key=lambda row: row[:2])
    return "".join(f"{float(a):.6f}\t{float(b):.6f}\t{_plain(text)}\n" for a, b, text in rows)


def bar_subtitles(bars: Sequence[Span]) -> str:
    """SubRip subtitles that say which bar is played."""
    return "\n".join(
        f"{number}\n{srt_clock(start_s)} --> {srt_clock(end_s)}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(bars, 1)
    )


def _plain(text: str) -> str:
    """On one line, without the tabs that part the columns."""
    return " ".join(text.split())
