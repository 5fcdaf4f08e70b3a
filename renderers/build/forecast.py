"""Forecasts what a compile would make, why, and how long it will take; makes nothing to find out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from ...store.graph import Known, Task, walked
from ..film.graph import segment_task
from ..film.segment_nodes import segment_jobs
from ..generators.identity import Recipe
from .history import Past, changes, remembered
from .item import Item

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan, Plan
    from ...store.store import Store


def film_outline(plan: Plan, recipe: Recipe) -> list[Task]:
    """The tasks of a film that a report names, with what they need: the mix, videos, the score, the segments.

    Raises PieceError for input that cannot be used.
    """
    from ..sound.mix.graph import sound_graph

    segments = map(segment_task, segment_jobs(plan, recipe))
    return [sound_graph(plan.sound).mix, *seen_tasks(plan.picture), *segments]


def seen_tasks(picture: PicturePlan) -> list[Task]:
    """Videos and the score: each is made once, by the renderer of its first segment."""
    return [*_clip_tasks(picture), *_sheet_tasks(picture)]


def _sheet_tasks(picture: PicturePlan) -> list[Task]:
    """The engraved score."""
    if picture.score is None:
        return []
    from ..engraving.sheet_nodes import sheet_task

    return [sheet_task(picture.score, picture.width_px, picture.height_px)]


def _clip_tasks(picture: PicturePlan) -> list[Task]:
    """The own videos that are visible, each part once."""
    from ..decoding.clips import clip_task, part_of
    from ..generators.embedded.own_files import own_side_px
    from ..generators.sources import image_size

    side_px = own_side_px(image_size(picture))
    seen = set(picture.class_indices[picture.class_weights.any(axis=0)].tolist())
    parts = {
        part_of(own): own for own in reversed(picture.pictures) if own.clip is not None and own.index in seen
    }
    return [clip_task(own, side_px) for own in reversed(parts.values())]


def outlook(plan: Plan, recipe: Recipe, store: Store, film: str) -> list[Item]:
    """Every node of a film, and whether it has to be made.

    film   what tells the films of a user apart: reasons are given against the last build of this one

    Raises PieceError for input that cannot be used.
    """
    past = remembered(store, film)
    found = walked(film_outline(plan, recipe), store)
    a_frame = _seconds_a_frame(store, found, past)
    return [_item(known, past, a_frame) for known in found]


def _item(known: Known, past: Past, seconds_a_frame: float | None) -> Item:
    stage, name, frames = known.task.stage, known.task.name, known.task.frames
    if known.is_there:
        return Item(stage, name, True, seconds=0.0, frames=frames)
    if stage == "segment":
        seconds = None if seconds_a_frame is None else seconds_a_frame * frames
    else:
        took = [b.seconds for b in past if (b.stage, b.name) == (stage, name) and b.seconds is not None]
        seconds = took[-1] if took else None
    was_made = any((before.stage, before.name) == (stage, name) for before in past)
    why = changes(known.node, past) if known.node is not None else ("an input changed",) if was_made else None
    return Item(stage, name, False, why, seconds, frames)


def _seconds_a_frame(store: Store, found: Sequence[Known], past: Past) -> float | None:
    """The seconds per frame of one process, measured on segments of this film, or of the one before it."""
    measured = []
    segments = [known for known in found if known.task.frames]
    for known in segments:
        if known.node is not None:
            seconds = (store.facts(known.node.key) or {}).get("seconds")
            if isinstance(seconds, int | float):
                measured.append(seconds / known.task.frames)
    if not measured:
        # The last build had other frames, of about the same cost; its segments are a second or two long.
        took = [b.seconds for b in past if b.stage == "segment" and b.seconds is not None]
        lengths = [known.task.frames for known in segments]
        if took and lengths:
            measured = [median(took) / median(lengths)]
    return median(measured) if measured else None


def seconds_to_make(items: Sequence[Item], hands: int) -> float | None:
    """The time until everything is made with that many processes; None if some of it was never measured."""
    wanted = [item for item in items if not item.is_there]
    # To decode a video takes little beside its segments: a second of 1080 rows takes one core a second.
    # To engrave a score takes a few seconds.
    if any(item.seconds is None for item in wanted if item.stage not in ("clip", "sheet")):
        return None
    picture = sum(item.seconds or 0.0 for item in wanted if item.stage == "segment")
    sound = sum(item.seconds or 0.0 for item in wanted if item.stage != "segment")
    return picture / max(1, hands) + sound
