"""The guard as plain ASGI: whoever is not the user's own page gets nowhere, on any route."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from musicvis.watch.app import application
from musicvis.watch.guard import BODY_MOST_BYTES, Guard

PORT = 41713
OWN = {"host": f"127.0.0.1:{PORT}"}


@dataclass
class Answer:
    """The response."""

    status: int
    headers: dict[str, str]
    body: bytes


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """An application that takes a body and answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(
    guard: Any,
    path: str = "/",
    headers: Mapping[str, str] | list[tuple[str, str]] = OWN,
    method: str = "GET",
    query: str = "",
    bodies: tuple[bytes, ...] = (b"",),
) -> Answer:
    """One request."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in pairs],
    }
    waiting = [
        {"type": "http.request", "body": body, "more_body": k + 1 < len(bodies)}
        for k, body in enumerate(bodies)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))


def opened(guard: Guard) -> dict[str, str]:
    """Headers of a page that was opened."""
    answer = ask(guard, "/open", query=f"token={guard.token()}")
    assert answer.status == 200
    return {**OWN, "cookie": answer.headers["set-cookie"].split(";")[0]}


def routes() -> list[tuple[str, str]]:
    """Every path of the application and its method."""
    made = application(None, None, None)  # type: ignore[arg-type]
    found = []
    for route in made.routes:
        path = getattr(route, "path", "")
        for name in ("name", "key", "chunk", "digest"):
            path = path.replace(f"{{{name}}}", "x")
        found += [(path, method) for method in sorted(getattr(route, "methods", ())) if method != "HEAD"]
    return found


def test_there_are_routes_to_be_guarded() -> None:
    assert ("/", "GET") in routes() and ("/edit", "POST") in routes() and len(routes()) >= 15


@pytest.mark.parametrize(("path", "method"), routes())
def test_no_route_answers_without_the_cookie_or_to_another_site(path: str, method: str) -> None:
    guard = Guard(inner, PORT)
    page = opened(guard)
    json = {"content-type": "application/json"}
    assert ask(guard, path, {**page, **json}, method).body == b"inside"
    for refused in (
        {**OWN, **json},
        {**OWN, **json, "cookie": f"musicvis-{PORT}=guess"},
        {**page, **json, "host": f"evil.example:{PORT}"},
        {**page, **json, "host": "127.0.0.1"},
        {**page, **json, "host": f"127.0.0.1:{PORT + 1}"},
        {**page, **json, "origin": "http://evil.example"},
        {**page, **json, "origin": "null"},
        {**page, **json, "origin": f"http://127.0.0.1:{PORT + 1}"},
        {**page, **json, "origin": f"https://127.0.0.1:{PORT}"},
        {**page, **json, "sec-fetch-site": "cross-site"},
        {**page, **json, "sec-fetch-site": "same-site"},
    ):
        answer = ask(guard, path, refused, method)
        assert (answer.status, b"inside" in answer.body) == (403, False), refused


def test_a_request_without_a_host_is_refused() -> None:
    guard = Guard(inner, PORT)
    page = opened(guard)
    assert ask(guard, "/", {"cookie": page["cookie"]}).status == 403


def test_a_token_is_good_once_and_no_other_token_is() -> None:
    guard = Guard(inner, PORT)
    token = guard.token()
    first = ask(guard, "/open", query=f"token={token}")
    assert first.status == 200 and b'url=/"' in first.body
    assert "HttpOnly" in first.headers["set-cookie"] and "SameSite=Strict" in first.headers["set-cookie"]
    for query in (f"token={token}", "token=", "", f"token={token[:-1]}", "token=%ff%00", f"t={token}"):
        answer = ask(guard, "/open", query=query)
        assert answer.status == 403 and "set-cookie" not in answer.headers, query


def test_yesterdays_token_and_cookie_open_nothing_today() -> None:
    yesterday = Guard(inner, PORT)
    page, token = opened(yesterday), yesterday.token()
    today = Guard(inner, PORT)
    assert ask(today, "/", page).status == 403
    assert ask(today, "/open", query=f"token={token}").status == 403


def test_a_page_that_has_the_cookie_may_open_the_address_again() -> None:
    guard = Guard(inner, PORT)
    assert ask(guard, "/open", opened(guard), query="token=spent").status == 200


def test_a_link_from_a_file_may_open_the_page() -> None:
    guard = Guard(inner, PORT)
    headers = {**OWN, "sec-fetch-site": "cross-site"}
    assert ask(guard, "/open", headers, query=f"token={guard.token()}").status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH"])
def test_other_methods_are_not_answered(method: str) -> None:
    guard = Guard(inner, PORT)
    answer = ask(guard, "/", opened(guard), method)
    assert answer.status == 405 and "access-control-allow-origin" not in answer.headers


def test_a_form_cannot_post() -> None:
    guard = Guard(inner, PORT)
    page = opened(guard)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert ask(guard, "/edit", {**page, "content-type": kind}, "POST").status == 415


def test_a_body_that_is_too_long_is_refused_whatever_its_length_says() -> None:
    guard = Guard(inner, PORT)
    page = {**opened(guard), "content-type": "application/json"}
    long = b"x" * (BODY_MOST_BYTES + 1)
    assert ask(guard, "/edit", {**page, "content-length": str(len(long))}, "POST").status == 413
    assert ask(guard, "/edit", page, "POST", bodies=(long[:9], long)).status == 413
    assert ask(guard, "/edit", {**page, "content-length": "-1"}, "POST").status == 413
    assert ask(guard, "/edit", {**page, "content-length": "9" * 400}, "POST").status == 413
    assert ask(guard, "/edit", page, "POST", bodies=(long[:BODY_MOST_BYTES],)).status == 200


def test_a_duplicate_header_is_refused() -> None:
    guard = Guard(inner, PORT)
    page = [*opened(guard).items(), ("host", "evil.example")]
    assert ask(guard, "/", page).status == 400


def test_every_answer_keeps_the_page_to_itself() -> None:
    guard = Guard(inner, PORT)
    for answer in (ask(guard, "/", opened(guard)), ask(guard, "/"), ask(guard, "/open")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_a_websocket_is_closed() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/events", "headers": []}
    asyncio.run(Guard(inner, PORT)(scope, receive, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]
