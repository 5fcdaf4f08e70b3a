"""Makes the sound: a newer one replaces the running one; reports the audible parts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ..compiler.plan import SoundPlan
from ..dsl.findings.diagnostics import PieceError
from ..store.store import Store
from .media import sound_media
from .preview import Mixer, warm
from .sounding import BusSource, Mixed, Ready, Share
from .sounds import Playing
from .trouble import Troubles, error_text
from .workers import Died, Ended, Failed, Hand, Job, Told, Word, render_sound

DEATHS_MOST = 3
PLAYED_BEFORE = 3
"""The number of earlier sounds that can still be requested: a page may be in the middle of one."""


class SoundMaker:
    """The sound that is heard, and the process that makes the next one.

    tell      called with what is to be played
    progress  called with percents of the exact sound
    """

    def __init__(
        self,
        store: Store,
        tell: Callable[[Playing], object],
        progress: Callable[[int], object],
        troubles: Troubles,
    ) -> None:
        self.playing: Playing | None = None
        self._tell, self._progress, self._troubles = tell, progress, troubles
        self._loop = asyncio.get_running_loop()
        self._hand = Hand(render_sound, (store.folder,), self._hear)
        self._wanted = ""
        self._plan: SoundPlan | None = None
        self._mixed: Mixed | None = None
        self._played: list[Playing] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._done = ""
        """The identity of the last sound that was reported exactly."""
        self._deaths = 0
        self._is_closed = False

    def want(self, plan: SoundPlan, identity: str) -> None:
        """Requests a version's sound; does nothing if the same one is finished or being made."""
        if identity == self._wanted or self._is_closed:
            return
        if self._plan is None:
            self._loop.run_in_executor(None, _warm, plan)
        self._wanted, self._plan, self._deaths = identity, plan, 0
        self._hand.give(Job(identity, plan))

    def with_chunk(self, chunk: str) -> Playing | None:
        """The sound that a chunk is of; None for one that is of no sound that was played lately."""
        return next((p for p in reversed(self._played) if chunk in p.stretches), None)

    def of(self, digest: str) -> Playing | None:
        """The sound of a digest."""
        return next((p for p in reversed(self._played) if p.digest == digest), None)

    def close(self) -> None:
        """End the process."""
        self._is_closed = True
        self._hand.close()

    def _hear(self, hand: Hand, word: Word) -> None:
        """A word of the process; called in its thread."""
        if not self._is_closed:
            self._loop.call_soon_threadsafe(self._heard, word)

    def _heard(self, word: Word) -> None:
        if self._is_closed or word.name != self._wanted:
            return
        match word:
            case Told(_, Share(share)):
                self._progress(round(share * 100))
            case Told(_, Ready(sources, guess)):
                if (last := self._mixed or guess) is not None:
                    self._play(Playing.provisional, self._mixer(sources, last))
            case Ended(_, _, Mixed() as mixed):
                self._hand.job, self._mixed = None, mixed
                self._progress(100)
                self._troubles.say("sound", "")
                self._play(Playing.exact, self._mixer(mixed.sources, mixed), mixed.digest, mixed.file)
            case Failed(_, error):
                self._hand.job = None
                self._wanted = ""
                self._troubles.say("sound", error_text(error))
            case Died(name):
                self._deaths += 1
                if self._deaths < DEATHS_MOST and self._plan is not None:
                    self._hand.give(Job(name, self._plan))
                else:
                    self._wanted = ""
                    self._troubles.say("sound", f"the process that makes the sound ended {DEATHS_MOST} times")

    def _mixer(self, sources: tuple[BusSource, ...], last: Mixed) -> Mixer:
        plan = self._plan
        assert plan is not None
        return mixer_of(sources, plan, last)

    def _play(self, make: Callable[..., Playing], *arguments: Any) -> None:
        """Names the chunks in a thread, then reports them; drops those that a newer version has replaced."""
        wanted = self._wanted

        async def play() -> None:
            try:
                playing = await asyncio.to_thread(make, *arguments)
            except OSError as error:
                self._troubles.say("sound", error_text(error))
                return
            is_late = playing.file is None and self._mixed is not None and wanted == self._done
            if wanted != self._wanted or self._is_closed or is_late:
                return
            if playing.file is not None:
                self._done = wanted
            self.playing = playing
            self._played = [*self._played[-PLAYED_BEFORE:], playing]
            self._tell(playing)

        task = self._loop.create_task(play())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def _warm(plan: SoundPlan) -> None:
    # The making of the sound reports an unusable head.
    with suppress(PieceError, OSError, ImportError):
        warm(plan)
        sound_media(np.zeros((1, 2), np.float32), plan.sample_rate_hz)


def mixer_of(sources: tuple[BusSource, ...], plan: SoundPlan, last: Mixed) -> Mixer:
    """Buses as the last exact sound mixed them."""
    return Mixer(
        sources,
        plan.sample_rate_hz,
        plan.sample_count,
        last.gain,
        last.ceiling,
        last.returns,
        last.fades_s,
    )
