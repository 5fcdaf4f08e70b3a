"""The door of the live page: a server for a piece on this machine's own address."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from ..api.signals import on_first_signal
from ..store.store import Store
from .app import application
from .conductor import Conductor
from .connections import HurriedProtocol
from .editing import Editing
from .filming import Filming
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
"""The time for which no page may be open with `once`: a page that reloads is away for a moment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `musicvis watch`.

    once        end when the last page was closed
    editor      words of an editor's command, with {file} and {line}
    """

    manifest: Path
    port: int = 0
    once: bool = False
    trusted: tuple[Path, ...] = ()
    editor: Sequence[str] | None = None


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


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers; any thread may ask it."""

    port: int
    _guard: Guard
    _loop: asyncio.AbstractEventLoop
    _stop: asyncio.Event

    def address(self) -> str:
        """A new address of the page; it can be opened once."""
        return f"http://{HOST}:{self.port}{OPEN}?token={self._guard.token()}"

    def end(self) -> None:
        """Let the server end; it may have ended already."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._stop.set)


def editor_words(text: str) -> list[str]:
    """The words of an editor's command, as "code -g {file}:{line}"; no shell reads them.

    Raises ValueError where none of them is the file.
    """
    words = shlex.split(text)
    if not words or not any("{file}" in word for word in words):
        raise ValueError("the editor's command needs the place of the file: write 'code -g {file}:{line}'")
    return words


def serve(asked: Asked, store: Store, bound: socket.socket, ready: Callable[[Served], object]) -> None:
    """Show a piece until Ctrl-C, SIGTERM, or, with `once`, until its last page is closed.

    Only the main thread hears of signals: in another one, the server runs until `Served.end`.

    ready   called when pages are answered
    """
    asyncio.run(_serve(asked, store, bound, ready))


async def _serve(asked: Asked, store: Store, bound: socket.socket, ready: Callable[[Served], object]) -> None:
    stop = asyncio.Event()
    hub = Hub()
    session = Session(asked.manifest, store, asked.trusted, can_open=asked.editor is not None)
    conductor = Conductor(session, store, hub)
    editing = Editing(conductor, asked.editor)
    filming = Filming(asked.manifest, store.folder, asked.trusted, hub)
    port = bound.getsockname()[1]
    guard = Guard(application(conductor, editing, filming), port)
    server = _Server(
        uvicorn.Config(
            guard,
            log_level="critical",
            access_log=False,
            lifespan="off",
            http=HurriedProtocol,
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
    with _on_signals(lambda number: loop.call_soon_threadsafe(stop.set)):
        running = asyncio.create_task(server.serve(sockets=[bound]))
        reading = asyncio.create_task(_read(conductor, asked.manifest, stop))
        try:
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
            if not running.done():
                ready(Served(port, guard, loop, stop))
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


class _Server(uvicorn.Server):
    """Signals are ours: the first one ends everything in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def _on_signals(act: Callable[[int], object]) -> contextlib.AbstractContextManager[None]:
    """Within it, one signal ends the server in order, a second one at once.

    Python gives signals to the main thread alone: in another one they are nothing to the server.
    """
    is_main = threading.current_thread() is threading.main_thread()
    return on_first_signal(act) if is_main else contextlib.nullcontext()
