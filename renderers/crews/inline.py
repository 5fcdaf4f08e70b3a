"""Segments rendered one after the other, in the process that asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from ..film.segment_nodes import SegmentJob
from .job import OnFrames, Say, Studio


class InlineCrew:
    """This process alone; torch computes on one core, as in every other crew."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def work(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Render all of them into the store; one that another process has in work is left for the end."""
        import torch

        threads_before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            if jobs and (said := self._studio.prepare(jobs[0].picture)):
                say(said)
            busy = [job for job in jobs if not self._studio.render(job, wait=False, on_frames=on_frames)]
            for job in busy:
                self._studio.render(job, wait=True, on_frames=on_frames)
        finally:
            torch.set_num_threads(threads_before)
