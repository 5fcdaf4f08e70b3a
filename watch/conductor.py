"""Coordinates the live page: turns a save into messages, renders what is on screen first, then the sound.

It lives in one event loop. Texts are read in a thread of their own, one version after the other; pictures and
sound are made by processes. Nothing here waits for any of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..api.sources import sources_of
from ..dsl.findings.diagnostics import PieceError
from ..store.errors import StoreError
from ..store.store import Store
from .film import Film
from .hub import Hub
from .pictures import Pictures
from .queue import Task
from .session import Session, Version
from .sounding import sound_identity
from .soundmaker import SoundMaker
from .sounds import Playing
from .trouble import Troubles, error_text
from .watching import State, state_of
from .wire import events, requests

HALF_WRITTEN_S = 0.1


class Conductor:
    """One piece, shown; `close` ends its processes."""

    def __init__(self, session: Session, store: Store, hub: Hub) -> None:
        self.session, self.store, self.hub = session, store, hub
        self.version: Version | None = None
        self.steps: Callable[[], tuple[bool, bool]] = lambda: (False, False)
        """Whether there is an edit to undo, and one to redo."""
        self._loop = asyncio.get_running_loop()
        self._reader = ThreadPoolExecutor(1, "reader")
        self._lock = asyncio.Lock()
        self._is_closed = False
        self._state: State | None = None
        """The state of the files before the shown version was read; None if unknown."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._troubles = Troubles(lambda text: hub.tell(events.Trouble(hub.version, text)))
        self.pictures = Pictures(store, self._tell_segment, self._troubles)
        self.sounds = SoundMaker(store, self._tell_sound, self._tell_progress, self._troubles)

    async def refresh(self, was_saved: bool = False) -> None:
        """Reads the piece again if any of its files has changed, and shows the result.

        was_saved   something in its folder was: where the piece is broken, what is missing may be there now
        """
        async with self._lock:
            # The state is noted before the files are read, so that a save in the meantime is not missed.
            files = self._files()
            state = state_of(files)
            is_whole = self.version is not None and self.version.piece.ok
            if self._is_closed or (state == self._state and (is_whole or not was_saved)):
                return
            try:
                version, film = await self.in_reader(self._read)
                if not version.piece.ok:
                    # A half-written file is complete in a moment.
                    await asyncio.sleep(HALF_WRITTEN_S)
                    if (now := state_of(files)) != state:
                        state = now
                        version, film = await self.in_reader(self._read)
            except Exception as error:
                # A fault of ours must not end the page: the last version stays.
                self._troubles.say("piece", f"the piece cannot be shown: {error_text(error)}")
                return
            self._troubles.say("piece", "")
            # The earlier state of a newly read file is unknown.
            self._state = state if self._files() == files else None
            self._show(version, film)
            if version.plan is not None:
                sound = version.plan.sound
                self.sounds.want(sound, await self.in_reader(sound_identity, sound))

    def _files(self) -> tuple[Path, ...]:
        """The files of this version and of the last good one."""
        versions = [version for version in (self.version, self.session.good) if version is not None]
        return tuple(dict.fromkeys(path for version in versions for path in sources_of(version.loaded)))

    def _show(self, version: Version, film: Film | None) -> None:
        self.pictures.show(film)
        can_undo, can_redo = self.steps()
        segments = self.pictures.segments
        self.hub.tell(replace(version.piece, segments=segments, can_undo=can_undo, can_redo=can_redo))
        self.pictures.pump()

    def look(self, look: requests.Look) -> None:
        """A page looks elsewhere."""
        self.pictures.look(look)
        film = self.pictures.film
        if look.full and film is not None and not film.full:
            task = self._loop.create_task(self._full(film))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    def gone(self, page: str) -> None:
        """A page was closed."""
        if not self._is_closed:
            self.pictures.gone(page)

    async def in_reader(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a function in the thread that reads the piece."""
        return await self._loop.run_in_executor(self._reader, function, *arguments)

    def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        self.pictures.close()
        self.sounds.close()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> tuple[Version, Film | None]:
        def tell(lanes: events.Lanes) -> None:
            self._loop.call_soon_threadsafe(self.hub.tell, lanes)

        # Set here, so that the next edit in this thread has the texts whose digests the page knows.
        version = self.version = self.session.read(tell)
        if version.plan is None:
            return version, None
        try:
            film = Film.of(version.plan, self.pictures.recipe, self.store)
        except (PieceError, OSError, StoreError, ModuleNotFoundError) as error:
            self._loop.call_soon_threadsafe(self._troubles.say, "picture", error_text(error))
            return version, None
        return version, film

    async def _full(self, film: Film) -> None:
        """The segments in the film's own quality: its plan is made when it is asked for."""
        plan = await self.in_reader(self.session.full_plan)
        if plan is None or film is not self.pictures.film or film.full:
            return
        film.with_full(plan)
        for k, job in enumerate(film.full):
            if self.store.has(job.node.key):
                film.got(Task(k, "full"), job.node.key)
                self._tell_segment(film.full_news(Task(k, "full")))
        self.pictures.pump()

    def _tell_segment(self, news: events.SegmentNews) -> None:
        self.hub.tell(news)
        last = self.hub.last(events.Piece)
        if isinstance(last, events.Piece):
            # Pages that open later get the current segments.
            self.hub.remember(replace(last, segments=self.pictures.segments))

    def _tell_sound(self, playing: Playing) -> None:
        self.hub.tell(playing.message(self.hub.version))

    def _tell_progress(self, percent: int) -> None:
        text = "the sound is made" if percent < 100 else ""
        self.hub.tell(events.Progress(self.hub.version, "sound", percent, 100, text, "", ""))
