"""Connections that send nothing, half a request or a slow one: they are closed, and keep no page out."""

import asyncio
from typing import Any

import pytest
import uvicorn
from musicvis.watch import connections
from musicvis.watch.serve import HOST, listening

WITHIN_S = 0.1
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """An application that takes the body, and longer for its answer than a request may take."""
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(3 * WITHIN_S)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"late"})


async def said(*sent: bytes) -> list[bytes]:
    """What connections hear that send these bytes a tenth of the time apart, until the server closes them."""
    bound = listening(0)
    config = uvicorn.Config(slow, http=connections.HurriedProtocol, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[bound]))

    async def one(data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, bound.getsockname()[1])

        async def write() -> None:
            for k in range(len(data)) if data.startswith(b"slow") else ():
                writer.write(data[k : k + 1])
                await asyncio.sleep(WITHIN_S / 10)
            writer.write(data)

        writing = asyncio.create_task(write())
        heard = await asyncio.wait_for(reader.read(), 100 * WITHIN_S)
        writing.cancel()
        writer.close()
        return heard

    try:
        return await asyncio.gather(*map(one, sent))
    finally:
        server.should_exit = True
        await running


def test_a_request_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", WITHIN_S)
    nothing, half, body, letters, whole = asyncio.run(
        said(b"", HEAD[:20], HEAD + b"12", b"slow" + 200 * b"x", HEAD[:-2] + b"Connection: close\r\n\r\n1234")
    )
    assert [nothing, half, body, letters] == [b""] * 4
    # The answer may take its time.
    assert whole.startswith(b"HTTP/1.1 200") and whole.endswith(b"late")
