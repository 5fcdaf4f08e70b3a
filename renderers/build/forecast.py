"""What a compile would make, why, and how long that will take: nothing is made to find out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from ...store.node import Node
from ..generators.identity import Recipe
from .history import Past, changes, remembered
from ..film.segment_nodes import segment_jobs

if TYPE_CHECKING:
    from ...compiler.plan import Plan
    from ...store.store import Store
    from ..sound.mix.nodes import Lookup


@dataclass(frozen=True, slots=True)
class Item:
    """One node, as a compile would find it.

    why       what it reads otherwise than last time; None where nothing like it was made before
    seconds   what making it will take, as far as that was ever measured; 0 where it is there
    frames    of a segment
    """

    stage: str
    name: str
    is_there: bool
    why: tuple[str, ...] | None = None
    seconds: float | None = None
    frames: int = 0


def film_nodes(plan: Plan, recipe: Recipe, store: Lookup) -> list[tuple[str, str, Node | None, int]]:
    """Stage, name, node and frames of all in a film; no node where another must be made first."""
    from ..sound.mix.nodes import FileDigests, known_nodes

    keeps = [any(send.is_before for send in bus.sends) for bus in plan.sound.buses]
    known = known_nodes(plan.sound, store, keeps, FileDigests())
    jobs = segment_jobs(plan, recipe)
    return [(item.stage, item.name, item.node, 0) for item in known] + [
        (job.node.stage, job.node.name, job.node, job.frame_count) for job in jobs
    ]


def outlook(plan: Plan, recipe: Recipe, store: Store, film: str) -> list[Item]:
    """Every node of a film, and what is to be made of them.

    film   what tells the films of a user apart: reasons are given against the last build of this one

    Raises PieceError for input that cannot be used.
    """
    past = remembered(store, film)
    nodes = film_nodes(plan, recipe, store)
    a_frame = _seconds_a_frame(store, nodes, past)
    return [_item(stage, name, node, frames, store, past, a_frame) for stage, name, node, frames in nodes]


def _item(
    stage: str,
    name: str,
    node: Node | None,
    frames: int,
    store: Store,
    past: Past,
    seconds_a_frame: float | None,
) -> Item:
    if node is not None and store.has(node.key):
        return Item(stage, name, True, seconds=0.0, frames=frames)
    if stage == "segment":
        seconds = None if seconds_a_frame is None else seconds_a_frame * frames
    else:
        took = [b.seconds for b in past if (b.stage, b.name) == (stage, name) and b.seconds is not None]
        seconds = took[-1] if took else None
    why = ("what comes before it",) if node is None else changes(node, past)
    return Item(stage, name, False, why, seconds, frames)


def _seconds_a_frame(
    store: Store, nodes: Sequence[tuple[str, str, Node | None, int]], past: Past
) -> float | None:
    """What a frame takes one process, as measured on segments of this film, or of the one before it."""
    measured = []
    for stage, _, node, frames in nodes:
        if stage == "segment" and node is not None and frames:
            seconds = (store.facts(node.key) or {}).get("seconds")
            if isinstance(seconds, int | float):
                measured.append(seconds / frames)
    if not measured:
        # The last build had other frames, of about the same cost; its segments are a second or two long.
        took = [b.seconds for b in past if b.stage == "segment" and b.seconds is not None]
        lengths = [frames for stage, _, _, frames in nodes if stage == "segment"]
        if took and lengths:
            measured = [median(took) / median(lengths)]
    return median(measured) if measured else None


def seconds_to_make(items: Sequence[Item], hands: int) -> float | None:
    """How long all of it will take so many processes; None where some of it was never measured."""
    wanted = [item for item in items if not item.is_there]
    if any(item.seconds is None for item in wanted):
        return None
    picture = sum(item.seconds or 0.0 for item in wanted if item.stage == "segment")
    sound = sum(item.seconds or 0.0 for item in wanted if item.stage != "segment")
    return picture / max(1, hands) + sound
