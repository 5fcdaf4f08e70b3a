"""Inspects, checks or removes what earlier compiles have cached."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RequestError

if TYPE_CHECKING:
    from ...store.store import Store


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The result of cleaning the cache: what was removed, and what is left."""

    cache: Path
    freed_bytes: int
    kept_bytes: int
    kept_entries: int
    damaged: int | None
    """The number of damaged files; None if they were not checked."""


def clean(
    *,
    cache: str | os.PathLike[str] | None = None,
    limit: int | str | None = None,
    everything: bool = False,
    verify: bool = False,
) -> Cleaned:
    """Remove finished work of earlier compiles, what was unused longest first; as `musicvis clean`.

    cache        the folder; None for MUSICVIS_CACHE or the user's cache folder
    limit        the largest size afterwards, in bytes or as "5GB"; None for MUSICVIS_CACHE_LIMIT or 20 GB
    everything   remove all of it
    verify       check every byte, and remove damaged entries

    Raises RequestError for a limit that is no size, StoreError where the cache cannot be used, or a compile
    uses it now: then nothing is removed.
    """
    from ...store.errors import StoreError
    from ...store.place import cache_folder, cache_limit, size_from
    from ...store.store import Store

    if everything and limit is not None:
        raise RequestError("`everything` leaves nothing", "leave `limit` out")
    try:
        most = 0 if everything else cache_limit(size_from(limit) if isinstance(limit, str) else limit)
    except ValueError as error:
        raise RequestError(str(error)) from error
    if not most >= 0:
        raise RequestError(f"a cache of {most} bytes cannot be", "`limit` must be at least 0")
    with Store(cache_folder(None if cache is None else Path(cache))) as store:
        damaged = damaged_in(store) if verify else None
        done = cleaned(store, most, damaged)
    if done is None:
        message = f"{store.folder} is in use by a compile, or can only be read; nothing was removed"
        raise StoreError(message, "try again when the compile has ended")
    return done


def damaged_in(store: Store) -> int:
    """Check every byte and remove damaged entries; how many files were damaged."""
    from ...store.evict import damaged

    return len(damaged(store))


def cleaned(store: Store, limit_bytes: int, damaged: int | None = None) -> Cleaned | None:
    """Evicts entries until the store is within the limit; None if it is in use, or read-only."""
    from ...store.evict import keep_within

    evicted = keep_within(store, limit_bytes)
    if evicted is None:
        return None
    return Cleaned(store.folder, evicted.freed_bytes, evicted.kept_bytes, evicted.kept_entries, damaged)
