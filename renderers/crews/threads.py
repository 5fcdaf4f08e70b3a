"""Segments rendered by several threads before one GPU: few make images at a time, all of them encode."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import BoundedSemaphore, Lock

from ..film.segment_nodes import SegmentJob
from ..generators.identity import Recipe
from .job import OnFrames, Say, Studio

MAKERS = 2
"""One thread computes while another copies."""


def gpu_gate() -> BoundedSemaphore:
    """A gate that lets that many threads make images at a time."""
    return BoundedSemaphore(MAKERS)


class ThreadCrew:
    """One generator, and as many encoders as there are threads: x264 keeps up with a GPU only so."""

    def __init__(self, studio: Studio, threads: int) -> None:
        self._studio = studio
        self._threads = threads

    def work(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Render all of them into the store; one that another process has in work is left for the end."""
        if not jobs:
            return
        if said := self._studio.prepare(jobs[0].picture):
            say(said)
        telling = Lock()

        def tell(count: int) -> None:
            with telling:
                on_frames(count)

        with ThreadPoolExecutor(self._threads, "segment", _begin, (self._studio.recipe,)) as pool:
            futures = {pool.submit(self._studio.render, job, wait=False, on_frames=tell): job for job in jobs}
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            if any(future.exception() for future in done):
                pool.shutdown(wait=True, cancel_futures=True)
            busy = [job for future, job in futures.items() if not future.result()]
            again = [pool.submit(self._studio.render, job, wait=True, on_frames=tell) for job in busy]
            for future in again:
                future.result()


def _begin(recipe: Recipe) -> None:
    """One core for each thread; on a GPU, a stream too, so that one computes while another copies."""
    import torch

    torch.set_num_threads(1)
    device = torch.device(recipe.device)
    if device.type == "cuda":
        torch.cuda.set_stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]
