"""Distributes messages to all open pages; a new page receives the state first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from .wire import events, json_text

BEHIND_MOST = 200
"""The most messages that may wait for a reader; a slower one is cut off, and gets the whole state on its
return."""
STILL_HERE_S = 15.0
READERS_MOST = 8
KEPT = (events.Lanes, events.Piece, events.Sound, events.Edited, events.Trouble)
"""The kinds of messages that make up the state: the last of each is sent to a new page."""

_Reader = asyncio.Queue[bytes | None]


class TooManyError(Exception):
    """More pages are open than are served."""


@dataclass(slots=True)
class Hub:
    """Messages to all readers; it belongs to one event loop."""

    version: int = 0
    on_leave: Callable[[], object] = lambda: None
    """Called whenever a reader has gone."""
    _readers: set[_Reader] = field(default_factory=set)
    _last: dict[type, events.Message] = field(default_factory=dict)
    _is_closed: bool = False

    @property
    def reader_count(self) -> int:
        """The number of open pages."""
        return len(self._readers)

    @property
    def is_closed(self) -> bool:
        """Whether the server is shutting down."""
        return self._is_closed

    def tell(self, message: events.Message) -> None:
        """Sends a message to all pages, with the highest version so far: a page ignores lower ones."""
        self.version = max(self.version, message.version)
        message = replace(message, version=self.version)
        self.remember(message)
        data = event_of(message)
        for reader in tuple(self._readers):
            if reader.qsize() >= BEHIND_MOST:
                self._cut_off(reader)
            else:
                reader.put_nowait(data)

    def remember(self, message: events.Message) -> None:
        """Keeps a message for pages that open later, without sending it now."""
        if isinstance(message, KEPT):
            self._last[type(message)] = message

    def last(self, kind: type) -> events.Message | None:
        """The last message of a kind that is the state."""
        return self._last.get(kind)

    def join(self) -> _Reader:
        """A new reader, who has the whole state before anything new. Raises TooManyError."""
        if len(self._readers) >= READERS_MOST or self._is_closed:
            raise TooManyError
        reader: _Reader = asyncio.Queue()
        for kind in KEPT:
            if (message := self._last.get(kind)) is not None:
                reader.put_nowait(event_of(replace(message, version=self.version)))
        self._readers.add(reader)
        return reader

    async def stream(self, reader: _Reader) -> AsyncIterator[bytes]:
        """The server-sent events for a reader, until it leaves or is cut off."""
        try:
            while True:
                try:
                    data = await asyncio.wait_for(reader.get(), STILL_HERE_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if data is None:
                    return
                yield data
        finally:
            self._readers.discard(reader)
            self.on_leave()

    def close(self) -> None:
        """Tell everybody that the server ends."""
        self._is_closed = True
        self.tell(events.Bye(self.version))
        for reader in self._readers:
            reader.put_nowait(None)

    @staticmethod
    def _cut_off(reader: _Reader) -> None:
        while not reader.empty():
            reader.get_nowait()
        reader.put_nowait(None)


def event_of(message: events.Message) -> bytes:
    """A message as a server-sent event."""
    name = events.EVENTS[type(message)].encode()
    return b"event: " + name + b"\ndata: " + json_text.written(message) + b"\n\n"
