"""Segments rendered by a Ray cluster: on other machines, or on as many processes as this one has cores."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ...store.store import Store
from ..film.segment_nodes import SegmentJob
from ..generators.identity import Recipe
from .job import OnFrames, Say
from .local import core_count
from .processes import Ended, Failed, Frames, Said
from .ray_address import RayAddress, answers, check_token, cluster_address, refused
from .ray_driver import Joined, drive
from .ray_join import Venue
from .ray_task import Order, sweep

DEADLINE_S = 30.0
PATIENCE_S = 10.0
"""The time that the driver has to leave the cluster."""
GLANCE_S = 0.2
TOKEN_WANTED = "InvalidAuthToken"
"""The text that Ray prints, again and again, if a cluster refuses a token."""
PREFIX = "mv-ray-"
LONGEST_TEMPORARY = 24
"""A socket's name has at most 107 bytes (unix(7)), of which Ray uses about 75."""


def ray_crew(
    address: str,
    recipe: Recipe,
    store: Store,
    workers: int | None = None,
    *,
    deadline_s: float = DEADLINE_S,
) -> RayCrew:
    """The crew of a Ray cluster.

    address      HOST:PORT, or auto: the cluster that runs already, else one of our own on this machine
    workers      segments at a time in a cluster of our own; None for one for each core
    deadline_s   how long a cluster may take to answer, and then to have a machine that can render

    Raises PieceError (MV913) for an address that cannot be used, ModuleNotFoundError without Ray.
    """
    if find_spec("ray") is None:
        raise ModuleNotFoundError("--ray needs Ray", name="ray")
    meant = cluster_address(address, os.environ)
    if meant is not None:
        check_token(meant, os.environ)
    return RayCrew(meant, recipe, store, workers or core_count(), deadline_s)


class RayCrew:
    """A crew that renders segments as Ray tasks; a task is restarted if its process or machine dies.

    They come into the store as they are finished: by the machine that renders one where it sees the store's
    folder, else by this one, to which the bytes are carried.
    """

    def __init__(
        self, address: RayAddress | None, recipe: Recipe, store: Store, hands: int, deadline_s: float
    ) -> None:
        self._address = address
        self._recipe = recipe
        self._store = store
        self._hands = hands
        self._deadline_s = deadline_s
        # A spawned process shares no threads with ours, which could make a fork hang.
        self._context = get_context("spawn")

    def work(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Render all of them into the store.

        Raises PieceError: MV913 where the cluster cannot be joined or is lost, MV914 where a machine of it
        differs from this one, MV910 for a segment that ends its process every time; OSError where the store
        cannot be written.
        """
        if not jobs:
            return
        address = self._address
        if address is not None and not answers(address):
            raise refused(f"nothing answers at {address}", "is the head running, and is this its address?")
        witness = self._store.scratch(".witness")
        text = secrets.token_hex(16)
        witness.write_text(text, encoding="ascii")
        temporary = _short_folder()
        sweep(temporary, PREFIX)
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=temporary, ignore_cleanup_errors=True) as folder:
            try:
                order = Order(self._recipe, self._store.folder.resolve(), (witness.resolve(), text))
                venue = Venue(address, Path(folder), Path(folder) / "log", self._hands, self._deadline_s)
                with _Driver(self._context, venue, order) as driver:
                    machines = driver.join(self._deadline_s)
                    if address is not None:
                        self._check_closed(address, machines, Path(folder))
                        say(f"segments by the Ray cluster {address}, {_counted(machines)}")
                    driver.listen(jobs, on_frames, say)
            finally:
                witness.unlink(missing_ok=True)

    def _check_closed(self, address: RayAddress, machines: Sequence[str], folder: Path) -> None:
        """Raises PieceError if a cluster that others can reach accepts clients without a token."""
        reached = [RayAddress(machine, address.port) for machine in machines]
        for one in (address, *reached):
            check_token(one, os.environ)
        if all(one.is_loopback for one in (address, *reached)):
            return
        venue = Venue(address, folder, folder / "knock", self._hands, self._deadline_s, with_token=False)
        nothing = Order(self._recipe, folder, (folder, ""))
        with _Driver(self._context, venue, nothing) as driver:
            if driver.is_let_in(self._deadline_s):
                message = f"{address} admits anyone who can reach it"
                raise refused(message, "set RAY_AUTH_MODE=token on its machines, and start it again")


class _Driver:
    """The process that talks to Ray, from this side; a context manager that ends it."""

    def __init__(self, context: Any, venue: Venue, order: Order) -> None:
        self._venue = venue
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self._process: BaseProcess = context.Process(
            target=drive, args=(theirs, venue, order), name="ray", daemon=True
        )
        self.machines: tuple[str, ...] | None = None
        """Addresses of the cluster's machines, once it has joined."""
        self._process.start()
        theirs.close()

    def __enter__(self) -> _Driver:
        return self

    def __exit__(self, *_: object) -> None:
        """Closes its pipe, so that it leaves the cluster, which cancels running tasks."""
        self._pipe.close()
        if self.machines is not None:
            self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def join(self, deadline_s: float) -> tuple[str, ...]:
        """Waits until it has joined the cluster; returns the addresses of the machines.

        Raises PieceError where that does not happen in time.
        """
        address = self._venue.address
        what = f"the cluster {address}" if address else "a cluster on this machine"
        if self.is_let_in(deadline_s):
            assert self.machines is not None
            return self.machines
        if self._is_refused():
            hint = "set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or ~/.ray/auth_token to that of the cluster"
            raise refused(f"{address} needs a token, and ours is missing or different", hint)
        hint = "is it the head of a Ray cluster, with the same Ray as here?"
        raise refused(f"{what} did not answer within {deadline_s:.0f} s", hint)

    def is_let_in(self, deadline_s: float) -> bool:
        """Whether the cluster accepts it; False if it asks for a token, or does not answer in time."""
        end_s = time.monotonic() + deadline_s
        while time.monotonic() < end_s and not self._is_refused():
            if self._pipe.poll(GLANCE_S):
                match self._word():
                    case Joined(machines):
                        self.machines = machines
                        return True
                    case Failed(error):
                        raise error
        return False

    def listen(self, jobs: Sequence[SegmentJob], on_frames: OnFrames, say: Say) -> None:
        """Has them rendered, and passes on the reports."""
        with suppress(OSError):
            self._pipe.send(tuple(jobs))
        while True:
            match self._word():
                case Frames(count):
                    on_frames(count)
                case Said(text):
                    say(text)
                case Failed(error):
                    raise error
                case Ended():
                    return

    def _word(self) -> object:
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            lines = self._printed().strip().splitlines()
            message = f"the Ray cluster was lost{': ' + lines[-1][:300] if lines else ''}"
            raise refused(message, "finished work is cached; the same command continues") from None

    def _is_refused(self) -> bool:
        return TOKEN_WANTED in self._printed()

    def _printed(self) -> str:
        """The end of what Ray has printed."""
        try:
            return self._venue.log.read_text(encoding="utf-8", errors="replace")[-100_000:]
        except FileNotFoundError:
            return ""


def _counted(machines: Sequence[str]) -> str:
    return f"{len(machines)} machines" if len(machines) > 1 else "1 machine"


def _short_folder() -> Path:
    """A temporary folder for Ray's sockets, whose names are long enough as they are."""
    usual, short = Path(tempfile.gettempdir()), Path("/tmp")
    return short if len(str(usual)) > LONGEST_TEMPORARY and short.is_dir() else usual
