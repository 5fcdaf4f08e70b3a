"""Processes that render for the page: one job each, which a newer word stops between two frames.

Whatever the parent sends while a job is in work ends that job: another job, or None for nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ..renderers.crews.processes import end_with_parent, portable
from ..renderers.generators.identity import Recipe

PATIENCE_S = 1.0
"""The time that a process has to end after it is asked to."""


class StoppedError(Exception):
    """Raised when the running job is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker's word: a job is over; `is_there` is False where another build has the same in work."""

    name: str
    is_there: bool = True
    result: Any = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A worker's word: a job was stopped, and nothing of it is left."""

    name: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker's word: this kept a job from being done."""

    name: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class Told:
    """A worker's word on the way."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Died:
    """The process has died: its job is lost, and the next job starts another process."""

    name: str


Word = Ended | Stopped | Failed | Told | Died
Work = Callable[[Any, Callable[[Any], None], Callable[[], None]], Any]
"""A job, how to tell something on the way, how to ask whether to go on (raises StoppedError); its result."""
Maker = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A worker's job; `name` identifies it in the worker's messages."""

    name: str
    what: Any


class Hand:
    """One process that works, and the thread that hears it.

    target   what the process runs: it is given a pipe and these arguments
    hear     called with every word, in a thread of its own
    """

    def __init__(
        self, target: Callable[..., None], arguments: tuple[Any, ...], hear: Callable[[Hand, Word], object]
    ) -> None:
        self._target, self._arguments, self._hear = target, arguments, hear
        # Spawned processes share no threads with ours, which could make a fork hang.
        self._context = get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_closed = False
        self.job: Job | None = None
        """The running job; whoever receives its end sets it to None."""

    def give(self, job: Job) -> None:
        """A job, in the place of the one in work."""
        self.job = job
        self._send(job)

    def stop(self) -> None:
        """Stops the running job, whose end is then reported."""
        if self.job is not None and self._pipe is not None:
            with suppress(OSError):
                self._pipe.send(None)

    def close(self) -> None:
        """End the process."""
        self._is_closed = True
        if self._process is None or self._pipe is None:
            return
        self._process.terminate()
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()

    def _send(self, job: Job) -> None:
        for _ in range(2):
            if self._pipe is None or self._process is None or not self._process.is_alive():
                self._start()
            assert self._pipe is not None
            with suppress(OSError):
                self._pipe.send(job)
                return
            self._process = None

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=self._target, args=(theirs, *self._arguments), name="watch", daemon=True
        )
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()

    def _listen(self, pipe: Connection) -> None:
        while True:
            try:
                word = pipe.recv()
            except (EOFError, OSError):
                break
            self._hear(self, word)
        if not self._is_closed and pipe is self._pipe:
            self._process = None
            self._hear(self, Died(self.job.name if self.job is not None else ""))


def render_pictures(pipe: Connection, recipe: Recipe, folder: Path) -> None:
    """The life of a process that renders segments into the store of a folder."""
    from ..renderers.crews.job import Studio
    from ..store.store import Store

    def begin() -> Work:
        import torch

        torch.set_num_threads(1)
        store = Store(folder)
        studio = Studio(recipe, store)

        def work(job: Any, tell: Callable[[Any], None], go_on: Callable[[], None]) -> bool:
            return studio.render(job, wait=False, on_frames=lambda count: go_on())

        return work

    _serve(pipe, begin)


def render_sound(pipe: Connection, folder: Path) -> None:
    """The life of a process that makes sound."""
    from ..store.store import Store

    def begin() -> Work:
        from .leftovers import Leftovers
        from .sounding import made_sound

        store = Store(folder)
        leftovers = Leftovers(store)
        is_first = True

        def work(plan: Any, tell: Callable[[Any], None], go_on: Callable[[], None]) -> Any:
            nonlocal is_first
            mixed = made_sound(plan, store, tell, go_on, leftovers, is_first=is_first)
            is_first = False
            return mixed

        return work

    _serve(pipe, begin)


def _serve(pipe: Connection, begin: Callable[[], Work]) -> None:
    """Jobs in, words out, until the pipe ends."""
    # Ctrl-C goes to every process of the terminal; the one that the user started decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()

    def go_on() -> None:
        if pipe.poll():
            raise StoppedError

    work: Work | None = None
    try:
        while True:
            job: Job | None = pipe.recv()
            if job is None:
                continue
            try:
                work = work or begin()
                result = work(job.what, _teller(pipe, job.name), go_on)
                is_there = result is not False
                pipe.send(Ended(job.name, is_there, None if isinstance(result, bool) else result))
            except StoppedError:
                pipe.send(Stopped(job.name))
            except (EOFError, BrokenPipeError):
                raise
            except Exception as error:
                pipe.send(Failed(job.name, portable(error)))
    except (EOFError, OSError):
        return


def _teller(pipe: Connection, name: str) -> Callable[[Any], None]:
    """A function that reports a job's progress."""
    return lambda value: pipe.send(Told(name, value))
