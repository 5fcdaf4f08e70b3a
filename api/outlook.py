"""Forecasts: what a render would make and why, and how two plans differ; renders nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compiler.plan import Plan
    from ..renderers.build.item import Item
    from ..renderers.generators.identity import Recipe
    from ..store.store import Store


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of a render: what it would find and what it would make; from `Plan.forecast`.

    items     the parts of the film, as stems, mix and segments: stage, name, is_there, why, frames, seconds
    seconds   about how long making the missing ones takes; None where nothing like it was ever measured
    """

    items: tuple[Item, ...]
    seconds: float | None

    @property
    def frames_to_make(self) -> int:
        """The number of frames that are still to be rendered."""
        return sum(item.frames for item in self.items if not item.is_there)


def recipe_of(plan: Plan, device: str = "auto", precision: str = "auto", backend: str = "auto") -> Recipe:
    """The recipe with which this machine would render a plan; raises PieceError for a missing device."""
    from ..renderers.film.codec import chosen_codec
    from ..renderers.generators.identity import Recipe, decided_device

    decided = decided_device(device)
    codec = chosen_codec(decided, plan.picture, f".{plan.container}", plan.codec)
    return Recipe(decided, precision, backend, codec)


def forecast_of(plan: Plan, recipe: Recipe, store: Store, film: str) -> Forecast:
    """The forecast of a render of a plan.

    film   what tells the films of a user apart: reasons are given against the last build of this one

    Raises PieceError for input that cannot be used.
    """
    from ..renderers.build.forecast import outlook, seconds_to_make
    from ..renderers.crews.local import core_count

    items = outlook(plan, recipe, store, film)
    missing = sum(item.stage == "segment" and not item.is_there for item in items)
    return Forecast(tuple(items), seconds_to_make(items, min(core_count(), max(1, missing))))


def differences(old: Plan, old_recipe: Recipe, new: Plan, new_recipe: Recipe) -> tuple[Item, ...]:
    """The parts of a new film; `is_there` marks those that the old film has, byte for byte.

    Raises PieceError for input that cannot be used.
    """
    from ..renderers.build.forecast import film_outline
    from ..renderers.build.history import changes, past_of
    from ..renderers.build.item import Item
    from ..store.graph import walked

    before = walked(film_outline(old, old_recipe), None)
    after = walked(film_outline(new, new_recipe), None)
    past = past_of([known.node for known in before if known.node is not None])
    keys = {known.node.key for known in before if known.node is not None}
    return tuple(
        Item(task.stage, task.name, node.key in keys, changes(node, past), frames=task.frames)
        for task, node in ((known.task, known.node) for known in after)
        if node is not None
    )
