"""Removes results of versions that are long gone, so that a day of saves fills no disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from ..store.evict import drop
from ..store.store import Store

VERSIONS_KEPT = 20
"""The number of earlier versions whose files are kept, so that going back renders nothing."""


@dataclass(slots=True)
class Leftovers:
    """The keys of the last versions, and which of all keys this session has made."""

    store: Store
    _made: set[str] = field(default_factory=set)
    _versions: deque[frozenset[str]] = field(default_factory=deque)

    def made(self, keys: Collection[str]) -> None:
        """These were not there before."""
        self._made.update(keys)

    def version(self, keys: Collection[str]) -> int:
        """Records a version's keys; removes those that only old versions need. Returns the freed bytes."""
        self._versions.append(frozenset(keys))
        freed = 0
        while len(self._versions) > VERSIONS_KEPT:
            old = self._versions.popleft()
            wanted = frozenset[str]().union(*self._versions)
            gone = (old & self._made) - wanted
            if gone:
                freed += drop(self.store, gone, wanted)
                self._made -= gone
        return freed
