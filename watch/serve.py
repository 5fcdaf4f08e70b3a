"""The door of the live page: a server for a piece on this machine's own address."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from ..api.signals import on_first_signal
from ..store.store import Store
from .app import application
from .conductor import Conductor
from .editing import Editing
from .filming import Filming, FilmPlace
from .guard import OPEN, Guard
from .hub import Hub
from .session import Session
from .watching import changes

HOST = "127.0.0.1"
CONNECTIONS_MOST = 32
HEADERS_MOST_BYTES = 16 << 10
IDLE_S = 30
END_WITHIN_S = 1
GONE_S = 3.0
"""A page that is loaded again is away for a moment: with `once`, so long nobody may be there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is shown, and how.

    once        end when the last page was closed
    editor      words of an editor's command, with {file} and {line}
    film_place  where a whole film goes
    """

    manifest: Path
    port: int = 0
    once: bool = False
    trusted: tuple[Path, ...] = ()
    editor: Sequence[str] | None = None
    film_place: FilmPlace | None = None


def listening(port: int) -> socket.socket:
    """A socket on this machine's own address; 0 for a port of the system's choice. Raises OSError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen(CONNECTIONS_MOST)
    except OSError:
        bound.close()
        raise
    return bound


def serve(asked: Asked, store: Store, bound: socket.socket, ready: Callable[[str, str], object]) -> None:
    """Show a piece until Ctrl-C, SIGTERM, or, with `once`, until its last page is closed.

    ready   called when pages are answered, with two addresses that can each be opened once: one to be opened
            in a browser, and one for the user to read
    """
    asyncio.run(_serve(asked, store, bound, ready))


async def _serve(
    asked: Asked, store: Store, bound: socket.socket, ready: Callable[[str, str], object]
) -> None:
    stop = asyncio.Event()
    hub = Hub()
    session = Session(asked.manifest, store, asked.trusted, can_open=asked.editor is not None)
    conductor = Conductor(session, store, hub)
    editing = Editing(conductor, asked.editor)
    place = asked.film_place or _beside
    filming = Filming(asked.manifest, store.folder, asked.trusted, place, hub)
    port = bound.getsockname()[1]
    guard = Guard(application(conductor, editing, filming), port)
    server = _Server(
        uvicorn.Config(
            guard,
            log_level="critical",
            access_log=False,
            lifespan="off",
            http="h11",
            ws="none",
            h11_max_incomplete_event_size=HEADERS_MOST_BYTES,
            limit_concurrency=CONNECTIONS_MOST,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=END_WITHIN_S,
            server_header=False,
            date_header=False,
        )
    )
    if asked.once:
        hub.on_leave = lambda: asyncio.get_running_loop().call_later(GONE_S, _end_if_alone, hub, stop)
    loop = asyncio.get_running_loop()
    # Once ends it in order, twice at once.
    with on_first_signal(lambda number: loop.call_soon_threadsafe(stop.set)):
        running = asyncio.create_task(server.serve(sockets=[bound]))
        reading = asyncio.create_task(_read(conductor, asked.manifest, stop))
        address = f"http://{HOST}:{port}{OPEN}?token="
        try:
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
            if not running.done():
                ready(address + guard.token(), address + guard.token())
            waiting = asyncio.create_task(stop.wait())
            await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            hub.close()
            server.should_exit = True
            filming.close()
            conductor.close()
            reading.cancel()
            await asyncio.gather(running, reading, return_exceptions=True)


async def _read(conductor: Conductor, manifest: Path, stop: asyncio.Event) -> None:
    """The piece at the start, and at each save."""
    await conductor.refresh()
    async for was_saved in changes(manifest.parent, stop):
        await conductor.refresh(was_saved)


def _end_if_alone(hub: Hub, stop: asyncio.Event) -> None:
    if hub.reader_count == 0:
        stop.set()


def _beside(manifest: Path, container: str) -> Path:
    return manifest.with_suffix(f".{container}")


class _Server(uvicorn.Server):
    """Signals are ours: the first one ends everything in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield
