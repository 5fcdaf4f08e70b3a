"""Connections to the server: each sends a whole request within some seconds, or is closed.

uvicorn closes a connection that is idle after an answer, and waits for ever for one that sends nothing, or
half a request. The server takes few connections at once: such ones would keep the page out.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN_S = 10.0


class HurriedProtocol(H11Protocol):
    """A connection as uvicorn serves it, with a limit on the time of a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The time of the first request begins."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """The time ends with a whole request, and begins with the first bytes of another one."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        self._stop()

    def _wait(self) -> None:
        # More bytes do not begin it again: a request may come as slowly as a byte at a time.
        if self._too_late is None:
            self._too_late = self.loop.call_later(REQUEST_WITHIN_S, self.transport.close)

    def _stop(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
