"""The order of rendering: the visible part first, and a first view of the whole before the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .wire import events, requests

LEVELS: tuple[events.Level, ...] = ("none", "still", "coarse", "draft", "full")
"""From nothing to the film's own quality."""
BEHIND = 3.0
"""The factor for distances behind the playhead: they count as that many times as far as ahead of it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One segment, by its number, at one level."""

    index: int
    level: events.Level


@dataclass(frozen=True, slots=True)
class Whole:
    """A segment in the film's own quality: its path, and whether it exists."""

    s: float
    end_s: float
    is_there: bool


def rank(level: events.Level) -> int:
    """The rank of a quality level: higher is better."""
    return LEVELS.index(level)


def wanted(
    segments: Sequence[events.Segment],
    look: requests.Look,
    failed: Collection[Task] = (),
    full: Sequence[Whole] = (),
) -> list[Task]:
    """Everything that is still to be made, in order.

    A picture of the playhead's place; every third frame of what is visible, then all of its frames; then the
    same of the rest; at last what is visible in the film's own quality, where that is asked for.

    failed   what could not be made, and is not tried again
    full     the segments at full quality, where these are asked for
    """
    return wanted_by_all(segments, (look,), failed, full)


def wanted_by_all(
    segments: Sequence[events.Segment],
    looks: Sequence[requests.Look],
    failed: Collection[Task] = (),
    full: Sequence[Whole] = (),
) -> list[Task]:
    """The tasks for several pages, the one that moved last first.

    Each page has a picture of its playhead before any of them has more; so it goes on, stage by stage.
    """
    found: dict[Task, None] = {}
    for stages in zip(*(_stages(segments, look, full) for look in looks), strict=True):
        for turn in zip_longest(*stages):
            found |= dict.fromkeys(task for task in turn if task is not None and task not in failed)
    return list(found)


def _stages(
    segments: Sequence[events.Segment], look: requests.Look, full: Sequence[Whole]
) -> tuple[list[Task], ...]:
    """The tasks that one page wants, in six stages."""
    near = [k for k, segment in enumerate(segments) if _is_near(segment.s, segment.end_s, look)]
    near.sort(key=lambda k: _distance(segments[k].s, segments[k].end_s, look))
    chosen = set(near)
    far = [k for k in range(len(segments)) if k not in chosen]
    far.sort(key=lambda k: _distance(segments[k].s, segments[k].end_s, look))
    here = [k for k in near if segments[k].s <= look.s < segments[k].end_s][:1]

    def lacking(numbers: Sequence[int], level: events.Level) -> list[Task]:
        least = rank(level)
        return [Task(k, level) for k in numbers if rank(segments[k].level) < least]

    wholes = full if look.full else ()
    seen = [k for k, one in enumerate(wholes) if not one.is_there and _is_near(one.s, one.end_s, look)]
    seen.sort(key=lambda k: _distance(full[k].s, full[k].end_s, look))
    return (
        lacking(here, "still"),
        lacking(near, "coarse"),
        lacking(near, "draft"),
        [Task(k, "full") for k in seen],
        lacking(far, "coarse"),
        lacking(far, "draft"),
    )


def must_stop(running: Task | None, order: Sequence[Task]) -> bool:
    """Whether the running job has to stop: nobody wants it now, or a picture at the playhead is missing."""
    if running is None:
        return False
    if running not in order:
        return True
    first = order[0]
    return first.level == "still" and running != first and running.level in ("draft", "full")


def _is_near(s: float, end_s: float, look: requests.Look) -> bool:
    if end_s > look.a and s < look.b:
        return True
    if look.loop is not None and end_s > look.loop[0] and s < look.loop[1]:
        return True
    return s <= look.s < end_s


def _distance(s: float, end_s: float, look: requests.Look) -> float:
    """The distance of a segment from the playhead: in a loop, its beginning follows its end."""
    at = look.s
    if s <= at < end_s:
        return 0.0
    if s >= at:
        return s - at
    if look.loop is not None and look.loop[0] <= at < look.loop[1] and end_s > look.loop[0]:
        return max(0.0, look.loop[1] - at) + max(0.0, s - look.loop[0])
    return (at - end_s) * BEHIND + 1e-6
