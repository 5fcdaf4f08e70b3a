"""Routes to functions; docs/watch-wire.md lists them. Who may ask at all is decided before, by the guard."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from .conductor import Conductor
from .explaining import explained
from .hub import TooManyError
from .media import segment_media, sound_media
from .pages import INDEX, PageFiles
from .refusals import FindingsError, RefusedError
from .shapes import shapes_shown
from .wire import json_text, requests, responses

LOOKS_MOST = 40
"""The most looks in a second: a page sends seven, and several pages may be open."""
CHUNKS_CACHED = 64
BUSES_MOST = 256
NAMES_MOST = 24
Handler = Callable[[Request], Awaitable[Response]]


class Editor(Protocol):
    """The editor of the piece's texts: watch/editing.py."""

    async def edit(self, edit: requests.Edit) -> responses.Done: ...
    async def undo(self) -> responses.Done: ...
    async def redo(self) -> responses.Done: ...
    async def tried(self, edit: requests.Edit) -> responses.Tried: ...
    async def open(self, asked: requests.OpenInEditor) -> None: ...


class Renderer(Protocol):
    """The renderer of the whole film: watch/filming.py."""

    def begin(self) -> None: ...


def application(conductor: Conductor, editor: Editor, renderer: Renderer) -> Starlette:
    """The page of one piece."""
    return _Application(conductor, editor, renderer).made()


