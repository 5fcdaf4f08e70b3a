"""The live page from Python: a server in a thread of its own, until it is closed."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..api.arguments import paths_of
from ..api.errors import RequestError, missing_packages_told
from ..api.kinds import manifest_at

if TYPE_CHECKING:
    import socket

    from .serve import Asked, Served

PathLike = str | os.PathLike[str]
END_WITHIN_S = 30.0


def watch(
    piece: PathLike,
    *,
    port: int = 0,
    once: bool = False,
    editor: str | None = None,
    cache: PathLike | None = None,
    trust_plugins: PathLike | Sequence[PathLike] = (),
) -> LivePage:
    """Show a piece in a browser while it is written; as `musicvis watch`. The call returns at once.

    Only you on this machine can open the page. The server runs in a thread of this program, and ends with it.

    port            0 for a free one
    once            end when the last page is closed
    editor          a command that opens a file at a line, as "code -g {file}:{line}"
    cache           the folder of finished work; None for MUSICVIS_CACHE or the user's cache folder
    trust_plugins   folders of VST3 plugins that may run

    Raises PieceError where this is no piece, RequestError for a port or an editor that cannot be, StoreError
    where the cache cannot be used, MissingPackageError without the extra `watch`.
    """
    from ..api.piece import load

    manifest = manifest_at(load(piece).manifest)
    with missing_packages_told("render", "watch"):
        from .serve import Asked, editor_words, listening
    if not 0 <= port <= 65535:
        raise RequestError(f"there is no port {port}", "leave it out for a free one")
    try:
        words = editor_words(editor) if editor else None
    except ValueError as error:
        raise RequestError(str(error)) from error
    asked = Asked(manifest, port, once, tuple(paths_of(trust_plugins)), words)
    store = None if cache is None else Path(cache)
    try:
        bound = listening(port)
    except OSError as error:
        raise RequestError(f"port {port}: {error.strerror}", "name another, or leave it out") from error
    return LivePage(asked, bound, store)


class LivePage:
    """A live page that is served; `mv.watch` opens one. It is a context manager, which closes it."""

    def __init__(self, asked: Asked, bound: socket.socket, cache: Path | None) -> None:
        self.manifest = asked.manifest
        """The piece that is shown."""
        self._ready = threading.Event()
        self._served: Served | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, args=(asked, bound, cache), name="musicvis watch", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        # The exit of the program does not wait for a film that the page has started.
        atexit.register(self.close)

    @property
    def url(self) -> str:
        """A new address of the page, which can be opened once: it holds the key to it.

        Raises RequestError where the page is closed.
        """
        if self._served is None or not self.is_open:
            raise RequestError("the page is closed", "open another one by mv.watch")
        return self._served.address()

    @property
    def is_open(self) -> bool:
        """Whether the page is being served."""
        return self._thread.is_alive()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the page is closed, by `once` or by another thread; whether it is.

        Raises what ended the server, where something did.
        """
        self._thread.join(timeout_s)
        if self._error is not None:
            raise self._error
        return not self.is_open

    def close(self) -> None:
        """Ends the server and its rendering; does nothing if the page is closed already."""
        atexit.unregister(self.close)
        if self._served is not None:
            self._served.end()
        self._thread.join(END_WITHIN_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = f"on port {self._served.port}" if self._served is not None and self.is_open else "closed"
        return f"<LivePage of {str(self.manifest)!r}, {state}>"

    def _run(self, asked: Asked, bound: socket.socket, cache: Path | None) -> None:
        from ..store.errors import StoreError
        from ..store.place import cache_folder
        from ..store.store import Store
        from .serve import serve

        def ready(served: Served) -> None:
            self._served = served
            self._ready.set()

        try:
            with bound, Store(cache_folder(cache)) as store:
                if store.is_read_only:
                    raise StoreError(f"{store.folder} can only be read", "name another folder as `cache`")
                serve(asked, store, bound, ready)
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
