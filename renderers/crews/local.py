"""Chooses the crew for the segments of a film: as many workers as the machine has and the work needs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ..film.segment_nodes import SegmentJob
from ..generators.sources import is_found_everywhere
from .inline import InlineCrew
from .job import OnFrames, Say, Studio
from .processes import ProcessCrew
from .threads import ThreadCrew, gpu_gate

if TYPE_CHECKING:
    from ...store.store import Store
    from ..generators.identity import Recipe
    from ..generators.protocol import Generator


class Crew(Protocol):
    """A renderer of segments."""

    def work(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Renders all of them into the store; returns when they are there.

        on_frames   told how many frames more are finished, less where work was lost
        say         told once what makes the images

        Raises PieceError where one cannot be rendered, OSError where the store cannot be written.
        """
        ...


def local_crew(
    recipe: Recipe,
    store: Store,
    jobs: Sequence[SegmentJob],
    workers: int | None,
    generator: Generator | None = None,
) -> Crew:
    """The crew of this machine for that many segments.

    workers     processes on a CPU, encoders before a GPU; None for one for each core
    generator   in place of the one that the piece names: it stays in this process
    """
    hands = min(workers or core_count(), len(jobs))
    if recipe.device.startswith("cuda"):
        return ThreadCrew(Studio(recipe, store, generator, gpu_gate()), max(1, hands))
    # A generator that this program has registered is unknown to a spawned process.
    is_here_alone = generator is not None or not all(is_found_everywhere(job.picture) for job in jobs[:1])
    if is_here_alone or hands < 2:
        return InlineCrew(Studio(recipe, store, generator))
    return ProcessCrew(recipe, store.folder, hands)


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