class _Application:
    def __init__(self, conductor: Conductor, editor: Editor, renderer: Renderer) -> None:
        self._conductor, self._editor, self._renderer = conductor, editor, renderer
        self._pages = PageFiles()
        self._chunks: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._looks_s: deque[float] = deque(maxlen=LOOKS_MOST)
        self._is_trying = False
        self._pages_open: Counter[str] = Counter()

    def made(self) -> Starlette:
        routes: list[tuple[str, Handler, str]] = [
            ("/", self._index, "GET"),
            ("/page/{name}", self._page, "GET"),
            ("/events", self._events, "GET"),
            ("/media/segment/{key}", self._segment, "GET"),
            ("/media/sound/{chunk}", self._sound, "GET"),
            ("/meters/{digest}", self._meters, "GET"),
            ("/explain", self._explain, "GET"),
            ("/classes", self._classes, "GET"),
            ("/shapes", self._shapes, "GET"),
            ("/look", self._look, "POST"),
            ("/try", self._try, "POST"),
            ("/edit", self._edit, "POST"),
            ("/undo", self._undo, "POST"),
            ("/redo", self._redo, "POST"),
            ("/open-in-editor", self._open, "POST"),
            ("/render", self._render, "POST"),
        ]
        made = [Route(path, self._answered(handler), methods=[method]) for path, handler, method in routes]
        return Starlette(routes=made, exception_handlers={404: _missing, 405: _missing, 500: _failed})

    def _answered(self, handler: Handler) -> Handler:
        """A handler whose refusals are answers, and that is refused itself when the server ends."""

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except FindingsError as refused:
                return _json(responses.Refused(refused.reason, refused.findings), refused.status)
            except RefusedError as refused:
                return _json(responses.Refused(refused.reason), refused.status)
            except asyncio.CancelledError:
                # The end of the server cuts off longer requests: that is not a fault of theirs.
                if not self._conductor.hub.is_closed:
                    raise
                return _json(responses.Refused("musicvis watch is ending"), 503)

        return answered

    async def _index(self, request: Request) -> Response:
        return self._file(INDEX)

    async def _page(self, request: Request) -> Response:
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        found = self._pages.get(name)
        if found is None:
            raise RefusedError(404, "there is no such file")
        return Response(found[0], headers={"content-type": found[1], "cache-control": "no-cache"})

    async def _events(self, request: Request) -> Response:
        hub, page = self._conductor.hub, request.query_params.get("page", "")[:40]
        try:
            reader = hub.join()
        except TooManyError:
            raise RefusedError(503, "too many pages are open: close one") from None
        self._pages_open[page] += 1

        async def told() -> AsyncIterator[bytes]:
            try:
                async for data in hub.stream(reader):
                    yield data
            finally:
                # A page may reconnect before the server notices that it was gone.
                self._pages_open[page] -= 1
                if not self._pages_open[page]:
                    del self._pages_open[page]
                    self._conductor.gone(page)

        return StreamingResponse(told(), media_type="text/event-stream")

    async def _segment(self, request: Request) -> Response:
        key = request.path_params["key"]
        duration = self._conductor.pictures.duration_of(key)
        if duration is None:
            raise RefusedError(404, "this segment belongs to no version that is shown")
        store = self._conductor.store

        def made() -> bytes | None:
            from ..renderers.film.segment_nodes import VIDEO

            entry = store.get(key)
            return None if entry is None else segment_media(entry.files[VIDEO], duration)

        data = await asyncio.to_thread(made)
        if data is None:
            raise RefusedError(410, "this segment has gone from the cache")
        return _media(data, "video/mp4")

    async def _sound(self, request: Request) -> Response:
        chunk, buses = request.path_params["chunk"], request.query_params.get("buses")
        playing = self._conductor.sounds.with_chunk(chunk)
        if playing is None:
            raise RefusedError(404, "this chunk belongs to no sound that is played")
        heard = None if buses is None else _numbers(buses, len(playing.mixer.sources))
        known = chunk, "all" if heard is None else ".".join(map(str, sorted(heard)))
        data = self._chunks.get(known)
        if data is None:

            def made() -> bytes:
                return sound_media(playing.samples(chunk, heard), playing.mixer.sample_rate_hz)

            try:
                data = await asyncio.to_thread(made)
            except OSError:
                raise RefusedError(410, "this sound has gone from the cache") from None
            self._chunks[known] = data
            while len(self._chunks) > CHUNKS_CACHED:
                self._chunks.popitem(last=False)
        return _media(data, "audio/mp4")

    async def _meters(self, request: Request) -> Response:
        playing = self._conductor.sounds.of(request.path_params["digest"])
        if playing is None:
            raise RefusedError(404, "there is no such sound")
        try:
            return _json(await asyncio.to_thread(playing.meters))
        except OSError:
            raise RefusedError(410, "this sound has gone from the cache") from None

    async def _explain(self, request: Request) -> Response:
        version = self._conductor.session.good
        if version is None or version.heard is None:
            raise RefusedError(404, "there is nothing to explain yet")
        s, at = request.query_params.get("s"), request.query_params.get("at")
        return _json(await self._conductor.in_reader(explained, version, s, at))

    async def _classes(self, request: Request) -> Response:
        from ..compiler.classes.table import imagenet

        version = self._conductor.session.good
        table = imagenet() if version is None or version.heard is None else version.heard.classes
        found = table.search(request.query_params.get("q", "")[:80])
        return _json(responses.Found(tuple(names[0] for _, names in found[:NAMES_MOST])))

    async def _shapes(self, request: Request) -> Response:
        return _json(shapes_shown())

    async def _look(self, request: Request) -> Response:
        look = await _body(request, requests.Look)
        now = time.monotonic()
        if len(self._looks_s) == LOOKS_MOST and now - self._looks_s[0] < 1.0:
            raise RefusedError(429, "too many requests in a second")
        self._looks_s.append(now)
        self._conductor.look(look)
        return Response(status_code=204)

    async def _try(self, request: Request) -> Response:
        edit = await _body(request, requests.Edit)
        if self._is_trying:
            raise RefusedError(429, "the last request is still running")
        self._is_trying = True
        try:
            return _json(await self._editor.tried(edit))
        finally:
            self._is_trying = False

    async def _edit(self, request: Request) -> Response:
        return _json(await self._editor.edit(await _body(request, requests.Edit)))

    async def _undo(self, request: Request) -> Response:
        return _json(await self._editor.undo())

    async def _redo(self, request: Request) -> Response:
        return _json(await self._editor.redo())

    async def _open(self, request: Request) -> Response:
        await self._editor.open(await _body(request, requests.OpenInEditor))
        return Response(status_code=204)

    async def _render(self, request: Request) -> Response:
        self._renderer.begin()
        return Response(status_code=202)


async def _missing(request: Request, error: Exception) -> Response:
    return _json(responses.Refused("there is nothing here"), getattr(error, "status_code", 404))


async def _failed(request: Request, error: Exception) -> Response:
    return _json(responses.Refused(f"musicvis failed: {type(error).__name__}"), 500)


async def _body(request: Request, kind: type) -> Any:
    try:
        return json_text.read(kind, await request.body())
    except json_text.WireError as error:
        raise RefusedError(400, str(error)) from None


def _numbers(text: str, count: int) -> frozenset[int]:
    """Reads the numbers of buses, such as "0.2.5"; an empty text has none."""
    parts = text.split(".") if text else []
    if len(parts) > BUSES_MOST or not all(p.isascii() and p.isdecimal() and len(p) < 4 for p in parts):
        raise RefusedError(400, "buses are numbers, e.g. 0.2.5")
    return frozenset(number for part in parts if (number := int(part)) < count)


def _json(value: object, status: int = 200) -> Response:
    return Response(json_text.written(value), status, media_type="application/json")


def _media(data: bytes, kind: str) -> Response:
    return Response(data, headers={"content-type": kind, "cache-control": "private, max-age=3600, immutable"})
