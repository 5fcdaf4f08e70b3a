"""Compiles the whole film in a process of its own, and reports its progress to the page."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from ..dsl.findings.diagnostics import has_errors
from .hub import Hub
from .refusals import RefusedError
from .trouble import error_text
from .wire import events

TOLD_EACH_S = 0.2
PATIENCE_S = 2.0


class Filming:
    """Films of one piece, one at a time."""

    def __init__(self, manifest: Path, folder: Path, trusted: tuple[Path, ...], hub: Hub) -> None:
        """folder   of the store"""
        self._arguments = manifest, folder, trusted
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        self._process: BaseProcess | None = None

    def begin(self) -> None:
        """Begin a film. Raises RefusedError while one is made."""
        if self._process is not None and self._process.is_alive():
            raise RefusedError(409, "the film is being made")
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        # It starts processes of its own, which a daemon may not do.
        self._process = context.Process(target=_film, args=(theirs, *self._arguments), name="film")
        self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()
        self._say(events.Progress(0, "film", 0, 1, "the film is made", "", ""))

    def close(self) -> None:
        """Stops the compile; its finished parts stay in the cache."""
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()
            process.join(PATIENCE_S)
            if process.is_alive():
                process.kill()
                process.join()

    def _listen(self, pipe: Connection) -> None:
        is_over = False
        while True:
            try:
                word: events.Progress = pipe.recv()
            except (EOFError, OSError):
                break
            is_over = bool(word.file or word.error)
            self._loop.call_soon_threadsafe(self._say, word)
        if not is_over and not self._loop.is_closed():
            lost = events.Progress(0, "film", 0, 1, "", "", "the process that made the film has ended")
            self._loop.call_soon_threadsafe(self._say, lost)

    def _say(self, progress: events.Progress) -> None:
        self._hub.tell(progress)


class _Reporter:
    """Progress through a pipe, not more often than a page can show."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._last_s = 0.0

    def progress(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` units of a stage are finished."""
        now_s = time.monotonic()
        if now_s - self._last_s >= TOLD_EACH_S:
            self._last_s = now_s
            self._pipe.send(events.Progress(0, "film", done, max(1, total), stage, "", ""))

    def message(self, text: str) -> None:
        """A sentence: the page shows how far it is, and no more."""


def _film(pipe: Connection, manifest: Path, folder: Path, trusted: tuple[Path, ...]) -> None:
    """The life of the process."""
    from ..renderers.crews.processes import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        text, error = str(_made(pipe, manifest, folder, trusted)), ""
    except Exception as fault:
        text, error = "", error_text(fault)
    pipe.send(events.Progress(0, "film", 1, 1, "", text, error))


def _made(pipe: Connection, manifest: Path, folder: Path, trusted: tuple[Path, ...]) -> Path:
    from ..api.build import build
    from ..api.build_folder import film_place
    from ..api.variant import Variant, compiled, film_name
    from ..dsl.findings.diagnostics import PieceError
    from ..renderers.request import Request
    from ..store.store import Store

    variant = Variant()
    with Store(folder) as store:
        made = compiled(variant.loaded(manifest), trusted, store)
        if made.plan is None:
            raise PieceError([found for found in made.diagnostics if has_errors([found])])
        output = film_place(manifest, made.plan.container)
        request = Request(film=film_name(manifest, variant), root=manifest.parent)
        build(made.plan, output, request, reporter=_Reporter(pipe), store=store)
    return output
