"""Notices when files of a piece change: their state is noted before they are read, so that none is missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from watchfiles import awatch

DEBOUNCE_MS, STEP_MS = 50, 10
"""The quiet time after which a save counts as complete, as editors write in several steps, and the polling
interval."""
LOOK_EACH_MS = 1000
RETRY_S = 1.0
OUTPUTS = ("build", "__pycache__", ".git", ".hypothesis", "node_modules")
"""Folders in which nothing is a source."""

State = tuple[tuple[str, int, int, int], ...]
"""Name, size, time and identity of each file."""


def state_of(paths: Iterable[Path]) -> State:
    """The state of each path; None for one that is missing or cannot be read."""
    found = []
    for path in paths:
        try:
            state = path.stat()
            found.append((str(path), state.st_size, state.st_mtime_ns, state.st_ino))
        except OSError:
            found.append((str(path), -1, 0, 0))
    return tuple(found)


def is_source(path: str, root: Path) -> bool:
    """Whether a file may belong to the piece: not an output, and not an editor's temporary file."""
    try:
        parts = Path(path).relative_to(root).parts
    except ValueError:
        return False
    if not parts or any(part in OUTPUTS for part in parts[:-1]):
        return False
    name = parts[-1]
    return not (name.startswith(".") or name.endswith(("~", ".swp", ".tmp", ".bak")) or name.isdecimal())


async def changes(root: Path, stop: asyncio.Event) -> AsyncIterator[bool]:
    """Yields True each time that something in the piece's folder was saved; ends when it is stopped.

    Saves that come while the last ones are worked on count as one. In between it is False, now and then, for
    a look at what the system does not tell: a save before the watching began, a disk of another machine.
    """
    root = root.resolve()
    while not stop.is_set():
        try:
            async for batch in awatch(
                root,
                watch_filter=lambda change, path: is_source(path, root),
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=stop,
                rust_timeout=LOOK_EACH_MS,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            ):
                yield bool(batch)
        except (OSError, RuntimeError):
            # The folder is gone, or the system no longer watches it: look for it, and read the piece again.
            try:
                await asyncio.wait_for(stop.wait(), RETRY_S)
            except TimeoutError:
                yield True
