"""Segments rendered by several processes: one that dies is replaced, and its segment is begun again."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ..film.segment_nodes import SegmentJob
from ..generators.identity import Recipe
from .job import OnFrames, Say, Studio

DEATHS_MOST = 3
"""Number of processes that a segment may end before the fault is the segment's own."""
PATIENCE_S = 5.0
"""The time that processes have to end after they are asked to."""


@dataclass(frozen=True, slots=True)
class Frames:
    """A worker's message: that many more frames are finished."""

    count: int


@dataclass(frozen=True, slots=True)
class Said:
    """A worker's message: the description of its generator."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker's word: the segment is in the store, or another build has it in work."""

    is_there: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker's word: this stopped it."""

    error: BaseException


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: SegmentJob | None = None
    frames_told: int = 0


class ProcessCrew:
    """A number of processes, each with a generator of its own and one core.

    Segments are rendered in any order and are the same for any number of processes. Where the calling
    process is stopped or killed, the others stop, and what is finished is in the store.
    """

    def __init__(self, recipe: Recipe, folder: Path, processes: int) -> None:
        """folder   of the store"""
        self._recipe = recipe
        self._folder = folder
        self._processes = processes
        self._context = _beginning()

    def work(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Render all of them into the store; one that another build has in work is left for the end.

        Raises PieceError for a segment that cannot be rendered, OSError where the store cannot be written.
        """
        waiting, busy = deque(jobs), deque[SegmentJob]()
        deaths: Counter[str] = Counter()
        heard: set[str] = set()

        def tell_once(text: str) -> None:
            if text not in heard:
                heard.add(text)
                say(text)

        workers = [self._started() for _ in range(min(self._processes, len(jobs)))]
        try:
            while True:
                for worker in [worker for worker in workers if worker.job is None]:
                    self._give(worker, waiting, busy)
                under_way = [worker for worker in workers if worker.job is not None]
                if not under_way:
                    return
                ready = wait([handle for w in under_way for handle in (w.pipe, w.process.sentinel)])
                for worker in under_way:
                    if worker.pipe in ready:
                        alive = _hear(worker, on_frames, tell_once, busy)
                    else:
                        alive = worker.process.sentinel not in ready
                    if not alive:
                        self._bury(worker, deaths, waiting, on_frames)
                        workers[workers.index(worker)] = self._started()
        finally:
            _dismiss(workers)

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve,
            args=(theirs, self._recipe, self._folder, dict(os.environ)),
            name="segments",
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    @staticmethod
    def _give(worker: _Worker, waiting: deque[SegmentJob], busy: deque[SegmentJob]) -> None:
        """Gives out the next segment; if other builds work on all that remain, waits for one of them."""
        source = waiting or busy
        if not source:
            return
        job = source.popleft()
        # Where it has died since, its sentinel says so in a moment, and the segment is begun again.
        with suppress(OSError):
            worker.pipe.send((job, source is busy))
        worker.job, worker.frames_told = job, 0

    @staticmethod
    def _bury(worker: _Worker, deaths: Counter[str], waiting: deque[SegmentJob], on_frames: OnFrames) -> None:
        """Its segment is begun again by another; one that killed three processes is reported instead."""
        worker.process.join()
        worker.pipe.close()
        job = worker.job
        assert job is not None
        on_frames(-worker.frames_told)
        deaths[job.node.key] += 1
        if deaths[job.node.key] >= DEATHS_MOST:
            raise PieceError([_deadly(job, worker.process.exitcode or 0)])
        waiting.appendleft(job)


def _beginning() -> SpawnContext | ForkServerContext:
    """The start method of processes: never a fork of this one, whose threads may hold locks.

    On Linux they are forks of one process that has loaded what all of them need, and no thread of ours: each
    begins a second earlier, and they share the memory. Elsewhere each loads everything itself.
    """
    if sys.platform != "linux":
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["torch", "musicvis.renderers.film.frames", __name__])
    return context


def _hear(worker: _Worker, on_frames: OnFrames, say: Say, busy: deque[SegmentJob]) -> bool:
    """One word of a worker; whether it is still alive."""
    try:
        said = worker.pipe.recv()
    except (EOFError, OSError):
        return False
    match said:
        case Frames(count):
            worker.frames_told += count
            on_frames(count)
        case Said(text):
            say(text)
        case Ended(is_there):
            if not is_there and worker.job is not None:
                busy.append(worker.job)
            worker.job = None
        case Failed(error):
            raise error
    return True


def _dismiss(workers: Sequence[_Worker]) -> None:
    """Ends the workers: waiting ones see the end of their pipe, rendering ones are stopped."""
    for worker in workers:
        if worker.job is not None:
            worker.process.terminate()
        worker.pipe.close()
    for worker in workers:
        worker.process.join(PATIENCE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _serve(pipe: Connection, recipe: Recipe, folder: Path, environment: dict[str, str]) -> None:
    """The life of a worker: segments in, words out, until the pipe ends.

    environment   of the build; the process that a worker is a fork of may be older than it
    """
    os.environ.clear()
    os.environ.update(environment)
    # Ctrl-C goes to every process of the terminal; the one that the user started decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    from ...store.store import Store

    try:
        import torch

        torch.set_num_threads(1)
        with Store(folder) as store:
            studio = Studio(recipe, store)
            while True:
                job, may_wait = pipe.recv()
                if said := studio.prepare(job.picture):
                    pipe.send(Said(said))
                is_there = studio.render(job, wait=may_wait, on_frames=lambda count: pipe.send(Frames(count)))
                pipe.send(Ended(is_there))
    except (EOFError, BrokenPipeError):
        return
    except BaseException as error:
        pipe.send(Failed(portable(error)))


def end_with_parent() -> None:
    """Ends a worker whose build was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def portable(error: BaseException) -> BaseException:
    """The error as another process can take it."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _is_script() -> bool:
    """Whether a script that a user wrote is running, and not a notebook or the command."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    return path is not None and main.__spec__ is None and Path(path).stem != "musicvis"


def _deadly(job: SegmentJob, exit_code: int) -> Diagnostic:
    why = f"by signal {-exit_code} ({signal.Signals(-exit_code).name})" if exit_code < 0 else f"({exit_code})"
    message = f"{job.node.name}: the process that rendered it ended {why}, {DEATHS_MOST} times"
    hint = "free some memory, or try fewer --workers or a smaller resolution"
    if exit_code > 0 and _is_script():
        hint = 'each process reads your script again: write `if __name__ == "__main__":` above the call'
    return Diagnostic("MV910", THE_MANIFEST, message, f"{hint}; the rest is cached")
