"""Requests that meet the end of something: they are refused in words, and none of them is a fault of ours."""

import asyncio
import errno
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from musicvis.store.store import Store
from musicvis.watch.app import application
from musicvis.watch.hub import Hub
from musicvis.watch.soundmaker import SoundMaker
from musicvis.watch.trouble import Troubles
from musicvis.watch.workers import Failed


async def nothing(task: asyncio.Task[None]) -> None:
    pass


async def got(
    app: Any, path: str, on_the_way: Callable[[asyncio.Task[None]], Awaitable[None]] = nothing
) -> tuple[int, dict[str, Any]]:
    """Status and body of a GET, while something happens to its task."""
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    task = asyncio.create_task(app(scope, receive, send))
    await on_the_way(task)
    await asyncio.wait({task})
    return sent[0]["status"], json.loads(sent[1]["body"])


def page_of(meters: Callable[[], Any], hub: Hub) -> Any:
    """The application of a sound with such meters."""
    playing = SimpleNamespace(meters=meters)
    sounds = SimpleNamespace(of=lambda digest: playing)
    return application(SimpleNamespace(hub=hub, sounds=sounds), None, None)  # type: ignore[arg-type]


def test_reads_during_shutdown_are_refused_without_an_error() -> None:
    begun, over = threading.Event(), threading.Event()

    def read() -> None:
        begun.set()
        over.wait()

    async def cut_off(task: asyncio.Task[None]) -> None:
        await asyncio.to_thread(begun.wait)
        task.cancel()
        over.set()

    async def run() -> tuple[int, dict[str, Any]]:
        hub = Hub()
        hub.close()
        return await got(page_of(read, hub), "/meters/d", cut_off)

    assert asyncio.run(run()) == (503, {"error": "musicvis watch is ending", "findings": []})


def test_a_sound_that_has_gone_from_the_cache_is_reported() -> None:
    def gone() -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file", "blob")

    status, body = asyncio.run(got(page_of(gone, Hub()), "/meters/d"))
    assert status == 410 and "gone from the cache" in body["error"]


def test_a_disk_that_is_full_stops_the_sound_in_words(tmp_path: Path) -> None:
    async def run() -> list[str]:
        told: list[str] = []
        store = Store(tmp_path / "cache")
        maker = SoundMaker(store, lambda playing: None, lambda percent: None, Troubles(told.append))
        maker._wanted = "s"
        maker._heard(Failed("s", OSError(errno.ENOSPC, "No space left on device", "/cache")))
        maker.close()
        return told

    assert asyncio.run(run()) == ["/cache: No space left on device"]
