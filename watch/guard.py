"""The server's guard: every request passes it before any path is read.

A page on this machine's own address is reachable by every web site that the user visits, and by every other
user of the machine. So: the host is ours, the origin is ours, and the caller has the cookie that only a
token from the terminal buys; a token is spent at its first use. docs/watch.md has the threats.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .refusals import RefusedError
from .wire import json_text, responses

Scope = MutableMapping[str, Any]
Received = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Received]]
Send = Callable[[Received], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MOST_BYTES = 64 << 10
TOKEN_BYTES = 32
OPEN = "/open"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
REFRESH = (
    b'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">'
    b'<link rel="icon" href="/page/icon.svg"><title>musicvis</title>'
)
USED = (
    "this address was already used, or belongs to an earlier start: "
    "the terminal shows how to open another page"
)


@dataclass(slots=True)
class Guard:
    """An ASGI application around another one.

    port   where the server listens: a request to another host or port is not for it
    """

    app: App
    port: int
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES))
    _tokens: list[str] = field(default_factory=list)

    def token(self) -> str:
        """A new token for the address of the page; good for one use."""
        self._tokens.append(secrets.token_urlsafe(TOKEN_BYTES))
        return self._tokens[-1]

    @property
    def cookie(self) -> str:
        """The cookie's name: cookies know no ports, and two pieces may be open at once."""
        return f"musicvis-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            # No other protocol is allowed: browsers do not restrict websockets to their origin.
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _with_headers(send)
        try:
            headers = _Headers(scope["headers"])
            self._check(scope, headers)
            if scope["path"] == OPEN:
                await self._open(scope, headers, guarded)
                return
            if not self._is_known(headers):
                raise RefusedError(403, "open the page by the address that musicvis watch prints")
            await self.app(scope, _limited(receive), guarded)
        except RefusedError as refused:
            await _answer(guarded, refused.status, json_text.written(responses.Refused(refused.reason)))

    def _check(self, scope: Scope, headers: _Headers) -> None:
        hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        host = headers.one("host")
        if host not in hosts:
            raise RefusedError(403, "this server answers to its own address alone")
        if headers.one("origin") not in (None, f"http://{host}"):
            raise RefusedError(403, "another site asks")
        site = headers.one("sec-fetch-site")
        if scope["path"] != OPEN and site not in (None, "same-origin", "none"):
            raise RefusedError(403, "another site asks")
        method = scope["method"]
        if method not in ("GET", "POST") or (method == "POST" and scope["path"] == OPEN):
            raise RefusedError(405, f"{method[:16]} is not answered here")
        if (
            method == "POST"
            and (headers.one("content-type") or "").split(";")[0].strip() != "application/json"
        ):
            raise RefusedError(415, "a request's body is JSON")
        length = headers.one("content-length")
        if length is not None and not (length.isdecimal() and int(length[:12]) <= BODY_MOST_BYTES):
            raise RefusedError(413, f"a request has at most {BODY_MOST_BYTES >> 10} KiB")

    async def _open(self, scope: Scope, headers: _Headers, send: Send) -> None:
        """The cookie for a token that was not used yet."""
        given = parse_qs(scope["query_string"][:1024].decode("ascii", "replace")).get("token", [""])[0]
        found = [token for token in self._tokens if hmac.compare_digest(token.encode(), given.encode())]
        if found:
            self._tokens.remove(found[0])
        elif not self._is_known(headers):
            raise RefusedError(403, USED)
        # Not a redirect: a chain that begins in a file of the user's counts as another site's, and the cookie
        # would not be sent. A page that goes on by itself begins a chain of its own.
        cookie = f"{self.cookie}={self._key}; Path=/; HttpOnly; SameSite=Strict"
        extra = [(b"set-cookie", cookie.encode())]
        await _answer(send, 200, REFRESH, b"text/html; charset=utf-8", extra)

    def _is_known(self, headers: _Headers) -> bool:
        for text in headers.all("cookie"):
            for part in text.split(";"):
                name, _, value = part.strip().partition("=")
                if name == self.cookie and hmac.compare_digest(value.encode(), self._key.encode()):
                    return True
        return False


class _Headers:
    """The headers of a request; refuses a duplicate of a single-valued one."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._found: dict[str, list[str]] = {}
        for name, value in raw:
            self._found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def one(self, name: str) -> str | None:
        """Its value, or None; raises RefusedError for several."""
        values = self._found.get(name, [])
        if len(values) > 1:
            raise RefusedError(400, f"the request has several headers {name}")
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """All values."""
        return self._found.get(name, [])


def _limited(receive: Receive) -> Receive:
    """Reads a request's body up to the limit: it may come in pieces, and its stated length may be wrong."""
    taken = 0

    async def limited() -> Received:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > BODY_MOST_BYTES:
                raise RefusedError(413, f"a request has at most {BODY_MOST_BYTES >> 10} KiB")
        return message

    return limited


def _with_headers(send: Send) -> Send:
    """Every answer with the headers that keep a page to itself."""

    async def guarded(message: Received) -> None:
        if message["type"] == "http.response.start":
            own = dict(message.get("headers", ()))
            extra = [(name, value) for name, value in HEADERS if name not in own]
            if b"cache-control" not in own:
                extra.append((b"cache-control", b"no-store"))
            message["headers"] = [*message.get("headers", ()), *extra]
        await send(message)

    return guarded


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    kind: bytes = b"application/json",
    extra: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
