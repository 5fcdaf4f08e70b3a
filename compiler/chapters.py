"""Rehearsal marks as the chapters of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plan import Chapter

if TYPE_CHECKING:
    from .time.clock import Clock
    from .time.passage import Film

MOST = 1000
"""The most chapters, and the most characters of a title, that files and players hold."""
TITLE_MOST = 200


def chapters_of(clock: Clock, film: Film) -> tuple[Chapter, ...]:
    """The marks of the score that are in the film, from its first frame, each place once.

    The chapter in which a passage begins is named by the mark before it. What comes before the first mark
    is a chapter of its own, called by the first bar, because players show none that begins later than the
    film.
    """
    found: dict[object, Chapter] = {}
    before = ""
    for mark in sorted(clock.marks, key=lambda mark: mark.onset_qn):
        start_s = clock.seconds(mark.onset_qn)
        title = " ".join(mark.name.split())[:TITLE_MOST]
        if start_s <= film.start_s:
            before = title
        elif start_s < film.end_s and title:
            found.setdefault(start_s, Chapter(title, start_s - film.start_s))
    if not found and not before:
        return ()
    first = next((m.bar for m in clock.measures if clock.seconds(m.end_qn) > film.start_s), 1)
    opening = Chapter(before or f"bar {first}", film.start_s - film.start_s)
    return (opening, *found.values())[:MOST]
