"""The process that talks to Ray: it hands out segments, and puts results into the store.

Ray changes the process that it is imported into (signals, environment, threads), may hang in a call, and ends
the process where a cluster is lost. So it has one of its own, which the build can do without.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ...dsl.findings.diagnostics import Diagnostic, PieceError
from ...dsl.findings.span import THE_MANIFEST
from ...store.errors import StoreError
from ...store.store import Store
from ..film.segment_nodes import VIDEO, SegmentJob
from .processes import Ended, Failed, Frames, Said
from .ray_address import refused
from .ray_join import Venue, joined
from .ray_task import Carried, Order, Outcome, differs, rendered

RETRIES = 3
"""Number of times that a segment is begun again elsewhere when its process or its machine dies."""
AHEAD = 4
"""Segments under way for each that can be rendered at a time: more would only fill memories."""
ROUND_S = 1.0
TELLING = (PieceError, OSError, StoreError)
"""Errors whose own text is clear enough."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The driver's word: it talks to a cluster of machines at these addresses."""

    machines: tuple[str, ...]


def drive(pipe: Connection, venue: Venue, order: Order) -> None:
    """Runs the process: joins, takes segments, reports results; ends when its pipe does."""
    # Ctrl-C goes to every process of the terminal; the one that the user started decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.open(venue.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    ray = None
    try:
        ray = joined(venue)
        machines = {node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
        pipe.send(Joined(tuple(sorted(machines))))
        jobs = pipe.recv()
        with Store(order.folder) as store:
            _Hall(ray, pipe, venue, order, store).render(jobs)
        pipe.send(Ended(True))
    except (EOFError, BrokenPipeError):
        pass
    except BaseException as error:
        pipe.send(Failed(error if isinstance(error, TELLING) else _plain(error)))
    finally:
        if ray is not None:
            ray.shutdown()


@dataclass(slots=True)
class _Errand:
    """A segment to be rendered, and how."""

    job: SegmentJob
    carry: bool = False
    wait: bool = False
    lost: int = 0


class _Hall:
    """A cluster while it renders: the waiting tasks, the running ones, and their results."""

    def __init__(self, ray: Any, pipe: Connection, venue: Venue, order: Order, store: Store) -> None:
        self.ray, self.pipe, self.venue, self.order, self.store = ray, pipe, venue, order, store
        self.is_on_gpu = order.recipe.device.startswith("cuda")
        needs = {"num_gpus": 1} if self.is_on_gpu else {"num_cpus": 1}
        self.task = ray.remote(**needs, max_retries=RETRIES, retry_exceptions=False)(rendered)
        self.waiting: deque[_Errand] = deque()
        self.under_way: dict[Any, _Errand] = {}
        self.told: set[str] = set()

    def render(self, jobs: Sequence[SegmentJob]) -> None:
        """All of them into the store.

        Raises PieceError for one that cannot be rendered, or where no machine is left.
        """
        self.waiting.extend(_Errand(job) for job in jobs)
        seen_s = time.monotonic()
        order = self.ray.put(self.order)
        try:
            while self.waiting or self.under_way:
                self._heed()
                hands = self._hands()
                if hands:
                    seen_s = time.monotonic()
                elif time.monotonic() - seen_s > self.venue.patience_s:
                    raise self._nobody()
                while self.waiting and len(self.under_way) < AHEAD * hands:
                    errand = self.waiting.popleft()
                    task = self.task.options(name=f"segment {errand.job.node.name}")
                    reference = task.remote(errand.job, order, errand.carry, errand.wait)
                    self.under_way[reference] = errand
                if not self.under_way:
                    time.sleep(ROUND_S)
                    continue
                done, _ = self.ray.wait(list(self.under_way), timeout=ROUND_S)
                for reference in done:
                    self._take(reference)
        finally:
            for reference in self.under_way:
                self.ray.cancel(reference, force=True)

    def _heed(self) -> None:
        """Raises BrokenPipeError if nobody listens any more."""
        if self.pipe.poll():
            raise BrokenPipeError

    def _hands(self) -> int:
        """The number of segments that the available machines can render at a time."""
        return int(self.ray.cluster_resources().get("GPU" if self.is_on_gpu else "CPU", 0))

    def _take(self, reference: Any) -> None:
        errand = self.under_way.pop(reference)
        key = errand.job.node.key
        try:
            outcome: Outcome = self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            raise _cause(error) from error
        except (self.ray.exceptions.ObjectLostError, self.ray.exceptions.GetTimeoutError):
            return self._again(errand, errand.carry)
        except self.ray.exceptions.RayError as error:
            raise _deadly(errand.job, type(error).__name__) from error
        if outcome.said and outcome.said not in self.told:
            self.told.add(outcome.said)
            self.pipe.send(Said(outcome.said))
        if not outcome.is_there:
            errand.wait = True
            self.waiting.append(errand)
            return None
        if outcome.carried is not None:
            if hashlib.sha256(outcome.carried.data).hexdigest() != outcome.carried.digest:
                return self._again(errand, carry=True)
            self._put(key, outcome.carried)
        elif not self.store.has(key):
            # A network disk may show a new file only after a while; a carried file is here.
            return self._again(errand, carry=True)
        self.pipe.send(Frames(errand.job.frame_count))
        return None

    def _put(self, key: str, carried: Carried) -> None:
        path = self.store.scratch(".mp4")
        path.write_bytes(carried.data)
        self.store.put(key, {VIDEO: path}, carried.facts)

    def _again(self, errand: _Errand, carry: bool) -> None:
        """Renders a segment again after its result was lost."""
        errand.lost += 1
        if errand.lost > RETRIES:
            raise _deadly(errand.job, "its result was lost")
        errand.carry = carry
        self.waiting.appendleft(errand)

    def _nobody(self) -> PieceError:
        where = f"the cluster {self.venue.address}" if self.venue.address else "this machine's cluster"
        what = "a GPU" if self.is_on_gpu else "a CPU to spare"
        message = f"{where} has had no machine with {what} for {self.venue.patience_s:.0f} s"
        hint = "start one: ray start --address HEAD:6379; finished work is cached"
        return refused(message, hint)


def _cause(error: Any) -> BaseException:
    """The exception that a failed task raised, as one that can be reported."""
    cause: BaseException = error.cause
    if isinstance(cause, TELLING):
        return cause
    if isinstance(cause, ImportError) or "failed to import on the worker" in str(cause):
        line = str(cause).strip().splitlines()[-1]
        return differs(f"a machine of the cluster cannot load musicvis: {line}")
    return _plain(cause)


def _plain(error: BaseException) -> BaseException:
    """The error in a form that a process without Ray can unpickle."""
    return RuntimeError(f"{type(error).__name__}: {error}")


def _deadly(job: SegmentJob, why: str) -> PieceError:
    message = f"{job.node.name}: every process that rendered it ended, {RETRIES + 1} times ({why})"
    hint = "free some memory, or try a smaller resolution; the rest is cached"
    return PieceError([Diagnostic("MV910", THE_MANIFEST, message, hint)])
