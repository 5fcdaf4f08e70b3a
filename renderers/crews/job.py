"""A segment to be rendered, and the studio that renders it: the same in every kind of crew."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..film.segment_nodes import FAINT, VIDEO, SegmentJob
from ..generators.identity import Recipe

if TYPE_CHECKING:
    from ...compiler.plan import PicturePlan, ScorePlan
    from ...store.store import Store
    from ..engraving.sheet import Sheet
    from ..film.frames import Rendered
    from ..generators.protocol import Generator

OnFrames = Callable[[int], None]
"""A function that is called with the number of further finished frames."""
Say = Callable[[str], None]
"""A function that is called with a sentence."""


class Studio:
    """Renders segments into the store; the generator is made when the first one needs it.

    gate   entered by a thread while it makes images: a GPU takes only so many at a time
    """

    def __init__(
        self,
        recipe: Recipe,
        store: Store,
        generator: Generator | None = None,
        gate: AbstractContextManager[object] | None = None,
    ) -> None:
        self.recipe = recipe
        self.store = store
        self._generator = generator
        self._made_for: tuple[object, ...] | None = None
        self._drawn: tuple[str, Sheet] | None = None
        self._gate: AbstractContextManager[object] = gate or nullcontext()

    def prepare(self, picture: PicturePlan) -> str:
        """Makes the generator of a film unless it exists; returns its description in a line.

        Raises PieceError where it cannot be made.
        """
        asked = asked_of(picture)
        if self._generator is not None and self._made_for in (None, asked):
            return ""
        import torch

        from ..generators.biggan.precision import Computing
        from ..generators.choose import choose_generator

        recipe = self.recipe
        computing = Computing(recipe.precision, recipe.backend, 1)
        self._generator, said = choose_generator(
            picture, torch.device(recipe.device), computing, lambda: self.store
        )
        self._made_for = asked
        return said

    def render(self, job: SegmentJob, *, wait: bool, on_frames: OnFrames) -> bool:
        """Renders the segment into the store; returns whether it is there now.

        wait   where another process is rendering it: wait for that, or leave it

        Raises PieceError where the generator cannot be made, OSError where the store cannot be written.
        """
        from ...store.store import made
        from ..film.flashes import LOOKS

        def make() -> tuple[dict[str, Path], dict[str, Any]]:
            path = self.store.scratch(".mp4")
            started_s = time.perf_counter()
            try:
                rendered = self._render(job.picture, path, on_frames)
            except BaseException:
                # Stops a segment that is no longer wanted, and leaves nothing of it.
                path.unlink(missing_ok=True)
                raise
            facts = {
                "seconds": round(time.perf_counter() - started_s, 3),
                "frames": job.frame_count,
                "images": rendered.image_count,
                FAINT: rendered.faint,
                LOOKS: rendered.looks,
            }
            return {VIDEO: path}, facts

        return made(self.store, job.node, make, wait=wait) is not None

    def _render(self, picture: PicturePlan, path: Path, on_frames: OnFrames) -> Rendered:
        from ..encoding import QUALITIES
        from ..film.frames import Workshop, render_segment

        self.prepare(picture)
        assert self._generator is not None
        return render_segment(
            Workshop.of(picture, self._generator, self._sheet),
            path,
            QUALITIES[picture.quality],
            self.recipe.codec,
            gate=self._gate,
            on_frames=on_frames,
        )

    def _sheet(self, score: ScorePlan, width_px: int, height_px: int) -> Sheet:
        """The score that the film shows; the segments of a film share one."""
        from ..engraving.sheet_nodes import kept_sheet, sheet_node

        key = sheet_node(score, width_px, height_px).key
        known = self._drawn
        if known is None or known[0] != key:
            known = self._drawn = key, kept_sheet(self.store, score, width_px, height_px)
        return known[1]


def asked_of(picture: PicturePlan) -> tuple[object, ...]:
    """The values that a generator is made from; the next film of an edited piece may differ in them."""
    return (
        picture.generator,
        picture.weights,
        picture.resolution,
        picture.generator_seed,
        picture.frame,
        (picture.width_px, picture.height_px) if picture.frame == "fill" else None,
        picture.pictures,
    )
