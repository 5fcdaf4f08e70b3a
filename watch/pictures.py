"""Assigns segments to processes: the most wanted first; stops those that are no longer wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction

from ..renderers.build.disk_space import LEAST_FREE_BYTES
from ..renderers.crews.local import core_count
from ..renderers.generators.identity import Recipe, decided_device
from ..store.store import Store
from ..store.system import free_bytes
from .film import Film
from .hub import READERS_MOST
from .leftovers import Leftovers
from .queue import Task, must_stop, wanted_by_all
from .trouble import Troubles, error_text
from .wire import events, requests
from .workers import Died, Ended, Failed, Hand, Job, Stopped, Told, Word, render_pictures

DEATHS_MOST = 3
ELSEWHERE_S = 2.0
"""The time after which a segment that another build is rendering is tried again."""
HANDS_MOST = 4


class Pictures:
    """The film that is shown, and the processes that render it.

    tell      called with the news of a segment
    troubles  what is reported where something cannot be rendered
    """

    def __init__(
        self, store: Store, tell: Callable[[events.SegmentNews], object], troubles: Troubles
    ) -> None:
        self.film: Film | None = None
        self._looks: dict[str, requests.Look] = {}
        """The visible place of each page; the page that moved last is last."""
        self._store, self._tell, self._troubles = store, tell, troubles
        self._loop = asyncio.get_running_loop()
        self._films: list[Film] = []
        """This one and the one before: their media can be asked for."""
        self._leftovers = Leftovers(store)
        self._recipe: Recipe | None = None
        # One core is left for the sound and for reading.
        self._hand_count = max(1, min(core_count() - 1, HANDS_MOST))
        self._hands: list[Hand] = []
        self._tasks: dict[Hand, tuple[Film, Task]] = {}
        self._deaths: dict[str, int] = {}
        self._is_closed = False

    @property
    def recipe(self) -> Recipe:
        """The recipe with which this machine renders."""
        if self._recipe is None:
            self._recipe = Recipe(decided_device("auto"))
        return self._recipe

    @property
    def segments(self) -> tuple[events.Segment, ...]:
        """The segments as they are now."""
        return () if self.film is None else tuple(self.film.segments)

    def show(self, film: Film | None) -> None:
        """A new version, or the last one again, whose failures are tried again."""
        if film is not None:
            if self.film is not None:
                # Only now are all of its results known.
                self._leftovers.version(self.film.durations)
                film.take_over(self.film)
            self.film = film
            self._films = [*self._films[-1:], film]
        elif self.film is not None:
            self.film.failed.clear()
        self._deaths.clear()

    def look(self, look: requests.Look) -> None:
        """A page looks elsewhere."""
        self._looks.pop(look.page, None)
        self._looks[look.page] = look
        while len(self._looks) > READERS_MOST:
            del self._looks[next(iter(self._looks))]
        self.pump()

    def gone(self, page: str) -> None:
        """Forgets a page that was closed, so that its place no longer has priority."""
        if self._looks.pop(page, None) is not None:
            self.pump()

    @property
    def looks(self) -> tuple[requests.Look, ...]:
        """The visible places of all pages, the one that moved last first."""
        return tuple(reversed(self._looks.values())) or (requests.Look(0.0, 0.0, 0.0),)

    def duration_of(self, key: str) -> Fraction | None:
        """The length of a media file by its key; None for one that is in no visible version."""
        return next((f.durations[key] for f in reversed(self._films) if key in f.durations), None)

    def pump(self) -> None:
        """Gives every process the most wanted task, and stops those that are not wanted."""
        film = self.film
        if film is None or self._is_closed:
            return
        looks = self.looks
        wholes = film.wholes() if any(look.full for look in looks) else ()
        order = wanted_by_all(film.segments, looks, film.failed, wholes)
        running = {hand: self._place_of(hand, film) for hand in self._tasks}
        for hand, place in running.items():
            if place is None or must_stop(place, order):
                hand.stop()
        busy = {place for place in running.values() if place is not None}
        for task in order:
            if any(task.index == other.index and "full" not in (task.level, other.level) for other in busy):
                continue
            if task in busy:
                continue
            job = film.job(task, looks)
            if self._store.has(job.node.key):
                self._got(film, task, job.node.key)
                continue
            free = self._free_hand()
            if free is None or not self._has_room():
                return
            self._tasks[free] = film, task
            busy.add(task)
            free.give(Job(job.node.key, job))
            self._say(film, film.begun(task))

    def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        for hand in self._hands:
            hand.close()

    def _place_of(self, hand: Hand, film: Film) -> Task | None:
        """The task of this film that a process works on; None if the film does not need it."""
        its_film, task = self._tasks[hand]
        if its_film is film or hand.job is None:
            return task
        return film.draft_of(hand.job.name)

    def _free_hand(self) -> Hand | None:
        for hand in self._hands:
            if hand not in self._tasks:
                return hand
        if len(self._hands) == self._hand_count:
            return None
        self._hands.append(Hand(render_pictures, (self.recipe, self._store.folder), self._hear))
        return self._hands[-1]

    def _has_room(self) -> bool:
        try:
            has_room = free_bytes(self._store.folder) > LEAST_FREE_BYTES
        except OSError as error:
            self._troubles.say("disk", error_text(error))
            return False
        full = f"the disk of {self._store.folder} is full: nothing more is rendered until there is room"
        self._troubles.say("disk", "" if has_room else full)
        return has_room

    def _hear(self, hand: Hand, word: Word) -> None:
        """A word of a process; called in its thread."""
        if not self._is_closed:
            self._loop.call_soon_threadsafe(self._heard, hand, word)

    def _heard(self, hand: Hand, word: Word) -> None:
        if self._is_closed or isinstance(word, Told) or hand not in self._tasks:
            return
        film, task = self._tasks.pop(hand)
        hand.job = None
        match word:
            case Ended(key, True, _):
                self._leftovers.made([key])
                self._troubles.say("picture", "")
                self._got(film, task, key)
                if self.film is not None and film is not self.film and (same := self.film.draft_of(key)):
                    self._got(self.film, same, key)
                self.pump()
                return
            case Ended(_, False, _):
                film.failed.add(task)
                self._loop.call_later(ELSEWHERE_S, self._retry, film, task)
            case Failed(_, error):
                film.failed.add(task)
                self._troubles.say("picture", error_text(error))
            case Died(key):
                self._deaths[key] = self._deaths.get(key, 0) + 1
                if self._deaths[key] >= DEATHS_MOST:
                    film.failed.add(task)
                    name = film.jobs[task.index].node.name if task.level != "full" else "a segment"
                    self._troubles.say(
                        "picture", f"{name}: the process that rendered it ended {DEATHS_MOST} times"
                    )
            case Stopped():
                pass
        self._say(film, film.given_up(task))
        self.pump()

    def _got(self, film: Film, task: Task, key: str) -> None:
        segment = film.got(task, key)
        if film is self.film and task.level == "full":
            self._tell(film.full_news(task))
        self._say(film, segment)

    def _say(self, film: Film, segment: events.Segment | None) -> None:
        if segment is not None and film is self.film:
            self._tell(film.news(segment))

    def _retry(self, film: Film, task: Task) -> None:
        film.failed.discard(task)
        self.pump()
